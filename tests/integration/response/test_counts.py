"""The tally says what a fresh count says, after any history, on the real databases."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app.cli.counts import recount as count_again
from app.clock import start_of
from app.db import write_session
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.contact import queries as contact_queries
from app.surveys.campaign.contact.events import queries as event_queries
from app.surveys.campaign.contact.models import ContactChannel, EventKind, Tally
from app.surveys.campaign.contact.outcomes import SAYABLE, Category
from app.surveys.campaign.contact.services import NewEvent, record_event, record_events
from app.surveys.campaign.errors import AnsweredError
from app.surveys.campaign.models import Campaign, Exclusion, ExclusionCode, FrameMember, Outcome
from app.surveys.response import queries, services
from app.surveys.response.counts.services import Difference, mend, recount
from app.surveys.response.models import Origin, Response
from app.surveys.response.storing import settle
from app.vault import Vault
from tests.factories import (
    NOW,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
)
from tests.integration.response.forms import deadline_of, filled, opening_of, submit

DAY = timedelta(days=1)


@dataclass
class History:
    """Random things that happen to the homes of a campaign, through the services.

    Beside the database it keeps the simplest account of each home that could be true: lists of
    what was said, worked out by nothing the application uses.
    """

    session: Session
    vault: Vault
    campaign: Campaign
    members: list[FrameMember]
    staff_id: int
    chance: random.Random
    clock: datetime
    counted: dict[int, tuple[str, date]] = field(default_factory=dict)  # kind, day it came back
    flushed_at: dict[int, datetime] = field(default_factory=dict)
    said: dict[int, Outcome] = field(default_factory=dict)
    delivered: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)

    def step(self) -> None:
        """Let one thing happen to one home."""
        self.clock += timedelta(minutes=self.chance.randrange(60, 600))
        member = self.chance.choice(self.members)
        acts = (self.answer, self.answer, self.draft, self.event, self.event, self.deliver)
        acts += (self.exclude, self.void)
        self.chance.choice(acts)(member)
        self.session.flush()

    def answer(self, member: FrameMember) -> None:
        rated = self.chance.choice((6, 9))
        key = f"{member.id}-{self.chance.randrange(10**9)}"
        receipt = submit(
            self.session, self.vault, member, now=self.clock, key=key, raw=filled(rated=rated),
            device="a",
        )  # fmt: skip
        if receipt.is_counted:
            before = self.counted.get(member.id)
            day = before[1] if before else self.beijing_day()
            self.counted[member.id] = ("complete" if rated == 9 else "partial", day)

    def draft(self, member: FrameMember) -> None:
        services.save_draft(
            self.session, self.vault, member=member, device=self.chance.choice("ab"),
            raw=filled(rated=self.chance.choice((3, 9))), language="en", form="full",
            now=self.clock,
        )  # fmt: skip
        self.begun.add(member.id)

    def event(self, member: FrameMember) -> None:
        outcome = self.chance.choice(SAYABLE)
        record_event(
            self.session, self.vault, member, kind=EventKind.ATTEMPT,
            channel=ContactChannel.VISIT, outcome=outcome, note="x", now=self.clock,
        )  # fmt: skip
        for_ever = (Outcome.REFUSED_FOR_GOOD, Outcome.DECEASED)
        if self.said.get(member.id) not in for_ever or outcome in (*for_ever, Outcome.NO_CONTACT):
            self.said[member.id] = outcome

    def deliver(self, member: FrameMember) -> None:
        """Tick a few homes at once, some of them twice, some back again."""
        some = self.chance.sample(self.members, 3)
        kind = self.chance.choice((EventKind.DELIVERED, EventKind.DELIVERED, EventKind.UNDELIVERED))
        events = [
            NewEvent(one.id, self.clock, kind, ContactChannel.LETTERBOX, key=f"{kind}-{one.id}")
            for one in (member, *some)
        ]
        known = event_queries.known_keys(self.session, [event.key or "" for event in events])
        record_events(self.session, events)
        for one in events:
            if one.key not in known:
                known.add(one.key or "")
                if kind is EventKind.DELIVERED:
                    self.delivered.add(one.member_id)
                else:
                    self.delivered.discard(one.member_id)

    def exclude(self, member: FrameMember) -> None:
        exclusion = self.session.get(Exclusion, member.id)
        if exclusion is not None:
            campaign_services.take_back_exclusion(
                self.session, self.vault, exclusion, reason="业主回来了", staff_id=self.staff_id,
                now=self.clock,
            )  # fmt: skip
            self.excluded.discard(member.id)
            return
        if member.returned_at is not None:
            return
        exclusion = campaign_services.request_exclusion(
            self.session, self.vault, member, code=ExclusionCode.VACANT, evidence="水表未走",
            staff_id=self.staff_id, now=self.clock,
        )  # fmt: skip
        if self.chance.random() < 0.6:
            campaign_services.approve_exclusion(
                self.session, exclusion, staff_id=self.staff_id, now=self.clock
            )
            self.excluded.add(member.id)
        else:
            campaign_services.refuse_exclusion(
                self.session, self.vault, exclusion, reason="业主在家", staff_id=self.staff_id,
                now=self.clock,
            )  # fmt: skip

    def void(self, member: FrameMember) -> None:
        """Take the counted answer away; the next valid one counts, as a void does."""
        answers = queries.list_responses(self.session, member.id)
        counted = next((one for one in answers if one.is_counted), None)
        if counted is None:
            return
        counted.is_counted, counted.voided_at = False, self.clock
        self.session.flush()
        left = [one for one in answers if one.voided_at is None]
        following = next((one for one in left if one.origin is Origin.SUBMITTED), None)
        if following is None and left:
            following = left[0]
        if following is not None:
            following.is_counted = True
        settle(self.session, member)
        self.counted.pop(member.id)
        if following is not None:
            back = min(
                one.received_at for one in left if one.is_counted or one.origin is Origin.FLUSHED
            )
            whole = following.origin is Origin.SUBMITTED and b"\x32" not in bytes(
                following.vector[at] for at in self.core()
            )
            day = (back + timedelta(hours=8)).date()
            self.counted[member.id] = ("complete" if whole else "partial", day)

    def flush(self) -> None:
        """Count the drafts at the deadline, community by community."""
        self.clock = deadline_of(self.campaign)
        communities = {member.community_id for member in self.members}
        for community_id in sorted(communities):
            gate = campaign_queries.find_gate(self.session, self.campaign.id, community_id)
            assert gate is not None
            services.flush_drafts(
                self.session, self.vault, gate, perception_instrument(), now=self.clock
            )
        flushed = self.session.scalars(
            select(Response).where(Response.origin == Origin.FLUSHED)
        ).all()
        for one in flushed:
            self.counted[one.frame_member_id] = ("partial", (NOW.date().replace(day=21)))
        self.clock += timedelta(hours=1)

    def core(self) -> list[int]:
        """Places of the overall question and the nine areas in a vector, told by their codes."""
        stored = [item.code for item in perception_instrument().items if item.in_vector]
        return [at for at, c in enumerate(stored) if c == "overall" or c.startswith("area.")]

    def beijing_day(self) -> date:
        return (self.clock + timedelta(hours=8)).date()

    def expected(self) -> dict[str, int]:
        """Count the account by hand."""
        base = [one.id for one in self.members if one.id not in self.excluded]
        silent = [one for one in base if one not in self.counted]
        said = {one: self.said.get(one, Outcome.NO_CONTACT) for one in silent}
        return {
            "members": len(self.members),
            "excluded": len(self.excluded),
            "returned": len(base) - len(silent),
            "partial": sum(self.counted[one][0] == "partial" for one in base if one not in silent),
            "delivered": sum(one in self.delivered or one in self.counted for one in base),
            "begun": sum(one in self.begun for one in silent),
            "refused": sum(said[one].startswith("refused") for one in silent),
            "other": sum(said[one] in ("away", "language", "unable", "deceased") for one in silent),
            "unknown": sum(said[one] in ("moved", "looks_empty") for one in silent),
        }


def make_history(session: Session, vault: Vault, seed: int) -> History:
    for _ in range(2):
        make_community(session, households=5, buildings=2)
    campaign = make_campaign(
        session, vault, opens_on=date(2026, 11, 1), closes_on=date(2026, 11, 20)
    )
    return History(
        session, vault, campaign, members_of(session, campaign), make_staff(session).id,
        random.Random(seed), opening_of(campaign),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_the_tally_says_what_a_fresh_count_and_a_count_by_hand_say(
    session, vault, seed
):
    history = make_history(session, vault, seed)
    for turn in range(60):
        if turn == 40:
            history.flush()
        history.step()
        assert recount(session, history.campaign) == [], f"step {turn}"

    counts = contact_queries.count_campaign(session, history.campaign.id)
    found = {name: getattr(counts, name) for name in history.expected()}
    assert found == history.expected()
    assert sum(counts.categories.values()) == counts.base
    days = contact_queries.list_return_days(session, history.campaign.id, head_office())
    back = [day for home, (_, day) in history.counted.items() if home not in history.excluded]
    assert sorted(day for one in days for day in [one.day] * one.returned) == sorted(back)


def test_a_wrong_tally_is_named_and_mended(session, vault):
    history = make_history(session, vault, 1)
    for _ in range(20):
        history.answer(history.chance.choice(history.members))
    campaign, member = history.campaign, history.members[0]
    right = contact_queries.count_campaign(session, campaign.id)
    session.execute(
        update(Tally)
        .where(Tally.community_id == member.community_id, Tally.building == "1栋")
        .values(returned=Tally.returned + 2)
    )
    session.execute(
        update(FrameMember)
        .where(FrameMember.id == member.id)
        .values(returned_at=None, outcome=Outcome.AWAY)
    )
    session.expire_all()

    found = recount(session, campaign)
    assert Difference(member.community_id, "1栋", "answer", 1, 0) in found
    assert {one.what for one in found} == {"answer", "returned", "other", "delivered", "day"}

    mend(session, campaign)
    assert recount(session, campaign) == []
    assert contact_queries.count_campaign(session, campaign.id) == right


def test_the_command_names_what_is_wrong_and_mends_it_when_asked(
    session, vault, database_url, monkeypatch
):
    history = make_history(session, vault, 2)
    history.answer(history.members[0])
    session.execute(update(Tally).values(begun=7))
    session.commit()
    monkeypatch.setenv("LINSHENG_DATABASE", database_url)

    found = CliRunner().invoke(count_again, [history.campaign.code])
    assert (found.exit_code, found.output.splitlines()[-1]) == (1, "differences: 4")
    assert "begun\tkept 7\tcounted 0" in found.output
    mended = CliRunner().invoke(count_again, [history.campaign.code, "--mend"])
    assert (mended.exit_code, mended.output.splitlines()[-1]) == (0, "mended")
    right = CliRunner().invoke(count_again, [history.campaign.code])
    assert (right.exit_code, right.output) == (0, "differences: 0\n")


class TestWhatIsCounted:
    @pytest.fixture
    def campaign(self, session, vault):
        make_community(session, households=6)
        return make_campaign(session, vault)

    @pytest.fixture
    def members(self, session, campaign):
        return members_of(session, campaign)

    def counts(self, session, campaign):
        return contact_queries.count_campaign(session, campaign.id)

    def say(self, session, vault, member, outcome, now, **more):
        kind = more.pop("kind", EventKind.ATTEMPT)
        return record_event(
            session, vault, member, kind=kind, channel=ContactChannel.VISIT, outcome=outcome,
            now=now, **more,
        )  # fmt: skip

    def test_every_home_of_the_base_falls_into_one_category(
        self, session, vault, campaign, members, now
    ):
        submit(session, vault, members[0], now=now)
        submit(session, vault, members[1], now=now, raw=filled(rated=8))
        self.say(session, vault, members[2], Outcome.REFUSED, now)
        self.say(session, vault, members[3], Outcome.UNABLE, now)
        self.say(session, vault, members[4], Outcome.LOOKS_EMPTY, now)

        assert self.counts(session, campaign).categories == {
            Category.COMPLETE: 1,
            Category.PARTIAL: 1,
            Category.REFUSAL: 1,
            Category.NO_CONTACT: 1,
            Category.OTHER: 1,
            Category.UNKNOWN: 1,
        }
        assert self.counts(session, campaign).occupied == 5

    def test_an_answer_says_more_than_any_visit_before_or_after_it(
        self, session, vault, campaign, members, now
    ):
        self.say(session, vault, members[0], Outcome.LOOKS_EMPTY, now)
        submit(session, vault, members[0], now=now)
        self.say(session, vault, members[0], Outcome.REFUSED, now + DAY)

        counts = self.counts(session, campaign)
        assert (counts.returned, counts.refused, counts.vacant) == (1, 0, 0)
        assert members[0].outcome is Outcome.COMPLETE
        assert len(event_queries.list_events(session, [members[0].id])) == 2

    def test_without_its_answer_a_home_is_again_what_was_last_said_of_it(
        self, session, vault, campaign, members, now
    ):
        self.say(session, vault, members[0], Outcome.NOT_AT_HOME, now)
        self.say(session, vault, members[0], Outcome.AWAY, now + DAY)
        submit(session, vault, members[0], now=now + 2 * DAY)
        queries.find_counted(session, members[0].id).is_counted = False
        settle(session, members[0])

        counts = self.counts(session, campaign)
        assert (counts.returned, counts.other) == (0, 1)
        assert contact_queries.list_return_days(session, campaign.id, head_office()) == []

    def test_replacing_a_flushed_draft_moves_no_day_and_makes_it_complete(
        self, session, vault, campaign, members, now
    ):
        services.save_draft(
            session, vault, member=members[0], device="a", raw=filled(), language="en",
            form="full", now=now,
        )  # fmt: skip
        assert self.counts(session, campaign).begun == 1
        gate = campaign_queries.find_gate(session, campaign.id, members[0].community_id)
        services.flush_drafts(
            session, vault, gate, perception_instrument(), now=deadline_of(campaign)
        )
        counts = self.counts(session, campaign)
        assert (counts.returned, counts.partial, counts.begun) == (1, 1, 0)

        submit(session, vault, members[0], now=deadline_of(campaign) + 3 * DAY)
        assert self.counts(session, campaign).partial == 0
        (day,) = contact_queries.list_return_days(session, campaign.id, head_office())
        assert (day.day, day.returned) == (date(2026, 11, 21), 1)  # flushed at the deadline

    def test_an_excluded_home_is_in_no_count_but_its_own(
        self, session, vault, campaign, members, now
    ):
        self.say(session, vault, members[0], None, now, kind=EventKind.DELIVERED)
        staff_id = make_staff(session).id
        exclusion = campaign_services.request_exclusion(
            session, vault, members[0], code=ExclusionCode.COMMERCIAL, evidence="一楼底商",
            staff_id=staff_id, now=now,
        )  # fmt: skip
        campaign_services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        submit(session, vault, members[0], now=now)

        counts = self.counts(session, campaign)
        assert (counts.members, counts.excluded, counts.base) == (6, 1, 5)
        assert (counts.returned, counts.delivered) == (0, 0)
        submit(session, vault, members[1], now=start_of(date(2026, 11, 9)))
        (day,) = contact_queries.list_return_days(session, campaign.id, head_office())
        assert (day.day, day.returned) == (date(2026, 11, 9), 1)


class TestThreads:
    """Many change the homes of one building at once: nothing is lost, nobody waits in a circle."""

    THREADS = 16

    @pytest.fixture
    def engine(self, engine: Engine) -> Engine:
        if engine.dialect.name == "sqlite":
            event.listen(
                engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF")
            )
        return engine

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    def test_answers_visits_letters_and_exclusions_of_one_building_at_once(
        self, engine, session, vault
    ):
        make_community(session, households=24)
        campaign = make_campaign(session, vault)
        staff_id = make_staff(session).id
        ids = [member.id for member in members_of(session, campaign)]
        at = opening_of(campaign)
        session.commit()
        excluded: list[int] = []

        def work(number: int) -> None:
            chance = random.Random(number)
            for turn in range(12):
                member_id = chance.choice(ids)
                with write_session(engine) as own:
                    member = campaign_queries.get_member(own, member_id)
                    act = chance.randrange(5)
                    if act < 2:
                        submit(own, vault, member, now=at, key=f"{number}-{turn}")
                    elif act == 2:
                        record_event(
                            own, vault, member, kind=EventKind.ATTEMPT,
                            channel=ContactChannel.VISIT, outcome=chance.choice(SAYABLE), now=at,
                        )  # fmt: skip
                    elif act == 3:
                        some = chance.sample(ids, 6)
                        record_events(
                            own,
                            [
                                NewEvent(one, at, EventKind.DELIVERED, ContactChannel.LETTERBOX)
                                for one in some
                            ],
                        )
                    else:
                        services.save_draft(
                            own, vault, member=member, device=str(number), raw=filled(),
                            language="en", form="full", now=at,
                        )  # fmt: skip
                if number == 0 and turn % 4 == 0:
                    with suppress(AnsweredError):  # a home that answered is never excluded
                        self.exclude(engine, vault, ids[turn], staff_id, at)
                        excluded.append(ids[turn])

        with ThreadPoolExecutor(self.THREADS) as pool:
            list(pool.map(work, range(self.THREADS)))  # raises what a thread raised

        found = session.get_one(Campaign, campaign.id)
        assert recount(session, found) == []
        counts = contact_queries.count_campaign(session, campaign.id)
        assert counts.excluded == len(excluded)
        assert counts.returned > 0

    def exclude(self, engine, vault, member_id, staff_id, at) -> None:
        with write_session(engine) as own:
            member = campaign_queries.get_member(own, member_id)
            exclusion = campaign_services.request_exclusion(
                own, vault, member, code=ExclusionCode.VACANT, evidence="水表未走",
                staff_id=staff_id, now=at,
            )  # fmt: skip
            campaign_services.approve_exclusion(own, exclusion, staff_id=staff_id, now=at)
