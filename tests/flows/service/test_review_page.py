"""The review page in a real browser: from an upload to a decision that is still there after a reload."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.example import ROOT
from tests.flows.service.papers import SCANNED, scan

STATIC = ROOT / "flows" / "service" / "static"
WAIT = 240_000


@pytest.fixture
def page(browser, served):
    """A page of the service in English at 1280 × 800; whatever it asks for is asked of the service."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.add_init_script("localStorage.getItem('reviewer') || localStorage.setItem('reviewer', '王芳')")
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert {urlsplit(url).netloc for url in asked if url.startswith("http")} == {urlsplit(served.url).netloc}
    assert {urlsplit(url).scheme for url in asked} <= {"http", "blob"}
    assert errors == []


def test_scan_is_uploaded_corrected_and_stays_so(page, served, tmp_path):
    from playwright.sync_api import expect

    paper = tmp_path / "scan.pdf"
    paper.write_bytes(scan())
    page.goto(served.url)
    page.locator("input[type=file]").set_input_files(paper)
    line = page.locator(".upload", has_text="scan.pdf").first
    line.get_by_role("link", name="Open").click(timeout=WAIT)

    # the page as printed, with a box over the figures
    expect(page.locator(".paper img")).to_have_js_property("complete", True)
    expect(page.locator(".box.contradicted").first).to_be_visible()

    # from the sum that fails to its figure, by key
    page.keyboard.press("n")
    selected = page.locator("td.selected")
    expect(selected).to_contain_text(SCANNED["printed"])
    expect(selected).to_be_focused()
    expect(page.locator(".box.selected")).to_be_in_viewport()
    expect(page.locator(".crop img")).to_be_visible(timeout=60_000)  # once it is painted
    sums = page.locator(".detail .equation")
    expect(sums.first).to_contain_text("fails")
    expect(sums.first.locator(".relation")).to_have_text("≠")
    expect(sums.first).to_contain_text(SCANNED["exact"])

    # correct it, and see the sums turn
    page.keyboard.press("c")
    page.locator(".correction input[name=to]").fill(SCANNED["exact"])
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text(re.compile(r"[1-9]\d* sums now hold, 0 now fail"))
    expect(page.locator(".detail .equation.fail")).to_have_count(0)
    expect(page.locator(".detail .equation.pass").first.locator(".relation")).to_have_text("=")
    expect(selected).to_contain_text(SCANNED["exact"])
    expect(selected.locator("s")).to_have_text(SCANNED["printed"])

    # still there
    page.reload()
    corrected = page.locator("td.corrected")
    page.get_by_role("tab", name="05").click()
    expect(corrected).to_contain_text(SCANNED["exact"])
    corrected.click()
    expect(page.locator(".decision")).to_contain_text("Corrected by 王芳")

    # and in the JSON, which keeps what was read
    sha256 = page.url.rpartition("/")[2]
    document = served.client.get(f"/api/documents/{sha256}").json()
    assert [(each["read"], each["to"]) for each in document["corrections"]] == [
        (SCANNED["printed"], SCANNED["exact"])
    ]
    as_read = served.client.get(f"/api/documents/{sha256}?as_read=true").json()
    assert as_read["corrections"] == []
    labels = served.client.get("/api/corrections").text
    assert SCANNED["exact"] in labels

    # taken back by key
    page.keyboard.press("u")
    expect(page.locator("td.selected")).to_contain_text(SCANNED["printed"])
    expect(page.locator(".detail .equation.fail").first).to_be_visible()


@pytest.fixture
def wrong(served) -> str:
    """A document whose author's sums do not add up."""
    return served.read("wrong.txt", b"deed: good and wrong")


def test_everything_goes_by_key(page, served, wrong):
    from playwright.sync_api import expect

    page.goto(f"{served.url}/#/d/{wrong}")
    expect(page.locator(".tab.current")).to_contain_text("To look at")
    page.keyboard.press("n")
    expect(page.locator(".tab.current")).to_contain_text("03")
    selected = page.locator("td.selected")
    expect(selected).to_have_class(re.compile("contradicted"))
    place = selected.get_attribute("data-place")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(selected).not_to_have_attribute("data-place", place)
    page.keyboard.press("n")
    expect(selected).to_have_class(re.compile("contradicted"))
    place = selected.get_attribute("data-place")
    page.keyboard.press("s")
    assert page.locator("td.selected").get_attribute("data-place") != place
    page.keyboard.press("s")
    page.keyboard.press("n")
    page.keyboard.press("e")
    expect(page.locator(".decision")).to_contain_text("author’s error")
    page.keyboard.press("u")
    expect(page.locator(".decision")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.locator(".decision")).to_contain_text("Accepted")
    page.keyboard.press("u")
    expect(page.locator(".decision")).to_have_count(0)
    page.keyboard.press("Shift+A")
    expect(page.locator(".head")).to_contain_text("Reviewed by 王芳")
    page.keyboard.press("Shift+A")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator(".head")).to_contain_text("全部文件")
    page.keyboard.press("l")
    page.keyboard.press("g")
    expect(page.locator(".documents")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".documents a.open").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".review")).to_be_visible()


def test_what_is_no_figure_is_refused_with_a_reason(page, served, wrong):
    from playwright.sync_api import expect

    page.goto(f"{served.url}/#/d/{wrong}")
    expect(page.locator(".tab.current")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("c")
    page.locator(".correction input[name=to]").fill("12.3.4")
    answer = served.client.post(
        f"/api/documents/{wrong}/corrections",
        json={"where": "t3/2130301/basic", "read": "768.16", "action": "correct", "to": "12.3.4", "by": "x"},
    )
    assert (answer.status_code, "no figure" in answer.json()["detail"]) == (422, True)
    page.keyboard.press("Escape")
    expect(page.locator(".correction")).to_have_count(0)


def test_marks_do_not_rest_on_colour_alone():
    marks = (STATIC / "marks.js").read_text(encoding="utf-8")
    signs = re.findall(r'^  (\w+): "(.+)",$', marks, flags=re.MULTILINE)[:8]
    assert len({sign for _, sign in signs}) == len(signs) == 8


def test_both_languages_say_everything():
    text = (STATIC / "strings.js").read_text(encoding="utf-8")
    english, _, chinese = text.partition("  zh: {")
    keys = [
        set(re.findall(r'^    (?:"([\w.]+)"|(\w+)):', part, flags=re.MULTILINE))
        for part in (english, chinese)
    ]
    assert keys[0] == keys[1]
    used = "".join(
        path.read_text(encoding="utf-8") for path in STATIC.glob("*.js") if path.name != "strings.js"
    )
    known = {quoted or bare for quoted, bare in keys[0]}
    assert set(re.findall(r'\bsay\("([\w.]+)"', used)) <= known


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_page_brings_everything_along(path: Path):
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}
    assert "innerHTML" not in text
    assert not re.search(r"\bstyle=|\bon\w+=\"", text)
