"""In the accounting stage: the running text held against itself and against the forms.

Each comparison becomes a check of rule ``narrative``. A statement that does not give the figures a
comparison needs is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.accounting.cross_form import unit_power
from extract.accounting.measures import Measure, TableFigure, measure_of, printed_as
from extract.accounting.rates import Precision, RateWeighing, places_of, weigh_equal, weigh_rate
from models.catalogue import comparable
from models.disclosure import Check, CheckStatus, Glossary, Table, TableKind, Verdict
from models.statements import (
    Assets,
    ClassUse,
    Composition,
    OperatingCost,
    Procurement,
    ProjectExecution,
    Statement,
    SubjectExecution,
    ThreePublicItem,
    TotalChange,
    TotalExecution,
)

_FUNCTION_FORMS: tuple[TableKind, ...] = (
    "general_budget_expenditure",
    "expenditure",
    "appropriation_expenditure",
    "income",
    "income_expenditure_summary",
    "appropriation_summary",
    "government_fund",
    "state_capital",
)
_PUBLIC_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "final": ("final",),
    "budget": ("budget",),
    "annual_budget": ("budget",),
    "initial_budget": ("budget",),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides of something the text says, and how far they agree."""

    formula: str
    where: str
    status: CheckStatus
    left: Decimal | None
    right: Decimal | None
    message: str | None = None


def examine_narrative(
    statements: Sequence[Statement],
    tables: Sequence[Table],
    glossary: Glossary | None,
    *,
    trust: str,
    first: int = 1,
) -> tuple[Check, ...]:
    """Every comparison the running text allows, as checks numbered from ``first``.

    ``trust`` is that of the source: what fails in a text layer is the author's, elsewhere unresolved.
    """
    verdict: Verdict = "author_error" if trust == "text_layer" else "unresolved"
    text = _Text(statements, tables)
    comparisons = (
        *text.within(),
        *text.shares(),
        *text.repeats(),
        *text.bounds(),
        *text.three_public(),
        *text.against_tables(),
        *_unused_subjects(glossary, statements, tables),
    )
    return tuple(_check(number, each, verdict) for number, each in enumerate(comparisons, first))


def _check(number: int, each: Comparison, verdict: Verdict) -> Check:
    both = each.left is not None and each.right is not None
    return Check(
        id=f"c{number}",
        rule="narrative",
        formula=each.formula,
        where=each.where,
        status=each.status,
        left=each.left,
        right=each.right,
        difference=each.left - each.right
        if both and each.left is not None and each.right is not None
        else None,
        verdict=verdict if each.status == "fail" else None,
        message=each.message,
    )


def _place(statement: Statement) -> str:
    """The address of a statement: its section and what it is about."""
    if isinstance(statement, SubjectExecution | ClassUse):
        subject = statement.subject
        return f"{statement.section}/{subject.code or subject.item or subject.group or subject.class_}"
    if isinstance(statement, ThreePublicItem):
        return f"{statement.section}/{statement.item}"
    if isinstance(statement, ProjectExecution):
        return f"{statement.section}/{statement.project}"
    if isinstance(statement, TotalChange | TotalExecution | Composition):
        return f"{statement.section}/{statement.name}"
    return f"{statement.section}/{statement.kind}"


def _amount(statement: Statement) -> Decimal | None:
    """The figure of the year a statement is about."""
    for field in ("amount", "final", "executed", "initial_budget", "budget", "total"):
        figure = getattr(statement, field, None)
        if isinstance(figure, Decimal):
            return figure
    return None


def _money(statement: Statement) -> Iterator[Decimal]:
    for field, value in statement:
        if isinstance(value, Decimal) and not field.endswith("_pct") and statement.unit:
            yield value


class _Text:
    """The statements of a document with what comparing them needs."""

    def __init__(self, statements: Sequence[Statement], tables: Sequence[Table]) -> None:
        self.statements = statements
        self.tables = [table for table in tables if table.status == "extracted"]
        by_unit: dict[str | None, list[Decimal]] = {}
        for statement in statements:
            by_unit.setdefault(statement.unit, []).extend(_money(statement))
        self._precision = {unit: Precision.of(figures) for unit, figures in by_unit.items()}
        self.measures = dict(self._measures())

    def slack(self, statement: Statement, *figures: Decimal) -> Decimal:
        precision = self._precision[statement.unit]
        return sum((precision.half(figure) for figure in figures), Decimal(0))

    def _measures(self) -> Iterator[tuple[int, Measure]]:
        """What the totals mean, by their position; parts take the scope of the total before them."""
        parent: dict[str, Measure] = {}
        for position, statement in enumerate(self.statements):
            if not isinstance(statement, TotalChange | TotalExecution | Composition):
                continue
            measure = measure_of(statement.name, parent.get(statement.section))
            if measure is None:
                continue
            if not isinstance(statement, Composition) or (measure.part is None and statement.whole):
                parent[statement.section] = measure
            yield position, measure

    # Within one statement ------------------------------------------------------------------------

    def within(self) -> Iterator[Comparison]:
        """Completion and change rates, restated budgets, and sums inside one statement."""
        for statement in self.statements:
            for formula, weighing in (*self._completion(statement), *self._change(statement)):
                if weighing is not None:
                    yield _of_rate(formula, _place(statement), weighing)
            yield from self._restated(statement)
            if isinstance(statement, Procurement):
                yield from self._procurement(statement)
            if isinstance(statement, Assets):
                yield from _vehicles(statement)

    def _completion(self, statement: Statement) -> Iterator[tuple[str, RateWeighing | None]]:
        printed = getattr(statement, "completion_pct", None)
        base, budget = _budget_of(statement)
        done = _executed(statement)
        if printed is None or done is None:
            return
        if budget is None:
            if isinstance(statement, SubjectExecution):
                yield base, RateWeighing("fail", printed, None, "a rate of a budget that is not printed")
            return
        yield (
            f"completion = final / {base}",
            weigh_rate(printed, done, budget, self.slack(statement, done), self.slack(statement, budget)),
        )

    def _change(self, statement: Statement) -> Iterator[tuple[str, RateWeighing | None]]:
        printed = getattr(statement, "change_pct", None)
        direction = getattr(statement, "direction", None)
        if printed is None or direction is None:
            return
        sign = {"up": 1, "down": -1}.get(direction, 0)
        now, change = _amount(statement), getattr(statement, "change", None)
        previous = getattr(statement, "previous", None)
        if previous is not None and now is not None:
            weighed = [
                weigh_rate(
                    printed * sign,
                    each - previous,
                    previous,
                    self.slack(statement, each, previous),
                    self.slack(statement, previous),
                )
                for each in (now, getattr(statement, "restated", None))
                if each is not None
            ]
            best = min(weighed, key=lambda weighing: _RANKS[weighing.status] if weighing else 0)
            yield "change rate = (now - before) / before", best
        elif change is not None and now is not None:
            before = now - sign * change
            slack = self.slack(statement, now, change)
            yield (
                "change rate = change / before",
                weigh_rate(printed, change, before, self.slack(statement, change), slack),
            )

    def _restated(self, statement: Statement) -> Iterator[Comparison]:
        if isinstance(statement, SubjectExecution) and statement.restated is not None:
            left, right = statement.initial_budget, statement.restated
            if left is not None:
                status = weigh_equal(left, right, Decimal(0))
                yield Comparison("budget = budget said again", _place(statement), status, left, right)

    def _procurement(self, statement: Procurement) -> Iterator[Comparison]:
        parts = [each for each in (statement.goods, statement.works, statement.services) if each is not None]
        if statement.total is not None and len(parts) > 1:
            right = sum(parts, Decimal(0))
            status = weigh_equal(statement.total, right, self.slack(statement, statement.total, *parts))
            yield Comparison(
                "total = goods + works + services", _place(statement), status, statement.total, right
            )
        micro_of = statement.total if statement.micro_share_of == "total" else statement.sme
        for name, rate, part, whole in (
            ("sme", statement.sme_share_pct, statement.sme, statement.total),
            ("micro", statement.micro_share_pct, statement.micro, micro_of),
        ):
            if rate is None or part is None or whole is None:
                continue
            weighing = weigh_rate(
                rate, part, whole, self.slack(statement, part), self.slack(statement, whole)
            )
            if weighing:
                yield _of_rate(f"share of {name}", _place(statement), weighing)

    # Between statements ----------------------------------------------------------------------------

    def shares(self) -> Iterator[Comparison]:
        """Shares of the total they are said to be of, or of the total their section began with."""
        section_total: dict[str, Statement] = {}
        for position, statement in enumerate(self.statements):
            if isinstance(statement, TotalChange | TotalExecution) and _amount(statement) is not None:
                section_total[statement.section] = statement
            if not isinstance(statement, Composition | ClassUse):
                continue
            whole = self._whole(position, statement) or section_total.get(statement.section)
            if isinstance(statement, Composition) and whole is None and statement.share_pct is None:
                section_total.setdefault(statement.section, statement)
            yield from self._share(statement, whole)
            if isinstance(statement, Composition) and self._heads_section(position, statement):
                section_total[statement.section] = statement

    def _heads_section(self, position: int, statement: Composition) -> bool:
        """Whether a part of another total is the total of its own section."""
        measure = self.measures.get(position)
        return measure is not None and measure.part is None and statement.whole is not None

    def _whole(self, position: int, statement: Composition | ClassUse) -> Statement | None:
        name = statement.whole if isinstance(statement, Composition) else None
        wanted = measure_of(name) if name else None
        if wanted is None:
            return None
        return next(
            (
                other
                for at, other in enumerate(self.statements)
                if at != position and self.measures.get(at) == wanted and _amount(other) is not None
            ),
            None,
        )

    def _share(self, statement: Composition | ClassUse, whole: Statement | None) -> Iterator[Comparison]:
        base = _amount(whole) if whole is not None else None
        if whole is None or base is None or statement.share_pct is None or statement.amount is None:
            return
        if whole.unit != statement.unit:
            return
        part = statement.amount
        weighing = weigh_rate(
            statement.share_pct, part, base, self.slack(statement, part), self.slack(statement, base)
        )
        if weighing:
            yield _of_rate(f"share = amount / {_place(whole)}", _place(statement), weighing)

    def repeats(self) -> Iterator[Comparison]:
        """Totals told in several places must be the same everywhere."""
        told: dict[Measure, list[Statement]] = {}
        for position, measure in self.measures.items():
            statement = self.statements[position]
            if _amount(statement) is not None and (measure.part is None or _scoped(statement)):
                told.setdefault(measure, []).append(statement)
        for statements in told.values():
            usual = _most_common([amount for each in statements if (amount := _amount(each)) is not None])
            for other in statements[1:] if len(statements) > 1 else ():
                left = _amount(other)
                if left == usual and _amount(statements[0]) != usual:
                    continue
                status = weigh_equal(left or Decimal(0), usual, Decimal(0))
                yield Comparison(
                    f"{statements[0].section} = {other.section}", _place(other), status, left, usual
                )
            if len(statements) > 1 and _amount(statements[0]) != usual:
                left = _amount(statements[0])
                yield Comparison("told elsewhere", _place(statements[0]), "fail", left, usual)

    def bounds(self) -> Iterator[Comparison]:
        """A year's income or expenditure is never more than the grand total of the same budget."""
        first: dict[Measure, Statement] = {}
        for position, measure in self.measures.items():
            if _amount(self.statements[position]) is not None:
                first.setdefault(measure, self.statements[position])
        for measure, statement in first.items():
            grand = first.get(Measure(measure.scope, "both")) if measure.part is None else None
            if grand is None or measure.side == "both":
                continue
            left, right = _amount(statement), _amount(grand)
            if left is not None and right is not None:
                status: CheckStatus = "pass" if left <= right else "fail"
                yield Comparison(f"≤ {_place(grand)}", _place(statement), status, left, right)

    def three_public(self) -> Iterator[Comparison]:
        """The total of the three public expenses and of the vehicles are the sums of their parts."""
        for field in ("budget", "initial_budget", "annual_budget", "final"):
            told: dict[str, ThreePublicItem] = {}
            for each in self.statements:
                if isinstance(each, ThreePublicItem) and getattr(each, field) is not None:
                    told.setdefault(each.item, each)
            for whole, parts in _PUBLIC_SUMS:
                if whole in told and all(part in told for part in parts):
                    yield self._public_sum(field, told[whole], [told[part] for part in parts])

    def _public_sum(self, field: str, whole: ThreePublicItem, parts: Sequence[ThreePublicItem]) -> Comparison:
        left = Decimal(getattr(whole, field))
        terms = [Decimal(getattr(part, field)) for part in parts]
        right = sum(terms, Decimal(0))
        status = weigh_equal(left, right, self.slack(whole, left, *terms))
        formula = f"{whole.item} = {' + '.join(part.item for part in parts)}"
        return Comparison(formula, f"{_place(whole)}/{field}", status, left, right)

    # Against the forms --------------------------------------------------------------------------------

    def against_tables(self) -> Iterator[Comparison]:
        """Totals, classes, subjects and expenses as the forms print them."""
        for position, statement in enumerate(self.statements):
            left = _amount(statement)
            if left is None:
                continue
            if (measure := self.measures.get(position)) is not None:
                yield from self._nearest(statement, left, list(printed_as(measure, self.tables)))
            elif isinstance(statement, SubjectExecution | ClassUse):
                yield from self._subject(statement, left)
            elif isinstance(statement, OperatingCost):
                yield from self._nearest(statement, left, list(self._totals("operating_costs")))
            elif isinstance(statement, Procurement):
                yield from self._nearest(statement, left, list(self._totals("procurement")))
            elif isinstance(statement, ThreePublicItem):
                yield from self._public(statement)

    def _totals(self, kind: TableKind) -> Iterator[TableFigure]:
        for table in self.tables:
            totals = (
                row for row in table.rows if row.level == "total" and row.amounts.get("total") is not None
            )
            if table.kind == kind and (row := next(totals, None)) is not None:
                figure = row.amounts["total"]
                if figure is not None:
                    yield TableFigure(f"{table.id}/合计/total", figure, table.unit)

    def _subject(self, statement: SubjectExecution | ClassUse, left: Decimal) -> Iterator[Comparison]:
        code = statement.subject.code
        if code is None:
            return
        figures = list(_printed_subject(code, self.tables))
        if figures:
            yield from self._nearest(statement, left, figures)
        elif left and _prints_level(code, self.tables) and any(map(_is_whole, self.tables)):
            yield Comparison(
                "text = form", _place(statement), "fail", left, None, "no form prints this subject"
            )

    def _public(self, statement: ThreePublicItem) -> Iterator[Comparison]:
        for field, columns in _PUBLIC_COLUMNS.items():
            left = getattr(statement, field)
            if left is None:
                continue
            figures = [
                TableFigure(f"{table.id}/{row.code}/{column}", figure, table.unit)
                for table in self.tables
                if table.kind == "three_public"
                for row in table.rows
                for column in columns
                if row.code == statement.item and (figure := row.amounts.get(column)) is not None
            ]
            yield from self._nearest(statement, left, figures, field)

    def _nearest(
        self, statement: Statement, left: Decimal, figures: Sequence[TableFigure], field: str = ""
    ) -> Iterator[Comparison]:
        """The figure of the forms that comes nearest; any that agrees will do."""
        best: Comparison | None = None
        for figure in figures:
            right = _converted(figure, statement.unit)
            if right is None:
                continue
            slack = self._conversion_slack(statement, left, right)
            status = weigh_equal(left, right, slack)
            place = _place(statement) + (f"/{field}" if field else "")
            shown = (
                right if status != "rounding" else right.quantize(Decimal(1).scaleb(-max(places_of(left), 2)))
            )
            found = Comparison(f"text = {figure.where}", place, status, left, shown)
            if best is None or _rank(found) < _rank(best):
                best = found
        if best is not None:
            yield best

    def _conversion_slack(self, statement: Statement, left: Decimal, right: Decimal) -> Decimal:
        """Half a unit of the text's last place, and a whole one where it was cut off in converting."""
        half = self.slack(statement, left)
        return 2 * half if places_of(right) > places_of(left) else half


_PUBLIC_SUMS = (
    ("total", ("abroad", "vehicles", "reception")),
    ("vehicles", ("vehicle_purchase", "vehicle_operation")),
)
_RANKS: Mapping[CheckStatus, int] = {"pass": 0, "rounding": 1, "fail": 2, "not_applicable": 3}


def _rank(comparison: Comparison) -> tuple[int, Decimal]:
    left, right = comparison.left or Decimal(0), comparison.right or Decimal(0)
    return _RANKS[comparison.status], abs(left - right)


def _of_rate(formula: str, where: str, weighing: RateWeighing) -> Comparison:
    return Comparison(formula, where, weighing.status, weighing.left, weighing.right, weighing.message)


def _executed(statement: Statement) -> Decimal | None:
    figure = getattr(statement, "executed", None) or getattr(statement, "final", None)
    if figure is None:
        figure = getattr(statement, "final", None)
    return figure if isinstance(figure, Decimal) else None


def _budget_of(statement: Statement) -> tuple[str, Decimal | None]:
    """The budget a completion rate refers to: the one it names, or the only one printed."""
    named = getattr(statement, "completion_of", None)
    figure = getattr(statement, named, None) if named else None
    if isinstance(figure, Decimal):
        return str(named), figure
    fields = ("annual_budget", "initial_budget", "adjusted_budget", "budget")
    printed = [(each, getattr(statement, each, None)) for each in fields]
    known = [(each, value) for each, value in printed if isinstance(value, Decimal)]
    return known[0] if len(known) == 1 else (str(named or "budget"), None)


def _vehicles(statement: Assets) -> Iterator[Comparison]:
    if statement.vehicles is None or not statement.vehicles_by_use:
        return
    right = sum(statement.vehicles_by_use.values(), Decimal(0))
    if right > statement.vehicles or right == statement.vehicles:
        status: CheckStatus = "pass" if right == statement.vehicles else "fail"
        yield Comparison("vehicles = sum of uses", _place(statement), status, statement.vehicles, right)


def _scoped(statement: Statement) -> bool:
    name = getattr(statement, "name", "")
    return any(word in name for word in ("一般公共预算", "政府性基金", "国有资本", "财政拨款"))


def _most_common(amounts: Sequence[Decimal]) -> Decimal:
    """The amount told most often, the first among equals."""
    return max(amounts, key=amounts.count)


def _converted(figure: TableFigure, unit: str | None) -> Decimal | None:
    """A form's figure in the unit of the text; a form without a unit is taken to have the same."""
    there, here = unit_power(figure.unit), unit_power(unit)
    if figure.unit is None or unit is None:
        return figure.figure
    if there is None or here is None:
        return None
    return figure.figure.scaleb(there - here)


def _printed_subject(code: str, tables: Iterable[Table]) -> Iterator[TableFigure]:
    for table in tables:
        if table.kind not in _FUNCTION_FORMS or table.kind == "income":
            continue
        for row in table.rows:
            own = row.code or (row.subject.code if row.subject else None)
            figure = row.amounts.get("total")
            if own == code and figure is not None:
                yield TableFigure(f"{table.id}/{code}/total", figure, table.unit)


def _is_whole(table: Table) -> bool:
    """Whether a form of subjects was read to its end: its classes make up its total."""
    if table.kind not in ("general_budget_expenditure", "expenditure", "appropriation_expenditure"):
        return False
    totals = [row.amounts.get("total") for row in table.rows if row.level == "total" and not row.code]
    classes = [
        row.amounts.get("total") or Decimal(0) for row in table.rows if row.code and len(row.code) == 3
    ]
    slack = Decimal(len(classes) + 1) / 200
    return bool(totals and classes) and abs(sum(classes, Decimal(0)) - (totals[0] or Decimal(0))) <= slack


def _prints_level(code: str, tables: Iterable[Table]) -> bool:
    """Whether some form of the function classification goes down to the level of the code."""
    return any(
        table.kind in ("general_budget_expenditure", "expenditure", "appropriation_expenditure")
        and any(row.code and len(row.code) == len(code) for row in table.rows)
        for table in tables
    )


def _unused_subjects(
    glossary: Glossary | None, statements: Sequence[Statement], tables: Sequence[Table]
) -> Iterator[Comparison]:
    """Subjects the glossary explains and nothing in the document uses.

    They are held against the forms; where none could be read, against the subjects of the text.
    """
    if glossary is None or not glossary.subjects:
        return
    rows = [row for table in tables if table.kind in _FUNCTION_FORMS for row in table.rows]
    codes = {row.code for row in rows if row.code and len(row.code) >= 7 and any(row.amounts.values())}
    names = {comparable(row.name) for row in rows if row.code in codes and row.name}
    source = "form"
    classes: set[str] | None = None
    if not codes:
        told = [each for each in statements if isinstance(each, SubjectExecution)]
        codes = {each.subject.code for each in told if each.subject.code}
        names = {comparable(each.subject.item) for each in told if each.subject.item}
        source = "paragraph of the text"
        classes = {code[:3] for code in codes}
    if not codes:
        return
    for used in glossary.subjects:
        code, item = used.subject.code, used.subject.item or ""
        where = f"{used.section}/{code or item}"
        if code in codes or (code is None and comparable(item) in names):
            yield Comparison("glossary = subjects", where, "pass", None, None)
        elif code is not None and classes is not None and code[:3] not in classes:
            message = f"neither forms nor text tell the items of class {code[:3]}"
            yield Comparison("glossary = subjects", where, "not_applicable", None, None, message)
        elif code is None:
            message = f"the catalogue has no single entry for {item}"
            yield Comparison("glossary = subjects", where, "not_applicable", None, None, message)
        else:
            message = f"the glossary explains {item}, which no {source} uses"
            yield Comparison("glossary = subjects", where, "fail", None, None, message)
