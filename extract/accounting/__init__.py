"""The accounting stage: what the figures of a disclosure must satisfy, and whether they do."""

from __future__ import annotations

from extract.accounting.candidates import Alternative
from extract.accounting.examination import Examination, examine
from extract.accounting.outcome import ProvenTables
from extract.accounting.repair import prove_amounts
from extract.accounting.suspicion import cells_of, suspects

__all__ = [
    "Alternative",
    "Examination",
    "ProvenTables",
    "cells_of",
    "examine",
    "prove_amounts",
    "suspects",
]
