"""AAPOR's rates agree with outcomerate 1.0.1, as fractions of whole counts."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from app.analysis.nonresponse.rates import DEFINITIONS, cases_of, eligibility, rate, rates
from tests.reference.entries import differences
from tests.reference.expected import SHARED, read_expected

FOLDER = SHARED / "reference" / "13_aapor"
NOT_HERE = "the file of outcomerate lies outside the repository, under ../shared"
IDS = (
    "counts", "e", "rates", "rates_weighted", "rates_by_region", "fixed_counts", "definitions",
)  # fmt: skip

needs_the_file = pytest.mark.skipif(not FOLDER.is_dir(), reason=NOT_HERE)


def rows() -> list[dict[str, str]]:
    with (FOLDER / "middleearth.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def counts(weight: str | None = None, region: str | None = None) -> Counter[str]:
    """Return the outcomes by letter, each case once or with its weight, a whole number."""
    found: Counter[str] = Counter()
    for row in rows():
        if region is None or row["region"] == region:
            found[row["code"]] += int(row[weight]) if weight else 1
    return found


def e_of(weight: str | None = None) -> Fraction:
    found = eligibility(cases_of(counts(weight)))
    assert found is not None
    return found


def rates_by_region() -> dict[str, Any]:
    """Return RR1 to RR6 of each region with the e of all of them."""
    found: defaultdict[str, dict[str, Fraction | None]] = defaultdict(dict)
    for region in {row["region"] for row in rows()}:
        cases = cases_of(counts(region=region))
        for name in ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6"):
            found[region][name] = rate(name, cases, e_of())
    return dict(found)


def fixed_counts() -> dict[str, Any]:
    given = {"I": 620, "P": 40, "R": 55, "NC": 180, "O": 12, "UH": 70, "UO": 8, "NE": 15}
    cases = cases_of(given)
    return {"counts": cases.by_letter(), "e": eligibility(cases), "rates": rates(cases)}


def definitions() -> dict[str, Any]:
    """Return the table as the file writes it: a letter alone stands without a list."""
    sides = {
        name: ([*above] if len(above) > 1 else above[0], [*below])
        for name, (above, below) in DEFINITIONS.items()
    }
    return {name: {"num": above, "den": below} for name, (above, below) in sides.items()}


FOUND: dict[str, Callable[[], Any]] = {
    "counts": lambda: dict(counts()),
    "e": lambda: {"unweighted": e_of(), "weighted": e_of("svywt")},
    "rates": lambda: rates(cases_of(counts())),
    "rates_weighted": lambda: {
        f"{name}w": value for name, value in rates(cases_of(counts("svywt"))).items()
    },
    "rates_by_region": rates_by_region,
    "fixed_counts": fixed_counts,
    "definitions": definitions,
}


@needs_the_file
def test_every_value_of_the_file_is_compared() -> None:
    entries = read_expected(FOLDER / "expected.R.json").entries
    assert entries.keys() == FOUND.keys() == set(IDS)


@needs_the_file
@pytest.mark.parametrize("name", IDS)
def test_the_rates_agree_with_outcomerate(name: str) -> None:
    expected = read_expected(FOLDER / "expected.R.json")
    assert differences(expected, name, FOUND[name]()) == []


def test_the_rates_of_sixteen_cases_are_the_fractions_outcomerate_tests_itself_with() -> None:
    """ropensci/outcomerate (CC0), tests/testthat/test-rate.R, with e = 0.5."""
    outcomes = ["I", "P", "I", "NC", "UH", "I", "R", "UO", "I", "O", "P", "I", "R", "O", "P", "NE"]
    found = rates(cases_of(Counter(outcomes)), Fraction(1, 2))
    wanted = {
        "RR1": "1/3", "RR2": "8/15", "RR3": "5/14", "RR4": "4/7", "RR5": "5/13", "RR6": "8/13",
        "COOP1": "5/12", "COOP2": "2/3", "COOP3": "1/2", "COOP4": "4/5",
        "REF1": "2/15", "REF2": "1/7", "REF3": "2/13",
        "CON1": "4/5", "CON2": "6/7", "CON3": "12/13",
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == {k: Fraction(v) for k, v in wanted.items()}
