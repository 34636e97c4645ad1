"""In the corpus generator: a family's forms filled in and put between cover, contents and prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.corpus import model, prose
from tests.corpus.blocks import Block, Document, PageBreak, TableBlock, TextBlock
from tests.corpus.chance import Chance
from tests.corpus.figures import Notation
from tests.corpus.forms import Family, Form, families
from tests.corpus.layouts import LAYOUTS, Habits, Scene, Sheet
from tests.corpus.performance import Made, annex

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a caller may fix about a document; ``None`` leaves it to the seed.

    ``rounded`` counts the money in cents, so that every printed figure is rounded by itself;
    ``prose`` False leaves only the forms; ``sparse_economic`` prints only economic subjects with money.
    ``performance`` names the performance tables of the annex (see ``performance.annex``).
    """

    subjects: int | None = None
    year: int | None = None
    rounded: bool | None = None
    notation: Notation | None = None
    prose: bool = True
    sparse_economic: bool | None = None
    performance: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    organisation: str
    scope: str
    whom: str
    duty: str


def make_document(seed: int, family_name: str, wishes: Wishes | None = None) -> Document:
    """A document of the family, complete but for its typesetting. Raises KeyError for an unknown family."""
    wishes = wishes or Wishes()
    family = families()[family_name]
    chance = Chance(seed, f"document/{family_name}")
    names = _names(chance)
    year = wishes.year or chance.number(2021, 2024 if family.disclosure == "final_accounts" else 2026)
    notation = wishes.notation or chance.pick(family.notations)
    rounded = chance.happens(0.25) if wishes.rounded is None else wishes.rounded
    accounts = model.make_accounts(seed, year, CENT if rounded else notation.quantum, _scale(family, wishes))
    scene = Scene(accounts, notation, names.organisation, names.whom, _habits(chance, wishes))
    tables = [_table(form, scene, chance, family) for form in family.forms if chance.happens(form.likely)]
    document = _assembled(family, scene, names, tables, chance, wishes)
    return _with_annex(document, annex(seed, year, wishes.performance))


def _with_annex(document: Document, made: list[Made]) -> Document:
    """The document with performance tables behind everything else."""
    if not made:
        return document
    blocks = (*document.blocks, *_part("第五部分 附件", [each.block for each in made]))
    return replace(document, blocks=blocks, performance=tuple(each.truth for each in made))


def _names(chance: Chance) -> _Names:
    words = prose.words()
    place = chance.pick(words["cities"]) + chance.pick(words["districts"])
    organ = chance.pick(words["organs"])
    if chance.happens(0.6):
        return _Names(place + organ["department"], "department", "部门", organ["duty"])
    return _Names(place + organ["unit"], "unit", "单位", organ["duty"])


def _scale(family: Family, wishes: Wishes) -> model.Scale:
    """Only money that the family's forms have a place for."""
    columns = [column for form in family.forms if form.kind == "expenditure" for column in form.columns]
    return model.Scale(
        subjects=wishes.subjects,
        opening=family.opening,
        closing=family.closing,
        contingency=family.contingency,
        funds=0.4 if any(form.kind == "government_fund" for form in family.forms) else 0,
        capital=0.2 if any(form.kind == "state_capital" for form in family.forms) else 0,
        sources=_sources(family),
        commercial=any(column.key == "commercial" for column in columns),
    )


def _sources(family: Family) -> tuple[str, ...]:
    """Kinds of income besides appropriations that the form of income tells apart."""
    named: set[str] = set()
    for form in family.forms:
        if form.kind == "income":
            named |= {column.purse for column in form.columns}
            named |= {line.purse for side in form.sides for line in side.lines}
    return tuple(source for source in model.OTHER_SOURCES if source in named)


def _habits(chance: Chance, wishes: Wishes) -> Habits:
    sparse = chance.happens(0.4) if wishes.sparse_economic is None else wishes.sparse_economic
    return Habits(
        indent=chance.pick(("", "", "  ", "　")),
        short_parts=chance.happens(0.1),
        all_economic=not sparse,
        spaced_total=chance.happens(0.3),
    )


def _notation(form: Form, scene: Scene) -> Notation:
    if form.unit in ("", scene.notation.unit):
        return scene.notation
    return replace(scene.notation, unit="万元" if form.unit == "万元" else "元", decimals=2)


def _table(form: Form, scene: Scene, chance: Chance, family: Family) -> TableBlock:
    notation = _notation(form, scene)
    sheet = LAYOUTS[form.layout](form, replace(scene, notation=notation))
    said = {
        "year": scene.accounts.year,
        "org": scene.organisation,
        "whom": scene.whom,
        "unit": notation.unit,
    }
    left, right = family.captions[len(scene.organisation) % len(family.captions)]
    return TableBlock(
        kind=form.kind,
        title=chance.pick(form.titles).format(**said),
        number=form.number,
        captions=(left.format(**said), right.format(**said)),
        header=sheet.header,
        body=sheet.body,
        widths=sheet.widths,
        records=sheet.records,
        notes=_notes(form, sheet, chance, said),
        unit=notation.unit,
        status="empty" if _is_empty(sheet) else "extracted",
        landscape=form.landscape,
    )


def _is_empty(sheet: Sheet) -> bool:
    own = (cell.mark for row in sheet.body for cell in row if cell.mark and not cell.mark.kind)
    return sheet.empty or not any(own)


def _notes(form: Form, sheet: Sheet, chance: Chance, said: dict[str, object]) -> tuple[str, ...]:
    notes = list(form.notes)
    if _is_empty(sheet) and form.empty_notes:
        notes.append(chance.pick(form.empty_notes))
    return tuple(note.format(**said) for note in notes)


def _assembled(
    family: Family, scene: Scene, names: _Names, tables: list[TableBlock], chance: Chance, wishes: Wishes
) -> Document:
    said = {"year": scene.accounts.year, "org": names.organisation, "whom": names.whom}
    title = chance.pick(family.covers).format(**said)
    narrative: prose.Narrative = ()
    blocks: list[Block] = list(_form_blocks(tables, family))
    if wishes.prose:
        speaker = _speaker(family, scene, names)
        parts = [part.format(**said) for part in family.parts]
        told, narrative = prose.explanation(speaker, chance)
        blocks = [
            *_front(title, parts, tables, scene.accounts.year),
            *_part(parts[0], prose.overview(speaker, chance)),
            *_part(parts[1], blocks),
            *_part(parts[2], told),
            *_part(parts[3], prose.glossary()),
        ]
    return Document(
        organisation=names.organisation,
        fiscal_year=scene.accounts.year,
        kind=family.disclosure,
        unit=scene.notation.unit,
        scope="unit" if names.scope == "unit" else "department",
        title=title.replace("\n", ""),
        blocks=tuple(blocks),
        narrative=narrative,
    )


def _speaker(family: Family, scene: Scene, names: _Names) -> prose.Speaker:
    spoken = Notation("万元", 2)
    word = "决算" if family.disclosure == "final_accounts" else "预算"
    return prose.Speaker(names.organisation, names.whom, names.duty, scene.accounts, spoken, word)


def _front(title: str, parts: list[str], tables: list[TableBlock], year: int) -> Iterator[Block]:
    """Cover and contents page."""
    for line in title.split("\n"):
        yield TextBlock(line, "cover")
    yield TextBlock(f"{year + 1 if '决算' in title else year}年{9 if '决算' in title else 2}月", "date")
    yield PageBreak()
    yield TextBlock("目  录", "part")
    for part in parts:
        yield TextBlock(part, "contents")
        if part == parts[1]:
            for number, table in enumerate(tables, 1):
                yield TextBlock(f"    {number}、{table.title}", "contents")


def _part(heading: str, blocks: Iterable[Block]) -> Iterator[Block]:
    yield PageBreak()
    yield TextBlock(heading, "part")
    yield from blocks


def _form_blocks(tables: list[TableBlock], family: Family) -> Iterator[Block]:
    """Every form on a page of its own, or one after the other where the family lets them flow."""
    for position, table in enumerate(tables):
        if position and not family.flowing:
            yield PageBreak()
        yield table
