"""Sentences on subjects in the wordings of four cities: how many of them are told, and told right."""

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
from models.disclosure import Facts
from models.statements import SubjectExecution
from tests.corpus.chance import Chance
from tests.corpus.classification import DATA, function_names, items_of
from tests.narrative.reading import section

YEAR = 2023
_HALF_SPACES = ("", "", " ", "\u2002")


@cache
def wordings() -> dict[str, list[str]]:
    """City to sentences."""
    data: dict[str, Any] = tomllib.loads((DATA / "wordings.toml").read_text(encoding="utf-8"))
    return {entry["city"]: entry["sentences"] for entry in data["wording"]}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what it says."""

    text: str
    code: str
    final: Decimal
    budget: Decimal | None


@dataclass
class Tally:
    """Statements printed, given and right."""

    wanted: int = 0
    given: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)


def sentences(seed: int, city: str, *, noise: bool) -> Iterator[Sentence]:
    """One sentence of each wording of a city; ``noise`` puts half-spaces round the amounts."""
    chance = Chance(seed, f"wordings/{city}")
    names = function_names(YEAR)
    codes = chance.sample(items_of("general_budget", YEAR), len(wordings()[city]))
    for number, (wording, code) in enumerate(zip(wordings()[city], codes, strict=False), 1):
        budget = Decimal(chance.number(100, 900000)) / 100
        final = (budget * chance.number(40, 160) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rate = (final * 100 / budget).quantize(Decimal("0.01"), ROUND_HALF_UP)
        gap = chance.pick(_HALF_SPACES) if noise else ""
        text = wording.format(
            n=number,
            c=names[code[:3]],
            g=names[code[:5]],
            i=names[code],
            c3=code[:3],
            g2=code[3:5],
            i2=code[5:],
            b=f"{gap}{budget}{gap}万元",
            f=f"{gap}{final}{gap}万元",
            r=rate,
        )
        yield Sentence(text, code, final, budget if "{b}" in wording else None)


def compare(told: list[Sentence], tally: Tally) -> None:
    """Read the sentences as one section and count."""
    text = "\n".join(without_half_spaces(sentence.text) for sentence in told)
    read = read_statements([section(text)], Facts(kind="final_accounts", fiscal_year=YEAR))
    given = [each for each in read if isinstance(each, SubjectExecution)]
    facts = [
        (each.subject.code, each.final if each.final is not None else each.initial_budget, _budget(each))
        for each in given
    ]
    tally.wanted += len(told)
    tally.given += len(given)
    for sentence in told:
        wanted = (sentence.code, sentence.final, sentence.budget)
        if wanted in facts:
            facts.remove(wanted)
            tally.right += 1
        else:
            tally.misses.append(sentence.text)
    tally.misses += [f"given: {fact}" for fact in facts]


def _budget(statement: SubjectExecution) -> Decimal | None:
    budgets = (statement.initial_budget, statement.annual_budget, statement.adjusted_budget)
    known = [budget for budget in budgets if budget is not None]
    return known[0] if known and statement.final is not None else None


def main() -> None:
    """Print recall and precision of each city's wordings."""
    parser = argparse.ArgumentParser(description="Read generated sentences on subjects.")
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--misses", type=int, default=0)
    args = parser.parse_args()
    for city in wordings():
        for noise in (False, True):
            tally = Tally()
            for seed in range(args.seed, args.seed + args.count):
                compare(list(sentences(seed, city, noise=noise)), tally)
            recall, precision = tally.right / tally.wanted, tally.right / max(tally.given, 1)
            print(
                f"| {city} | {'half-spaces' if noise else 'clean'} | {tally.wanted} "
                f"| {recall:.3f} | {precision:.3f} |"
            )
            for miss in tally.misses[: args.misses]:
                print("   ", miss)


if __name__ == "__main__":
    main()
