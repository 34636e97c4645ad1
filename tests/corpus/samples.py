"""The documents in ``samples/``: one of each kind of input, made with fixed seeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.corpus.generator import GeneratedDocument, generate
from tests.corpus.truth import Truth

FOLDER = Path(__file__).resolve().parents[2] / "samples"

# Uncompressed, so that the bytes do not depend on the build of zlib.
_LOOKS: dict[str, Any] = {
    "rulings": "full",
    "compress": False,
    "table_size": 9.0,
    "row_padding": 2.5,
    "name_weight": 1.0,
    "running_head": False,
    "latin": "Times-Roman",
    "subjects": 8,
    "rounded": False,
    "sparse_economic": True,
}
SAMPLES: dict[str, dict[str, Any]] = {
    "final-accounts-wuhan": {
        "seed": 19,
        "family": "wuhan",
        "renderer": "reportlab",
        "landscape": False,
        **_LOOKS,
    },
    "budget-shanghai-district": {
        "seed": 28,
        "family": "shanghai_district_budget",
        "renderer": "reportlab",
        "landscape": True,
        **_LOOKS,
    },
    "final-accounts-tabs": {
        "seed": 5,
        "family": "wuhan",
        "renderer": "tabs",
        "subjects": 7,
        "rounded": False,
    },
    "budget-markdown": {
        "seed": 28,
        "family": "ministry_budget",
        "renderer": "markdown",
        "subjects": 7,
        "rounded": False,
    },
    "final-accounts-word": {
        "seed": 19,
        "family": "wuhan",
        "renderer": "docx",
        "subjects": 7,
        "rounded": False,
        "sparse_economic": True,
    },
    "budget-excel": {
        "seed": 28,
        "family": "shanghai_district_budget",
        "renderer": "xlsx",
        "subjects": 7,
        "rounded": False,
        "sparse_economic": True,
    },
    "final-accounts-page": {
        "seed": 31,
        "family": "shanghai_district_final",
        "renderer": "html",
        "subjects": 7,
        "rounded": False,
        "sparse_economic": True,
    },
}
"""Name of each sample, and the arguments of ``generate`` that make it."""


def make_sample(name: str) -> GeneratedDocument:
    """Generate a sample by name."""
    return generate(**SAMPLES[name])


def truth_text(truth: Truth) -> str:
    """The truth as it is written to a file."""
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"


def write_document(document: GeneratedDocument, folder: Path, name: str) -> Path:
    """Write a document and, beside it, its truth; returns the document's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{document.suffix}"
    path.write_bytes(document.data)
    (folder / f"{name}.truth.json").write_text(truth_text(document.truth), encoding="utf-8")
    return path


def write_samples(folder: Path = FOLDER) -> list[Path]:
    """Write all samples."""
    return [write_document(make_sample(name), folder, name) for name in SAMPLES]
