"""In the ocr stage: PP-OCRv6 through RapidOCR, its weights inside the installed package."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from extract.layout.triage import is_usual
from extract.ocr.ctc import best_path, likeliest
from extract.ocr.engine import DIGITS, Alternative, Line, PixelBox, RecognitionFailed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

THREADS = "GONGKAI_OCR_THREADS"
"""Environment variable: threads per process. One is best where several processes share the cores."""
BACKEND = "GONGKAI_OCR_BACKEND"
"""Environment variable: ``openvino`` or ``onnxruntime``; by default the first that is installed."""

_FIND_SIDE = 2000
"""Longest side, in pixels, of what is looked at to find lines; more finds nothing more on a page."""
_LEAST_SIDE = 736
"""Smaller pictures are enlarged to this before lines are looked for, as RapidOCR does."""
_LINE_HEIGHT = 48
"""Height in pixels of the crops the recogniser was trained on."""
_FIND_STEP = 128
_WIDTHS = (96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1600, 2400, 3200)
"""Pictures and crops are padded to few shapes: for every new one the runtimes prepare, and keep it."""
_BATCH_WIDTH = 1600
"""Crops are read together up to this total width: larger batches gain nothing on a processor."""
_BATCHES = (8, 4, 2, 1)
_UNEXPECTED = 0.05
"""Weight of characters that disclosures do not print: of look-alikes in other scripts (決, 费's 費) the
simplified one is meant; a rare name is read so surely that the weight does not hide it."""


def threads() -> int:
    """How many threads the engine may use: what the environment says, else all cores."""
    said = os.environ.get(THREADS, "")
    return int(said) if said.isdigit() and int(said) > 0 else os.cpu_count() or 1


_INSTALL = "pip install rapidocr onnxruntime, or openvino in place of onnxruntime"


@functools.lru_cache(maxsize=1)
def paddle_engine() -> PaddleEngine:
    """The engine of this process, loaded when first asked for (about a second and 1 GB).

    Raises ``RecognitionFailed``, which says what to install, when the library or all its runtimes
    are missing or broken.
    """
    _forbid_telemetry()
    failure = ""
    for backend in _backends():
        try:
            return PaddleEngine(threads(), backend)
        except RecognitionFailed as error:
            failure = failure or str(error)
    raise RecognitionFailed(failure)


def _backends() -> tuple[str, ...]:
    """The runtimes to try, fastest first."""
    said = os.environ.get(BACKEND)
    if said:
        return (said,)
    installed = tuple(name for name in ("openvino", "onnxruntime") if importlib.util.find_spec(name))
    return installed or ("onnxruntime",)


def _forbid_telemetry() -> None:
    """Importing OpenVINO reports the import to its makers, unless their package for it is absent."""
    if "openvino" not in sys.modules:
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def runtime_options(threads: int) -> dict[str, Any]:
    """What RapidOCR is told of the runtimes, whichever is taken."""
    return {
        "Global.log_level": "critical",
        "EngineConfig.openvino.inference_num_threads": threads,
        # Pinned threads of two processes would share one core.
        "EngineConfig.openvino.enable_cpu_pinning": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }


class PaddleEngine:
    """Implements ``extract.ocr.engine.Engine``."""

    def __init__(self, threads: int, backend: str) -> None:
        import cv2
        import numpy as np

        with _missing():
            from rapidocr import EngineType, RapidOCR

        kinds = {f"{part}.engine_type": _named(EngineType, backend) for part in ("Det", "Rec")}
        cv2.setNumThreads(threads)
        paper = np.full((_LEAST_SIDE, _LEAST_SIDE), 255, np.uint8)
        with _missing(), _failures():
            whole = RapidOCR(params={**runtime_options(threads), **kinds})
            # A first use loads the models.
            whole(np.dstack([paper] * 3), use_det=True, use_cls=False, use_rec=False)
            whole(np.dstack([paper] * 3), use_det=False, use_cls=False, use_rec=True)
        self.backend = backend
        assert whole.text_det is not None
        assert whole.text_rec is not None
        self._detector: Any = whole.text_det
        self._detector.session = Guarded(whole.text_det.session)
        self._session: Guarded = Guarded(whole.text_rec.session)
        self._characters: list[str] = whole.text_rec.postprocess_op.character
        self._expected: Any = np.array([_weight(char) for char in self._characters], np.float32)
        self.find(paper)  # no answer is left standing that was given before the guards
        self.read([paper])

    def find(self, picture: Pixels) -> tuple[PixelBox, ...]:
        import cv2
        import numpy as np

        height, width = picture.shape
        scale = min(1.0, _FIND_SIDE / max(height, width))
        rows, columns = max(round(height * scale), 1), max(round(width * scale), 1)
        canvas = np.full((_rounded(rows), _rounded(columns)), 255, np.uint8)
        small = picture
        if scale < 1.0:
            small = np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
        canvas[:rows, :columns] = small
        with _failures():
            probable = self._detector.session(_page_input(canvas))
            quads, _ = self._detector.postprocess_op(probable, canvas.shape)
            quads = self._detector.sorted_boxes(quads)
        boxes = [_bounds(quad / scale, width, height) for quad in quads]
        return tuple(box for box in boxes if box[0] < box[2] and box[1] < box[3])

    def read(self, crops: Sequence[Pixels]) -> tuple[Line, ...]:
        lines: list[Line] = [Line("", 0.0, 0.0, ())] * len(crops)
        for index, steps, share in self._answers(crops):
            lines[index] = best_path(steps, self._characters, share, self._expected)
        return tuple(lines)

    def alternatives(
        self, crops: Sequence[Pixels], alphabet: str = DIGITS
    ) -> tuple[tuple[Alternative, ...], ...]:
        found: list[tuple[Alternative, ...]] = [()] * len(crops)
        for index, steps, _ in self._answers(crops):
            found[index] = likeliest(steps, self._characters, alphabet)
        return tuple(found)

    def _answers(self, crops: Sequence[Pixels]) -> Iterator[tuple[int, Any, float]]:
        """Index, probabilities per step and class, and the share of the steps it fills, of every crop."""
        for batch, width in _batches(crops):
            answers = self._steps([crops[index] for index in batch], width)
            for index, steps in zip(batch, answers, strict=True):
                yield index, steps, _width(crops[index]) / width

    def _steps(self, crops: Sequence[Pixels], width: int) -> Any:
        """Probabilities per crop, step and class."""
        import numpy as np

        batch = np.stack([_normal(crop, width) for crop in crops])
        with _failures():
            return self._session(batch)


class Guarded:
    """A session of a runtime that gives an answer of its own to every question.

    OpenVINO answers in one place, over the last answer, and where it cannot allocate memory it may
    leave the last one standing and say nothing. So answers are copied, and what is left in their
    place is no number; an answer with no numbers in it, or not one for each picture, is a failure.
    """

    def __init__(self, session: Callable[[Any], Any]) -> None:
        self._session = session

    def __call__(self, pictures: Any) -> Any:
        import numpy as np

        place = self._session(pictures)
        answer = np.array(place)
        place[..., :1] = np.nan
        if len(answer) != len(pictures) or not np.isfinite(answer[..., :1]).all():
            raise RecognitionFailed("the runtime gave no answer; it may be out of memory")
        return answer


def _named(kinds: Any, backend: str) -> Any:
    if backend not in ("openvino", "onnxruntime"):
        raise RecognitionFailed(f"{BACKEND} is {backend!r}; set it to openvino or onnxruntime")
    return kinds(backend)


def _weight(character: str) -> float:
    """How far a class of the recogniser is to be expected; the blank is called by a word."""
    return 1.0 if len(character) != 1 or character.isspace() or is_usual(character) else _UNEXPECTED


@contextmanager
def _missing() -> Iterator[None]:
    """A library that is not there becomes ``RecognitionFailed`` with what to install."""
    try:
        yield
    except ImportError as error:
        raise RecognitionFailed(f"the recogniser is not installed: {error}; {_INSTALL}") from error


@contextmanager
def _failures() -> Iterator[None]:
    """Whatever the runtimes raise becomes ``RecognitionFailed``."""
    try:
        yield
    except (*_FAILURES, *_library_errors()) as error:
        raise RecognitionFailed(_last_line(error)) from error


_FAILURES: tuple[type[BaseException], ...] = (
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    OSError,
)
"""What runtimes, numpy and RapidOCR raise over pictures, and over answers cut short for want of memory."""
_ERRORS = {
    "cv2": "error",
    "rapidocr.main": "RapidOCRError",
    "rapidocr.inference_engine.openvino.main": "OpenVINOError",
    "rapidocr.inference_engine.onnxruntime.main": "ONNXRuntimeError",
}
"""Bare exceptions of libraries. Only loaded ones can raise theirs, and to load more may need memory."""


def _library_errors() -> tuple[type[BaseException], ...]:
    return tuple(
        getattr(sys.modules[module], name) for module, name in _ERRORS.items() if module in sys.modules
    )


def _last_line(error: BaseException) -> str:
    """What went wrong: RapidOCR puts whole tracebacks into its messages; some errors have none."""
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else repr(error)


def _bounds(quad: Any, width: int, height: int) -> PixelBox:
    xs, ys = quad[:, 0], quad[:, 1]
    return (
        max(int(xs.min()), 0),
        max(int(ys.min()), 0),
        min(int(xs.max()) + 1, width),
        min(int(ys.max()) + 1, height),
    )


def _width(crop: Pixels) -> int:
    """The crop's width at the height the recogniser wants."""
    height, width = crop.shape
    return int(min(max(-(-_LINE_HEIGHT * width // max(height, 1)), 8), _WIDTHS[-1]))


def _padded(width: int) -> int:
    return next(padded for padded in _WIDTHS if padded >= width)


def _rounded(side: int) -> int:
    return -(-side // _FIND_STEP) * _FIND_STEP


def _batches(crops: Sequence[Pixels]) -> Iterator[tuple[list[int], int]]:
    """Crops of like widths together, and the width they are padded to; empty ones are left out."""
    by_width: dict[int, list[int]] = {}
    for width, index in sorted((_width(crop), index) for index, crop in enumerate(crops) if crop.size):
        by_width.setdefault(_padded(width), []).append(index)
    for padded, indexes in by_width.items():
        while indexes:
            count = next(n for n in _BATCHES if n <= len(indexes) and (n == 1 or n * padded <= _BATCH_WIDTH))
            batch, indexes = indexes[:count], indexes[count:]
            yield batch, padded


def _page_input(page: Pixels) -> Any:
    """A page as the detector takes it: 3 channels, values from -1 to 1, no side below its least."""
    import cv2
    import numpy as np

    factor = max(_LEAST_SIDE / min(page.shape), 1.0)
    rows, columns = (round(side * factor / 32) * 32 for side in page.shape)
    if factor > 1.0:
        page = np.asarray(cv2.resize(page, (columns, rows)), np.uint8)
    plane = page.astype(np.float32) / 127.5 - 1.0
    return np.repeat(plane[None, None], 3, axis=1)


def _normal(crop: Pixels, width: int) -> Any:
    """The crop as the network takes it: 3 channels of 48 rows, values from -1 to 1, padded with grey."""
    import cv2
    import numpy as np

    own = _width(crop)
    shrinks = crop.shape[0] > _LINE_HEIGHT
    resized = cv2.resize(
        crop, (own, _LINE_HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    plane = np.zeros((_LINE_HEIGHT, width), np.float32)
    plane[:, :own] = resized.astype(np.float32) / 127.5 - 1.0
    return np.repeat(plane[None], 3, axis=0)
