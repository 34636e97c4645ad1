"""Measurements of speed, memory and accuracy, as docs/benchmarks.md tells."""
