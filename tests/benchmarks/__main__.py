"""Command line of the benchmarks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import (
    accuracy,
    bulk,
    cold,
    confidence,
    loading,
    memory,
    misprints,
    narrative,
    peers,
    proof,
    scans,
    service,
    speed,
    throughput,
)
from tests.benchmarks.archive import make_archive
from tests.benchmarks.documents import ROOT, documents_in, generated
from tests.benchmarks.report import BATCHES_PAGE, PAGE, SCANS_PAGE, result_block, write_result
from tests.corpus.arrivals import ARRIVALS
from tests.corpus.raster import CONDITIONS

Arguments = argparse.Namespace
Parser = argparse.ArgumentParser
PROOF_PAGE = ROOT / "docs" / "proof.md"


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: what it takes, what it does, and the page in docs/ its result stands on."""

    arguments: Callable[[Parser], None]
    run: Callable[[Arguments, Path], str]
    page: Path = PAGE


def _folder(repeats: int) -> Callable[[Parser], None]:
    def arguments(command: Parser) -> None:
        command.add_argument("folder", nargs="?", type=Path, help="PDFs to read (default: the real ones)")
        command.add_argument("--repeats", type=int, default=repeats, help=f"default {repeats}")

    return arguments


def _speed(args: Arguments, workplace: Path) -> str:
    tasks = [speed.make_task(document) for document in documents_in(args.folder, workplace)]
    return speed.report(tasks, speed.measure(tasks, repeats=args.repeats), repeats=args.repeats)


def _cold(args: Arguments, workplace: Path) -> str:
    path = cold.typical(documents_in(args.folder, workplace))
    return cold.report(path, [cold.run_cold(path) for _ in range(args.repeats)])


def _memory_arguments(command: Parser) -> None:
    command.add_argument("--documents", type=int, default=500, help="default 500")


def _memory(args: Arguments, workplace: Path) -> str:
    documents = generated(workplace, count=args.documents)
    return memory.report(memory.read_all(documents, every=max(1, args.documents // 10)))


def _accuracy_arguments(command: Parser) -> None:
    command.add_argument("--seeds", type=_seeds, default=range(1, 6), metavar="A-B", help="default 1-5")
    command.add_argument("--family", action="append", default=[], help="a family of templates; default all")
    command.add_argument("--no-gold", dest="gold", action="store_false", help="only generated documents")


def _accuracy(args: Arguments, workplace: Path) -> str:
    del workplace  # documents are made and read in memory
    scores = accuracy.score_generated(args.seeds, family_names=args.family)
    return accuracy.report(scores, accuracy.score_gold() if args.gold else {}, args.seeds)


def _bulk_arguments(command: Parser) -> None:
    command.add_argument("trial", choices=sorted(bulk.TRIALS))
    command.add_argument("--documents", type=int, default=100, help="default 100")
    command.add_argument("--pages", type=int, help="most pages of a digital document (default: all)")
    command.add_argument("--archive", type=Path, help="folder to make them in, or to take them from")


def _bulk(args: Arguments, workplace: Path) -> str:
    archive = make_archive(args.archive or workplace / "in", args.documents, args.pages)
    return bulk.TRIALS[args.trial](archive, workplace)


def _loading_arguments(command: Parser) -> None:
    command.add_argument("--documents", type=int, default=5000, help="results to load; default 5000")
    command.add_argument("--originals", type=int, default=60, help="documents they vary; default 60")
    command.add_argument("--folder", type=Path, help="to make the results in, or to take them from")


def _loading(args: Arguments, workplace: Path) -> str:
    given = {"documents": args.documents, "originals": args.originals}
    results = loading.results_in(args.folder or workplace, **given)
    return loading.run(workplace, results=results, originals=args.originals)


def _service_arguments(command: Parser) -> None:
    command.add_argument("--clients", type=int, default=32, help="default 32")
    command.add_argument("--seconds", type=float, default=60.0, help="default 60")


def _service(args: Arguments, workplace: Path) -> str:
    tally = service.measure(workplace, clients=args.clients, seconds=args.seconds)
    return service.report(tally, clients=args.clients, seconds=args.seconds)


def _scans_arguments(command: Parser) -> None:
    command.add_argument("folder", nargs="?", type=Path, help="PDFs to read (default: real and generated)")
    command.add_argument("--arrival", action="append", choices=ARRIVALS, help="a way to arrive; default all")
    command.add_argument(
        "--pages", type=int, default=4, help="pages with tables of each document, 0 for all; default 4"
    )
    command.add_argument("--seed", type=int, default=7, help="of pages, damage, generated documents; 7")
    command.add_argument("--documents", type=int, help="take so many of them; default all")
    command.add_argument("--log", type=Path, help="add readings to this file; do not repeat those in it")


def _scans(args: Arguments, workplace: Path) -> str:
    sources = scans.documents(args.folder, workplace, args.seed)[: args.documents]
    names = args.arrival or list(ARRIVALS)
    return scans.report(scans.read_all(sources, names, seed=args.seed, most=args.pages, log=args.log))


def _throughput_arguments(command: Parser) -> None:
    command.add_argument("trial", choices=sorted(throughput.TRIALS))
    command.add_argument(
        "--documents", type=int, default=6, help="generated, beside the real ones; default 6"
    )
    command.add_argument("--pages", type=int, default=12, help="to read; default 12")
    command.add_argument("--seed", type=int, default=61, help="default 61")
    command.add_argument("--keep", type=Path, help="folder that keeps the scanned pages from run to run")


def _throughput(args: Arguments, workplace: Path) -> str:
    sources = scans.documents(None, workplace / "documents", args.seed, count=args.documents)
    scratch = args.keep or workplace / "pages"
    return throughput.measure(args.trial, sources, seed=args.seed, count=args.pages, scratch=scratch)


def _held_out(command: Parser) -> None:
    command.add_argument("--seeds", type=_seeds, default=range(8000, 8060), metavar="A-B", help="8000-8059")


def _proof(args: Arguments, workplace: Path) -> str:
    del workplace  # documents are made and read in memory
    return proof.measure(args.seeds)


def _misprints(args: Arguments, workplace: Path) -> str:
    del workplace
    return misprints.measure(args.seeds)


def _large_arguments(command: Parser) -> None:
    command.add_argument("--seeds", type=_seeds, default=range(8100, 8103), metavar="A-B", help="8100-8102")


def _large(args: Arguments, workplace: Path) -> str:
    del workplace
    return proof.measure_large(args.seeds)


def _peers_arguments(command: Parser) -> None:
    command.add_argument("--seeds", type=_seeds, default=range(8200, 8204), metavar="A-B", help="8200-8203")
    command.add_argument(
        "--condition", action="append", choices=CONDITIONS, help="default clean200, scan200 and fax200"
    )


def _peers(args: Arguments, workplace: Path) -> str:
    del workplace
    return peers.measure(args.seeds, args.condition or ["clean200", "scan200", "fax200"])


def _transcripts(args: Arguments, workplace: Path) -> str:
    del workplace
    return proof.measure_transcripts(args.seeds)


def _confidence_arguments(command: Parser) -> None:
    command.add_argument("--fit", action="store_true", help="count anew and write the table in use")
    for name, seeds in (
        ("fit-scans", range(5100, 5108)),
        ("fit-transcripts", range(5000, 5020)),
        ("scans", range(8000, 8004)),
        ("transcripts", range(8000, 8010)),
    ):
        given = f"{seeds[0]}-{seeds[-1]}"
        command.add_argument(f"--{name}", type=_seeds, default=seeds, metavar="A-B", help=given)


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


def _narrative_arguments(command: Parser) -> None:
    command.add_argument("folder", nargs="?", type=Path, help="PDFs and transcripts (default: the real ones)")
    command.add_argument("--repeats", type=int, default=5, help="readings of each document; default 5")
    command.add_argument("--loads", type=int, default=15, help="new processes of each kind; default 15")


def _narrative(args: Arguments, workplace: Path) -> str:
    del workplace
    times = narrative.load_in_turns(args.loads)
    shares = [narrative.share_of(path, args.repeats) for path in narrative.documents(args.folder)]
    return narrative.report(times, shares)


BENCHMARKS = {
    "speed": Benchmark(_folder(3), _speed),
    "cold": Benchmark(_folder(5), _cold),
    "memory": Benchmark(_memory_arguments, _memory),
    "accuracy": Benchmark(_accuracy_arguments, _accuracy),
    "scans": Benchmark(_scans_arguments, _scans, SCANS_PAGE),
    "throughput": Benchmark(_throughput_arguments, _throughput, SCANS_PAGE),
    "peers": Benchmark(_peers_arguments, _peers, SCANS_PAGE),
    "proof": Benchmark(_held_out, _proof, PROOF_PAGE),
    "proof-large": Benchmark(_large_arguments, _large, PROOF_PAGE),
    "misprints": Benchmark(_held_out, _misprints, PROOF_PAGE),
    "transcripts": Benchmark(_held_out, _transcripts, PROOF_PAGE),
    "confidence": Benchmark(_confidence_arguments, _confidence, PROOF_PAGE),
    "bulk": Benchmark(_bulk_arguments, _bulk, BATCHES_PAGE),
    "loading": Benchmark(_loading_arguments, _loading, loading.PAGE),
    "service": Benchmark(_service_arguments, _service),
    "narrative": Benchmark(_narrative_arguments, _narrative, narrative.PAGE),
}


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _parser() -> Parser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure speed, memory and accuracy."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, benchmark in BENCHMARKS.items():
        command = commands.add_parser(name)
        benchmark.arguments(command)
        command.add_argument("--write", action="store_true", help=f"also write to docs/{benchmark.page.name}")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one benchmark and print its result as Markdown."""
    given = sys.argv[1:] if arguments is None else arguments
    args = _parser().parse_args(given)
    benchmark = BENCHMARKS[args.command]
    with tempfile.TemporaryDirectory() as workplace:
        result = benchmark.run(args, Path(workplace))
    print(result)
    if args.write:
        command = ["python -m tests.benchmarks", *(word for word in given if word != "--write")]
        place = "-".join(filter(None, (args.command, getattr(args, "trial", None))))
        write_result(place, result_block(" ".join(command), result), benchmark.page)


if __name__ == "__main__":
    main()
