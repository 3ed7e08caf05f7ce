"""Plan files that ask for the wide sections."""

import pytest

from app.analysis.data.cells import Cells, make_cells
from app.analysis.scales.model import ModelPlan
from tests.unit.analysis.builders import make_dataset, ratings
from tests.unit.analysis.test_plan import problems, settled


@pytest.fixture(scope="module")
def cells() -> Cells:
    return make_cells(make_dataset(ratings({"fees": [4, 2, 3, 5], "repairs": [5, 4, 4, 2]})))


def test_nothing_of_it_is_computed_unless_it_is_asked_for(cells: Cells) -> None:
    plan = settled("", cells)
    assert (plan.contrast, plan.box_drivers, plan.ordinal, plan.factors) == (False,) * 4
    assert (plan.model, plan.pictures) == (None, False)


def test_every_key_reaches_the_plan(cells: Cells) -> None:
    plan = settled(
        """\
box_drivers: true
contrast: {low: [1], high: [4, 5]}
ordinal: true
factors: true
pictures: true
model:
  blocks: {quality: [performance.fees], value: [performance.repairs]}
  paths: [[quality, value]]
  scheme: path
""",
        cells,
    )
    assert (plan.box_drivers, plan.ordinal, plan.factors, plan.pictures) == (True,) * 4
    assert (plan.contrast, plan.contrast_low, plan.contrast_high) == (True, (1,), (4, 5))
    assert plan.model == ModelPlan(
        (("quality", ("performance.fees",)), ("value", ("performance.repairs",))),
        (("quality", "value"),),
        "path",
    )
    assert settled("contrast: true\n", cells).contrast_low == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contrast: {low: [0]}\n", [(2, "contrast.low[0]", "no_such_point")]),
        ("contrast: {low: [1, 2], high: [2]}\n", [(2, "contrast.high[0]", "no_such_point")]),
        (
            "model:\n  blocks: {a: [lifts], b: [performance.fees]}\n  paths: [[a, b]]\n",
            [(3, "model.blocks.a[0]", "unknown_word")],
        ),
        (
            "model: {blocks: {a: [performance.fees], b: [performance.repairs]}, paths: [[a, c]]}\n",
            [(2, "model.paths[0][1]", "unknown_word")],
        ),
        (
            "model:\n  blocks: {a: [performance.fees], b: [performance.fees]}\n  paths: [[a, b]]\n",
            [(3, "model.blocks.b", "repeated_code")],
        ),
    ],
)
def test_what_the_data_do_not_hold_is_named_with_its_line(
    cells: Cells, text: str, expected: list[tuple[int, str, str]]
) -> None:
    assert problems(text, cells) == expected
