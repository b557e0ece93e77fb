"""Measures that reading a plan costs in proportion to its length: 100 copies in one text against one copy.

Run as `python bench/read_linear.py [PLAN.txt]`; exits with 1 when the ratio is above the bar.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tracker.core.draft import draft  # noqa: E402
from tracker.core.text import text_of_lines  # noqa: E402

COPIES = 100
BAR = 130.0
SAMPLE = ROOT / "tests" / "samples" / "plans" / "03_air_pollution.txt"


def seconds(content: str) -> float:
    """CPU seconds that reading a text takes, so that other work on the machine does not count."""
    text = text_of_lines(content)
    start = time.process_time()
    draft(text)
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plan", nargs="?", type=pathlib.Path, default=SAMPLE)
    content = parser.parse_args().plan.read_text("utf-8-sig").replace("\r\n", "\n") + "\n"
    seconds(content)
    one = min(seconds(content) for _ in range(7))
    many = min(seconds(content * COPIES) for _ in range(2))
    ratio = many / one
    print(f"{len(content)} characters: {one * 1000:.1f} ms; {COPIES} copies: {many:.2f} s")
    print(f"ratio {ratio:.1f} (bar {BAR:.0f})")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
