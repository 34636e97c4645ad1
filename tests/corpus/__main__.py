"""Command line of the corpus generator."""

from __future__ import annotations

import argparse
import ast
from pathlib import Path
from typing import Any

from tests.corpus.forms import families
from tests.corpus.generator import RENDERERS, generate
from tests.corpus.samples import write_document, write_samples


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.corpus", description="Make disclosures with known truth."
    )
    parser.add_argument("what", nargs="?", choices=["documents", "samples"], default="documents")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds, counting up (default 1)")
    parser.add_argument("--family", choices=sorted(families()), help="drawn from the seed if not given")
    parser.add_argument("--renderer", choices=RENDERERS, help="drawn from the seed if not given")
    parser.add_argument("--mistakes", type=int, default=0, help="figures to misprint (default 0)")
    parser.add_argument("--noise", type=float, default=0.0, help="share of characters misread (default 0)")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a field of Wishes or Style, such as subjects=60 or rulings='bars'",
    )
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write to (default here)")
    return parser


def _options(settings: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs; a value that is no Python literal is a string."""
    options = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            options[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            options[name] = value
    return options


def main() -> None:
    """Write documents or the samples, and print a line for each."""
    args = _parser().parse_args()
    if args.what == "samples":
        for path in write_samples():
            print(f"{path}  {path.stat().st_size:,} bytes")
        return
    for seed in range(args.seed, args.seed + args.count):
        document = generate(
            seed,
            family=args.family,
            renderer=args.renderer,
            mistakes=args.mistakes,
            noise=args.noise,
            **_options(args.option),
        )
        print(f"{write_document(document, args.out, f'corpus-{seed:05d}')}  {document.description}")


if __name__ == "__main__":
    main()
