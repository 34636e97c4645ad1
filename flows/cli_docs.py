"""What the documentation shows of the command line, made anew by ``python -m flows.cli_docs``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from flows.cli import app

_ROOT = Path(__file__).parents[1]
REFERENCE = _ROOT / "docs" / "cli.md"
README = _ROOT / "README.md"

_SHOWN_LINES = 7
_SHOWN = re.compile(r"(?<=^<!-- shown -->\n```text\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
_FORM = re.compile(r" t\d+, expenditure, ")
_SAMPLE = re.compile(r"samples/[\w.-]+")

_HEAD = """\
# Command line

This page is what `gongkai COMMAND --help` prints. It is made by `python -m flows.cli_docs`; a test fails when
it is out of date. What can go wrong, and with which exit code: [errors.md](errors.md). What the JSON holds:
[json.md](json.md).
"""


def reference() -> str:
    """The whole page: the help of the application and of every command, 80 columns wide."""
    return "\n".join([_HEAD, *(_section(command) for command in _commands())])


def _commands() -> Iterator[tuple[str, ...]]:
    """Every command by its words, groups before their members."""
    waiting: list[tuple[tuple[str, ...], object]] = [((), get_command(app))]
    while waiting:
        words, command = waiting.pop(0)
        yield words
        waiting += [((*words, name), member) for name, member in getattr(command, "commands", {}).items()]


def _section(words: tuple[str, ...]) -> str:
    called = " ".join(("gongkai", *words))
    help_text = CliRunner().invoke(app, [*words, "--help"], prog_name="gongkai", terminal_width=80).output
    return f"## {called}\n\n```text\n{help_text.strip()}\n```\n"


def readme() -> str:
    """README.md with the first lines of the expenditure form as ``gongkai show`` prints its sample."""
    text = README.read_text(encoding="utf-8")
    sample = _ROOT / _SAMPLE.findall(text)[0]
    printed = CliRunner().invoke(app, ["show", str(sample)], env={"COLUMNS": "80"}).output
    form = next(part for part in printed.split("\n\n") if _FORM.search(part.partition("\n")[0]))
    lines = [line.rstrip() for line in form.splitlines()[:_SHOWN_LINES]]
    return _SHOWN.sub(lambda _: "\n".join(lines) + "\n", text)


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
    REFERENCE.write_text(reference(), encoding="utf-8")
