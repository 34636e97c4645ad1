"""After a document: the command a user wants run for it, without a shell."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess

from flows.records import Record

_SECONDS = 60
_LOG = logging.getLogger("gongkai.after")


def words_of(command: str) -> list[str]:
    """The words of a command as a shell would split them; raises ValueError for an open quotation mark."""
    words = shlex.split(command)
    if not words:
        raise ValueError("names no command")
    return words


def run_hook(command: str, record: Record, address: str) -> None:
    """Run the command with what is known in its environment; that it fails harms nothing and is logged.

    ``{result}``, ``{source}``, ``{state}`` and ``{id}`` in its words are replaced; the same is in
    GONGKAI_RESULT, GONGKAI_SOURCE, GONGKAI_STATE and GONGKAI_ID, a failure in GONGKAI_ERROR.
    """
    facts = {"result": address, "source": record.uri, "state": record.state, "id": record.id}
    words = [_filled(word, facts) for word in words_of(command)]
    error = f"{record.failure.error}: {record.failure.problem}" if record.failure else ""
    named = {f"GONGKAI_{name.upper()}": value for name, value in {**facts, "error": error}.items()}
    try:
        subprocess.run(
            words,
            env={**os.environ, **named},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as failure:
        _LOG.warning("%s: after %s: %s", words[0], record.uri, failure)


def _filled(word: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        word = word.replace(f"{{{name}}}", value)
    return word
