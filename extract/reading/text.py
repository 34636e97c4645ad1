"""First stage for plain text (``.txt``, ``.md``): bytes become the lines of a transcript."""

from __future__ import annotations

import codecs
import re
import unicodedata

from extract.errors import UnreadableDocument, UnsupportedFormat
from extract.reading.pages import Transcript

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUESSES = ("utf-8", "gb18030")
_DAMAGED = 0.002
"""Share of undecodable characters up to which a text counts as damaged rather than as something else."""
_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f]")


def read_text(data: bytes, *, file_name: str) -> Transcript:
    """Decode a transcript and split it into lines.

    UTF-8 and UTF-16 with a byte order mark, UTF-8 without one and GB18030 are recognised. Page
    breaks end a line; every kind of blank but the tab becomes a plain space. Trailing tabs stay:
    they are empty cells.

    Raises ``UnreadableDocument`` when there is no text and ``UnsupportedFormat`` when the bytes
    are no text.
    """
    text, problems = decoded(data, file_name)
    if not text.strip():
        raise UnreadableDocument(file_name, "the file holds no text", "check that it was saved completely")
    lines = tuple(_plain(line) for line in _LINE_ENDS.split(text))
    return Transcript(lines, _media_type(file_name), problems=problems)


def _media_type(file_name: str) -> str:
    return "text/markdown" if file_name.lower().endswith((".md", ".markdown")) else "text/plain"


def _plain(line: str) -> str:
    return _INVISIBLE.sub("", _BLANKS.sub(" ", line)).rstrip(" ")


def decoded(data: bytes, file_name: str) -> tuple[str, tuple[str, ...]]:
    """The text in the encoding that fits, and what was lost; raises ``UnsupportedFormat`` when none does."""
    for encoding in _encodings(data):
        text = data.decode(encoding, errors="replace")
        lost = text.count("\ufffd")
        if lost <= _DAMAGED * len(text) and _is_text(text):
            return text, (f"{lost} characters cannot be decoded as {encoding}",) if lost else ()
    raise UnsupportedFormat(file_name, "the bytes are no text gongkai can decode", "save it as UTF-8 text")


def _encodings(data: bytes) -> tuple[str, ...]:
    """The encodings to try: the marked one, else those that decode without loss before the others."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    return tuple(sorted(_GUESSES, key=lambda encoding: not _decodes(data, encoding)))


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_text(text: str) -> bool:
    """Whether control and unassigned characters are as rare as in text.

    A zero byte settles it. Private-use characters do not count: they are symbols of fonts.
    """
    if "\0" in text:
        return False
    strange = sum(_is_strange(character) for character in text)
    return strange <= _DAMAGED * len(text)


def _is_strange(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Cn"}
        and not _LINE_ENDS.match(character)
        and character != "\t"
    )
