"""Lets the households of one community answer, in the order of time."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.simulation.simulate import simulate_households
from app.demo.accounts import community_of
from app.demo.answers import answer_times, area_of_wish, raw_answers, truth_of, who_answers
from app.demo.company import DemoCommunity
from app.demo.gates import HELD
from app.demo.integrity import on_the_tablet
from app.demo.loop import LOOP_COMMUNITY, can_show, with_photo
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import FrameMember
from app.surveys.response import services as response_services
from app.surveys.response.models import Channel
from app.surveys.response.services import Submission
from app.vault import Vault

# How owners felt in the first campaign, and what was done since the second, as they feel it now.
CHANGE_BEFORE = {"cleaning": -6.0, "service": -3.0, "greenery": 2.0}
CHANGE_SINCE = {"facilities": 4.0, "service": 2.0}
LESS_BEFORE, LEAST_BEFORE = 0.03, 0.61  # everybody was released then
PAPER_SHARE = 0.15
BEGUN_EVERY = 30  # of the silent homes
_FIRST_PAGES = ("overall", "priority", "tolerance.", "area.")


class Turn(Enum):
    """Which of the demo's campaigns it is."""

    EARLIER = "earlier"
    FINISHED = "finished"
    RUNNING = "running"

    @property
    def change(self) -> Mapping[str, float]:
        """Return how far areas stand from the finished campaign, in points."""
        return {Turn.EARLIER: CHANGE_BEFORE, Turn.RUNNING: CHANGE_SINCE}.get(self, {})

    def rate_of(self, community: DemoCommunity) -> float:
        """Return the share of a community's homes that answer."""
        if self is Turn.EARLIER:
            return max(LEAST_BEFORE, community.first_rate - LESS_BEFORE)
        return community.first_rate if self is Turn.FINISHED else community.now_rate


@dataclass(frozen=True, slots=True)
class Wave:
    """Answers of a campaign that came in a span of time.

    Attributes:
        code: The campaign.
        days: Days on which answers come, from the first day of the campaign.
        turn: Which campaign this is.
        since: Answers before this instant are left out; None for all.
        until: Answers from this instant on are left out; None for all.
    """

    code: str
    days: int
    turn: Turn
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Say whether an answer of this instant belongs to the wave."""
        is_early = self.since is not None and instant < self.since
        return not is_early and (self.until is None or instant < self.until)


def collect(
    session: Session, vault: Vault, wave: Wave, community: DemoCommunity, *, seed: int
) -> None:
    """Record the answers of one community in a wave.

    Every wave of a campaign draws the same answers and times, and records its own.
    """
    code = wave.code
    campaign = campaign_queries.find_campaign(session, code)
    place = community_of(session, community.code).id
    gate = campaign_queries.find_gate(session, campaign.id, place) if campaign else None
    if campaign is None or gate is None:
        raise LookupError(code)
    instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
    rng = np.random.default_rng([seed, zlib.crc32(f"{code}:{community.code}".encode())])
    truth = truth_of(community, instrument, wave.turn.change)
    members = [
        member
        for building in campaign_queries.list_buildings(session, campaign.id, place)
        for member in campaign_queries.list_members_of_building(
            session, campaign.id, place, building
        )
    ]
    households = simulate_households(rng, truth, len(members))
    chosen = who_answers(rng, households, wave.turn.rate_of(community))
    times = answer_times(rng, campaign.opens_on, len(chosen), wave.days)
    is_held = wave.turn is Turn.FINISHED and community.code == HELD
    tablet = on_the_tablet(times, campaign.closes_on) if is_held else {}
    wants_photo = wave.turn is Turn.FINISHED and community.code == LOOP_COMMUNITY
    for number, (at, came) in enumerate(zip(chosen, times, strict=True)):
        instant = tablet.get(number, came)
        member, household = members[at], households[at]
        offer = response_services.offer_of(instrument, gate, member)
        weak = area_of_wish(rng, household)
        submission = Submission(
            member=member,
            instrument=instrument,
            offer=offer,
            raw=raw_answers(rng, instrument, offer, household, weak=weak),
            key=f"demo-{member.pseudonym}",
            channel=Channel.PHONE
            if rng.random() >= PAPER_SHARE or number in tablet
            else Channel.PAPER,
            language="zh-Hans",
            form="full",
        )
        if not wave.holds(instant):
            continue
        if wants_photo and can_show(submission):
            submission = with_photo(session, vault, submission, code=code, now=instant)
            wants_photo = False
        response_services.record_response(session, vault, submission, now=instant)
    if wave.until is None:
        silent = sorted(set(range(len(members))) - set(chosen))
        for at in silent[::BEGUN_EVERY]:
            offer = response_services.offer_of(instrument, gate, members[at])
            raw = raw_answers(rng, instrument, offer, households[at], weak="service")
            instant = times[-1 - at % 20]  # of a late answer: at an hour at which people answer
            _begin(session, vault, members[at], raw, now=instant)


def _begin(
    session: Session,
    vault: Vault,
    member: FrameMember,
    raw: Mapping[str, list[str]],
    *,
    now: datetime,
) -> None:
    """Let somebody answer the first pages and go away; some saved enough to be counted."""
    pages = {name: values for name, values in raw.items() if name.startswith(_FIRST_PAGES)}
    if member.id % 3 == 0:
        pages = {name: values for name, values in pages.items() if not name.startswith("area.")}
    response_services.save_draft(
        session, vault, member=member, device=f"demo-{member.pseudonym}", raw=pages,
        language="zh-Hans", form="full", now=now,
    )  # fmt: skip
