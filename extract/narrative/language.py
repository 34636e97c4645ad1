"""In the narrative stage: the spaCy pipeline, put together from the project's own components."""

from __future__ import annotations

from functools import cache

from extract.narrative.runtime import sparing

with sparing():
    from spacy.lang.zh import Chinese, ChineseDefaults
    from spacy.language import Language
    from thinc.api import Config

    import extract.narrative.families
    import extract.narrative.marking
    import extract.narrative.tokens
    import extract.narrative.totals  # noqa: F401  (registers factories, as the three above)

_COMPONENTS = (
    "gongkai_subjects",
    "gongkai_roles",
    "gongkai_subject_statements",
    "gongkai_project_statements",
    "gongkai_public_statements",
    "gongkai_office_statements",
    "gongkai_total_statements",
)


class RunningText(Chinese):  # type: ignore[no-untyped-call]
    """Chinese whose default tokeniser is the one of terms.

    Made directly, which spares half the time of ``spacy.blank``: nothing is left to fill in. Its
    configuration says ``zh``, so that what was saved loads as any pipeline does.
    """

    class Defaults(ChineseDefaults):
        config = Config({"nlp": {"lang": "zh", "tokenizer": {"@tokenizers": "gongkai.TermTokenizer.v1"}}})

    @classmethod
    def has_factory(cls, name: str) -> bool:
        """Whether there are components of this name. spaCy's own are registered when one is asked for."""
        if super().has_factory(name):
            return True
        from spacy.pipeline.factories import register_factories

        register_factories()
        return super().has_factory(name)


def build_language() -> Language:
    """A fresh pipeline for Chinese running text; nothing is downloaded, and it can be saved to disk."""
    with sparing():
        nlp = RunningText()
        for name in _COMPONENTS:
            nlp.add_pipe(name)
        return nlp


@cache
def language() -> Language:
    """The pipeline, built once per process."""
    return build_language()
