"""In the narrative stage: the components that read one family of statements each out of a marked doc."""

from __future__ import annotations

from extract.narrative.families import office, projects, subjects, three_public

__all__ = ["office", "projects", "subjects", "three_public"]
