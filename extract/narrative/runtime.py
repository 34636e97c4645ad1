"""In the narrative stage: spaCy brought in without the parts of its import that reading text never uses."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

_DEFERRED = ("spacy.cli", "spacy.cli.info", "srsly._yaml_api")
"""Modules of which spaCy's import only takes functions: its command line, and YAML, which it never reads."""
_OPTIONAL = ("pydantic.v1",)
"""What the configuration of spaCy does without where it is not installed: schemas of the old pydantic."""


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep the garbage collector from searching, again and again, thousands of new objects that all stay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def load_spacy() -> None:
    """Import spaCy, if nobody has yet, without its command line, YAML and the old pydantic.

    They are nearly half of what ``import spacy`` costs. The functions taken from a deferred module
    import it when they are called, so that nothing is missing afterwards; the optional ones can be
    imported by whoever wants them.
    """
    if "spacy" in sys.modules:
        return
    with _stood_in():
        importlib.import_module("spacy")


@contextmanager
def _stood_in() -> Iterator[None]:
    """Put stand-ins in the place of the modules left out, as far as nobody has imported them."""
    standing: dict[str, ModuleType | None] = {
        **{name: _stand_in(name) for name in _DEFERRED if name not in sys.modules},
        **{name: None for name in _OPTIONAL if name not in sys.modules},
    }
    sys.modules.update(standing)  # type: ignore[arg-type]  # None is how Python marks what cannot be imported
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]


def _stand_in(name: str) -> ModuleType:
    """A module whose every public name is a function that imports the real one when called."""

    def attribute(wanted: str) -> Callable[..., object]:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        return _deferred(name, wanted)

    module = ModuleType(name)
    module.__path__ = []
    module.__dict__["__getattr__"] = attribute
    return module


def _deferred(module: str, name: str) -> Callable[..., object]:
    def call(*args: object, **keywords: object) -> object:
        real: Callable[..., object] = getattr(importlib.import_module(module), name)
        return real(*args, **keywords)

    return call
