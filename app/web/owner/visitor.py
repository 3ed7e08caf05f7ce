"""Who is answering: the home behind the link, remembered in the signed cookie of one browser.

The cookie holds the number of the home, a random name of this device, a key for the submit of
each home and the receipts it was given. It never holds an answer: drafts lie sealed in the
database, and one device never sees the draft of another.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from flask import session as cookie
from sqlalchemy.orm import Session

from app import clock
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.campaign.rules import FOLLOW_UP_STARTS, gate_status
from app.surveys.instrument.answers import AnswersError, AnswerSet, check_answers
from app.surveys.instrument.flow import ELDER, FORMS, FULL, Offer
from app.surveys.instrument.model import Instrument
from app.surveys.register.masking import masked_home
from app.surveys.register.models import Community
from app.surveys.response import queries as response_queries
from app.surveys.response import services as response_services
from app.surveys.response.models import Entrance, Origin, Response
from app.web.owner.pages import Raw, Step, list_steps

_COOKIE = "owner"
_HOMES_KEPT = 5  # homes answered from one browser: a family's two flats, a shared tablet


class Standing(StrEnum):
    """What a home can do now."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    EXTENDED = "extended"  # the date has passed, answers still count
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Visit:
    """One home on one device, with everything its pages need.

    Attributes:
        member: The home as it stands in the frame.
        campaign: What it is asked about.
        gate: The gate of its community.
        community: Where it lives.
        instrument: The questionnaire.
        offer: What it is offered in depth.
        device: Random name of this browser.
        key: Idempotency key of its submit.
        form: ``full`` or ``elder``.
        receipt: Receipt code given to this browser, when it has sent an answer.
        entrance: How this browser came in; None when it does not remember.
    """

    member: FrameMember
    campaign: Campaign
    gate: Gate
    community: Community
    instrument: Instrument
    offer: Offer
    device: str
    key: str
    form: str
    receipt: str | None
    entrance: Entrance | None

    @property
    def home(self) -> str:
        """Return the masked address."""
        masked = masked_home(self.member.building, self.member.room)
        return f"{self.community.name} {masked}"

    def check(self, raw: Raw, *, final: bool = False) -> AnswerSet:
        """Put raw fields through the one gate of all channels.

        Raises:
            AnswersError: They cannot be taken; carries every problem.
        """
        return check_answers(self.instrument, raw, offer=self.offer, form=self.form, final=final)

    def steps(self, raw: Raw) -> tuple[Step, ...]:
        """List the pages of the form, given what was answered."""
        try:
            values: Mapping[str, int] = self.check(raw).values
        except AnswersError:
            values = {}
        return list_steps(self.instrument, self.offer, self.form, values)

    def words(self, name: str, language: str, **values: object) -> str:
        """Return a text around the questions; empty when the instrument has none.

        Phrase marks are kept for headings.
        """
        text = self.instrument.texts.get(name)
        return "" if text is None else text.in_language(language).format_map(_Values(values))


class _Values(dict[str, object]):
    """Leaves a placeholder that a page does not know as it stands."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def begin(member: FrameMember, entrance: Entrance) -> None:
    """Remember in the cookie that this browser opened the link of this home, and how.

    A home keeps its key when another link is opened meanwhile: its answer may still be waiting
    for the network.
    """
    known = _remembered()
    if known.get("member") != member.id:
        known |= {"member": member.id, "by": entrance.value}
    key = dict(known.get("keys", ())).get(member.id) or secrets.token_hex(16)
    known["keys"] = _with(known.get("keys", ()), member.id, key)
    known.setdefault("device", secrets.token_hex(16))
    _remember(known)


def carried_on() -> None:
    """Remember that this browser goes on with the draft of another phone."""
    _remember(_remembered() | {"by": Entrance.RESUME.value})


def leave() -> None:
    """Forget the home and all that shows its answers: a wrong letter, somebody else's phone.

    The browser takes a new name, so that neither a draft nor what was made of it at the deadline
    is shown here again when the link is opened once more.
    """
    known = _remembered()
    member, device = known.pop("member", None), known.get("device")
    for name in ("keys", "receipts", "unsaved", "devices"):
        known[name] = [pair for pair in known.get(name, ()) if pair[0] != member]
    if device:
        for home, _key in known["keys"]:  # the other homes of this browser keep their drafts
            if home not in dict(known["devices"]):
                known["devices"] = _with(known["devices"], home, device)
        known["device"] = secrets.token_hex(16)
    _remember(known)


def note_unsaved(visit: Visit) -> None:
    """Remember that what was just sent could not be taken, so that the next page says so."""
    known = _remembered()
    known["unsaved"] = _with(known.get("unsaved", ()), visit.member.id, 1)
    _remember(known)


def was_unsaved(visit: Visit) -> bool:
    """Say once whether something sent from this browser for this home was not taken."""
    known = _remembered()
    pairs = known.get("unsaved", ())
    left = [pair for pair in pairs if pair[0] != visit.member.id]
    if len(left) == len(pairs):
        return False
    _remember(known | {"unsaved": left})
    return True


def choose_form(form: str) -> None:
    """Remember large text or normal text; anything else is ignored."""
    if form in FORMS:
        _remember(_remembered() | {"form": form})


def chosen_form() -> str:
    """Return the form chosen in this browser."""
    return ELDER if _remembered().get("form") == ELDER else FULL


def keep_receipt(member_id: int, code: str) -> None:
    """Remember the receipt this browser was given, and take a new key for whatever comes."""
    known = _remembered()
    known["receipts"] = _with(known.get("receipts", ()), member_id, code)
    known["keys"] = _with(known.get("keys", ()), member_id, secrets.token_hex(16))
    _remember(known)


def find_visit(session: Session) -> Visit | None:
    """Return the visit of this browser, or None when it has opened no link or has lost it."""
    known = _remembered()
    key = dict(known.get("keys", ())).get(known.get("member"))
    if not key or "device" not in known:
        return None
    member = session.get(FrameMember, known["member"])
    if member is None:
        return None
    gate = campaign_queries.find_gate(session, member.campaign_id, member.community_id)
    if gate is None:
        return None
    campaign = campaign_queries.get_campaign(session, member.campaign_id)
    instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
    return Visit(
        member=member,
        campaign=campaign,
        gate=gate,
        community=session.get_one(Community, member.community_id),
        instrument=instrument,
        offer=response_services.offer_of(instrument, gate, member),
        device=dict(known.get("devices", ())).get(member.id, known["device"]),
        key=key,
        form=chosen_form(),
        receipt=dict(known.get("receipts", ())).get(member.id),
        entrance=Entrance(known["by"]) if known.get("by") in list(Entrance) else None,
    )


def find_answer(session: Session, visit: Visit) -> Response | None:
    """Return the answer this home has sent; a draft counted at the deadline is none."""
    counted = response_queries.find_counted(session, visit.member.id)
    return counted if counted is not None and counted.origin is Origin.SUBMITTED else None


def standing(session: Session, visit: Visit, now: datetime, *, has_begun: bool) -> Standing:
    """Say what the home can do now; who has begun in time may finish until the freeze."""
    if find_answer(session, visit) is not None:
        return Standing.ANSWERED
    campaign, gate = visit.campaign, visit.gate
    opens_at, deadline = clock.start_of(campaign.opens_on), clock.end_of(campaign.closes_on)
    if now < opens_at:
        return Standing.NOT_OPEN
    if now < deadline and gate.frozen_at is None:
        return Standing.OPEN
    status = gate_status(
        response_queries.count_returns(session, campaign.id, visit.community.id),
        required_permille=campaign.required_permille,
        opens_at=opens_at,
        deadline=deadline,
        rate_reached_at=response_queries.rate_reached_at(session, gate, campaign.required_permille),
        waived_at=gate.waived_at,
        now=now,
    )
    takes = response_services.may_answer(gate, status, now) or (
        has_begun and gate.frozen_at is None
    )
    return Standing.EXTENDED if takes else Standing.CLOSED


def follow_up_day(session: Session, visit: Visit) -> date | None:
    """Return the last day on which the follow-up may begin; None while the rate is missing."""
    campaign, gate = visit.campaign, visit.gate
    reached_at = response_queries.rate_reached_at(session, gate, campaign.required_permille)
    if gate.waived_at is not None:
        begins_at = gate.waived_at
    elif reached_at is not None:
        begins_at = max(reached_at, clock.end_of(campaign.closes_on))
    else:
        return None
    last = begins_at + FOLLOW_UP_STARTS - timedelta(microseconds=1)  # midnight ends a day
    return last.astimezone(clock.BEIJING).date()


def find_counted_draft(session: Session, visit: Visit) -> Response | None:
    """Return the answer made of a draft of this home at the deadline, while it counts."""
    counted = response_queries.find_counted(session, visit.member.id)
    return counted if counted is not None and counted.origin is Origin.FLUSHED else None


def _with(pairs: Sequence[Sequence[Any]], member_id: int, value: object) -> list[Sequence[Any]]:
    """Return what is remembered of the last few homes, this one as the latest."""
    return [*(pair for pair in pairs if pair[0] != member_id), (member_id, value)][-_HOMES_KEPT:]


def _remembered() -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", cookie.get(_COOKIE, {})))


def _remember(known: Mapping[str, Any]) -> None:
    cookie[_COOKIE] = dict(known)
    cookie.permanent = True  # an owner may go on days later
