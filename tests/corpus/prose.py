"""In the corpus generator: the running text around the forms, in sentences built from the same figures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from tests.corpus import model
from tests.corpus.blocks import Cell, TableBlock, TextBlock
from tests.corpus.chance import Chance
from tests.corpus.classification import DATA, function_names
from tests.corpus.figures import Notation
from tests.corpus.layouts import ordinal

Narrative = tuple[dict[str, str | None], ...]


@cache
def words() -> dict[str, Any]:
    """The invented places and phrases."""
    return tomllib.loads((DATA / "words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes, about which accounts, and in which unit the sentences give their amounts."""

    organisation: str
    whom: str
    duty: str
    accounts: model.Accounts
    notation: Notation
    disclosure: str

    def money(self, yuan: Decimal) -> str:
        return f"{self.notation.written(self.notation.figure(yuan)) or '0'}{self.notation.unit}"


def paragraphs(*texts: str) -> Iterator[TextBlock]:
    return (TextBlock(text, "paragraph") for text in texts)


def percentage(part: Decimal, whole: Decimal) -> Decimal:
    """A share in per cent with two decimals; 0 of nothing."""
    if not whole:
        return Decimal(0)
    return (part * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def overview(speaker: Speaker, chance: Chance) -> list[TextBlock | TableBlock]:
    """Duties and structure, before the forms; sometimes with a table of the units, which is no form."""
    phrases = words()["phrases"]
    facts = {
        "org": speaker.organisation,
        "whom": speaker.whom,
        "duty": speaker.duty,
        "disclosure": speaker.disclosure,
        "rooms": chance.number(3, 14),
        "staff": chance.number(9, 160),
    }
    duties = [f"（{ordinal(n)}）{text.format(**facts)}" for n, text in enumerate(phrases["duties"], 1)]
    structure = [text.format(**facts) for text in phrases["structure"]]
    return [
        TextBlock("一、主要职能", "heading"),
        *paragraphs(*duties[: chance.number(2, len(duties))]),
        TextBlock("二、机构设置情况", "heading"),
        *paragraphs(*structure),
        *([_units(speaker)] if chance.happens(0.4) else []),
    ]


def _units(speaker: Speaker) -> TableBlock:
    """The units whose accounts are joined, as a table without a single amount."""
    names = [
        f"{speaker.organisation}本级",
        *(f"{speaker.organisation}{name}" for name in ("服务中心", "信息中心")),
    ]
    rows = [
        (Cell(str(number), align="centre"), Cell(name), Cell("独立核算", align="centre"))
        for number, name in enumerate(names, 1)
    ]
    header = tuple(Cell(label, align="centre") for label in ("序号", "单位名称", "备注"))
    return TableBlock("other", "所属单位一览", "", ("", ""), (header,), tuple(rows), (1.2, 8.0, 2.5))


def glossary() -> list[TextBlock]:
    """The last part: terms explained."""
    return list(
        paragraphs(*(f"{ordinal(n)}、{text}" for n, text in enumerate(words()["phrases"]["terms"], 1)))
    )


def explanation(speaker: Speaker, chance: Chance) -> tuple[list[TextBlock], Narrative]:
    """The part that puts the figures into words, with the truth of its subject sentences."""
    execution, narrative = _subjects(speaker, chance)
    blocks = [
        TextBlock("一、收入支出总体情况", "heading"),
        *paragraphs(_change(speaker, chance)),
        TextBlock("二、支出情况", "heading"),
        *paragraphs(_composition(speaker)),
        TextBlock("三、一般公共预算支出具体情况", "heading"),
        *paragraphs(*execution),
        TextBlock("四、“三公”经费情况", "heading"),
        *paragraphs(_three_public(speaker)),
    ]
    return blocks, narrative


def _change(speaker: Speaker, chance: Chance) -> str:
    now = model.total(speaker.accounts.ledgers, "income")
    before = speaker.accounts.last_year["income"]
    word, verb = ("增加", "增长") if now >= before else ("减少", "下降")
    reason = chance.pick(words()["phrases"]["reasons_up" if now >= before else "reasons_down"])
    rate = percentage(abs(now - before), before)
    year = speaker.accounts.year
    return (
        f"{year}年度收入合计{speaker.money(now)}。与上年相比，{word}{speaker.money(abs(now - before))}，"
        f"{verb}{rate}%，主要原因是{reason}。"
    )


def _composition(speaker: Speaker) -> str:
    ledgers = speaker.accounts.ledgers
    spent = model.total(ledgers, "spent")
    basic, project = model.total(ledgers, "basic"), model.total(ledgers, "project")
    return (
        f"{speaker.accounts.year}年度支出合计{speaker.money(spent)}，其中：基本支出{speaker.money(basic)}，"
        f"占{percentage(basic, spent)}%；项目支出{speaker.money(project)}，占{percentage(project, spent)}%。"
    )


def _three_public(speaker: Speaker) -> str:
    budget = model.three_public_amount(speaker.accounts, "total", "budget")
    return f"{speaker.accounts.year}年“三公”经费预算数为{speaker.money(budget)}，按照厉行节约的原则从严安排。"


def _subjects(speaker: Speaker, chance: Chance) -> tuple[list[str], Narrative]:
    ledgers = [
        ledger for ledger in speaker.accounts.ledgers if ledger.purse == "general_budget" and ledger.spent
    ]
    sentence = _executed if speaker.disclosure == "决算" else _planned
    told = [sentence(speaker, chance, number, ledger) for number, ledger in enumerate(ledgers, 1)]
    return [text for text, _ in told], tuple(fact for _, fact in told if fact)


def _full_name(speaker: Speaker, code: str) -> str:
    names = function_names(speaker.accounts.year)
    return f"{names[code[:3]]}（类）{names[code[:5]]}（款）{names[code]}（项）"


def _planned(
    speaker: Speaker, chance: Chance, number: int, ledger: model.Ledger
) -> tuple[str, dict[str, str | None] | None]:
    name = _full_name(speaker, ledger.code)
    return f"{number}．“{name}”{speaker.money(ledger.spent)}，主要用于{speaker.duty}方面的支出。", None


def _executed(
    speaker: Speaker, chance: Chance, number: int, ledger: model.Ledger
) -> tuple[str, dict[str, str | None] | None]:
    name = _full_name(speaker, ledger.code)
    final, initial = speaker.notation.figure(ledger.spent), speaker.notation.figure(ledger.initial)
    fact: dict[str, str | None] = {
        "subject": ledger.code,
        "initial_budget": str(initial),
        "final": str(final),
    }
    budget, spent = speaker.money(ledger.initial), speaker.money(ledger.spent)
    opening = f"{number}．{name}。年初预算为{budget}，支出决算为{spent}"
    if not initial:
        return f"{opening}，主要原因是年初未安排预算、年中追加。", fact
    fact["completion_pct"] = str(percentage(final, initial))
    more = "大于" if final > initial else "小于"
    reason = chance.pick(words()["phrases"]["reasons_up" if final > initial else "reasons_down"])
    tail = "" if final == initial else f"。决算数{more}年初预算数的主要原因是{reason}"
    return f"{opening}，完成年初预算的{fact['completion_pct']}%{tail}。", fact
