from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.targets import Target, find_targets


def read(text: str) -> tuple[Target, ...]:
    return find_targets(text, 0, len(text))


def told(text: str) -> list[tuple[str, str | None, str, float, str]]:
    return [(one.name, one.by, one.op, one.value, one.unit) for one in read(text)]


PROMISES = {
    "到2025年,技术交易额达到36亿元。": [("技术交易额", "2025", "=", 36, "亿元")],
    "到2026年底,全市建成充电站120座以上,公交车新能源占比提高到85%。": [
        ("建成充电站", "2026", ">=", 120, "座"),
        ("公交车新能源占比", "2026", "=", 85, "%"),
    ],
    "每年新增绿色工厂6家以上。": [("新增绿色工厂", "每年", ">=", 6, "家")],
    "经登记的家庭农场每年新增90户以上。": [("经登记的家庭农场新增", "每年", ">=", 90, "户")],
    "2024年底、2025年底、2026年底,全市数字化车间分别达到12个以上、20个以上、35个以上。": [
        ("数字化车间", "2024", ">=", 12, "个"),
        ("数字化车间", "2025", ">=", 20, "个"),
        ("数字化车间", "2026", ">=", 35, "个"),
    ],
    "2024年、2025年森林覆盖率分别达到31.5%、32%。": [
        ("森林覆盖率", "2024", "=", 31.5, "%"),
        ("森林覆盖率", "2025", "=", 32, "%"),
    ],
    "到2025年,龙头企业和合作社数量分别达到60家和1.2万家。": [
        ("龙头企业数量", "2025", "=", 60, "家"),
        ("合作社数量", "2025", "=", 12000, "家"),
    ],
    "到2027年,市、县两级事项网办率分别达到98%、90%以上。": [
        ("市事项网办率", "2027", ">=", 98, "%"),
        ("县事项网办率", "2027", ">=", 90, "%"),
    ],
    "到2025年,研发经费年均增长12%左右。": [("研发经费年均增长", "2025", "~", 12, "%")],
    "农村居民人均可支配收入年均增长7%,到2025年突破2.4万元。": [
        ("农村居民人均可支配收入年均增长", "每年", "=", 7, "%"),
        ("农村居民人均可支配收入", "2025", ">=", 2.4, "万元"),
    ],
    "“十四五”末,单位地区生产总值能耗下降14%,城镇调查失业率控制在5.5%以内。": [
        ("单位地区生产总值能耗下降", "2025", "=", 14, "%"),
        ("城镇调查失业率", "2025", "<=", 5.5, "%"),
    ],
    "到2025年,PM2.5年均浓度降至33微克/立方米。": [("PM2.5年均浓度", "2025", "<=", 33, "微克/立方米")],
    "将施工许可办理时间压缩至20个工作日以内。": [("施工许可办理时间", None, "<=", 20, "个工作日")],
    "研发投入强度不低于2.2%,规上企业研发机构覆盖率不少于五成,每年培训工匠不少于800人次。": [
        ("研发投入强度", None, ">=", 2.2, "%"),
        ("培训工匠", "每年", ">=", 800, "人次"),
    ],
    "到2025年,建成8家以上中试基地,实施示范项目25项以上,累计转化成果260项以上。": [
        ("中试基地", "2025", ">=", 8, "家"),
        ("实施示范项目", "2025", ">=", 25, "项"),
        ("累计转化成果", "2025", ">=", 260, "项"),
    ],
    "每年引进产业领军人才3名、青年博士40名,技术经纪人团队2个。": [
        ("引进产业领军人才", "每年", "=", 3, "名"),
        ("青年博士", "每年", "=", 40, "名"),
        ("技术经纪人团队", "每年", "=", 2, "个"),
    ],
    "每年组织实施4项市级重点专项、9项区县示范专项。": [
        ("市级重点专项", "每年", "=", 4, "项"),
        ("区县示范专项", "每年", "=", 9, "项"),
    ],
    "力争每年新增省级工程中心2家以上,2026年全市总量达到45家。": [
        ("新增省级工程中心", "每年", ">=", 2, "家"),
        ("省级工程中心总量", "2026", "=", 45, "家"),
    ],
    "2024年底前新增规上企业30家,2025年底前新增40家。": [
        ("新增规上企业", "2024", "=", 30, "家"),
        ("新增规上企业", "2025", "=", 40, "家"),
    ],
    "冷库库容由2022年的3万吨增加到2025年的5万吨。": [("冷库库容", "2025", "=", 50000, "吨")],
    "到2025年,创建省级众创空间、星创天地各3家。": [
        ("创建省级众创空间", "2025", "=", 3, "家"),
        ("星创天地", "2025", "=", 3, "家"),
    ],
    "确保2024年完成老旧小区改造85个,惠及居民1.6万户。": [
        ("完成老旧小区改造", "2024", "=", 85, "个"),
        ("惠及居民", "2024", "=", 16000, "户"),
    ],
    "到2025年,规上工业企业突破千家,工业总产值突破两千亿元。": [
        ("规上工业企业", "2025", ">=", 1000, "家"),
        ("工业总产值", "2025", ">=", 2000, "亿元"),
    ],
    "到2025年,研发机构覆盖率达到百分之六十。": [("研发机构覆盖率", "2025", "=", 60, "%")],
    "到2025年,新增省级重点实验室2—3家。": [("新增省级重点实验室", "2025", ">=", 2, "家")],
    "到2025年和2030年,非化石能源消费比重分别达到20%、25%左右。": [
        ("非化石能源消费比重", "2025", "~", 20, "%"),
        ("非化石能源消费比重", "2030", "~", 25, "%"),
    ],
    "到2025年,培育专精特新“小巨人”企业10家。": [("培育专精特新“小巨人”企业", "2025", "=", 10, "家")],
    "到2025年,累计建设院士工作站(专家工作站)6个以上。": [("累计建设院士工作站(专家工作站)", "2025", ">=", 6, "个")],
    "到2025年,A级景区达到30家,其中5A级1家、4A级8家。": [
        ("A级景区", "2025", "=", 30, "家"),
        ("5A级", "2025", "=", 1, "家"),
        ("4A级", "2025", "=", 8, "家"),
    ],
    "到2025年,人均预期寿命提高到79.5岁,孕产妇死亡率控制在10/10万以下,优良天数达到310天以上。": [
        ("人均预期寿命", "2025", "=", 79.5, "岁"),
        ("孕产妇死亡率", "2025", "<=", 10, "/10万"),
        ("优良天数", "2025", ">=", 310, "天"),
    ],
    "力争2026年数字经济规模突破800亿元,占地区生产总值比重达到45%。": [
        ("数字经济规模", "2026", ">=", 800, "亿元"),
        ("数字经济规模占地区生产总值比重", "2026", "=", 45, "%"),
    ],
    "城镇化率达到60%左右,比2020年提高5个百分点。": [
        ("城镇化率", None, "~", 60, "%"),
        ("城镇化率提高", None, "=", 5, "个百分点"),
    ],
    "各区县每年至少举办2次对接活动。": [("对接活动", "每年", ">=", 2, "次")],
    "在现有20家基础上,再培育30家以上市级龙头企业。": [("市级龙头企业", None, ">=", 30, "家")],
    "完成2000户农村危房改造和15个搬迁后续扶持项目。": [
        ("农村危房改造", None, "=", 2000, "户"),
        ("搬迁后续扶持项目", None, "=", 15, "个"),
    ],
    "企业开办由3个工作日压缩至1个工作日,全程网办率超90%。": [
        ("企业开办", None, "<=", 1, "个工作日"),
        ("全程网办率", None, ">=", 90, "%"),
    ],
    "力爭到2025年,技術合同成交額達到28億元,選派科技專員300名以上,示範園區2個。": [
        ("技術合同成交額", "2025", "=", 28, "亿元"),
        ("選派科技專員", "2025", ">=", 300, "名"),
        ("示範園區", "2025", "=", 2, "个"),
    ],
    "到２０２５年，技术合同成交额达到２００亿元；高新技术企业达到１，５００家以上。": [
        ("技术合同成交额", "2025", "=", 200, "亿元"),
        ("高新技术企业", "2025", ">=", 1500, "家"),
    ],
}


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_read_with_its_name_year_comparator_value_and_unit(text: str) -> None:
    assert told(text) == PROMISES[text]


WIDE = str.maketrans(",:;()%", "，：；（）％")


@pytest.mark.parametrize("text", PROMISES)
def test_full_width_punctuation_changes_nothing_but_what_is_printed(text: str) -> None:
    wide = [(name.translate(WIDE), by, op, value, unit) for name, by, op, value, unit in PROMISES[text]]
    assert told(text.translate(WIDE)) == wide


NO_PROMISES = [
    "对首次认定的省级创新平台,给予一次性奖励30万元,每家最高不超过50万元。",
    "年度研发投入在500万元以上的,按投入的3%给予补助,连续支持3年。",
    "单个项目投资额不低于300万元,按照不超过投资额的10%—20%给予资金补助。",
    "企业每年申请创新券额度上限为8万元。",
    "单独使用创新券的额度不得超过合同金额的50%。",
    "每新增1家上市企业给予所在园区20万元奖励。",
    "具体比例为:500万元以下部分为不超过30%;500万元至1000万元的部分为不超过25%。",
    "2019年,全市规上企业已达到160家,较上年增长12%。",
    "“十三五”以来,累计建成公租房1.2万套。",
    "目前,全市共有博物馆18家,完成了改造任务30项。",
    "截至目前,累计培育省级龙头企业18家,居全省第5位。",
    "围绕7条重点产业链和12个主导产业,聚焦8个关键环节开展攻关。",
    "实施“四个一批”工程,落实“双一流”高校合作协议,兑现“20条”措施。",
    "认真落实《云川市促进工业倍增30条措施》(云政〔2021〕16号)。",
    "推进30万吨/年乙烯、40万吨/年甲醇等项目前期工作。",
    "领导小组下设办公室和5个工作专班,每周调度1次。",
    "年龄在45周岁以下,具有3年以上工作经验。",
    "县财政每年安排专项资金不少于500万元,用于技术改造。",
    "设立规模不低于10亿元的产业引导基金。",
    "原则上每个重点产业明确一个处室、组建一支团队。",
    "各区县增速不低于全市平均水平。",
    "每季度召开1次联席会议,每半年通报1次进展情况,每次不超过10名代表。",
    "推广1.2米×1.0米标准托盘。",
    "建成冷链中心,项目计划总投资1.8亿元。",
    "新建小区按照每百户不少于30平方米配建养老用房。",
    "加快总投资50亿元的产业园和投资12亿元的物流园建设。",
    "建立由50名专家组成的智库,邀请20余位专家授课。",
    "贴息比例不超过50%,单户最高不超过10万元。",
    "企业年纳税额首次达到10万元的,优先推荐。",
    "(责任单位:市科技局、市财政局,6月底完成)",
]


@pytest.mark.parametrize("text", NO_PROMISES)
def test_money_handed_out_facts_conditions_and_descriptions_are_no_targets(text: str) -> None:
    assert told(text) == []


def test_a_promise_beside_a_subsidy_is_still_read() -> None:
    text = "到2025年,孵化器达到9家。对新认定的孵化器,市财政给予20万元奖励。"
    assert told(text) == [("孵化器", "2025", "=", 9, "家")]


def test_a_year_holds_for_the_sentences_behind_it() -> None:
    text = "到2025年底,攻关取得突破,建成6个平台。高技术产业占比提高到25%。"
    assert [(one.by, one.value) for one in read(text)] == [("2025", 6), ("2025", 25)]


def test_every_year_holds_for_its_own_sentence_only() -> None:
    text = "每年举办技能大赛3场。高技能人才达到900人。"
    assert [(one.by, one.value) for one in read(text)] == [("每年", 3), (None, 900)]


def test_a_year_before_the_plan_begins_is_a_fact() -> None:
    head = "云川市质量提升行动计划(2022—2025年)\n\n"
    assert told(head + "2021年全市商标注册量达到800件。") == []
    assert told(head + "2025年全市商标注册量达到1100件。") == [("商标注册量", "2025", "=", 1100, "件")]


def test_a_name_broken_over_two_lines_is_one_name() -> None:
    text = "到2025年,全市规模以上工业企业研发活动和技术改造的\n覆盖比例达到55%。"
    assert told(text) == [("规模以上工业企业研发活动和技术改造的覆盖比例", "2025", "=", 55, "%")]


def test_a_line_that_begins_with_an_amount_goes_on_with_the_sentence() -> None:
    assert told("建设“暖心家园”\n6个,每年服务老年人\n300人次以上。\n2、平台") == [
        ("建设“暖心家园”", None, "=", 6, "个"),
        ("服务老年人", "每年", ">=", 300, "人次"),
    ]


def test_words_taken_into_a_name_keep_the_script_of_the_document() -> None:
    text = "農村居民收入年均增長8%,到2025年達到2.2萬元。"
    assert told(text) == [("農村居民收入年均增長", "每年", "=", 8, "%"), ("農村居民收入", "2025", "=", 2.2, "万元")]


def test_a_year_before_that_of_the_documents_number_is_a_fact() -> None:
    head = "青岚县重点工作方案\n青政发〔2023〕1 号\n"
    assert told(head + "2022年,全县生产总值完成186亿元,增长4%。") == []


def test_offsets_are_those_of_the_whole_content() -> None:
    head, text = "前言。", "到2025年,专利授权量达到900件。"
    found = find_targets(head + text, len(head), len(head) + len(text))
    assert [(head + text)[one.start : one.end] for one in found] == ["专利授权量达到900件"]
    assert found[0].printed == "专利授权量达到900件"


def test_a_stretch_outside_the_content_is_clipped() -> None:
    assert find_targets("到2025年,平台达到9家。", -5, 400) == read("到2025年,平台达到9家。")
    assert find_targets("到2025年", 9, 3) == ()


ALPHABET = st.sampled_from(
    list(
        "到至截年月底每0123456789.,,、。;:()“”《》\n\t %家个万亿元项名以上下左右"
        "分别达到新增培育建成不低于超过已了对给予奖励由从的和比较各"
    )
)


@given(st.one_of(st.text(max_size=200), st.lists(ALPHABET, max_size=200).map("".join)))
def test_any_text_is_read_and_every_target_lies_inside(text: str) -> None:
    for one in read(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.printed == text[one.start : one.end]
        assert one.name
        assert one.op in (">=", "=", "<=", "~")


NAMES = st.sampled_from(
    ["省级工程中心", "绿色工厂", "家庭农场", "技能大师工作室", "养老床位", "口袋公园", "农产品品牌", "数字化车间"]
)
TAILS = st.sampled_from([("", "="), ("以上", ">="), ("左右", "~"), ("以内", "<=")])


@st.composite
def promises(draw: st.DrawFn) -> tuple[str, list[tuple[str, str | None, str, float, str]]]:
    """A sentence of promises in one notation each, and what must be read from it."""
    year = draw(st.integers(2023, 2035))
    clauses, wanted = [], []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        value = draw(st.one_of(st.integers(2, 99999), st.decimals(1, 99, places=2).map(float)))
        tail, op = draw(TAILS)
        unit = draw(st.sampled_from(["家", "个", "%", "亿元"]))
        verb = draw(st.sampled_from(["达到", "提高到", "力争达到", "增加到"]))
        clauses.append(f"{name}{verb}{value}{unit}{tail}")
        wanted.append((name, str(year), op, value, unit))
    return f"到{year}年,{','.join(clauses)}。", wanted


@given(promises())
def test_generated_promises_are_read_back_exactly(
    case: tuple[str, list[tuple[str, str | None, str, float, str]]],
) -> None:
    text, wanted = case
    assert told(text) == wanted
    assert told(text.translate(WIDE)) == wanted


@given(st.lists(st.integers(2, 9000), min_size=2, max_size=6), NAMES)
def test_generated_years_and_values_are_dealt_out_in_order(values: list[int], name: str) -> None:
    years = [str(2023 + i) for i in range(len(values))]
    text = "、".join(f"{year}年" for year in years) + f"{name}分别达到" + "、".join(f"{value}家" for value in values)
    assert told(text) == [(name, year, "=", value, "家") for year, value in zip(years, values, strict=True)]


@pytest.mark.parametrize(
    "piece",
    [
        "1个a",
        "达到1家、",
        "比较",
        "分别各",
        "(",
        "“",
        "2025年、",
        "年均增长",
        "到2025年",
        "1,000",
        "不低于",
        "一百万亿",
        "\n甲",
        "对",
        ",",
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    short, long = _lines_run(piece * 400), _lines_run(piece * 1600)
    assert long < short * 6


def _lines_run(text: str) -> int:
    """The lines of our own code that are run for a text: a measure of work that no other load disturbs."""
    import sys

    count = 0

    def tracer(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)  # type: ignore[arg-type]
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count
