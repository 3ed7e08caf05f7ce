"""Letters, doors and exclusions of the demo: what its offices do while owners answer."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.demo.accounts import OPERATOR, at_the_doors_of, community_of, staff_of
from app.demo.company import COMMUNITIES
from app.i18n import DEFAULT_LANGUAGE
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.services import NewEvent, record_events
from app.surveys.campaign.models import Campaign, ExclusionCode, FrameMember, Outcome
from app.surveys.distribution.models import (
    BatchForm,
    BatchState,
    HandoverKind,
    LetterBatch,
    RunKind,
)
from app.surveys.distribution.printed.batches import ask_for_batch
from app.surveys.distribution.printed.handovers import record_handover
from app.surveys.response import queries as response_queries
from app.vault import Vault

_NEVER_ARRIVED, _CAME_BACK, _BY_HAND = 0.015, 0.010, 0.08  # shares of the letters
_TRIED = 0.09  # of the homes still silent, each evening
_ANSWERS_AT_THE_DOOR = (
    (Outcome.NOT_AT_HOME, 0.54),
    (Outcome.REFUSED, 0.15),
    (Outcome.AWAY, 0.12),
    (Outcome.LOOKS_EMPTY, 0.08),
    (Outcome.UNABLE, 0.04),
    (Outcome.MOVED, 0.03),
    (Outcome.REFUSED_FOR_GOOD, 0.03),
    (Outcome.LANGUAGE, 0.01),
)
PRINTED_AGAIN = "XYG"
_PEOPLE_WHO_SIGN = {"滨江管理处": "周立", "湖东管理处": "吴敏", "城西管理处": "郑凯"}


@dataclass(frozen=True, slots=True)
class Excluded:
    """A home that an office asks to leave out: where, why, when, and whether it was decided."""

    community: str
    code: ExclusionCode
    evidence: str
    day: int
    is_approved: bool


OF_THE_FINISHED = (
    Excluded("XYG", ExclusionCode.COMMERCIAL, "底商改为药店，营业执照已拍照存档。", 5, True),
)
OF_THE_RUNNING = (
    Excluded(
        "SJY", ExclusionCode.DEVELOPER_HELD, "尚未售出，开发商书面确认，无入住记录。", 4, True
    ),
    Excluded(
        "XYG", ExclusionCode.VACANT, "三个月水表读数不变，两次上门无人，邻居证实。", 11, False
    ),
)


def hand_out(session: Session, vault: Vault, code: str, *, seed: int) -> None:
    """Fill the hand-over book and record which letters arrived, how, and which did not.

    Files of letters live for a day: what is left of the printing is a batch without files and
    the lines of the book, and that is what is written here.
    """
    campaign = _campaign(session, code)
    first = start_of(campaign.opens_on)
    events: list[NewEvent] = []
    for company in COMMUNITIES:
        community = community_of(session, company.code)
        rng = np.random.default_rng([seed, zlib.crc32(f"letters {code} {company.code}".encode())])
        person = _PEOPLE_WHO_SIGN[company.office]
        carrier = at_the_doors_of(session, company.code).id
        buildings = campaign_queries.list_buildings(session, campaign.id, community.id)
        printed = 0
        for building in buildings:
            members = campaign_queries.list_members_of_building(
                session, campaign.id, community.id, building
            )
            found = list(_arrivals(rng, members, first=first, staff_id=carrier))
            events += found
            printed += len(members)
            back = sum(event.kind is EventKind.UNDELIVERED for event in found)
            lines = [
                (HandoverKind.PRINTED, len(members), -9, ""),
                (HandoverKind.HANDED_OUT, len(members), -7, person),
                (HandoverKind.BROUGHT_BACK, back, 3, person),
            ]
            for kind, pieces, day, signed in lines:
                if pieces:
                    at = first + timedelta(days=day, hours=14)
                    record_handover(
                        session, vault, campaign, community_id=community.id, building=building,
                        kind=kind, pieces=pieces, person=signed, happened_on=beijing_date(at),
                        staff_id=staff_of(session, "hq").id, now=at,
                    )  # fmt: skip
        session.add(
            LetterBatch(
                campaign_id=campaign.id,
                community_id=community.id,
                form=BatchForm.LETTER,
                kind=RunKind.LAUNCH,
                language=DEFAULT_LANGUAGE,
                asked_by=staff_of(session, "hq").id,
                asked_at=first + timedelta(days=-9, hours=13),
                state=BatchState.GONE,
                ended_at=first + timedelta(days=-9, hours=14),
                buildings=len(buildings),
                homes=printed,
            )
        )
    record_events(session, events)


def print_again(session: Session, code: str, *, now: datetime) -> None:
    """Order slips for the community where least came back; the worker prints them."""
    campaign = _campaign(session, code)
    ask_for_batch(
        session,
        campaign,
        community_of(session, PRINTED_AGAIN).id,
        form=BatchForm.SLIP,
        kind=RunKind.REMINDER_2,
        language=DEFAULT_LANGUAGE,
        staff_id=staff_of(session, "hq").id,
        now=now,
    )


def knock(session: Session, code: str, days: tuple[int, ...], *, seed: int) -> None:
    """Let the offices knock on some evenings at homes that were silent then."""
    campaign = _campaign(session, code)
    outcomes = [outcome for outcome, _share in _ANSWERS_AT_THE_DOOR]
    shares = np.array([share for _outcome, share in _ANSWERS_AT_THE_DOOR])
    events: list[NewEvent] = []
    for company in COMMUNITIES:
        rng = np.random.default_rng([seed, zlib.crc32(f"doors {code} {company.code}".encode())])
        carrier = at_the_doors_of(session, company.code).id
        homes = list(_members(session, campaign, company.code))
        settled: set[int] = set()
        for day in days:
            evening = start_of(campaign.opens_on) + timedelta(days=day, hours=18, minutes=30)
            silent = [
                home
                for home in homes
                if home.id not in settled
                and (home.returned_at is None or home.returned_at > evening)
            ]
            for at, home in enumerate(one for one in silent if rng.random() < _TRIED):
                outcome = outcomes[int(rng.choice(len(outcomes), p=shares / shares.sum()))]
                if outcome is not Outcome.NOT_AT_HOME:
                    settled.add(home.id)
                is_call = outcome is not Outcome.LOOKS_EMPTY and rng.random() < 0.2
                way = ContactChannel.PHONE if is_call else ContactChannel.VISIT
                when = evening + timedelta(minutes=4 * at)
                events.append(
                    NewEvent(home.id, when, EventKind.ATTEMPT, way, outcome, staff_id=carrier)
                )
    record_events(session, events)


def leave_out(session: Session, vault: Vault, code: str, wanted: tuple[Excluded, ...]) -> None:
    """Ask that homes be left out; head office approves some, others wait for it."""
    campaign = _campaign(session, code)
    head = staff_of(session, "hq")
    for one in wanted:
        community = community_of(session, one.community)
        silent = response_queries.list_silent(session, campaign.id, community.id, OPERATOR)
        member = next(
            home
            for home in reversed(silent)
            if home.outcome is Outcome.NO_CONTACT and home.opened_at is None
        )
        asked_at = start_of(campaign.opens_on) + timedelta(days=one.day, hours=11)
        exclusion = campaign_services.request_exclusion(
            session, vault, member, code=one.code, evidence=one.evidence,
            staff_id=at_the_doors_of(session, one.community).id, now=asked_at,
        )  # fmt: skip
        if one.is_approved:
            decided_at = asked_at + timedelta(days=1, hours=3)
            campaign_services.approve_exclusion(
                session, exclusion, staff_id=head.id, now=decided_at
            )


def _arrivals(
    rng: np.random.Generator, members: list[FrameMember], *, first: datetime, staff_id: int
) -> Iterator[NewEvent]:
    """Yield the letters of a building as they arrive on the first two days."""
    begins = first + timedelta(days=int(rng.integers(2)), hours=9, minutes=int(rng.integers(300)))
    for at, member in enumerate(members):
        chance = rng.random()
        if chance < _NEVER_ARRIVED:
            continue
        is_by_hand = chance > 1 - _BY_HAND
        when = begins + timedelta(hours=9 if is_by_hand else 0, minutes=at)
        way = ContactChannel.HAND if is_by_hand else ContactChannel.LETTERBOX
        yield NewEvent(member.id, when, EventKind.DELIVERED, way, staff_id=staff_id)
        if chance < _NEVER_ARRIVED + _CAME_BACK:
            back = first + timedelta(days=3, hours=10)
            yield NewEvent(member.id, back, EventKind.UNDELIVERED, way, staff_id=staff_id)


def _members(session: Session, campaign: Campaign, code: str) -> Iterator[FrameMember]:
    place = community_of(session, code).id
    for building in campaign_queries.list_buildings(session, campaign.id, place):
        yield from campaign_queries.list_members_of_building(session, campaign.id, place, building)


def _campaign(session: Session, code: str) -> Campaign:
    found = campaign_queries.find_campaign(session, code)
    if found is None:
        raise LookupError(code)
    return found
