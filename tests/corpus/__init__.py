"""A generator of disclosures nobody published, with known truth, to develop and measure the reader on.

    from tests.corpus import generate
    document = generate(7, family="wuhan", renderer="reportlab")

On the command line: ``python -m tests.corpus --help``.
"""

from tests.corpus.generator import RENDERERS, GeneratedDocument, generate

__all__ = ["RENDERERS", "GeneratedDocument", "generate"]
