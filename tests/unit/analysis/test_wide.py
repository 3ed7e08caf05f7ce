"""The wide sections: left out unless asked, refused with a reason, with rows and without."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from app.analysis.data.cells import add_cells, make_cells
from app.analysis.data.dataset import BLANK, Dataset, Role, points_of
from app.analysis.data.rows import keep_rows
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.importance.boxed import box_evidence, make_box_drivers
from app.analysis.importance.derived import relative_weights
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import from_json, to_json
from app.analysis.results.study import StudyResult
from app.analysis.scales.model import ModelPlan
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from app.analysis.uncertainty.frame import make_frame
from tests.unit.analysis.test_drivers import answers, dataset_of

AREAS = {"security": ("gate", "patrol"), "cleaning": ("stairs",), "repairs": ("speed",)}
SECTIONS = ("contrast", "box_drivers", "ordinal", "factors", "model", "pictures")
MODEL = ModelPlan(
    (("quality", ("area.security", "area.cleaning", "area.repairs")), ("overall", ("overall",))),
    (("quality", "overall"),),
)


@cache
def community(returns: int, name: str = "one", seed: int = 1) -> Dataset:
    rng = np.random.default_rng(seed)
    data = simulate_dataset(rng, make_truth(rng, AREAS), returns)
    return replace(data, communities=(name,))


def everything(data: Dataset, **changes: Any) -> StudyPlan:
    asked = replace(
        make_plan(data.columns),
        drivers=True,
        contrast=True,
        box_drivers=True,
        ordinal=True,
        factors=True,
        model=MODEL,
        pictures=True,
        scales=True,
    )
    return replace(asked, **changes)


def studied(data: Dataset, **changes: Any) -> StudyResult:
    return run_study(make_cells(data), everything(data, **changes), rows=data)


def joined(parts: list[Dataset]) -> Dataset:
    """Put the rows of several communities together."""
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        wave=np.concatenate([part.wave for part in parts]),
        group=np.concatenate([part.group for part in parts]),
        community=np.repeat(np.arange(len(parts)), [part.households for part in parts]),
        communities=tuple(part.communities[0] for part in parts),
    )


def floats(value: Any, path: str = "") -> Iterator[str]:
    """Walk through a result and yield the place of every float."""
    if isinstance(value, float):
        yield path
    elif is_dataclass(value):
        for one in fields(value):
            yield from floats(getattr(value, one.name), f"{path}.{one.name}")
    elif isinstance(value, tuple):
        for one in value:
            yield from floats(one, path)


def test_a_wide_section_that_was_not_asked_for_is_left_out() -> None:
    data = community(300)
    result = run_study(make_cells(data), make_plan(data.columns), rows=data)
    assert [name for name in SECTIONS if getattr(result, name)] == []


def test_every_wide_section_is_filled_and_survives_its_json() -> None:
    result = studied(community(700))
    assert result.contrast is not None
    assert (result.contrast.refusal, len(result.contrast.items)) == (None, 3)
    assert [one.outcome for one in result.box_drivers] == ["overall.top", "overall.bottom"]
    assert [one.refusal for one in result.ordinal] == [None]
    assert result.factors is not None
    assert len(result.factors.items) == 3
    assert result.model is not None
    assert [one.name for one in result.model.latent] == ["quality", "overall"]
    assert result.pictures is not None
    assert result.drivers is not None
    placed = {one.code: one.quadrant for one in result.drivers.items}
    assert {one.code: one.quadrant for one in result.pictures.stated_derived} == placed
    text = to_json(result)
    assert to_json(from_json(text)) == text


def test_a_result_stored_before_these_sections_is_read_without_them() -> None:
    result = studied(community(300))
    stored = json.loads(to_json(result))
    for name in SECTIONS:
        del stored[name]
    for scale in stored["scales"]:
        del scale["kmo"], scale["bartlett"], scale["ordinal_alpha"], scale["indefinite"]
    read = from_json(json.dumps(stored))
    assert [getattr(read, name) for name in SECTIONS] == [None, (), (), None, None, None]
    assert {one.kmo for one in read.scales} == {None}
    assert [one.n for one in read.scales] == [one.n for one in result.scales]


@pytest.mark.parametrize("returns", [4, 9, 29])
def test_below_thirty_answers_no_wide_section_says_a_number(returns: int) -> None:
    result = studied(community(returns))
    assert [path for name in SECTIONS for path in floats(getattr(result, name), name)] == []


def test_without_rows_what_needs_them_is_refused_and_the_rest_is_the_same() -> None:
    data = community(700)
    with_rows = studied(data)
    without = run_study(make_cells(data), everything(data))
    assert without.contrast is not None
    assert (without.contrast.refusal, without.ordinal[0].refusal) == ("no_rows", "no_rows")
    assert without.model == with_rows.model
    assert without.factors == with_rows.factors
    assert without.box_drivers == with_rows.box_drivers
    assert [one.alpha for one in without.scales] == [one.alpha for one in with_rows.scales]
    assert {one.ordinal_alpha for one in without.scales} == {None}


def test_one_community_of_many_is_studied_by_its_own_rows() -> None:
    whole = joined([community(400, "a", 1), community(500, "b", 2)])
    cells = add_cells([make_cells(community(400, "a", 1)), make_cells(community(500, "b", 2))])
    plan = everything(whole, community="a")
    found = run_study(cells, plan, rows=whole)
    alone = studied(community(400, "a", 1))
    assert found.contrast == alone.contrast
    assert found.ordinal == alone.ordinal
    assert found.model == alone.model


def test_a_small_community_is_in_no_row_of_all_together() -> None:
    whole = joined([community(400, "a", 1), community(9, "b", 2)])
    found = run_study(make_cells(whole), everything(whole), rows=whole)
    assert found.communities_left_out == 1
    assert found.contrast == studied(community(400, "a", 1)).contrast


def test_a_column_that_a_community_hardly_answered_refuses_what_rests_on_rows() -> None:
    whole = joined([community(400, "a", 1), community(60, "b", 2)])
    place = [column.code for column in whole.columns].index("area.cleaning")
    whole.values[405:, place] = BLANK
    found = run_study(make_cells(whole), everything(whole), rows=whole)
    assert found.columns_left_out
    assert found.contrast is not None
    assert (found.contrast.refusal, found.ordinal[0].refusal) == ("withheld", "withheld")
    assert found.model is not None
    assert found.model.refusal is None  # out of the cells, which are without that column's answers
    own = replace(everything(whole), suppress=False)
    open_ = run_study(make_cells(whole), own, rows=whole)
    assert open_.contrast is not None
    assert open_.contrast.refusal is None


def test_without_an_overall_rating_there_is_no_outcome() -> None:
    data = dataset_of(answers(300), has_overall=False)
    plan = replace(make_plan(data.columns), contrast=True, ordinal=True, box_drivers=True)
    found = run_study(make_cells(data), plan, rows=data)
    assert found.contrast is not None
    assert found.contrast.refusal == found.ordinal[0].refusal == "no_outcome"
    assert found.box_drivers == ()


def test_segments_that_split_cells_have_a_model_of_their_own() -> None:
    data = community(400)
    tenure = np.arange(400) % 3 // 2
    data = replace(
        data, cell_variables=("tenure",), cell_names=(("owner",), ("tenant",)), cell=tenure
    )
    found = studied(data, segments=("tenure", "community"))
    assert [one.about for one in found.ordinal] == ["items", "segments"]
    assert found.ordinal[1].base == (("tenure", "owner"),)
    assert [one.level for one in found.ordinal[1].terms] == ["tenant"]


def test_boxes_of_the_contrast_are_those_of_the_plan() -> None:
    data = community(700)
    usual, narrow = studied(data), studied(data, contrast_low=(1, 2), contrast_high=(5,))
    assert usual.contrast is not None
    assert narrow.contrast is not None
    assert (usual.contrast.low, usual.contrast.high) == ((1, 2), (4, 5))
    assert (narrow.contrast.low, narrow.contrast.high) == ((1, 2), (5,))
    schemes = (((1, 2, 3, 4, 5), (("top_two", (5,)), ("bottom_two", (1, 2)))),)
    assert studied(data, box_schemes=schemes).contrast == narrow.contrast


def test_drivers_of_a_box_are_those_of_its_dummy() -> None:
    rows = answers(400)
    dataset = dataset_of(rows)
    frame = make_frame(make_cells(dataset), floors=PUBLISHED)
    points = (6, 7, 8, 9, 10)
    dummy = np.isin(rows[:, 0], points).astype(float)
    matrix = np.corrcoef(np.column_stack([dummy, rows[:, 1:]]).T)
    found = box_evidence(frame.moments, ("i0", "i1", "i2"), points)
    assert found is not None
    assert found.correlation[0] == pytest.approx(matrix)
    (result,) = make_box_drivers(frame, ("i0", "i1", "i2"), {"good": points}, (0.2, 0.3, 0.5))
    weights = relative_weights(matrix)
    assert result.outcome == "overall.good"
    assert [one.relative_weight for one in result.items] == pytest.approx(list(weights))
    assert result.r_squared is not None
    assert result.r_squared.value == pytest.approx(weights.sum())
    assert [one.stated for one in result.items] == [0.2, 0.3, 0.5]


def test_a_box_with_a_few_households_has_no_drivers() -> None:
    rows = answers(400)
    rows[:, 0] = np.clip(rows[:, 0], 2, 9)
    rows[:29, 0] = 10
    frame = make_frame(make_cells(dataset_of(rows)), floors=PUBLISHED)
    (few,) = make_box_drivers(frame, ("i0", "i1", "i2"), {"ten": (10,)})
    assert (few.source, few.refusals, few.items) == (None, ("few_in_box",), ())
    rows[29, 0] = 10
    frame = make_frame(make_cells(dataset_of(rows)), floors=PUBLISHED)
    (enough,) = make_box_drivers(frame, ("i0", "i1", "i2"), {"ten": (10,)})
    assert enough.source == "own"


def test_rows_of_a_selection_keep_their_answers_and_groups() -> None:
    data = community(300)
    kept = np.arange(300) % 2 == 0
    part = keep_rows(data, kept)
    assert part.households == 150
    assert list(part.group) == list(data.group[kept])
    place = [column.role for column in data.columns].index(Role.OVERALL)
    np.testing.assert_array_equal(points_of(part, place), points_of(data, place)[kept])
