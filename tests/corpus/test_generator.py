"""Seeds decide everything: same arguments, same bytes; and the files hold the figures of their truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pymupdf
import pytest

from tests.corpus import RENDERERS, generate
from tests.corpus.forms import families
from tests.corpus.generator import PDF_RENDERERS
from tests.corpus.render_text import MANNERS
from tests.corpus.rulings import RULINGS
from tests.corpus.truth import Truth

SMALL = {"subjects": 6, "prose": False}


def _figures(truth: Truth) -> set[Decimal]:
    rows = [row for rows in truth["tables"].values() for row in rows]
    return {Decimal(text) for row in rows for text in row["amounts"].values()}


def _found(text: str) -> set[Decimal]:
    """The figures of a text; separated by anything that cannot be part of one."""
    return {Decimal(match.replace(",", "")) for match in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def _pdf_text(data: bytes) -> str:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return "\n".join(word[4] for page in document for word in page.get_text("words"))


@pytest.mark.parametrize("renderer", PDF_RENDERERS)
@pytest.mark.parametrize("family", families())
def test_text_layer_holds_every_figure(family: str, renderer: str) -> None:
    document = generate(4, family=family, renderer=renderer, **SMALL)
    assert document.suffix == ".pdf"
    assert _figures(document.truth) <= _found(_pdf_text(document.data))


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("family", families())
def test_transcripts_hold_every_figure(family: str, manner: str) -> None:
    document = generate(6, family=family, renderer=manner, **SMALL)
    assert document.suffix == (".md" if manner == "markdown" else ".txt")
    assert _figures(document.truth) <= _found(document.data.decode())


@pytest.mark.parametrize("renderer", RENDERERS)
def test_same_arguments_same_bytes(renderer: str) -> None:
    first, second = (generate(13, renderer=renderer, mistakes=2) for _ in range(2))
    assert first == second
    assert first.data != generate(14, renderer=renderer, mistakes=2).data


@pytest.mark.parametrize(
    ("rulings", "orientation"),
    [*zip(RULINGS, ("upright", "rotate90", "rotate270", "sideways") * 2, strict=True)],
)
def test_pages_show_upright_tables_unless_they_lie_sideways(rulings: str, orientation: str) -> None:
    document = generate(
        8,
        family="wuhan",
        renderer="reportlab",
        rulings=rulings,
        orientation=orientation,
        landscape=True,
        subjects=3,
        prose=False,
    )
    with pymupdf.open(stream=document.data, filetype="pdf") as pdf:
        page = pdf[0]
        assert page.rotation == {"rotate90": 90, "rotate270": 270}.get(orientation, 0)
        assert (page.rect.width > page.rect.height) == (orientation != "sideways")
        direction = page.get_text("dict")["blocks"][0]["lines"][0]["dir"]
        turned = pymupdf.Point(*direction) * page.rotation_matrix - pymupdf.Point(0, 0) * page.rotation_matrix
        assert (round(turned.x), round(turned.y)) == ((0, -1) if orientation == "sideways" else (1, 0))
        assert page.get_drawings()


@pytest.mark.parametrize("renderer", PDF_RENDERERS)
@pytest.mark.parametrize("orientation", ["rotate90", "rotate270", "sideways", "upright"])
def test_nothing_is_drawn_off_the_page(renderer: str, orientation: str) -> None:
    document = generate(19, family="hunan_budget", renderer=renderer, orientation=orientation, **SMALL)
    with pymupdf.open(stream=document.data, filetype="pdf") as pdf:
        for page in pdf:
            boxes = [pymupdf.Rect(word[:4]) * page.rotation_matrix for word in page.get_text("words")]
            assert all(box.normalize() in page.rect for box in boxes)


def test_planted_mistakes_are_printed_and_recorded() -> None:
    clean = generate(3, family="national_final", renderer="tabs")
    spoiled = generate(3, family="national_final", renderer="tabs", mistakes=3)
    assert len(spoiled.truth["planted"]) == 3
    for mistake in spoiled.truth["planted"]:
        assert mistake["printed"] != mistake["exact"]
        assert Decimal(mistake["printed"]) in _found(spoiled.data.decode())
    changed = set(clean.data.decode().splitlines()) ^ set(spoiled.data.decode().splitlines())
    assert len(changed) == 6


def test_slid_transcripts_differ_from_straight_ones_in_empty_cells_only() -> None:
    straight = generate(31, family="wuhan", renderer="tabs", **SMALL).data.decode()
    slid = generate(31, family="wuhan", renderer="slid", **SMALL).data.decode()
    assert straight != slid
    assert "".join(straight.split()) == "".join(slid.split())


@pytest.mark.parametrize("manner", ["lines", "cells"])
def test_loose_transcripts_have_no_empty_cells(manner: str) -> None:
    text = generate(5, family="wuhan", renderer=manner).data.decode()
    assert "\t" not in text


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        generate(1, colour="red")
    with pytest.raises(KeyError):
        generate(1, family="atlantis")
    with pytest.raises(KeyError):
        generate(1, renderer="crayon")


def test_command_line_writes_document_and_truth(tmp_path: Path) -> None:
    settings = ["--seed", "7", "--family", "wuhan", "--renderer", "markdown", "--option", "subjects=3"]
    command = [sys.executable, "-m", "tests.corpus", *settings, "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert "seed 7, wuhan" in done.stdout
    truth = json.loads((tmp_path / "corpus-00007.truth.json").read_text(encoding="utf-8"))
    assert truth["organisation"] in (tmp_path / "corpus-00007.md").read_text(encoding="utf-8")
