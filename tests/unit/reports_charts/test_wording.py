"""Words and numbers of results say no more than the study."""

import re
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.plan import make_plan
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from app.i18n import set_language
from app.reports import method, wording
from tests.unit.analysis.builders import make_dataset, picks, ratings
from tests.unit.reports_charts.build import AREAS, NAMES, make_result


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh-Hans")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (-0.04, "0.0"), (-1.25, "−1.2"), (61.25, "61.2"), (0.0, "0.0")],
)
def test_numbers_are_rounded_only_for_the_eye_and_unknown_is_never_zero(value, text):
    assert wording.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.6, "+0.6"), (-0.6, "−0.6"), (0.01, "0.0")])
def test_differences_carry_their_sign(value, text):
    assert wording.signed(value) == text


@pytest.mark.parametrize(
    ("returned", "base", "text"), [(5997, 10000, "59.9%"), (3, 5, "60.0%"), (0, 0, "—")]
)
def test_a_return_rate_never_rounds_up_to_the_gate(returned, base, text):
    assert wording.return_rate(returned, base) == text


def test_the_verdict_names_bands_and_what_is_below_the_minimum():
    result = make_result(3)
    said = wording.verdict(result, NAMES)
    for item in result.items:
        is_below = any(z.code == item.code for z in wording.established_below(result))
        assert (NAMES.short(item.code) in said) == (item.band in ("A", "B") or is_below)
    assert wording.number(result.index.value) in said


def test_the_verdict_of_few_answers_names_no_area():
    for households in (4, 18, 60):
        said = wording.verdict(make_result(3, households), NAMES)
        first = said.split("低于", maxsplit=1)[0]
        assert not any(NAMES.short(code) in first for code in AREAS)


def of_areas(count: int, households: int = 120) -> StudyResult:
    """A list so short that bands would say nothing; every area a point worse than the last."""
    rng = np.random.default_rng(1)
    answers = {
        area: [max(1, 5 - k - int(one)) for one in rng.integers(0, 2, households)]
        for k, area in enumerate(AREAS[:count])
    }
    data = make_dataset(ratings(answers))
    return run_study(make_cells(data), make_plan(data.columns))


def test_a_list_of_three_areas_names_the_first_without_a_band():
    set_language("en")
    result = of_areas(3)
    assert [item.band for item in result.items] == [None, None, None]
    assert [item.rank for item in result.items] == [3, 2, 1]
    said = wording.verdict(result, NAMES)
    assert said.endswith(f"To improve first: {NAMES.short(AREAS[2])}.")
    alike = replace(result, items=tuple(replace(i, rank_low=1) for i in result.items))
    assert wording.verdict(alike, NAMES).endswith("No order of improvement can be told.")


def test_a_single_area_has_no_order_no_rank_and_no_line():
    set_language("en")
    result = of_areas(1)
    (item,) = result.items
    assert not result.order_said
    assert (item.rank, item.band, item.tied, item.quadrant, item.on_the_line) == (
        None,
        None,
        (),
        None,
        None,
    )
    assert item.pfi is not None
    assert wording.no_order_reason(result) == "A single area has no order."


def test_too_few_is_said_only_where_answers_are_few():
    set_language("en")
    result = of_areas(2)
    assert wording.no_order_reason(result) == ""
    few = "The answers are too few to say what to improve first."
    assert wording.no_order_reason(of_areas(2, 60)) == few
    unknown = replace(result, order_said=False)
    assert "no error is known" in wording.no_order_reason(unknown)
    # Nobody picked anything: every share is 0 of 0.
    columns = {**ratings({"a": [4, 5] * 60, "b": [2, 3] * 60}), **picks({"a": [0] * 120})}
    data = make_dataset({**columns, **picks({"b": [0] * 120})})
    unweighed = run_study(make_cells(data), make_plan(data.columns))
    assert unweighed.index.value is None
    assert "do not say how much each area weighs" in wording.verdict(unweighed, NAMES)
    assert "do not say how much each area weighs" in wording.no_order_reason(unweighed)
    hidden = make_dataset(ratings({"a": [4] * 9 + [None] * 51, "b": [None] * 60}))
    small = run_study(make_cells(hidden), make_plan(hidden.columns))
    assert "no area has enough answers" in wording.verdict(small, NAMES)
    assert wording.no_order_reason(small) == few


def test_a_waived_result_says_so_and_why():
    result = make_result(3, 150, reasons=("waiver",))
    assert any("豁免" in note for note in wording.standing_notes(result))
    assert not wording.standing_notes(make_result(3))


def test_an_item_on_the_line_is_given_no_quadrant():
    item = next(i for i in make_result(3).items if i.quadrant)
    assert wording.quadrant_word(replace(item, on_the_line=True), said=True) == "压线"
    assert wording.quadrant_word(replace(item, on_the_line=False), said=True) != "压线"


@pytest.mark.parametrize(
    "quadrant", ["concentrate", "keep_up", "low_priority", "possible_overkill"]
)
def test_without_an_order_only_the_place_is_given_and_marked_indicative(quadrant):
    item = replace(make_result(3).items[0], quadrant=quadrant, on_the_line=False)
    said, place = (wording.quadrant_word(item, said=order) for order in (True, False))
    assert "仅供参考" not in said
    assert place.endswith("（仅供参考）")
    assert wording.quadrant_name(quadrant, said=True) not in place
    assert wording.quadrant_advice(item, said=False) == "仅供参考"
    assert "确" in wording.quadrant_advice(item, said=True)


def test_what_cannot_be_told_apart_is_what_the_pair_tests_say():
    item = make_result(3).items[0]
    some = replace(item, tied=(AREAS[1], AREAS[2]))
    assert wording.tied_text(some, NAMES).endswith(
        f"分不出先后：{NAMES.short(AREAS[1])}、{NAMES.short(AREAS[2])}"
    )
    assert wording.tied_text(replace(item, tied=()), NAMES) == "与其他各项都能分出先后"


def test_no_text_says_that_overlapping_intervals_cannot_be_told_apart():
    texts = " ".join(entry.text for entry in method.entries())
    assert "重叠的方面分不出" not in texts
    assert "设计效应" not in texts


def test_a_share_of_the_satisfied_is_said_to_be_one_of_the_homes_that_answered():
    assert "，答卷住户中" in wording.verdict(make_result(3), NAMES)


def test_zones_of_few_answers_are_marked_in_a_result_that_is_full_otherwise():
    result = make_result(3, 250)
    assert result.standing == "full"
    least = min(zone.perceived.n for zone in result.zones)
    assert least < 100
    assert wording.zones_note(result) == f"仅供参考：答得最少的方面只有{least}户回答，不排先后。"
    assert wording.zones_in_order(result) == list(result.zones)
    assert "（仅供参考）" in wording.below_text(result, NAMES) or not wording.established_below(
        result
    )
    assert wording.zones_note(make_result(3)) == ""


def test_the_matrix_of_the_zones_needs_thirty_answers_in_every_area():
    assert wording.may_draw_zone_matrix(make_result(3))
    result = make_result(3)
    first = result.zones[0]
    few = replace(first, perceived=replace(first.perceived, n=29))
    assert not wording.may_draw_zone_matrix(replace(result, zones=(few, *result.zones[1:])))


def test_numbers_of_few_answers_are_marked_only_where_the_whole_result_is_not():
    assert wording.is_thin(make_result(3), 99)
    assert not wording.is_thin(make_result(3), 100)
    assert not wording.is_thin(make_result(3, 60), 60)


def test_items_stand_in_the_order_of_the_questionnaire_when_no_order_may_be_said():
    result = make_result(3, 60)
    assert wording.in_order(result) == list(result.items)
    full = make_result(3)
    assert [i.rank for i in wording.in_order(full)] == list(range(1, len(AREAS) + 1))


def test_formulas_are_shown_with_low_subscripts_and_nothing_unescaped():
    shown = [str(entry.formula_html) for entry in method.entries()]
    assert "PFI<sub>k</sub> = ω<sub>k</sub> (100 − P<sub>k</sub>)" in shown
    assert not any(re.search(r"<(?!/?sub>)", html) for html in shown)


@pytest.mark.parametrize(
    ("value", "n", "text"),
    [(17 / 18, 18, "至少 94%"), (1 / 18, 18, "最多 6%"), (0.5, 18, "50%"), (1.0, 30, "100%")],
)
def test_a_share_of_all_or_nobody_among_few_reads_as_a_limit(value, n, text):
    assert wording.said_share(Estimate(value, None, None, None, n)) == text
