"""No order of events opens results early: the services against a model that only knows the rule.

The model keeps lists of plain values and works everything out anew at every look. The machine
drives both through answers, voids, exclusions, holds, waivers, longer collecting, changes of the
rate, freezes and a clock that also runs backwards, and compares them after every step.
"""

import os
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.surveys.campaign.errors import CampaignError, HeldError
from app.surveys.campaign.gates.services import (
    change_required,
    extend_collection,
    lift_hold,
    place_hold,
)
from app.surveys.campaign.models import ExclusionCode
from app.surveys.campaign.queries import find_exclusion
from app.surveys.campaign.services import (
    approve_exclusion,
    request_exclusion,
    take_back_exclusion,
    waive_gate,
)
from app.surveys.response.errors import NotOpenError
from app.surveys.response.queries import count_returns, find_by_receipt
from app.surveys.response.tracker import company_standing, gate_standing, tracker
from app.surveys.response.voids.errors import AlreadyVoidedError
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from app.surveys.snapshot.company import freeze_company
from app.surveys.snapshot.errors import NotReleasedError
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.manifest import company_from_json
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
)
from tests.integration.snapshot.answering import answer

OPENS, DEADLINE = start_of(date(2026, 11, 1)), end_of(date(2026, 11, 20))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HOMES = 3  # in each of two communities: two returns reach 60 %
INSTANTS = (
    OPENS - SECOND,
    OPENS,
    OPENS + 9 * DAY,
    DEADLINE - SECOND,
    DEADLINE - timedelta(microseconds=1),
    DEADLINE,
    DEADLINE + SECOND,
    DEADLINE + 3 * DAY,
)


@dataclass
class Home:
    """A home as the rule sees it: its answers as (instant, is it void), and which one counts."""

    answers: list[tuple[datetime, bool]] = field(default_factory=list)
    counted: int | None = None
    excluded: bool = False
    approved: datetime | None = None


@dataclass
class Unit:
    """One community in the model."""

    homes: list[Home]
    held: bool = False
    waived: datetime | None = None
    frozen: datetime | None = None
    kept: datetime | None = None

    def returns(self) -> list[datetime]:
        """Return when each home of the base came back."""
        return [
            home.answers[home.counted][0]
            for home in self.homes
            if home.counted is not None and not home.excluded
        ]

    def base(self) -> int:
        return sum(not home.excluded for home in self.homes)

    def approvals(self) -> list[datetime]:
        """Return when each home that is out of the base left it."""
        return [home.approved for home in self.homes if home.excluded]


def clock_start(
    returns: list[datetime], approvals: list[datetime], base: int, permille: int, now: datetime
) -> datetime | None:
    """Return the first instant from the deadline on at which the rate was reached, once it came.

    Every instant at which something happened is tried, with the base and the returns of then.
    """
    for at in sorted({DEADLINE, *(one for one in (*returns, *approvals) if one > DEADLINE)}):
        back = sum(one <= at for one in returns)
        asked = base + sum(one > at for one in approvals)
        if asked and 1000 * back >= permille * asked:
            return at if now >= at else None
    return None


class GateMachine(RuleBasedStateMachine):
    """Services and model side by side; `world` is set by the test that runs it."""

    world: tuple  # engine, vault, storage

    def __init__(self) -> None:
        super().__init__()
        engine, self.vault, self.storage = self.world
        self.connection = engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint")
        self.now = OPENS + DAY
        self.permille, self.sent, self.company_kept = 600, 0, None
        self.communities = [make_community(self.session, households=HOMES) for _ in range(2)]
        self.campaign = make_campaign(self.session, self.vault)
        self.staff = make_staff(self.session).id
        self.gates = [gate_of(self.session, self.campaign, one) for one in self.communities]
        self.members = [members_of(self.session, self.campaign, one) for one in self.communities]
        self.units = [Unit([Home() for _ in range(HOMES)]) for _ in range(2)]
        self.receipts: list[tuple[int, int, int, str]] = []

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    def t0(self, unit: Unit) -> datetime | None:
        known = unit.kept or unit.waived
        if self.now < DEADLINE:
            return None
        if known is not None:
            return known if known <= self.now else None
        return clock_start(unit.returns(), unit.approvals(), unit.base(), self.permille, self.now)

    def opened(self, unit: Unit) -> bool:
        return self.t0(unit) is not None and not unit.held

    def missed(self, unit: Unit) -> bool:
        return 1000 * len(unit.returns()) < self.permille * unit.base() or not unit.base()

    @rule(to=st.sampled_from(INSTANTS))
    def set_clock(self, to):
        self.now = to

    @rule(by=st.sampled_from((SECOND, DAY, -SECOND, -5 * DAY, timedelta(hours=8))))
    def step_clock(self, by):
        self.now += by

    @rule()
    def let_the_deadline_pass(self):
        self.now = max(self.now, DEADLINE)

    @rule(c=st.integers(0, 1), homes=st.sampled_from(((0,), (1,), (2,), (0, 1), (0, 1, 2))))
    def submit(self, c, homes):
        for h in homes:
            self.submit_one(c, h)

    def submit_one(self, c, h):
        self.sent += 1
        try:
            receipt = answer(
                self.session,
                self.vault,
                self.campaign,
                self.members[c][h],
                key=f"key-{self.sent}",
                now=self.now,
            )
        except NotOpenError:
            assert self.now < OPENS
            return
        assert self.now >= OPENS
        home = self.units[c].homes[h]
        counts = self.units[c].frozen is None and home.counted is None
        assert receipt.is_counted is counts
        if counts:
            home.counted = len(home.answers)
        self.receipts.append((c, h, len(home.answers), receipt.code))
        home.answers.append((self.now, False))

    @precondition(lambda self: self.receipts)
    @rule(data=st.data())
    def void(self, data):
        c, h, number, code = data.draw(st.sampled_from(self.receipts))
        home = self.units[c].homes[h]
        at, is_void = home.answers[number]
        response = find_by_receipt(self.session, code)
        try:
            void_response(
                self.session, self.vault, response, reason=VoidReason.TRIAL, note="试填",
                staff_id=self.staff, now=self.now,
            )  # fmt: skip
        except AlreadyVoidedError:
            assert is_void
        home.answers[number] = (at, True)
        if home.counted == number:
            frozen = self.units[c].frozen
            others = [
                other
                for other, (came, gone) in enumerate(home.answers)
                if not gone and (frozen is None or came < frozen)
            ]
            home.counted = others[0] if others else None

    @rule(c=st.integers(0, 1), h=st.integers(0, HOMES - 1))
    def exclude(self, c, h):
        unit, member = self.units[c], self.members[c][h]
        home = unit.homes[h]
        if home.excluded:
            return
        try:
            request_exclusion(
                self.session, self.vault, member, code=ExclusionCode.VACANT, evidence="水表未动",
                staff_id=self.staff, now=self.now,
            )  # fmt: skip
            exclusion = find_exclusion(self.session, member.id)
            approve_exclusion(self.session, exclusion, staff_id=self.staff, now=self.now)
        except CampaignError:
            assert unit.frozen is not None or home.counted is not None
            return
        assert unit.frozen is None
        assert home.counted is None, "a home that has answered left the base"
        home.excluded, home.approved = True, self.now

    @rule(c=st.integers(0, 1), h=st.integers(0, HOMES - 1))
    def take_back(self, c, h):
        unit, member = self.units[c], self.members[c][h]
        exclusion = find_exclusion(self.session, member.id)
        if exclusion is None:
            assert not unit.homes[h].excluded
            return
        try:
            take_back_exclusion(
                self.session, self.vault, exclusion, reason="业主在家", staff_id=self.staff,
                now=self.now,
            )  # fmt: skip
        except CampaignError:
            assert unit.frozen is not None
            return
        assert unit.frozen is None
        unit.homes[h].excluded = False

    @rule(c=st.integers(0, 1), lift=st.booleans())
    def hold_or_lift(self, c, lift):
        unit = self.units[c]
        decide = lift_hold if lift else place_hold
        try:
            decide(
                self.session, self.vault, self.gates[c], reason="复核", staff_id=self.staff,
                now=self.now,
            )  # fmt: skip
        except CampaignError:
            assert unit.held is not lift
            return
        assert unit.held is lift
        unit.held = not lift

    @rule(c=st.integers(0, 1))
    def waive(self, c):
        unit, gate = self.units[c], self.gates[c]
        may = (
            self.now >= DEADLINE
            and unit.waived is None
            and unit.frozen is None
            and not unit.held
            and self.missed(unit)
        )
        try:
            waive_gate(
                self.session,
                self.vault,
                gate,
                count=count_returns(self.session, self.campaign.id, gate.community_id),
                staff_id=self.staff,
                reason="交付未满半年",
                now=self.now,
            )
        except CampaignError:
            assert not may
            return
        assert may
        unit.waived = self.now

    @rule(c=st.integers(0, 1))
    def extend(self, c):
        gate, before = self.gates[c], self.t0(self.units[c])
        try:
            extend_collection(
                self.session,
                self.vault,
                gate,
                until=beijing_date(self.now) + DAY,
                reason="再走访一轮",
                count=count_returns(self.session, self.campaign.id, gate.community_id),
                staff_id=self.staff,
                now=self.now,
            )
        except CampaignError:
            return
        assert before is None

    @rule(permille=st.sampled_from((599, 600, 700)))
    def change_rate(self, permille):
        may = (
            self.now < DEADLINE
            and permille >= 600
            and permille != self.permille
            and all(unit.frozen is None for unit in self.units)
        )
        try:
            change_required(
                self.session, self.vault, self.campaign, permille=permille, reason="董事会决定",
                staff_id=self.staff, now=self.now,
            )  # fmt: skip
        except CampaignError:
            assert not may
            return
        assert may
        self.permille = permille

    @rule(c=st.integers(0, 1))
    def freeze(self, c):
        unit, gate = self.units[c], self.gates[c]
        may = not unit.held and (unit.frozen is not None or self.opened(unit))
        status = gate_standing(self.session, self.campaign, gate, now=self.now).status
        t0 = self.t0(unit)
        try:
            freeze_gate(
                self.session,
                self.storage,
                campaign=self.campaign,
                gate=gate,
                status=status,
                now=self.now,
            )
        except (HeldError, NotReleasedError):
            assert not may
            return
        assert may, "frozen, so computed and shown, before its time"
        if unit.frozen is None:
            unit.frozen, unit.kept = self.now, t0
        assert gate.t0 == unit.kept

    @rule()
    def freeze_the_company(self):
        snapshot = freeze_company(self.session, self.storage, campaign=self.campaign, now=self.now)
        begins = self.company_t0()
        if snapshot is None:
            ready = any(unit.frozen and not unit.held for unit in self.units)
            assert self.company_kept is None
            assert not (ready and begins)
            return
        manifest = company_from_json(snapshot.manifest)
        if self.company_kept is None:
            assert begins is not None, "the company opened before its time"
            self.company_kept = begins
        assert manifest.t0 == self.company_kept
        shown = {entry.community for entry in manifest.snapshots}
        wanted = {
            one.code
            for one, unit in zip(self.communities, self.units, strict=True)
            if unit.frozen is not None and not unit.held
        }
        assert shown == wanted

    def company_t0(self) -> datetime | None:
        returns = [at for unit in self.units for at in unit.returns()]
        approvals = [at for unit in self.units for at in unit.approvals()]
        return clock_start(
            returns, approvals, sum(unit.base() for unit in self.units), self.permille, self.now
        )

    @invariant()
    def both_say_the_same(self):
        for unit, gate in zip(self.units, self.gates, strict=True):
            standing = gate_standing(self.session, self.campaign, gate, now=self.now)
            assert (standing.base, standing.returned) == (unit.base(), len(unit.returns()))
            assert standing.status.t0 == self.t0(unit)
            assert standing.status.is_released is self.opened(unit)
            assert standing.status.is_held is unit.held
        company = company_standing(self.session, self.campaign, now=self.now)
        assert company.status.t0 == self.company_t0()
        assert company.status.is_released is (self.company_t0() is not None)
        found = tracker(self.session, self.campaign, head_office(), now=self.now)
        assert [row.status.t0 for row in found.communities] == [self.t0(u) for u in self.units]


@pytest.fixture
def zone(request):
    """Let the process live in another time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/Los_Angeles"], indirect=True)
def test_no_order_of_events_opens_results_early(zone, engine, vault, storage):
    machine = type("Machine", (GateMachine,), {"world": (engine, vault, storage)})
    asked_for = os.environ.get("LINSHENG_GATE_EXAMPLES")
    few = 2 if engine.dialect.name == "postgresql" else 4
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(asked_for or few),
            stateful_step_count=25,
            deadline=None,
            derandomize=asked_for is None,
            phases=list(Phase) if asked_for else [Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
