"""Builds the demo company through the real services, step by step; each step is done once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import clock
from app.config import ROOT, Config
from app.db import make_engine, write_session
from app.demo import gates, homes, integrity, messages, plan, street
from app.demo.accounts import OPERATOR, add_accounts
from app.demo.after import call_for_head_office, close_the_loop
from app.demo.cases import STILL_OPEN
from app.demo.collecting import Turn, Wave, collect
from app.demo.company import COMMUNITIES, DemoCommunity, register_file
from app.demo.history import enter_history
from app.demo.loop import answer_owners, visit_homes
from app.demo.market import market
from app.demo.paper import scan_bundles
from app.demo.pilot import hold_pilot
from app.demo.problems import share_problems, sort_running
from app.demo.service import service_steps
from app.demo.sheet import DemoSheet, make_sheet
from app.installation import DEMO, DemoDataError, adopt_vault, find_fact, store_fact
from app.reports.company_work import company_round
from app.reports.integrity.prints import make_prints
from app.reports.market.orders import order_study
from app.reports.message_work import message_round
from app.reports.printing import orders as printing
from app.reports.work import Workshop, advance_campaigns
from app.staff import queries as staff_queries
from app.staff.scope import SYSTEM_ACTOR
from app.storage import Storage
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.planning.template import COLLECTION_DAYS, Proposal
from app.surveys.distribution.models import RunKind
from app.surveys.instrument.load import load_instrument
from app.surveys.register import importing
from app.surveys.register import queries as register_queries
from app.vault import Vault
from app.worker import run_one
from migrations.run import upgrade

SEED = 20261122
INSTRUMENT = ROOT / "instruments" / "customer-perception" / "v1.yaml"
RUNNING_DAY = 13  # the running campaign is on its fourteenth day
BETWEEN_CAMPAIGNS = timedelta(days=161)
MARKET_BEFORE = timedelta(days=40)
BEFORE_THAT = timedelta(days=203)  # from November to June
_STEPS = "demo.steps"  # the fact that names the steps done so far
_FINISHED_DOORS, _RUNNING_DOORS = (9, 15, 18), (8, 10, 12)
# Two communities are behind with it, and nobody says that it is done.
_WAITING = frozenset({"follow_up_done"})
# Reports take minutes and say more when the follow-up is in them: the worker prints them later.
_LEFT = (printing.MAKE,)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Builder:
    """Does steps in their order; what was broken off goes on at the step it had come to."""

    workshop: Workshop
    say: Say
    today: date
    earlier: str
    finished: str
    running: str
    opens_on: date

    @property
    def vault(self) -> Vault:
        return self.workshop.vault

    @property
    def first(self) -> date:
        """Return the first day of the finished campaign."""
        return self.opens_on - BETWEEN_CAMPAIGNS

    @property
    def before(self) -> date:
        """Return the first day of the campaign before the finished one."""
        return self.first - BEFORE_THAT

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with write_session(self.workshop.engine) as session:
            yield session

    def once(self, step: str, work: Callable[[Session], object], *, says: str = "") -> None:
        """Do a step in a transaction that also notes it; one noted before is left out."""
        with self.writing() as session:
            if step in _steps(session):
                return
            if says:
                self.say(says)
            work(session)
            _note(session, step)

    def advance(self, step: str, instant: datetime, *, says: str = "") -> None:
        """Run rounds of the worker as if it were `instant`, with every job that follows, once.

        The second round, some minutes on, takes over the job of a build that was broken off; the
        third computes the company out of its communities.
        """
        with Session(self.workshop.engine) as session:
            if step in _steps(session):
                return
        if says:
            self.say(says)
        for minutes in (0, 5, 10):
            workshop = replace(
                self.workshop, clock=partial(instant.__add__, timedelta(minutes=minutes))
            )
            advance_campaigns(workshop, {})
            company_round(workshop)
            message_round(workshop)
            while run_one(workshop, "demo", leaving=_LEFT):
                pass
        with self.writing() as session:
            _note(session, step)


def build_demo(config: Config, *, say: Say) -> DemoSheet:
    """Make what is not there yet and return the sheet; a finished demo is only read.

    Raises:
        DemoDataError: The database holds data that is not the demo's.
    """
    engine = make_engine(config.database_url)
    try:
        return _build(config, engine, say=say)
    finally:
        engine.dispose()


def _build(config: Config, engine: Engine, *, say: Say) -> DemoSheet:
    upgrade(engine)
    vault = Vault.from_file(config.key_file, create=True)
    workshop = Workshop(
        engine=engine, vault=vault, storage=Storage(config.files), config=config, clock=clock.now
    )
    today = clock.beijing_date(clock.now())
    mark = _claim_database(workshop, today)
    finished, running = mark["finished"], mark["running"]
    if "done" not in mark:
        opens_on = date.fromisoformat(mark["opens_on"])
        earlier = mark["earlier"]
        builder = _Builder(workshop, say, today, earlier, finished, running, opens_on)
        _company(builder)
        _earlier(builder)
        _finished(builder)
        _market(builder)
        _running(builder)
        say(f"campaign {running}: forms printed, filled in, scanned and read")
        scan_bundles(workshop, running, seed=SEED)
        say("campaigns of earlier years, entered from files")
        enter_history(workshop, seed=SEED)
        for step, work in service_steps(workshop.vault, now=workshop.clock(), seed=SEED):
            builder.once(step, work, says=step)
        with builder.writing() as session:
            store_fact(session, DEMO, json.dumps({**mark, "done": "1"}))
    with write_session(engine) as session:
        return make_sheet(session, vault, config.public_url, finished=finished, running=running)


def _claim_database(workshop: Workshop, today: date) -> dict[str, str]:
    """Mark an empty database as the demo's, once, with the campaigns it is going to hold."""
    with write_session(workshop.engine) as session:
        adopt_vault(session, workshop.vault)
        known = find_fact(session, DEMO)
        if known is not None:
            mark: dict[str, str] = json.loads(known)
            return mark
        is_empty = not register_queries.list_communities(session, OPERATOR)
        if not is_empty or staff_queries.list_staff(session):
            raise DemoDataError("this database holds real data: the demo needs one of its own")
        opens_on = today - timedelta(days=RUNNING_DAY)
        first = opens_on - BETWEEN_CAMPAIGNS
        mark = {
            "earlier": f"{first - BEFORE_THAT:%Y-%m}",
            "finished": f"{first:%Y-%m}",
            "running": f"{opens_on:%Y-%m}",
            "opens_on": opens_on.isoformat(),
        }
        store_fact(session, DEMO, json.dumps(mark))
        return mark


def _company(builder: _Builder) -> None:
    """Import the register, let people sign in, and note what homes need."""
    founded = clock.start_of(builder.before) - timedelta(days=90)

    def register(session: Session) -> None:
        table = importing.read_table(register_file(np.random.default_rng(SEED)), "register.csv")
        file = importing.plan_import(session, table, builder.vault)
        importing.apply_import(session, file, builder.vault, actor=SYSTEM_ACTOR, now=founded)

    builder.once("register", register, says="register: 6 communities, 1,500 homes")
    builder.once("accounts", partial(add_accounts, now=founded))
    builder.once("events", partial(plan.add_events, first=builder.first, second=builder.opens_on))
    builder.once("needs", partial(homes.note_needs, on=builder.before - timedelta(days=21)))


def _earlier(builder: _Builder) -> None:
    """Let the campaign before run through: everybody was released, all work is done."""
    code, vault = builder.earlier, builder.vault
    _prepare(builder, code, builder.before, has_pilot=False)
    wave = Wave(code, COLLECTION_DAYS + 1, Turn.EARLIER)
    for community in COMMUNITIES:
        builder.once(
            f"{code} {community.code}",
            partial(_collect, builder, wave, community),
            says=f"campaign {code}: {community.name} answers",
        )
    after = clock.end_of(builder.before + timedelta(days=COLLECTION_DAYS))
    _trace(builder, code)
    builder.advance(
        f"{code} deadline",
        after + timedelta(hours=1),
        says=f"campaign {code}: freeze, statistics, reports",
    )
    _compare(builder, code, after + timedelta(hours=2))

    def close(session: Session) -> None:
        close_the_loop(session, vault, code, after=after, seed=SEED, today=builder.today, left={})
        share_problems(session, vault, code, after=after, seed=SEED)
        gates.do_the_work(session, code, behind=frozenset())
        plan.tick_until(session, code, builder.today, t0=after)
        plan.close(session, code, now=after + timedelta(days=40, hours=10))

    builder.once(f"{code} close", close, says=f"campaign {code}: follow-up, home visits, review")
    _compare(builder, code, after + timedelta(days=39))


def _finished(builder: _Builder) -> None:
    """Let the finished campaign run from its plan to the work after its release."""
    code, vault = builder.finished, builder.vault
    _prepare(builder, code, builder.first, has_pilot=False)
    wave = Wave(code, COLLECTION_DAYS + 1, Turn.FINISHED)
    for community in COMMUNITIES:
        builder.once(
            f"{code} {community.code}",
            partial(_collect, builder, wave, community),
            says=f"campaign {code}: {community.name} answers",
        )
    after = clock.end_of(builder.first + timedelta(days=COLLECTION_DAYS))

    def last_days(session: Session) -> None:
        street.knock(session, code, _FINISHED_DOORS, seed=SEED)
        street.leave_out(session, vault, code, street.OF_THE_FINISHED)
        gates.void_keyed_for_another_home(session, vault, code)
        integrity.hold(session, vault, code)

    def decide(session: Session) -> None:
        gates.extend(session, vault, code, now=after + timedelta(days=1, hours=9))
        integrity.check_answers(session, vault, code, after=after, seed=SEED)

    _trace(builder, code)
    builder.once(f"{code} last days", last_days)
    builder.advance(
        f"{code} deadline",
        after + timedelta(hours=1),
        says=f"campaign {code}: freeze, statistics, reports",
    )
    _compare(builder, code, after + timedelta(hours=2))
    drawn = after + timedelta(days=1, hours=8)
    builder.once(f"{code} draw", partial(integrity.order_calls, code=code, now=drawn))
    builder.advance(f"{code} drawn", drawn)
    builder.once(f"{code} decide", decide, says=f"campaign {code}: calls to check answers")
    builder.advance(f"{code} lifted", after + timedelta(days=2, hours=11))
    waived = after + timedelta(days=8, hours=10)
    builder.once(f"{code} waive", lambda session: gates.waive(session, vault, code, now=waived))
    builder.advance(f"{code} waived", waived + timedelta(hours=1))
    _after(builder, code, after)


def _after(builder: _Builder, code: str, after: datetime) -> None:
    """Void an answer after the release, close cases, visit homes, answer in public, do the rest."""
    vault = builder.vault

    def follow_up(session: Session) -> None:
        close_the_loop(
            session, vault, code, after=after, seed=SEED, today=builder.today, left=STILL_OPEN
        )
        answer_owners(session, vault, code, after=after)
        share_problems(session, vault, code, after=after, seed=SEED)
        gates.do_the_work(session, code, behind=gates.UNFINISHED)
        plan.tick_until(session, code, builder.today, t0=after, waiting=_WAITING)

    voided = after + timedelta(days=9, hours=10)
    builder.once(
        f"{code} void",
        lambda session: gates.void_after_release(session, vault, code, now=voided),
        says=f"campaign {code}: an answer is voided, second revision",
    )
    builder.advance(f"{code} voided", voided + timedelta(hours=1))
    builder.once(f"{code} follow-up", follow_up, says=f"campaign {code}: follow-up and home visits")
    _compare(builder, code, after + timedelta(days=14, hours=2))


def _running(builder: _Builder) -> None:
    """Bring the running campaign to its fourteenth day."""
    code, vault = builder.running, builder.vault
    builder.once(
        "moves", lambda session: homes.move_people(session, vault, before=builder.opens_on)
    )
    _prepare(builder, code, builder.opens_on, has_pilot=True)
    builder.once(
        "opt-outs",
        lambda session: homes.leave_in_peace(
            session, vault, on=builder.opens_on + timedelta(days=5)
        ),
    )
    with Session(builder.workshop.engine) as session:
        reminded = messages.step_at(session, code, RunKind.REMINDER_1)
    _collect_running(builder, until=reminded)
    _remind(builder, RunKind.REMINDER_1, reminded - timedelta(minutes=40))
    builder.advance(f"{code} reminder sent", reminded)
    _collect_running(builder, since=reminded)
    now = builder.workshop.clock() - timedelta(hours=1)

    def this_week(session: Session) -> None:
        street.knock(session, code, _RUNNING_DOORS, seed=SEED)
        street.leave_out(session, vault, code, street.OF_THE_RUNNING)
        visit_homes(session, vault, code, now=now, seed=SEED)
        call_for_head_office(session, vault, code, until=builder.today, now=now, seed=SEED)
        sort_running(session, vault, code, after=now, seed=SEED)
        street.print_again(session, code, now=now)
        plan.tick_until(session, code, builder.today)

    builder.once(f"{code} this week", this_week)
    _trace(builder, code)
    _compare(builder, code, now)
    _remind(builder, RunKind.REMINDER_2, now + timedelta(minutes=20))


def _market(builder: _Builder) -> None:
    """Let an outside agency ask residents of other companies, and compute where ours stands."""
    closes_on = builder.opens_on - MARKET_BEFORE
    closed = clock.end_of(closes_on) + timedelta(days=1)

    def ask(session: Session) -> None:
        survey = market(session, builder.vault, closes_on=closes_on)
        order_study(session, survey, actor=OPERATOR, now=closed)

    builder.once("market", ask, says="market: an agency asks in 60 communities")
    builder.advance("market computed", closed + timedelta(hours=1))


def _trace(builder: _Builder, code: str) -> None:
    """Note from which phone and network each answer of a campaign came."""
    builder.once(
        f"{code} traces",
        lambda session: integrity.note_traces(session, builder.vault, code, seed=SEED),
    )


def _compare(builder: _Builder, code: str, at: datetime) -> None:
    """Let the worker compare how answers came about, and list the digests of those frozen."""
    step = f"{code} compare {at:%m-%d}"
    builder.once(step, partial(integrity.order_measuring, code=code, now=at))
    builder.advance(f"{step} done", at)
    make_prints(builder.workshop, now=at)


def _prepare(builder: _Builder, code: str, opens_on: date, *, has_pilot: bool) -> None:
    """Plan a campaign, lock it after a pilot or with a reason, open it, hand out the letters."""
    vault = builder.vault
    first = clock.start_of(opens_on) + timedelta(hours=10)

    def prepare(session: Session) -> None:
        instrument = load_instrument(INSTRUMENT.read_text("utf-8"), INSTRUMENT.name).instrument
        version = campaign_services.publish_instrument(
            session, instrument, now=first - plan.PLANNED
        )
        proposal = Proposal(
            code=code,
            title=f"{opens_on.year}年{opens_on.month}月业主满意度调查",
            title_en=f"Owners' satisfaction survey, {opens_on:%B %Y}",
            opens_on=opens_on,
            closes_on=opens_on + timedelta(days=COLLECTION_DAYS),
        )
        campaign = plan.approve_in_advance(session, vault, proposal, version.digest)
        answers = 0
        if has_pilot:
            answers = hold_pilot(session, vault, campaign, now=first - plan.PILOT, seed=SEED)
        note = "" if has_pilot else "问卷与上期相同，不再试答。"
        plan.lock(session, campaign, pilot_answers=answers, note=note)

    def open_and_hand_out(session: Session) -> None:
        campaign = campaign_queries.find_campaign(session, code)
        if campaign is None:
            raise LookupError(code)
        campaign_services.open_campaign(session, campaign, vault, now=first - plan.OPENED)
        street.hand_out(session, vault, code, seed=SEED)

    builder.once(f"{code} plan", prepare, says=f"campaign {code}: plan, approval, lock")
    builder.once(f"{code} open", open_and_hand_out, says=f"campaign {code}: frame and letters")


def _collect_running(
    builder: _Builder, *, since: datetime | None = None, until: datetime | None = None
) -> None:
    code = builder.running
    half = "first" if since is None else "second"
    wave = Wave(code, RUNNING_DAY, Turn.RUNNING, since=since, until=until)
    for community in COMMUNITIES:
        builder.once(
            f"{code} {community.code} {half}",
            partial(_collect, builder, wave, community),
            says=f"campaign {code}: {community.name} answers, {half} week",
        )


def _collect(builder: _Builder, wave: Wave, community: DemoCommunity, session: Session) -> None:
    collect(session, builder.vault, wave, community, seed=SEED)


def _remind(builder: _Builder, kind: RunKind, now: datetime) -> None:
    """Ask for the preview of a reminder, let the worker make it, and approve it."""
    code = builder.running
    builder.once(
        f"{code} {kind} order", lambda session: messages.order(session, code, kind, now=now)
    )
    builder.advance(f"{code} {kind} preview", now + timedelta(minutes=1))
    builder.once(
        f"{code} {kind} approve",
        lambda session: messages.approve(session, code, kind, now=now + timedelta(minutes=10)),
    )


def _steps(session: Session) -> list[str]:
    known = find_fact(session, _STEPS)
    steps: list[str] = [] if known is None else json.loads(known)
    return steps


def _note(session: Session, step: str) -> None:
    store_fact(session, _STEPS, json.dumps([*_steps(session), step]))
