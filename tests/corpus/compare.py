"""Own measure of a reading: every amount against the truth, and whether what is wrong was owned up to.

``python -m tests.corpus.compare OUT.json TRUTH.json`` prints the comparison as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

Key = tuple[str, str, str]
"""Form kind, row and column."""
TRUSTED = ("proven", "consistent")
_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d+[、.])")


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that is not as it should be; ``wanted`` or ``got`` is None where there is no figure.

    ``flagged``: the document asks for review and the cell does not pass for proven or consistent.
    """

    cell: str
    wanted: str | None
    got: str | None
    flagged: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts of amount cells, and the differences one by one.

    ``wrong`` cells hold another figure than printed, ``missing`` ones none, ``false`` ones a figure
    where nothing is printed. ``unflagged`` counts the wrong and false ones nobody was warned of.
    ``status`` and ``identity`` name forms and facts that differ; ``unnoticed`` the planted mistakes
    in forms of which no check fails or is put down to rounding.
    """

    right: int
    wrong: int
    missing: int
    false: int
    unflagged: int
    differences: tuple[Difference, ...]
    status: tuple[str, ...]
    identity: tuple[str, ...]
    unnoticed: tuple[str, ...]

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall of amount cells; 1.0 when there is nothing to find."""
        found, wanted = self.right + self.wrong + self.false, self.right + self.wrong + self.missing
        return 2 * self.right / (found + wanted) if found + wanted else 1.0


@dataclass(frozen=True, slots=True)
class _Read:
    key: Key
    value: Decimal
    proof: str


def plain_name(name: str | None) -> str:
    """A name without blanks, ordinals and differences of width."""
    text = "".join(unicodedata.normalize("NFKC", name or "").split())
    return _ORDINAL.sub("", text.removeprefix("其中:"))


@dataclass(frozen=True, slots=True)
class _Keying:
    """How the rows of a kind are told apart: by 行次, by side and name, or by code."""

    by_line: bool
    by_side: bool

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> _Keying:
        return cls(any("line" in row for row in rows), any("side" in row for row in rows))

    def key(self, row: Mapping[str, Any]) -> str:
        name = plain_name(row.get("printed_name") or row.get("name"))
        if self.by_line and row.get("line") is not None:
            return f"line {row['line']}"
        if self.by_side:
            return f"{row.get('side')}:{name}"
        return row.get("code") or name


def row_keys(truth: Mapping[str, Any]) -> Callable[[str, Mapping[str, Any]], str]:
    """How ``compare`` tells the rows of a kind apart: a function of the kind and the row."""
    keying = {kind: _Keying.of(rows) for kind, rows in truth["tables"].items()}
    by_code = _Keying(by_line=False, by_side=False)
    return lambda kind, row: keying.get(kind, by_code).key(row)


def wanted_figures(truth: Mapping[str, Any]) -> dict[Key, Decimal]:
    """Every figure but zero that a reader must find."""
    keying = {kind: _Keying.of(rows) for kind, rows in truth["tables"].items()}
    return dict(_wanted(truth, keying))


def compare(output: Mapping[str, Any], truth: Mapping[str, Any]) -> Comparison:
    """Hold the JSON of a disclosure against the truth of a generated document. Zero counts as no figure."""
    keying = {kind: _Keying.of(rows) for kind, rows in truth["tables"].items()}
    wanted = dict(_wanted(truth, keying))
    careful = bool(output.get("quality", {}).get("needs_review"))
    spare = {kind: Counter(map(Decimal, figures)) for kind, figures in truth["also_printed"].items()}
    right: set[Key] = set()
    faults: list[tuple[str, Difference]] = []
    for read in _read(output, keying):
        if read.key in wanted and wanted[read.key] == read.value:
            right.add(read.key)
        elif not _is_spare(read, spare):
            label = "wrong" if read.key in wanted else "false"
            faults.append((label, _difference(read, wanted.get(read.key), careful)))
    return _counted(wanted, right, faults, output, truth)


def _wanted(truth: Mapping[str, Any], keying: Mapping[str, _Keying]) -> Iterator[tuple[Key, Decimal]]:
    for kind, rows in truth["tables"].items():
        for row in rows:
            for column, text in row["amounts"].items():
                if Decimal(text):
                    yield (kind, keying[kind].key(row), column), Decimal(text)


def _read(output: Mapping[str, Any], keying: Mapping[str, _Keying]) -> Iterator[_Read]:
    by_code = _Keying(by_line=False, by_side=False)
    for table in output.get("tables", []):
        for row in table.get("rows", []):
            name = keying.get(table["kind"], by_code).key(row)
            for column, text in row.get("amounts", {}).items():
                if text is not None and Decimal(text):
                    proof = row.get("cells", {}).get(column, {}).get("proof", "unchecked")
                    yield _Read((table["kind"], name, column), Decimal(text), proof)


def _is_spare(read: _Read, spare: Mapping[str, Counter[Decimal]]) -> bool:
    """Whether this is a printed figure that nobody has agreed a place for; each counts once."""
    left = spare.get(read.key[0])
    if not left or not left[read.value]:
        return False
    left[read.value] -= 1
    return True


def _difference(read: _Read, wanted: Decimal | None, careful: bool) -> Difference:
    flagged = careful and read.proof not in TRUSTED
    return Difference("/".join(read.key), None if wanted is None else str(wanted), str(read.value), flagged)


def _counted(
    wanted: Mapping[Key, Decimal],
    right: set[Key],
    faults: list[tuple[str, Difference]],
    output: Mapping[str, Any],
    truth: Mapping[str, Any],
) -> Comparison:
    wrong = {fault.cell for label, fault in faults if label == "wrong"} - {"/".join(key) for key in right}
    missing = [key for key in wanted if key not in right and "/".join(key) not in wrong]
    doubled = [fault for label, fault in faults if label == "false" or fault.cell not in wrong]
    lost = [Difference("/".join(key), str(wanted[key]), None, True) for key in missing]
    return Comparison(
        right=len(right),
        wrong=len(wrong),
        missing=len(missing),
        false=len(doubled),
        unflagged=sum(not fault.flagged for _, fault in faults),
        differences=(*(fault for _, fault in faults), *lost),
        status=tuple(_status(output, truth)),
        identity=tuple(_identity(output, truth)),
        unnoticed=tuple(_unnoticed(output, truth)),
    )


def _status(output: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[str]:
    seen = {table["kind"]: table["status"] for table in output.get("tables", [])}
    for kind, status in truth["status"].items():
        if seen.get(kind, "missing") != status:
            yield f"{kind}: {seen.get(kind, 'missing')}, should be {status}"


def _identity(output: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[str]:
    facts = output.get("disclosure", {})
    organisation = facts.get("organisation") or {}
    read = {
        "organisation": organisation.get("name"),
        "fiscal_year": facts.get("fiscal_year"),
        "kind": facts.get("kind"),
    }
    for fact, value in read.items():
        if value != truth[fact]:
            yield f"{fact}: {value}, should be {truth[fact]}"


def _unnoticed(output: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[str]:
    kinds = {table.get("id"): table["kind"] for table in output.get("tables", [])}
    doubtful = [check for check in output.get("checks", []) if check["status"] in ("fail", "rounding")]
    places = {place for check in doubtful for place in (check["where"], *check.get("cells", ()))}
    noticed = {kinds.get(place.split("/")[0]) for place in places}
    for mistake in truth.get("planted", []):
        if mistake["kind"] not in noticed:
            cell = f"{mistake['kind']}/{mistake['code'] or mistake['name']}/{mistake['column']}"
            yield f"{cell}: {mistake['exact']} printed as {mistake['printed']}"


def main() -> None:
    """Compare two files given on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.compare", description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("truth", type=Path)
    args = parser.parse_args()
    output, truth = (json.loads(path.read_text(encoding="utf-8")) for path in (args.output, args.truth))
    comparison = compare(output, truth)
    print(json.dumps({"f1": round(comparison.f1, 6), **asdict(comparison)}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
