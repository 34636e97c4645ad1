"""What reading text leaves out of spaCy, and that nothing of it is missing afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("spacy.pipeline.ner", "spacy.cli", "pydantic.v1", "tqdm.std", "spacy.lang.ja")
LOADED = "from extract.narrative.reading import ready_language; nlp = ready_language()"


def told_by(code: str) -> object:
    """What some code says last, in a process that has built the pipeline and nothing else."""
    run = subprocess.run(
        [sys.executable, "-c", f"{LOADED}\nimport json, sys\n{code}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout)


def test_what_reading_text_never_uses_is_left_out():
    code = f"nlp('支出决算为15.3万元。'); print(json.dumps([name in sys.modules for name in {LEFT_OUT}]))"
    assert told_by(code) == [False] * len(LEFT_OUT)


def test_all_of_spacy_can_be_had_afterwards():
    told = told_by(
        "nlp.add_pipe('sentencizer'); import spacy; made = spacy.blank('en'); made.add_pipe('ner')\n"
        "from spacy.util import registry; import spacy.cli, tqdm, pydantic.v1\n"
        "kept = registry.has('scorers', 'spacy.tagger_scorer.v1')\n"
        "kinds = [spacy.pipeline.EntityRecognizer.__name__, tqdm.tqdm.__name__, spacy.cli.info.__module__]\n"
        "print(json.dumps([len(list(nlp('甲。乙。').sents)), made.pipe_names, kept, kinds]))"
    )
    assert told == [2, ["ner"], True, ["EntityRecognizer", "tqdm", "spacy.cli.info"]]
