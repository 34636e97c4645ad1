"""Performance tables of a disclosure held against the truth of the generator, indicator by indicator."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extract import extract
from extract.pipeline import Options
from models.disclosure import Disclosure, Table
from models.performance import Indicator, Performance
from tests.corpus.generator import RENDERERS, generate

Facts = tuple[tuple[str, str], ...]
_FACTS = ("project", "department", "unit", "budget", "executed", "rate_pct", "total_score")
_SOFT = frozenset({"unsure", "unnamed", "pieces"})


@dataclass
class Tally:
    """Indicators (or facts) printed, given, right, and those given wrong without a flag."""

    wanted: int = 0
    given: int = 0
    right: int = 0
    wrong_unflagged: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.wanted + other.wanted,
            self.given + other.given,
            self.right + other.right,
            self.wrong_unflagged + other.wrong_unflagged,
            [*self.misses, *other.misses],
        )


def compare_indicators(truth: Mapping[str, Any], disclosure: Disclosure) -> Tally:
    """Every indicator with all its fields and its project or annual target."""
    wanted = Counter(_wanted(truth))
    given = [(facts, each.flags) for entry in _entries(disclosure) for each, facts in _given(entry)]
    return _tally(wanted, [(facts, bool(_SOFT & set(flags))) for facts, flags in given])


def compare_facts(truth: Mapping[str, Any], disclosure: Disclosure) -> Tally:
    """Who, which project, and the line of money."""
    wanted: Counter[Facts] = Counter()
    for table in truth["performance"]:
        for entry in table["entries"]:
            who = entry.get("project") or entry["unit"]
            wanted.update(((name, entry[name]), ("of", who)) for name in _FACTS if name in entry)
    told = {facts[0][0] for facts in wanted}
    given: list[tuple[Facts, bool]] = []
    for performance in _entries(disclosure):
        who = performance.project or performance.unit or ""
        for name in _FACTS:
            value = getattr(performance, name)
            if value is not None and name in told:
                given.append((((name, str(value)), ("of", who)), bool(performance.flags)))
    return _tally(wanted, [each for each in given if each[0] in wanted or _asked(each[0], wanted)])


def _asked(facts: Facts, wanted: Counter[Facts]) -> bool:
    """Whether the truth names this fact of this entry, be it otherwise."""
    return any(known[0][0] == facts[0][0] and known[1] == facts[1] for known in wanted)


def compare_key_work(truth: Mapping[str, Any], disclosure: Disclosure) -> Tally:
    wanted = Counter(
        tuple((key, str(work[key])) for key in ("number", "item", "target", "outcome"))
        for table in truth["performance"]
        for work in table["key_work"]
    )
    given = [
        (
            tuple((key, str(getattr(work, key))) for key in ("number", "item", "target", "outcome")),
            bool(work.flags),
        )
        for table in disclosure.tables
        for work in table.key_work
    ]
    return _tally(wanted, given)


def _tally(wanted: Counter[Facts], given: Sequence[tuple[Facts, bool]]) -> Tally:
    left = Counter(wanted)
    wrong = unflagged = 0
    odd: list[Facts] = []
    for facts, flagged in given:
        if left[facts] > 0:
            left[facts] -= 1
        else:
            wrong += 1
            unflagged += not flagged
            odd.append(facts)
    misses = [f"- {dict(facts)}" for facts in left.elements()] + [f"+ {dict(facts)}" for facts in odd]
    return Tally(wanted.total(), len(given), len(given) - wrong, unflagged, misses)


def _entries(disclosure: Disclosure) -> Iterator[Performance]:
    tables: Sequence[Table] = disclosure.tables
    return (performance for table in tables for performance in table.performance)


def _given(entry: Performance) -> Iterator[tuple[Indicator, Facts]]:
    for each in entry.indicators:
        whole = each.target_value if each.target_value is not None else each.target
        yield (
            each,
            (
                ("of", entry.project or entry.unit or ""),
                ("goal", str(each.goal)),
                ("level1", str(each.level1)),
                ("level2", str(each.level2)),
                ("name", str(each.name)),
                ("target", str(whole)),
                ("comparator", "" if each.comparator == "定性" else each.comparator or ""),
                ("unit", each.unit or ""),
                ("actual", str(each.actual)),
                ("weight", str(each.weight)),
                ("score", str(each.score)),
            ),
        )


def _wanted(truth: Mapping[str, Any]) -> Iterator[Facts]:
    for table in truth["performance"]:
        for entry in table["entries"]:
            for each in entry["indicators"]:
                yield _facts(entry.get("project") or entry["unit"], each)


def _facts(who: str, each: Mapping[str, Any]) -> Facts:
    qualitative = each["comparator"] == "定性"
    return (
        ("of", who),
        ("goal", str(each["goal"])),
        ("level1", each["level1"]),
        ("level2", each["level2"]),
        ("name", each["name"]),
        ("target", each["target"]),
        ("comparator", "" if qualitative else each["comparator"]),
        ("unit", each["unit"]),
        ("actual", str(each["actual"])),
        ("weight", str(each["weight"])),
        ("score", str(each["score"])),
    )


FORMS = {"wuhan": "wuhan", "changsha": "hunan_budget", "national": "wuhan", "key_work": "wuhan"}
"""The forms of the annex with the family of disclosures they stand in."""


def measure(form: str, renderer: str, seeds: Sequence[int]) -> tuple[Tally, Tally, Tally]:
    """Indicators, facts and key work of an annex over several seeds; pages are fully ruled."""
    sums = (Tally(), Tally(), Tally())
    for seed in seeds:
        looks = {"rulings": "full"} if renderer in ("reportlab", "pymupdf") else {}
        made = generate(
            seed,
            family=FORMS[form],
            renderer=renderer,
            prose=False,
            subjects=2,
            performance=(form,),
            **looks,
        )
        options = Options(narrative=False, file_name=f"annex{made.suffix}")
        read = extract(made.data, options=options)
        found = (
            compare(made.truth, read) for compare in (compare_indicators, compare_facts, compare_key_work)
        )
        sums = tuple(each + more for each, more in zip(sums, found, strict=True))  # type: ignore[assignment]
    return sums


def main() -> None:
    """Print a line of Markdown for each way of printing and each form."""
    parser = argparse.ArgumentParser(description="Read generated performance tables and count what is right.")
    parser.add_argument("--seed", type=int, default=1001)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--renderer", choices=RENDERERS, action="append")
    args = parser.parse_args()
    titles = ("printed as", "form", "entries", "recall", "precision", "wrong, unflagged", "facts: R, P")
    print(f"| {' | '.join(titles)} |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for renderer in args.renderer or RENDERERS:
        for form in FORMS:
            told, facts, works = measure(form, renderer, range(args.seed, args.seed + args.count))
            tally = works if form == "key_work" else told
            print(
                f"| {renderer} | {form} | {tally.wanted} | {tally.recall:.3f} | {tally.precision:.3f} "
                f"| {tally.wrong_unflagged} | {facts.recall:.3f}, {facts.precision:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
