"""The `tracker` command: one function per subcommand, each loading what it needs when it is called."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tracker.errors import Refusal

REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit code: 0 done, 2 refused or called wrongly."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except Refusal as error:
        print(error.message, file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tracker", description="方案任务督办")
    commands = parser.add_subparsers(required=True, metavar="命令")
    _add_parse(commands)
    return parser


def _add_parse(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("parse", help="读取方案文件，输出识别结果，不写数据库")
    parser.add_argument("file", type=Path, metavar="文件", help=".docx、.doc、.pdf、.html 或 .txt")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="输出识别结果（默认）")
    form.add_argument("--text", action="store_true", help="输出提取的文字，识别结果中的位置以它为准")
    parser.set_defaults(run=parse_file)


def parse_file(options: argparse.Namespace) -> int:
    """Prints the reading of a document, or its extracted text; touches no database."""
    from tracker.documents import read_document

    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"无法打开文件 {options.file}：{error.strerror}", file=sys.stderr)
        return REFUSED
    reading = read_document(data, filename=options.file.name)
    if options.text:
        _write(reading.text.content)
    else:
        _write(json.dumps(reading.plan, ensure_ascii=False, indent=2) + "\n")
    return 0


def _write(words: str) -> None:
    """Writes UTF-8 whatever the terminal's language, and no newline that is not the document's own."""
    sys.stdout.buffer.write(words.encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
