"""After a batch: everything the store knows as one HTML page without external assets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from flows.manifest import latest_heads, latest_records
from flows.records import Record
from flows.store import DOCUMENTS, FAILURE, RESULT, Store

REPORT = "report.html"
_MOST_LISTED = 1_000
"""Lines of a list at most: a page with more is no page any more. The manifests have them all."""
_MOST_BATCHES = 20
_BINS = 10
_PLOT = (560, 180)
"""Width and height of the plot in pixels."""
_QUALITY = (
    (0.999, "everything proven or consistent"),
    (0.95, "0.95 and more"),
    (0.8, "0.80 to 0.95"),
    (0.0, "below 0.80"),
)

_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem auto;max-width:70rem;
padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;margin:.5rem 0}
th,td{padding:.2rem .7rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
th{font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.counts{display:flex;flex-wrap:wrap;align-items:flex-start;gap:0 3rem}summary{cursor:pointer}
.note{color:#666}.bad{color:#a40000}
a{color:#0b5394}svg text{font:12px system-ui,sans-serif;fill:#333}
@media(prefers-color-scheme:dark){body{background:#16181b;color:#e6e6e6}th,td{border-color:#3a3d41}
a{color:#7fb2e5}svg text{fill:#ccc}.bad{color:#ff8a80}.note{color:#aaa}}
"""


def write_report(store: Store) -> str:
    """Write the report of a store into it; its address comes back."""
    html = report_html(latest_records(store), latest_heads(store, _MOST_BATCHES), title=store.url)
    store.write(REPORT, html.encode("utf-8", "replace"))
    return store.address(REPORT)


def report_html(records: Sequence[Record], batches: Sequence[dict[str, Any]], *, title: str) -> str:
    """The page: totals, counts, the plot of proven shares, failures, what needs review, throughput."""
    finished = [record for record in records if record.state == "finished"]
    failures = [record for record in records if record.state == "failed"]
    parts = [
        f"<h1>Digitised: {escape(title)}</h1>",
        _totals(records, finished, failures),
        _counts(finished),
        _plot(finished),
        _failures(failures),
        _review(finished),
        _throughput(batches),
    ]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _totals(records: Sequence[Record], finished: Sequence[Record], failures: Sequence[Record]) -> str:
    cells = sum(record.cells for record in finished)
    proven = sum(record.proven for record in finished)
    contradicted = sum(record.contradicted for record in finished)
    review = sum(record.needs_review for record in finished)
    share = f" ({100 * proven / cells:.1f} %)" if cells else ""
    rows = [
        ("Documents", f"{len(records):,}"),
        ("Finished", f"{len(finished):,}"),
        ("Failed", f"{len(failures):,}"),
        ("Need review", f"{review:,}"),
        ("Pages", f"{sum(record.pages for record in finished):,}"),
        ("Figures", f"{cells:,}"),
        ("Proven by two sums", f"{proven:,}{share}"),
        ("Contradicted", f"{contradicted:,}"),
    ]
    return _table(("", ""), [[escape(label), value] for label, value in rows], numbers={1})


def _counts(finished: Sequence[Record]) -> str:
    sections: tuple[tuple[str, Callable[[Record], str]], ...] = (
        ("Kind", lambda record: record.kind or "unknown"),
        ("Fiscal year", lambda record: str(record.fiscal_year or "unknown")),
        ("City", lambda record: record.city or "unknown"),
        ("Quality", _quality),
    )
    tables = [_count_table(label, map(key, finished), _ORDERS.get(label)) for label, key in sections]
    return f'<h2>Finished documents</h2><div class="counts">{"".join(tables)}</div>'


def _quality(record: Record) -> str:
    score = record.score or 0.0
    return next(label for least, label in _QUALITY if score >= least)


_ORDERS: dict[str, Callable[[str], Any]] = {
    "Fiscal year": str,
    "Quality": [label for _, label in _QUALITY].index,
}
"""What counts are sorted by where it is not how many there are."""


def _count_table(label: str, values: Iterable[str], order: Callable[[str], Any] | None = None) -> str:
    by_value = sorted(Counter(values).items())
    counts = sorted(by_value, key=lambda item: order(item[0]) if order else -item[1])
    rows = [[escape(value), f"{count:,}"] for value, count in counts]
    return _table((label, "Documents"), rows, numbers={1})


def _plot(finished: Sequence[Record]) -> str:
    """A histogram of the share of proven figures per document."""
    shares = [share for record in finished if (share := record.proven_share) is not None]
    heading = "<h2>Documents by share of figures proven by two sums, %</h2>"
    if not shares:
        return heading + '<p class="note">No figures.</p>'
    bins = Counter(min(int(share * _BINS), _BINS - 1) for share in shares)
    bars = "".join(_bar(place, bins[place], max(bins.values())) for place in range(_BINS))
    width, height = _PLOT
    picture = (
        f'<svg role="img" aria-label="Documents by share of proven figures" width="{width}"'
        f' height="{height + 40}" viewBox="0 -18 {width} {height + 40}">{bars}</svg>'
    )
    return heading + picture


def _bar(place: int, count: int, most: int) -> str:
    """One bar with its count above and its range below."""
    width, height = _PLOT
    step = width / _BINS
    tall = height * count / most
    x, middle = place * step, (place + 0.5) * step
    span = f"{100 * place // _BINS}–{100 * (place + 1) // _BINS} %"
    return (
        f'<rect x="{x + 3:.1f}" y="{height - tall:.1f}" width="{step - 6:.1f}" height="{tall:.1f}"'
        f' fill="#4a86c5"><title>{span}: {count:,}</title></rect>'
        f'<text x="{middle:.1f}" y="{height - tall - 4:.1f}" text-anchor="middle">{count or ""}</text>'
        f'<text x="{middle:.1f}" y="{height + 16}" text-anchor="middle">{span.removesuffix(" %")}</text>'
    )


def _failures(failures: Sequence[Record]) -> str:
    if not failures:
        return '<h2>Failures</h2><p class="note">None.</p>'
    counts = _count_table("Error", (record.failure.error for record in failures if record.failure))
    rows = [
        [_link(record), escape(failure.error), escape(failure.problem), escape(failure.advice)]
        for record in failures[:_MOST_LISTED]
        if (failure := record.failure)
    ]
    table = _table(("Document", "Error", "What is wrong", "What to do"), rows)
    return f"<h2>Failures</h2>{counts}{table}{_cut_off(failures)}"


def _review(finished: Sequence[Record]) -> str:
    doubtful = sorted((record for record in finished if record.needs_review), key=_badness)
    if not doubtful:
        return '<h2>Need review</h2><p class="note">None.</p>'
    rows = [
        [
            _link(record),
            escape(record.organisation or ""),
            str(record.fiscal_year or ""),
            f"{record.score or 0:.3f}",
            f"{record.contradicted:,}",
            _percent(record.proven_share),
            _reasons(record.reasons),
        ]
        for record in doubtful[:_MOST_LISTED]
    ]
    headers = ("Document", "Organisation", "Year", "Score", "Contradicted", "Proven", "Why")
    table = _table(headers, rows, numbers={3, 4, 5})
    return f"<h2>Need review, the worst first</h2>{table}{_cut_off(doubtful)}"


def _reasons(reasons: Sequence[str]) -> str:
    """The first reason, and the others behind it."""
    if len(reasons) < 2:
        return escape("".join(reasons))
    others = "<br>".join(map(escape, reasons[1:]))
    return f"<details><summary>{escape(reasons[0])} (and {len(reasons) - 1} more)</summary>{others}</details>"


def _badness(record: Record) -> tuple[float, int, str]:
    return record.score or 0.0, -record.contradicted, record.uri


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _cut_off(records: Sequence[Record]) -> str:
    more = len(records) - _MOST_LISTED
    return f'<p class="note">{more:,} more are in the manifests.</p>' if more > 0 else ""


def _throughput(batches: Sequence[dict[str, Any]]) -> str:
    rows = [_batch_row(batch) for batch in batches]
    headers = ("Batch", "Source", "Workers", "Read", "Failed", "Left", "Pages", "Seconds", "Pages/s")
    return "<h2>Batches</h2>" + _table(headers, rows, numbers=set(range(2, 9)))


def _batch_row(batch: dict[str, Any]) -> list[str]:
    read, seconds = batch["read"], batch["seconds"]
    return [
        escape(batch["batch"]),
        escape(batch["source"]),
        f"{batch['workers']}",
        f"{read['documents']:,}",
        f"{read['failed']:,}",
        f"{batch['left']:,}",
        f"{read['pages']:,}",
        f"{seconds:,.1f}",
        f"{read['pages'] / seconds:,.1f}" if seconds else "",
    ]


def _link(record: Record) -> str:
    """The document, linked to its JSON beside the report."""
    if not record.id:
        return escape(record.uri)
    suffix = RESULT if record.state == "finished" else FAILURE
    return f'<a href="{DOCUMENTS}/{record.id}{suffix}">{escape(record.uri)}</a>'


def _table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[int] | frozenset[int] = frozenset()
) -> str:
    """A table of cells that are HTML already; the columns in ``numbers`` are set flush right."""

    def line(name: str, cells: Sequence[str]) -> str:
        marked = (
            f"<{name}{' class=n' if place in numbers else ''}>{cell}</{name}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(marked)}</tr>"

    head = line("th", headers) if any(headers) else ""
    return f"<table>{head}{''.join(line('td', row) for row in rows)}</table>"


def batch_markdown(head: dict[str, Any], store: Store) -> str:
    """A batch in a few lines of Markdown, for Prefect's artifacts."""
    read, seconds = head["read"], head["seconds"]
    rate = f"{read['pages'] / seconds:.1f}" if seconds else "–"
    return (
        f"# Batch {head['batch']}\n\n"
        f"| | |\n| --- | ---: |\n"
        f"| source | `{head['source']}` |\n"
        f"| read | {read['documents']:,} |\n"
        f"| failed | {read['failed']:,} |\n"
        f"| left | {head['left']:,} |\n"
        f"| pages | {read['pages']:,} |\n"
        f"| seconds | {seconds:,.1f} |\n"
        f"| pages/s | {rate} |\n\n"
        f"Report: `{store.address(REPORT)}`\n"
    )
