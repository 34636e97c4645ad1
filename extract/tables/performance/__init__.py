"""In the tables stage: performance tables and lists of key work become typed data."""

from extract.tables.performance.reading import performance_of, with_performance

__all__ = ["performance_of", "with_performance"]
