"""For the tests of the narrative: invented running text becomes sections and statements."""

from __future__ import annotations

import json
from typing import Any

from extract.narrative import read_statements
from models.disclosure import Facts, Kind, Section


def section(text: str, heading: str = "五、支出决算情况说明", number: int = 1, **more: Any) -> Section:
    """A section of the explanation with this text."""
    values = {"level": 2, "kind": "narrative", "pages": (), **more}
    return Section(id=f"s{number}", heading=heading, text=text, **values)


def statements(
    text: str, heading: str = "五、支出决算情况说明", kind: Kind = "final_accounts", year: int = 2023
) -> list[dict[str, Any]]:
    """The statements of one section, as they are written out, without what is null or empty."""
    read = read_statements([section(text, heading)], Facts(kind=kind, fiscal_year=year))
    written = [json.loads(each.model_dump_json()) for each in read]
    return [{key: value for key, value in each.items() if value not in (None, [], {})} for each in written]
