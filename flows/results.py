"""For the command line: a file of results, or a document that is extracted first, as Disclosures."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from extract import extract
from extract.errors import UnreadableDocument
from extract.reading.intake import read_source
from models.disclosure import Disclosure


def disclosures_in(file: Path) -> Iterator[Disclosure]:
    """The results a ``.json`` or ``.jsonl`` file holds; any other document is extracted.

    Raises the errors of ``extract``, and ``UnreadableDocument`` for JSON that is no result.
    """
    intake = read_source(file)
    if intake.format == "text" and intake.data.lstrip().startswith(b"{"):
        yield from parsed(intake.data, intake.file_name)
    else:
        yield extract(file)


def parsed(data: bytes, file_name: str) -> Iterator[Disclosure]:
    """Results one after the other, whether indented or one a line."""
    try:
        for value in _values(data.decode("utf-8")):
            yield Disclosure.model_validate(value)
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise UnreadableDocument(file_name, f"is broken JSON ({error})", "extract it again") from error
    except ValidationError as error:
        problem = f"is JSON but no result of this version ({_first_fault(error)})"
        raise UnreadableDocument(file_name, problem, "extract the document again") from error


def _values(text: str) -> Iterator[Any]:
    decoder = JSONDecoder()
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        yield value
        text = text[end:]


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, fault['loc'])) or 'document'}: {fault['msg']}"
