"""Every entry of an edition, printed as it is, cut, and beside a code that does not exist."""

import pytest

from models.catalogue import catalogue
from tests.subjects.test_matching import read, row

EDITIONS = [
    ("function", 2018),
    ("function", 2023),
    ("function", 2025),
    ("economic", 2017),
    ("economic", 2024),
]


def entries(classification, year):
    codes = catalogue().names(classification)
    return [entry for code in codes if (entry := catalogue().entry(classification, code, year))]


@pytest.mark.parametrize(("classification", "year"), EDITIONS)
def test_a_whole_edition_matches_itself(classification, year):
    known = entries(classification, year)
    reading = read([row(entry.code, entry.name) for entry in known], year, classification)
    assert [each.subject.code for each in reading.table.rows] == [entry.code for entry in known]
    assert {(each.subject.matched_by, each.subject.score) for each in reading.table.rows} == {
        ("code+name", 1.0)
    }
    assert (reading.checks, reading.repairs, reading.unknown) == ((), (), ())


@pytest.mark.parametrize(("classification", "year"), EDITIONS)
def test_a_cut_never_leads_to_another_code_or_another_name(classification, year):
    known = [entry for entry in entries(classification, year) if len(entry.name) > 5]
    reading = read([row(entry.code, entry.name[:-1]) for entry in known], year, classification)
    for entry, each in zip(known, reading.table.rows, strict=True):
        assert (each.code, each.subject.code) == (entry.code, entry.code)
        assert each.name in (entry.name, entry.name[:-1])
    assert len(reading.repairs) > len(known) / 2


@pytest.mark.parametrize(("classification", "year"), EDITIONS)
def test_codes_the_catalogue_lacks_are_accepted_and_never_bent(classification, year):
    known = catalogue().names(classification)
    groups = [code for code in known if len(code) == 5 and f"{code}77" not in known]
    reading = read([row(f"{code}77", known[code][0].text) for code in groups], year, classification)
    assert [each.code for each in reading.table.rows] == [f"{code}77" for code in groups]
    assert {each.subject for each in reading.table.rows} == {None}
    assert len(reading.unknown) == len(groups)
    assert all(each.accepted for each in reading.unknown)
    assert {check.status for check in reading.checks} == {"not_applicable"}
