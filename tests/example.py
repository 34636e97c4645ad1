"""The example of docs/json.md, which tests use as a result that needs no document."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from models.disclosure import Disclosure

ROOT = Path(__file__).parents[1]


def fenced(page: str, language: str) -> list[str]:
    """The blocks of a language on a page of the documentation, the path relative to the project."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def example_json() -> dict[str, Any]:
    return json.loads(fenced("docs/json.md", "json")[0])


def example() -> Disclosure:
    return Disclosure.model_validate(example_json())
