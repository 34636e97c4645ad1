"""A fetched page, parsed once: its links in reading order, wherever a CMS hides them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from flows.harvesting.addresses import absolute
from flows.harvesting.decoding import decoded

_QUOTED = re.compile(r"""["']([^"'\s<>]{3,500})["']""")
_LEADS_ON = re.compile(
    r"\.(?:s?html?|jsp|aspx?|php|do|pdf|docx?|xlsx?|zip|rar|ofd)(?:$|[?#])|^/|^\.{1,2}/|^https?:", re.I
)
_COUNTED = re.compile(r"(?:浏览|点击|访问|阅读)[^\d\n]{0,8}\d+")
_SILENT = "script, style, noscript, template"


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where it leads, its whole title (the attribute where the text is cut), its text."""

    url: str
    title: str
    text: str
    around: str = ""


@dataclass(frozen=True)
class Page:
    """A page by its address and text, with the encoding it came in."""

    url: str
    text: str
    encoding: str = "utf-8"

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The parsed page."""
        return LexborHTMLParser(self.text)

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        node = self.tree.css_first("base[href]")
        return (absolute(node.attributes.get("href") or "", self.url) if node else None) or self.url

    def absolute(self, link: str) -> str | None:
        """Where a link on this page leads."""
        return absolute(link, self.base, self.encoding)

    def roots(self, select: str | None) -> list[LexborNode]:
        """The nodes a selector names, the whole page without one or when it names nothing."""
        chosen = self.tree.css(select) if select else []
        root = self.tree.root
        return chosen or ([root] if root is not None else [])

    def links(self, select: str | None = None) -> Iterator[Link]:
        """The links below what a selector names; those a script opens are links too."""
        for root in self.roots(select):
            for node in root.css("a, area"):
                for url in self._targets(node):
                    yield self._link(node, url)

    def _targets(self, node: LexborNode) -> Iterator[str]:
        href = node.attributes.get("href") or ""
        if href and not href.strip().lower().startswith("javascript:"):
            url = self.absolute(href)
            if url:
                yield url
        for script in (
            href if href.strip().lower().startswith("javascript:") else "",
            node.attributes.get("onclick"),
        ):
            yield from self.quoted(script or "")

    def quoted(self, script: str) -> Iterator[str]:
        """The addresses that stand in quotation marks in a piece of script."""
        for match in _QUOTED.finditer(script):
            if _LEADS_ON.search(match.group(1)) and (url := self.absolute(match.group(1))):
                yield url

    @staticmethod
    def _link(node: LexborNode, url: str) -> Link:
        text = squeezed(node.text())
        given = squeezed(node.attributes.get("title") or "")
        around = squeezed(node.parent.text()) if node.parent else ""
        return Link(url, given if len(given) > len(text.rstrip(".…")) else text, text, around[:300])

    def meta(self, *names: str) -> str | None:
        """The first of the named meta fields that is filled, as the norm for government sites has them."""
        fields = {
            (node.attributes.get("name") or "").lower(): squeezed(node.attributes.get("content") or "")
            for node in self.tree.css("meta[name]")
        }
        return next((fields[name.lower()] for name in names if fields.get(name.lower())), None)

    @property
    def title(self) -> str:
        """The title of the article, else of the page."""
        node = self.tree.css_first("title") or self.tree.css_first("h1")
        return self.meta("ArticleTitle") or (squeezed(node.text()) if node else "")

    def reading_text(self) -> str:
        """What people read of the page, without scripts and without visitor counters."""
        tree = LexborHTMLParser(self.text)
        for node in tree.css(_SILENT):
            node.decompose()
        return squeezed(_COUNTED.sub("", tree.root.text(separator=" ") if tree.root else ""))


def page_of(url: str, body: bytes, content_type: str = "") -> Page:
    """The page an answer is."""
    text, encoding = decoded(body, content_type)
    return Page(url, text, encoding)


def squeezed(text: str) -> str:
    """Runs of white space as one space."""
    return " ".join(text.replace("\u3000", " ").replace("\xa0", " ").split())
