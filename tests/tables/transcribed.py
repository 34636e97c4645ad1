"""An invented unit's final accounts, printed in the ways in which archives keep transcripts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal("0.00")
NAMES = {
    "201": "一般公共服务支出",
    "20103": "政府办公厅（室）及相关机构事务",
    "2010301": "行政运行",
    "2010302": "一般行政管理事务",
    "2010399": "其他政府办公厅（室）及相关机构事务支出",
    "208": "社会保障和就业支出",
    "20805": "行政事业单位养老支出",
    "2080501": "行政单位离退休",
    "2080505": "机关事业单位基本养老保险缴费支出",
    "20807": "就业补助",
    "2080799": "其他就业补助支出",
    "210": "卫生健康支出",
    "21011": "行政事业单位医疗",
    "2101101": "行政单位医疗",
    "2101103": "公务员医疗补助",
    "212": "城乡社区支出",
    "21205": "城乡社区环境卫生",
    "2120501": "城乡社区环境卫生",
    "221": "住房保障支出",
    "22102": "住房改革支出",
    "2210201": "住房公积金",
    "2210203": "购房补贴",
}
CLASSES = [
    "一般公共服务",
    "外交",
    "国防",
    "公共安全",
    "教育",
    "科学技术",
    "文化旅游体育与传媒",
    "社会保障和就业",
    "卫生健康",
    "节能环保",
    "城乡社区",
    "农林水",
    "交通运输",
    "资源勘探工业信息等",
    "商业服务业等",
    "金融",
    "援助其他地区",
    "自然资源海洋气象等",
    "住房保障",
]
CLASS_CODES = {
    "一般公共服务": "201",
    "社会保障和就业": "208",
    "卫生健康": "210",
    "城乡社区": "212",
    "住房保障": "221",
}
ORDINALS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
    "十八",
    "十九",
]
OWNER = "云岭市青川区城市服务中心"

INCOME = (
    "total",
    "fiscal_appropriation",
    "superior_subsidy",
    "institutional",
    "commercial",
    "affiliate_remittance",
    "other",
)
EXPENDITURE = ("total", "basic", "project", "remittance_to_superior", "commercial", "affiliate_subsidy")
GENERAL = ("total", "basic", "project")
LABELS = {
    "income": [
        "本年收入合计",
        "财政拨款收入",
        "上级补助收入",
        "事业收入",
        "经营收入",
        "附属单位上缴收入",
        "其他收入",
    ],
    "expenditure": ["本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出"],
    "general_budget_expenditure": ["小计", "基本支出", "项目支出"],
}
TITLES = {
    "income": ("2023年度收入决算表", "公开02表"),
    "expenditure": ("2023年度支出决算表", "公开03表"),
    "general_budget_expenditure": ("2023年度一般公共预算财政拨款支出决算表", "公开05表"),
    "income_expenditure_summary": ("2023年度收入支出决算总表", "公开01表"),
    "appropriation_summary": ("2023年度财政拨款收入支出决算总表", "公开04表"),
    "general_budget_basic_expenditure": ("2023年度一般公共预算财政拨款基本支出决算明细表", "公开06表"),
    "three_public": ("2023年度财政拨款“三公”经费支出决算表", "公开09表"),
}
NOTES = {
    "income": ["注：本表反映部门本年度取得的各项收入情况。", "1栏各行＝（2＋3＋4＋5＋6＋7）栏各行。"],
    "expenditure": ["注：本表反映部门本年度各项支出情况。", "1栏各行＝（2＋3＋4＋5＋6）栏各行。"],
    "general_budget_expenditure": [
        "注：本表反映部门本年度一般公共预算财政拨款支出情况。",
        "1栏各行＝（2＋3）栏各行。",
    ],
}


@dataclass
class Form:
    """Rows as (code, name, figures by column); the total's code is empty."""

    kind: str
    keys: tuple[str, ...]
    rows: list[tuple[str, str, dict[str, Decimal]]] = field(default_factory=list)

    @property
    def wanted(self) -> dict[tuple[str, str], Decimal]:
        return {
            (code or name, key): value
            for code, name, values in self.rows
            for key, value in values.items()
            if value
        }


def money(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(50, 90000)) / 100


def subject_form(kind: str, keys: tuple[str, ...], items: dict[str, dict[str, Decimal]]) -> Form:
    """A consistent form from the figures of its items: totals, groups and classes are added up."""
    values: dict[str, dict[str, Decimal]] = {}
    for code, parts in items.items():
        for upper in ("", code[:3], code[:5], code):
            sums = values.setdefault(upper, {})
            for key, value in (*parts.items(), ("total", sum(parts.values()))):
                sums[key] = sums.get(key, ZERO) + value
    rows = [(code, NAMES.get(code, "合计"), values[code]) for code in sorted(values)]
    return Form(kind, keys, rows)


def random_items(chance: random.Random, keys: tuple[str, ...]) -> dict[str, dict[str, Decimal]]:
    """Every item with a figure in one or two of the columns after the total."""
    codes = [code for code in NAMES if len(code) == 7]
    chosen = sorted(chance.sample(codes, chance.randint(3, len(codes))))
    return {
        code: {key: money(chance) for key in chance.sample(keys[1:], chance.choice((1, 1, 2)))}
        for code in chosen
    }


def caption(kind: str) -> list[str]:
    title, number = TITLES[kind]
    return [title, number, f"部门：{OWNER} 金额单位：万元"]


def printed(value: Decimal | None) -> str:
    return f"{value:,.2f}" if value else ""


def letters(labels: list[str]) -> list[str]:
    """A header broken into pieces of two or three characters, as narrow columns print it."""
    return [label[i : i + 3] for label in labels for i in range(0, len(label), 3)]


def one_line_a_row(form: Form) -> list[str]:
    count = len(form.keys)
    lines = [
        *caption(form.kind),
        "项目",
        *letters(LABELS[form.kind]),
        "功能分类",
        "科目编码",
        "科目名称",
        "类 款 项",
    ]
    lines.append("栏次 " + " ".join(str(i + 1) for i in range(count)))
    for code, name, values in form.rows:
        figures = [printed(values.get(key)) for key in form.keys]
        lines.append(" ".join(part for part in (code, name, *figures) if part))
    return [*lines, *NOTES[form.kind]]


def cells(form: Form) -> list[list[str]]:
    """Header and rows with three code columns, every cell kept."""
    count = len(form.keys)
    header = [
        ["项目", "", "", *LABELS[form.kind]],
        ["功能分类科目编码", "", "科目名称", *[""] * count],
        ["类", "款项", "栏次", *[str(i + 1) for i in range(count)]],
    ]
    rows = [
        [code, "", name, *[printed(values.get(key)) for key in form.keys]] for code, name, values in form.rows
    ]
    return header + rows


def slid(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    """Some rows with an empty cell too many, or one too few, between name and figures."""
    found = []
    for row in rows:
        start = next((i for i, cell in enumerate(row) if cell and i > 2 and not cell.isdigit()), None)
        if start is not None and row[0][:1].isdigit() and chance.random() < 0.25:
            row = [*row[:3], "", *row[3:]]
        found.append(row)
    return found


def tabbed(form: Form, rows: list[list[str]] | None = None) -> list[str]:
    return [*caption(form.kind), *("\t".join(row) for row in rows or cells(form)), *NOTES[form.kind]]


def piped(form: Form) -> list[str]:
    rows = cells(form)
    rule = "|" + "---|" * len(rows[0])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [
        *(f"**{line}**" for line in caption(form.kind)[:1]),
        *caption(form.kind)[1:],
        lines[0],
        rule,
        *lines[1:],
        *NOTES[form.kind],
    ]


def one_cell_a_line(form: Form) -> list[str]:
    body = [cell for row in cells(form) for cell in row if cell]
    return [*caption(form.kind), *body, *NOTES[form.kind]]


def stacked(form: Form) -> list[str]:
    lines = caption(form.kind)
    for row in cells(form):
        lines += [*(f"\t{cell}" for cell in row), ""]
    return [*lines, *NOTES[form.kind]]


def document(*forms: list[str]) -> str:
    """The forms as one text, a narrative after them."""
    head = [f"{OWNER}2023年度部门决算公开", "", "第二部分 2023年度部门决算表", ""]
    tail = [
        "第三部分 2023年度部门决算情况说明",
        "",
        "一、收入支出决算总体情况说明",
        "",
        "2023年度收支均衡，与上年相比没有变化，下面逐项说明。",
    ]
    return "\n".join([*head, *(line for form in forms for line in (*form, "")), *tail])


@dataclass
class Sides:
    """A two-sided form: (name, figures) of every numbered line, income first."""

    kind: str
    keys: tuple[str, ...]
    income: list[tuple[str, Decimal | None]]
    expenditure: list[tuple[str, dict[str, Decimal]]]

    @property
    def start(self) -> int:
        return len(self.income) + 1

    @property
    def wanted(self) -> dict[tuple[str, str], Decimal]:
        left = {(f"line {i + 1}", "total"): value for i, (_, value) in enumerate(self.income) if value}
        right = {
            (f"line {self.start + i}", key): value
            for i, (_, values) in enumerate(self.expenditure)
            for key, value in values.items()
            if value
        }
        return left | right


def class_totals(items: dict[str, dict[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for code, parts in items.items():
        totals[code[:3]] = totals.get(code[:3], ZERO) + sum(parts.values(), ZERO)
    return totals


def summary(kind: str, items: dict[str, dict[str, Decimal]]) -> Sides:
    """Form 01 or 04 over the same items, all of it general budget."""
    keys = (
        ("total",)
        if kind == "income_expenditure_summary"
        else ("total", "general_budget", "government_fund", "state_capital")
    )
    used = keys[:2]
    totals = class_totals(items)
    whole = sum(totals.values(), ZERO)
    right: list[tuple[str, dict[str, Decimal]]] = []
    for ordinal, name in zip(ORDINALS, CLASSES, strict=True):
        figure = totals.get(CLASS_CODES.get(name, ""), ZERO)
        right.append((f"{ordinal}、{name}支出", dict.fromkeys(used, figure) if figure else {}))
    right += [
        ("本年支出合计", dict.fromkeys(used, whole)),
        ("年末结转和结余", {}),
        ("总计", dict.fromkeys(used, whole)),
    ]
    left: list[tuple[str, Decimal | None]] = [
        ("一、一般公共预算财政拨款收入", whole),
        ("二、政府性基金预算财政拨款收入", None),
        ("三、国有资本经营预算财政拨款收入", None),
        *[("", None)] * (len(CLASSES) - 3),
        ("本年收入合计", whole),
        ("年初结转和结余", None),
        ("总计", whole),
    ]
    return Sides(kind, keys, left, right)


def side_cells(form: Sides) -> list[list[str]]:
    header = [
        ["收入", "", "", "支出"],
        ["项目", "行次", "决算数", "项目", "行次", "小计", *LABELS.get(form.kind, [])],
    ]
    rows = []
    for i, ((left, value), (right, values)) in enumerate(zip(form.income, form.expenditure, strict=True)):
        figures = [printed(values.get(key)) for key in form.keys]
        rows.append([left, str(i + 1), printed(value), right, str(form.start + i), *figures])
    return [*header, *rows]


def side_notes(form: Sides) -> list[str]:
    count = len(CLASSES)
    year, first = form.start + count, form.start
    plus = f"{first}+{first + 1}+…+{year - 1}"
    return ["注：本表反映部门本年度收支情况。", f"{year}行=({plus})行；{year + 2}行=({year}+{year + 1})行。"]


LABELS["appropriation_summary"] = [
    "一般公共预算财政拨款",
    "政府性基金预算财政拨款",
    "国有资本经营预算财政拨款",
]


def framed(kind: str, rows: list[list[str]], shape: str, notes: list[str]) -> list[str]:
    """Rows of cells in one of the shapes: lines, tabs, bars, cells, stack."""
    if shape == "lines":
        body = [" ".join(cell for cell in row if cell) for row in rows]
    elif shape == "tabs":
        body = ["\t".join(row) for row in rows]
    elif shape == "bars":
        body = ["|" + "|".join(row) + "|" for row in rows]
        body.insert(1, "|" + "---|" * len(rows[0]))
    elif shape == "cells":
        body = [cell for row in rows for cell in row if cell]
    else:
        body = [line for row in rows for line in (*(f"\t{cell}" for cell in row), "")]
    return [*caption(kind), *(line for line in body if line or shape == "stack"), *notes]


ECONOMIC = (
    (
        ("301", "工资福利支出"),
        ("30101", "基本工资"),
        ("30102", "津贴补贴"),
        ("30103", "奖金"),
        ("30113", "住房公积金"),
        ("303", "对个人和家庭的补助"),
        ("30302", "退休费"),
    ),
    (
        ("302", "商品和服务支出"),
        ("30201", "办公费"),
        ("30202", "印刷费"),
        ("30206", "电费"),
        ("30213", "维修（护）费"),
        ("30228", "工会经费"),
        ("30231", "公务用车运行维护费"),
    ),
    (("310", "资本性支出"), ("31002", "办公设备购置")),
)


def group_rows(chance: random.Random) -> tuple[list[list[str]], dict[tuple[str, str], Decimal]]:
    """Form 06 as cells, three groups side by side, with what it holds."""
    figures: dict[str, Decimal] = {}
    for group in ECONOMIC:
        for code, _ in group:
            if len(code) == 5 and chance.random() < 0.7:
                figures[code] = money(chance)
                figures[code[:3]] = figures.get(code[:3], ZERO) + figures[code]
    rows = [["科目代码", "科目名称", "决算数"] * 3]
    for i in range(max(map(len, ECONOMIC))):
        row: list[str] = []
        for group in ECONOMIC:
            code, name = group[i] if i < len(group) else ("", "")
            row += [code, name, printed(figures.get(code))]
        rows.append(row)
    people = figures.get("301", ZERO) + figures.get("303", ZERO)
    public = figures.get("302", ZERO) + figures.get("310", ZERO)
    rows.append(["人员经费合计", "", printed(people), "公用经费合计", "", "", "", "", printed(public)])
    wanted = {(code, "total"): value for code, value in figures.items()}
    return rows, wanted | {("人员经费合计", "total"): people, ("公用经费合计", "total"): public}


PUBLIC = ("total", "abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception")


def public_rows(chance: random.Random) -> tuple[list[list[str]], dict[tuple[str, str], Decimal]]:
    """Form 09 across, budget then final account, with what it holds."""
    wanted: dict[tuple[str, str], Decimal] = {}
    row: list[str] = []
    for key in ("budget", "final"):
        values = {
            item: money(chance)
            for item in ("abroad", "vehicle_purchase", "vehicle_operation", "reception")
            if chance.random() < 0.5
        }
        vehicles = values.get("vehicle_purchase", ZERO) + values.get("vehicle_operation", ZERO)
        if vehicles:
            values["vehicles"] = vehicles
        values["total"] = vehicles + values.get("abroad", ZERO) + values.get("reception", ZERO)
        row += [printed(values.get(item)) for item in PUBLIC]
        wanted |= {(item, key): value for item, value in values.items() if value}
    items = ["合计", "因公出国（境）费", "公务用车购置及运行维护费", "", "", "公务接待费"]
    parts = ["", "", "小计", "公务用车购置费", "公务用车运行维护费", ""]
    header = [
        ["预算数", *[""] * 5, "决算数", *[""] * 5],
        items * 2,
        parts * 2,
        [str(i + 1) for i in range(12)],
    ]
    return [*header, row], wanted


PUBLIC_NOTES = [
    "注：本表反映部门本年度“三公”经费支出预决算情况。",
    "1栏=(2+3+6)栏；3栏=(4+5)栏；7栏=(8+9+12)栏；9栏=(10+11)栏。",
]
