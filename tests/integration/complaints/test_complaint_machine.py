"""No order of acts closes a complaint unheard or moves its day in silence: random histories.

Acts are drawn by a seeded generator and tried by people of all roles; most are refused, as they
would be on a page. After each one the rows are compared with what the handbook demands of them,
worked out anew from the history alone. `LINSHENG_LONG=1` walks a hundred times as far.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FollowUpError
from app.followup.history.models import CaseEvent
from app.followup.models import CaseList, CaseState, ContactRecord, FollowUp, Outcome, Stage
from app.service.complaints import services
from app.service.complaints.clocks import clock_of
from app.service.complaints.errors import ComplaintError
from app.service.complaints.models import (
    Against,
    Channel,
    Complaint,
    ComplaintExtension,
    ComplaintRound,
    ComplaintStep,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.rules import RANKS, CallBackResult, Sorting, steps_of
from app.staff.models import Role, Staff
from app.surveys.campaign.planning.queries import load_calendar
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import World, make_world, talk

# Statements that differ between the databases are tried in `test_who_sees`.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WALKS, ACTS = (40, 300) if os.environ.get("LINSHENG_LONG") else (3, 40)
VIEWS = ("satisfied", "neutral", "dissatisfied", None)
SEEN: set[tuple[Stage, Stage]] = set()


class Walk:
    """One complaint and everything that can be tried with it."""

    def __init__(self, session: Session, vault: Vault, world: World, seed: int) -> None:
        self.session, self.vault, self.world = session, vault, world
        self.rng = random.Random(seed)
        self.now = NOW + timedelta(days=30 * seed)
        self.channel = self.rng.choice([Channel.PHONE, Channel.LETTER, Channel.WECHAT])
        intake = world.intake(
            seed % 6, channel=self.channel, received_at=self.now, kind=self.rng.choice(list(Kind))
        )
        steward = world.scopes["steward"]
        self.key = services.take_in(session, vault, steward, intake, now=self.now).id
        self.level = 0
        self.was_apart = False
        self.done = 0

    def act(self) -> None:
        """Let somebody try something; what is refused changes nothing."""
        self.now += timedelta(minutes=self.rng.choice([1, 30, 600, 1500]))
        before = self.session.get_one(FollowUp, self.key).stage
        name = self.rng.choice(list(self.world.scopes))
        acts = self.acts(name)
        # Half of the time somebody drives it on, else no walk would ever come round.
        chosen = self.drive if self.rng.random() < 0.5 else self.rng.choice(acts)
        try:
            with self.session.begin_nested():
                chosen()
            self.done += 1
        except (ComplaintError, FollowUpError):
            pass
        self.session.expire_all()
        SEEN.add((before, self.session.get_one(FollowUp, self.key).stage))

    def acts(self, name: str) -> list[Callable[[], object]]:
        session, vault, key, now, rng = self.session, self.vault, self.key, self.now, self.rng
        who = self.world.scopes[name]
        on, by = (session, who, key), (session, vault, who, key)
        day = beijing_date(now) + timedelta(days=rng.randint(0, 9))
        way = rng.choice(["phone", "letter"])
        outcome = rng.choice([Outcome.EXPLAINED, Outcome.SOLVED, Outcome.UNREACHABLE])
        said = talk(now, way=way, outcome=outcome, owner_view=rng.choice(VIEWS))
        sorting = Sorting(
            "service.slow",
            rng.choice(list(Kind)),
            rng.choice([*[Severity.ORDINARY] * 8, Severity.MAJOR]),
            rng.choice([*[Against.NONE] * 12, Against.DIRECTOR]),
        )
        result = CallBackResult(
            now, view=rng.choice(VIEWS), is_reached=rng.random() < 0.9, words="x"
        )
        flags = {"compensation": rng.random() < 0.05, "media": False, "legal": False}
        person = rng.choice(list(self.world.scopes.values())).staff_id
        return [
            lambda: services.take_step_of(*by, rng.choice(list(Step)), now=now),
            lambda: services.answer(*by, said, is_substantive=rng.random() < 0.8, now=now),
            lambda: services.record_call_back(*by, result, now=now),
            lambda: services.close(*by, cause="a", prevention="b", now=now),
            self.write_papers,
            lambda: services.reopen(*by, reason="x", now=now),
            lambda: services.acknowledge(*on, now=now),
            lambda: services.extend(*by, talk(now), due_on=day, now=now),
            lambda: services.set_long_running(*by, talk(now), rough_on=day, now=now),
            lambda: services.reclassify(*by, sorting, reason="x", now=now),
            lambda: services.set_flags(*on, **flags, now=now),
            lambda: services.escalate(*by, rng.choice(list(Level)), reason="x", now=now),
            lambda: services.hand_over(*by, staff_id=person, reason="x", now=now),
        ]

    def drive(self) -> None:
        """Do what the handbook asks for next, by whom it asks."""
        session, vault, key, now = self.session, self.vault, self.key, self.now
        by = (session, vault, self.world.scopes["hq"], key)
        complaint, case = session.get_one(Complaint, key), session.get_one(FollowUp, key)
        if case.stage is Stage.CALLED_BACK:
            self.write_papers()
            services.close(*by, cause="a", prevention="b", now=now)
        elif case.stage is Stage.ANSWERED:
            result = CallBackResult(now, view=self.rng.choice(VIEWS[:3]))
            caller = self.world.scopes["caller"]
            services.record_call_back(session, vault, caller, key, result, now=now)
        elif complaint.is_open:
            view = services.open_complaint(*by, now=now)
            for one in view.steps:
                if one.at is None and one.step in {Step.LEAD, Step.IDENTITY, Step.NOTIFY}:
                    services.take_step_of(*by, one.step, now=now)
            way = "letter" if self.channel is Channel.LETTER else "phone"
            assert services.answer(*by, talk(now, way=way), now=now)

    def write_papers(self) -> None:
        """Stand in for the plan and report of a major one, which are written elsewhere."""
        complaint = self.session.get_one(Complaint, self.key)
        complaint.planned_at = complaint.reported_at = self.now

    def check(self) -> None:
        """Compare the rows with what the handbook demands."""
        complaint = self.session.get_one(Complaint, self.key)
        case = self.session.get_one(FollowUp, self.key)
        self.check_end(complaint, case)
        self.check_clock(complaint)
        self.check_steps(complaint)
        self.check_hands(complaint, case)

    def check_end(self, complaint: Complaint, case: FollowUp) -> None:
        ended = case.stage in {Stage.IMPROVED, Stage.CLOSED}
        assert ended is (case.state is CaseState.CLOSED) is (not complaint.is_open)
        answered = case.stage in {Stage.ANSWERED, Stage.CALLED_BACK, Stage.IMPROVED, Stage.CLOSED}
        assert answered is (complaint.answered_at is not None)
        if case.stage in {Stage.CALLED_BACK, Stage.IMPROVED, Stage.CLOSED}:
            assert complaint.called_back_at is not None
            assert complaint.called_back_by not in {None, case.answered_by}
            caller = self.session.get_one(Staff, complaint.called_back_by)
            assert caller.role in {Role.HEAD_OFFICE, Role.LEADER, Role.CALLER}
        if ended:
            assert self.vault.open(complaint.cause_sealed or b"", "note") == "a"
            assert self.vault.open(complaint.prevention_sealed or b"", "note") == "b"
        if answered and self.channel is Channel.LETTER:
            assert complaint.answer_way == "letter"

    def check_clock(self, complaint: Complaint) -> None:
        """Work the last day out from the begin of the round and its extensions alone."""
        calendar = load_calendar(self.session)
        due = clock_of(complaint.clock_from, complaint.channel, calendar).due_on
        query = select(ComplaintExtension).where(
            ComplaintExtension.follow_up_id == self.key,
            ComplaintExtension.round == complaint.round,
        )
        for one in self.session.scalars(query.order_by(ComplaintExtension.id)):
            assert one.old_due_on == due
            assert one.at < datetime.combine(due, datetime.min.time(), one.at.tzinfo) + DAY
            contact = self.session.get_one(ContactRecord, one.contact_id)
            assert (contact.follow_up_id, contact.next_on) == (self.key, one.new_due_on)
            due = one.new_due_on
        assert complaint.due_on == due
        rounds = select(ComplaintRound.round).where(ComplaintRound.follow_up_id == self.key)
        assert sorted(self.session.scalars(rounds)) == list(range(1, complaint.round))

    def check_steps(self, complaint: Complaint) -> None:
        query = select(ComplaintStep).where(
            ComplaintStep.follow_up_id == self.key, ComplaintStep.round == complaint.round
        )
        taken = [one.step for one in self.session.scalars(query)]
        assert len(taken) == len(set(taken))
        view = services.open_complaint(
            self.session, self.vault, self.world.scopes["hq"], self.key, now=self.now
        )
        assert [one.step for one in view.steps] == list(steps_of(complaint.kind))
        assert len(view.steps) == (6 if complaint.kind is Kind.VALID else 5)

    def check_hands(self, complaint: Complaint, case: FollowUp) -> None:
        rank = RANKS[complaint.level]
        assert rank >= self.level
        self.level = rank
        self.was_apart = self.was_apart or complaint.against is Against.DIRECTOR
        assert (case.on_list is CaseList.HEAD_OFFICE) is self.was_apart
        holder = None
        if case.responsible_id is not None:
            holder = self.session.get_one(Staff, case.responsible_id).role
        if self.was_apart:
            assert holder not in {Role.OFFICE, Role.STEWARD}
            for name in ("office", "steward"):
                scope = self.world.scopes[name]
                assert services.find_complaint(self.session, scope, self.key) is None
        if complaint.severity is Severity.MAJOR:
            assert holder in {Role.OFFICE, Role.HEAD_OFFICE, Role.LEADER, None}
        moves = select(CaseEvent.to_staff_id).where(
            CaseEvent.follow_up_id == self.key, CaseEvent.to_staff_id.is_not(None)
        )
        given = set(self.session.scalars(moves))
        assert case.responsible_id is None or case.responsible_id in given


DAY = timedelta(days=1, hours=-8)  # midnight in Beijing, told in UTC


def test_no_history_breaks_what_the_handbook_demands(session: Session, vault: Vault) -> None:
    SEEN.clear()
    world = make_world(session)
    done = 0
    for seed in range(WALKS):
        walk = Walk(session, vault, world, seed)
        for _ in range(ACTS):
            walk.act()
            walk.check()
        done += walk.done
    assert done > WALKS * ACTS // 8
    # The walks came to where it matters.
    assert (Stage.ANSWERED, Stage.CALLED_BACK) in SEEN
    assert Stage.REOPENED in {to for _, to in SEEN}
    assert {Stage.CLOSED, Stage.IMPROVED} & {at for at, _ in SEEN}
