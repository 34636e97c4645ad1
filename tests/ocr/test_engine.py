"""The real engine on one drawn table, and the decoding of its probabilities."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from extract.ocr.closer import second_look, second_looks
from extract.ocr.ctc import best_path, likeliest
from extract.ocr.engine import RecognitionFailed
from extract.ocr.paddle import Guarded, PaddleEngine
from extract.ocr.stage import read_pictures
from extract.reading.intake import Limits
from extract.reading.pdf import read_pdf
from extract.reading.picture import picture_source
from tests.ocr.drawing import LEFTS, ROW, ROWS, TITLE, TOP, Failing, drawn, scan_of, table_page

CHARACTERS = ["blank", "0", "1", ".", "口"]


def steps(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_repetitions_count_once_unless_a_blank_parts_them():
    probabilities = steps(
        (0.1, 0.9, 0, 0, 0),
        (0.1, 0.8, 0.1, 0, 0),
        (0.9, 0.1, 0, 0, 0),
        (0.1, 0.7, 0.2, 0, 0),
        (0.1, 0, 0.9, 0, 0),
    )
    line = best_path(probabilities, CHARACTERS, 1.0)
    assert (line.text, line.weakest) == ("001", pytest.approx(0.7))
    assert line.places == pytest.approx((0.1, 0.7, 0.9))


def test_nothing_but_blanks_is_no_text():
    assert best_path(steps((1, 0, 0, 0, 0)), CHARACTERS, 1.0).text == ""


def test_characters_nobody_prints_give_way_to_look_alikes_but_not_to_nothing():
    expected = np.array([1, 1, 1, 1, 0.05], dtype=np.float32)
    unsure, sure = steps((0.05, 0.35, 0, 0, 0.6)), steps((0.01, 0.02, 0, 0, 0.97))
    assert best_path(unsure, CHARACTERS, 1.0, expected).text == "0"
    assert best_path(unsure, CHARACTERS, 1.0, expected).weakest == pytest.approx(0.35)
    assert best_path(sure, CHARACTERS, 1.0, expected).text == "口"


def test_alternatives_keep_to_the_alphabet_and_come_likeliest_first():
    found = likeliest(steps((0.05, 0.3, 0.05, 0, 0.6), (0.1, 0.1, 0.8, 0, 0)), CHARACTERS, "01.")
    assert [alternative.text for alternative in found[:2]] == ["01", "1"]
    assert all("口" not in alternative.text for alternative in found)
    assert sum(alternative.probability for alternative in found) <= 1.0


@pytest.fixture(scope="module")
def scan():
    pytest.importorskip("rapidocr")
    return read_pdf(scan_of(drawn(table_page(), 200)), file_name="scan.pdf", limits=Limits())


def test_the_engine_reads_a_whole_table_and_a_single_cell_again(scan):
    from extract.ocr.paddle import paddle_engine

    page = read_pictures(scan, file_name="scan.pdf", limits=Limits()).document.pages[0]
    texts = [word.text for word in page.words]
    assert TITLE in texts
    assert sorted(text for text in texts if text != TITLE) == sorted(text for row in ROWS for text in row)
    assert min(word.confidence for word in page.words) > 0.6
    cell = (LEFTS[2], TOP + 4 * ROW, LEFTS[3], TOP + 5 * ROW)
    with picture_source(scan, "scan.pdf", Limits()) as source:
        found = second_look(source, page, cell, paddle_engine())
        empty = second_look(source, page, (560.0, 500.0, 590.0, 520.0), paddle_engine())
    assert found[0].text == "66,008.34"
    assert found[0].probability > 0.8
    assert empty == ()
    blank = (560.0, 500.0, 590.0, 520.0)
    again = second_looks(scan, {1: [cell, blank]}, file_name="scan.pdf", limits=Limits())
    assert again == {(1, cell): found, (1, blank): ()}


_WATCHED = """
import sys
met = []
sys.addaudithook(lambda event, args: met.append(event) if event.startswith({events}) else None)
{before}
from extract.ocr.engine import RecognitionFailed
from extract.ocr.paddle import paddle_engine
try:
    paddle_engine()
except RecognitionFailed as error:
    print(error)
print(sorted(set(met)))
"""


def loaded_apart(before: str = "") -> str:
    """What a new process says that loads the engine: why it failed, and which of the events it met."""
    events = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess", "os.fork", "os.exec")
    command = [sys.executable, "-c", _WATCHED.format(events=events, before=before)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_loading_the_engine_asks_nothing_of_the_network():
    pytest.importorskip("rapidocr")
    assert loaded_apart() == "[]"


def test_missing_runtimes_are_named_with_what_to_install():
    pytest.importorskip("rapidocr")
    told = loaded_apart("sys.modules.update(openvino=None, onnxruntime=None)")
    assert "not installed" in told
    assert "pip install rapidocr onnxruntime" in told


def test_no_cell_to_look_at_never_wakes_the_engine(scan):
    asleep = second_looks(
        scan, {1: []}, file_name="a.pdf", limits=Limits(), engine=lambda: pytest.fail("woken")
    )
    assert asleep == {}


def test_a_page_the_engine_fails_on_has_no_second_readings(scan):
    cell = (LEFTS[2], TOP + 4 * ROW, LEFTS[3], TOP + 5 * ROW)
    assert second_looks(scan, {1: [cell]}, file_name="a.pdf", limits=Limits(), engine=Failing) == {}


BATCH = np.zeros((2, 3, 48, 96), dtype=np.float32)


def test_every_answer_of_a_runtime_is_kept_apart_from_the_next():
    place = np.zeros((2, 12, 5), dtype=np.float32)

    def session(pictures):
        place[:] = pictures[0, 0, 0, 0]
        return place

    guarded = Guarded(session)
    first, second = guarded(BATCH + 1), guarded(BATCH + 2)
    assert (first.min(), first.max()) == (1.0, 1.0)
    assert (second.min(), second.max()) == (2.0, 2.0)


@pytest.mark.parametrize("pictures", [BATCH, BATCH[:1]])
def test_the_last_answer_of_a_runtime_is_no_answer_to_the_next_question(pictures):
    place = np.ones((2, 12, 5), dtype=np.float32)
    guarded = Guarded(lambda _: place)
    guarded(BATCH)
    with pytest.raises(RecognitionFailed, match="out of memory"):
        guarded(pictures)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (IndexError("index 3 is out of bounds"), "index 3 is out of bounds"),
        (MemoryError("\n"), r"MemoryError\("),
        (cv2.error("(-4:Insufficient memory) in function 'OutOfMemoryError'"), "Insufficient memory"),
    ],
)
def test_whatever_a_runtime_raises_is_a_failed_recognition(error, told):
    engine = object.__new__(PaddleEngine)

    def broken(_):
        raise error

    engine._session = broken
    engine._detector = SimpleNamespace(session=broken)
    with pytest.raises(RecognitionFailed, match=told):
        engine.read([np.zeros((20, 60), np.uint8)])
    with pytest.raises(RecognitionFailed, match=told):
        engine.find(np.zeros((64, 64), np.uint8))
