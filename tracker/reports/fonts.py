"""Which fonts of this machine set the PDF, and which stands in for which: official fonts are not free."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import typst

from tracker.errors import Unreadable

PACKAGE = "fonts-noto-cjk"
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "Noto Serif SC", "AR PL UMing CN")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "WenQuanYi Zen Hei")
ANY = ("AR PL UMing", "WenQuanYi Micro Hei", "Droid Sans Fallback", "AR PL UKai")
NORMAL, BOLD = 400, 700


@dataclass(frozen=True, slots=True)
class Role:
    """A font the standard asks for: its Chinese name, its families as sold, and free ones that stand in."""

    name: str
    official: tuple[str, ...]
    stand_ins: tuple[str, ...]
    stand_in_weight: int = NORMAL


@dataclass(frozen=True, slots=True)
class Face:
    """The font found for a role."""

    family: str
    weight: int
    is_official: bool


ROLES: dict[str, Role] = {
    "title": Role(
        "小标宋",
        ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
        SERIF,
        BOLD,
    ),
    "body": Role(
        "仿宋",
        ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋"),
        ("FandolFang", "FandolFang R", *SERIF),
    ),
    "heading": Role("黑体", ("SimHei", "黑体", "STHeiti"), ("FandolHei", *SANS)),
    "kai": Role(
        "楷体",
        ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体"),
        ("FandolKai", "LXGW WenKai", "AR PL UKai CN", "AR PL UKai", *SERIF),
    ),
    "song": Role("宋体", ("SimSun", "宋体", "STSong"), SERIF),
}
LATIN = ("Times New Roman", "Liberation Serif", "Nimbus Roman")


@cache
def installed() -> typst.Fonts:
    """Gives the fonts of the machine, searched once."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def faces(families: frozenset[str] | None = None) -> dict[str, Face]:
    """Gives the font for every role out of the families there are.

    Raises Unreadable naming the Debian package where no Chinese font is found.
    """
    found = frozenset(installed().families()) if families is None else families
    return {key: _face(role, found) for key, role in ROLES.items()}


def latin(families: frozenset[str] | None = None) -> str:
    """Gives the family for Latin letters and digits, "" where none is found and the Chinese font has its own."""
    found = frozenset(installed().families()) if families is None else families
    return next((family for family in LATIN if family in found), "")


def stand_in_words(families: frozenset[str] | None = None) -> str:
    """Gives the sentence that says which font stands in for which, "" where all are the official ones."""
    replaced: dict[str, list[str]] = {}
    for key, face in faces(families).items():
        if not face.is_official:
            shown = f"{face.family} 粗体" if face.weight == BOLD else face.family
            replaced.setdefault(shown, []).append(ROLES[key].name)
    if not replaced:
        return ""
    words = "，".join(f"{'、'.join(names)}用 {family}" for family, names in replaced.items())
    return f"本机未安装部分公文字体，PDF 中以可免费使用的字体代替：{words}。在办公电脑上打开 .docx 时仍为规定字体。"


def _face(role: Role, found: frozenset[str]) -> Face:
    for family in role.official:
        if family in found:
            return Face(family, NORMAL, is_official=True)
    for family in (*role.stand_ins, *SERIF, *SANS, *ANY):
        if family in found:
            return Face(family, role.stand_in_weight, is_official=False)
    raise Unreadable(
        "no-font", f"本机没有中文字体，无法生成 PDF。请由系统管理员安装软件包 {PACKAGE}（apt-get install {PACKAGE}）。"
    )
