"""What an interview may say: canonical values, and every fault by its column."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.surveys.market.checking import check_interview, number_text
from app.surveys.market.columns import answer_columns
from app.surveys.market.errors import MarketProblem
from app.surveys.market.freezing import interviews_file, read_interviews
from app.surveys.market.models import MarketInterview
from tests.unit.market.world import AROUND, said


def faults(**changed: str) -> list[tuple[str, str]]:
    found, wrong = check_interview(said(**changed), AROUND, line=3)
    assert (found is None) == bool(wrong)
    assert all(one.line == 3 for one in wrong)
    return [(one.code.value, one.column) for one in wrong]


def test_an_interview_is_kept_in_one_form_whatever_the_file_wrote():
    written, wrong = check_interview(
        said(
            overall="7.0",
            step__known="海悦物业； own；OWN",
            provider="Linsheng",
            need__pets="1",
            need__let="0",
            fee_paid="2.50",
            performance__fees="NA",
            age="to_74",
            phone="139 0000-0001",
        ),
        AROUND,
    )
    assert not wrong
    answers = json.loads(written.answers)
    assert answers["overall"] == "7"
    assert answers["step.known"] == "haiyue;own"
    assert answers["provider"] == "own"
    assert answers["need.pets"] == "1"
    assert "need.let" not in answers
    assert answers["fee_paid"] == "2.5"
    assert answers["performance.fees"] == "na"
    assert written.is_elder
    assert written.started_at == datetime(2026, 11, 2, 6, 5, tzinfo=UTC)
    assert written.phone == "13900000001"
    assert "139" not in written.answers
    assert written.place == 1


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("overall", "", MarketProblem.EMPTY),
        ("overall", "11", MarketProblem.UNKNOWN_CODE),
        ("overall", "7.5", MarketProblem.UNKNOWN_CODE),
        ("community", "别处", MarketProblem.UNKNOWN_PLACE),
        ("previous", "无名物业", MarketProblem.UNKNOWN_PROVIDER),
        ("previous.fees", "3", MarketProblem.UNKNOWN_CODE),
        ("step.first", "own;haiyue", MarketProblem.TOO_MANY),
        ("reason", "price;safety;name;answers", MarketProblem.TOO_MANY),
        ("fee_paid", "二元", MarketProblem.NO_NUMBER),
        ("fee_paid", "nan", MarketProblem.OUT_OF_RANGE),
        ("fee_paid", "0", MarketProblem.OUT_OF_RANGE),
        ("built", "2027", MarketProblem.OUT_OF_RANGE),
        ("need.pets", "yes", MarketProblem.UNKNOWN_CODE),
        ("start", "2026-11-02", MarketProblem.NO_TIME),
        ("end", "2026-11-02 14:05", MarketProblem.TIMES_REVERSED),
        ("end", "2026-11-22 10:01", MarketProblem.IN_FUTURE),
        ("start", "2026-10-31 23:59", MarketProblem.OUTSIDE_DAYS),
        ("phone", "12345", MarketProblem.NO_PHONE),
        ("interviewer", "x" * 41, MarketProblem.TOO_LONG),
    ],
)
def test_a_wrong_cell_is_named_with_its_column(column, value, code):
    assert faults(**{column.replace(".", "__"): value}) == [(code.value, column)]


def test_six_areas_make_an_interview_and_no_experience_counts_as_rated():
    few = {f"performance__{area}": "" for area in ("service", "security", "fees")}
    assert faults(**few) == []
    assert faults(**few, performance__parking="na") == []
    assert faults(**few, performance__parking="") == [("few_answers", "performance.*")]


def test_who_is_named_unprompted_is_known_whatever_the_card_says():
    found, _wrong = check_interview(said(spontaneous="海悦物业", step__known="own"), AROUND)
    assert json.loads(found.answers)["step.known"] == "haiyue;own"
    found, _wrong = check_interview(said(spontaneous="other"), AROUND)
    assert json.loads(found.answers)["step.known"] == "other"


def test_a_number_loses_no_digit_and_a_missing_answer_on_a_scale_is_none_in_a_snapshot():
    found, _wrong = check_interview(said(fee_paid="2.3456789", vote="unsure"), AROUND)
    assert json.loads(found.answers)["fee_paid"] == "2.3456789"
    assert (number_text(123456789.0), number_text(0.1 + 0.2)) == (
        "123456789", "0.30000000000000004",
    )  # fmt: skip
    row = MarketInterview(
        number="A0001", interviewer="07", place_id=1, started_at=found.started_at,
        ended_at=found.ended_at, answers=found.answers,
    )  # fmt: skip
    columns = read_interviews(
        interviews_file([row], answer_columns(AROUND.columns), {1: "云栖花园"})
    )
    assert (columns["fee_paid"], columns["vote"]) == (["2.3456789"], [""])


def test_a_number_left_for_the_check_stands_in_no_fault():
    _none, wrong = check_interview(said(phone="1390000"[:4] + "字"), AROUND)
    assert [one.word for one in wrong] == [""]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_in_any_cell_is_an_answer_or_a_fault(text):
    for column in ("overall", "start", "step.known", "fee_paid", "phone", "interview", "reason"):
        found, wrong = check_interview({**said(), column: text}, AROUND)
        assert (found is None) == bool(wrong)
