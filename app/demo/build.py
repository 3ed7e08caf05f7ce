"""Builds the demo company through the real services, step by step; each step is done once."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import clock
from app.analysis.simulation.simulate import simulate_households
from app.config import ROOT, Config
from app.db import make_engine, write_session
from app.demo.after import close_the_loop
from app.demo.answers import answer_times, area_of_wish, raw_answers, truth_of, who_answers
from app.demo.company import COMMUNITIES, DemoCommunity, register_file
from app.demo.loop import (
    LOOP_COMMUNITY,
    answer_owners,
    can_show,
    photo_key,
    visit_homes,
    with_photo,
)
from app.installation import DEMO, DemoDataError, adopt_vault, find_fact, store_fact
from app.reports.work import Workshop, advance_campaigns
from app.staff import queries as staff_queries
from app.staff import services as staff_services
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.storage import Storage
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.tokens import link, make_token
from app.surveys.instrument.load import load_instrument
from app.surveys.register import importing
from app.surveys.register import queries as register_queries
from app.surveys.response import queries as response_queries
from app.surveys.response import services as response_services
from app.surveys.response.models import Channel
from app.surveys.response.receipts import format_receipt
from app.surveys.response.services import Submission
from app.vault import Vault
from app.worker import run_one
from migrations.run import upgrade

SEED = 20261122
INSTRUMENT = ROOT / "instruments" / "customer-perception" / "v1.yaml"
OPERATOR = Scope(staff_id=0, name="demo", role=Role.HEAD_OFFICE, community_ids=None)
COLLECTION_DAYS = 20
RUNNING_DAY = 13  # the running campaign is on its fourteenth day
BETWEEN_CAMPAIGNS = timedelta(days=161)
# What was done after the finished campaign, as owners feel it now.
CHANGE_SINCE = {"facilities": 4.0, "service": 2.0}
PAPER_SHARE = 0.15
WAIVER_REASON = "两栋在改造，三成住户暂住外地；已上门三轮，公司同意仅作参考。"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in of the demo."""

    login: str
    password: str
    name: str
    role: Role
    communities: tuple[str, ...]
    what: str


ACCOUNTS = (
    Account(
        "hq", "linsheng-hq-demo", "沈怡", Role.HEAD_OFFICE, (), "head office, quality department"
    ),
    Account("leader", "linsheng-leader-demo", "林叔衡", Role.LEADER, (), "company leader"),
    Account(
        "office",
        "linsheng-office-demo",
        "周立",
        Role.OFFICE,
        ("YQL", "GYY"),
        "office director (desk)",
    ),
    Account("steward", "linsheng-steward-demo", "赵文静", Role.STEWARD, ("GYY",), "steward (desk)"),
    Account("clerk", "linsheng-clerk-demo", "何立", Role.CLERK, (), "entry clerk"),
    Account(
        "interviewer",
        "linsheng-interviewer-demo",
        "孙晓",
        Role.INTERVIEWER,
        ("GYY",),
        "interviewer, on a tablet (/interview/)",
    ),
)


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """What somebody needs to walk through the demo.

    Attributes:
        owner_links: Homes of the running campaign that have not answered.
        answered_home: Link and receipt code of a home that wrote and was answered; empty in a demo
            built before there was one.
    """

    public_url: str
    accounts: tuple[Account, ...]
    owner_links: tuple[str, ...]
    finished: str
    running: str
    answered_home: dict[str, str]

    def as_data(self) -> dict[str, object]:
        """Return the sheet as plain data for ``demo.json``."""
        return {
            "public_url": self.public_url,
            "login": f"{self.public_url}/login",
            "desk": f"{self.public_url}/desk/",
            "head_office": f"{self.public_url}/hq/",
            "entry": f"{self.public_url}/entry/",
            "healthz": f"{self.public_url}/healthz",
            "accounts": [
                {"login": a.login, "password": a.password, "role": a.role.value, "name": a.name}
                for a in self.accounts
            ],
            "owner_links": list(self.owner_links),
            "answered_home": self.answered_home,
            "campaigns": {"finished": self.finished, "running": self.running},
        }


@dataclass(frozen=True, slots=True)
class _Builder:
    workshop: Workshop
    say: Say
    today: date

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with write_session(self.workshop.engine) as session:
            yield session

    @property
    def vault(self) -> Vault:
        return self.workshop.vault


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
    builder = _Builder(workshop, say, clock.beijing_date(clock.now()))
    mark = _claim_database(builder)
    finished, running = mark["finished"], mark["running"]
    if "done" not in mark:
        opens_on = date.fromisoformat(mark["opens_on"])
        _register(builder)
        _accounts(builder)
        _campaign(builder, finished, opens_on - BETWEEN_CAMPAIGNS, is_finished=True)
        _campaign(builder, running, opens_on, is_finished=False)
        with builder.writing() as session:
            store_fact(session, DEMO, json.dumps({**mark, "done": "1"}))
    return _sheet(builder, finished, running)


def _claim_database(builder: _Builder) -> dict[str, str]:
    """Mark an empty database as the demo's, once, with the campaigns it is going to hold."""
    with builder.writing() as session:
        adopt_vault(session, builder.vault)
        known = find_fact(session, DEMO)
        if known is not None:
            mark: dict[str, str] = json.loads(known)
            return mark
        is_empty = not register_queries.list_communities(session, OPERATOR)
        if not is_empty or staff_queries.list_staff(session):
            raise DemoDataError("this database holds real data: the demo needs one of its own")
        opens_on = builder.today - timedelta(days=RUNNING_DAY)
        mark = {
            "finished": f"{opens_on - BETWEEN_CAMPAIGNS:%Y-%m}",
            "running": f"{opens_on:%Y-%m}",
            "opens_on": opens_on.isoformat(),
        }
        store_fact(session, DEMO, json.dumps(mark))
        return mark


def _register(builder: _Builder) -> None:
    with builder.writing() as session:
        if register_queries.find_community_by_code(session, COMMUNITIES[0].code) is not None:
            return
        builder.say("register: 6 communities, 1,500 homes")
        table = importing.read_table(register_file(np.random.default_rng(SEED)), "register.csv")
        plan = importing.plan_import(session, table, builder.vault)
        importing.apply_import(
            session, plan, builder.vault, actor=SYSTEM_ACTOR, now=builder.workshop.clock()
        )


def _accounts(builder: _Builder) -> None:
    with builder.writing() as session:
        for account in ACCOUNTS:
            if staff_queries.find_staff_by_login(session, account.login) is not None:
                continue
            communities = [
                register_queries.find_community_by_code(session, code)
                for code in account.communities
            ]
            staff_services.add_staff(
                session,
                login=account.login,
                name=account.name,
                role=account.role,
                password=account.password,
                community_ids=[found.id for found in communities if found],
                # The demo's clerk sits at head office.
                all_communities=account.role is Role.CLERK,
                now=builder.workshop.clock(),
            )


def _campaign(builder: _Builder, code: str, opens_on: date, *, is_finished: bool) -> None:
    closes_on = opens_on + timedelta(days=COLLECTION_DAYS - 1)
    before = clock.start_of(opens_on) - timedelta(days=10)
    with builder.writing() as session:
        campaign = campaign_queries.find_campaign(session, code)
        if campaign is None:
            builder.say(f"campaign {code}: frame and tokens")
            instrument = load_instrument(INSTRUMENT.read_text("utf-8"), INSTRUMENT.name).instrument
            version = campaign_services.publish_instrument(session, instrument, now=before)
            campaign = campaign_services.create_campaign(
                session,
                code=code,
                title=f"{opens_on.year}年{opens_on.month}月业主满意度调查",
                title_en=f"Owners' satisfaction survey, {opens_on:%B %Y}",
                instrument_digest=version.digest,
                opens_on=opens_on,
                closes_on=closes_on,
                target=65,
                now=before,
            )
            campaign_services.open_campaign(session, campaign, builder.vault, now=before)
    for community in COMMUNITIES:
        _collect(builder, code, community, is_finished=is_finished)
    if is_finished:
        _finish(builder, code, closes_on)
    else:
        with builder.writing() as session:
            visit_homes(session, builder.vault, code, now=builder.workshop.clock(), seed=SEED)
        _advance(builder, builder.workshop.clock())


def _collect(builder: _Builder, code: str, community: DemoCommunity, *, is_finished: bool) -> None:
    """Let the households of one community answer, in the order of time."""
    with builder.writing() as session:
        campaign = campaign_queries.find_campaign(session, code)
        found = register_queries.find_community_by_code(session, community.code)
        gate = (
            campaign_queries.find_gate(session, campaign.id, found.id)
            if campaign and found
            else None
        )
        if campaign is None or found is None or gate is None:
            raise LookupError(code)
        if response_queries.count_returns(session, campaign.id, found.id).returned:
            return
        builder.say(f"campaign {code}: {community.name} answers")
        instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
        rng = np.random.default_rng([SEED, zlib.crc32(f"{code}:{community.code}".encode())])
        truth = truth_of(community, instrument, {} if is_finished else CHANGE_SINCE)
        members = [
            member
            for building in campaign_queries.list_buildings(session, campaign.id, found.id)
            for member in campaign_queries.list_members_of_building(
                session, campaign.id, found.id, building
            )
        ]
        households = simulate_households(rng, truth, len(members))
        rate = community.first_rate if is_finished else community.now_rate
        chosen = who_answers(rng, households, rate)
        last = COLLECTION_DAYS if is_finished else RUNNING_DAY
        times = answer_times(rng, campaign.opens_on, len(chosen), last)
        wants_photo = is_finished and community.code == LOOP_COMMUNITY
        for place, instant in zip(chosen, times, strict=True):
            member, household = members[place], households[place]
            offer = response_services.offer_of(instrument, gate, member)
            weak = area_of_wish(rng, household)
            submission = Submission(
                member=member,
                instrument=instrument,
                offer=offer,
                raw=raw_answers(rng, instrument, offer, household, weak=weak),
                key=f"demo-{member.pseudonym}",
                channel=Channel.PAPER if rng.random() < PAPER_SHARE else Channel.PHONE,
                language="zh-Hans",
                form="full",
            )
            if wants_photo and can_show(submission):
                submission = with_photo(session, builder.vault, submission, code=code, now=instant)
                wants_photo = False
            response_services.record_response(session, builder.vault, submission, now=instant)


def _finish(builder: _Builder, code: str, closes_on: date) -> None:
    """Freeze, study, waive the one below the rate, follow up: each at its own time."""
    after = clock.end_of(closes_on)
    builder.say(f"campaign {code}: freeze, statistics, reports")
    _advance(builder, after + timedelta(hours=1))
    with builder.writing() as session:
        hq = staff_queries.find_staff_by_login(session, "hq")
        campaign = campaign_queries.find_campaign(session, code)
        if campaign is None or hq is None:
            raise LookupError(code)
        for row in campaign_queries.list_gates(session, campaign.id, OPERATOR):
            count = response_queries.count_returns(session, campaign.id, row.gate.community_id)
            is_below = not count.meets(campaign.required_permille)
            if is_below and row.gate.waived_at is None:
                campaign_services.waive_gate(
                    session,
                    builder.vault,
                    row.gate,
                    count=count,
                    staff_id=hq.id,
                    reason=WAIVER_REASON,
                    now=after + timedelta(days=8),
                )
    _advance(builder, after + timedelta(days=8, hours=1))
    builder.say(f"campaign {code}: follow-up and home visits")
    with builder.writing() as session:
        close_the_loop(session, builder.vault, code, after=after, seed=SEED)
        answer_owners(session, builder.vault, code, after=after)


def _advance(builder: _Builder, instant: datetime) -> None:
    """Run rounds of the worker as if it were `instant`, with every job that follows.

    The second round, some minutes on, takes over the job of a build that was broken off.
    """
    for minutes in (0, 5):
        workshop = replace(
            builder.workshop, clock=partial(instant.__add__, timedelta(minutes=minutes))
        )
        advance_campaigns(workshop, {})
        while run_one(workshop, "demo"):
            pass


def _sheet(builder: _Builder, finished: str, running: str) -> DemoSheet:
    links: list[str] = []
    url, vault = builder.workshop.config.public_url, builder.vault
    with builder.writing() as session:
        campaign = campaign_queries.find_campaign(session, running)
        for community in COMMUNITIES[1:3]:
            found = register_queries.find_community_by_code(session, community.code)
            if campaign is None or found is None:
                continue
            silent = response_queries.list_silent(session, campaign.id, found.id, OPERATOR)
            links += [link(url, make_token(vault, m.pseudonym)) for m in silent[:10]]
        home = {}
        answer = response_queries.find_by_key(session, photo_key(finished))
        if answer is not None:
            member = session.get_one(FrameMember, answer.frame_member_id)
            home["link"] = link(url, make_token(vault, member.pseudonym))
            home["receipt"] = format_receipt(answer.receipt)
    return DemoSheet(url, ACCOUNTS, tuple(links), finished, running, home)
