"""What holds for every text: nothing raises, every place lies inside, and what was written is read back exactly."""

import unicodedata

import opencc
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.core.plan_texts import PlanText, as_read, as_written, plans
from tracker.core.draft import draft
from tracker.core.script import normal, simplified
from tracker.core.text import text_of_lines

TOLERANT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
PIECES = [
    "一、", "(一)", "（二）", "1.", "2．", "3、", "(1)", "①", "第三条", "——", "专栏1", "附件：", "附件1",
    "牵头单位：", "责任单位:", "完成时限：", "责任领导：", "市科技局", "财政局", "各县(市、区)政府", "、", "，",
    "；", "。", "(", "（", "）", ")", "[", "〔", "〕", "〈", "〉", "“", "”", "\n", "\t", " ", "　", "2022年",
    "年底前", "每年", "达到100家以上", "1.5亿元", "²", "\ud800", "\x00", "??h", "负责", "牵头", "配合", "会同",
    "由", "等单位", "和", "第一责任单位为牵头单位，下同", "序号", "指标名称", "2021年", "目标值", "%",
    "總體要求", "— 3 —", "云川市人民政府", "实施方案", "云政发〔2022〕3号", "(fā)", "\r", "\u2028", "99",
    "百",
]  # fmt: skip
ANY = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
FULL_WIDTH = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in ",:;()[]"})
TO_TRADITIONAL = opencc.OpenCC("s2t")


def places_of(value: object) -> list[tuple[int, int]]:
    if isinstance(value, dict):
        own = [(value["start"], value["end"])] if {"start", "end"} <= value.keys() else []
        return own + [place for inner in value.values() for place in places_of(inner)]
    if isinstance(value, list):
        return [place for inner in value for place in places_of(inner)]
    return []


@TOLERANT
@given(ANY)
@example("(" * 3000 + ")" * 3000)
@example("责任单位:" * 500)
@example("int(²)²、第²条")
def test_any_text_is_read_and_every_place_lies_inside_it(content):
    reading = draft(text_of_lines(content)).to_json()
    reading.pop("period")
    assert all(0 <= start <= end <= len(content) for start, end in places_of(reading))
    for task in reading["tasks"]:
        for unit in task["lead"] + task["responsible"] + task["cooperating"]:
            assert content[unit["start"] : unit["end"]] == unit["printed"]


@TOLERANT
@given(st.text(max_size=300))
def test_the_matching_form_is_as_long_as_the_content(content):
    assert len(normal(content)) == len(content)
    printable = content.encode("utf-8", "replace").decode("utf-8")
    assert len(simplified(printable)) == len(printable)


@TOLERANT
@given(plans())
def test_a_plan_in_any_mixture_of_notations_is_read_back_exactly(plan: PlanText):
    assert as_read(draft(text_of_lines(plan.content))) == as_written(plan)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return simplified("".join(unicodedata.normalize("NFKC", value).split()))
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _wrapped(content: str, width: int) -> str:
    return "\n".join(line[i : i + width] for line in content.split("\n") for i in range(0, len(line), width))


@TOLERANT
@given(plans(), st.booleans(), st.booleans(), st.none() | st.integers(24, 46))
def test_width_script_and_broken_lines_change_nothing_of_the_reading(plan: PlanText, wide, traditional, width):
    content = TO_TRADITIONAL.convert(plan.content) if traditional else plan.content
    content = content.translate(FULL_WIDTH) if wide else content
    content = _wrapped(content, width) if width else content
    assert _plain(as_read(draft(text_of_lines(content)))) == _plain(as_written(plan))
