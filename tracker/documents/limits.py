"""How large, how deep and how long a document may be."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may cost; the last three bind the child process as a whole."""

    max_bytes: int = 20 * MEGABYTE
    cpu_seconds: int = 10
    memory_bytes: int = 512 * MEGABYTE
    wall_seconds: int = 30


# Word itself allows 63 columns; browsers stop at 1000.
MAX_COLUMNS = 1000
MAX_GRID_FIELDS = 1_000_000
MAX_NESTED_TABLES = 8
MAX_CHARACTERS = 5_000_000

MAX_MEMBERS = 2000
MAX_UNPACKED_BYTES = 256 * MEGABYTE
MAX_XML_BYTES = 64 * MEGABYTE
# Repeated markup packs well, so the ratio is only asked of members large enough to hurt.
MAX_RATIO = 200
RATIO_ASKED_FROM_BYTES = 8 * MEGABYTE

# LibreOffice, where it is installed, helps with .doc files our own converter cannot read.
OFFICE_SECONDS = 25
OFFICE_MEMORY_BYTES = 4096 * MEGABYTE
