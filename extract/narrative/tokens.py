"""In the narrative stage: the tokeniser, which keeps terms, and figures with their units, whole."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

Lexicon = tuple[tuple[str, tuple[str, ...]], ...]
"""Tags in the order they are tried, each with its regular expressions."""


@cache
def shipped_lexicon() -> Lexicon:
    """The lexicon of the data file beside this module."""
    data = tomllib.loads((files("extract.narrative") / "lexicon.toml").read_text(encoding="utf-8"))
    return tuple((tag["name"], tuple(tag["patterns"])) for tag in data["tag"])


class TermTokenizer:
    """Splits running text into terms of the lexicon, tagged, and the words between them.

    Every character of the text is in exactly one token and no blank is invented, so token offsets
    are offsets of the text. It can be saved and loaded with the pipeline.
    """

    def __init__(self, vocab: Vocab, lexicon: Lexicon) -> None:
        self.vocab = vocab
        self._set(lexicon)

    def _set(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        groups = (f"(?P<{name}>{'|'.join(patterns)})" for name, patterns in lexicon)
        self._terms = re.compile("|".join(groups))

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        tags: list[str] = []
        at = 0
        for found in self._terms.finditer(text):
            if found.start() > at:
                words.append(text[at : found.start()])
                tags.append("WORD")
            words.append(found.group())
            tags.append(found.lastgroup or "WORD")
            at = found.end()
        if at < len(text):
            words.append(text[at:])
            tags.append("WORD")
        doc = Doc(self.vocab, words=words, spaces=[False] * len(words), tags=tags)
        doc.user_data["tags"] = frozenset(tags)  # asked for often, and slow to gather from the tokens
        return doc

    def to_bytes(self, **_: Iterable[str]) -> bytes:
        return json.dumps(self.lexicon, ensure_ascii=False).encode()

    def from_bytes(self, data: bytes, **_: Iterable[str]) -> TermTokenizer:
        self._set(tuple((name, tuple(patterns)) for name, patterns in json.loads(data)))
        return self

    def to_disk(self, path: Path | str, **_: Iterable[str]) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: Path | str, **_: Iterable[str]) -> TermTokenizer:
        return self.from_bytes(Path(path).read_bytes())


@util.registry.tokenizers("gongkai.TermTokenizer.v1")  # type: ignore[untyped-decorator]
def term_tokenizer() -> Callable[[Language], TermTokenizer]:
    """The tokeniser by name, for pipeline configurations."""
    return lambda nlp: TermTokenizer(nlp.vocab, shipped_lexicon())
