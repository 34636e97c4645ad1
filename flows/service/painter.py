"""The inside of a process that opens one untrusted document and ends: ``python -m flows.service.painter``.

``inspect`` tells what a file is and how large its pages are, ``page`` paints one of them, ``crop``
a part of one. Requests come as JSON in the first argument; the answer is on standard output.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.errors import ExtractionError, UnreadableDocument
from extract.reading.image import open_image
from extract.reading.intake import Limits, read_source
from extract.reading.pdf_open import mupdf_errors, open_pdf

if TYPE_CHECKING:
    from PIL import Image

_MIB = 1 << 20
_MOST_PIXELS = 40_000_000
_POINTS = 72.0


def main() -> None:
    """Do what the first argument asks for."""
    request = json.loads(sys.argv[1])
    _confine(request["memory"], request["seconds"])
    try:
        answer = _DEEDS[request["deed"]](request)
    except ExtractionError as error:
        answer = _told({"error": type(error).__name__, "problem": error.problem, "advice": error.advice})
    except MemoryError:
        answer = _told(
            {"error": "LimitExceeded", "problem": "needs too much memory to be shown", "advice": "split it"}
        )
    sys.stdout.buffer.write(answer)


def _confine(memory: int, seconds: int) -> None:
    """Little memory, little time, and no writing."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _told(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _inspect(request: dict[str, Any]) -> bytes:
    limits = Limits(bytes=request["bytes"])
    intake = read_source(Path(request["path"]), name=request["name"], limits=limits)
    if intake.format == "pdf":
        with open_pdf(intake.data, intake.file_name, limits) as document:
            sizes = [(page.rect.width, page.rect.height) for page in document]
    elif intake.format == "image":
        frames = open_image(intake.data, intake.file_name, limits).sizes()
        sizes = [(size[0] * _POINTS / dpi, size[1] * _POINTS / dpi) for size, dpi in frames]
    else:
        sizes = []
    pages = [[round(side, 2) for side in size] for size in sizes]
    return _told({"media_type": intake.media_type, "pages": pages})


def _page(request: dict[str, Any]) -> bytes:
    width, height = _size(request)
    return _painted(request, (0.0, 0.0, width, height), request["width"] / width)


def _crop(request: dict[str, Any]) -> bytes:
    return _painted(request, tuple(request["bbox"]), request["dpi"] / _POINTS)


def _size(request: dict[str, Any]) -> tuple[float, float]:
    pages = json.loads(_inspect(request))["pages"]
    if not 1 <= request["page"] <= len(pages):
        raise UnreadableDocument(request["name"], f"has no page {request['page']}", "ask for another page")
    width, height = pages[request["page"] - 1]
    return max(width, 1.0), max(height, 1.0)


def _painted(request: dict[str, Any], box: tuple[float, ...], scale: float) -> bytes:
    """A part of a page (in points) as PNG, ``scale`` pixels to the point, or fewer if those were too many."""
    data = Path(request["path"]).read_bytes()
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    scale = min(scale, (_MOST_PIXELS / area) ** 0.5)
    limits = Limits(bytes=request["bytes"])
    intake = read_source(data, name=request["name"], limits=limits)
    if intake.format == "pdf":
        return _painted_pdf(data, request, box, scale, limits)
    return _painted_picture(data, request, box, scale, limits)


def _painted_pdf(
    data: bytes, request: dict[str, Any], box: tuple[float, ...], scale: float, limits: Limits
) -> bytes:
    import pymupdf

    with open_pdf(data, request["name"], limits) as document:
        try:
            matrix = pymupdf.Matrix(scale, scale)
            clip = pymupdf.Rect(box)
            pixels = document[request["page"] - 1].get_pixmap(matrix=matrix, clip=clip, alpha=False)
            return bytes(pixels.tobytes("png"))
        except mupdf_errors() as error:
            raise UnreadableDocument(
                request["name"], f"page {request['page']} is damaged", "fetch it again"
            ) from error


def _painted_picture(
    data: bytes, request: dict[str, Any], box: tuple[float, ...], scale: float, limits: Limits
) -> bytes:
    from PIL import Image

    frame = open_image(data, request["name"], limits).frame(request["page"] - 1)
    per_point = frame.dpi / _POINTS
    x0, y0, x1, y1 = (round(side * per_point) for side in box)
    part: Image.Image = Image.fromarray(frame.pixels).crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    size = (max(round((box[2] - box[0]) * scale), 1), max(round((box[3] - box[1]) * scale), 1))
    stream = io.BytesIO()
    part.resize(size, Image.Resampling.LANCZOS).save(stream, "PNG")
    return stream.getvalue()


_DEEDS = {"inspect": _inspect, "page": _page, "crop": _crop}

if __name__ == "__main__":
    main()
