"""In the benchmarks: the documents that are read, with what must be found in them where that is known."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
"""Real documents and their gold, beside the checkout where somebody has them."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read; ``truth`` holds its identity and its tables (kind to rows), None where unknown."""

    path: Path
    truth: dict[str, Any] | None


def documents_in(folder: Path | None, workplace: Path) -> list[Document]:
    """The PDFs of a folder; without one the real documents or, where there are none, six generated ones.

    Generated documents are written to ``workplace``. The gold of ``folder/NAME.pdf`` is
    ``folder/../gold/NAME.json``. Raises FileNotFoundError for a folder without PDFs.
    """
    real = SHARED / "real"
    if folder is None and not real.is_dir():
        return generated(workplace, count=6)
    paths = sorted((folder or real).glob("*.pdf"))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no PDF")
    return [Document(path, _loaded(path.parents[1] / "gold" / f"{path.stem}.json")) for path in paths]


def generated(workplace: Path, *, count: int, first: int = 1) -> list[Document]:
    """PDFs of the corpus generator, family and looks drawn from the seed.

    They are made in a process of their own, whose memory is not measured.
    """
    seeds = [f"--seed={first}", f"--count={count}"]
    command = [sys.executable, "-m", "tests.corpus", *seeds, f"--out={workplace}"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    paths = sorted(workplace.glob("*.pdf"))
    return [Document(path, _loaded(path.with_suffix(".truth.json"))) for path in paths]


def _loaded(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
