"""In the narrative stage: spaCy brought in without the parts of its import that reading text never uses."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from extract.collecting import without_collecting

_FUNCTIONS = ("spacy.cli", "spacy.cli.info", "srsly._yaml_api")
"""Modules of which spaCy's import only takes functions: its command line, and YAML."""
_LATER: Mapping[str, Mapping[str, object]] = {
    "tqdm": {},
    "spacy.pipeline": {},
    "spacy.pipeline.factories": {"register_factories": lambda: None},
    "spacy.registrations": {"REGISTRY_POPULATED": True, "populate_registry": lambda: None},
}
"""Progress bars, trainable components and what registers them: what each answers while ours are built.

Any other name is looked up in the real module, which is imported then."""
_OPTIONAL = ("pydantic.v1",)
"""What the configuration of spaCy does without where it is not installed: schemas of the old pydantic."""


@contextmanager
def sparing() -> Iterator[None]:
    """Import spaCy, or build a pipeline, without what reading text never uses.

    That is half of what ``import spacy`` costs: the command line, YAML, the old pydantic, and the
    trainable components. Whatever is left out can be imported, and is registered, as soon as the
    context is left; what is imported already stays as it is. The garbage collector, which would
    search thousands of new objects again and again that all stay, rests meanwhile.
    """
    standing: dict[str, ModuleType | None] = {
        **{name: _Functions(name) for name in _FUNCTIONS},
        **{name: _Later(name, answers) for name, answers in _LATER.items()},
        **dict.fromkeys(_OPTIONAL),
    }
    standing = {name: module for name, module in standing.items() if name not in sys.modules}
    with without_collecting():
        sys.modules.update(standing)  # type: ignore[arg-type]  # None is how Python marks what cannot be imported
        try:
            yield
        finally:
            for name, module in standing.items():
                _step_aside(name, module)


def _step_aside(name: str, module: ModuleType | None) -> None:
    """Take a stand-in away, so that the next import finds the real module."""
    if sys.modules.get(name, module) is module:
        sys.modules.pop(name, None)


class _Functions(ModuleType):
    """A module whose every public name is a function that imports the real one when called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, wanted: str) -> Callable[..., object]:
        if wanted.startswith("__"):
            raise AttributeError(wanted)

        def call(*args: object, **keywords: object) -> object:
            function: Callable[..., object] = getattr(_real(self), wanted)
            return function(*args, **keywords)

        return call


class _Later(ModuleType):
    """A module that gives some answers itself and is imported when it is asked for anything else.

    Its own modules can be imported without it.
    """

    def __init__(self, name: str, answers: Mapping[str, object]) -> None:
        super().__init__(name)
        self.__path__: list[str] = [_folder(name)]
        self.__dict__.update(answers)

    def __getattr__(self, wanted: str) -> object:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        return getattr(_real(self), wanted)


def _real(stand_in: ModuleType) -> ModuleType:
    _step_aside(stand_in.__name__, stand_in)
    return importlib.import_module(stand_in.__name__)


def _folder(package: str) -> str:
    """The folder of a package, without importing it."""
    top, *below = package.split(".")
    spec = importlib.util.find_spec(top)
    places = spec.submodule_search_locations if spec is not None else None
    return str(Path(places[0], *below)) if places else ""
