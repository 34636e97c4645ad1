"""A made-up city for tests: twelve sites, each a page family of its own, with 25 documents each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.flows.harvesting.papers import FORMATS, page
from tests.flows.harvesting.server import Answer, Host, Resource

PER_SITE = 25
ON_A_PAGE = 10
LOOPBACK = ["127.0.0.0/8"]
DELAY = 0.01
POLITE: dict[str, Any] = {"delay": DELAY, "pause": 0.01, "timeout": 5.0, "longest_wait": 3.0}
_NUMBERS = count(1)


@dataclass
class Draft:
    """A site being made: its resources, the addresses of its documents, and its definition."""

    name: str
    resources: dict[str, Answer] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    start: str = "/list/index.html"
    settings: dict[str, Any] = field(default_factory=dict)
    validator: str = "etag"

    def put(
        self, path: str, body: bytes | str, media_type: str = "text/html; charset=utf-8", **more: Any
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.resources[path] = Resource(data, media_type, **{"validator": self.validator, **more})

    def document(self, path: str, suffix: str, **more: Any) -> None:
        make, media_type = FORMATS[suffix]
        self.put(path, make(next(_NUMBERS)), media_type, **more)
        self.documents.append(path)


def title(number: int) -> str:
    return f"示例区第{number}局{2020 + number % 5}年度部门决算"


def row(href: str, number: int) -> str:
    """A line of a list; the title is cut, as lists do, and whole in the attribute."""
    whole = title(number)
    return f'<li><a href="{href}" title="{whole}">{whole[:6]}…</a><span>2024-02-{number + 1:02}</span></li>'


def listed(rows: list[str], more: str = "") -> str:
    other = '<li><a href="/news/1.html">今日要闻</a></li>'
    return f"<html><head><title>公开</title></head><body><ul>{other}{''.join(rows)}</ul>{more}</body></html>"


def in_pages(numbers: list[int]) -> list[list[int]]:
    return [numbers[first : first + ON_A_PAGE] for first in range(0, len(numbers), ON_A_PAGE)]


ALL = list(range(PER_SITE))
SUFFIXES = list(FORMATS)


def with_articles(draft: Draft, attach: Callable[[int], tuple[str, str, str]]) -> None:
    """An article for each number; ``attach`` gives the document's path, its suffix and the article's body."""
    for number in ALL:
        path, suffix, body = attach(number)
        draft.document(path, suffix)
        draft.put(
            f"/art/{number}.html",
            f"<html><head><title>{title(number)}</title></head><body>{body}</body></html>",
        )


def plain_attachment(number: int) -> tuple[str, str, str]:
    suffix = SUFFIXES[number % len(SUFFIXES) - (number % len(SUFFIXES) == len(SUFFIXES) - 1)]
    path = f"/art/files/{number}{suffix}"
    return path, suffix, f'<p>见附件</p><a href="./files/{number}{suffix}">附件：{title(number)}{suffix}</a>'


def static_gbk() -> Draft:
    """Static pages in GBK that the server calls UTF-8, paged by a script."""
    draft = Draft("static")
    with_articles(draft, plain_attachment)
    pages = in_pages(ALL)
    for index, numbers in enumerate(pages):
        name = "index.html" if not index else f"index_{index}.html"
        script = f'<script>createPageHTML({len(pages)},{index},"index","html");</script>'
        rows = [row(f"../art/{number}.html", number) for number in numbers]
        draft.put(f"/list/{name}", listed(rows, script).encode("gbk"))
    return draft


def next_links() -> Draft:
    """Linked by 下一页; documents have Chinese names, as characters and percent-encoded."""
    draft = Draft("next", validator="date")

    def attach(number: int) -> tuple[str, str, str]:
        name = f"部门决算 {number}.docx"
        href = name if number % 2 else quote(name)
        return quote(f"/art/附件/{name}"), ".docx", f'<a href="附件/{href}">下载</a>'

    with_articles(draft, attach)
    pages = in_pages(ALL)
    for index, numbers in enumerate(pages):
        more = f'<a href="list_{index + 1}.html">下一页</a>' if index + 1 < len(pages) else "下一页"
        name = "index.html" if not index else f"list_{index}.html"
        draft.put(f"/list/{name}", listed([row(f"/art/{number}.html", number) for number in numbers], more))
    return draft


def json_api() -> Draft:
    """A list as JSON, by page number."""
    draft = Draft("json", start="/api/list?channel=7&page=1", settings={"family": "json"})
    with_articles(draft, plain_attachment)

    def answer(fields: dict[str, str]) -> Resource:
        numbers = in_pages(ALL)[int(fields["page"]) - 1]
        records = [
            {"title": title(number), "url": f"/art/{number}.html", "publishDate": "2024-02-01"}
            for number in numbers
        ]
        value = {"code": 0, "data": {"total": len(ALL), "totalPages": len(in_pages(ALL)), "rows": records}}
        return Resource(json.dumps(value).encode(), "application/json")

    draft.resources["/api/list"] = answer
    draft.settings["paging"] = {"size": ON_A_PAGE}
    return draft


def json_post() -> Draft:
    """A list as JSONP that wants a form, its links made from the records' numbers."""
    draft = Draft("json-post", start="/search", validator="date")
    with_articles(draft, plain_attachment)

    def answer(fields: dict[str, str]) -> Resource:
        pages = in_pages(ALL)
        index = int(fields.get("p", 99)) - 1
        numbers = pages[index] if index < len(pages) else []
        value = json.dumps([{"id": number, "docTitle": title(number)} for number in numbers])
        return Resource(f"back({value});".encode("gbk"), "text/plain", validator="none")

    draft.resources["/search"] = answer
    draft.settings = {
        "family": "post",
        "listing": {"kind": "json", "link": ["/art/{id}.html"]},
        "paging": {"template_first": True, "form": {"p": "{page}"}},
    }
    return draft


def cdata() -> Draft:
    """Records in CDATA: the first in the page, the others from a proxy by their numbers."""
    draft = Draft("cdata", start="/col/col9/index.html")
    with_articles(draft, plain_attachment)

    def records(numbers: list[int]) -> str:
        lines = "".join(
            f"<record><![CDATA[\n{row(f'/art/{number}.html', number)}]]></record>" for number in numbers
        )
        return f"<datastore><totalrecord>{len(ALL)}</totalrecord><recordset>{lines}</recordset></datastore>"

    def proxy(fields: dict[str, str]) -> Resource:
        chosen = ALL[int(fields["startrecord"]) - 1 : int(fields["endrecord"])]
        assert fields["unitid"] == "3"
        return Resource(records(chosen).encode(), "text/xml", validator="none")

    draft.put(
        draft.start, f"<html><body><script type='text/xml'>{records(ALL[:ON_A_PAGE])}</script></body></html>"
    )
    draft.resources["/module/web/jpage/dataproxy.jsp"] = proxy
    draft.settings = {"family": "cdata", "paging": {"size": ON_A_PAGE, "form": {"unitid": "3"}}}
    return draft


def years() -> Draft:
    """A folder for each year."""
    draft = Draft("years", start="/gk/", settings={"family": "years"})
    with_articles(draft, plain_attachment)
    folders = "".join(f"<a href='{year}/'>{year}年</a>" for year in range(2020, 2025))
    draft.put("/gk/", f"<html><body>{folders}</body></html>")
    for year in range(2020, 2025):
        numbers = [number for number in ALL if 2020 + number % 5 == year]
        draft.put(f"/gk/{year}/", listed([row(f"../../art/{number}.html", number) for number in numbers]))
    return draft


def query_list() -> Draft:
    """list.aspx?page=2, in GB2312 that the page itself names."""
    draft = Draft("query", start="/list.aspx?id=5", settings={"family": "query"}, validator="date")
    with_articles(draft, plain_attachment)

    def answer(fields: dict[str, str]) -> Resource:
        pages = in_pages(ALL)
        rows = [row(f"art/{number}.html", number) for number in pages[int(fields.get("page", 1)) - 1]]
        text = listed(rows, f"共 {len(pages)} 页").replace("<head>", "<head><meta charset='gb2312'>")
        return Resource(text.encode("gb2312", "xmlcharrefreplace"), "text/html", validator="date")

    draft.resources["/list.aspx"] = answer
    return draft


def post_list() -> Draft:
    """A form that is sent for each further page, with the number of records printed."""
    draft = Draft("post", start="/search.do")
    with_articles(draft, plain_attachment)

    def answer(fields: dict[str, str]) -> Resource:
        rows = [
            row(f"/art/{number}.html", number) for number in in_pages(ALL)[int(fields.get("pageNo", 1)) - 1]
        ]
        return Resource(listed(rows, f"共有 {len(ALL)} 条记录").encode())

    draft.resources["/search.do"] = answer
    draft.settings = {"family": "post", "paging": {"size": ON_A_PAGE, "form": {"pageNo": "{page}"}}}
    return draft


def pdf_source() -> Draft:
    """Documents named in an attribute pdfsrc, or in a script."""
    draft = Draft("pdfsrc", validator="date")

    def attach(number: int) -> tuple[str, str, str]:
        path = f"/upload/{number}.pdf"
        body = f'<div pdfsrc="{path}"></div>' if number % 2 else f"<script>var pdfsrc = '{path}';</script>"
        return path, ".pdf", body

    with_articles(draft, attach)
    draft.put(draft.start, listed([row(f"/art/{number}.html", number) for number in ALL]))
    return draft


def viewers() -> Draft:
    """Documents shown by viewer.html?file=, from a link or in a frame."""
    draft = Draft("viewer")

    def attach(number: int) -> tuple[str, str, str]:
        path = f"/upload/{number}.pdf"
        viewer = f"/pdfjs/web/viewer.html?file={quote(path, safe='')}"
        body = f"<a href='{viewer}'>查看</a>" if number % 2 else f"<iframe src='{viewer}'></iframe>"
        return path, ".pdf", body

    with_articles(draft, attach)
    draft.put(draft.start, listed([row(f"/art/{number}.html", number) for number in ALL]))
    return draft


def direct() -> Draft:
    """The list leads to the documents themselves; their names are percent-encoded GBK."""
    draft = Draft("direct", validator="date")
    rows = []
    for number in ALL:
        suffix = SUFFIXES[number % len(SUFFIXES)]
        path = f"/files/{quote(f'决算{number}'.encode('gbk'))}{suffix}"
        draft.document(path, suffix)
        rows.append(row(path, number))
    draft.put(draft.start, listed(rows))
    return draft


def own_pages() -> Draft:
    """The list is in a frame, and the articles hold the tables themselves."""
    draft = Draft("html")
    for number in ALL:
        path = f"/art/{number}.html"
        draft.put(path, page(next(_NUMBERS)))
        draft.documents.append(path)
    draft.put("/list/frame.html", listed([row(f"/art/{number}.html", number) for number in ALL]))
    draft.put(draft.start, "<html><body><iframe src='frame.html'></iframe></body></html>")
    return draft


FAMILIES = (
    *(static_gbk, next_links, json_api, json_post, cdata, years),
    *(query_list, post_list, pdf_source, viewers, direct, own_pages),
)


def definition(draft: Draft, host: Host, **politeness: Any) -> dict[str, Any]:
    """The table of a site as a user would write it, for loopback."""
    return {
        "name": draft.name,
        "start": host.url + draft.start,
        "organisation": f"示例区{draft.name}局",
        "division": "420104",
        "private": LOOPBACK,
        "politeness": {**POLITE, **politeness},
        **draft.settings,
    }
