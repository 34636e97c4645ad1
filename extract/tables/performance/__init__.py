"""In the tables stage: performance tables and lists of key work become typed data."""

from extract.tables.performance.overpages import united
from extract.tables.performance.reading import is_performance, performance_of, with_performance

__all__ = ["is_performance", "performance_of", "united", "with_performance"]
