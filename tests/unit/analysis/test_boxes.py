"""Boxes by scale, distributions, and who gave no answer and why."""

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import (
    BLANK,
    EXTRA,
    KEPT_OUT,
    NO_EXPERIENCE,
    NOT_ASKED,
    UNREADABLE,
    Column,
    Dataset,
    Role,
)
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED, Floors
from app.analysis.levels.boxes import BoxError, make_boxes, usual_boxes
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.intervals import wilson_interval

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))


def frame_of(
    positions: list[int], points: tuple[int, ...] = FIVE, floors: Floors = PUBLISHED
) -> Frame:
    rows = len(positions)
    zeros = np.zeros(rows, dtype=np.int64)
    dataset = Dataset(
        columns=(Column("S1", Role.PERFORMANCE, "a", points),),
        values=np.array(positions, dtype=np.uint8)[:, None],
        wave=zeros,
        community=zeros,
        group=np.arange(rows) % 30,
        waves=("w",),
        communities=("c",),
    )
    return make_frame(make_cells(dataset), floors=floors)


LIST = ((Role.PERFORMANCE, ("a",)),)


def test_boxes_follow_the_scale() -> None:
    assert usual_boxes(FIVE) == {
        "satisfied": (4, 5),
        "top": (5,),
        "top_two": (4, 5),
        "bottom": (1,),
        "bottom_two": (1, 2),
    }
    ten = usual_boxes(TEN)
    assert (ten["top"], ten["satisfied"], ten["bottom"]) == ((9, 10), (8, 9, 10), (1, 2))
    assert usual_boxes(TEN, satisfied=(7, 8, 9, 10))["satisfied"] == (7, 8, 9, 10)
    assert usual_boxes((0, 1)) == {"top": (1,), "bottom": (0,)}


def test_shares_are_of_answers_with_a_point_and_have_wilson_intervals() -> None:
    positions = [1] * 5 + [2] * 10 + [3] * 20 + [4] * 40 + [5] * 25 + [BLANK] * 50
    result = make_boxes(frame_of(positions), LIST)[0]
    shares = {box.name: box.share for box in result.boxes}
    assert result.n == 100
    assert result.distribution == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.25])
    assert shares["satisfied"].value == pytest.approx(0.65)
    assert shares["top"].value == pytest.approx(0.25)
    assert shares["bottom_two"].value == pytest.approx(0.15)
    low, high = wilson_interval(25, 100)
    assert (shares["top"].low, shares["top"].high) == pytest.approx((float(low), float(high)))
    # Published: Wilson's upper limit of 0 among 12 is .2425 (reference case 21).
    none = make_boxes(frame_of([2] * 12, floors=OWN_ROWS), LIST)[0]
    assert {box.name: box.share for box in none.boxes}["top"].high == pytest.approx(
        0.2425, abs=5e-5
    )


def test_every_reason_for_no_answer_is_counted_apart() -> None:
    positions = (
        [4] * 20
        + [BLANK] * 2
        + [NO_EXPERIENCE] * 3
        + [UNREADABLE] * 1
        + [NOT_ASKED] * 7
        + [KEPT_OUT + 4] * 5
        + [EXTRA + 2] * 6
    )
    found = make_boxes(frame_of(positions), LIST)[0]
    assert found.n == 20
    assert found.unanswered is not None
    assert found.unanswered.asked == 6
    assert found.unanswered.blank == 2
    assert found.unanswered.no_experience == 3
    assert found.unanswered.unreadable == 1
    assert found.unanswered.unusable == 0
    assert found.unanswered.not_asked == 7
    assert found.unanswered.triggered == 5
    assert found.unanswered.extra == 6


def test_below_ten_answers_nothing_is_said_not_even_who_was_silent() -> None:
    result = make_boxes(frame_of([5] * 9 + [BLANK] * 30), LIST)[0]
    assert result.n == 9
    assert result.distribution is None
    assert result.unanswered is None
    assert all(box.share.value is None for box in result.boxes)


def test_below_thirty_answers_a_share_of_everybody_reads_at_least() -> None:
    result = make_boxes(frame_of([5] * 12), LIST)[0]
    top = {box.name: box for box in result.boxes}["top"]
    assert (top.share.value, top.share.high, top.top_coded) == (11 / 12, 1.0, True)
    assert result.top_coded


def test_own_boxes_replace_the_usual_ones_of_their_scale() -> None:
    frame = frame_of([1] * 30 + [5] * 30)
    result = make_boxes(frame, LIST, {FIVE: {"delighted": (5,)}})[0]
    assert [(box.name, box.points) for box in result.boxes] == [("delighted", (5,))]
    assert result.boxes[0].share.value == pytest.approx(0.5)
    with pytest.raises(BoxError) as caught:
        make_boxes(frame, LIST, {FIVE: {"six": (6,)}})
    assert (caught.value.name, caught.value.points) == ("six", FIVE)


def test_an_item_without_a_column_is_left_out() -> None:
    assert make_boxes(frame_of([1] * 30), [(Role.OVERALL, ("overall",))]) == ()


def test_with_weights_shares_are_weighted_and_n_is_not() -> None:
    rows = 120
    old = np.arange(rows) < 60
    zeros = np.zeros(rows, dtype=np.int64)
    dataset = Dataset(
        columns=(Column("S1", Role.PERFORMANCE, "a", FIVE),),
        values=np.where(old, 5, 2).astype(np.uint8)[:, None],
        wave=zeros,
        community=zeros,
        group=np.arange(rows) % 30,
        waves=("w",),
        communities=("c",),
        cell_variables=("phase",),
        cell_names=(("old",), ("new",)),
        cell=np.where(old, 0, 1),
    )
    margin = make_margin("phase", {"old": 300, "new": 100})
    frame = make_frame(make_cells(dataset), floors=PUBLISHED, weighting=Weighting((margin,)))
    result = make_boxes(frame, LIST)[0]
    shares = {box.name: box.share for box in result.boxes}
    assert result.n == 120
    assert shares["top"].value == pytest.approx(0.75)
    assert shares["bottom_two"].value == pytest.approx(0.25)
    assert result.distribution == pytest.approx([0, 0.25, 0, 0, 0.75])
