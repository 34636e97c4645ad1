"""In the tables stage: the sums within one table, to choose between readings and to check it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extract.tables.balance import balance_identities, written_sum
from extract.tables.forms.registry import FormSpec, all_forms
from extract.tables.formulas import Formula, parse_rule, printed_formulas
from extract.tables.weighing import (
    Figures,
    Identity,
    IdentityRule,
    figures_of,
    row_address,
    row_name,
    weigh,
)
from models.disclosure import Column, Kind, Row, Table, TableKind

TWO_SIDED: frozenset[TableKind] = frozenset({"income_expenditure_summary", "appropriation_summary"})
SUBJECT_TABLES: frozenset[TableKind] = frozenset(
    {
        "income",
        "expenditure",
        "general_budget_expenditure",
        "general_budget_basic_expenditure",
        "government_fund",
        "state_capital",
        "appropriation_expenditure",
        "appropriation_basic_expenditure",
        "operating_costs",
    }
)
PERSONNEL_CLASSES = frozenset({"301", "303"})
"""Economic classes that make up 人员经费; every other class printed is 公用经费."""
PERSONNEL_TOTAL = "人员经费合计"
PUBLIC_TOTAL = "公用经费合计"

_PARTS: Mapping[str, tuple[str, ...]] = {
    "basic": ("personnel", "public"),
    "fiscal_appropriation": ("general_budget", "government_fund", "state_capital"),
}
"""Columns that break another one down."""
_NOT_ADDITIVE = frozenset(
    {"previous", "change", "budget", "final", "opening_balance", "income", "closing_balance"}
)
"""Columns that never belong to the sum of the year's figures."""
_GENERAL_RULES = (
    "total = basic + project",
    "total = general_budget + government_fund + state_capital + fiscal_account + unit_funds",
)
"""Tried on forms whose data give no rule for the total: by use, or by source of the money."""
_PUBLIC_EXPENSES = (
    ("total", ("abroad", "vehicles", "reception")),
    ("vehicles", ("vehicle_purchase", "vehicle_operation")),
)
_CONTAINING = (5, 3)
"""Digits of the codes of groups and classes, nearest first."""
_RATE = re.compile(r"率|比例|比重|幅|[%％]|增减")
_TOTAL_NAME = re.compile(r"^(?:本年|当年)?(?:收入|支出|经费)?(?:合计|总计)$")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many identities of a table hold and how many fail: the measure of a reading."""

    held: int
    failed: int


def table_identities(table: Table, figures: Figures, kind: Kind | None = None) -> tuple[Identity, ...]:
    """Every identity within one table: its columns, its lines, its subject tree.

    ``kind`` tells budgets from final accounts where the usual rules of a form differ.
    """
    if table.kind == "three_public":
        return public_expense_identities(table)
    if table.kind in TWO_SIDED:
        return (*column_identities(table, figures, kind), *balance_identities(table, figures))
    if table.kind in SUBJECT_TABLES:
        return (
            *column_identities(table, figures, kind),
            *tree_identities(table),
            *subtotal_identities(table),
        )
    return ()


def tally(table: Table, kind: Kind | None = None) -> Tally:
    """Count the identities of a reading that hold and that fail."""
    figures = figures_of(table)
    weighings = [weigh(identity, figures) for identity in table_identities(table, figures, kind)]
    return Tally(
        held=sum(1 for weighing in weighings if weighing and weighing.holds),
        failed=sum(1 for weighing in weighings if weighing and weighing.status == "fail"),
    )


# Columns -----------------------------------------------------------------------------------


def column_identities(table: Table, figures: Figures, kind: Kind | None = None) -> tuple[Identity, ...]:
    """One identity per row and column formula.

    A printed formula and the form's usual rule for the same column are rivals; so is the usual
    rule with further amount columns the table prints (a reserve, money from special accounts).
    The one that holds in most rows is the table's, the printed one first among equals.
    """
    rows = [index for index, row in enumerate(table.rows) if row.side != "income"]
    found: list[Identity] = []
    for rivals in _column_formulas(table, kind):
        choices = [_row_identities(formula, table, rows) for formula in rivals]
        found += (
            max(choices, key=lambda identities: _held(identities, figures)) if choices[1:] else choices[0]
        )
    return tuple(found)


def _held(identities: Iterable[Identity], figures: Figures) -> int:
    weighings = (weigh(identity, figures) for identity in identities)
    return sum(1 for weighing in weighings if weighing and weighing.holds)


def _row_identities(formula: Formula, table: Table, rows: Iterable[int]) -> list[Identity]:
    text = _written(formula, table.columns)
    keys = [str(key) for key in (formula.left, *(key for _, key in formula.terms))]
    signs = tuple(sign for sign, _ in formula.terms)
    return [
        Identity(
            "column",
            tuple([(table.id, index, key) for key in keys]),
            signs,
            text,
            row_address(table.rows[index]),
        )
        for index in rows
    ]


def _written(formula: Formula, columns: Sequence[Column]) -> str:
    """The formula the way the forms print it: by 栏次, else by header, lowest level first, else by key."""
    named = {column.key: column for column in columns}
    used = [named[str(key)] for key in (formula.left, *(key for _, key in formula.terms))]
    labels = ["".join(column.label.split()) for column in used]
    choices = (
        [str(column.number or "") for column in used],
        [label.rsplit("/", 1)[-1] for label in labels],
        labels,
        [column.key for column in used],
    )
    left, *terms = next(names for names in choices if len(set(names) - {""}) == len(used))
    signs = ("-" if sign < 0 else "+" for sign, _ in formula.terms)
    right = "".join(sign + name for sign, name in zip(signs, terms, strict=True))
    return f"{left}={right.removeprefix('+')}"


def _column_formulas(table: Table, kind: Kind | None) -> list[list[Formula]]:
    """Rival formulas in column keys, grouped by the column on the left."""
    keys = tuple(column.key for column in table.columns)
    rivals: dict[str, list[Formula]] = {}
    for formula in (*_printed_in_keys(table, kind), *_usual_formulas(table.kind, kind, keys)):
        known = rivals.setdefault(str(formula.left), [])
        if all(set(formula.terms) != set(other.terms) for other in known):
            known.append(formula)
    return list(rivals.values())


def _printed_in_keys(table: Table, kind: Kind | None) -> Iterator[Formula]:
    """The printed column formulas whose 栏次 are all columns of the table, in column keys."""
    formulas = printed_formulas(table.notes, "column")
    if not formulas:
        return
    keys = {column.key for column in table.columns}
    form = _usual_form(table.kind, kind, tuple(column.key for column in table.columns))
    numbers = {number: key for number, key in enumerate(form.numbered if form else (), 1) if key in keys}
    numbers |= {column.number: column.key for column in table.columns if column.number is not None}
    for formula in formulas:
        used = [int(formula.left), *(int(term) for _, term in formula.terms)]
        if all(number in numbers for number in used) and len({numbers[n] for n in used}) == len(used):
            signs = (sign for sign, _ in formula.terms)
            terms = zip(signs, (numbers[number] for number in used[1:]), strict=True)
            yield Formula("column", numbers[used[0]], tuple(terms), formula.text)


@lru_cache(maxsize=256)
def _usual_form(table_kind: TableKind, kind: Kind | None, keys: tuple[str, ...]) -> FormSpec | None:
    """The form of the data nearest to a table: same kind of disclosure, most columns in common."""
    forms = [form for form in all_forms() if form.kind == table_kind and form.rules]

    def nearness(form: FormSpec) -> tuple[bool, int]:
        columns = {column.key for column in form.columns}
        return form.disclosure in (None, kind), len(columns & set(keys)) - len(set(keys) - columns)

    return max(forms, key=nearness, default=None)


@lru_cache(maxsize=256)
def _usual_formulas(table_kind: TableKind, kind: Kind | None, keys: tuple[str, ...]) -> tuple[Formula, ...]:
    """The usual rules of a form as far as the table has their columns, then wider readings of them."""
    form = _usual_form(table_kind, kind, keys)
    found: list[Formula] = []
    for rule in (parse_rule(text) for text in (form.rules if form else ())):
        fitted = _fitted(rule, keys)
        if fitted is not None:
            found += [fitted, *_widened(fitted, keys)]
    known = {formula.left for formula in found}
    return (*found, *(formula for formula in _general_formulas(keys) if formula.left not in known))


def _fitted(rule: Formula, keys: Sequence[str]) -> Formula | None:
    """A rule with the columns a table has; None when its left side or all of its terms are missing.

    Only plain sums may lose terms: a form without the column has nothing to add there. A column
    that is printed only in its parts is replaced by them.
    """
    if rule.left not in keys:
        return None
    replaced: list[tuple[int, int | str]] = []
    for sign, key in rule.terms:
        parts = [part for part in _PARTS.get(str(key), ()) if part in keys]
        replaced += [(sign, key)] if key in keys or not parts else [(sign, part) for part in parts]
    present = tuple(dict.fromkeys(term for term in replaced if term[1] in keys))
    plain_sum = all(sign > 0 for sign, _ in rule.terms)
    if not present or (len(present) < len(rule.terms) and not plain_sum):
        return None
    return Formula("column", rule.left, present, rule.text)


def _widened(rule: Formula, keys: Sequence[str]) -> Iterator[Formula]:
    """The rule with the table's further amount columns: all of them, then each alone."""
    if rule.left != "total" or any(sign < 0 for sign, _ in rule.terms):
        return
    terms = {str(key) for _, key in rule.terms}
    covered = {part for whole in terms for part in _PARTS.get(whole, ())}
    further = [key for key in keys if key not in terms | covered | _NOT_ADDITIVE | {"total"}]
    further = [key for key in further if not terms & set(_PARTS.get(key, ()))]
    choices = [further, *([key] for key in further)] if len(further) > 1 else [further] if further else []
    for extra in choices:
        yield Formula("column", rule.left, (*rule.terms, *((1, key) for key in extra)), rule.text)


def _general_formulas(keys: Sequence[str]) -> Iterator[Formula]:
    """What holds in any form that prints the columns: totals by use or source, basic by its parts."""
    for rule in _GENERAL_RULES:
        fitted = _fitted(parse_rule(rule), keys)
        if fitted is not None and len(fitted.terms) > 1:
            yield fitted
    if {"basic", "personnel", "public"} <= set(keys):
        yield parse_rule("basic = personnel + public")


def has_usual_rule(table: Table, kind: Kind | None = None) -> bool:
    """Whether the form of a table is one whose columns usually add up."""
    keys = tuple(column.key for column in table.columns)
    return _usual_form(table.kind, kind, keys) is not None


# Rows --------------------------------------------------------------------------------------


def public_expense_identities(table: Table) -> tuple[Identity, ...]:
    """三公: the total of its three expenses, vehicles of purchase and operation, in every column."""
    rows = {row.code: index for index, row in enumerate(table.rows)}
    sums = _RowSums.of(table, "column")
    found: list[Identity] = []
    for whole, parts in _PUBLIC_EXPENSES:
        if all(code in rows for code in (whole, *parts)):
            found += sums.sums(rows[whole], [rows[part] for part in parts])
    return tuple(found)


def tree_identities(table: Table) -> tuple[Identity, ...]:
    """A subject is the sum of the subjects right below it, 合计 of the outermost ones.

    Levels follow from the codes (208, 20805, 2080505; 301, 30101), so rows may stand in any
    order and a subject whose own level is not printed counts for the next one above. A code
    printed twice cannot be a sum, for its parts are not told apart.
    """
    rows = [(index, row) for index, row in enumerate(table.rows) if row.side is None]
    coded = [(index, row.code) for index, row in rows if row.code and row.code.isdigit()]
    children = _children(coded)
    by_code = {code: index for index, code in coded}
    printed = Counter(code for _, code in coded)
    sums = _RowSums.of(table, "tree")
    found: list[Identity] = []
    for code, parts in children.items():
        if printed[code] == 1:
            found += sums.sums(by_code[code], parts)
    outermost = children.get("", [])
    for index, row in rows:
        parts = _summed_by(row, table.rows, outermost)
        if parts:
            found += sums.sums(index, parts)
    return tuple(found)


def subtotal_identities(table: Table) -> tuple[Identity, ...]:
    """In a list without codes: the total is the sum of the subtotals (…小计), each of the lines after it."""
    rows = [(index, row_name(row)) for index, row in enumerate(table.rows) if not row.code and not row.side]
    heads = [position for position, (_, name) in enumerate(rows) if name.endswith("小计")]
    if len(rows) < len(table.rows) or not heads:
        return ()
    totals = [index for index, _ in rows if is_total(table.rows[index])]
    sums = _RowSums.of(table, "tree")
    found: list[Identity] = []
    if len(heads) > 1 and totals:
        found += sums.sums(totals[0], [rows[position][0] for position in heads])
    for position, after in zip(heads, [*heads[1:], len(rows)], strict=True):
        parts = [index for index, name in rows[position + 1 : after] if not name.startswith("其中")]
        parts = [index for index in parts if index not in totals]
        if parts:
            found += sums.sums(rows[position][0], parts)
    return tuple(found)


def outermost_rows(table: Table) -> list[int]:
    """The rows of the subjects no other printed subject contains (the classes, as a rule)."""
    rows = enumerate(table.rows)
    return _children([(i, row.code) for i, row in rows if row.code and row.code.isdigit()]).get("", [])


def _children(coded: Sequence[tuple[int, str]]) -> dict[str, list[int]]:
    """Row indices by the code of the nearest printed subject that contains them ("" for none).

    Only classes and groups contain others: a code cut short by the cell edge (3010 for 30107)
    is a part like the rest, and the whole of nothing.
    """
    printed = {code for _, code in coded}
    children: dict[str, list[int]] = {}
    for index, code in coded:
        above = [code[:length] for length in _CONTAINING if length < len(code)]
        children.setdefault(next((c for c in above if c in printed), ""), []).append(index)
    return children


def _summed_by(row: Row, rows: Sequence[Row], outermost: Sequence[int]) -> list[int]:
    """Which outermost subjects a total row sums: all, or those of personnel or public funds."""
    if row.code:
        return []
    name = row_name(row)
    if name.startswith(PERSONNEL_TOTAL):
        return [index for index in outermost if rows[index].code in PERSONNEL_CLASSES]
    if name.startswith(PUBLIC_TOTAL):
        return [index for index in outermost if rows[index].code not in PERSONNEL_CLASSES]
    return list(outermost) if is_total(row) else []


def has_total(table: Table) -> bool:
    """Whether a table of subjects prints its sum, whole or split into personnel and public funds."""
    footers = (PERSONNEL_TOTAL, PUBLIC_TOTAL)
    return any(is_total(row) or (not row.code and row_name(row).startswith(footers)) for row in table.rows)


def is_total(row: Row) -> bool:
    """Whether a row is the 合计 of its table (a total row without a name is)."""
    if row.code or row.level != "total":
        return False
    name = row_name(row)
    return not name or bool(_TOTAL_NAME.match(name))


@dataclass(frozen=True, slots=True)
class _RowSums:
    """Writes sums of rows, the same down every column that adds up (rates and changes do not)."""

    table: Table
    keys: tuple[str, ...]
    rule: IdentityRule

    @classmethod
    def of(cls, table: Table, rule: IdentityRule) -> _RowSums:
        additive = (c.key for c in table.columns if c.key != "change" and not _RATE.search(c.label))
        return cls(table, tuple(additive), rule)

    def sums(self, whole: int, parts: Sequence[int]) -> Iterator[Identity]:
        rows = (whole, *parts)
        names = [self.table.rows[row].code or row_name(self.table.rows[row]) for row in rows]
        formula = written_sum(names[0], names[1:])
        where = row_address(self.table.rows[whole])
        signs = (1,) * len(parts)
        for key in self.keys:
            cells = tuple([(self.table.id, row, key) for row in rows])
            yield Identity(self.rule, cells, signs, formula, f"{where}/{key}")
