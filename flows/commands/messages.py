"""For the commands: what goes to standard error."""

from __future__ import annotations

import typer


def silence_libraries() -> None:
    """Keep what the readers of PDFs log about odd files off standard error: one line a failure is ours."""
    import logging

    logging.getLogger().addHandler(logging.NullHandler())


def complain(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    typer.echo("gongkai: " + " ".join(message.split()), err=True)
