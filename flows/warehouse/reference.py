"""What the documentation shows of the star schema, made anew by ``python -m flows.warehouse.reference``."""

from __future__ import annotations

import re
from pathlib import Path

from flows.warehouse.star import TableSpec, star

PAGE = Path(__file__).parents[2] / "docs" / "warehouse.md"
_SHOWN = re.compile(r"(?<=<!-- star -->\n).*?(?=<!-- /star -->)", re.DOTALL)


def reference() -> str:
    """Every table with its columns, in Markdown."""
    return "\n".join(_section(spec) for spec in star().tables.values())


def page() -> str:
    """docs/warehouse.md with the tables as they are."""
    text = PAGE.read_text(encoding="utf-8")
    return _SHOWN.sub(lambda _: f"\n{reference()}\n", text)


def _section(spec: TableSpec) -> str:
    lines = [
        f"#### {spec.name}",
        "",
        f"{spec.meaning} Key: {', '.join(f'`{name}`' for name in spec.key)}.",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
    ]
    for column in spec.columns:
        target = spec.references.get(column.name)
        kind = column.type if column.required else f"{column.type}, may be null"
        meaning = f"{column.meaning} → [{target}](#{target})" if target else column.meaning
        lines.append(f"| `{column.name}` | {kind} | {meaning} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
