"""In the narrative stage: spaCy brought in without its command line, a third of what its import costs."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def load_spacy() -> None:
    """Import spaCy, if nobody has yet, without the commands it prints, downloads and trains with.

    ``import spacy`` takes ``info`` from ``spacy.cli``, which imports weasel, requests, httpx and
    more. An empty module stands in its place during the import and is gone after it, so that
    ``import spacy.cli`` gives the real one to whoever wants it.
    """
    if "spacy" in sys.modules:
        return
    for name in _COMMAND_LINE:
        sys.modules[name] = _stand_in(name)
    try:
        spacy = importlib.import_module("spacy")
    finally:
        for name in _COMMAND_LINE:
            del sys.modules[name]
    for attribute in ("cli", "info"):
        if hasattr(spacy, attribute):
            delattr(spacy, attribute)


def _stand_in(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = []
    module.__dict__["info"] = None
    return module
