"""Steps and states of a gate as pages write them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.followup.rules import due_dates
from app.i18n import set_language
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState, GateStatus, ReturnCount, gate_status
from app.web import progress
from app.web.words import last_day, short_date

OPENS = datetime(2026, 10, 31, 16, tzinfo=UTC)
DEADLINE = datetime(2026, 11, 20, 16, tzinfo=UTC)  # the end of 20 November in Beijing


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh-Hans")


@dataclass
class Row:
    """The parts of a tracker row the steps read."""

    status: GateStatus
    base: int = 100
    returned: int = 70
    excluded: int = 0


@dataclass
class View:
    """The part of a row view the steps read."""

    row: Row


def status_of(*, returned: int, now: datetime, waived_at: datetime | None = None) -> GateStatus:
    return gate_status(
        ReturnCount(100, returned),
        required_permille=600,
        opens_at=OPENS,
        deadline=DEADLINE,
        rate_reached_at=OPENS + timedelta(days=3) if returned >= 60 else None,
        waived_at=waived_at,
        now=now,
    )


def steps_of(status: GateStatus, now: datetime) -> list[progress.Step]:
    campaign = Campaign(closes_on=date(2026, 11, 20))
    return progress.gate_steps(View(Row(status)), campaign, now=now)


def test_steps_and_lists_give_the_same_last_days():
    now = DEADLINE + timedelta(days=1)
    for waived_at in (None, DEADLINE + timedelta(hours=10)):
        status = status_of(returned=40 if waived_at else 70, now=now, waived_at=waived_at)
        due = due_dates(status.t0)
        steps = steps_of(status, now)
        assert [step.detail for step in steps[3:]] == [
            short_date(due.start_by),
            short_date(due.close_by),
        ]
        assert last_day(status.due_at) == short_date(due.start_by)


def test_seven_whole_days_from_midnight_end_on_the_seventh_of_them():
    now = DEADLINE + timedelta(days=1)
    steps = steps_of(status_of(returned=70, now=now), now)
    assert [step.detail for step in steps[2:]] == ["11月21日", "11月27日", "12月4日"]
    assert steps[2].name == "达标且截止"


def test_a_waived_gate_says_that_it_was_released_below_the_line_and_when():
    waived_at = DEADLINE + timedelta(days=2)
    now = waived_at + timedelta(hours=1)
    step = steps_of(status_of(returned=40, now=now, waived_at=waived_at), now)[2]
    assert (step.name, step.detail, step.kind) == ("低于门槛放行", "11月23日", "done")


def test_the_state_of_a_waived_gate_is_said_in_full_words():
    assert progress.state_name(GateState.WAIVED) == "仅供参考，不排名"
