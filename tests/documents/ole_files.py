"""Compound (OLE) files for tests, written by hand: a Word 97 document of plain paragraphs, and other kinds."""

from __future__ import annotations

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_FIB_SIZE = 32 + 2 + 28 + 2 + 88 + 2 + 93 * 8 + 2


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with these streams, none of them short enough for the mini stream."""
    sectors: list[bytes] = []
    chain: list[int] = []
    placed = []
    for name, data in streams.items():
        data = data.ljust(4096, b"\x00")
        count = -(-len(data) // _SECTOR)
        placed.append((name, len(sectors), len(data)))
        data = data.ljust(count * _SECTOR, b"\x00")
        chain += [*range(len(chain) + 1, len(chain) + count), _END]
        sectors += [data[at : at + _SECTOR] for at in range(0, len(data), _SECTOR)]
    directory_at = len(sectors)
    directory = _directory(placed)
    sectors += [directory[at : at + _SECTOR] for at in range(0, len(directory), _SECTOR)]
    chain += [*range(directory_at + 1, len(sectors)), _END]
    fat_at = len(sectors)
    chain.append(_FAT)
    assert len(chain) <= 128, "one sector of table is enough for a test"
    sectors.append(struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain))))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, directory_at, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", fat_at, *[_FREE] * 108)
    return header + b"".join(sectors)


def word(paragraphs: list[str], *, flags: int = 0x0200) -> bytes:
    """A Word 97 document of plain paragraphs."""
    words = "".join(f"{paragraph}\r" for paragraph in paragraphs)
    text = words.encode("utf-16-le")
    fc_min = 2048
    pieces = struct.pack("<2I", 0, len(words)) + struct.pack("<HIH", 0, fc_min, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    fib = struct.pack("<HHHHHHHIBBHHII", 0xA5EC, 0x00C1, 0, 0x0804, 0, flags, 0x00BF, 0, 0, 0, 0, 0, fc_min, 0)
    fib += struct.pack("<H", 14) + bytes(28)
    longs = [0] * 22
    longs[0], longs[3] = fc_min + len(text), len(words)
    fib += struct.pack("<H22I", 22, *longs)
    pairs = [(0, 0)] * 93
    pairs[33] = (0, len(clx))
    fib += struct.pack("<H", 93) + b"".join(struct.pack("<2I", *pair) for pair in pairs) + struct.pack("<H", 0)
    return compound({"WordDocument": fib.ljust(fc_min, b"\x00") + text, "1Table": clx})


def _directory(placed: list[tuple[str, int, int]]) -> bytes:
    # A row of right-hand siblings is a tree as well.
    entries = [_entry("Root Entry", kind=5, child=1 if placed else _FREE)]
    ordered = sorted(placed, key=lambda stream: (len(stream[0]), stream[0].upper()))
    for place, (name, start, size) in enumerate(ordered, start=1):
        entries.append(_entry(name, kind=2, right=place + 1 if place < len(ordered) else _FREE, start=start, size=size))
    directory = b"".join(entries)
    return directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\x00")


def _entry(name: str, *, kind: int, right: int = _FREE, child: int = _FREE, start: int = _END, size: int = 0) -> bytes:
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    links = struct.pack("<HBB3I", len(encoded), kind, 1, _FREE, right, child)
    return encoded.ljust(64, b"\x00") + links + bytes(36) + struct.pack("<IQ", start, size)
