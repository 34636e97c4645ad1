"""The JSON Schema of the Disclosure document: ``python -m models.schema`` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from models.disclosure import SCHEMA_VERSION, Disclosure

SCHEMA_FILE = Path(__file__).with_name("disclosure.schema.json")
"""The kept copy, for those who validate without Python."""


class _AsWritten(GenerateJsonSchema):
    """Every field is required: the writer leaves none out, not even those at their default."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002
        return True


def disclosure_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of what ``gongkai extract`` writes, generated from the models."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:gongkai:disclosure:{SCHEMA_VERSION}",
        **Disclosure.model_json_schema(mode="serialization", by_alias=True, schema_generator=_AsWritten),
    }


def schema_text() -> str:
    """The schema as the kept copy has it: two-space indent, keys in model order, a final newline."""
    return json.dumps(disclosure_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
