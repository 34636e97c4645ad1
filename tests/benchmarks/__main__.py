"""Command line of the benchmarks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import accuracy, cold, confidence, memory, proof, speed
from tests.benchmarks.documents import ROOT, documents_in, generated
from tests.benchmarks.report import PAGE, result_block, write_result

Arguments = argparse.Namespace


def _speed(args: Arguments, workplace: Path) -> str:
    tasks = [speed.make_task(document) for document in documents_in(args.folder, workplace)]
    return speed.report(tasks, speed.measure(tasks, repeats=args.repeats), repeats=args.repeats)


def _cold(args: Arguments, workplace: Path) -> str:
    path = cold.typical(documents_in(args.folder, workplace))
    return cold.report(path, [cold.run_cold(path) for _ in range(args.repeats)])


def _memory(args: Arguments, workplace: Path) -> str:
    documents = generated(workplace, count=args.documents)
    return memory.report(memory.read_all(documents, every=max(1, args.documents // 10)))


def _accuracy(args: Arguments, workplace: Path) -> str:
    del workplace  # documents are made and read in memory
    scores = accuracy.score_generated(args.seeds, family_names=args.family)
    return accuracy.report(scores, accuracy.score_gold() if args.gold else {}, args.seeds)


def _proof(args: Arguments, workplace: Path) -> str:
    del workplace  # documents are made and read in memory
    return proof.measure(args.seeds)


def _transcripts(args: Arguments, workplace: Path) -> str:
    del workplace
    return proof.measure_transcripts(args.seeds)


def _confidence(args: Arguments, workplace: Path) -> str:
    """Count on some seeds unless the table in use is to be judged, then judge on others."""
    del workplace
    from extract.accounting.confidence import table

    if args.fit:
        confidence.write_table(confidence.fit(confidence.observe(args.fit_scans, args.fit_transcripts)))
        table.cache_clear()
    fitted = (
        f"scans of seeds {args.fit_scans[0]} to {args.fit_scans[-1]} and transcripts of seeds "
        f"{args.fit_transcripts[0]} to {args.fit_transcripts[-1]}"
    )
    return confidence.measure(fitted, args.scans, args.transcripts, plot=args.write)


COMMANDS: dict[str, Callable[[Arguments, Path], str]] = {
    "speed": _speed,
    "cold": _cold,
    "memory": _memory,
    "accuracy": _accuracy,
    "proof": _proof,
    "transcripts": _transcripts,
    "confidence": _confidence,
}
PAGES = dict.fromkeys(("proof", "transcripts", "confidence"), ROOT / "docs" / "proof.md")
"""Where results are written that do not stand in docs/benchmarks.md."""


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure speed, memory and accuracy."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, repeats in (("speed", 3), ("cold", 5)):
        command = commands.add_parser(name)
        command.add_argument("folder", nargs="?", type=Path, help="PDFs to read (default: the real ones)")
        command.add_argument("--repeats", type=int, default=repeats, help=f"default {repeats}")
    commands.add_parser("memory").add_argument("--documents", type=int, default=500, help="default 500")
    command = commands.add_parser("accuracy")
    command.add_argument("--seeds", type=_seeds, default=range(1, 6), metavar="A-B", help="default 1-5")
    command.add_argument("--family", action="append", default=[], help="a family of templates; default all")
    command.add_argument("--no-gold", dest="gold", action="store_false", help="only generated documents")
    for name in ("proof", "transcripts"):
        command = commands.add_parser(name)
        command.add_argument(
            "--seeds", type=_seeds, default=range(8000, 8060), metavar="A-B", help="8000-8059"
        )
    command = commands.add_parser("confidence")
    command.add_argument("--fit", action="store_true", help="count anew and write the table in use")
    for name, seeds in (
        ("fit-scans", range(5100, 5103)),
        ("fit-transcripts", range(5000, 5010)),
        ("scans", range(0)),
        ("transcripts", range(8000, 8003)),
    ):
        given = f"default {seeds[0]}-{seeds[-1]}" if seeds else "default none"
        command.add_argument(f"--{name}", type=_seeds, default=seeds, metavar="A-B", help=given)
    for name, command in commands.choices.items():
        page = PAGES.get(name, PAGE).name
        command.add_argument("--write", action="store_true", help=f"also write to docs/{page}")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark and print its result as Markdown."""
    given = sys.argv[1:] if arguments is None else arguments
    args = _parser().parse_args(given)
    with tempfile.TemporaryDirectory() as workplace:
        result = COMMANDS[args.command](args, Path(workplace))
    print(result)
    if args.write:
        command = ["python -m tests.benchmarks", *(word for word in given if word != "--write")]
        block = result_block(" ".join(command), result)
        write_result(args.command, block, PAGES.get(args.command, PAGE))


if __name__ == "__main__":
    main()
