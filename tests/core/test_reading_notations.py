"""One table row per notation that stands in real plans; the samples are our own."""

from datetime import date

import pytest

from tracker.core.draft import DraftPlan, DraftTask, draft
from tracker.core.text import Block, BlockKind, Cell, Text, text_of_lines


def read(content: str) -> DraftPlan:
    return draft(text_of_lines(content))


def only_task(words: str) -> DraftTask:
    tasks = read(f"一、重点任务\n1.整修河堤。加固堤防。{words}\n").tasks
    assert [task.no for task in tasks] == ["1."]
    return tasks[0]


def printed(task: DraftTask) -> tuple[list[str], list[str], list[str]]:
    roles = (task.lead, task.responsible, task.cooperating)
    lead, responsible, cooperating = ([unit.printed for unit in role] for role in roles)
    return lead, responsible, cooperating


@pytest.mark.parametrize(
    ("words", "lead", "responsible", "cooperating"),
    [
        ("(牵头单位:市水务局;责任单位:市财政局)", "市水务局", "市财政局", ""),
        ("（牵头单位：市水务局；责任单位：市财政局）", "市水务局", "市财政局", ""),
        ("[牵头部门:市水务局,责任部门:市财政局]", "市水务局", "市财政局", ""),
        ("〔责任单位:各县(市、区)政府,市水务局〕", "", "各县(市、区)政府|市水务局", ""),
        ("【牵头单位:市水务局】", "市水务局", "", ""),
        ("(市水务局牵头,市财政局、市公安局配合)", "市水务局", "", "市财政局|市公安局"),
        ("(市水务局负责)", "", "市水务局", ""),
        ("(市水务局牵头负责)", "市水务局", "", ""),
        ("(市公安局、市城管局负责)", "", "市公安局|市城管局", ""),
        ("(由省水利厅牵头,会同省财政厅、省统计局等单位负责落实)", "省水利厅", "省财政厅|省统计局", ""),
        ("(牵头单位市水务局,责任单位市财政局)", "市水务局", "市财政局", ""),
        ("(责任单位:市水务局;协办单位:市财政局;参加单位:市总工会)", "", "市水务局", "市财政局|市总工会"),
        ("(责任单位:市水务局(牵头)、市财政局)", "市水务局", "市财政局", ""),
        ("(市水务局、市财政局按职责分工负责)", "", "市水务局|市财政局", ""),
        ("(牵头单位:市水务局)(配合单位:市财政局)", "市水务局", "", "市财政局"),
        ("\n牵头单位:市水务局\n责任单位:市财政局、市公安局", "市水务局", "市财政局|市公安局", ""),
        ("\n牵头单位:市水务局 责任单位:市财政局 市公安局", "市水务局", "市财政局|市公安局", ""),
        ("\n责任单位:由市水务局牵头,市财政局配合。", "市水务局", "", "市财政局"),
        ("\n【责任单位】市水务局、市财政局", "", "市水务局|市财政局", ""),
        ("\n牵头单位:\n市水务局\n责任单位:\n市财政局\n市公安局", "市水务局", "市财政局|市公安局", ""),
        ("由市水务局牵头,市财政局配合。", "市水务局", "", "市财政局"),
        ("(市水务局、市财政局)", "", "市水务局|市财政局", ""),
        ("(责任单位:市水务局、市财政局等单位)", "", "市水务局|市财政局", ""),
        ("(市水务局、市财政局等有关部门和各县区政府负责)", "", "市水务局|市财政局|各县区政府", ""),
        ("(责任单位:市发展和改革局、市人力资源和社会保障局)", "", "市发展和改革局|市人力资源和社会保障局", ""),
        ("(责任单位:市水务局和市财政局)", "", "市水务局|市财政局", ""),
        ("(责任单位:市水务局", "", "市水务局", ""),
        ("(分管副市长负责,市水务局牵头,市财政局配合)", "市水务局", "", "市财政局"),
        ("\n部门分工:市水务局牵头,市财政局配合。", "市水务局", "", "市财政局"),
        (
            "〔责任单位:省甲委、省丙中心按职责分工负责。具体任务均涉及相关市(州)人民政府,不再做分工,下同。〕",
            "",
            "省甲委|省丙中心",
            "",
        ),
        (
            "(责任单位:市甲局等有关部门,各县区政府。以下政策措施均需各县区政府、园区管委会落实,不再单独列出)",
            "",
            "市甲局|各县区政府",
            "",
        ),
        (
            "〔市甲局牵头,市乙局参与,各县、区人民政府(管委会)负责落实。以下各项工作均需各县区落实,不再列出。〕",
            "市甲局",
            "各县、区人民政府(管委会)",
            "市乙局",
        ),
        ("(责任单位:各乡、镇、街道人民政府,市甲局)", "", "各乡、镇、街道人民政府|市甲局", ""),
        ("(责任单位:各乡镇、街道,市甲局)", "", "各乡镇|街道|市甲局", ""),
        ("(省甲厅、乙厅按职责分工负责,各市人民政府结合实际落实)", "", "省甲厅|乙厅|各市人民政府", ""),
        (
            "(镇甲中心牵头,云岭派出所、云岭人民法庭、志愿服务力量配合)",
            "镇甲中心",
            "",
            "云岭派出所|云岭人民法庭|志愿服务力量",
        ),
    ],
)
def test_a_responsibility_list_is_read_in_every_notation(words, lead, responsible, cooperating):
    names = [one.split("|") if one else [] for one in (lead, responsible, cooperating)]
    assert printed(only_task(words)) == tuple(names)


@pytest.mark.parametrize(
    "words",
    [
        "(首台(套)除外)",
        "(每个项目只享受一次)",
        "补助资金由市水务局核实后,列入预算,由市财政局负责拨付。",
        "由市水利工作领导小组牵头负责全市河湖治理的组织实施。",
        "各部门要依据职责分工,抓好落实。",
        "支持建设企业技术中心(企业)。",
    ],
)
def test_running_text_is_no_responsibility_list(words):
    assert printed(only_task(words)) == ([], [], [])


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("市科技局、财政局、税务局", ["市科技局", "市财政局", "市税务局"]),
        ("市委组织部、财政局", ["市委组织部", "市财政局"]),
        ("各县区政府、管委", ["各县区政府", "各县区管委"]),
        ("市科技局、市场监管局、城市管理局", ["市科技局", "市市场监管局", "市城市管理局"]),
        ("县教育局、县城市管理局、民政局", ["县教育局", "县城市管理局", "县民政局"]),
        ("市委组织部〈市人才办〉、人力资源社会保障局", ["市委组织部", "市人力资源社会保障局"]),
        ("市农业农村局(乡村振兴局)、水务局", ["市农业农村局", "市水务局"]),
        ("市工信局、国网云川供电公司、高新区管委会", ["市工信局", "国网云川供电公司", "高新区管委会"]),
        ("省水利厅、团省委、财政厅", ["省水利厅", "团省委", "省财政厅"]),
        ("青岚县政府、市科技局", ["青岚县政府", "市科技局"]),
        ("市科技局、领导小组成员单位", ["市科技局", "领导小组成员单位"]),
        ("云川市科技局、财政局", ["云川市科技局", "云川市财政局"]),
        ("各镇(街道)人民政府(办事处)", ["各镇(街道)人民政府(办事处)"]),
        ("各乡镇、街道", ["各乡镇", "各街道"]),
        ("市科技局、岚江金融监管局、岚江证监局", ["市科技局", "岚江金融监管局", "岚江证监局"]),
        ("市科技局、地方金融监管局", ["市科技局", "市地方金融监管局"]),
        ("市科技局、民航岚江安全监督管理局", ["市科技局", "民航岚江安全监督管理局"]),
        ("市科技局、农业发展银行岚江省分行", ["市科技局", "农业发展银行岚江省分行"]),
        ("县公安局、云岭派出所、人民法庭", ["县公安局", "云岭派出所", "县人民法庭"]),
        ("县公安局、各县<市、区>政府", ["县公安局", "各县<市、区>政府"]),
    ],
)
def test_an_elided_prefix_is_restored_from_the_name_before(words, names):
    assert [unit.name for unit in only_task(f"(责任单位:{words})").responsible] == names


@pytest.mark.parametrize(
    ("words", "day", "kind"),
    [
        ("2024年底前", date(2024, 12, 31), "date"),
        ("2024年6月30日前", date(2024, 6, 30), "date"),
        ("2024年第二季度", date(2024, 6, 30), "date"),
        ("到2025年", date(2025, 12, 31), "date"),
        ("2022—2024年", date(2024, 12, 31), "date"),
        ("每年", None, "recurring"),
        ("每年12月底前", None, "recurring"),
        ("长期坚持", None, "standing"),
        ("持续推进", None, "standing"),
        ("尽快", None, "vague"),
        ("2024年7月起", None, "vague"),
        ("2024年起持续推进", None, "standing"),
        ("2024年7月起至2025年6月", date(2025, 6, 30), "date"),
    ],
)
def test_a_time_limit_is_read_and_kept_as_printed(words, day, kind):
    deadline = only_task(f"(责任单位:市水务局;完成时限:{words})").deadline
    assert deadline is not None
    assert (deadline.printed, deadline.date, deadline.kind.value) == (words, day, kind)


def test_a_date_among_the_units_is_the_time_limit():
    task = read("云川市水利方案(2024年)\n一、重点任务\n1.整修河堤。(责任单位:市水务局,6月底完成)").tasks[0]
    assert printed(task)[1] == ["市水务局"]
    assert task.deadline is not None and task.deadline.date == date(2024, 6, 30)


def test_a_leader_printed_beside_the_units_is_kept():
    assert only_task("\n责任领导:赵副县长\n责任单位:县水务局").leader == "赵副县长"


@pytest.mark.parametrize(
    ("number", "other"),
    [("1.", "2."), ("1．", "2．"), ("1、", "2、"), ("26、", "28、"), ("(1)", "(2)"), ("①", "②"), ("第三条", "第四条")],
)
def test_every_shape_of_number_is_an_item(number, other):
    lines = ["一、重点任务", f"{number}修路。(责任单位:市交通局)", f"{other}架桥。(责任单位:市住建局)"]
    assert [(task.no, task.path, task.title) for task in read("\n".join(lines)).tasks] == [
        (number, ("一、",), "修路"),
        (other, ("一、",), "架桥"),
    ]


def test_dashes_number_items_and_parts_tell_them_apart():
    tasks = read("一、任务\n——修路。(市交通局负责)\n——架桥。(市住建局负责)").tasks
    assert [(task.no, task.part, task.title) for task in tasks] == [("——", 1, "修路"), ("——", 2, "架桥")]


def test_chapters_themselves_can_be_the_tasks():
    tasks = read("一、修路。(责任单位:市交通局)\n二、架桥。(责任单位:市住建局)\n三、通航。抓好前期工作。").tasks
    assert [(task.no, bool(task.responsible)) for task in tasks] == [("一、", True), ("二、", True), ("三、", False)]


def test_years_decimals_and_lists_at_line_starts_are_no_numbers():
    content = (
        "一、任务\n1.修路。投资\n1.5亿元,到\n2025年建成\n3、4号桥。(责任单位:市交通局)"
        "\n2.2025年建成机场。(责任单位:市发改委)"
    )
    assert [task.no for task in read(content).tasks] == ["1.", "2."]


def test_numbers_run_on_across_chapters_or_begin_anew():
    content = "一、甲\n(一)修路。(市交通局负责)\n二、乙\n(二)架桥。(市住建局负责)\n三、丙\n(一)通航。(市港口局负责)"
    assert [(task.path, task.no) for task in read(content).tasks] == [
        (("一、",), "(一)"),
        (("二、",), "(二)"),
        (("三、",), "(一)"),
    ]


def test_the_items_of_a_box_belong_to_the_task_before_it():
    content = "一、任务\n1.修路。(市交通局负责)\n专栏1 工程\n1.环路。\n2.支路。\n3.匝道。\n2.架桥。(市住建局负责)"
    tasks = read(content).tasks
    assert [task.no for task in tasks] == ["1.", "2."]
    assert "匝道" in content[tasks[0].source.start : tasks[0].source.end]


def test_several_lists_under_one_number_make_parts():
    content = "一、任务\n(一)办好三件实事。修路。(市交通局负责)\n架桥。(市住建局负责)\n通航。(市港口局负责)"
    tasks = read(content).tasks
    assert [(task.no, task.part, task.title) for task in tasks] == [("(一)", k, "办好三件实事") for k in (1, 2, 3)]
    assert content[tasks[1].source.start : tasks[1].source.end] == "架桥。(市住建局负责)"


def test_items_without_numbers_under_a_heading_are_its_parts():
    tasks = read("一、重点任务:\n修路。拓宽路面。(市交通局负责)\n架桥。新建两座。(市住建局负责)").tasks
    assert [(task.no, task.part, task.title) for task in tasks] == [("一、", 1, "重点任务"), ("一、", 2, "重点任务")]


def test_a_list_below_the_last_of_several_bare_items_is_the_list_of_the_whole():
    tasks = read("一、任务\n1.修路。\n(1)拓宽。\n(2)绿化。\n(责任单位:市交通局)\n2.架桥。(市住建局负责)").tasks
    assert [(task.no, printed(task)[1]) for task in tasks] == [("1.", ["市交通局"]), ("2.", ["市住建局"])]


def test_chapters_that_hold_no_tasks_give_none_and_measures_are_told_apart():
    content = (
        "一、总体要求\n(一)指导思想。统筹推进。\n二、重点任务\n(一)修路。拓宽路面。"
        "\n三、保障措施\n(一)加强领导。压实责任。"
    )
    assert [(task.path, task.no, task.kind) for task in read(content).tasks] == [
        (("二、",), "(一)", "task"),
        (("三、",), "(一)", "measure"),
    ]


def test_an_unassigned_task_is_offered_with_the_subject_of_its_sentence():
    plan = read("一、重点任务\n1.建设水库。省水利厅组织编制规划。\n2.修路。拓宽路面。")
    assert {finding.code for finding in plan.findings} >= {"task.suggested", "task.unassigned"}
    assert "省水利厅" in next(f.message for f in plan.findings if f.code == "task.suggested")


def test_the_rule_of_who_leads_is_applied_from_where_it_stands():
    content = (
        "一、任务\n1.绿化。(责任单位:市林业局、市财政局)\n2.修路。(责任单位:市交通局、市财政局,第一责任单位为牵头单位,下同)"
        "\n3.架桥。(责任单位:市住建局、市财政局)"
    )
    plan = read(content)
    assert [[unit.printed for unit in task.lead] for task in plan.tasks] == [[], ["市交通局"], ["市住建局"]]
    assert [rule.kind for rule in plan.rules] == ["lead"]


def test_the_rule_of_who_answers_for_everything_is_given_and_not_applied():
    plan = read("一、任务\n1.修路。(市交通局负责)\n注:各项任务均涉及各县区政府,不再逐一列出。")
    assert [rule.kind for rule in plan.rules] == ["everyone"]
    assert printed(plan.tasks[0])[1] == ["市交通局"]
    assert "rule.everyone" in {finding.code for finding in plan.findings}


def test_traditional_text_keeps_what_is_printed_and_names_units_in_simplified():
    content = "一、重點任務\n1.實施關鍵技術攻關。強化創新。(責任單位:市科技局、財政局、衛生健康委,各縣區政府)"
    task = read(content).tasks[0]
    assert task.title == "實施關鍵技術攻關"
    assert [unit.printed for unit in task.responsible] == ["市科技局", "財政局", "衛生健康委", "各縣區政府"]
    assert [unit.name for unit in task.responsible] == ["市科技局", "市财政局", "市卫生健康委", "各县区政府"]


def test_broken_characters_are_marked_and_readings_of_a_conversion_are_passed_by():
    damaged = read("一、任務\n1.整治天??h河道,強化規?;l展。(責任單位:市水務局)")
    assert [finding.code for finding in damaged.findings].count("text.damaged") == 2
    content = "一、任務(wù)\n1.推進開發(fā)區(qū)建設。(責任單位:縣經濟開發(fā)區(qū)管委會)"
    unit = read(content).tasks[0].responsible[0]
    assert unit.printed == "縣經濟開發(fā)區(qū)管委會" and unit.name == "县经济开发区管委会"


def test_the_head_is_read_and_a_cited_number_is_not_its_own():
    content = (
        "云川市人民政府办公室\n关于印发云川市水利提升行动方案(2023—2025年)的通知\n云政办发〔2023〕7号\n各县(市、区)人民政府:\n"
        "现印发给你们。\n云川市人民政府办公室\n2023年3月1日\n云川市水利提升行动方案\n(2023—2025年)\n"
        "根据《岚江省水利方案》(岚政发〔2022〕3号),制定本方案。\n一、任务\n1.修堤。(市水务局负责)"
    )
    plan = read(content)
    assert (plan.doc_no, plan.issuer, plan.issued_on) == (
        "云政办发〔2023〕7号",
        "云川市人民政府办公室",
        date(2023, 3, 1),
    )
    assert read("根据《方案》(岚政发〔2022〕3号),制定本方案。\n一、任务\n1.修堤。").doc_no is None


def test_a_draft_for_comment_is_known_and_its_period_is_read():
    plan = read("云川市水利方案(2023—2025年)(征求意见稿)\n一、任务\n1.修堤。(市水务局负责)")
    assert plan.is_draft and plan.period is not None and (plan.period.start, plan.period.end) == (2023, 2025)


def test_furniture_around_and_within_the_document_is_left_out():
    content = (
        "首页 新闻 政务公开\n一、任务\n1.修堤。加固东岸\n— 3 —\n和西岸堤防。(责任单位:市水务局)\n"
        "浏览量:25\n主办单位:云川市人民政府\n版权所有 云川市"
    )
    task = read(content).tasks[0]
    assert printed(task)[1] == ["市水务局"] and "浏览" not in task.text and "— 3 —" not in task.text


def test_a_numbered_notice_that_hands_a_plan_on_offers_no_tasks_of_its_own():
    content = (
        "各单位:\n一、提高认识。认真学习。\n二、抓好落实。压实责任。\n云川市水利方案\n"
        "一、总体要求\n(一)指导思想。统筹。\n二、任务\n(一)修堤。(市水务局负责)\n(二)清淤。疏浚河道。"
    )
    plan = read(content)
    assert [(task.path, task.no) for task in plan.tasks] == [(("二、",), "(一)"), (("二、",), "(二)")]
    assert plan.title == "云川市水利方案"


def test_a_plan_that_lost_its_line_ends_is_parted_at_its_numbers():
    filler = "统筹推进各项工作。" * 80
    content = f"一、总体要求 {filler} 二、任务 (一)修堤。加固。(市水务局负责) (二)清淤。疏浚。(市水务局负责)"
    assert [task.no for task in read(content).tasks] == ["(一)", "(二)"]


def test_rows_of_a_responsibility_table_are_tasks():
    rows = [
        ["序号", "任务", "牵头单位", "责任单位", "完成时限"],
        ["1", "修堤。加固堤防。", "市水务局", "财政局", "2024年底前"],
    ]
    content = "一、任务分工\n" + "\n".join("\t".join(row) for row in rows)
    start, cells = content.index("\n") + 1, []
    position = start
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            cells.append(Cell(position, position + len(words), r, c))
            position += len(words) + 1
    text = Text(content, (Block(0, start - 1), Block(start, len(content), BlockKind.TABLE, tuple(cells))))
    task = draft(text).tasks[0]
    assert (task.no, task.path, task.title) == ("1", ("一、",), "修堤")
    assert [unit.name for unit in (*task.lead, *task.responsible)] == ["市水务局", "市财政局"]
    assert task.deadline is not None and task.deadline.date == date(2024, 12, 31)


def test_gaps_and_repeats_in_the_numbers_are_pointed_out():
    plan = read("一、任务\n1.甲。(市水务局负责)\n3.乙。(市水务局负责)\n3.丙。(市水务局负责)")
    assert [f.code for f in plan.findings if f.code.startswith("number.")] == ["number.gap", "number.repeated"]


def test_the_reading_prints_as_the_agreed_shape():
    reading = read("云川市水利方案\n一、任务\n1.修堤。(责任单位:市水务局)").to_json()
    keys = "title doc_no issuer issued_on is_draft period tasks targets indicators rules groups findings"
    assert list(reading) == keys.split()
    task = "no path part kind title text lead responsible cooperating leader deadline milestones targets source"
    assert list(reading["tasks"][0]) == task.split()
    assert reading["tasks"][0]["responsible"][0] == {"printed": "市水务局", "name": "市水务局", "start": 24, "end": 28}


def test_a_table_that_repeats_the_text_only_adds_what_it_leaves_out():
    rows = "序号\t工作任务\t责任单位\n1\t修堤\t市水务局\n2\t清淤\t市水务局\n3\t架桥\t市住建局"
    plan = read(f"一、重点任务\n1.修堤。加固堤防。\n2.清淤。(市港口局负责)\n附件\n任务分工表\n{rows}")
    assert [(task.title, [unit.name for unit in task.responsible]) for task in plan.tasks] == [
        ("修堤", ["市水务局"]),
        ("清淤", ["市港口局"]),
        ("架桥", ["市住建局"]),
    ]
    assert [finding.code for finding in plan.findings].count("task.repeated") == 2


@pytest.mark.parametrize(
    "last",
    ["县供销合作社", "县水利局", "县中心", "石渡水厂", "县图书馆", "云岭林场", "石渡供水有限公司", "各乡镇人民政府"],
)
@pytest.mark.parametrize("heading", ["体教融合。", "水费收缴。", "修路。", "改水改厕。"])
def test_a_short_sentence_below_a_whole_list_opens_the_next_part(last, heading):
    content = (
        "一、任务\n1、推动融合发展。重点抓好以下工作：\n农文融合。建设村史馆。\n牵头单位：县甲局\n"
        f"责任单位：县乙局、{last}\n{heading}承办联赛。\n牵头单位：县丙局"
    )
    assert [(task.part, printed(task)[:2]) for task in read(content).tasks] == [
        (1, (["县甲局"], ["县乙局", last])),
        (2, (["县丙局"], [])),
    ]


@pytest.mark.parametrize(
    ("value", "cooperating"),
    [
        ("由市甲局牵头，市审计局、市能源局配\n合", "市审计局|市能源局"),
        ("由市甲局牵头，市审计局、市\n红十字会配合", "市审计局|市红十字会"),
        ("由市甲局牵头，市审计局、东陵经济\n技术开发区管委会配合", "市审计局|东陵经济技术开发区管委会"),
        ("由市甲局牵头，市民政局、市委组\n织部配合", "市民政局|市委组织部"),
        ("市甲局牵头，市民政局、市委办\n公室等部门配合", "市民政局|市委办公室"),
    ],
)
def test_a_sentence_behind_a_label_goes_on_below_until_its_verb(value, cooperating):
    task = only_task(f"\n责任单位：{value}\n时限要求：长期坚持")
    assert [unit.name for unit in (*task.lead, *task.cooperating)] == ["市甲局", *cooperating.split("|")]
    assert task.deadline is not None and task.deadline.printed == "长期坚持"


@pytest.mark.parametrize(
    ("numbers", "breaks"),
    [
        (("（1）", "（2）", "（3）"), ("", "\n", "\n")),
        (("（1）", "（2）", "（3）"), ("", "", "\n")),
        (("①", "②", "③"), ("", "\n", "\n")),
        (("1)", "2)", "3)"), ("", "", "\n")),
    ],
)
def test_items_that_begin_in_the_paragraph_of_their_heading_are_tasks_of_their_own(numbers, breaks):
    duties = ["编制路线图。（牵头单位：市甲局）", "建设平台。（牵头单位：市乙局）", "验收。（市丙局负责）"]
    items = "".join(f"{gap}{no}{duty}" for gap, no, duty in zip(breaks, numbers, duties, strict=True))
    content = f"一、任务\n1.支持企业改造。{items}\n2.修路。（市丁局负责）"
    plan = read(content)
    assert [(task.path, task.no, task.title) for task in plan.tasks] == [
        (("一、", "1."), numbers[0], "编制路线图"),
        (("一、", "1."), numbers[1], "建设平台"),
        (("一、", "1."), numbers[2], "验收"),
        (("一、",), "2.", "修路"),
    ]
    assert content[plan.tasks[0].source.start : plan.tasks[0].source.end].startswith(f"{numbers[0]}编制路线图。")
    assert not [finding for finding in plan.findings if finding.code.startswith("number.")]


def test_a_number_cited_in_a_sentence_parts_nothing():
    content = "一、任务\n1.修路。按照（1）类标准。（市甲局负责）\n（2）绿化。\n2.架桥。（市丁局负责）"
    assert [(task.no, printed(task)[1]) for task in read(content).tasks] == [("1.", ["市甲局"]), ("2.", ["市丁局"])]


@pytest.mark.parametrize(
    ("words", "value", "unit", "name"),
    [
        ("到2025年，可再生能源装机规模达到32\n00万千瓦。", 32000000, "千瓦", "可再生能源装机规模"),
        ("到2025年，新建绿道2\n00公里。", 200, "公里", "新建绿道"),
        ("到2025年，人均绿地面积达到5.\n8平方米。", 5.8, "平方米", "人均绿地面积"),
        ("到2025年，农村卫生厕所普及率\n达到90%以上。", 90, "%", "农村卫生厕所普及率"),
        ("到2025年，垃圾分类覆盖率达到\n— 2 —\n90%以上。", 90, "%", "垃圾分类覆盖率"),
    ],
)
def test_a_target_over_the_end_of_a_line_is_read_whole(words, value, unit, name):
    content = f"一、任务\n1.整修。统筹推进各项工作。{words}（市甲局负责）"
    target = read(content).tasks[0].targets[0]
    assert (target.value, target.unit, target.name) == (value, unit, name)
    assert content[target.start : target.end].startswith(target.printed[:2])
    assert content[target.start : target.end].endswith(target.printed[-2:])


@pytest.mark.parametrize(
    "lines",
    [
        "索引号：YC1　发文字号：云政\n办发〔2023〕18号　发布日期：2023-05-12",
        "索引号：YC1　发文字号：云政办发〔2023〕\n18号　发布日期：2023-05-12",
        "云政办发〔2023〕18号",
    ],
)
def test_the_number_of_the_document_is_found_where_lines_were_broken(lines):
    long = "现将云川市水利提升行动方案印发给你们请认真抓好贯彻落实并及时报告"
    body = "\n".join(f"{long[:30]}\n{long[30:]}。" for _ in range(6))
    content = (
        f"云川市人民政府办公室关于印发云川市推进水利设施体系建设行动\n方案的通知\n{lines}\n{body}\n一、任务\n1.修堤。"
    )
    assert read(content).doc_no == "云政办发〔2023〕18号"


@pytest.mark.parametrize(
    ("head", "doc_no", "issuer"),
    [
        ("云川区人民政府办公室关于印发方案的通知（云府〔2019〕31號）", "云府〔2019〕31號", "云川区人民政府办公室"),
        ("岚江省发展和改革委员会等部门关于印发方案的通知", None, "岚江省发展和改革委员会"),
        (
            "中共云川区委办公室\n云川区人民政府办公室\n关于印发方案的通知",
            None,
            "中共云川区委办公室、云川区人民政府办公室",
        ),
    ],
)
def test_who_issued_a_plan_and_under_which_number_is_read_from_its_head(head, doc_no, issuer):
    plan = read(f"{head}\n各镇：\n现印发给你们。\n云川区水利方案\n一、任务\n1.修堤。(区水务局负责)")
    assert (plan.doc_no, plan.issuer) == (doc_no, issuer)


def test_both_issuers_of_a_signature_are_given():
    plan = read(
        "关于印发方案的通知\n现印发。\n中共云川区委办公室\n云川区人民政府办公室\n2024年3月1日\n水利方案\n一、任务\n1.修堤。"
    )
    assert plan.issuer == "中共云川区委办公室、云川区人民政府办公室"


@pytest.mark.parametrize("verb", ["通车", "投用", "上线运行", "出台"])
def test_a_day_before_any_verb_of_completion_is_the_time_limit(verb):
    task = read(f"云川市水利方案（2024年）\n一、任务\n1.改线工程力争10月底前{verb}。(市交通局负责)").tasks[0]
    assert task.deadline is not None and (task.deadline.printed, task.deadline.date) == ("10月底前", date(2024, 10, 31))


@pytest.mark.parametrize("words", ["推广1.2米×1.0米标准托盘", "改扩建二期工程", "贷款额度最高提高至30万元"])
def test_dimensions_stages_and_ceilings_are_no_targets(words):
    assert only_task(f"{words}。(市财政局负责)").targets == ()


@pytest.mark.parametrize(
    ("words", "name", "members", "is_open"),
    [
        (
            "市水利领导小组成员单位包括市水务局、财政局，青岚县政府。",
            "市水利领导小组成员单位",
            ["市水务局", "市财政局", "青岚县政府"],
            False,
        ),
        ("领导小组成员单位：市水务局、市财政局等", "领导小组成员单位", ["市水务局", "市财政局"], True),
        ("成员单位：\n市水务局、市财政局、市委宣传部", "成员单位", ["市水务局", "市财政局", "市委宣传部"], False),
        ("(一)专班成员单位由市水务局、市财政局组成。", "专班成员单位", ["市水务局", "市财政局"], False),
        ("1.成员单位名单：市水务局、市财政局等部门。", "成员单位", ["市水务局", "市财政局"], True),
    ],
)
def test_the_members_of_a_group_are_read_where_a_paragraph_lists_them(words, name, members, is_open):
    content = f"云川市水利方案\n一、任务\n1.修堤。（责任单位：市水利领导小组成员单位）\n二、组织保障\n{words}"
    plan = read(content)
    group = plan.groups[0]
    assert (group.name, [unit.name for unit in group.members], group.is_open) == (name, members, is_open)
    assert all(content[unit.start : unit.end] == unit.printed for unit in group.members)
    assert "group.members" in {finding.code for finding in plan.findings}
    assert plan.to_json()["groups"][0]["members"][0]["name"] == members[0]
    assert [task.no for task in plan.tasks if task.responsible] == ["1."]


@pytest.mark.parametrize(
    "words",
    [
        "领导小组成员单位为各项任务的责任单位，每月报送。",
        "成员单位由市水务局牵头，市财政局配合。",
        "各成员单位要压实责任。",
    ],
)
def test_what_is_said_of_a_group_is_no_list_of_its_members(words):
    assert read(f"一、任务\n1.修堤。(市水务局负责)\n{words}").groups == ()
