"""In the corpus generator: official codes and names to make documents of.

They are a list of the corpus' own, so that a mistake in the product's catalogue cannot hide in its tests.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

FUND_GROUPS = ("21208", "22908", "22960")
CAPITAL_GROUPS = ("22301", "22399")

EXPENDITURE_CLASSES = (
    ("201", "一般公共服务支出"),
    ("202", "外交支出"),
    ("203", "国防支出"),
    ("204", "公共安全支出"),
    ("205", "教育支出"),
    ("206", "科学技术支出"),
    ("207", "文化旅游体育与传媒支出"),
    ("208", "社会保障和就业支出"),
    ("210", "卫生健康支出"),
    ("211", "节能环保支出"),
    ("212", "城乡社区支出"),
    ("213", "农林水支出"),
    ("214", "交通运输支出"),
    ("215", "资源勘探工业信息等支出"),
    ("216", "商业服务业等支出"),
    ("217", "金融支出"),
    ("219", "援助其他地区支出"),
    ("220", "自然资源海洋气象等支出"),
    ("221", "住房保障支出"),
    ("222", "粮油物资储备支出"),
    ("223", "国有资本经营预算支出"),
    ("224", "灾害防治及应急管理支出"),
    ("229", "其他支出"),
    ("231", "债务还本支出"),
    ("232", "债务付息支出"),
    ("234", "抗疫特别国债安排的支出"),
)
"""The heads of the expenditure side of the summary forms, in their printed order."""


@cache
def function_names(year: int) -> dict[str, str]:
    """Code to name of the function classification, as far as the corpus uses it in that year."""
    with (DATA / "function.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {row["code"]: row["name"] for row in rows if int(row["first_year"] or 0) <= year}


@cache
def economic_names() -> dict[str, str]:
    """Code to name of the departments' economic classification."""
    with (DATA / "economic.tsv").open(encoding="utf-8") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines, delimiter="\t")}


def with_ancestors(codes: Iterable[str]) -> list[str]:
    """Codes with their classes and groups, in printed order (each parent before its children)."""
    return sorted({code[:length] for code in codes for length in (3, 5, 7) if length <= len(code)})


def items_of(purse: str, year: int) -> list[str]:
    """Item codes that a purse (``general_budget``, ``government_fund``, ``state_capital``) may pay."""
    special = {"government_fund": FUND_GROUPS, "state_capital": CAPITAL_GROUPS}
    items = [code for code in function_names(year) if len(code) == 7]
    if purse in special:
        return [code for code in items if code.startswith(special[purse])]
    return [code for code in items if not code.startswith(FUND_GROUPS + CAPITAL_GROUPS)]
