"""The pilot of the demo's running campaign: sixty homes, some thirty answers, a few that stop."""

from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.simulation.simulate import SimulatedHousehold, simulate_households
from app.demo.accounts import community_of, staff_of
from app.demo.answers import area_of_wish, raw_answers, truth_of
from app.demo.company import COMMUNITIES
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.planning.evidence import record_changes
from app.surveys.campaign.planning.models import ItemFate
from app.surveys.campaign.planning.pilot import start_pilot
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import Channel, Entrance
from app.surveys.response.services import (
    Submission,
    note_page,
    offer_of,
    record_response,
    save_draft,
)
from app.surveys.response.signals import Look, Trace
from app.vault import Vault

ANSWERS = 32
STOPPED = 4  # began, and went away
_WHERE = ("GYY", "WLT")
_LANGUAGE = "zh-Hans"
_PAGES = ("overall", "priorities", "tolerance", "areas")
_LAST_SAVED = ("priorities", "tolerance", "tolerance", "overall")  # of those who stopped
# What some of them leave out, with its share.
_OFTEN_BLANK = {"attribute.parking.ebikes": 0.3, "relationship.k06": 0.25, "renew": 0.1}
_FOUND = "试答时有人跳过这一句，问下来是家里没有电动车；可以选“没有经历”，原话保留。"


def hold_pilot(
    session: Session, vault: Vault, campaign: Campaign, *, now: datetime, seed: int
) -> int:
    """Start the pilot of an approved campaign, let homes answer it within a week; return how many.

    What came of it is noted as evidence; the words of the questionnaire stay as they are.
    """
    rng = np.random.default_rng([seed, 30])
    head = staff_of(session, "hq")
    places = [community_of(session, code).id for code in _WHERE]
    pilot = start_pilot(session, vault, campaign, places, staff_id=head.id, now=now)
    instrument = campaign_queries.get_instrument(session, pilot.instrument_digest)
    members = [
        (code, member)
        for code, place in zip(_WHERE, places, strict=True)
        for building in campaign_queries.list_buildings(session, pilot.id, place)
        for member in campaign_queries.list_members_of_building(session, pilot.id, place, building)
    ]
    order = rng.permutation(len(members))
    for number, at in enumerate(order[: ANSWERS + STOPPED]):
        code, member = members[int(at)]
        household = _household(rng, instrument, code)
        evening = now + timedelta(days=1 + number % 6, hours=9, minutes=float(rng.uniform(-90, 90)))
        if number < ANSWERS:
            _answer(session, vault, instrument, member, household, rng=rng, begins=evening)
        else:
            last = _LAST_SAVED[number - ANSWERS]
            _stop(session, vault, member, last, begins=evening)
    record_changes(
        session, campaign, items=["attribute.parking.ebikes"], fate=ItemFate.KEPT, why=_FOUND,
        talk=None, staff_id=head.id, now=now + timedelta(days=7),
    )  # fmt: skip
    return ANSWERS


def _household(rng: np.random.Generator, instrument: Instrument, code: str) -> SimulatedHousehold:
    company = next(one for one in COMMUNITIES if one.code == code)
    return simulate_households(rng, truth_of(company, instrument, {}), 1)[0]


def _answer(
    session: Session,
    vault: Vault,
    instrument: Instrument,
    member: FrameMember,
    household: SimulatedHousehold,
    *,
    rng: np.random.Generator,
    begins: datetime,
) -> None:
    """Let a home answer page by page, so that the time it took is known."""
    gate = campaign_queries.find_gate(session, member.campaign_id, member.community_id)
    if gate is None:
        raise LookupError(member.id)
    offer = offer_of(instrument, gate, member)
    raw = raw_answers(rng, instrument, offer, household, weak=area_of_wish(rng, household))
    for item, share in _OFTEN_BLANK.items():
        if rng.random() < share:
            raw.pop(item, None)
    device = f"pilot-{member.pseudonym}"
    seconds = int(np.clip(rng.normal(235, 60), 120, 480))
    at = _save_pages(session, vault, member, device, _PAGES, begins=begins, each=seconds // 8)
    submission = Submission(
        member=member,
        instrument=instrument,
        offer=offer,
        raw=raw,
        key=f"demo-pilot-{member.pseudonym}",
        channel=Channel.PHONE,
        language=_LANGUAGE,
        form="full",
        device=device,
        trace=Trace(device=device, address="", entrance=Entrance.LINK),
    )
    ends = max(at, begins + timedelta(seconds=seconds))
    record_response(session, vault, submission, now=ends)


def _stop(
    session: Session, vault: Vault, member: FrameMember, last: str, *, begins: datetime
) -> None:
    """Let somebody begin, save up to a page, and go away."""
    pages = _PAGES[: _PAGES.index(last) + 1]
    _save_pages(session, vault, member, f"pilot-{member.pseudonym}", pages, begins=begins, each=30)


def _save_pages(
    session: Session,
    vault: Vault,
    member: FrameMember,
    device: str,
    pages: tuple[str, ...],
    *,
    begins: datetime,
    each: int,
) -> datetime:
    """Save some pages, each looked at for some seconds; return when the last was saved."""
    for number, page in enumerate(pages):
        shown = begins + timedelta(seconds=number * each)
        saved = shown + timedelta(seconds=each)
        save_draft(
            session, vault, member=member, device=device, raw={"overall": ["7"]},
            language=_LANGUAGE, form="full", now=saved,
        )  # fmt: skip
        look = Look(page, shown, by_script=True)
        note_page(session, vault, look, member=member, device=device, now=saved)
    return begins + timedelta(seconds=len(pages) * each)
