"""In the layout stage: marks of markup languages that archives left in plain-text transcripts."""

from __future__ import annotations

import re

_CHECKED = re.compile(r"<input\b[^>]*\bchecked\b[^>]*>", re.I)
_UNCHECKED = re.compile(r"<input\b[^>]*>", re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_TAG = re.compile(r"</?(?:p|u|b|i|em|strong|sup|sub|span|div|center|font|h[1-6])\b[^<>]*>", re.I)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[image:[^\]]*\]")
_EMPHASIS = re.compile(r"\*\*+|__+")
_RAISED = re.compile(r"[\^_]\{([^{}]*)\}")
_LEAD = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*+•]\s+)")


def without_inline_marks(text: str) -> str:
    """Text as printed: emphasis, tags and pictures removed, tick boxes as characters."""
    text = _UNCHECKED.sub("□", _CHECKED.sub("☑", text))
    text = _PICTURE.sub("", _TAG.sub("", _BREAK.sub(" ", text)))
    return _RAISED.sub(r"\1", _EMPHASIS.sub("", text))


def without_marks(line: str) -> str:
    """A line of running text as printed: also without heading, quotation and list marks.

    >>> without_marks("## **二、** 收入决算情况说明")
    '二、 收入决算情况说明'
    """
    return _LEAD.sub("", without_inline_marks(line)).strip()
