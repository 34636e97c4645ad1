"""For the command line: many files one after the other, none of which can stop the others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from extract import extract
from extract.errors import ExtractionError
from extract.reading.intake import spelled
from flows.output import Plan, opened


def extract_files(
    files: Sequence[Path], plan: Plan, *, complain: Callable[[str], None]
) -> list[ExtractionError]:
    """Extract every file and write its result; the failures come back and are complained of at once.

    Raises ``OutputError`` when results cannot be written, which ends the run.
    """
    failures: list[ExtractionError] = []
    with opened(plan, _write_out) as write:
        for file in files:
            try:
                disclosure = extract(file)
            except ExtractionError as error:
                failures.append(error)
                complain(f"{spelled(str(file))}: {error.problem}; {error.advice}")
            else:
                write(file, disclosure)
    return failures


def exit_code(failures: Iterable[ExtractionError]) -> int:
    """0 without failures, the code of the class when all failures share one, else 1."""
    codes = {failure.exit_code for failure in failures} or {0}
    return codes.pop() if len(codes) == 1 else 1


def _write_out(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
