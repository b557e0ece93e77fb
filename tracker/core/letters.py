"""What a message says, in plain words and in HTML, both made of the same rows.

Mail readers know no style sheets of ours, so every element carries its style; nothing is loaded from anywhere, and
every word that comes from a record is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

_FONT = "font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',SimSun,sans-serif"
_RED, _INK, _MUTED, _LINE, _LATE = "#951a1e", "#1f2329", "#545c66", "#dcdfe4", "#b3181d"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing owed: by whom, which task of which plan, what exactly and how late, and where it is done."""

    unit: str
    task: str
    plan: str
    owed: str
    link: str
    is_late: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things to be done in the same way, under the words that say how; `more` of them are counted, not listed."""

    title: str
    items: tuple[Item, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """Gives how many there are."""
        return len(self.items) + self.more

    @property
    def rest(self) -> str:
        """Gives the words for those that are not listed, "" where all are."""
        return f"其余 {self.more} 项请在系统中查看。" if self.more else ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person: words of its own (`said`), things owed in groups, or both."""

    office: str
    name: str
    subject: str
    said: str = ""
    groups: tuple[Group, ...] = ()
    link: str = ""
    link_words: str = "打开系统办理"


def plain(letter: Letter) -> str:
    """Gives a letter in plain words."""
    parts = [letter.said] if letter.said else []
    parts += [_plain_group(group) for group in letter.groups]
    if letter.link:
        parts.append(f"{letter.link_words}：{letter.link}")
    return "\n\n".join(parts)


def html(letter: Letter) -> str:
    """Gives a letter as an HTML document."""
    said = "".join(_paragraph(line) for line in letter.said.split("\n") if line.strip())
    return _PAGE.format(
        subject=escape(letter.subject),
        office=escape(letter.office),
        name=escape(letter.name),
        said=said,
        groups="".join(_html_group(group) for group in letter.groups),
        link=_button(letter.link, letter.link_words),
        font=_FONT,
        red=_RED,
        ink=_INK,
        muted=_MUTED,
        line=_LINE,
    )


def subject_of(groups: Sequence[Group]) -> str:
    """Gives the subject of a digest: how many things of each kind are owed."""
    return "督办提醒：" + "、".join(f"{group.title}{group.count}项" for group in groups)


def _plain_group(group: Group) -> str:
    lines = [f"【{group.title}】{group.count}项"]
    for item in group.items:
        lines.append(f"· {item.task}")
        lines.append(f"   {item.owed}{f'（{item.advice}）' if item.advice else ''}")
        lines.append(f"   {item.unit}，《{item.plan}》")
        lines.append(f"   {item.link}")
    return "\n".join([*lines, *([group.rest] if group.more else [])])


def _html_group(group: Group) -> str:
    rows = "".join(_html_item(item) for item in group.items)
    return (
        f'<h2 style="margin:24px 0 4px;font-size:16px;line-height:1.5;color:{_INK}">{escape(group.title)}'
        f'<span style="font-weight:normal;color:{_MUTED}">　{group.count}项</span></h2>'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{rows}</table>'
        f"{_paragraph(group.rest) if group.more else ''}"
    )


def _html_item(item: Item) -> str:
    colour = _LATE if item.is_late else _INK
    weight = "bold" if item.is_late else "normal"
    advice = f'<br><span style="color:{_MUTED}">{escape(item.advice)}</span>' if item.advice else ""
    return (
        f'<tr><td style="padding:10px 0;border-top:1px solid {_LINE};font-size:15px;line-height:1.6">'
        f"{_linked(item.link, item.task)}<br>"
        f'<span style="color:{colour};font-weight:{weight}">{escape(item.owed)}</span>{advice}<br>'
        f'<span style="font-size:13px;color:{_MUTED}">{escape(item.unit)}　《{escape(item.plan)}》</span></td></tr>'
    )


def _paragraph(line: str) -> str:
    return f'<p style="margin:0 0 8px;font-size:15px;line-height:1.7">{escape(line)}</p>'


def _linked(link: str, words: str) -> str:
    if not _is_ours(link):
        return f"<strong>{escape(words)}</strong>"
    return f'<a href="{escape(link)}" style="color:#17508f;font-weight:bold;text-decoration:none">{escape(words)}</a>'


def _button(link: str, words: str) -> str:
    if not _is_ours(link):
        return ""
    return (
        f'<p style="margin:24px 0 0"><a href="{escape(link)}" style="display:inline-block;padding:9px 22px;'
        f'background:{_RED};color:#ffffff;font-size:15px;text-decoration:none;border-radius:3px">'
        f"{escape(words)}</a></p>"
    )


def _is_ours(link: str) -> bool:
    return urlsplit(link).scheme in ("http", "https")


_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
</head>
<body style="margin:0;padding:0;background:#f5f6f8">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f5f6f8">
<tr><td align="center" style="padding:16px 8px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="max-width:640px;background:#ffffff;border:1px solid {line};{font};color:{ink};text-align:left">
<tr><td style="background:{red};padding:12px 24px;color:#ffffff;font-size:15px;line-height:1.5">
<strong>任务督办</strong>　{office}</td></tr>
<tr><td style="padding:22px 24px 26px">
<p style="margin:0 0 14px;font-size:15px;line-height:1.6">{name}，您好：</p>
<h1 style="margin:0 0 10px;font-size:18px;line-height:1.5;color:{ink}">{subject}</h1>
{said}{groups}{link}
</td></tr>
<tr><td style="padding:12px 24px;border-top:1px solid {line};font-size:13px;line-height:1.6;color:{muted}">
本邮件由系统自动发出，请勿直接回复。接收时间可在系统的“提醒与日历”中设置。</td></tr>
</table>
</td></tr></table>
</body>
</html>
"""
