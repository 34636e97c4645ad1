"""From bytes to a Disclosure: ``extract(path_or_bytes, *, options=None)`` is the whole public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extract.pipeline import Options, extract

__all__ = ["Options", "extract"]


def __getattr__(name: str) -> Any:
    """Load the pipeline at first use, so that importing a single stage stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from extract import pipeline

    return getattr(pipeline, name)
