"""Words and numbers of results say no more than the study."""

import re
from dataclasses import replace

import pytest

from app.i18n import set_language
from app.reports import method, wording
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


def test_a_waived_result_says_so_and_why():
    result = make_result(3, 150, reasons=("waiver",))
    assert any("豁免" in note for note in wording.standing_notes(result))
    assert not wording.standing_notes(make_result(3))


def test_an_item_on_the_line_is_given_no_quadrant():
    item = next(i for i in make_result(3).items if i.quadrant)
    assert wording.quadrant_word(replace(item, on_the_line=True)) == "压线"
    assert wording.quadrant_word(replace(item, on_the_line=False)) != "压线"


def test_items_stand_in_the_order_of_the_questionnaire_when_no_order_may_be_said():
    result = make_result(3, 60)
    assert wording.in_order(result) == list(result.items)
    full = make_result(3)
    assert [i.rank for i in wording.in_order(full)] == list(range(1, len(AREAS) + 1))


def test_formulas_are_shown_with_low_subscripts_and_nothing_unescaped():
    shown = [str(entry.formula_html) for entry in method.entries()]
    assert "PFI<sub>k</sub> = ω<sub>k</sub> (100 − P<sub>k</sub>)" in shown
    assert not any(re.search(r"<(?!/?sub>)", html) for html in shown)
