"""Why an item is asked: talks with owners before the campaign, and what they changed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import BadEvidenceError, FutureTalkError
from app.surveys.campaign.planning.models import ItemChange, ItemFate, OwnersTalk, TalkForm
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.answers import clean_text
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with owners, as it is reported.

    Attributes:
        held_on: The day.
        form: How owners were heard.
        place: Where.
        participants: How many owners took part.
        minutes: What they said; sealed.
    """

    held_on: date
    form: TalkForm
    place: str
    participants: int
    minutes: str


def record_talk(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    talk: Talk,
    *,
    staff_id: int,
    now: datetime,
) -> OwnersTalk:
    """Keep a talk as evidence behind the items of a campaign.

    Raises:
        FutureTalkError: It is said to be held on a day still to come.
        BadEvidenceError: Place, participants or minutes are missing.
    """
    place, minutes = clean_text(talk.place), clean_text(talk.minutes)
    if talk.held_on > beijing_date(now):
        raise FutureTalkError(talk.held_on)
    for field, is_given in (
        ("place", bool(place)),
        ("participants", talk.participants > 0),
        ("minutes", bool(minutes)),
    ):
        if not is_given:
            raise BadEvidenceError(field)
    row = OwnersTalk(
        campaign_id=campaign.id,
        held_on=talk.held_on,
        form=talk.form,
        place=place,
        participants=talk.participants,
        minutes_sealed=vault.seal(minutes, "minutes"),
        recorded_by=staff_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, campaign, "plan.talk", f"talk:{row.id}", staff_id=staff_id, now=now)
    return row


def open_minutes(vault: Vault, talk: OwnersTalk) -> str:
    """Return the minutes of a talk, readable."""
    return vault.open(talk.minutes_sealed, "minutes")


def record_change(
    session: Session,
    campaign: Campaign,
    *,
    item: str,
    fate: ItemFate,
    why: str,
    talk: OwnersTalk | None,
    staff_id: int,
    now: datetime,
) -> ItemChange:
    """Keep why an item is asked as it is, or why it is asked no more.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        item: Code of the item; a dropped one is in the questionnaire no more.
        fate: What became of it.
        why: The reason, without anything about a person.
        talk: The talk it came from; None: the pilot.
        staff_id: Who records it.
        now: Aware instant.

    Raises:
        BadEvidenceError: No reason; an item the questionnaire does not have, or one said to be
            dropped that it still has; a talk of another campaign.
    """
    item, why = clean_text(item), clean_text(why)
    instrument = get_instrument(session, campaign.instrument_digest)
    is_asked = item in {one.code for one in instrument.items}
    if not item or is_asked is (fate is ItemFate.DROPPED):
        raise BadEvidenceError("item")
    if not why:
        raise BadEvidenceError("why")
    if talk is not None and talk.campaign_id != campaign.id:
        raise BadEvidenceError("talk")
    row = ItemChange(
        campaign_id=campaign.id,
        item=item,
        fate=fate,
        why=why,
        talk_id=None if talk is None else talk.id,
        recorded_by=staff_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, campaign, "plan.item", f"{fate}:{item}", staff_id=staff_id, now=now)
    return row


def evidence_of(
    session: Session, campaign: Campaign
) -> dict[str, list[tuple[ItemChange, OwnersTalk | None]]]:
    """Return what is known behind each item, by its code, in the order it was recorded."""
    found: dict[str, list[tuple[ItemChange, OwnersTalk | None]]] = {}
    for change, talk in queries.list_changes(session, campaign.id):
        found.setdefault(change.item, []).append((change, talk))
    return found


def _audit(
    session: Session, campaign: Campaign, action: str, detail: str, *, staff_id: int, now: datetime
) -> None:
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=f"campaign:{campaign.code}",
        detail=detail,
        now=now,
    )
