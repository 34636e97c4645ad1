"""In the tables stage: what the forms of a document and its text say of one another's figures.

Equalities that hold by construction of the forms: a subject whose total is the same in 03 and 05
has the same basic and project expenditure there; 04's general-budget column is 05, class by
class; 05's basic expenditure is 06's personnel and public; 04's income is 02's appropriation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.tables.amounts import normalised
from extract.tables.forms.registry import ColumnSpec
from extract.tables.loose_sides import SideLine, TwoSidedForm
from extract.tables.loose_subjects import PlacedRows, SubjectForm
from models.disclosure import Row, TableKind

_STATED = r"(?:决算|合计|预算)?(?:数|总额)?(?:为|是|共|共计)?([\d,]+(?:\.\d+)?)(?:万元|元)"
_ORDINAL = re.compile(r"^(?:(?:[一二三四五六七八九十]+|\d{1,2})[、.．]|[(（][一二三四五六七八九十]+[)）])")
_CLASS = re.compile(r"^[一二三四五六七八九十]+、.*支出$")
_TOTAL = "total"
ZERO = Decimal(0)

Facts = dict[int, dict[int, Decimal]]


@dataclass(frozen=True, slots=True)
class Placed:
    """A form as placed so far."""

    kind: TableKind
    rows: PlacedRows

    def certain(self, index: int) -> bool:
        return all(doubt.row != index for doubt in self.rows.doubts)


def evidence(form: SubjectForm | TwoSidedForm, others: Sequence[Placed], text: str) -> Facts:
    """What is known from elsewhere of a form's figures: line, column, figure."""
    by_kind = {placed.kind: placed for placed in reversed(others)}
    if isinstance(form, TwoSidedForm):
        return _appropriation_facts(form, by_kind)
    facts = _stated_facts(form, text)
    for known in (_sister_facts(form, by_kind), _root_facts(form, by_kind)):
        for line, figures in known.items():
            facts.setdefault(line, {}).update(figures)
    return facts


# --- one form and another --------------------------------------------------------------------------


_SISTERS: dict[TableKind, TableKind] = {
    "expenditure": "general_budget_expenditure",
    "general_budget_expenditure": "expenditure",
}


def _sister_facts(form: SubjectForm, others: Mapping[TableKind, Placed]) -> Facts:
    """Basic and project expenditure of subjects whose total is the same in the other form."""
    sister = others.get(_SISTERS.get(form.spec.kind, "other"))
    if sister is None:
        return {}
    certain = {row.code or _TOTAL: row for i, row in enumerate(sister.rows.rows) if sister.certain(i)}
    facts: Facts = {}
    for index, line in enumerate(form.lines):
        row = certain.get(line.code or (_TOTAL if line.is_total else ""))
        figures = [token.value for token in line.figures if token.value is not None]
        if row is not None and figures and row.amounts.get("total") == figures[0]:
            facts[index] = {
                position: row.amounts.get(column.key) or ZERO
                for position, column in enumerate(form.columns)
                if column.key in ("basic", "project")
            }
    return facts


def _root_facts(form: SubjectForm, others: Mapping[TableKind, Placed]) -> Facts:
    """One figure of the form's total line that another form prints."""
    root = next((index for index, line in enumerate(form.lines) if line.is_total), None)
    found = dict(_root_figures(form, others))
    if root is None or not found:
        return {}
    keys = [column.key for column in form.columns]
    return {root: {keys.index(key): figure for key, figure in found.items() if key in keys}}


def _root_figures(form: SubjectForm, others: Mapping[TableKind, Placed]) -> Iterator[tuple[str, Decimal]]:
    summary, detail = others.get("appropriation_summary"), others.get("general_budget_basic_expenditure")
    if form.spec.kind == "income":
        yield from _income_figures(summary, others.get("income_expenditure_summary"))
    if form.spec.kind == "general_budget_expenditure" and detail is not None:
        parts = [row for row in detail.rows.rows if row.code is None and "经费合计" in (row.name or "")]
        if len(parts) == 2 and all(row.amounts.get("total") is not None for row in parts):
            yield "basic", sum((row.amounts.get("total") or ZERO for row in parts), ZERO)


def _income_figures(appropriation: Placed | None, whole: Placed | None) -> Iterator[tuple[str, Decimal]]:
    """The sources of 01 are the columns of 02; the year's income of 04 is 02's appropriation."""
    if whole is not None:
        sums: dict[str, Decimal] = {}
        for row in (row for row in whole.rows.rows if row.side == "income" and row.level == "line"):
            key = next((key for key, words in _SOURCES if words.search(normalised(row.name or ""))), None)
            figure = row.amounts.get("total")
            if key is not None and figure is not None:
                sums[key] = sums.get(key, ZERO) + figure
        yield from {**_fund_figures(whole.rows.rows), **sums}.items()
    elif appropriation is not None:
        totals = [row for row in appropriation.rows.rows if row.side == "income" and row.name in _YEAR_INCOME]
        figures = {figure for row in totals if (figure := row.amounts.get("total")) is not None}
        if len(figures) == 1:
            yield "fiscal_appropriation", figures.pop()


_SOURCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fiscal_appropriation", re.compile(r"财政拨款(?:预算)?(?:收入)?$")),
    ("superior_subsidy", re.compile(r"上级补助收入$")),
    ("institutional", re.compile(r"、事业收入$|^事业收入$")),
    ("commercial", re.compile(r"经营收入$")),
    ("affiliate_remittance", re.compile(r"附属单位上缴收入$")),
    ("other", re.compile(r"其他收入$")),
)
_FUNDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("general_budget", re.compile(r"^一般公共预算(?:财政)?(?:拨款|资金)?(?:收入)?$")),
    ("government_fund", re.compile(r"^政府性基金(?:预算)?(?:财政)?(?:拨款|资金)?(?:收入)?$")),
    ("state_capital", re.compile(r"^国有资本经营(?:预算)?(?:财政)?(?:拨款|资金)?(?:收入)?$")),
    ("carried_over", re.compile(r"^上年结转(?:结余)?$")),
    ("fiscal_account", re.compile(r"^财政专户管理资金(?:收入)?$")),
    ("unit_funds", re.compile(r"^单位资金(?:收入)?$")),
)
"""Names of the lines of 01 and 04 that print the income of one fund, without their numbering."""


def _fund_figures(rows: Iterable[Row]) -> dict[str, Decimal]:
    """The income of each fund that one line alone prints."""
    found: dict[str, set[Decimal]] = {}
    for row in (row for row in rows if row.side == "income"):
        name = _line_name(normalised(row.name or ""))
        key = next((key for key, words in _FUNDS if words.search(name)), None)
        figure = row.amounts.get("total")
        if key is not None and figure:
            found.setdefault(key, set()).add(figure)
    return {key: figures.pop() for key, figures in found.items() if len(figures) == 1}


_YEAR_INCOME = frozenset({"本年收入合计", "本年收入小计", "当年收入小计"})


def _appropriation_facts(form: TwoSidedForm, others: Mapping[TableKind, Placed]) -> Facts:
    """The general-budget column of 04 from the classes and the total of 05; its grand total by fund."""
    if form.spec.kind != "appropriation_summary":
        return {}
    facts = _fund_facts(form)
    for index, figures in _general_budget_facts(form, others.get("general_budget_expenditure")).items():
        facts.setdefault(index, {}).update(figures)
    return facts


def _fund_facts(form: TwoSidedForm) -> Facts:
    """The grand total's figure of a fund where the fund's income line prints the very same."""
    rows = [_income_row(line) for line in form.income]
    keys = [column.key for column in form.columns]
    income = {key: figure for key, figure in _fund_figures(rows).items() if key in keys}
    facts: Facts = {}
    for index, line in enumerate(form.expenditure):
        if line.plain.endswith("总计"):
            printed = {token.value for token in line.figures[1:]}
            facts[index] = {keys.index(key): figure for key, figure in income.items() if figure in printed}
    return {index: figures for index, figures in facts.items() if figures}


def _income_row(line: SideLine) -> Row:
    figure = next((token.value for token in line.figures if token.value is not None), None)
    return Row(code=None, name=line.plain, level="line", side="income", amounts={"total": figure})


def _general_budget_facts(form: TwoSidedForm, source: Placed | None) -> Facts:
    """What 05 prints of each class; a class that 05 does not print has none, where 04 prints all of 05's."""
    keys = [column.key for column in form.columns]
    if source is None or "general_budget" not in keys:
        return {}
    totals = {
        _subject_name(row): row.amounts.get("total")
        for row in source.rows.rows
        if row.level in ("class", "total")
    }
    column = keys.index("general_budget")
    lines = {index: _line_name(line.plain) for index, line in enumerate(form.expenditure)}
    facts: Facts = {
        index: {column: figure} for index, name in lines.items() if (figure := totals.get(name)) is not None
    }
    classes = {_subject_name(row) for row in source.rows.rows if row.level == "class"}
    if classes and classes <= set(lines.values()):
        others = (i for i, name in lines.items() if name not in totals and _is_class(form, i))
        facts |= {index: {column: ZERO} for index in others}
    return facts


def _is_class(form: TwoSidedForm, index: int) -> bool:
    """Whether a line is a numbered class of expenditure, above the totals."""
    return bool(_CLASS.match(form.expenditure[index].plain)) and "结转" not in form.expenditure[index].plain


def _subject_name(row: Row) -> str:
    return "本年支出合计" if row.level == "total" else _line_name(normalised(row.name or ""))


def _line_name(plain: str) -> str:
    return _ORDINAL.sub("", plain)


# --- the text --------------------------------------------------------------------------------------


def _stated_facts(form: SubjectForm, text: str) -> Facts:
    """What the text says of the form's total line: ``基本支出364.98万元`` where the line prints 364.98."""
    root = next((index for index, line in enumerate(form.lines) if line.is_total), None)
    if root is None:
        return {}
    printed = {token.value for token in form.lines[root].figures if token.value}
    facts: dict[int, Decimal] = {}
    for position, column in enumerate(form.columns):
        spec = next((each for each in form.spec.columns if each.key == column.key), None)
        stated = _stated(spec, text) & printed if spec is not None and column.key != "total" else set()
        if len(stated) == 1:
            facts[position] = stated.pop()
    return {root: facts} if facts else {}


def _stated(spec: ColumnSpec, text: str) -> set[Decimal]:
    words = [word for word in spec.words if "+" not in word and len(word) >= 4]
    return {figure for word in words for figure in _figures(re.findall(re.escape(word) + _STATED, text))}


def _figures(texts: Iterable[str]) -> set[Decimal]:
    return {Decimal(text.replace(",", "")) for text in texts if text.strip(",")}
