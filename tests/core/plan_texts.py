"""Plans written by strategy: any mixture of the notations, together with what the reader must give back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

CHAPTERS = ["夯实基础支撑", "优化营商环境", "推进城乡融合", "扩大有效投资", "繁荣文化事业"]
SECTIONS = ["补齐设施短板", "提升服务效能", "培育新型主体", "守牢安全底线"]
TITLES = [
    "实施老旧管网改造",
    "推行一窗受理",
    "建设“一刻钟”便民圈",
    "完善粮食仓储设施(二期)",
    "深化校企合作,培养技能人才",
    "办好群众体育赛事",
    "整治农村人居环境",
]
BODIES = [
    "摸清底数,分类施策,逐项销号。",
    "到2025年,建成示范点20个以上。坚持建管并重,健全长效机制。",
    "围绕企业反映的难点堵点,开展上门服务;对确有困难的,一企一策帮扶。",
    "统筹使用各类资金1.5亿元,支持项目(含续建)建设。",
    "落实《云川市管网条例》,推广“三张清单”做法。",
]
STEMS = [
    "科技局",
    "财政局",
    "发展和改革局",
    "市场监管局",
    "城市管理局",
    "住房和城乡建设局",
    "民政局",
    "税务局",
    "总工会",
]
WHOLE = [
    "市委组织部",
    "市政府办公室",
    "青岚县政府",
    "高新区管委会",
    "各县(市、区)政府",
    "省驻云川单位",
    "市委宣传部〈市文明办〉",
]
NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
DEADLINES = [
    ("2024年底前", "2024-12-31", "date"),
    ("2025年6月30日前", "2025-06-30", "date"),
    ("每年", None, "recurring"),
    ("长期坚持", None, "standing"),
]


@dataclass
class Unit:
    printed: str
    name: str


@dataclass
class Part:
    lead: list[Unit] = field(default_factory=list)
    responsible: list[Unit] = field(default_factory=list)
    cooperating: list[Unit] = field(default_factory=list)
    deadline: tuple[str, str | None, str] | None = None


@dataclass
class Expected:
    no: str
    path: list[str]
    title: str
    parts: list[Part]


@dataclass
class PlanText:
    content: str
    tasks: list[Expected]


@st.composite
def unit_lists(draw, size: int) -> list[Unit]:
    """A list whose bare names take the prefix of the name before them."""
    found: list[Unit] = []
    bare_allowed = False
    for stem in draw(st.lists(st.sampled_from(STEMS + WHOLE), min_size=size, max_size=size, unique=True)):
        if stem in WHOLE:
            found.append(Unit(stem, stem.split("〈")[0]))
            bare_allowed = bare_allowed or stem.startswith("市")
        elif bare_allowed and draw(st.booleans()):
            found.append(Unit(stem, "市" + stem))
        else:
            found.append(Unit("市" + stem, "市" + stem))
            bare_allowed = True
    return found


def _joined(draw, units: list[Unit]) -> str:
    words = units[0].printed
    for unit in units[1:]:
        words += draw(st.sampled_from(["、", "、", ",", "，", "；"])) + unit.printed
    return words


OPENING = "为提升城市品质," + "贯彻市委工作部署,坚持民生优先、系统推进,统筹规划建设管理各环节," * 14 + "制定本方案。"
OPEN_CLOSE = ["()", "（）", "[]", "［］", "〔〕", "【】"]


@st.composite
def duties(draw) -> tuple[str, Part]:
    """One responsibility list in one of its notations, and what it says."""
    kind = draw(st.sampled_from(["labels", "lines", "sentence", "negative", "marked", "square"]))
    part = Part()
    everybody = draw(unit_lists(draw(st.integers(1, 5))))
    cut = draw(st.integers(1, len(everybody)))
    first, rest = everybody[:cut], everybody[cut:]
    colon, stop = draw(st.sampled_from([":", "："])), draw(st.sampled_from([";", "；", ",", "，"]))
    bracket = draw(st.sampled_from(OPEN_CLOSE))
    if kind in ("labels", "lines", "square"):
        return _labelled(draw, part, kind, (first, rest), (bracket, colon, stop))
    if kind == "sentence":
        part.lead, part.cooperating = first, rest
        lead = draw(st.sampled_from(["牵头", "牵头负责"]))
        words = draw(st.sampled_from(["", "由"])) + _joined_plain(draw, first) + lead
        words += ("," + _joined_plain(draw, rest) + "配合") if rest else ""
        return bracket[0] + words + bracket[1], part
    if kind == "marked":
        part.responsible = everybody
        return bracket[0] + _joined_plain(draw, everybody) + draw(
            st.sampled_from(["负责", "按职责分工负责"])
        ) + bracket[1], part
    part.lead, part.responsible = first, rest
    words = "由" + _joined_plain(draw, first) + "牵头"
    words += (",会同" + _joined_plain(draw, rest) + draw(st.sampled_from(["等单位负责落实", "落实"]))) if rest else ""
    return bracket[0] + words + bracket[1], part


def _joined_plain(draw, units: list[Unit]) -> str:
    return draw(st.sampled_from(["、", "，", ","])).join(unit.printed for unit in units)


def _labelled(draw, part, kind, lists, marks):
    first, rest = lists
    bracket, colon, stop = marks
    fields = []
    if draw(st.booleans()):
        part.lead = first
        fields.append(draw(st.sampled_from(["牵头单位", "牵头部门"])) + colon + _joined(draw, first))
        if rest:
            other = draw(st.sampled_from(["责任单位", "责任部门", "配合单位", "协办单位", "参加单位"]))
            setattr(part, "responsible" if other.startswith("责任") else "cooperating", rest)
            fields.append(other + colon + _joined(draw, rest))
    else:
        part.responsible = first + rest
        fields.append("责任单位" + colon + _joined(draw, first + rest))
    if draw(st.booleans()):
        part.deadline = draw(st.sampled_from(DEADLINES))
        fields.append(draw(st.sampled_from(["完成时限", "时间节点", "时限要求"])) + colon + part.deadline[0])
    if kind == "lines":
        return "\n" + "\n".join(fields), part
    if kind == "square":
        return "\n" + "\n".join(f"【{one.replace(colon, '】', 1)}" for one in fields), part
    return bracket[0] + stop.join(fields) + bracket[1], part


@st.composite
def plans(draw) -> PlanText:
    """A whole plan: levels, ways of numbering, items of one or several parts, boxes and chapters without tasks."""
    arabic = draw(st.sampled_from(["{}.", "{}．", "{}、"]))
    shape = draw(st.sampled_from(["three", "two", "arabic", "chapters", "articles", "deep"]))
    restart = draw(st.booleans())
    lines = ["云川市提质行动方案(2023—2025年)", OPENING]
    tasks: list[Expected] = []
    count = 0
    if shape != "chapters":
        lines += ["一、总体要求", "(一)指导思想。坚持系统观念。", "(二)工作目标。到2025年,城市品质明显提升。"]
    chapters = draw(st.integers(1, 3))
    for k in range(chapters):
        offset = 0 if shape == "chapters" else 1
        chapter = f"{NUMERALS[k + offset]}、"
        if shape == "chapters":
            _item(draw, lines, tasks, chapter, [])
            continue
        lines.append(chapter + CHAPTERS[k])
        count = 0 if restart else count
        for s in range(draw(st.integers(1, 2)) if shape in ("three", "deep") else 1):
            path = [chapter]
            if shape in ("three", "deep"):
                path.append(f"({NUMERALS[s]})")
                lines.append(path[-1] + SECTIONS[s])
            for _ in range(draw(st.integers(1, 3))):
                count += 1
                _item(draw, lines, tasks, _number(shape, count, arabic), path)
    lines += [f"{NUMERALS[chapters + 1]}、保障措施", "(一)加强组织领导。压实责任。"] if shape != "chapters" else []
    return PlanText("\n".join(lines), tasks)


def _number(shape: str, count: int, arabic: str) -> str:
    if shape == "two":
        return f"({NUMERALS[(count - 1) % 12]})" if count <= 12 else f"(十{NUMERALS[count - 11]})"
    if shape == "articles":
        return f"第{NUMERALS[count - 1]}条"
    if shape == "deep":
        return "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"[count - 1]
    return arabic.format(count)


def _item(draw, lines: list[str], tasks: list[Expected], number: str, path: list[str]) -> None:
    title = draw(st.sampled_from(TITLES))
    parts = draw(st.lists(duties(), min_size=1, max_size=draw(st.sampled_from([1, 1, 1, 3]))))
    blank = " " if number.startswith("第") else ""
    text = f"{number}{blank}{title}。"
    for k, (words, _) in enumerate(parts):
        text += ("\n" if k else "") + draw(st.sampled_from(BODIES)) + words
    lines.append(text)
    tasks.append(Expected(number, list(path), title, [part for _, part in parts]))
    if not words.startswith("\n") and draw(st.integers(0, 4)) == 0:
        lines += ["专栏1 重点工程", "1.新建泵站2座。", "2.改造泵站3座。", "3.修缮泵站4座。"]


def as_read(plan) -> list[tuple]:
    """The tasks of a reading in the form of `as_written`, measures and unassigned items left out."""
    rows = []
    for task in plan.tasks:
        if not (task.lead or task.responsible or task.cooperating):
            continue
        units = [[(u.printed, u.name) for u in role] for role in (task.lead, task.responsible, task.cooperating)]
        day = task.deadline.date.isoformat() if task.deadline and task.deadline.date else None
        limit = (task.deadline.printed, day, task.deadline.kind.value) if task.deadline else None
        rows.append((list(task.path), task.no, task.part, task.title, *units, limit))
    return rows


def as_written(text: PlanText) -> list[tuple]:
    """What the reader must give back for a plan."""
    rows = []
    for task in text.tasks:
        for k, part in enumerate(task.parts):
            roles = (part.lead, part.responsible, part.cooperating)
            units = [[(u.printed, u.name) for u in role] for role in roles]
            rows.append((task.path, task.no, k + 1 if len(task.parts) > 1 else None, task.title, *units, part.deadline))
    return rows
