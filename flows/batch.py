"""For the command line: many files one after the other, none of which can stop the others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from extract import Options, extract
from extract.errors import ExtractionError
from extract.reading.archives import is_archive_file, unpack
from extract.reading.intake import Limits, read_bytes, spelled
from flows.output import Plan, opened, result_name
from models.disclosure import Disclosure


def extract_files(
    files: Sequence[Path], plan: Plan, *, complain: Callable[[str], None]
) -> list[ExtractionError]:
    """Extract every file and write its result; the failures come back and are complained of at once.

    Of an archive every document inside is extracted, into a folder named like the archive. Raises
    ``OutputError`` when results cannot be written, which ends the run.
    """
    failures: list[ExtractionError] = []
    with opened(plan, _write_out) as write:
        for job in (job for file in files for job in _jobs(file)):
            try:
                disclosure = job.read()
            except ExtractionError as error:
                failures.append(error)
                complain(f"{job.label}: {error.problem}; {error.advice}")
            else:
                write(job.result, disclosure)
    return failures


@dataclass(frozen=True, slots=True)
class _Job:
    """A document to extract: what to call it in complaints, where its result goes, how to read it."""

    label: str
    result: Path
    read: Callable[[], Disclosure]


def _jobs(file: Path) -> Iterator[_Job]:
    """The document a file is, or those in an archive, which is opened when its turn comes."""
    label, result = spelled(str(file)), Path(result_name(file))
    if not is_archive_file(file):
        yield _Job(label, result, lambda: extract(file))
        return
    try:
        members = unpack(read_bytes(file, limits=Limits()), file_name=label)
    except ExtractionError as error:
        yield _Job(label, result, partial(_fail, error))
        return
    for member in members:
        place = f"{label}/{member.name}"
        options = Options(file_name=PurePosixPath(member.name).name, uri=place)
        yield _Job(
            place,
            result.with_suffix("") / f"{member.name}.json",
            partial(extract, member.data, options=options),
        )


def _fail(error: ExtractionError) -> Disclosure:
    raise error


def exit_code(failures: Iterable[ExtractionError]) -> int:
    """0 without failures, the code of the class when all failures share one, else 1."""
    codes = {failure.exit_code for failure in failures} or {0}
    return codes.pop() if len(codes) == 1 else 1


def _write_out(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
