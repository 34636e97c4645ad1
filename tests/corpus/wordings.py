"""Sentences on subjects in the wordings of many places: how many of them are told, and told right."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from extract.layout.paragraphs import without_half_spaces
from extract.narrative import read_statements
from models.disclosure import Facts, Kind
from models.statements import SubjectExecution
from tests.corpus.chance import Chance
from tests.corpus.classification import DATA, function_names, items_of
from tests.narrative.reading import section

YEAR = 2023
_HALF_SPACES = ("", "", " ", "\u2002")
_UNITS = (("万元", 2), ("万元", 2), ("万元", 2), ("万元", 1), ("元", 0), ("元", 2), ("亿元", 4))
"""Units of amounts and the places they are printed with."""
_ASKED = {
    "b": "initial_budget",
    "ab": "annual_budget",
    "jb": "adjusted_budget",
    "f": "final",
    "p": "previous",
    "d": "change",
    "r": "completion_pct",
    "dr": "change_pct",
}
"""The field of a statement each figure of a wording belongs in; no other of them may be given."""
_FIGURES = (*_ASKED.values(), "restated")


@cache
def wordings() -> dict[str, Wording]:
    """City to its kind of document and sentences."""
    data: dict[str, Any] = tomllib.loads((DATA / "wordings.toml").read_text(encoding="utf-8"))
    return {entry["city"]: Wording(entry["kind"], tuple(entry["sentences"])) for entry in data["wording"]}


@dataclass(frozen=True, slots=True)
class Wording:
    """How the authors of a place write."""

    kind: Kind
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what it says: the code of its subject, the unit, and field to figure."""

    text: str
    code: str
    unit: str
    figures: dict[str, Decimal]

    def is_told_by(self, statement: SubjectExecution) -> bool:
        """Whether a statement says all of it and no other figure."""
        given = {name: getattr(statement, name) for name in _FIGURES}
        told = {name: value for name, value in given.items() if value is not None}
        return statement.subject.code == self.code and statement.unit == self.unit and told == self.figures


@dataclass
class Tally:
    """Statements printed, given, right, and wrong without any flag."""

    wanted: int = 0
    given: int = 0
    right: int = 0
    unflagged: int = 0
    misses: list[str] = field(default_factory=list)


def sentences(seed: int, city: str, *, noise: bool) -> Iterator[Sentence]:
    """One sentence of each wording of a city; ``noise`` puts half-spaces round the amounts."""
    chance = Chance(seed, f"wordings/{city}")
    wording = wordings()[city]
    codes = chance.sample(items_of("general_budget", YEAR), len(wording.sentences))
    for number, (text, code) in enumerate(zip(wording.sentences, codes, strict=True), 1):
        figures, unit, places = _drawn(chance)
        gap = chance.pick(_HALF_SPACES) if noise else ""
        grouped = chance.happens(0.4)
        shown = {key: f"{value:,}" if grouped else str(value) for key, value in figures.items()}
        money = {key: f"{gap}{shown[key]}{gap}{unit}" for key in ("b", "ab", "jb", "f", "p", "d")}
        asked = {name: figures[key] for key, name in _ASKED.items() if f"{{{key}}}" in text}
        if "年初预算为0万元" in text:
            asked["initial_budget"] = Decimal(0)
            money = {key: value.replace(unit, "万元") for key, value in money.items()}
            unit = "万元"
        printed = text.format(
            n=number,
            **_named(code),
            y=YEAR,
            y1=YEAR - 1,
            **money,
            r=figures["r"],
            dr=figures["dr"],
            up="增加" if places else "减少",
            UP="增长" if places else "下降",
        )
        yield Sentence(printed, code, unit, asked)


def _named(code: str) -> dict[str, str]:
    names = function_names(YEAR)
    return {
        "c": names[code[:3]],
        "c_": names[code[:3]].removesuffix("支出"),
        "g": names[code[:5]],
        "i": names[code],
        "c3": code[:3],
        "g5": code[:5],
        "g2": code[3:5],
        "i2": code[5:],
        "code": code,
    }


def _drawn(chance: Chance) -> tuple[dict[str, Decimal], str, int]:
    """Figures that agree with each other, their unit and places."""
    unit, places = chance.pick(_UNITS)
    last = Decimal(1).scaleb(-places)
    budget = Decimal(chance.number(100, 900000)) * last * (100 if not places else 1)
    final = (budget * chance.number(40, 160) / 100).quantize(last, ROUND_HALF_UP)
    change = (budget * chance.number(1, 60) / 100).quantize(last, ROUND_HALF_UP)
    rates = [(part * 100 / budget).quantize(Decimal("0.01"), ROUND_HALF_UP) for part in (final, change)]
    figures = {"b": budget, "ab": budget, "jb": budget, "f": final, "p": budget + change, "d": change}
    return {**figures, "r": rates[0], "dr": rates[1]}, unit, places


def compare(told: list[Sentence], kind: Kind, tally: Tally) -> None:
    """Read the sentences as one section and count."""
    text = "\n".join(without_half_spaces(sentence.text) for sentence in told)
    read = read_statements([section(text)], Facts(kind=kind, fiscal_year=YEAR))
    executions = [each for each in read if isinstance(each, SubjectExecution)]
    given = [each for each in executions if each.subject.item]
    tally.wanted += len(told)
    tally.given += len(given)
    for sentence in told:
        statement = next((each for each in given if sentence.is_told_by(each)), None)
        if statement is not None:
            given.remove(statement)
            tally.right += 1
        else:
            tally.misses.append(sentence.text)
    tally.unflagged += sum(not each.flags for each in given)
    tally.misses += [f"given: {_shown(each)}" for each in given]


def _shown(statement: SubjectExecution) -> str:
    told = {name: str(value) for name in _FIGURES if (value := getattr(statement, name)) is not None}
    return f"{statement.subject.code} {told} {statement.unit} {statement.flags} {statement.text[:60]}"


def main() -> None:
    """Print recall and precision of each city's wordings."""
    parser = argparse.ArgumentParser(description="Read generated sentences on subjects.")
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--misses", type=int, default=0)
    args = parser.parse_args()
    print("| wording | sentences | recall | precision | wrong, unflagged |")
    print("| --- | --- | --- | --- | --- |")
    for city, wording in wordings().items():
        tally = Tally()
        for seed in range(args.seed, args.seed + args.count):
            for noise in (False, True):
                compare(list(sentences(seed, city, noise=noise)), wording.kind, tally)
        recall, precision = tally.right / tally.wanted, tally.right / max(tally.given, 1)
        print(f"| {city} | {tally.wanted} | {recall:.3f} | {precision:.3f} | {tally.unflagged} |")
        for miss in tally.misses[: args.misses]:
            print("   ", miss)


if __name__ == "__main__":
    main()
