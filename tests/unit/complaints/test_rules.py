"""The circle, steps and ways of complaints, as the handbook says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.followup.errors import FieldError
from app.followup.models import Outcome, Stage
from app.followup.problems.codebook import load_codebook
from app.service.complaints.codes.services import default_codes
from app.service.complaints.errors import ActRefusedError, OwnHandlingError
from app.service.complaints.models import (
    Against,
    Channel,
    ComplaintClass,
    HotlineKind,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.rules import (
    TABLE,
    Act,
    CallBackResult,
    Intake,
    check_call_back,
    check_caller,
    check_intake,
    counted_at,
    level_for,
    missing_for_closing,
    next_stage,
    steps_of,
    stops_clock,
)
from app.staff.models import Role

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
INTAKE = Intake(
    community_id=1,
    household_id=1,
    name="张先生",
    contact="13800000000",
    text="电梯又停了",
    channel=Channel.PHONE,
    received_at=NOW,
)


def test_no_way_leads_to_the_end_but_through_answer_and_call_back() -> None:
    into = {stage: {at for (at, _), to in TABLE.items() if to is stage} for stage in Stage}
    assert into[Stage.IMPROVED] == into[Stage.CLOSED] == {Stage.CALLED_BACK}
    assert into[Stage.CALLED_BACK] == {Stage.ANSWERED}
    assert Stage.DECLINED not in set(TABLE.values())


def test_what_is_answered_or_closed_can_be_opened_again_and_goes_round_once_more() -> None:
    for stage in (Stage.ANSWERED, Stage.CALLED_BACK, Stage.IMPROVED, Stage.CLOSED):
        assert next_stage(stage, Act.REOPEN) is Stage.REOPENED
    assert next_stage(Stage.REOPENED, Act.ANSWER) is Stage.ANSWERED
    with pytest.raises(ActRefusedError):
        next_stage(Stage.REOPENED, Act.CLOSE)
    with pytest.raises(ActRefusedError):
        next_stage(Stage.IN_WORK, Act.HEARD)


def test_a_valid_complaint_has_six_steps_and_a_talk_five() -> None:
    assert len(steps_of(Kind.VALID)) == 6
    assert {len(steps_of(kind)) for kind in (Kind.HELP, Kind.CONSULT, Kind.VENT)} == {5}
    assert Step.FEES in steps_of(Kind.HELP)


def test_money_and_the_director_go_to_the_leaders_and_nothing_comes_down() -> None:
    kept = level_for(Level.QUALITY, against=Against.STAFF, has_compensation=False)
    assert kept is Level.QUALITY
    for against, money in ((Against.DIRECTOR, False), (Against.NONE, True)):
        assert level_for(Level.OFFICE, against=against, has_compensation=money) is Level.LEADERS


@pytest.mark.parametrize(
    ("channel", "way", "outcome", "is_substantive", "stops"),
    [
        (Channel.PHONE, "phone", Outcome.EXPLAINED, True, True),
        (Channel.PHONE, "phone", Outcome.EXPLAINED, False, False),  # an acknowledgement
        (Channel.LETTER, "phone", Outcome.SOLVED, True, False),
        (Channel.LETTER, "letter", Outcome.EXPLAINED, True, True),
        (Channel.FAX, "fax", Outcome.EXPLAINED, True, True),
        (Channel.LETTER, "fax", Outcome.EXPLAINED, True, False),
        (Channel.WECHAT, "wechat", Outcome.DATED, True, True),
        (Channel.PHONE, "phone", Outcome.UNREACHABLE, True, False),
        (Channel.PHONE, "phone", Outcome.TO_REPAIR, True, False),
    ],
)
def test_only_an_answer_in_substance_by_the_right_way_stops_the_clock(
    channel: Channel, way: str, outcome: Outcome, *, is_substantive: bool, stops: bool
) -> None:
    said = {"way": way, "outcome": outcome, "is_substantive": is_substantive}
    assert stops_clock(channel, **said, has_given_up=False) is stops


def test_who_cannot_be_reached_in_three_tries_is_answered_but_a_letter_can_be_sent() -> None:
    said = {"way": "phone", "outcome": Outcome.UNREACHABLE, "is_substantive": True}
    assert stops_clock(Channel.PHONE, **said, has_given_up=True)
    assert not stops_clock(Channel.LETTER, **said, has_given_up=True)


def test_an_answer_written_down_days_later_counts_from_then() -> None:
    assert counted_at(NOW - timedelta(hours=24), now=NOW) == NOW - timedelta(hours=24)
    assert counted_at(NOW - timedelta(hours=25), now=NOW) == NOW


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STEWARD])
def test_nobody_of_an_office_calls_back(role: Role) -> None:
    with pytest.raises(OwnHandlingError):
        check_caller(role, 9, responsible_id=1, answered_by=1)


def test_head_office_calls_back_but_not_who_handled_it() -> None:
    check_caller(Role.CALLER, 9, responsible_id=1, answered_by=2)
    for own in ({"responsible_id": 9, "answered_by": 2}, {"responsible_id": 1, "answered_by": 9}):
        with pytest.raises(OwnHandlingError):
            check_caller(Role.HEAD_OFFICE, 9, **own)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"contact": ""}, "contact"),
        ({"text": ""}, "text"),
        ({"household_id": None}, "company"),
        ({"channel": Channel.HOTLINE}, "hotline_kind"),
        ({"hotline_kind": HotlineKind.DUTY}, "hotline_kind"),
        ({"code": "facilities.lift"}, "kind"),
        ({"kind": Kind.VALID}, "code"),
        ({"received_at": NOW + timedelta(seconds=1)}, "received_at"),
        ({"received_at": NOW - timedelta(days=367)}, "received_at"),
        ({"rings": 100}, "rings"),
        ({"name": "张" * 41}, "name"),
    ],
)
def test_a_complaint_without_a_known_customer_is_refused_by_field(
    change: dict[str, object], field: str
) -> None:
    check_intake(INTAKE, now=NOW)
    with pytest.raises(FieldError) as refused:
        check_intake(replace(INTAKE, **change), now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_company_needs_no_home() -> None:
    check_intake(replace(INTAKE, household_id=None, company="海天贸易"), now=NOW)


def test_a_call_back_needs_the_view_of_whom_it_reached_and_words_for_whom_it_did_not() -> None:
    for result, field in (
        (CallBackResult(NOW), "view"),
        (CallBackResult(NOW, view="great"), "view"),
        (CallBackResult(NOW, is_reached=False), "words"),
        (CallBackResult(NOW - timedelta(hours=2), view="neutral"), "at"),
    ):
        with pytest.raises(FieldError) as refused:
            check_call_back(result, answered_at=NOW - timedelta(hours=1), now=NOW)
        assert refused.value.field == field


def test_a_bad_word_or_an_unsolved_matter_opens_it_again() -> None:
    assert CallBackResult(NOW, view="dissatisfied").is_bad
    assert CallBackResult(NOW, view="satisfied", is_solved=False).is_bad
    assert not CallBackResult(NOW, view="neutral").is_bad
    assert not CallBackResult(NOW, is_reached=False, words="停机").is_bad


def test_a_major_complaint_is_closed_with_plan_and_report_only() -> None:
    taken = frozenset(steps_of(Kind.VALID)) - {Step.SITE}
    papers = {"has_plan": False, "has_report": False}
    assert missing_for_closing(Kind.VALID, Severity.ORDINARY, taken=taken, **papers) == ()
    missing = missing_for_closing(Kind.VALID, Severity.MAJOR, taken=taken, **papers)
    assert missing == ("plan", "report")
    few = frozenset({Step.RECORD, Step.CALL_BACK})
    missing = missing_for_closing(Kind.HELP, Severity.ORDINARY, taken=few, **papers)
    assert missing == ("identity", "notify")  # what was paid need not be looked at


def test_every_default_code_has_one_department_and_all_four_classes_have_codes() -> None:
    codes = default_codes()
    departments = {one.code for one in load_codebook().departments}
    assert {one["class"] for one in codes} == {one.value for one in ComplaintClass}
    assert all(one["department"] in departments for one in codes)
    assert len({one["code"] for one in codes}) == len(codes)
    assert all(one["code"].startswith(f"{one['class']}.") for one in codes)
    # R61: community activities and neighbours are among them.
    assert {"service.activities", "service.neighbours"} <= {one["code"] for one in codes}
