"""Pages as they are published: encodings, addresses, links, lists, paging, attachments, file names."""

from __future__ import annotations

import json
from ipaddress import ip_address

import pytest

from flows.harvesting.addresses import absolute, is_allowed, is_within, normalised
from flows.harvesting.articles import attachments_of
from flows.harvesting.content import is_page, published_name, suffix_of
from flows.harvesting.decoding import decoded
from flows.harvesting.definitions import Attachments, Listing, Paging, Titles
from flows.harvesting.lists import entries_of, is_wanted
from flows.harvesting.pages import Page
from flows.harvesting.paging import Place, further_pages
from tests.flows.harvesting.papers import FORMATS

HERE = "http://www.example.gov.cn/gk/list/index.html"
TEXT = "部门决算公开：一般公共预算"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (TEXT.encode("gbk"), "text/html; charset=utf-8"),
        (TEXT.encode("gb18030"), ""),
        (TEXT.encode(), "text/html; charset=gb2312"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gbk"),
        (TEXT.encode("utf-16"), "text/html"),
        (b'<meta charset="gb2312">' + TEXT.encode("gb2312"), "text/html; charset=iso-8859-1"),
        (b'<meta charset="gb2312">' + TEXT.encode(), "text/html"),
    ],
)
def test_text_is_read_whatever_the_header_says(body, header):
    assert TEXT in decoded(body, header)[0]


def test_damaged_utf8_stays_utf8():
    text, encoding = decoded(TEXT.encode() * 20 + b"\xe9\x83")
    assert encoding == "utf-8"
    assert text.count("\ufffd") == 1


def test_big5_is_read_where_the_page_says_so():
    body = b'<meta charset="big5">' + "部門決算".encode("big5") * 9
    assert "部門決算" in decoded(body)[0]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("../a/1.html", "http://www.example.gov.cn/gk/a/1.html"),
        ("./附件 1.pdf", "http://www.example.gov.cn/gk/list/%E9%99%84%E4%BB%B6%201.pdf"),
        ("%B8%BD.pdf", "http://www.example.gov.cn/gk/list/%B8%BD.pdf"),
        ("/100%.pdf", "http://www.example.gov.cn/100%25.pdf"),
        ("files\\1.pdf", "http://www.example.gov.cn/gk/list/files/1.pdf"),
        (" \n1.html#top ", "http://www.example.gov.cn/gk/list/1.html"),
        ("//WWW.other.CN:80/a/./b", "http://www.other.cn/a/b"),
        ("/a;jsessionid=0F?x=1", "http://www.example.gov.cn/a?x=1"),
        ("../../../../up.html", "http://www.example.gov.cn/up.html"),
        ("javascript:void(0)", None),
        ("mailto:a@example.org", None),
        ("http://[bad/", None),
        ("#", None),
    ],
)
def test_links_become_addresses(link, address):
    assert absolute(link, HERE) == address


def test_query_is_in_the_encoding_of_the_page():
    assert absolute("?q=决", HERE, "gb18030") == f"{HERE}?q=%BE%F6"


def test_addresses_have_one_spelling():
    assert normalised("HTTP://A.cn:80/x/?#y") == normalised("http://a.cn/x/?")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fd00::1", False),
        ("224.0.0.1", False),
        ("2606:2800:220:1::1", True),
    ],
)
def test_only_the_public_internet_is_reached(address, allowed):
    assert is_allowed(ip_address(address), ()) is allowed
    assert is_allowed(ip_address("127.0.0.1"), ("127.0.0.0/8",))


def test_a_site_is_its_host_and_what_lies_below():
    starts = ["http://www.example.gov.cn/gk/"]
    assert is_within("https://czj.example.gov.cn/a", starts, ())
    assert not is_within("https://badexample.gov.cn/a", starts, ())
    assert not is_within("https://files.other.cn/a", starts, ())
    assert is_within("https://files.other.cn/a", starts, ["*.other.cn"])


def links(body: str, **wanted: object) -> list[str]:
    page = Page("http://a.cn/art/1.html", body)
    return [link.url.removeprefix("http://a.cn") for link in attachments_of(page, Attachments(**wanted))]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<a href='f/1.pdf'>下载</a>", "/art/f/1.pdf"),
        ("<a href='/download?id=7'>附件：决算.docx</a>", "/download?id=7"),
        ("<a href='/DownloadServlet?fileId=7'>附件</a>", "/DownloadServlet?fileId=7"),
        ("<a href='/pdfjs/viewer.html?file=%2Fu%2F1.pdf'>看</a>", "/u/1.pdf"),
        ("<a href='/pdfjs/viewer.html?file=../u/%E5%86%B3.pdf'>看</a>", "/u/%E5%86%B3.pdf"),
        ("<iframe src='/pdfjs/viewer.html?file=/u/1.pdf'></iframe>", "/u/1.pdf"),
        ("<embed src='1.pdf'>", "/art/1.pdf"),
        ("<object data='1.pdf'></object>", "/art/1.pdf"),
        ("<div pdfsrc='/u/1.pdf'></div>", "/u/1.pdf"),
        ('<script>var pdfsrc = "/u/1.pdf"</script>', "/u/1.pdf"),
        ("<script>show('\\/u\\/1.pdf')</script>", "/u/1.pdf"),
        ("<a href='javascript:window.open(\"/u/1.xls\")'>x</a>", "/u/1.xls"),
        ("<a href='#' onclick=\"window.open('./1.zip')\">x</a>", "/art/1.zip"),
        ("<base href='http://a.cn/b/'><a href='1.rar'>x</a>", "/b/1.rar"),
    ],
)
def test_attachments_are_found_wherever_they_hide(body, found):
    assert links(body) == [found]


def test_other_links_are_no_attachments():
    assert links("<a href='/'>首页</a><a href='2.html'>下一篇</a><img src='logo.png'>") == []
    body = "<div id='x'><img src='1.png'></div><img src='logo.png'><a href='/help.pdf'>帮助</a>"
    assert links(body, select="#x", pictures=True) == ["/art/1.png"]


@pytest.mark.parametrize(
    ("script", "pages"),
    [
        ('createPageHTML(3,0,"index","html")', ["index_1.html", "index_2.html"]),
        ("createPageHTML(3, 0, 'list', 'shtml');", ["list_1.shtml", "list_2.shtml"]),
        ("createPageHTML('pager', 3, 1,'index','html',40)", ["index_2.html", "index_3.html"]),
        ('createPageHTML(1,0,"index","html")', []),
    ],
)
def test_pages_named_by_a_script(script, pages):
    page = Page(HERE, f"<script>function createPageHTML(a,b,c,d){{}}</script><script>{script}</script>")
    further = further_pages(page, Place(HERE, 1), Paging(), brought_new=True)
    assert [ask.url.rpartition("/")[2] for ask, _ in further.asks] == pages


def test_no_more_pages_than_allowed():
    page = Page(HERE, '<script>createPageHTML(90,0,"index","html")</script>')
    further = further_pages(page, Place(HERE, 1), Paging(most=10), brought_new=True)
    assert (len(further.asks), further.left_out) == (9, 80)


def test_pages_without_a_total_end_with_nothing_new():
    paging = Paging(kind="numbered", query={"p": "{page}"}, first=0, size=5)
    page = Page(HERE, "<html></html>")
    (step,) = further_pages(page, Place(HERE, 0), paging, brought_new=True).asks
    assert (step[0].url, step[1].number) == (HERE + "?p=1", 1)
    assert further_pages(page, Place(HERE, 1), paging, brought_new=False).asks == ()


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("2023年度部门决算", True),
        ("部门预算公开", True),
        ("2018年部门预算", False),
        ("2017年结转的2021年预算", True),
        ("预算法解读", False),
        ("工作动态", False),
    ],
)
def test_disclosures_are_told_by_title(title, wanted):
    assert is_wanted(title, Titles(none=("解读",), since=2019)) is wanted


def test_json_entries_are_found_at_any_depth():
    records = [{"title": "<b>决算</b>", "url": "/1.html", "createTime": 1706745600000}, {"title": "无"}]
    page = Page(HERE, f"callback({json.dumps({'a': {'b': records}})})")
    (entry,) = entries_of(page, Listing())
    assert (entry.title, entry.published_on) == ("决算", "2024-02-01")
    assert entry.url == "http://www.example.gov.cn/1.html"


@pytest.mark.parametrize("suffix", FORMATS)
def test_formats_are_told_by_content(suffix):
    make, media_type = FORMATS[suffix]
    assert suffix_of(make(1), "download", "text/html") == suffix
    assert not is_page(make(1), "x.html", media_type)


def test_pages_are_told_from_tables_saved_as_html():
    table = b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table></table></html>'
    assert not is_page(table, "1.xls")
    assert is_page(table, "1.html")
    assert suffix_of(b'{"code": 500}') == ".json"
    assert suffix_of(b"\x00\x01") == ".bin"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename*=UTF-8''%E5%86%B3%E7%AE%97.pdf", "决算.pdf"),
        ('attachment; filename="决算.pdf"', "决算.pdf"),
        ("attachment; filename=%BE%F6%CB%E3.pdf", "决算.pdf"),
        ("inline", None),
    ],
)
def test_names_of_downloads(header, name):
    assert published_name(header) == name
