"""Timers: what is due goes once, what is not yet due stays, and figures stand."""

import json
from datetime import date, timedelta

from sqlalchemy import func, select

from app.db import write_session
from app.rights.models import Kept, Retention
from app.rights.retention.rules import DEFAULT_DAYS, due_days
from app.rights.retention.services import run_timers, set_timer
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.response.models import Comment, Draft, Response, ResponseSignal
from app.surveys.response.services import save_draft
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import DURING, answer


def test_days_are_counted_from_the_day_after_collection():
    due = due_days(date(2026, 11, 20), {Kept.DRAFTS: 10})
    assert due[Kept.DRAFTS] == date(2026, 12, 1)
    assert due[Kept.SIGNALS] == date(2026, 11, 21) + timedelta(days=DEFAULT_DAYS[Kept.SIGNALS])


def test_what_is_due_goes_and_the_answers_stay(engine, vault):
    with write_session(engine) as session:
        make_community(session, households=3)
        campaign = make_campaign(session, vault)
        first, second, third = members_of(session, campaign)
        answer(session, vault, campaign, first, comment="金丝雀", now=DURING)
        answer(session, vault, campaign, second, comment="夜莺", now=DURING)
        save_draft(
            session,
            vault,
            member=third,
            device="x",
            raw={"comment.wish": ["喜鹊"]},
            language="zh-Hans",
            form="full",
            now=NOW,
        )
        staff = make_staff(session)
        actor = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
        for what, days in ((Kept.COMMENTS, 20), (Kept.DRAFTS, 10)):
            set_timer(session, campaign, what, days, actor=actor, now=NOW)

    def state():
        with write_session(engine) as session:
            said = [
                json.loads(vault.open(one, "comment"))
                for one in session.scalars(select(Comment.texts_sealed).order_by(Comment.id))
            ]
            counts = [
                session.scalar(select(func.count()).select_from(table))
                for table in (Draft, Response, ResponseSignal, FrameMember)
            ]
            return [bool(one) for one in said], counts

    closes_on = date(2026, 11, 20)
    before = state()
    assert run_timers(engine, vault, lambda: NOW + timedelta(days=20)) == 0
    assert state() == before
    day = NOW + timedelta(days=(closes_on - date(2026, 11, 2)).days + 11)
    assert run_timers(engine, vault, lambda: day) == 1
    assert state()[1][0] == 0
    assert state()[0] == [True, True]
    assert run_timers(engine, vault, lambda: day + timedelta(days=10)) == 1
    assert state()[0] == [False, False]
    assert state()[1][1:] == before[1][1:]
    assert run_timers(engine, vault, lambda: day + timedelta(days=10)) == 0
    with write_session(engine) as session:
        kept = {row.what: row.destroyed for row in session.scalars(select(Retention))}
        assert kept == {Kept.DRAFTS: 1, Kept.COMMENTS: 2}
        assert session.scalars(select(Campaign)).one().code == "2026-11"
