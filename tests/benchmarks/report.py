"""Last step of the benchmarks: results as Markdown, on the terminal or in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.documents import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
BATCHES_PAGE = ROOT / "docs" / "digitise.md"
SCANS_PAGE = ROOT / "docs" / "scans.md"
PROSE_PAGE = ROOT / "docs" / "narrative.md"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = True) -> str:
    """A Markdown table; ``right`` sets all columns but the first to the right."""
    lines = [head, ["---", *["---:" if right else "---"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def conditions() -> str:
    """When and on what something was measured; the load tells whether anything else was running."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} logical processors, "
        f"load {os.getloadavg()[1]:.1f}, {platform.system()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    named = re.search(r"^model name\s*:\s*(.+)$", text, flags=re.MULTILINE)
    return named[1] if named else platform.machine()


def result_block(command: str, result: str) -> str:
    """A result with the command that made it and the conditions."""
    return f"`{command}` ({conditions()})\n\n{result}\n"


def write_result(name: str, block: str, page: Path = PAGE) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->`` on the page.

    Raises ValueError when the page has no such place.
    """
    text = page.read_text(encoding="utf-8")
    pattern = rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)"
    changed, times = re.subn(pattern, lambda _: f"\n{block}\n", text, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"{page} has no single place for {name}")
    page.write_text(changed, encoding="utf-8")
