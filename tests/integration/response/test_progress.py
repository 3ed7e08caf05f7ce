"""Earlier campaigns, forecasts and door lists as the database tells them, on both databases."""

from datetime import date, timedelta

import pytest

from app.clock import start_of
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.services import count_answer, record_event
from app.surveys.campaign.models import Outcome
from app.surveys.campaign.planning.models import Anchor, PlanTask, TaskOwner
from app.surveys.response.progress.curves import foretell, read_history
from app.surveys.response.progress.doors import list_doors
from app.surveys.response.progress.forecast import Verdict
from app.surveys.response.progress.queries import count_won
from app.surveys.response.progress.walking import PartOfDay
from tests.factories import (
    NOW,
    head_office,
    make_campaign,
    make_community,
    members_of,
    office_of,
)

JUNE = date(2026, 6, 1)


def come_back(session, homes, day, *, per_day):
    """Let homes come back, some each day from `day` on, at noon."""
    for at, home in enumerate(homes):
        instant = start_of(day + timedelta(days=at // per_day)) + timedelta(hours=12)
        count_answer(session, home, outcome=Outcome.COMPLETE, returned_at=instant)
    session.flush()


@pytest.fixture
def communities(session):
    return [make_community(session, households=10), make_community(session, households=10)]


@pytest.fixture
def june(session, vault, communities):
    """An earlier campaign: two homes of the first community a day, seven in all."""
    campaign = make_campaign(
        session, vault, code="2026-06", opens_on=JUNE, closes_on=date(2026, 6, 20),
        now=start_of(JUNE),
    )  # fmt: skip
    come_back(session, members_of(session, campaign, communities[0])[:7], JUNE, per_day=2)
    return campaign


@pytest.fixture
def november(session, vault, june):
    campaign = make_campaign(session, vault)
    for key, day in (("reminder_1", 8), ("reminder_2", 15)):
        session.add(
            PlanTask(
                campaign_id=campaign.id, key=key, anchor=Anchor.LAUNCH, offset_days=day,
                due_on=date(2026, 11, 1 + day), owner=TaskOwner.HEAD_OFFICE,
            )
        )  # fmt: skip
    session.flush()
    return campaign


def test_an_earlier_campaign_is_laid_beside_this_one_by_days_since_opening(
    session, communities, june, november
) -> None:
    here, there = communities
    history = read_history(session, november, head_office(), [here.id, there.id])
    (own,) = history.communities[here.id]
    assert own.curve.daily[:5] == (2, 2, 2, 1, 0)
    assert (own.curve.base, own.curve.weekday) == (10, 0)
    assert own.percent_on(1) == pytest.approx(40)
    assert history.communities[there.id] == ()  # nobody came back there
    (company,) = history.company
    assert (company.curve.daily[:4], company.curve.base) == ((2, 2, 2, 1), 20)
    assert history.calendar.reminders == (8, 15)
    assert history.calendar.days == 20
    assert history.of(here.id) == (own.curve, company.curve)


def test_a_pilot_is_no_earlier_campaign_and_the_first_one_has_none(
    session, communities, june, november
) -> None:
    assert read_history(session, june, head_office(), [communities[0].id]).company == ()
    june.pilot_of_id = november.id
    session.flush()
    history = read_history(session, november, head_office(), [communities[0].id])
    assert (history.company, history.communities[communities[0].id]) == ((), ())


def test_an_office_reads_no_curve_of_another_community(
    session, communities, june, november
) -> None:
    here, there = communities
    history = read_history(session, november, office_of(there), [here.id])
    assert history.communities[here.id] == ()


def test_the_forecast_knows_the_last_campaign_from_the_first_day(
    session, communities, june, november
) -> None:
    here = communities[0]
    known = read_history(session, november, head_office(), [here.id])
    asked = {
        "base": 10, "needed": 6, "community_id": here.id, "now": NOW,
        "opens_on": november.opens_on,
    }  # fmt: skip
    assert foretell((0, 2), history=known, **asked).verdict is not Verdict.TOO_EARLY
    first = read_history(session, june, head_office(), [here.id])
    assert foretell((0, 2), history=first, **asked).verdict is Verdict.TOO_EARLY


def test_doors_learn_from_the_homes_tried_before(session, vault, communities, november) -> None:
    here = communities[0]
    homes = members_of(session, november, here)
    for home in homes[:4]:
        record_event(
            session, vault, home, kind=EventKind.ATTEMPT, channel=ContactChannel.VISIT,
            outcome=Outcome.NOT_AT_HOME, now=NOW - timedelta(days=1),
        )  # fmt: skip
    # Two came back after the attempt, one more without any.
    for home in (homes[0], homes[1], homes[9]):
        count_answer(session, home, outcome=Outcome.COMPLETE, returned_at=NOW)
    session.flush()
    assert count_won(session, november.id, here.id, head_office()) == (4, 2)
    found = list_doors(
        session, november, here.id, head_office(), part=PartOfDay.DAY, most=40, now=NOW
    )
    assert {door.member_id for door in found.walk.doors} == {home.id for home in homes[2:9]}
    assert [door.attempts for door in found.walk.doors].count(1) == 2
    # (2 + 20 x .3) / (4 + 20) = 1/3 for five fresh doors, .7 of it for two tried once.
    assert found.walk.expected == pytest.approx(5 / 3 + 2 * 0.7 / 3)
    nothing = list_doors(
        session, november, here.id, office_of(communities[1]), part=PartOfDay.DAY, most=40, now=NOW
    )
    assert nothing.walk.doors == []
