"""Sentences of every family of wording, in invented documents, and what they state."""

from __future__ import annotations

import pytest

from tests.narrative.reading import statements

PENSION = "社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）"


def only(text, **more):
    found = statements(text, **more)
    assert len(found) == 1, found
    return found[0]


def test_wuhan_subject_with_budget_and_reason():
    told = only(
        f"1.{PENSION}。年初预算为31.40万元，支出决算为28.6万元，完成年初预算的91.08%。"
        "支出决算数小于年初预算数的主要原因：一是两人退休；二是缴费基数调整。"
    )
    assert told["kind"] == "subject_execution"
    assert told["subject"] == {
        "code": "2080505",
        "class": "社会保障和就业支出",
        "group": "行政事业单位养老支出",
        "item": "机关事业单位基本养老保险缴费支出",
    }
    assert (told["initial_budget"], told["final"], told["completion_pct"]) == ("31.40", "28.6", "91.08")
    assert told["completion_of"] == "initial_budget"
    assert told["reason"] == "一是两人退休；二是缴费基数调整"
    assert told["unit"] == "万元"


@pytest.mark.parametrize(
    "words",
    ["该科目未申请年初财政拨款预算", "年初未安排预算", "年初无预算", "未编制年初预算"],
)
def test_subject_that_applied_for_no_budget(words):
    told = only(f"3.{PENSION}。{words}，支出决算为4.97万元。主要原因是：按政策规定追加。")
    assert "initial_budget" not in told
    assert told["final"] == "4.97"
    assert told["reason"] == "按政策规定追加"


@pytest.mark.parametrize(
    ("words", "field"),
    [("年初预算", "initial_budget"), ("全年预算数", "annual_budget"), ("调整后预算数", "adjusted_budget")],
)
def test_budgets_are_kept_apart(words, field):
    told = only(f"{PENSION}。{words}为12.00万元，支出决算为11.04万元，完成{words}的92%。")
    assert {key for key in told if key.endswith("_budget")} == {field}
    assert told["completion_of"] == field


def test_shanghai_final_accounts_tell_the_use_first():
    told = only(f"5、{PENSION}。主要用于：在职人员养老。年初预算为161.62万元，支出决算为160.75万元。")
    assert (told["use"], told["initial_budget"], told["final"]) == ("在职人员养老", "161.62", "160.75")


def test_shanghai_budget_with_codes_in_the_marks():
    told = only(
        "7、社会保障和就业支出（208类）行政事业单位养老支出（05款）行政单位离退休（01项）57.8万元。"
        "主要用于：退休人员支出。2025年当年预算执行数为57.43万元，2026年预算安排57.8万元，"
        "比2025年预算执行数增加0.64%。主要原因是：人数增加。",
        kind="budget",
        year=2026,
    )
    assert told["subject"]["code"] == "2080501"
    assert (told["initial_budget"], told["previous"], told["restated"]) == ("57.8", "57.43", "57.8")
    assert (told["direction"], told["change_pct"], told["compared_with"]) == (
        "up",
        "0.64",
        "2025年预算执行数",
    )


def test_shanghai_budget_in_quotes():
    told = only(f"1.“{PENSION}”1,623.18万元，主要用于养老保险缴费。", kind="budget", year=2025)
    assert (told["initial_budget"], told["use"]) == ("1623.18", "养老保险缴费")


def test_jiangsu_class_stands_in_the_heading():
    told = only(
        "1．行政事业单位离退休（款）机关事业单位基本养老保险缴费支出（项）支出64.46万元，"
        "与上年相比增加8.53万元，增加15.25%。主要原因是工资调整。",
        heading="（二）社会保障和就业支出（类）",
        kind="budget",
        year=2019,
    )
    assert told["subject"]["code"] == "2080505"
    assert (told["initial_budget"], told["change"], told["change_pct"]) == ("64.46", "8.53", "15.25")


def test_shortened_names_are_resolved_when_nothing_else_is_near():
    text = "社会保障和就业支出（类）行政事业单位（款）机关事业单位基本养老保险缴费（项）。支出决算为2万元。"
    assert only(text)["subject"]["code"] == "2080505"


def test_class_of_an_earlier_paragraph_is_inherited():
    told = only(
        "1.一般公共服务支出（类）\n"
        "（1）财政事务（款）信息化建设（项）。年初预算20万元，支出决算21万元，完成年初预算的105%。"
    )
    assert (told["subject"]["class"], told["subject"]["code"]) == ("一般公共服务支出", "2010607")


def test_budget_told_within_the_rate():
    told = only(f"{PENSION}支出决算为1,234.5万元，完成年初预算1,200万元的102.88%。")
    assert (told["initial_budget"], told["completion_pct"]) == ("1200", "102.88")


def test_quotes_within_a_name():
    text = "农林水支出（类）巩固脱贫攻坚成果衔接乡村振兴（款）“三西”农业建设专项补助（项）。支出决算为2万元。"
    assert only(text)["subject"]["code"] == "2130508"


def test_unknown_subject_is_flagged_and_keeps_its_figures():
    told = only("公共安全支出（类）云岭事务（款）飞行器巡查（项）。年初预算为3万元，支出决算为2万元。")
    assert told["flags"] == ["unresolved_subject"]
    assert "code" not in {key for key, value in told["subject"].items() if value}
    assert told["final"] == "2"


def test_misnamed_subject_is_settled_by_its_neighbours():
    told = statements(
        "社会保障和就业支出（类）社会福利（款）老年福利（项）。支出决算为17.02万元。\n"
        "社会保障和就业支出（类）社会福利（款）养老福利（项）。支出决算为14.96万元。\n"
        "社会保障和就业支出（类）残疾人事业（款）残疾人就业（项）。支出决算为21.12万元。"
    )
    assert [each["subject"]["code"] for each in told] == ["2081002", "2081006", "2081105"]
    assert told[1]["flags"] == ["subject_by_position"]


def test_paragraph_broken_after_the_subject():
    told = only(f"17. {PENSION}。\n年初预算为5.47万元，支出决算为80.93万元，完成年初预算的1479.52%。")
    assert (told["initial_budget"], told["final"]) == ("5.47", "80.93")


def test_figures_of_another_unit_are_left_out():
    told = only(f"{PENSION}。年初预算为5.47万元，支出决算为80930元。")
    assert told["flags"] == ["mixed_units"]
    assert "final" not in told


def test_two_figures_for_one_field_are_ambiguous():
    told = only(f"{PENSION}。年初预算为5万元，支出决算为4万元，支出决算为3万元。")
    assert (told["final"], told["flags"]) == ("4", ["ambiguous"])


def test_total_with_its_change():
    told = only(
        "2023年度收、支总计均为692.59万元。与2022年度相比，收、支总计各减少35.64万元，下降4.89%，"
        "主要原因是项目减少，预算压减。"
    )
    assert (told["kind"], told["name"], told["amount"]) == ("total_change", "收、支总计", "692.59")
    assert (told["change"], told["direction"], told["change_pct"]) == ("35.64", "down", "4.89")
    assert (told["compared_with"], told["reason"]) == ("2022年度", "项目减少，预算压减")


def test_composition_of_a_total():
    told = statements(
        "2023年度支出合计692.65万元，其中：基本支出497.65万元，占本年支出71.85%；项目支出195万元，占本年支出28.15%。"
    )
    assert [(each["kind"], each["name"]) for each in told] == [
        ("total_change", "支出合计"),
        ("composition", "基本支出"),
        ("composition", "项目支出"),
    ]
    assert (told[1]["amount"], told[1]["share_pct"], told[1]["whole"]) == ("497.65", "71.85", "本年支出")


def test_change_that_names_another_total_is_not_given_to_the_last_class():
    told = statements(
        "2023年本单位支出预算633.94万元，其中：城乡社区支出587.69万元，住房保障支出46.25万元。"
        "支出较去年减少92.22万元，下降12.70%。主要是。",
        kind="budget",
    )
    changed = [each for each in told if "change" in each]
    assert [(each["name"], each["amount"]) for each in changed] == [("支出", "633.94")]
    assert changed[0]["flags"] == ["unfinished"]


@pytest.mark.parametrize("mark", ["（类）支出", "(类)支出", "支出（类）支出", "支出类支出"])
def test_class_use(mark):
    told = only(f"4. 城乡社区{mark}292.66万元，占81.43%。主要是用于道路清扫。")
    assert (told["kind"], told["subject"]["code"]) == ("class_use", "212")
    assert (told["amount"], told["share_pct"], told["use"]) == ("292.66", "81.43", "道路清扫")


def test_project_review():
    told = only(
        "2.街面保洁项目绩效自评综述：项目全年预算数为194.23万元，执行数为190.01万元，完成预算的97.83%。"
        "主要产出和效益是：清扫面积达标。发现的问题及原因：巡查不足。"
    )
    assert (told["kind"], told["project"]) == ("project_execution", "街面保洁")
    assert (told["annual_budget"], told["executed"]) == ("194.23", "190.01")
    assert (told["completion_pct"], told["result"]) == ("97.83", "清扫面积达标")


def test_projects_with_their_effects():
    told = statements(
        "项目支出主要用于热线平台运维84.54万元，主要成效：受理及时；编外用工33万元，主要成效：运转正常。"
    )
    assert [(each["project"], each["executed"]) for each in told] == [
        ("热线平台运维", "84.54"),
        ("编外用工", "33"),
    ]


def test_three_public_expenses_with_counts():
    told = statements(
        "1.因公出国（境）费支出决算为3.5万元。全年支出涉及出国（境）团组2个，累计5人次。\n"
        "2.公务用车购置及运行维护费支出决算为20.15万元，其中：\n"
        "（1）公务用车购置费支出18万元。本年度购置（更新）公务用车1辆。\n"
        "（2）公务用车运行维护费支出2.15万元。年末开支财政拨款的公务用车保有量4辆。\n"
        "3.公务接待费支出决算为0.62万元。其中：\n"
        "国内公务接待支出0.62万元。国内公务接待8批次，74人次。",
        heading="九、财政拨款“三公”经费支出决算情况说明",
    )
    by_item = {each["item"]: each for each in told}
    assert list(by_item) == ["abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception"]
    assert (by_item["abroad"]["trips"], by_item["abroad"]["travellers"]) == ("2", "5")
    assert by_item["vehicle_purchase"]["vehicles_bought"] == "1"
    assert by_item["vehicle_operation"]["vehicles_held"] == "4"
    assert (by_item["reception"]["final"], by_item["reception"]["guests"]) == ("0.62", "74")


def test_operating_cost():
    told = only(
        "本部门2023年度机关运行经费支出91.31万元，比年初预算数减少5.45万元，降低5.63%。主要原因是压减办公费。",
        heading="十、机关运行经费支出说明",
    )
    assert (told["kind"], told["amount"], told["change"]) == ("operating_cost", "91.31", "5.45")
    assert told["compared_with"] == "年初预算数"


def test_procurement_with_shares():
    told = only(
        "2023年度政府采购支出总额41.01万元，其中：政府采购货物支出12.69万元、政府采购工程支出0万元、"
        "政府采购服务支出28.32万元。授予中小企业合同金额40.44万元，占政府采购支出总额的98.61%，其中：授予小微企业"
        "合同金额28.44万元，占授予中小企业合同金额的70.33%；货物采购授予中小企业合同金额占货物支出金额的96.93%。",
        heading="十一、政府采购支出说明",
    )
    assert (told["total"], told["goods"], told["works"], told["services"]) == ("41.01", "12.69", "0", "28.32")
    assert (told["sme"], told["sme_share_pct"]) == ("40.44", "98.61")
    assert (told["micro_share_pct"], told["micro_share_of"]) == ("70.33", "sme")
    assert told["goods_sme_share_pct"] == "96.93"


def test_assets_held_and_planned():
    held, planned = statements(
        "截至2025年8月31日，青川区林草局共有车辆3辆，其中：执法执勤用车2辆、其他用车1辆；单价100万元（含）"
        "以上设备（不含车辆）4台（套）。\n2026年部门预算安排购置车辆0辆，其中：其他用车0辆。",
        heading="五、国有资产占有使用情况",
        kind="budget",
        year=2026,
    )
    assert (held["planned"], held["vehicles"], held["as_of"]) == (False, "3", "2025年8月31日")
    assert held["vehicles_by_use"] == {"执法执勤用车": "2", "其他用车": "1"}
    assert held["equipment"][0]["threshold"] == "100"
    assert held["equipment"][0]["count"] == "4"
    assert (planned["planned"], planned["vehicles"]) == (True, "0")


def test_people():
    told = only("本单位事业编制为24人，在职人员22人，退休人员9人。", heading="二、人员构成情况")
    assert told["kind"] == "personnel"
    assert list(told["counts"].values()) == ["24", "22", "9"]


def test_glossary_and_reports_on_work_state_nothing():
    assert statements("推进老旧小区改造，投入资金300万元，拆除违法建设20.6万平方米。") == []
