"""Where an article keeps its documents: attachments, viewers, scripts, or the article's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.harvesting.addresses import query_values, readable
from flows.harvesting.content import DOCUMENT_NAME, PICTURE_NAME
from flows.harvesting.definitions import Attachments
from flows.harvesting.pages import Link, Page, squeezed

_VIEWED = ("file", "pdfurl", "pdfUrl", "fileUrl", "fileurl", "src", "url")
"""Query fields in which viewers of PDFs are given the document."""
_ATTRIBUTES = ("pdfsrc", "data-pdfsrc", "data-pdf", "data-file", "data-url")
_VIEWER = re.compile(r"viewer|pdfjs|preview|onlineview", re.IGNORECASE)
_PDF_SOURCE = re.compile(r"""pdfsrc["']?\s*[=:,]\s*["']([^"']+)["']""", re.IGNORECASE)
_SCRIPTED = re.compile(r"""["']([^"'<>\r\n]{1,400}\.(?:pdf|docx?|xlsx?|ofd|zip|rar))["']""", re.IGNORECASE)
_DOWNLOAD = re.compile(r"(?:download|attach|getfile|fileid=|filename=)", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![\d.])\d[\d,]*\.\d{1,2}(?![\d.])")
_FIGURES = 3
"""Amounts that make the text of an article a disclosure of its own."""


def attachments_of(page: Page, wanted: Attachments) -> list[Link]:
    """The documents an article leads to, each address once, in order."""
    found = [*_linked(page, wanted), *_shown(page, wanted), *_scripted(page)]
    if wanted.pictures:
        found += _pictures(page, wanted)
    own = page.url
    return list({link.url: link for link in reversed(found) if link.url != own}.values())[::-1]


def _linked(page: Page, wanted: Attachments) -> Iterator[Link]:
    for link in page.links(wanted.select):
        viewed = _viewed(page, link.url)
        if viewed:
            yield Link(viewed, link.title, link.text)
        elif is_document_address(link.url) or _is_download(link):
            yield link


def is_document_address(url: str) -> bool:
    """Whether an address ends like a document, in its path or in its query."""
    return DOCUMENT_NAME.search(readable(url)) is not None


def _is_download(link: Link) -> bool:
    """A link named like a file, or one of a download script."""
    return DOCUMENT_NAME.search(link.text + " " + link.title) is not None or (
        "?" in link.url and _DOWNLOAD.search(link.url) is not None
    )


def _viewed(page: Page, url: str) -> str | None:
    """The document a viewer's address shows."""
    path = url.partition("?")[0]
    for value in query_values(url, _VIEWED):
        if DOCUMENT_NAME.search(readable(value)) or _VIEWER.search(path):
            return Page(url, "", page.encoding).absolute(value)
    return None


def _shown(page: Page, wanted: Attachments) -> Iterator[Link]:
    """Documents in frames, objects and the attributes scripts read."""
    for root in page.roots(wanted.select):
        for node in root.css("iframe[src], embed[src], object[data], frame[src]"):
            source = page.absolute(node.attributes.get("src") or node.attributes.get("data") or "")
            viewed = source and (_viewed(page, source) or (source if is_document_address(source) else None))
            if viewed:
                yield Link(viewed, page.title, "")
        for name in _ATTRIBUTES:
            for node in root.css(f"[{name}]"):
                source = page.absolute(node.attributes.get(name) or "")
                if source and (name == "pdfsrc" or is_document_address(source)):
                    yield Link(_viewed(page, source) or source, page.title, squeezed(node.text()))


def _scripted(page: Page) -> Iterator[Link]:
    for node in page.tree.css("script:not([src])"):
        script = node.text()
        for pattern in (_PDF_SOURCE, _SCRIPTED):
            for match in pattern.finditer(script.replace("\\/", "/")):
                url = page.absolute(match.group(1))
                if url:
                    yield Link(_viewed(page, url) or url, page.title, "")


def _pictures(page: Page, wanted: Attachments) -> Iterator[Link]:
    for root in page.roots(wanted.select):
        for node in root.css("img[src]"):
            url = page.absolute(node.attributes.get("src") or "")
            if url and PICTURE_NAME.search(url):
                yield Link(url, page.title, squeezed(node.attributes.get("alt") or ""))


def is_disclosure_itself(page: Page, *, has_attachments: bool, wanted: Attachments) -> bool:
    """Whether the article is kept as a document: it holds figures, and the definition wants it."""
    if wanted.pages == "never" or (wanted.pages == "alone" and has_attachments):
        return False
    return len(_FIGURE.findall(page.reading_text())) >= _FIGURES
