"""In the tables stage: title, organisation and unit that a template prints inside the table's frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extract.tables.amounts import normalised
from extract.tables.context import Context, form_number_in, is_title, look_above, unit_in
from extract.tables.forms.registry import forms_for_title
from extract.tables.grid import Grid


def titles_inside(grid: Grid) -> tuple[list[str], Grid]:
    """Leading rows that span the table (title, organisation, unit) and the grid without them."""
    rows = 0
    texts: list[str] = []
    while rows < grid.rows - 1:
        cells = [cell for cell in grid.cells if cell.row == rows]
        filled = [cell for cell in cells if cell.text.strip()]
        if not cells or not _is_caption(
            grid, [cell.text for cell in filled], max(c.column_span for c in cells)
        ):
            break
        texts.append(" ".join(cell.text for cell in filled))
        rows += 1
    return texts, _without_rows(grid, rows)


def _is_caption(grid: Grid, texts: Sequence[str], widest: int) -> bool:
    if not texts:
        return widest == grid.columns
    whole = "".join(texts)
    return (
        (widest == grid.columns and (is_title(whole) or (bool(forms_for_title(whole)) and "表" in whole)))
        or unit_in(whole) is not None
        or form_number_in(whole) is not None
    )


def _without_rows(grid: Grid, rows: int) -> Grid:
    if rows == 0:
        return grid
    cells = tuple(replace(cell, row=cell.row - rows) for cell in grid.cells if cell.row >= rows)
    return Grid(grid.rows - rows, grid.columns, cells, grid.boxes, grid.edges, grid.drawn)


def more_context(outer: Context, inner: Context) -> Context:
    """What the table says inside its frame goes before what stands outside."""
    forms = inner.forms or outer.forms
    title = inner.title if inner.forms or not outer.forms else outer.title
    return replace(
        outer,
        title=title or outer.title,
        forms=forms,
        number=inner.number or outer.number,
        unit=inner.unit or outer.unit,
    )


def repeats_captions(captions: Sequence[str], context: Context) -> bool:
    """Whether the captions inside a continuation's frame are those of the table it continues."""
    title = look_above(captions).title
    return bool(captions) and (title is None or normalised(title) == normalised(context.title or ""))
