"""What has to be recognised, and what has not."""

from __future__ import annotations

from dataclasses import replace

from extract.layout.triage import is_rubbish, triage
from extract.reading.pages import Page, Word

PROSE = "本部门2023年度一般公共预算财政拨款支出决算总计1,286.76万元，比上年减少20.60万元，原因是人员减少。"


def words(text: str, x: float = 80.0, y: float = 100.0, size: float = 10.5) -> tuple[Word, ...]:
    """The text in lines of thirty characters."""
    lines = [text[start : start + 30] for start in range(0, len(text), 30)]
    return tuple(
        Word(line, x, y + 18 * n, x + size * len(line), y + 18 * n + size, size)
        for n, line in enumerate(lines)
    )


def page(text: str = "", *pictures: tuple[float, float, float, float], y: float = 100.0) -> Page:
    return Page(1, 595.0, 842.0, words(text, y=y), pictures=pictures)


WHOLE = (0.0, 0.0, 595.0, 842.0)


def test_text_is_left_alone():
    assert triage(page(PROSE)).kind == "text"


def test_text_over_a_background_picture_is_text():
    assert triage(page(PROSE * 8, WHOLE)).kind == "text"


def test_logos_and_seals_are_not_read():
    assert triage(page(PROSE, (60, 40, 130, 110))).kind == "text"


def test_a_scan_is_a_picture_even_with_a_printed_page_number():
    assert triage(page("", WHOLE)).kind == "picture"
    assert triage(page("- 7 -", WHOLE, y=800.0)).kind == "picture"


def test_a_scan_cut_into_strips_is_one_picture():
    strips = [(0.0, top, 595.0, top + 84.2) for top in range(0, 800, 84)]
    assert triage(page("", *strips)).kind == "picture"


def test_a_table_pasted_as_a_picture_is_a_region():
    found = triage(page(PROSE, (70, 300, 530, 600)))
    assert (found.kind, found.regions) == ("mixed", ((70, 300, 530, 600),))


def test_text_drawn_as_outlines_is_all_curves():
    assert triage(replace(page(), curves=400)).kind == "unworded"


def test_an_empty_form_has_nothing_to_recognise():
    assert triage(page()).kind == "text"


def test_private_codes_and_mojibake_are_rubbish():
    assert is_rubbish(words("".join(chr(0xE000 + ord(char) % 200) for char in PROSE)))
    assert is_rubbish(words(PROSE.encode("utf-8").decode("gbk", errors="replace")))
    assert is_rubbish(words(PROSE.encode("gbk").decode("latin-1")))
    assert is_rubbish(words("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~!\"#$%&'@@##$$"))


def test_figures_english_and_rare_names_are_not():
    assert not is_rubbish(words(PROSE))
    assert not is_rubbish(words("1,286.76 335.27 20.60 66,008.34 8.34 0.00 12.5% 1,003.20 7.77"))
    assert not is_rubbish(words(PROSE + "㙍塬镇、堽城坝、硚口区"))
