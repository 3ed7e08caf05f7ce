"""Quiet hours, the ladder, who is left out, and the way through a building."""

from datetime import date, datetime, timedelta

import pytest

from app.clock import BEIJING
from app.surveys.distribution.models import MessageReason, RunKind, SendChannel
from app.surveys.distribution.rules import (
    Candidate,
    is_quiet,
    ladder,
    left_out,
    mobile_of,
    next_loud,
    walking_place,
)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 9, hour, minute, second, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        (at(7, 59, 59), True),
        (at(8), False),
        (at(20, 59, 59), False),
        (at(21), True),
        (at(0), True),
    ],
)
def test_nothing_goes_out_from_nine_in_the_evening_to_eight_in_the_morning(instant, quiet):
    assert is_quiet(instant) is quiet


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (at(10), at(10)),
        (at(22), at(8) + timedelta(days=1)),
        (at(3), at(8)),
    ],
)
def test_the_next_time_after_quiet_hours_is_eight_in_the_morning(instant, expected):
    assert next_loud(instant) == expected


def test_the_ladder_has_its_reminders_after_one_and_two_weeks_the_second_in_the_evening():
    steps = ladder(date(2026, 11, 2), date(2026, 11, 22))
    assert [(step.kind, step.day) for step in steps] == [
        (RunKind.LAUNCH, date(2026, 11, 2)),
        (RunKind.REMINDER_1, date(2026, 11, 9)),
        (RunKind.REMINDER_2, date(2026, 11, 16)),
        (RunKind.RESULT, None),
    ]
    assert steps[2].instant == datetime(2026, 11, 16, 18, tzinfo=BEIJING)


@pytest.mark.parametrize("days", [1, 2, 3, 10, 14, 15, 30])
def test_reminders_of_the_ladder_never_fall_together_nor_into_quiet_hours(days):
    start = date(2026, 11, 2)
    _launch, first, second, _result = ladder(start, start + timedelta(days=days))
    assert start < first.day < second.day
    assert not is_quiet(first.instant)
    assert not is_quiet(second.instant)


SILENT = {
    "is_excluded": False,
    "has_answered": False,
    "is_left_alone": False,
    "has_opted_out": False,
    "was_told": False,
    "reminders": 0,
    "last_reminder_at": None,
}


@pytest.mark.parametrize(
    ("changed", "kind", "channel", "expected"),
    [
        ({}, RunKind.REMINDER_1, SendChannel.SMS, None),
        ({"is_excluded": True}, RunKind.REMINDER_1, SendChannel.SMS, MessageReason.EXCLUDED),
        ({"has_answered": True}, RunKind.REMINDER_1, SendChannel.SMS, MessageReason.ANSWERED),
        ({"has_answered": True}, RunKind.RESULT, SendChannel.SMS, None),
        ({"is_left_alone": True}, RunKind.REMINDER_2, SendChannel.LETTER, MessageReason.REFUSED),
        ({"is_left_alone": True}, RunKind.LAUNCH, SendChannel.SMS, MessageReason.REFUSED),
        ({"is_left_alone": True}, RunKind.LAUNCH, SendChannel.LETTER, None),
        ({"was_told": True}, RunKind.LAUNCH, SendChannel.LETTER, MessageReason.ALREADY_TOLD),
        ({"was_told": True}, RunKind.RESULT, SendChannel.SMS, MessageReason.ALREADY_TOLD),
        ({"has_opted_out": True}, RunKind.REMINDER_1, SendChannel.LETTER, MessageReason.OPTED_OUT),
        ({"has_opted_out": True}, RunKind.LAUNCH, SendChannel.EMAIL, MessageReason.OPTED_OUT),
        ({"has_opted_out": True}, RunKind.LAUNCH, SendChannel.LETTER, None),
        ({"reminders": 1}, RunKind.REMINDER_2, SendChannel.SMS, None),
        ({"reminders": 2}, RunKind.REMINDER_2, SendChannel.SMS, MessageReason.AT_CAP),
        ({"reminders": 2}, RunKind.RESULT, SendChannel.SMS, None),
        (
            {"reminders": 1, "last_reminder_at": at(10) - timedelta(hours=34)},
            RunKind.REMINDER_2,
            SendChannel.SMS,
            MessageReason.TOO_SOON,
        ),
        (
            {"reminders": 1, "last_reminder_at": at(10) - timedelta(hours=35)},
            RunKind.REMINDER_2,
            SendChannel.SMS,
            None,
        ),
    ],
)
def test_a_home_is_left_out_for_the_first_reason_that_holds(changed, kind, channel, expected):
    home = Candidate(**(SILENT | changed))
    assert left_out(home, kind=kind, channel=channel, cap=2, at=at(10)) is expected


def test_letters_lie_in_walking_order_down_from_the_top_where_there_is_a_lift():
    rooms = ["2-101", "1-1101", "1-102", "1-101", "1-201"]
    down = sorted(rooms, key=lambda room: walking_place(room, has_lift=True))
    up = sorted(rooms, key=lambda room: walking_place(room, has_lift=False))
    assert down == ["1-1101", "1-201", "1-101", "1-102", "2-101"]
    assert up == ["1-101", "1-102", "1-201", "1-1101", "2-101"]


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("0571-88880001", None),
        ("12345678901", None),
        ("", None),
    ],
)
def test_only_a_mobile_number_of_the_mainland_gets_an_sms(phone, expected):
    assert mobile_of(phone) == expected
