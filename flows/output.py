"""For the command line: where results go, and how they get there in one step or not at all."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extract.reading.archives import is_archive_file
from models.disclosure import Disclosure

Layout = Literal["json", "jsonl"]
Write = Callable[[Path, Disclosure], None]
"""Takes a result's place in a folder of results, and the result."""


class OutputPlanError(ValueError):
    """What was asked for cannot be done, whatever the files hold."""


class OutputError(Exception):
    """The output cannot be written: no room, no permission, no such folder."""

    def __init__(self, target: Path, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(f"{target}: cannot be written ({reason}); make room there or name another output")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where results go: to standard output (no target), into a folder, or to one file."""

    layout: Layout
    target: Path | None
    into_folder: bool
    pretty: bool


def plan_output(files: Sequence[Path], target: Path | None, layout: Layout | None, *, pretty: bool) -> Plan:
    """Settle where the results of ``files`` go; raises ``OutputPlanError`` before anything is read."""
    several = len(files) > 1 or any(map(is_archive_file, files))
    settled = layout or _implied_layout(target, several=several)
    into_folder = target is not None and (target.is_dir() or (settled == "json" and several))
    plan = Plan(settled, target, into_folder, pretty)
    for objection in (_layout_objection, _target_objection, _collision):
        if problem := objection(files, plan):
            raise OutputPlanError(problem)
    return plan


def _implied_layout(target: Path | None, *, several: bool) -> Layout:
    if target is None:
        return "jsonl" if several else "json"
    return "jsonl" if target.suffix == ".jsonl" and not target.is_dir() else "json"


def _layout_objection(files: Sequence[Path], plan: Plan) -> str | None:
    if plan.layout == "json":
        if plan.target is None and (len(files) > 1 or any(map(is_archive_file, files))):
            return "several documents need a folder (-o DIR) or --format jsonl"
        return None
    if plan.pretty:
        return "--pretty spreads a document over lines, which jsonl cannot"
    return f"{plan.target} is a folder; jsonl goes to one file" if plan.into_folder else None


def _target_objection(files: Sequence[Path], plan: Plan) -> str | None:
    if plan.target is None or not plan.target.exists():
        return None
    if plan.into_folder and not plan.target.is_dir():
        return f"{plan.target} is a file; several documents need a folder or --format jsonl"
    if any(file.exists() and file.samefile(plan.target) for file in files if not plan.into_folder):
        return f"{plan.target} is one of the files to read"
    return None


def _collision(files: Sequence[Path], plan: Plan) -> str | None:
    """Two files that would write the same result; the second would silently replace the first."""
    if not plan.into_folder:
        return None
    name, times = Counter(result_name(file) for file in files).most_common(1)[0]
    if times == 1:
        return None
    rivals = " and ".join(str(file) for file in files if result_name(file) == name)
    return f"{rivals} would all be written to {name}; use --format jsonl, or a folder for each"


def result_name(file: Path) -> str:
    """The name of a file's result in a folder of results."""
    return f"{file.stem}.json"


def rendered(disclosure: Disclosure, *, pretty: bool) -> bytes:
    """The JSON of a result: UTF-8, non-ASCII kept, one line unless ``pretty``, a final newline."""
    return disclosure.model_dump_json(indent=2 if pretty else None, by_alias=True).encode() + b"\n"


@contextmanager
def opened(plan: Plan, standard_output: Callable[[bytes], None]) -> Iterator[Write]:
    """A function that writes one result after the other where the plan says.

    A file of several results appears when the block ends without an error and at least one
    result was written. Raises ``OutputError``.
    """
    target = plan.target
    with ExitStack() as until_done:
        if target is None:
            yield lambda _, disclosure: standard_output(rendered(disclosure, pretty=plan.pretty))
        elif plan.into_folder:
            yield _into_folder(target, pretty=plan.pretty)
        else:
            yield _into_file(target, until_done, pretty=plan.pretty)


def _into_folder(folder: Path, *, pretty: bool) -> Write:
    def write(place: Path, disclosure: Disclosure) -> None:
        with replacing(folder / place) as write_bytes:
            write_bytes(rendered(disclosure, pretty=pretty))

    return write


def _into_file(target: Path, until_done: ExitStack, *, pretty: bool) -> Write:
    started: list[Callable[[bytes], None]] = []

    def write(_: Path, disclosure: Disclosure) -> None:
        if not started:
            started.append(until_done.enter_context(replacing(target)))
        started[0](rendered(disclosure, pretty=pretty))

    return write


@contextmanager
def replacing(target: Path) -> Iterator[Callable[[bytes], None]]:
    """Takes bytes that replace the target when the block ends, and vanish when it fails.

    Links are followed; devices and pipes, which nothing can take the place of, are written to.
    Raises ``OutputError``.
    """
    place = Path(os.path.realpath(target))
    with _blaming(target):
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place if place.exists() and not place.is_file() else _part_beside(place)
        stream = part.open("wb")

    def write(data: bytes) -> None:
        with _blaming(target):
            stream.write(data)

    try:
        yield write
        with _blaming(target):
            stream.close()
            if part != place:
                part.replace(place)
    finally:
        with suppress(OSError):
            stream.close()
        if part != place:
            part.unlink(missing_ok=True)


def _part_beside(place: Path) -> Path:
    # The name is short: that of the target may already be as long as the file system allows.
    return place.with_name(f".gongkai-{os.getpid()}-{secrets.token_hex(4)}.part")


@contextmanager
def _blaming(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(target, error) from error
