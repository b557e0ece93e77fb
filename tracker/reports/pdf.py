"""An official paper as PDF: the paper goes into the template as data, never as text of its language."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from tracker.core.official import Annex, Block, Colophon, Form, Masthead, OfficialPaper, Table
from tracker.reports import fonts, gbt9704
from tracker.reports.printable import printable

TYPE = "application/pdf"
# A row with a cell of more characters than this may be torn over two pages: kept whole it might exceed one.
WHOLE_ROW = 400
LONG_WORD = re.compile(r"[\x21-\x7e]{24,}")
SOFT_BREAK = "\u200b"


def document(paper: OfficialPaper) -> bytes:
    """Gives the file.

    Raises Unreadable where the machine has no Chinese font.
    """
    moment = datetime.combine(paper.on, time(), UTC)
    made = typst.compile(
        _template(), sys_inputs={"paper": _data(paper)}, format="pdf", font_paths=fonts.installed(), timestamp=moment
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


@cache
def _template() -> bytes:
    return files("tracker.reports").joinpath("paper.typ").read_bytes()


def _data(paper: OfficialPaper) -> str:
    shape = {
        "subject": paper.subject,
        "author": paper.author,
        "on": [paper.on.year, paper.on.month, paper.on.day],
        "fonts": _fonts(),
        "measures": _measures(),
        "masthead": _masthead(paper.masthead),
        "title": list(paper.title),
        "addressee": paper.addressee,
        "body": [_block(block) for block in paper.body],
        "attachments": list(paper.listed),
        "signature": asdict(paper.signature) if paper.signature else None,
        "remark": paper.remark,
        "annexes": [_annex(paper, annex) for annex in paper.annexes],
        "colophon": _colophon(paper.colophon),
    }
    return json.dumps(_printable(shape), ensure_ascii=False)


def _fonts() -> dict[str, Any]:
    latin = fonts.latin()
    shapes = {}
    for key, face in fonts.faces().items():
        # Digits of the text are set in Times, those of the page number in 宋体 (7.5).
        families = [face.family] if key == "song" or not latin else [latin, face.family]
        shapes[key] = {"families": families, "weight": face.weight}
    return shapes


def _measures() -> dict[str, float]:
    return {
        "top": gbt9704.TOP,
        "left": gbt9704.LEFT,
        "right": gbt9704.RIGHT,
        "bottom": gbt9704.BOTTOM,
        "height": gbt9704.PAGE_HEIGHT,
        "width": gbt9704.PAGE_WIDTH,
        "type_width": gbt9704.TYPE_WIDTH,
        "pitch": gbt9704.CHARACTER_PITCH_POINTS,
        "line": gbt9704.FULL_LINE_POINTS,
        "rule_gap": gbt9704.RULE_GAP,
        "rule": gbt9704.RULE_POINTS,
        "letter_top": gbt9704.LETTER_TOP,
        "letter_rule": gbt9704.LETTER_RULE,
        "letter_foot": gbt9704.LETTER_FOOT,
        "outer": gbt9704.COLOPHON_OUTER,
        "inner": gbt9704.COLOPHON_INNER,
        "form": gbt9704.FORM_POINTS,
        "number_drop": gbt9704.NUMBER_DROP,
    }


def _masthead(masthead: Masthead | None) -> dict[str, Any] | None:
    if masthead is None:
        return None
    return {
        "form": masthead.form.value,
        "mark": masthead.mark,
        "size": gbt9704.mark_points(masthead),
        "stretch": gbt9704.mark_stretch(masthead),
        "spread": gbt9704.mark_spread(masthead),
        "drop": gbt9704.mark_drop(masthead),
        "number": masthead.number,
        "issuer": masthead.issuer,
        "day": masthead.day,
        "signer": masthead.signer,
        "flags": [{"text": flag.text, "colour": gbt9704.TINTS[flag.tint]} for flag in masthead.flags],
        "red": gbt9704.RED,
    }


def _annex(paper: OfficialPaper, annex: Annex) -> dict[str, Any]:
    return {
        "mark": paper.mark_of(annex),
        "title": annex.title,
        "landscape": annex.is_landscape,
        "blocks": [_block(block, is_landscape=annex.is_landscape) for block in annex.blocks],
    }


def _block(block: Block, *, is_landscape: bool = False) -> dict[str, Any]:
    shape = {"kind": type(block).__name__.lower(), **asdict(block)}
    if isinstance(block, Table | Form):
        shape["widths_mm"] = gbt9704.fitted(block.widths_mm, is_landscape=is_landscape)
    if isinstance(block, Table):
        shape["words"] = list(block.words)
        shape["rows"] = [
            {"cells": [_breakable(cell) for cell in row], "whole": max(map(len, row), default=0) <= WHOLE_ROW}
            for row in block.rows
        ]
    return shape


def _breakable(text: str) -> str:
    """Gives a text whose long words without blanks (addresses, numbers) can be broken at the edge of a cell."""
    return LONG_WORD.sub(lambda word: SOFT_BREAK.join(word.group()), text)


def _colophon(colophon: Colophon | None) -> dict[str, Any] | None:
    return asdict(colophon) if colophon else None


def _printable(value: Any) -> Any:
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: _printable(each) for key, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
    return value
