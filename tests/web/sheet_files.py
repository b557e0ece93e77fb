"""Sheets as people upload them, well-formed and otherwise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

HEAD = ("单位名称", "类别", "简称/别名", "上级单位", "联系人", "联系电话", "所属单位组")


def workbook(rows: Sequence[Sequence[object]], *, merge: str | None = None) -> bytes:
    """A workbook whose first sheet holds the rows; a text that begins with = becomes a formula, as in Excel."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, members: Mapping[str, bytes]) -> bytes:
    """The same package with some members replaced by other bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, members.get(name, old.read(name)))
    return out.getvalue()


def sheet_xml(data: bytes) -> bytes:
    """The XML of the first sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read("xl/worksheets/sheet1.xml")
