"""In the tables stage: performance tables and lists of key work become typed data."""

from extract.tables.performance.overpages import goes_on, united, with_spill
from extract.tables.performance.reading import is_performance, performance_of, with_performance, with_stream

__all__ = [
    "goes_on",
    "is_performance",
    "performance_of",
    "united",
    "with_performance",
    "with_spill",
    "with_stream",
]
