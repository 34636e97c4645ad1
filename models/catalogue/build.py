"""Beside the catalogue: makes its data files from collected facts, the project's own added to them.

Run from the top of the repository::

    python -m models.catalogue.build FOLDER

``FOLDER`` holds the facts as ``function.csv`` (code, name, level, first_year, last_year, evidence)
and ``economic.csv`` (code, name, system, evidence). ``amendments.tsv`` beside this module adds the
former names, years and income items known to the project; where it names a code and name the
facts have too, its years complete theirs and the stronger evidence is kept.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

from models.catalogue.entries import Evidence, Name, parent_of, parse_years
from models.disclosure import Classification

HERE = Path(__file__).parent
_STRENGTH: tuple[Evidence, ...] = get_args(Evidence)
_HEAD = (
    "# Made by models/catalogue/build.py: code, then name, years and evidence of each name. Do not edit.\n"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One name of one code, as some source gives it."""

    classification: Classification
    code: str
    name: Name


def collected(folder: Path) -> Iterator[Fact]:
    """The facts of ``function.csv`` and ``economic.csv`` in ``folder``."""
    sources: tuple[Classification, ...] = ("function", "economic")
    for classification in sources:
        with (folder / f"{classification}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                years = (row.get("first_year") or "") + "-" + (row.get("last_year") or "")
                name = Name(row["name"], *parse_years(years), cast(Evidence, row["evidence"]))
                yield Fact(classification, row["code"], name)


def amendments(path: Path = HERE / "amendments.tsv") -> Iterator[Fact]:
    """The project's own facts: classification, code, name, years, evidence, tab-separated."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            classification, code, text, years, evidence = line.split("\t")
            name = Name(text, *parse_years(years), cast(Evidence, evidence))
            yield Fact(cast(Classification, classification), code, name)


def merged(facts: Iterable[Fact]) -> dict[Classification, dict[str, list[Name]]]:
    """All names of every code; later facts complete the years of earlier ones of the same name."""
    names: dict[Classification, dict[str, list[Name]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        known = names[fact.classification][fact.code]
        same = next((index for index, name in enumerate(known) if name.text == fact.name.text), None)
        if same is None:
            known.append(fact.name)
        else:
            known[same] = _completed(known[same], fact.name)
    return names


def _completed(name: Name, addition: Name) -> Name:
    return replace(
        name,
        first_year=addition.first_year or name.first_year,
        last_year=addition.last_year or name.last_year,
        evidence=min(name.evidence, addition.evidence, key=_STRENGTH.index),
    )


def newest_first(names: Iterable[Name]) -> list[Name]:
    """Names still in use before ended ones, later before earlier; otherwise as they were given."""
    return sorted(names, key=lambda name: (-(name.last_year or 9999), -(name.first_year or 0)))


def line(code: str, names: Iterable[Name]) -> str:
    """An entry as a line of the data file."""
    fields = [code]
    for name in newest_first(names):
        fields += [name.text, f"{name.first_year or ''}-{name.last_year or ''}", name.evidence]
    return "\t".join(fields) + "\n"


def problems(entries: dict[str, list[Name]]) -> Iterator[str]:
    """What a reader of the data should know: missing parents and years that end before they begin."""
    for code, names in sorted(entries.items()):
        parent = parent_of(code)
        if parent and parent not in entries:
            yield f"{code}: parent {parent} is missing"
        for name in names:
            if name.first_year and name.last_year and name.first_year > name.last_year:
                yield f"{code}: {name.text} ends before it begins"


def build(folder: Path, target: Path = HERE) -> list[str]:
    """Write the data files into ``target``; gives the problems found."""
    found: list[str] = []
    for classification, entries in merged([*collected(folder), *amendments()]).items():
        text = "".join(line(code, names) for code, names in sorted(entries.items()))
        (target / f"{classification}.tsv").write_text(_HEAD + text, encoding="utf-8")
        found += problems(entries)
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m models.catalogue.build FOLDER", file=sys.stderr)
        return 2
    found = build(Path(sys.argv[1]))
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
