"""In the tables stage: tables with few rulings or none are read from how their words line up."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extract.reading.pages import Box, Page, Word
from extract.tables.amounts import normalised, parse_amount
from extract.tables.grid import Grid, GridCell
from extract.tables.headers import CODE, CODE_PARTS, TOTAL_NAMES, is_number_row
from extract.tables.lattice import cell_text, confidence_of

_WRAPPED = 0.75
"""A line of text nearer to a row of figures than this share of the usual row distance belongs to it."""
_OVERLAP = 0.9
"""Lines whose middles are closer than this many text sizes overlap and stand in one row."""
_SPELLED = 4.0
"""Single letters of a header no further apart than this many text sizes make one word."""
_ITEM = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|\d{1,2}[.、．]|[(（][一二三四五六七八九十\d]+[)）])")

Band = tuple[float, float]
"""Where a column's words stand: from x to x, points."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """Words of one printed line, left to right."""

    words: tuple[Word, ...]

    @property
    def middle(self) -> float:
        return (min(w.y0 for w in self.words) + max(w.y1 for w in self.words)) / 2

    @property
    def texts(self) -> list[str]:
        return [normalised(word.text) for word in self.words]


def printed_lines(words: Iterable[Word]) -> list[PrintedLine]:
    """Words grouped into printed lines, top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.y0 + word.y1):
        if rows and abs(_middle(rows[-1][0]) - _middle(word)) < 0.5 * min(rows[-1][0].size, word.size):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [PrintedLine(tuple(sorted(row, key=lambda word: word.x0))) for row in rows]


def _middle(word: Word) -> float:
    return (word.y0 + word.y1) / 2


def aligned_grid(
    page: Page,
    words: Sequence[Word],
    edges: Sequence[float] = (),
    levels: Sequence[float] = (),
    *,
    empty_columns: bool = True,
) -> Grid | None:
    """A grid from the alignment of words; None when they show no columns of figures.

    ``edges`` and ``levels`` are the vertical and horizontal rulings that are drawn (positions in
    points); given at least three of either, columns or rows follow them. Otherwise columns lie
    between the gaps no line of figures crosses, and every line with figures or a code is a row,
    together with the lines of its wrapped name. ``empty_columns`` also gives a column to header
    words that stand over no figures.
    """
    lines = printed_lines(words)
    figured = [line for line in lines if _is_figured(line)]
    if not figured:
        return None
    first = _first_body_line(lines)
    lines = [*map(_spelled_together, lines[:first]), *map(_with_total, lines[first:])]
    bands = _drawn_bands(edges, words) or _bands(figured)
    if empty_columns and len(edges) < 3:
        bands = _with_empty_columns(bands, lines[:first])
    if len(bands) < 2:
        return None
    header = _header_rows(lines[:first], bands)
    body = _body_rows(lines[first:], levels)
    return _grid(page, bands, header, body)


def _is_figure(text: str) -> bool:
    return parse_amount(text) is not None


def _is_figured(line: PrintedLine) -> bool:
    """Whether a line is one of the body: figures or a code, and not just the counting of columns."""
    figures = [text for text in line.texts if _is_figure(text)]
    counting = len(figures) > 1 and all(text.isdigit() and len(text) <= 2 for text in figures)
    return bool(figures) and not counting


def _drawn_bands(edges: Sequence[float], words: Sequence[Word]) -> list[Band]:
    """Columns between drawn verticals, the page's text closing them on both sides."""
    if len(edges) < 3:
        return []
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    closed = [*([left] if left < edges[0] else []), *edges, *([right] if right > edges[-1] else [])]
    return list(pairwise(closed))


def _bands(figured: Sequence[PrintedLine]) -> list[Band]:
    """Columns of words that no gap divides; lines of totals, centred over two columns, do not count."""
    lines = [line for line in figured if not TOTAL_NAMES.intersection(line.texts)] or list(figured)
    return _merged_spans((word.x0, word.x1) for line in lines for word in line.words)


def _with_empty_columns(bands: list[Band], header: Sequence[PrintedLine]) -> list[Band]:
    """The columns of figures, and those whose header stands beside them but that print nothing.

    Of two words of one header line nearest to the same column the further one heads a column
    of its own.
    """
    spans = [span for line in header for span in _crowded_out(line, bands)]
    return sorted([*bands, *_merged_spans(spans)])


def _crowded_out(line: PrintedLine, bands: Sequence[Band]) -> list[Band]:
    nearest: dict[int, list[Word]] = {}
    for word in line.words:
        cover = _covered(word, bands)
        if len(cover) == 1:
            nearest.setdefault(cover.start, []).append(word)
    rivals = [sorted(words, key=lambda word: _distance(word, bands[i])) for i, words in nearest.items()]
    return [
        (word.x0, word.x1)
        for first, *others in rivals
        for word in others
        if max(word.x0 - first.x1, first.x0 - word.x1) > word.size
    ]


def _distance(word: Word, band: Band) -> float:
    return abs(band[0] + band[1] - word.x0 - word.x1) / 2


def _merged_spans(spans: Iterable[Band]) -> list[Band]:
    merged: list[Band] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _first_body_line(lines: Sequence[PrintedLine]) -> int:
    return next((i for i, line in enumerate(lines) if _is_figured(line) or _names_item(line)), len(lines))


def _names_item(line: PrintedLine) -> bool:
    return bool(_ITEM.match(line.texts[0]))


def _spelled_together(line: PrintedLine) -> PrintedLine:
    """A header line with words spelled letter by letter (收 入) put together."""
    words: list[Word] = []
    for word in line.words:
        last = words[-1] if words else None
        letters = last is not None and len(word.text) == 1 and not {word.text, last.text[-1]} & CODE_PARTS
        letters = letters and not word.text.isdigit()  # the counting of columns is no word
        if last and letters and len(last.text) <= 2 and word.x0 - last.x1 < _SPELLED * word.size:
            box = (last.x0, min(last.y0, word.y0), word.x1, max(last.y1, word.y1))
            words[-1] = Word(last.text + word.text, *box, word.size)
        else:
            words.append(word)
    return PrintedLine(tuple(words))


def _with_total(line: PrintedLine) -> PrintedLine:
    """A line of the body whose 合 计 is spelled over two columns, put together."""
    spelled = _spelled_together(line)
    return spelled if TOTAL_NAMES.intersection(spelled.texts) else line


# Header -------------------------------------------------------------------------------------


def _covered(word: Word, bands: Sequence[Band]) -> range:
    """The columns a header word stands over: those it reaches into, if several, else the nearest.

    Headers are centred over their column, figures set to its right: middles tell them together.
    """
    reach = 0.3 * word.size
    over = [i for i, (start, end) in enumerate(bands) if min(word.x1, end) - max(word.x0, start) > reach]
    if len(over) > 1:
        return range(over[0], over[-1] + 1)
    nearest = min(range(len(bands)), key=lambda i: _distance(word, bands[i]))
    return range(nearest, nearest + 1)


def _header_rows(lines: Sequence[PrintedLine], bands: Sequence[Band]) -> list[dict[range, list[Word]]]:
    """Header cells: words over several columns keep their line; the others stack up in their column."""
    rows: list[dict[range, list[Word]]] = []
    lowest: dict[range, list[Word]] = {}
    numbers: dict[range, list[Word]] = {}
    for line in lines:
        if is_number_row([text for text in line.texts if text]):
            numbers = {_covered(word, bands): [word] for word in line.words}
            continue
        spanning: dict[range, list[Word]] = {}
        for word in line.words:
            cover = _covered(word, bands)
            (lowest if len(cover) == 1 else spanning).setdefault(cover, []).append(word)
        if spanning:
            rows.append(spanning)
    return [row for row in (*rows, lowest, numbers) if row]


# Body ---------------------------------------------------------------------------------------


def _body_rows(lines: Sequence[PrintedLine], levels: Sequence[float]) -> list[list[Word]]:
    if len(levels) >= 3:
        return _between_levels(lines, levels)
    anchors = _anchors(lines)
    if not anchors:
        return [list(line.words) for line in lines]
    usual = _usual_distance(anchors)
    rows: dict[float, list[Word]] = {anchor.middle: list(anchor.words) for anchor in anchors}
    taken = {word for anchor in anchors for word in anchor.words}
    for line in lines:
        if taken.issuperset(line.words):
            continue
        nearest = min(anchors, key=lambda anchor: abs(anchor.middle - line.middle))
        if abs(nearest.middle - line.middle) < _WRAPPED * usual:
            rows[nearest.middle] += line.words
        else:
            rows[line.middle] = list(line.words)
    return [rows[middle] for middle in sorted(rows)]


def _usual_distance(anchors: Sequence[PrintedLine]) -> float:
    distances = [lower.middle - upper.middle for upper, lower in pairwise(anchors)]
    return median(distances) if distances else 2 * anchors[0].words[0].size


def _anchors(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """The lines rows form around: those with figures and those that begin an item.

    Figures are often set in the middle of a wrapped name: lines that overlap in height are one
    row, and so are the first line of an item and the figures close below it.
    """
    anchors: list[PrintedLine] = []
    single = [line for line in lines if _is_figured(line) or _names_item(line)]
    usual = _usual_distance(single) if single else 0.0
    for line in single:
        if anchors and _same_row(anchors[-1], line, usual):
            anchors[-1] = PrintedLine((*anchors[-1].words, *line.words))
        else:
            anchors.append(line)
    return anchors


def _same_row(above: PrintedLine, line: PrintedLine, usual: float) -> bool:
    apart = line.middle - above.middle
    if apart < _OVERLAP * min(word.size for word in (*above.words, *line.words)):
        return True
    waiting = not _is_figured(above) and not any(_ITEM.match(text) for text in line.texts)
    return waiting and apart < _WRAPPED * usual


def _between_levels(lines: Sequence[PrintedLine], levels: Sequence[float]) -> list[list[Word]]:
    rows: dict[int, list[Word]] = {}
    for line in lines:
        for word in line.words:
            rows.setdefault(bisect_right(levels, _middle(word)), []).append(word)
    return [rows[index] for index in sorted(rows)]


def _column_of(word: Word, bands: Sequence[Band]) -> int:
    """The column a word of the body stands in: the one it overlaps most, else the nearest."""
    overlaps = [min(word.x1, end) - max(word.x0, start) for start, end in bands]
    return max(range(len(bands)), key=lambda index: overlaps[index])


# Grid ---------------------------------------------------------------------------------------


def _grid(
    page: Page, bands: Sequence[Band], header: Sequence[dict[range, list[Word]]], body: Sequence[list[Word]]
) -> Grid:
    cells: list[GridCell] = []
    for row, spans in enumerate(header):
        filled = {column for span in spans for column in span}
        rest: dict[range, list[Word]] = {
            range(column, column + 1): [] for column in range(len(bands)) if column not in filled
        }
        cells += [_cell(page, row, span, words) for span, words in {**spans, **rest}.items()]
    for row, words in enumerate(body, len(header)):
        columns: dict[int, list[Word]] = {column: [] for column in range(len(bands))}
        for word in words:
            columns[_column_of(word, bands)].append(word)
        cells += [_cell(page, row, range(column, column + 1), found) for column, found in columns.items()]
    edges = (bands[0][0], *((a[1] + b[0]) / 2 for a, b in pairwise(bands)), bands[-1][1])
    boxes = [cell.box for cell in cells if cell.box]
    whole = {page.number: _united(boxes)}
    return Grid(len(header) + len(body), len(bands), tuple(cells), whole, edges, drawn=False)


def _cell(page: Page, row: int, span: range, words: Sequence[Word]) -> GridCell:
    text = cell_text(words) if words else ""
    box = page.displayed(_united([(w.x0, w.y0, w.x1, w.y1) for w in words])) if words else None
    return GridCell(row, span.start, text, 1, len(span), page.number, box, confidence_of(words))


def _united(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def is_hollow(grid: Grid) -> bool:
    """Whether the rulings leave walls out: some cell holds several figures or codes."""
    return any(_figures_in(cell.text) > 1 for cell in grid.cells)


def _figures_in(text: str) -> int:
    pieces = [normalised(piece) for piece in re.split(r"[\n ]", text) if piece]
    return sum(_is_figure(piece) and (len(piece) > 3 or bool(CODE.fullmatch(piece))) for piece in pieces)
