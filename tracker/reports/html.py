"""An official paper as one HTML page that stands alone: no scripts, no addresses, every word escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from tracker.core.official import Annex, Block, Form, Heading, Masthead, Note, OfficialPaper, Paragraph, Table
from tracker.reports import gbt9704
from tracker.reports.printable import printable

TYPE = "text/html"
LOOK = f"""
body {{ max-width: 40em; margin: 2em auto; padding: 0 1em; line-height: 1.8; color: #000;
  font-family: FangSong, "仿宋", "Noto Serif CJK SC", serif; }}
h1, h2, h3, h4, h5 {{ font-weight: normal; font-size: 1em; margin: 0; text-indent: 2em; }}
h1 {{ font-family: "方正小标宋简体", "Noto Serif CJK SC", serif; font-size: 1.4em; text-align: center; margin: 1.5em 0;
  text-indent: 0; }}
h2, th {{ font-family: SimHei, "黑体", "Noto Sans CJK SC", sans-serif; font-weight: normal; }}
h3, .lead {{ font-family: KaiTi, "楷体", serif; }}
p {{ margin: 0; text-indent: 2em; text-align: justify; }}
p.flush, td p, .signature p {{ text-indent: 0; }}
header {{ text-align: center; border-bottom: 2px solid {gbt9704.RED}; padding-bottom: .4em; }}
header p {{ text-indent: 0; text-align: inherit; }}
.mark {{ color: {gbt9704.RED}; font-size: 2.2em; line-height: 1.3; }}
.sides {{ display: flex; justify-content: space-between; }}
.signature {{ margin: 1.5em 2em 1.5em auto; width: fit-content; text-align: center; }}
section {{ margin-top: 3em; }}
table {{ border-collapse: collapse; width: 100%; font-size: .8em; line-height: 1.4; }}
th, td {{ border: 1px solid #000; padding: .3em .4em; vertical-align: middle; }}
footer {{ margin-top: 3em; border: solid #000; border-width: 1px 0; padding: .2em 1em; font-size: .9em; }}
footer p {{ text-indent: 0; }}
"""


def document(paper: OfficialPaper) -> bytes:
    """Gives the page, UTF-8."""
    parts = [
        f'<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{_safe(paper.subject)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{LOOK}</style></head><body>',
        *_text(paper),
        *(part for annex in paper.annexes for part in _annex(paper, annex)),
        *_colophon(paper),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode()


def _text(paper: OfficialPaper) -> Iterator[str]:
    if paper.masthead:
        yield from _masthead(paper.masthead)
    if paper.title:
        yield f"<h1>{'<br>'.join(map(_safe, paper.title))}</h1>"
    if paper.addressee:
        yield f'<p class="flush">{_safe(paper.addressee)}</p>'
    for block in paper.body:
        yield from _block(block)
    for place, name in enumerate(paper.listed):
        number = f"{place + 1}. " if len(paper.listed) > 1 else ""
        yield f"<p>{'附件：' if place == 0 else ''}{number}{_safe(name)}</p>"
    if paper.signature:
        lines = "".join(f"<p>{_safe(line)}</p>" for line in (*paper.signature.offices, paper.signature.day))
        yield f'<div class="signature">{lines}</div>'
    if paper.remark:
        yield f"<p>（{_safe(paper.remark)}）</p>"


def _masthead(head: Masthead) -> Iterator[str]:
    yield "<header>"
    for flag in head.flags:
        yield f'<p class="flush" style="text-align:left;color:{gbt9704.TINTS[flag.tint]}">{_safe(flag.text)}</p>'
    yield f'<p class="mark">{_safe(head.mark)}</p>'
    if head.number:
        yield f"<p>{_safe(head.number)}</p>"
    if head.signer:
        yield f"<p>签发人：{_safe(head.signer)}</p>"
    if head.issuer:
        yield f'<p class="sides"><span>{_safe(head.issuer)}</span><span>{_safe(head.day)}</span></p>'
    yield "</header>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h{block.level + 1}>{_safe(block.text)}</h{block.level + 1}>"
        case Paragraph():
            lead = f'<span class="lead">{_safe(block.lead)}</span>' if block.lead else ""
            yield f"<p>{lead}{_safe(block.text)}</p>"
        case Note():
            yield f'<p class="flush">{_safe(block.text)}</p>'
        case Table():
            yield f"<table><thead><tr>{''.join(f'<th>{_safe(cell)}</th>' for cell in block.head)}</tr></thead><tbody>"
            for row in block.rows:
                yield f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>"
            yield "</tbody></table>"
        case Form():
            yield "<table>"
            for line in block.rows:
                yield f"<tr>{''.join(_form_cell(cell.text, cell.span, cell.is_label) for cell in line.cells)}</tr>"
            yield "</table>"


def _form_cell(text: str, span: int, is_label: bool) -> str:
    name = "th" if is_label else "td"
    return f'<{name} colspan="{span}">{_safe(text)}</{name}>'


def _annex(paper: OfficialPaper, annex: Annex) -> Iterator[str]:
    mark = paper.mark_of(annex)
    yield "<section>"
    if mark:
        yield f'<p class="flush">{mark}</p>'
    if annex.title:
        yield f"<h1>{_safe(annex.title)}</h1>"
    for block in annex.blocks:
        yield from _block(block)
    yield "</section>"


def _colophon(paper: OfficialPaper) -> Iterator[str]:
    if paper.colophon:
        yield "<footer>"
        if paper.colophon.copies:
            yield f"<p>抄送：{_safe(paper.colophon.copies)}。</p>"
        if paper.colophon.printer:
            printed = f"<span>{_safe(paper.colophon.printed_on)}印发</span>"
            yield f'<p class="sides"><span>{_safe(paper.colophon.printer)}</span>{printed}</p>'
        yield "</footer>"


def _safe(text: str) -> str:
    return escape(printable(text)).replace("\n", "<br>")
