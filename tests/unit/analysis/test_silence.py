"""The sections about the silent in a whole study: bounds, ways of answering, early against late."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import CellsError, make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.design.bounds import RateError, index_bounds
from app.analysis.nonresponse.arrival import arrival_trend
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import from_json, to_json
from app.analysis.results.schema import json_schema
from app.analysis.study import run_study
from app.cli.study_table import study_table
from app.i18n import set_language
from tests.unit.analysis.builders import make_dataset, ratings
from tests.unit.analysis.test_plan import problems, settled
from tests.unit.analysis.test_schema import complaints
from tests.unit.analysis.test_wide import community, joined
from tests.unit.analysis.test_wide_table import NAMES


def known(data: Dataset) -> Dataset:
    """Give every household a building, a way of answering and a day; later ones are worse."""
    rng = np.random.default_rng(8)
    rows = data.households
    overall = data.values[:, 0].astype(int)
    assert data.columns[0].role is Role.OVERALL
    day = np.clip(14 - overall + rng.integers(-3, 4, rows), 1, 30)
    names = [
        (f"b{k % 3}", "paper" if k % 5 < 2 else "phone", str(one)) for k, one in enumerate(day)
    ]
    cells = tuple(sorted(set(names)))
    return replace(
        data,
        cell_variables=("building", "way", "day"),
        cell_names=cells,
        cell=np.array([cells.index(name) for name in names]),
    )


@pytest.fixture(scope="module")
def data() -> Dataset:
    return known(community(300))


def plan(data: Dataset, **changes: object) -> StudyPlan:
    asked = make_plan(data.columns, population=500)
    found: StudyPlan = replace(
        asked, modes="way", mode_controls=("building",), arrival="day", **changes
    )
    return found


def test_the_bounds_stand_beside_every_headline(data: Dataset):
    found = run_study(make_cells(data), plan(data), rows=data)
    n, share = found.overall_satisfied.n, found.overall_satisfied.value
    low, high = found.satisfied_bounds
    assert (low, high) == pytest.approx((n / 500 * share, n / 500 * share + 1 - n / 500))
    low, high = found.index_bounds
    expected = sum(
        item.importance * item.n / 500 * item.performance.value for item in found.items
    ) / sum(item.importance for item in found.items)
    assert low == pytest.approx(expected)
    assert low < found.index.value < high
    assert found.overall_bounds is not None


def test_without_a_base_or_with_too_small_a_one_there_are_no_bounds(data: Dataset):
    for population in (None, 200):
        found = run_study(make_cells(data), replace(make_plan(data.columns), population=population))
        assert (found.satisfied_bounds, found.index_bounds) == (None, None)
        assert (found.modes, found.arrival) == (None, None)


def test_bounds_of_an_index_are_those_of_its_items_by_weight():
    # Half answered: [30, 80] and [20, 70]; three parts to one.
    assert index_bounds([0.5, 0.5], [60, 40], [3, 1]) == pytest.approx((27.5, 77.5))
    with pytest.raises(RateError):
        index_bounds([0.5], [60], [0])
    with pytest.raises(RateError):
        index_bounds([1.5], [60], [1])


def test_late_answers_and_ways_of_answering_come_out_of_the_rows(data: Dataset):
    found = run_study(make_cells(data), plan(data, first_reminder=5.0), rows=data)
    assert found.arrival.reason is None
    assert [one.name for one in found.arrival.parts] == [
        "before_reminder", "after_reminder", "last",
    ]  # fmt: skip
    assert found.arrival.slope.value < 0
    assert found.arrival.is_established
    assert found.arrival.silent.value < found.overall.value
    times = [float(data.cell_names[k][2]) for k in data.cell]
    codes = data.values[:, 0]
    score = np.where(codes <= 10, 100 * (codes.astype(float) - 1) / 9, np.nan)
    again = arrival_trend(score, times, 500, data.group, first_reminder=5.0)
    assert again.slope.value == pytest.approx(found.arrival.slope.value)
    assert found.modes.reference == "phone"
    assert [one.mode for one in found.modes.effects] == ["paper"]
    assert found.modes.controls == ("building",)
    assert from_json(to_json(found)) == from_json(to_json(from_json(to_json(found))))


def test_a_community_is_always_held_alike():
    pair = joined([community(200), community(200, "two", 2)])
    found = run_study(make_cells(known(pair)), plan(known(pair)), rows=known(pair))
    assert found.modes.controls == ("community", "building")


def test_what_cannot_be_told_is_refused_with_its_reason(data: Dataset):
    cells = make_cells(data)
    assert run_study(cells, plan(data)).modes.reason == "no_rows"
    assert run_study(cells, plan(data)).arrival.reason == "no_rows"
    base = replace(plan(data), population=None)
    assert run_study(cells, base, rows=data).arrival.reason == "no_base"
    words = replace(plan(data), arrival="way")
    assert run_study(cells, words, rows=data).arrival.reason == "no_time"
    with pytest.raises(CellsError):
        run_study(cells, replace(plan(data), modes="colour"), rows=data)


def test_a_plan_file_asks_for_them_by_column(data: Dataset):
    cells = make_cells(data)
    found = settled(
        "modes: {by: way, controls: [building]}\narrival: {by: day, first_reminder: 7}\n", cells
    )
    assert (found.modes, found.mode_controls) == ("way", ("building",))
    assert (found.arrival, found.first_reminder) == ("day", 7)
    bare = make_cells(make_dataset(ratings({"fees": [4, 2, 3, 5]})))
    assert problems("modes: {by: way}\n", bare) == [(2, "modes.by", "unknown_word")]
    assert problems("arrival: {by: day}\n", bare) == [(2, "arrival.by", "unknown_word")]
    assert (settled("", cells).modes, settled("", cells).arrival) == ("", "")


@pytest.fixture
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("zh-Hans")


@pytest.mark.usefixtures("english")
def test_the_table_says_all_of_it_and_why_not(data: Dataset):
    found = run_study(make_cells(data), plan(data, first_reminder=5.0), rows=data)
    text = study_table(found, NAMES)
    assert "before the first reminder" in text
    assert "If the trend held, the silent would give" in text
    assert "60% answered" in text
    assert "Each against phone; nothing is adjusted by it." in text
    assert "The index for all households, whatever the silent think" in text
    low, high = found.satisfied_bounds
    assert f"{100 * low:.1f}" in text
    assert f"{100 * high:.1f}" in text
    text = study_table(run_study(make_cells(data), plan(data)), NAMES)
    assert text.count("answers household by household are needed") == 2


@pytest.mark.usefixtures("english")
def test_the_table_names_a_large_effect_and_who_is_left_out(data: Dataset):
    found = run_study(make_cells(data), plan(data), rows=data)
    (effect,) = found.modes.effects
    modes = replace(
        found.modes, effects=(replace(effect, is_warned=True),), left_out=("visit", "phone 2")
    )
    text = study_table(replace(found, modes=modes), NAMES)
    assert "large: do not compare its figures with others" in text
    assert "Left out for fewer than 30 answers: visit, phone 2" in text


def test_the_sections_keep_to_the_published_schema(data: Dataset):
    found = json.loads(to_json(run_study(make_cells(data), plan(data), rows=data)))
    assert list(complaints(json_schema(), found, json_schema())) == []
