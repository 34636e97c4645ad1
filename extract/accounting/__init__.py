"""The accounting stage: what the figures of a disclosure must satisfy, and whether they do."""

from __future__ import annotations

from extract.accounting.examination import Examination, examine

__all__ = ["Examination", "examine"]
