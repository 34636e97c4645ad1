"""In the tables stage: performance tables of texts that lost their cells: a printed row, or a cell, a line.

Empty cells are gone and long cells are broken over lines. Levels are told by their words, the
other fields by the order of the header; where a run of lines has not as many texts as columns,
the entry is ``unsure``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.layout.marks import without_inline_marks
from extract.tables.amounts import normalised
from extract.tables.performance.entries import Draft, Entry, Level
from extract.tables.performance.facts import execution_header, read_execution
from extract.tables.performance.goals import read_goal
from extract.tables.performance.header import Header
from extract.tables.performance.sheets import SheetCell
from extract.tables.performance.targets import read_targets
from extract.tables.performance.values import points, tidy, weighed
from extract.tables.performance.words import level_of

_FIELDS = re.compile(
    r"(?P<name>三级指标|指标名称)|(?P<target>年初(?:目标|指标)值?|年度指标值|目标值|指标值(?!类型|内容))|(?P<actual>实际完成值?|完成值)"
    r"|(?P<score>得分)|(?P<weight>分值|权重)|(?P<content>指标值内容|指标解释)|(?P<criterion>评\(扣\)分标准|评分标准)"
    r"|(?P<unit>度量单位|计量单位)|(?P<comparator>指标值类型)|(?P<remark>备注)|(?P<reason>偏差原因分析)"
)
_HEADER = re.compile(r"一级指标|二级指标")
_END = re.compile(r"偏差|改进措施|备注|^注|^总分|目标未完成|未完成原因")
_GOAL = re.compile(r"年度(?:目标|指标)\d")
_FACTS = (
    ("project", r"项目名称"),
    ("department", r"主管部门"),
    ("unit", r"(?:项目)?实施单位"),
    ("organisation", r"单位名称(?!\(盖)"),
    (
        "stop",
        r"项目类[别型]|项目属性|预算来源|预算执行情况|项目资金|基本支出总额|项目支出总额|年度目标|资金总额",
    ),
)
_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _FACTS))
_MONEY = re.compile(r"预算数|执行数|执行率")
_FIGURE = re.compile(r"[\d.,]+%?")
_TOTAL = re.compile(r"(?:^|[^\u4e00-\u9fff])(?:总分|自评得分)[:：]?(\d+(?:\.\d+)?)分?$", re.M)
_TOTAL_LABEL = re.compile(r"总分|自评总?得分|总得分")
_MOST_TOTALS = 2
_MOST_PIECES = 4


@dataclass(frozen=True, slots=True)
class _Line:
    """The pieces of a printed line."""

    pieces: tuple[str, ...]

    @property
    def plain(self) -> str:
        return normalised("".join(self.pieces))


def read_stream(lines: Sequence[str]) -> list[Entry]:
    """The entry a table's lines tell; none where they name no indicators."""
    printed = [_Line(tuple(without_inline_marks(line).split())) for line in lines if line.strip()]
    if found := _targets(printed):
        return found
    start = next((i for i, _ in enumerate(printed) if _begins_header(printed, i)), None)
    if start is None:
        return []
    start = next((i for i, line in enumerate(printed[:start]) if _GOAL.match(line.plain)), start)
    entry = Entry()
    _facts(printed[:start], entry)
    _execution(printed[:start], entry)
    _total(printed, entry)
    for goal, block in _blocks(printed[start:], entry):
        entry.drafts += _drafts(block, goal)
    return [] if entry.empty else [entry]


def _targets(lines: Sequence[_Line]) -> list[Entry]:
    """The projects of a target table, whose header names the kind of comparison and no outcome."""
    body = next((i for i, line in enumerate(lines) if _names_level(line)), len(lines))
    header = "".join(line.plain for line in lines[:body])
    fields = _header_fields(header[header.find("三级指标") :] if "三级指标" in header else "")
    if "comparator" not in fields or "actual" in fields:
        return []
    first = max((i for i in range(body) if "备注" in _near(lines, i)), default=0)
    pieces = [piece for line in lines[first:] for piece in line.pieces]
    return read_targets(pieces, fields, whole="整体" in header)


def _names_level(line: _Line) -> bool:
    return any("指标" in piece and level_of(piece) is not None for piece in line.pieces)


def _total(lines: Sequence[_Line], entry: Entry) -> None:
    """The total score, on the line of its label or, one cell a line, below it, the points it is of first."""
    found = _TOTAL.search("\n".join(line.plain for line in lines))
    if found is not None:
        entry.figures["total_score"] = Decimal(found[1])
        entry.state("total_score", [_cell(found[0])])
        return
    label = next((i for i, line in enumerate(lines) if _TOTAL_LABEL.fullmatch(line.plain)), len(lines))
    below = list(
        itertools.takewhile(lambda text: points(text) is not None, (x.plain for x in lines[label + 1 :]))
    )
    if below and len(below) <= _MOST_TOTALS:
        entry.figures["total_score"] = Decimal(below[-1].removesuffix("分"))
        entry.state("total_score", [_cell(below[-1])])


def _near(lines: Sequence[_Line], index: int) -> str:
    """A line and the next ones, for labels broken over two lines."""
    return "".join(line.plain for line in lines[index : index + 2])


def _begins_header(lines: Sequence[_Line], index: int) -> bool:
    """Whether the header of indicators begins on a line; its labels may be broken over two."""
    alone = any(_HEADER.search(line.plain) for line in lines[index + 1 : index + 2])
    return bool(_HEADER.search(lines[index].plain) or (not alone and _HEADER.search(_near(lines, index))))


def _facts(lines: Sequence[_Line], entry: Entry) -> None:
    text = "".join(line.plain for line in lines)
    found = list(_LABEL.finditer(text))
    for label, after in itertools.zip_longest(found, found[1:]):
        value = text[label.end() : after.start() if after else len(text)]
        if label.lastgroup and label.lastgroup != "stop" and value:
            entry.state(label.lastgroup, [_cell(value)])


def _execution(lines: Sequence[_Line], entry: Entry) -> None:
    """The line of money: the first with figures below its labels."""
    last = max((i for i, line in enumerate(lines) if _MONEY.search(_near(lines, i))), default=None)
    if last is None:
        return
    above = [_cell(piece) for line in lines[max(0, last - 8) : last + 2] for piece in line.pieces]
    header = execution_header(tuple(cell for cell in above if not _FIGURE.fullmatch(cell.plain)))
    for figures in _figures(lines[last:]) if header is not None else ():
        if header is not None and len(figures) > 1:
            read_execution(Header(header.labels, broken=True), figures, entry)
            return


def _figures(lines: Sequence[_Line]) -> Iterator[tuple[SheetCell, ...]]:
    """The figures of each line; of cells that stand one a line, those below each other."""
    below: tuple[SheetCell, ...] = ()
    for line in lines:
        figures = tuple(cell for cell in map(_cell, line.pieces) if _FIGURE.fullmatch(cell.plain))
        alone = len(line.pieces) == len(figures) == 1
        if below and not alone:
            yield below
        below = (*below, *figures) if alone else ()
        if not alone:
            yield figures
    yield below


def _blocks(lines: Sequence[_Line], entry: Entry) -> Iterator[tuple[int | None, list[_Line]]]:
    """The lines of each annual target, or of the whole, up to what stands behind the indicators."""
    goal: int | None = None
    block: list[_Line] = []
    begun = False
    for line in lines:
        begun = begun or _names_level(line)
        if _GOAL.match(line.plain):
            yield goal, block
            begun = False
            block, draft = [], read_goal((_cell(" ".join(line.pieces)),))
            if draft is not None:
                entry.goals.append(draft)
                goal = draft.number
        elif begun and _END.search(line.plain) and not _HEADER.search(line.plain):
            break
        else:
            block.append(line)
    yield goal, block


def _drafts(block: Sequence[_Line], goal: int | None) -> Iterator[Draft]:
    body = _body_start(block)
    fields = _header_fields("".join(line.plain for line in block[:body]))
    level1, level2 = Level(), Level()
    for level, run in _runs(block[body:]):
        if level is not None:
            if level_of(level) == "level1":
                level1, level2 = Level(level), Level()
            else:
                level2 = Level(level)
        for values, unsure in _rows(run, fields):
            draft = Draft(goal, level1, level2, flags={"unsure"} if unsure else set())
            for name, text in values.items():
                draft.add(name, [_cell(text)])
            yield draft


def _body_start(block: Sequence[_Line]) -> int:
    """The first line below the header: the first that names a level and no column."""
    for index, line in enumerate(block):
        first = line.pieces[0]
        joined = "".join(
            itertools.chain(line.pieces, *(below.pieces for below in block[index + 1 : index + 2]))
        )
        if (level_of(first) and "指标" in first) or (level_of(tidy(joined)) and "指标" in joined):
            return index
    return len(block)


def _header_fields(text: str) -> tuple[str, ...]:
    names = [match.lastgroup for match in _FIELDS.finditer(text) if match.lastgroup]
    return tuple(dict.fromkeys(["name", *names]))


def _runs(lines: Sequence[_Line]) -> Iterator[tuple[str | None, list[_Line]]]:
    """The levels in order, each with the lines up to the next one."""
    level: str | None = None
    run: list[_Line] = []
    index = 0
    pieces = [(piece, number) for number, line in enumerate(lines) for piece in line.pieces]
    while index < len(pieces):
        used = _level_at(pieces, index)
        if not used:
            run = _with_piece(run, pieces, index)
            index += 1
            continue
        if level is not None or run:
            yield level, run
        level, run = "".join(piece for piece, _ in pieces[index : index + used]), []
        index += used
    if level is not None or run:
        yield level, run


def _with_piece(run: list[_Line], pieces: Sequence[tuple[str, int]], index: int) -> list[_Line]:
    """The run with one more piece, on its line."""
    piece, number = pieces[index]
    goes_on = run and index and pieces[index - 1][1] == number
    return [*run[:-1], _Line((*run[-1].pieces, piece))] if goes_on else [*run, _Line((piece,))]


def _level_at(pieces: Sequence[tuple[str, int]], index: int) -> int:
    """How many pieces from here name a level (with its weight); 0 when they do not."""
    for used in range(_MOST_PIECES, 0, -1):
        text = "".join(piece for piece, _ in pieces[index : index + used])
        if "指标" in text and level_of(text) is not None and index + used <= len(pieces):
            return used
    return 0


def _rows(run: Sequence[_Line], fields: tuple[str, ...]) -> Iterator[tuple[dict[str, str], bool]]:
    """The indicators of a run of lines, each with whether it is uncertain."""
    if not run:
        return
    fields = _printed_fields(run, fields)
    if all(len(line.pieces) == len(fields) for line in run):
        for line in run:
            yield dict(zip(fields, line.pieces, strict=True)), False
        return
    texts = [piece for line in run for piece in line.pieces]
    if all(len(line.pieces) == 1 for line in run) and len(texts) % len(fields) == 0:
        for start in range(0, len(texts), len(fields)):
            yield (
                dict(zip(fields, texts[start : start + len(fields)], strict=True)),
                _odd(texts[start : start + len(fields)], fields),
            )
        return
    yield from (
        _by_weight(texts, fields) if any(weighed(text).weight for text in _joined(texts)) else _by_value(run)
    )


def _printed_fields(run: Sequence[_Line], fields: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that print something: reasons for deviations mostly stay empty."""
    without = tuple(name for name in fields if name != "reason")
    pieces = sum(len(line.pieces) for line in run)
    same = all(len(line.pieces) == len(without) for line in run)
    alone = all(len(line.pieces) == 1 for line in run) and pieces % len(without) == 0
    return without if same or (alone and pieces % len(fields)) else fields


def _odd(texts: Sequence[str], fields: tuple[str, ...]) -> bool:
    """Whether a group of cells cannot be a row: points that are no figure."""
    return any(
        points(text) is None for name, text in zip(fields, texts, strict=True) if name in ("score", "weight")
    )


def _joined(texts: Sequence[str]) -> Iterator[str]:
    return (left + right for left, right in itertools.zip_longest(texts, texts[1:], fillvalue=""))


def _by_weight(texts: Sequence[str], fields: tuple[str, ...]) -> Iterator[tuple[dict[str, str], bool]]:
    """Names end with their weight, values with a score: whatever stands between are target and outcome."""
    scored = "score" in fields
    name, values = "", list[str]()
    named = False
    for text in texts:
        if not named:
            name += text
            named = weighed(name).weight is not None
            continue
        values.append(text)
        full = (
            points(text) is not None and len(values) >= len(fields) - 1
            if scored
            else len(values) == len(fields) - 1
        )
        if full:
            yield _valued(name, values, scored=scored)
            name, values, named = "", [], False
    if name:
        yield _valued(name, values, scored=scored)


def _valued(name: str, values: Sequence[str], *, scored: bool) -> tuple[dict[str, str], bool]:
    rest = list(values)
    found = {"name": name}
    if scored and rest and points(rest[-1]) is not None:
        found["score"] = rest.pop()
    middle = len(rest) // 2
    if rest:
        found["target"] = "".join(rest[: max(middle, 1)])
        found["actual"] = "".join(rest[max(middle, 1) :])
    return {key: text for key, text in found.items() if text}, len(rest) != 2


def _by_value(run: Sequence[_Line]) -> Iterator[tuple[dict[str, str], bool]]:
    """Without weights a target shows where it begins: a comparator or a figure behind a name."""
    current: dict[str, str] = {}
    for line in run:
        start = next((i for i, piece in enumerate(line.pieces) if re.match(r"[≥≤≧≦<>＞＜=\d]", piece)), None)
        before = "".join(line.pieces[:start])
        if start is not None and before and "target" in current:
            yield current, True
            current = {}
        if "target" in current:
            current["actual"] = current.get("actual", "") + "".join(line.pieces)
            continue
        current["name"] = current.get("name", "") + before
        if start is not None:
            current["target"] = line.pieces[start]
            current["actual"] = "".join(line.pieces[start + 1 :])
    if current:
        yield {key: text for key, text in current.items() if text}, True


def _cell(text: str) -> SheetCell:
    return SheetCell(tidy(text), 0.0, 1.0)
