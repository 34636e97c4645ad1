"""In the layout stage: the contents page is recognised, so that it is not read as content."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.layout.flow import FlowItem, TextLine

_TITLE = re.compile(r"(?:目录|目次|CONTENTS)[:：]?", re.IGNORECASE)
_LEADER = re.compile(r"[.．…·⋯\-—_ ]{2,}\s*\d*$|\s+\d{1,3}$|\d{1,3}$")
_MARK = re.compile(r"^[\s\-•*]+")
_PART = re.compile(r"第[一1]\s*(?:部分|章)")
_FEW = 3
_LONGEST = 70
_SENTENCE = re.compile(r"[。；;！!]")


def plain_entry(text: str) -> str:
    """A contents entry or heading without leaders, page number, list marks and white space."""
    bare = _LEADER.sub("", _MARK.sub("", text.strip()))
    return "".join(_LEADER.sub("", bare).split())


def is_contents_title(text: str) -> bool:
    return bool(_TITLE.fullmatch("".join(text.split())))


def contents_range(flow: Sequence[FlowItem]) -> range:
    """The flow items of the contents page, its title included; empty when there is none.

    The contents begin at a line that says 目录 and end before the first line that repeats the
    first entry, that is a sentence, or that no contents page holds (a table).
    """
    start = next(
        (i for i, item in enumerate(flow) if isinstance(item, TextLine) and is_contents_title(item.text)),
        None,
    )
    if start is None:
        return range(0)
    entries: list[str] = []
    end = start + 1
    for index in range(start + 1, len(flow)):
        item = flow[index]
        if not isinstance(item, TextLine):
            break
        entry = plain_entry(item.text)
        if _ends_contents(entry, item.text, entries):
            end -= _opens_text(flow[end - 1], entries)
            break
        if entry:
            entries.append(entry)
        end = index + 1
    return range(start, end) if len(entries) >= 2 else range(0)


def _opens_text(item: FlowItem, entries: Sequence[str]) -> bool:
    """Whether the last line taken for an entry is the heading of the first part, worded anew."""
    return isinstance(item, TextLine) and len(entries) > _FEW and bool(_PART.match(item.text.strip()))


def _ends_contents(entry: str, text: str, entries: Sequence[str]) -> bool:
    if len(entry) > _LONGEST or _SENTENCE.search(text):
        return True
    if not entries or not entry:
        return False
    first = entries[0]
    if len(entries) > _FEW and entry == entries[1] and len(entry) >= 4:
        return True
    return len(entry) >= 4 and (
        entry == first or (len(first) > len(entry) and first.startswith(entry) and entry not in entries[1:2])
    )
