"""The narrative stage: what the running text of a disclosure states."""

from __future__ import annotations

from extract.narrative.glossary import read_glossary
from extract.narrative.reading import read_statements

__all__ = ["read_glossary", "read_statements"]
