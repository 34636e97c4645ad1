"""From the bytes of a page to its text: Chinese sites often name an encoding they do not use."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_CHINESE = frozenset({"gbk", "gb2312", "gb18030", "cp936", "hz", "x-gbk"})
_HEAD = 4096


def decoded(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and the encoding it is in.

    A byte order mark decides. Text that is UTF-8 throughout is: GBK practically never looks like
    it. Everything else is tried as GB18030, of which GBK and GB2312 are parts, and as what header
    and page name; the reading with the fewest damaged places wins.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), encoding
    readings = [(_read(body, encoding), encoding) for encoding in _candidates(body, content_type)]
    return min(readings, key=lambda reading: reading[0].count("\ufffd"))


def _candidates(body: bytes, content_type: str) -> list[str]:
    named = [match.group(1).decode("ascii", "replace") for match in _META.finditer(body[:_HEAD])]
    named += _HEADER.findall(content_type)
    known = [_known(name) for name in named]
    return list(dict.fromkeys(["utf-8", *(name for name in known if name), "gb18030"]))


def _known(name: str) -> str | None:
    if name.lower() in _CHINESE:
        return "gb18030"
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # Single-byte encodings read anything without complaint and are never what a Chinese page is in.
    return codec.name if codec.name in {"utf-8", "big5", "big5hkscs"} else None


def _read(body: bytes, encoding: str) -> str:
    return body.decode(encoding, "replace")
