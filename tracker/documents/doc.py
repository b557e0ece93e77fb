"""Word 97-2003 documents (.doc), also as WPS writes them: converted to .docx, then read as one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tracker.core.text import Text
from tracker.documents.docx import read_docx
from tracker.documents.limits import OFFICE_MEMORY_BYTES, OFFICE_SECONDS
from tracker.documents.refusals import refusal
from tracker.errors import Unreadable


def read_doc(data: bytes) -> Text:
    """Gives the Text of a .doc.

    Raises: Unreadable `encrypted`, `damaged`, `empty` and what `read_docx` raises.
    """
    with tempfile.TemporaryDirectory(prefix="tracker-doc-") as folder:
        source = Path(folder, "plan.doc")
        source.write_bytes(data)
        try:
            return read_docx(_converted(source))
        except Unreadable as error:
            converted = _converted_by_office(source) if error.code in ("damaged", "empty") else None
            if converted is None:
                raise
            return read_docx(converted)


def _converted(source: Path) -> bytes:
    from doc2docx import convert
    from doc2docx.errors import EncryptedDocumentError

    target = source.with_suffix(".docx")
    try:
        convert(source, target)
        return target.read_bytes()
    except EncryptedDocumentError:
        raise refusal("encrypted") from None
    except (MemoryError, RecursionError):
        raise
    except Exception:
        # A converter of a binary format fails on broken files with errors of every kind.
        raise refusal("damaged") from None


def _converted_by_office(source: Path) -> bytes | None:
    """Gives what LibreOffice makes of the document, None where it is not installed or fails too."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return None
    folder = source.parent / "office"
    command = [program, f"-env:UserInstallation={folder.as_uri()}/profile", "--headless", "--norestore"]
    command += ["--convert-to", "docx", "--outdir", str(folder), str(source)]
    try:
        subprocess.run(  # noqa: S603 - a program found on the path, our own file as argument
            command, capture_output=True, timeout=OFFICE_SECONDS, check=True, preexec_fn=_allow_memory
        )
        return (folder / "plan.docx").read_bytes()
    except (OSError, subprocess.SubprocessError):
        return None


def _allow_memory() -> None:
    """LibreOffice maps more memory than a reader may, so it gets a limit of its own."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (OFFICE_MEMORY_BYTES, resource.RLIM_INFINITY))
