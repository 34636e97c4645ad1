"""Rules and angles of drawn pictures, where the truth is known to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extract.ocr import light, pageread, skew
from extract.ocr.rules import find_rules
from extract.reading.picture import Picture
from tests.ocr.drawing import LEFTS, ROW, ROWS, TOP, drawn, table_page

DPI = 200
SCALE = DPI / 72


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return drawn(table_page(), DPI)


def tilted(pixels: np.ndarray, degrees: float) -> np.ndarray:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(pixels, turn, (width, height), borderValue=(255, 255, 255), flags=cv2.INTER_CUBIC)


def sheet(pixels: np.ndarray) -> pageread.Sheet:
    return pageread.straightened(pageread.made_even(Picture(pixels, DPI)))


def assert_rules_of_the_table(found, scale: float = SCALE) -> None:
    assert [r.place for r in found.verticals] == pytest.approx([x * scale for x in LEFTS], abs=2)
    rows = [(TOP + index * ROW) * scale for index in range(len(ROWS) + 1)]
    assert [r.place for r in found.horizontals] == pytest.approx(rows, abs=2)
    assert all(r.start == pytest.approx(LEFTS[0] * scale, abs=4) for r in found.horizontals)
    assert all(r.end == pytest.approx(LEFTS[-1] * scale, abs=4) for r in found.horizontals)


def test_every_rule_is_found_and_no_stroke_of_a_character(pixels):
    assert_rules_of_the_table(find_rules(light.grey(pixels), DPI))


def test_faint_and_broken_rules_are_found_whole(pixels):
    grey = light.grey(pixels)
    faint = np.where(grey < 250, 215, 255).astype(np.uint8)
    faint[:, ::37] = 255
    faint[::37, :] = 255
    assert_rules_of_the_table(find_rules(faint, DPI))


def test_hardly_visible_rules_are_found_in_the_grain_of_the_paper(pixels):
    grey = light.grey(pixels)
    rules = np.zeros(grey.shape, bool)
    for x in LEFTS:
        rules[round(TOP * SCALE) : round((TOP + len(ROWS) * ROW) * SCALE), round(x * SCALE)] = True
    for row in range(len(ROWS) + 1):
        y = round((TOP + row * ROW) * SCALE)
        rules[y, round(LEFTS[0] * SCALE) : round(LEFTS[-1] * SCALE)] = True
    bare = np.where(cv2.dilate(rules.astype(np.uint8), np.ones((5, 5))) > 0, 255, grey).astype(np.float32)
    bare[rules] = 240
    grain = np.random.default_rng(3).normal(0, 2.0, bare.shape)
    assert_rules_of_the_table(find_rules(np.clip(bare + grain, 0, 255).astype(np.uint8), DPI))


def test_a_row_alone_on_its_page_has_its_columns():
    """The total of a table that goes on over the page: its columns are no longer than strokes of a title."""
    grey = np.full((1600, 1600), 255, np.uint8)
    places = (150, 700, 1200, 1500)
    for y in (200, 266):
        grey[y : y + 3, places[0] : places[-1] + 3] = 0
    for x in places:
        grey[200:269, x : x + 3] = 0
    for x in range(800, 1000, 40):
        grey[212:258, x : x + 4] = 0  # figures
    found = find_rules(grey, DPI)
    assert [rule.place for rule in found.verticals] == pytest.approx([x + 1 for x in places], abs=2)


def test_strokes_of_a_title_are_no_row():
    grey = np.full((1600, 1600), 255, np.uint8)
    for left in range(200, 1200, 110):  # a square frame for every character, such as 口
        grey[200:296, left : left + 96] = 0
        grey[208:288, left + 8 : left + 88] = 255
    found = find_rules(grey, DPI)
    assert (found.horizontals, found.verticals) == ((), ())


def test_ripples_of_jpeg_beside_a_rule_are_no_rule():
    grey = np.full((1600, 1600), 255, np.uint8)
    for y in range(200, 800, 66):
        grey[y : y + 3, 150:1400] = 0
        grey[y + 8, 150:1400] = 249
    for x in (150, 700, 1397):
        grey[200:797, x : x + 3] = 0
    assert len(find_rules(grey, DPI).horizontals) == 10


def test_rows_of_text_are_no_rules(pixels):
    grey = light.grey(pixels)
    for x in LEFTS:
        grey[:, round(x * SCALE) - 3 : round(x * SCALE) + 4] = 255
    for row in range(len(ROWS) + 1):
        y = round((TOP + row * ROW) * SCALE)
        grey[y - 3 : y + 4] = 255
    found = find_rules(grey, DPI)
    assert (found.horizontals, found.verticals) == ((), ())


def test_a_side_that_is_not_drawn_stays_open(pixels):
    grey = light.grey(pixels)
    x, top = round(LEFTS[2] * SCALE), round(TOP * SCALE)
    grey[top + 6 : round((TOP + ROW) * SCALE) - 6, x - 4 : x + 5] = 255
    found = find_rules(grey, DPI)
    column = [r for r in found.verticals if abs(r.place - x) < 3]
    assert [round(r.start / SCALE) for r in column] == pytest.approx([TOP + ROW], abs=2)


@pytest.mark.parametrize("degrees", [-3.0, -0.7, 0.35, 1.3, 3.0])
def test_the_angle_is_measured_to_a_pixel_over_the_page(pixels, degrees):
    lay = skew.lay_of(light.grey(tilted(pixels, degrees)), DPI)
    assert np.rad2deg(np.arctan(-lay.across)) == pytest.approx(degrees, abs=0.03)
    assert (lay.across_change, lay.down_change) == (0.0, 0.0)


@pytest.mark.parametrize("degrees", [-3.0, 1.3])
def test_a_tilted_table_has_its_straight_rules_again(pixels, degrees):
    found = sheet(tilted(pixels, degrees))
    rules = find_rules(found.values, found.dpi)
    assert len(rules.verticals) == len(LEFTS)
    assert len(rules.horizontals) == len(ROWS) + 1


def test_a_page_without_rules_is_straightened_by_its_lines_of_text(pixels):
    grey = light.grey(pixels)
    for x in LEFTS:
        grey[:, round(x * SCALE) - 3 : round(x * SCALE) + 4] = 255
    for row in range(len(ROWS) + 1):
        y = round((TOP + row * ROW) * SCALE)
        grey[y - 3 : y + 4] = 255
    lay = skew.lay_of(tilted(grey[:, :, None].repeat(3, axis=2), 2.0)[:, :, 0], DPI)
    assert np.rad2deg(np.arctan(-lay.across)) == pytest.approx(2.0, abs=0.2)


def test_a_page_seen_from_the_side_becomes_a_rectangle(pixels):
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array([[40, 20], [-40, 0], [0, -10], [0, 0]], np.float32)
    view = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(pixels, view, (width, height), borderValue=(255, 255, 255))
    found = sheet(photo)
    rules = find_rules(found.values, found.dpi)
    assert len(rules.verticals) == len(LEFTS)
    assert len(rules.horizontals) == len(ROWS) + 1


def test_boxes_are_mapped_back_to_where_they_were_on_the_picture(pixels):
    found = sheet(tilted(pixels, 2.0))
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), 2.0, 1)
    corner = np.array([LEFTS[0] * SCALE, TOP * SCALE, 1.0])
    on_picture = turn @ corner
    rules = find_rules(found.values, found.dpi)
    straight = np.array([rules.verticals[0].place, rules.horizontals[0].place, 1.0])
    back = np.linalg.inv(found.homography) @ straight
    assert back[:2] / back[2] == pytest.approx(on_picture, abs=3)


def test_uneven_light_is_made_even(pixels):
    shade = np.linspace(1.0, 0.45, pixels.shape[1])[None, :, None]
    dim = (pixels * shade).astype(np.uint8)
    even = light.even_light(light.grey(dim), DPI)
    assert np.percentile(even, 20) >= 245
    assert_rules_of_the_table(find_rules(even, DPI))


def test_specks_go_and_decimal_points_stay(pixels):
    grey = light.grey(pixels)
    chance = np.random.default_rng(5).random(grey.shape)
    dirty = np.where(chance < 0.004, 0, grey).astype(np.uint8)
    clean = light.without_specks(dirty)
    lost = (grey < 100) & (clean > 200)
    assert lost.sum() == 0
    assert ((clean < 100) & (grey > 200)).sum() < 0.1 * ((dirty < 100) & (grey > 200)).sum()
    assert light.without_specks(grey) is grey


def test_pieces_of_thin_strokes_are_no_specks():
    """Small print in a coarse grey picture falls to pieces of a few dark pixels."""
    grey = np.full((1200, 900), 250, np.uint8)
    for y in range(100, 1100, 20):
        for x in range(100, 500, 13):
            grey[y : y + 8, x] = 60  # a stroke
            grey[y : y + 8 : 3, x + 3 : x + 5] = 110  # and what is left of the others
    assert light.without_specks(grey) is grey
    chance = np.random.default_rng(5).random(grey.shape)
    dirty = np.where(chance < 0.004, 0, grey).astype(np.uint8)
    assert (light.without_specks(dirty) != dirty).any()


def test_a_red_stamp_is_lifted_off_black_text(pixels):
    stamped = pixels.copy()
    middle = (round(380 * SCALE), round(190 * SCALE))
    seal = np.full_like(pixels, 255)
    cv2.circle(seal, middle, 110, (225, 40, 40), 8)
    stamped = (stamped.astype(np.uint16) * seal // 255).astype(np.uint8)
    lifted = light.without_stamps(stamped, light.grey(stamped), DPI)
    assert np.abs(lifted.astype(int) - light.grey(pixels)).max() < 60


def test_the_rim_of_a_stamp_is_no_rule(pixels):
    stamped = pixels.copy()
    seal = np.full_like(pixels, 255)
    cv2.circle(seal, (round(380 * SCALE), round(190 * SCALE)), 110, (225, 60, 60), 6, cv2.LINE_AA)
    stamped = cv2.GaussianBlur((stamped.astype(np.uint16) * seal // 255).astype(np.uint8), (0, 0), 0.5)
    found = sheet(stamped)
    assert_rules_of_the_table(find_rules(found.values, found.dpi))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_quarter_turns_and_their_homographies_agree(turns):
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    turned = skew.turned(picture, turns)
    to = skew.quarter(turns, 4, 3) @ np.array([1.5, 0.5, 1.0])
    assert turned[int(to[1]), int(to[0])] == picture[0, 1]
