"""Every benchmark runs, and its measures tell right from wrong. No time is asserted."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pymupdf
import pytest

from tests.benchmarks import bulk, confidence, figures, misprints, peers, proof, throughput
from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.archive import BROKEN_KINDS, make_archive
from tests.benchmarks.memory import Reading, spread
from tests.benchmarks.report import write_result
from tests.corpus.compare import Difference
from tests.corpus.generator import generate

TRUTH = {
    "tables": {
        "expenditure": [
            {
                "code": None,
                "name": "合计",
                "amounts": {"total": "30.00", "basic": "10.00", "project": "20.00"},
            },
            {"code": "201", "name": "一般公共服务支出", "amounts": {"total": "30.00", "basic": "0.00"}},
        ],
        "general_budget_expenditure": [
            {"code": "201", "name": "一般公共服务支出", "amounts": {"total": "30.00"}}
        ],
        "three_public": [{"code": "total", "amounts": {"budget": "5.00"}}],
    }
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A document of one page without gold."""
    folder = tmp_path_factory.mktemp("pdf")
    document = generate(3, family="guangdong_budget", renderer="reportlab", subjects=3, prose=False)
    with pymupdf.open(stream=document.data, filetype="pdf") as pages:
        pages.select([0])
        pages.save(folder / "small.pdf")
    return folder


def test_speed_compares_all_readers(folder, capsys):
    main(["speed", str(folder), "--repeats", "1"])
    printed = capsys.readouterr().out
    assert "1 documents (0 with gold)" in printed
    for reader in ("gongkai", "pdfplumber", "PyMuPDF", "camelot"):
        assert f"| {reader}" in printed


def test_cold_measures_the_command(folder, capsys):
    main(["cold", str(folder), "--repeats", "1"])
    assert "peak memory" in capsys.readouterr().out


def test_memory_is_read_at_several_points(capsys):
    main(["memory", "--documents", "2"])
    printed = capsys.readouterr().out
    assert "| 1 |" in printed
    assert "| 2 |" in printed


def test_accuracy_covers_every_manner(capsys):
    main(["accuracy", "--seeds", "3-3", "--family", "guangdong_budget", "--no-gold"])
    printed = capsys.readouterr().out
    for manner in ("PDF, cells closed", "PDF, lines missing", "text, tabs", "text, cells"):
        assert f"| {manner} | 1 |" in printed


def test_archive_holds_every_kind_and_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.benchmarks.archive.BROKEN", 0.7)
    monkeypatch.setattr("tests.benchmarks.archive.SCANS", 0.0)
    archive = make_archive(tmp_path / "in", 10)
    assert archive.count == 10
    broken = sorted(outcome for _, outcome, _ in BROKEN_KINDS)
    assert sorted(one for one in archive.outcomes.values() if one != "finished") == broken
    assert sorted(path.name for path in archive.folder.iterdir()) == sorted(
        [*archive.outcomes, "outcomes.json"]
    )
    assert make_archive(tmp_path / "in", 99) == archive


def test_folder_without_pdf_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        main(["speed", str(tmp_path)])


def found(*rows: list[str]) -> int:
    return figures.count_found(list(figures.wanted_rows(TRUTH)), rows)


class TestFiguresFound:
    def test_zeros_and_labels_over_figures_are_not_wanted(self):
        assert figures.count_wanted(figures.wanted_rows(TRUTH)) == 5

    def test_every_printed_row_counts_once(self):
        total, line = ["", "合 计", "30.00", "10.00", "20.00"], ["201", "一般公共\n服务支出", "3 0", ""]
        assert found(total, line, line) == 5
        assert found(total, line) == 4
        assert found(total, total) == 3

    def test_code_is_enough(self):
        assert found(["2", "01", "般公共服务支出一", "30"]) == 1

    def test_figures_run_together_are_lost(self):
        assert found(["合计", "30.00 10.00", "20.00"]) == 1

    def test_figure_of_another_row_is_no_help(self):
        assert found(["合计", ""], ["", "30.00"]) == 0


def test_spread_leaves_out_the_start():
    assert spread([Reading(10, 50.0), Reading(20, 99.0), Reading(100, 101.0)]) == pytest.approx(0.01)


def test_result_replaces_the_former_one(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- speed -->\nold\n<!-- /speed -->\nb\n", encoding="utf-8")
    write_result("speed", "new", page)
    assert page.read_text(encoding="utf-8") == "a\n<!-- speed -->\n\nnew\n<!-- /speed -->\nb\n"
    with pytest.raises(ValueError, match="no single place"):
        write_result("cold", "new", page)


WITH_TRIALS = {"bulk": bulk.TRIALS, "throughput": throughput.TRIALS}


@pytest.mark.parametrize(
    ("page", "name"),
    [(benchmark.page, name) for name, benchmark in BENCHMARKS.items() if name not in WITH_TRIALS]
    + [
        (BENCHMARKS[name].page, f"{name}-{trial}") for name, trials in WITH_TRIALS.items() for trial in trials
    ],
)
def test_page_has_a_place_for_each_result(page, name):
    text = page.read_text(encoding="utf-8")
    assert f"<!-- {name} -->" in text
    assert f"<!-- /{name} -->" in text


def test_loading_compares_an_undisturbed_load_with_a_killed_one(capsys):
    main(["loading", "--documents", "4", "--originals", "1"])
    printed = capsys.readouterr().out
    assert "4 results" in printed
    assert printed.count("equals") == 2
    assert "DIFFERS" not in printed


class TestConfidence:
    """Counting how often figures of a kind are right, and holding that against others."""

    @staticmethod
    def seen(score: float, right: int, wrong: int, standing: str = "consistent"):
        evidence = confidence.Evidence("pixels", standing, "once", score)
        return [confidence.Observed(evidence, n < right) for n in range(right + wrong)]

    def test_classes_rise_with_the_score_and_few_figures_say_little(self):
        known = confidence.fit([*self.seen(0.3, 2, 8), *self.seen(0.85, 97, 1), *self.seen(0.97, 9, 1)])
        (rows,) = known.values()
        assert [(row.score, row.figures) for row in rows] == [(0.0, 10), (0.8, 108)]
        assert rows[0].probability == 0.25
        assert rows[1].probability == round(107 / 110, 4)

    def test_groups_are_counted_apart(self):
        known = confidence.fit([*self.seen(0.3, 1, 1), *self.seen(0.3, 5, 0, "proven")])
        assert {group[1]: rows[0].figures for group, rows in known.items()} == {"consistent": 2, "proven": 5}

    def test_plot_marks_every_class(self):
        classes = confidence.reliability([*self.seen(0.999, 300, 1, "proven"), *self.seen(0.1, 1, 5)])
        assert sum(each.figures for each in classes) == 307
        assert confidence.drawing(classes).count("<circle") == len(classes)


def test_proof_counts_repairs_and_author_errors(capsys):
    main(["proof", "--seeds", "3-3"])
    printed = capsys.readouterr().out
    assert "| 5% |" in printed
    assert printed.count("3 planted, 0 repaired") == 2


def test_transcripts_are_read_with_every_noise(capsys):
    main(["transcripts", "--seeds", "3-3"])
    assert "| 3% |" in capsys.readouterr().out


def test_running_text_is_timed_beside_its_document(folder, capsys):
    main(["narrative", str(folder), "--loads", "1", "--repeats", "1"])
    printed = capsys.readouterr().out
    assert "| spaCy with our pipeline | 1 |" in printed
    assert printed.count(".pdf`") == 1


def test_a_right_figure_beside_a_misread_code_is_not_wrong():
    """A generated transcript: 22399 was read as 223, and the fund of its item was counted as wrong."""
    truth = {"tables": {"income": [{"code": "22399", "amounts": {"total": "5.22"}}]}}
    lost = Difference("income/22399/total", "5.22", None, flagged=True)
    fund = Difference("income/2239999/state_capital", None, "5.22", flagged=False)
    other = Difference("income/2239999/state_capital", None, "5.23", flagged=False)
    total = Difference("income/2239999/total", None, "5.22", flagged=False)
    assert list(proof.wrong_figures([fund, lost], truth)) == []
    assert list(proof.wrong_figures([other, lost], truth)) == [other]
    assert list(proof.wrong_figures([fund, total, lost], truth)) == [total]


def test_readers_are_scored_by_the_figures_of_their_rows():
    wanted = [
        figures.WantedRow(("外交支出", "202"), Counter([Decimal("3.00"), Decimal("1.00")])),
        figures.WantedRow(("事业收入",), Counter([Decimal("5.00")])),
        figures.WantedRow(("合计",), Counter([Decimal("3.00")])),
    ]
    rows = [
        ["五、事业收入", "5", "5.00", "二、外交\n支出", "32", "1.00"],  # both sides of a form in one row
        ["合 计", "3.00", "0.00"],
        ["", "7.00"],
    ]
    assert peers.score(wanted, rows) == (4, 4, 3)
    assert peers.score(wanted, []).f1 == 0


def test_an_error_of_the_author_made_good_is_told_of():
    mistake = {
        "kind": "income",
        "code": "208",
        "name": None,
        "column": "total",
        "printed": "3.1",
        "exact": "3.7",
    }
    place = ("income", "208", "total")
    printed = {place: (Decimal("3.1"), "contradicted")}
    tallies = []
    for found in (printed, {place: (Decimal("3.7"), "proven")}, {}):
        tally = misprints.Tally()
        misprints.judge(mistake, printed, found, tally)
        tallies.append((tally.counts["planted"], tally.counts["as printed, contradicted"], len(tally.wrong)))
    assert tallies == [(1, 1, 0), (1, 0, 1), (1, 0, 0)]
