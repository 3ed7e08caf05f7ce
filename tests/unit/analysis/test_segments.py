"""Parts of the households against the rest: numbers, families of tests, what is withheld."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.comparison.segments import NoSuchVariableError, compare_segments
from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import make_plan
from app.analysis.results.comparison import Contrast, SegmentEntry, SegmentsResult
from app.analysis.uncertainty.jackknife import jackknife_jk1
from app.analysis.uncertainty.multiple import bh_adjusted, holm_adjusted

FIVE = (1, 2, 3, 4, 5)
COLUMNS = (
    Column("overall", Role.OVERALL, "overall", tuple(range(1, 11)), (8, 9, 10)),
    Column("p.a", Role.PRIORITY, "a", (1, 0)),
    Column("p.b", Role.PRIORITY, "b", (1, 0)),
    Column("a.a", Role.PERFORMANCE, "a", FIVE, (4, 5)),
    Column("a.b", Role.PERFORMANCE, "b", FIVE, (4, 5)),
)
A = 3


def survey(sizes: dict[str, int], *, lift: dict[str, int] | None = None, seed: int = 1) -> Dataset:
    """Return households of buildings; `lift` moves ratings of item a in some of them."""
    rng = np.random.default_rng(seed)
    n = sum(sizes.values())
    building = np.repeat(np.arange(len(sizes)), list(sizes.values()))
    moved = np.array([(lift or {}).get(name, 0) for name in sizes])[building]
    values = np.stack(
        [
            rng.integers(3, 11, n),
            np.where(rng.random(n) < 0.5, 1, 2),
            np.where(rng.random(n) < 0.5, 1, 2),
            np.clip(rng.integers(2, 5, n) + moved, 1, 5),
            np.where(rng.random(n) < 0.1, BLANK, rng.integers(2, 6, n)),
        ],
        axis=1,
    ).astype(np.uint8)
    zeros = np.zeros(n, dtype=np.int64)
    return Dataset(
        columns=COLUMNS,
        values=values,
        wave=zeros,
        community=zeros,
        group=rng.integers(0, 30, n),
        waves=("2026",),
        communities=("one",),
        cell_variables=("building",),
        cell_names=tuple((name,) for name in sizes),
        cell=building,
    )


def compared(data: Dataset, **options: object) -> SegmentsResult:
    plan = replace(make_plan(COLUMNS), **options)
    return compare_segments(make_cells(data), plan, "building")


def contrast(entry: SegmentEntry, code: str) -> Contrast:
    return {one.code: one for one in entry.contrasts}[code]


def test_a_part_is_held_against_the_rest_and_not_against_the_total() -> None:
    data = survey({"1": 80, "2": 120, "3": 100})
    entry = compared(data).entries[0]
    inside = data.cell == 0
    percent = 25 * (data.values[:, A].astype(float) - 1)
    found = contrast(entry, "a")
    assert (entry.value, entry.n) == ("1", 80)
    assert found.value == pytest.approx(percent[inside].mean())
    assert found.reference == pytest.approx(percent[~inside].mean())
    assert found.change.value == pytest.approx(percent[inside].mean() - percent[~inside].mean())


def test_the_error_is_the_jackknife_of_the_domain_over_all_households() -> None:
    data = survey({"1": 80, "2": 120})
    inside = data.cell == 0
    percent = 25 * (data.values[:, A].astype(float) - 1)

    def difference(weights: np.ndarray) -> float:
        part, rest = weights * inside, weights * ~inside
        return float(part @ percent / part.sum() - rest @ percent / rest.sum())

    expected = jackknife_jk1(difference, data.group)
    found = contrast(compared(data).entries[0], "a").change
    assert found.stderr == pytest.approx(float(expected.stderr), rel=1e-10)
    assert found.df == expected.df


def test_parts_have_the_weights_of_the_whole_estimated_again_in_every_replicate() -> None:
    data = survey({"1": 80, "2": 120})
    owns = np.random.default_rng(3).random(200) < 0.3
    names = tuple((b, t) for b in "12" for t in ("owner", "tenant"))
    building, known = data.cell, {"owner": 60, "tenant": 40}
    split = replace(
        data,
        cell_variables=("building", "tenure"),
        cell_names=names,
        cell=2 * building + ~owns,
    )
    percent = 25 * (data.values[:, A].astype(float) - 1)

    def difference(weights: np.ndarray) -> float:
        sizes = np.where(owns, 60 / weights[owns].sum(), 40 / weights[~owns].sum())
        part, rest = weights * sizes * (building == 0), weights * sizes * (building == 1)
        return float(part @ percent / part.sum() - rest @ percent / rest.sum())

    expected = jackknife_jk1(difference, data.group)
    weighting = Weighting((make_margin("tenure", known),), trim=None)
    found = contrast(compared(split, weighting=weighting).entries[0], "a")
    assert found.change.value == pytest.approx(difference(np.ones(200)))
    assert found.change.stderr == pytest.approx(float(expected.stderr), rel=1e-9)
    assert found.change.n == contrast(compared(split).entries[0], "a").change.n
    # Sizes that cost more than half of the answers are refused, here as in the study.
    unequal = Weighting((make_margin("tenure", {"owner": 1, "tenant": 99}),), most_deff=1.1)
    assert compared(split, weighting=unequal) == compared(split)


def test_the_index_of_a_part_differs_by_ratings_and_not_by_picks() -> None:
    data = survey({"1": 100, "2": 100})
    values = data.values.copy()
    # Both buildings rate alike, but only the first picks a: the index is the same in both.
    values[:, A], values[:, 4] = np.tile([2, 4], 100), np.tile([5, 3], 100)
    values[:, 1], values[:, 2] = np.where(data.cell == 0, 1, 2), np.where(data.cell == 0, 2, 1)
    found = contrast(compared(replace(data, values=values)).entries[0], "index")
    assert found.change.value == pytest.approx(0, abs=1e-9)


def test_two_parts_of_one_whole_are_tested_once() -> None:
    first, second = compared(survey({"1": 80, "2": 120})).entries
    for code in ("index", "overall"):
        one, two = contrast(first, code), contrast(second, code)
        assert one.change.value == pytest.approx(-two.change.value)
        assert one.p == one.p_holm == pytest.approx(two.p)


def test_statements_hold_over_the_whole_table_and_the_screening_list_goes_further() -> None:
    data = survey({"1": 90, "2": 80, "3": 70, "4": 100}, lift={"1": 1, "3": -1})
    found = compared(data)
    table = [contrast(entry, code) for entry in found.entries for code in ("a", "b")]
    adjusted = holm_adjusted(np.array([one.p for one in table]))
    assert [one.p_holm for one in table] == pytest.approx(adjusted.tolist())
    every = [one for entry in found.entries for one in entry.contrasts]
    kept = bh_adjusted(np.array([one.p for one in every])) <= 0.10
    listed = [(entry.value, one.code) for entry in found.entries for one in entry.contrasts]
    assert [where for where, on in zip(listed, kept, strict=True) if on] == [
        (entry.value, code) for entry in found.entries for code in entry.screened
    ]
    assert contrast(found.entries[0], "a").verdict == "real"
    assert contrast(found.entries[2], "a").verdict == "real"


def test_a_small_building_hides_the_second_smallest_too() -> None:
    found = compared(survey({"1": 100, "2": 9, "3": 40, "4": 90}))
    hidden = {entry.value: dict(entry.hidden) for entry in found.entries}
    codes = {"index", "overall", "a", "b"}
    assert hidden["1"] == hidden["4"] == {}
    assert hidden["2"] == dict.fromkeys(codes, "small")
    assert hidden["3"] == dict.fromkeys(codes, "complementary")
    # 9 and 40 homes are said nowhere: the total less the others must not tell the 9.
    assert [entry.n for entry in found.entries] == [100, None, None, 90]
    assert {one.change.n for entry in found.entries[1:3] for one in entry.contrasts} == {0}
    for entry in found.entries:
        for one in entry.contrasts:
            assert (one.value is None) == (one.code in dict(entry.hidden))
            assert (one.p is None) == (one.code in dict(entry.hidden))


def test_a_part_whose_rest_is_small_is_withheld_with_it() -> None:
    found = compared(survey({"1": 190, "2": 5, "3": 3}))
    for entry in found.entries:
        assert {code for code, _ in entry.hidden} == {"index", "overall", "a", "b"}
        assert all(one.value is None for one in entry.contrasts)


def test_the_index_needs_thirty_households_and_items_ten() -> None:
    entries = {entry.value: entry for entry in compared(survey({"1": 100, "2": 25})).entries}
    assert dict(entries["2"].hidden) == {"index": "small"}
    assert contrast(entries["2"], "a").value is not None
    assert contrast(entries["2"], "a").change.stderr is not None


def test_whoever_holds_the_rows_sees_all_parts() -> None:
    found = compared(survey({"1": 100, "2": 9}), suppress=False)
    assert all(not entry.hidden for entry in found.entries)


def test_one_value_has_no_rest() -> None:
    found = compared(survey({"1": 60}))
    assert all(one.change.value is None for one in found.entries[0].contrasts)
    assert found.entries[0].n == 60


def test_an_unknown_variable_is_named() -> None:
    data = survey({"1": 60, "2": 60})
    with pytest.raises(NoSuchVariableError) as caught:
        compare_segments(make_cells(data), make_plan(COLUMNS), "tenure")
    assert caught.value.variable == "tenure"


def test_relabelling_the_parts_changes_only_their_names() -> None:
    data = survey({"1": 80, "2": 120, "3": 100})
    named = replace(data, cell_names=(("c",), ("b",), ("a",)))
    found = {entry.n: entry for entry in compared(data).entries}
    for entry in compared(named).entries:
        assert entry.contrasts == found[entry.n].contrasts
