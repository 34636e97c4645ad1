"""In the benchmarks: other readers of tables in pictures, with the same recogniser, on the same files.

They return bare grids, so they are asked no more than that: see ``figures``. A reader that is not
installed is left out; it wants an environment of its own (``pip install gongkai img2table``), because
it brings another build of OpenCV.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader by the name of its package; ``rows`` gives the rows of all tables of a PDF."""

    package: str
    rows: Callable[[bytes], Iterator[Cells]]

    @property
    def installed(self) -> bool:
        """Whether it can be imported here."""
        return importlib.util.find_spec(self.package) is not None


def _img2table(data: bytes) -> Iterator[Cells]:
    from img2table.document import PDF

    document = PDF(src=data, detect_rotation=True)
    for tables in document.extract_tables(ocr=_recogniser(), min_confidence=1).values():
        for table in tables:
            for row in table.content.values():
                yield [cell.value or "" for cell in row]


@lru_cache(maxsize=1)
def _recogniser() -> Any:
    """PP-OCRv6 as gongkai uses it: the same weights, weak lines kept."""
    from img2table.ocr import RapidOCR
    from rapidocr import LangRec

    options = {"Rec.lang_type": LangRec.CH, "Global.text_score": 0.3, "Global.log_level": "critical"}
    return RapidOCR(params=options)


PEERS: Sequence[Peer] = (Peer("img2table", _img2table),)
