"""Command line of the benchmarks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import accuracy, cold, memory, scans, speed
from tests.benchmarks.documents import documents_in, generated
from tests.benchmarks.report import PAGE, SCANS_PAGE, result_block, write_result
from tests.benchmarks.scan_peers import PEERS
from tests.corpus.arrivals import ARRIVALS

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


def _scans(args: Arguments, workplace: Path) -> str:
    peers = [peer for peer in PEERS if args.peers and peer.installed]
    sources = scans.documents(args.folder, workplace)
    names = args.arrival or list(ARRIVALS)
    return scans.report(scans.read_all(sources, names, seed=args.seed, most=args.pages, peers=peers))


COMMANDS: dict[str, Callable[[Arguments, Path], str]] = {
    "speed": _speed,
    "cold": _cold,
    "memory": _memory,
    "accuracy": _accuracy,
    "scans": _scans,
}


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
    command = commands.add_parser("scans")
    command.add_argument("folder", nargs="?", type=Path, help="PDFs to read (default: real and generated)")
    command.add_argument("--arrival", action="append", choices=ARRIVALS, help="a way to arrive; default all")
    command.add_argument("--pages", type=int, default=4, help="pages with tables of each document; default 4")
    command.add_argument("--seed", type=int, default=7, help="default 7")
    command.add_argument("--no-peers", dest="peers", action="store_false", help="gongkai alone")
    for command in commands.choices.values():
        command.add_argument("--write", action="store_true", help="also write to its page in docs/")
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
        page = SCANS_PAGE if args.command == "scans" else PAGE
        write_result(args.command, result_block(" ".join(command), result), page)


if __name__ == "__main__":
    main()
