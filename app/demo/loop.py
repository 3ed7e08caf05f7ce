"""After the answers of the demo: replies, a public answer, interviews, a photo, an alarm."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from PIL import Image
from sqlalchemy.orm import Session

from app.analysis.simulation.simulate import simulate_households
from app.clock import beijing_date, start_of
from app.demo.accounts import scope_of, staff_of
from app.demo.answers import area_of_wish, raw_answers, truth_of
from app.demo.company import COMMUNITIES
from app.demo.words import ALARM, PUBLIC_ANSWER, REPLIES, WISH_WITH_PHOTO, WISHES
from app.followup import public
from app.followup.answering import queries as answering_queries
from app.followup.answering import services as answering
from app.followup.models import AlarmKind, ReplyVerdict
from app.followup.published.queries import get_comment
from app.followup.rows import CommentView
from app.followup.services import view_cases
from app.staff.scope import Scope
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.instrument.model import Instrument
from app.surveys.register.models import Community
from app.surveys.register.queries import find_community_by_code
from app.surveys.response import queries as response_queries
from app.surveys.response.interviews.models import Helper
from app.surveys.response.interviews.services import Held, record_interview
from app.surveys.response.models import Channel, ContactWish, Entrance, Response
from app.surveys.response.photos.reader import read_photo
from app.surveys.response.photos.services import add_photo
from app.surveys.response.services import Submission, offer_of
from app.surveys.response.signals import Trace
from app.vault import Vault

LOOP_COMMUNITY = "GYY"  # the office, the steward and the interviewer of the demo all see it
RAISED = 6
SAID = (True, True, False, True)  # "is it solved?", by those who had raised it; two say nothing
ANSWERED_AFTER = timedelta(days=10, hours=16)
PROMISED_AFTER = timedelta(days=40, hours=20)
_DEVICE = "demo-phone"


def photo_key(code: str) -> str:
    """Return the key of the one answer of a campaign that comes with a photo."""
    return f"demo-photo-{code}"


def can_show(submission: Submission) -> bool:
    """Say whether an answer can come with the photo: words on a phone that the office may read."""
    wish = ContactWish.OFFICE_OR_HQ.value
    return (
        submission.channel is Channel.PHONE
        and "comment.wish" in submission.raw
        and list(submission.raw["contact"]) == [wish]
    )


def with_photo(
    session: Session, vault: Vault, submission: Submission, *, code: str, now: datetime
) -> Submission:
    """Add a photo, read like every owner's, and return the answer that it goes with."""
    member = submission.member
    content = read_photo(_draw_wet_wall())
    add_photo(session, vault, member=member, device=_DEVICE, content=content, now=now)
    return replace(
        submission,
        raw={**submission.raw, "comment.wish": [WISH_WITH_PHOTO]},
        key=photo_key(code),
        device=_DEVICE,
        trace=Trace(device=_DEVICE, address="", entrance=Entrance.LINK),
    )


def answer_owners(session: Session, vault: Vault, code: str, *, after: datetime) -> None:
    """Answer a community in public and some of its owners in person; they say what they think."""
    campaign, community = _place(session, code)
    if answering_queries.list_problems(session, campaign.id):
        return
    at = after + ANSWERED_AFTER
    head = scope_of(session, "hq")
    office = scope_of(session, "office", community)
    found = list(_comments_on_facilities(session, vault, head, campaign, community, now=at))
    problem_id = answering.publish_answer(
        session,
        head,
        replace(PUBLIC_ANSWER, due_on=beijing_date(after + PROMISED_AFTER)),
        campaign_id=campaign.id,
        community_id=community.id,
        now=at,
    )
    for case_id, comment, _text in found[:RAISED]:
        answering.raise_problems(session, head, case_id, comment.id, [problem_id], now=at)
    for (_case_id, comment, _text), is_solved in zip(found, SAID, strict=False):
        response = _response_of(session, comment)
        said_at = after + PROMISED_AFTER + timedelta(days=1)
        public.say_solved(session, response, problem_id, is_solved=is_solved, now=said_at)
    unanswered = dict(REPLIES)
    for case_id, comment, text in found:
        if text in unanswered:
            words = unanswered.pop(text)
            answering.publish_reply(session, vault, office, case_id, comment.id, words, now=at)
    _rate_first(session, vault, found[0][1], now=at + timedelta(days=1))


def visit_homes(session: Session, vault: Vault, code: str, *, now: datetime, seed: int) -> None:
    """Hold two interviews at silent homes; one more home says that it never answered."""
    campaign, community = _place(session, code)
    key = f"demo-visit-{code}"
    if response_queries.find_by_key(session, f"{key}-0") is not None:
        return
    evening = start_of(beijing_date(now)) - timedelta(hours=4)
    gate = campaign_queries.find_gate(session, campaign.id, community.id)
    if gate is None:
        raise LookupError(code)
    instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
    interviewer = staff_of(session, "interviewer")
    head = scope_of(session, "hq")
    silent = response_queries.list_silent(session, campaign.id, community.id, head)
    chosen = zip(silent[-2:], (Helper.NONE, Helper.FAMILY), strict=True)
    for place, (member, helped) in enumerate(chosen):
        ended_at = evening - timedelta(minutes=90 - 45 * place)
        held = Held(
            key=f"{key}-{place}",
            raw=_told(np.random.default_rng([seed, place]), instrument, gate, member),
            language="zh-Hans",
            form="full",
            helped=helped,
            began_at=ended_at - timedelta(minutes=14),
            ended_at=ended_at,
            staff_id=interviewer.id,
        )
        record_interview(
            session, vault, held, member=member, gate=gate, instrument=instrument, now=evening
        )
    member = _home_that_answered(session, campaign, community, before=evening)
    public.raise_alarm(session, vault, member, AlarmKind.NOT_US, said=dict(ALARM), now=evening)


def _comments_on_facilities(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign: Campaign,
    community: Community,
    *,
    now: datetime,
) -> Iterator[tuple[int, CommentView, str]]:
    """Yield the comments the office may answer, with case and wish; the one with a photo first."""
    words = (WISH_WITH_PHOTO, *WISHES["facilities"])
    views = view_cases(session, vault, scope, campaign.id, community_id=community.id, now=now)
    comments = [
        (view.row.id, one, dict(one.texts).get("comment.wish"))
        for view in views
        for one in view.comments
        if one.wish is ContactWish.OFFICE_OR_HQ
    ]
    for wanted in words:
        yield from ((case_id, one, wanted) for case_id, one, text in comments if text == wanted)


def _rate_first(session: Session, vault: Vault, comment: CommentView, *, now: datetime) -> None:
    response = _response_of(session, comment)
    member = session.get_one(FrameMember, response.frame_member_id)
    reply = public.aftermath(session, vault, response, member, now=now).reply
    if reply is None:
        raise LookupError(comment.id)
    public.rate_reply(session, response, reply.id, ReplyVerdict.SATISFIED, now=now)


def _told(
    rng: np.random.Generator, instrument: Instrument, gate: Gate, member: FrameMember
) -> dict[str, list[str]]:
    """Return what a home tells at the door."""
    company = next(one for one in COMMUNITIES if one.code == LOOP_COMMUNITY)
    household = simulate_households(rng, truth_of(company, instrument, {}), 1)[0]
    offer = offer_of(instrument, gate, member)
    weak = area_of_wish(rng, household)
    return raw_answers(rng, instrument, offer, household, weak=weak)


def _home_that_answered(
    session: Session, campaign: Campaign, community: Community, *, before: datetime
) -> FrameMember:
    for building in campaign_queries.list_buildings(session, campaign.id, community.id):
        for member in campaign_queries.list_members_of_building(
            session, campaign.id, community.id, building
        ):
            counted = response_queries.find_counted(session, member.id)
            if counted is not None and counted.received_at < before:
                return member
    raise LookupError(community.code)


def _response_of(session: Session, comment: CommentView) -> Response:
    return session.get_one(Response, get_comment(session, comment.id).response_id)


def _place(session: Session, code: str) -> tuple[Campaign, Community]:
    campaign = campaign_queries.find_campaign(session, code)
    community = find_community_by_code(session, LOOP_COMMUNITY)
    if campaign is None or community is None:
        raise LookupError(code)
    return campaign, community


def _draw_wet_wall(width: int = 960, height: int = 720) -> bytes:
    """Draw an outer wall with a dark, wet patch below a crack."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:height, 0:width]
    wall = 196.0 - 18.0 * y / height + rng.normal(0, 5, (height, width))
    joints = (y % 120 < 4) | ((x + 120 * (y // 120 % 2)) % 240 < 4)
    wall[joints] -= 34
    edge = 60 * np.sin(y / 37) + 30 * np.sin(y / 11)
    depth = (np.abs(x - 500 - 0.3 * edge) - 90 - 0.25 * y + 0.5 * edge) / 40
    wet = 1 / (1 + np.exp(np.clip(depth, -30, 30))) * np.clip((y - 90) / 60, 0, 1)
    crack = np.abs(x - 500 - 14 * np.sin(y / 23) - 5 * np.sin(y / 5)) < 3
    wall = np.where(crack & (y < 260), 60.0, wall * (1 - 0.45 * wet))
    colours = np.stack([wall, wall * 0.96, wall * 0.88], axis=-1)
    made = io.BytesIO()
    Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8)).save(made, "JPEG", quality=80)
    return made.getvalue()
