"""Last stage of the corpus generator: one call from a seed to a file and its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from tests.corpus import render_office, render_pymupdf, render_reportlab, render_text
from tests.corpus.blocks import Document
from tests.corpus.chance import Chance
from tests.corpus.forms import families
from tests.corpus.ink import Sheet
from tests.corpus.mistakes import plant
from tests.corpus.noise import spoil
from tests.corpus.style import STYLE_OPTIONS, Style, make_style
from tests.corpus.templates import Wishes, make_document
from tests.corpus.truth import Truth, truth_of
from tests.corpus.typeset import typeset

PDF_RENDERERS: dict[str, Callable[[list[Sheet], str, str, bool], bytes]] = {
    "reportlab": render_reportlab.render,
    "pymupdf": render_pymupdf.render,
}
RENDERERS = (*PDF_RENDERERS, *render_text.MANNERS, *render_office.MANNERS)
"""What a document can be rendered as: two ways to PDF, the transcripts, Word, Excel and HTML."""
WISH_OPTIONS = frozenset(field.name for field in fields(Wishes))


@dataclass(frozen=True, slots=True)
class GeneratedDocument:
    """A file that never existed, with what a reader must find in it.

    ``suffix`` is the file's; ``description`` says in a line how it was made.
    """

    data: bytes
    suffix: str
    truth: Truth
    description: str


def generate(
    seed: int,
    *,
    family: str | None = None,
    renderer: str | None = None,
    mistakes: int = 0,
    noise: float = 0.0,
    **options: Any,
) -> GeneratedDocument:
    """Make a document; the same arguments always give the same bytes.

    ``family`` is a file of ``families``, ``renderer`` one of RENDERERS; both are drawn from the
    seed when not given (a PDF renderer, then). ``mistakes`` figures are misprinted and recorded.
    ``noise`` is the share of characters that a transcript's recognition got wrong; the damaged
    cells are recorded in the truth as ``damaged``. ``options`` are the fields of Wishes and Style.
    Raises KeyError for an unknown family or renderer, TypeError for an unknown option, ValueError
    for noise in a PDF.
    """
    chance = Chance(seed, "choice")
    family = family or chance.pick(tuple(families()))
    renderer = renderer or chance.pick(tuple(PDF_RENDERERS))
    wishes, looks = _sorted_options(options)
    document, planted = plant(make_document(seed, family, wishes), seed, mistakes)
    truth = truth_of(document, planted)
    if noise and renderer not in render_text.MANNERS:
        raise ValueError(f"noise is for transcripts ({', '.join(render_text.MANNERS)}), not for {renderer}")
    if renderer in PDF_RENDERERS:
        style = _style(seed, renderer, looks)
        data = PDF_RENDERERS[renderer](typeset(document, style), style.latin, document.title, style.compress)
        return GeneratedDocument(data, ".pdf", truth, _described(seed, family, renderer, document, style))
    if renderer in render_office.MANNERS:
        data = render_office.render(document, seed, renderer)
        return GeneratedDocument(
            data, f".{renderer}", truth, _described(seed, family, renderer, document, None)
        )
    if noise:
        document, truth["damaged"] = spoil(document, seed, noise)
    data = render_text.render(document, seed, renderer)
    suffix = ".md" if renderer == "markdown" else ".txt"
    return GeneratedDocument(data, suffix, truth, _described(seed, family, renderer, document, None))


def _sorted_options(options: dict[str, Any]) -> tuple[Wishes, dict[str, Any]]:
    unknown = options.keys() - WISH_OPTIONS - STYLE_OPTIONS
    if unknown:
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}")
    wishes = {name: value for name, value in options.items() if name in WISH_OPTIONS}
    return Wishes(**wishes), {name: value for name, value in options.items() if name in STYLE_OPTIONS}


def _style(seed: int, renderer: str, looks: dict[str, Any]) -> Style:
    """PyMuPDF sets ASCII in the Chinese font full width, so it never goes without a latin one."""
    style = make_style(seed, looks)
    return replace(style, latin="Helvetica") if renderer == "pymupdf" and not style.latin else style


def _described(seed: int, family: str, renderer: str, document: Document, style: Style | None) -> str:
    looks = f", rulings {style.rulings}, {style.orientation}" if style else ""
    return f"seed {seed}, {family}, {document.fiscal_year}, {document.unit}, {renderer}{looks}"
