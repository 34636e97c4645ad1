"""Command line of the benchmarks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import accuracy, bulk, cold, memory, service, speed
from tests.benchmarks.archive import make_archive
from tests.benchmarks.documents import documents_in, generated
from tests.benchmarks.report import BATCHES_PAGE, PAGE, result_block, write_result

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


def _bulk(args: Arguments, workplace: Path) -> str:
    archive = make_archive(args.archive or workplace / "in", args.documents, args.pages)
    return bulk.TRIALS[args.trial](archive, workplace)


def _service(args: Arguments, workplace: Path) -> str:
    tally = service.measure(workplace, clients=args.clients, seconds=args.seconds)
    return service.report(tally, clients=args.clients, seconds=args.seconds)


COMMANDS: dict[str, Callable[[Arguments, Path], str]] = {
    "speed": _speed,
    "cold": _cold,
    "memory": _memory,
    "accuracy": _accuracy,
    "bulk": _bulk,
    "service": _service,
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
    command = commands.add_parser("bulk")
    command.add_argument("trial", choices=sorted(bulk.TRIALS))
    command.add_argument("--documents", type=int, default=100, help="default 100")
    command.add_argument("--pages", type=int, help="most pages of a digital document (default: all)")
    command.add_argument("--archive", type=Path, help="folder to make them in, or to take them from")
    command = commands.add_parser("service")
    command.add_argument("--clients", type=int, default=32, help="default 32")
    command.add_argument("--seconds", type=float, default=60.0, help="default 60")
    for command in commands.choices.values():
        command.add_argument(
            "--write",
            action="store_true",
            help=f"also write to docs/{PAGE.name}, of bulk to docs/{BATCHES_PAGE.name}",
        )
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
        if args.command == "bulk":
            write_result(f"bulk-{args.trial}", block, BATCHES_PAGE)
        else:
            write_result(args.command, block)


if __name__ == "__main__":
    main()
