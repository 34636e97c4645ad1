"""A reader for the service under test: deeds for texts that tell one, the real one for everything else."""

from __future__ import annotations

from extract.accounting import examine
from models.disclosure import Disclosure
from tests.flows import fake

READER = "tests.flows.service.dispatch:extract"


def extract(data: bytes, *, options) -> Disclosure:
    """What ``tests.flows.fake`` does, where the text tells it, examined; else the document, read."""
    if data[:200].isascii() and data.startswith(b"deed: "):
        made = fake.extract(data, options=options)
        examination = examine(made.tables, kind=made.disclosure.kind, trust=made.source.trust)
        return made.model_copy(update={"checks": examination.checks})
    from extract.pipeline import extract as read

    return read(data, options=options)
