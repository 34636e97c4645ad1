"""The reference of the command line, made from the application by ``python -m flows.cli_docs``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from flows.cli import app

REFERENCE = Path(__file__).parents[1] / "docs" / "cli.md"

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


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
