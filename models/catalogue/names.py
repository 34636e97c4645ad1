"""Under the catalogue: how the name of a subject is made comparable with another writing of it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LOOK_ALIKES = str.maketrans("巾己巳曰末入土", "市已已日未人士")
_BRACKETS = str.maketrans("[]【】〔〕{}", "()()()()")
_IGNORED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad\"'“”‘’"))
_ORDINAL = re.compile(
    r"^(?:其中[:,]?)?"
    r"(?:[一二三四五六七八九十]{1,3}[、.,:·。]+|\([一二三四五六七八九十]{1,3}\)[、.]?|\(?\d{1,2}(?:[、,)]|\.(?!\d)))?"
)
_LEVEL_WORD = re.compile(r"\([类款项]\)$")


def without_space(text: str) -> str:
    """The printed text without white space and invisible characters, otherwise untouched."""
    return "".join(text.split()).replace("\u200b", "").replace("\ufeff", "")


def numbering_of(text: str) -> str:
    """The numbering in front of a name, half-width and without white space (``八、``)."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _ORDINAL.match(plain)
    return found[0] if found else ""


@lru_cache(maxsize=8192)
def comparable(text: str) -> str:
    """A name as names are compared: NFKC, no white space or quotes, look-alikes made one, no ordinal.

    Look-alike characters (巾/市, 己/已, 日/曰, 未/末, 人/入, 士/土) are what OCR takes for one
    another; two names of the catalogue never differ by them alone.

    >>> comparable("八、 社会保障和就业支出")
    '社会保障和就业支出'
    >>> comparable("城巾绿化（项）")
    '城市绿化'
    """
    plain = unicodedata.normalize("NFKC", text).translate(_IGNORED).translate(_BRACKETS)
    plain = "".join(plain.split()).translate(_LOOK_ALIKES)
    return _LEVEL_WORD.sub("", _ORDINAL.sub("", plain, count=1))
