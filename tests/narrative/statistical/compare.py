"""Train the recogniser on the wordings of four places and hold it against the rules on those of all others.

``python -m tests.narrative.statistical.compare`` takes some minutes. Both are asked for the same: which
figure of a sentence is which field.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import spacy
from spacy.language import DEFAULT_CONFIG_PATH, Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train

import extract.narrative.tokens  # noqa: F401  (registers the tokeniser the configuration names)
from extract.layout.paragraphs import without_half_spaces
from extract.narrative import read_statements
from extract.narrative.drafts import figure_of
from models.disclosure import Facts, Kind
from models.statements import SubjectExecution
from tests.corpus.wordings import YEAR, Sentence, sentences, wordings
from tests.narrative.reading import section

CONFIG = Path(__file__).parent / "config.cfg"
LEARNT = ("wuhan", "shanghai", "jiangsu", "changsha")
"""The places whose wordings the recogniser learns, and from which the rules were first written."""
_FIELDS = ("initial_budget", "annual_budget", "adjusted_budget", "final", "previous")
FIELDS = (*_FIELDS, "completion_pct", "change", "change_pct")
Found = set[tuple[str, Decimal]]


@spacy.registry.readers("gongkai.Wordings.v1")
def wordings_reader(first_seed: int, count: int) -> Callable[[Language], Iterator[Example]]:
    """Sentences of the places learnt as examples, their figures labelled; none that prints one twice."""

    def read(nlp: Language) -> Iterator[Example]:
        for seed in range(first_seed, first_seed + count):
            for city in LEARNT:
                for sentence in sentences(seed, city, noise=False):
                    if len(set(sentence.figures.values())) == len(sentence.figures):
                        doc = _labelled(nlp.make_doc(sentence.text), sentence)
                        yield Example(nlp.make_doc(sentence.text), doc)

    return read


def _labelled(doc: Doc, sentence: Sentence) -> Doc:
    """Figures as entities: the first token that prints each figure of the sentence."""
    spans = []
    for name, figure in sentence.figures.items():
        tag = "PERCENT" if name.endswith("_pct") else "MONEY"
        token = next((t for t in doc if t.tag_ == tag and figure_of(t.text) == figure), None)
        if token is not None:
            spans.append(spacy.tokens.Span(doc, token.i, token.i + 1, label=name))
    doc.ents = spacy.util.filter_spans(spans)
    return doc


def trained() -> Language:
    """The recogniser, trained as the configuration says."""
    given = spacy.util.load_config(CONFIG, interpolate=False)
    defaults = spacy.util.load_config(DEFAULT_CONFIG_PATH, interpolate=False)
    nlp = init_nlp(defaults.merge(given))
    train(nlp)
    return nlp


def by_recogniser(nlp: Language) -> Callable[[Sentence, Kind], Found]:
    """What the recogniser finds in a sentence."""

    def find(sentence: Sentence, _kind: Kind) -> Found:
        found = ((each.label_, figure_of(each.text)) for each in nlp(sentence.text).ents)
        return {(name, figure) for name, figure in found if figure is not None}

    return find


def by_rules(sentence: Sentence, kind: Kind) -> Found:
    """What the rules find in a sentence."""
    read = read_statements([section(without_half_spaces(sentence.text))], Facts(kind=kind, fiscal_year=YEAR))
    told: list[Any] = [each for each in read if isinstance(each, SubjectExecution) and each.subject.item]
    return {(name, value) for each in told for name in FIELDS if (value := getattr(each, name)) is not None}


def score(find: Callable[[Sentence, Kind], Found], *, first_seed: int, count: int) -> tuple[float, float]:
    """Recall and precision over the wordings of the places nothing was learnt from."""
    counted: Counter[str] = Counter()
    for city, wording in wordings().items():
        for seed in range(first_seed, first_seed + count) if city not in LEARNT else ():
            for sentence in sentences(seed, city, noise=False):
                wanted = set(sentence.figures.items())
                found = find(sentence, wording.kind)
                counted.update(wanted=len(wanted), found=len(found), right=len(wanted & found))
    return counted["right"] / counted["wanted"], counted["right"] / max(counted["found"], 1)


def main() -> None:
    """Print recall and precision of both in Markdown."""
    parser = argparse.ArgumentParser(description="Hold a trained recogniser against the rules.")
    parser.add_argument("--seed", type=int, default=40000)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--rules-only", action="store_true")
    args = parser.parse_args()
    finders = {"rules": by_rules}
    if not args.rules_only:
        finders["recogniser"] = by_recogniser(trained())
    print("| | recall | precision |\n| --- | --- | --- |")
    for name, find in finders.items():
        recall, precision = score(find, first_seed=args.seed, count=args.count)
        print(f"| {name} | {recall:.3f} | {precision:.3f} |")


if __name__ == "__main__":
    main()
