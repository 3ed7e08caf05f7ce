"""Why an item is asked: talks with owners before the campaign, and what they changed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import (
    BadEvidenceError,
    FutureTalkError,
    TalkInUseError,
)
from app.surveys.campaign.planning.limits import TALK_DAYS, words_in
from app.surveys.campaign.planning.models import ItemChange, ItemFate, OwnersTalk, TalkForm
from app.surveys.campaign.queries import get_instrument
from app.vault import Vault

_WHY = 300  # the length of a reason
_TAKEN = re.compile(r"\([a-z0-9][a-z0-9-]{0,15}\) ")  # the campaign a note was taken over from


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
        BadEvidenceError: Place, participants or minutes are missing, or it was held more than
            `TALK_DAYS` before the first day of the campaign.
    """
    place, minutes = words_in(talk.place), words_in(talk.minutes)
    if talk.held_on > beijing_date(now):
        raise FutureTalkError(talk.held_on)
    for field, is_given in (
        ("held_on", talk.held_on >= campaign.opens_on - timedelta(days=TALK_DAYS)),
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


def strike_talk(
    session: Session, campaign: Campaign, talk: OwnersTalk, *, staff_id: int, now: datetime
) -> None:
    """Take back a talk recorded by mistake; the audit log keeps which it was.

    Raises:
        TalkInUseError: Notes on items name it; they are taken back first.
    """
    count = queries.count_changes_of(session, talk.id)
    if count:
        raise TalkInUseError(count)
    detail = f"talk:{talk.id} {talk.held_on} {talk.form} {talk.participants}"
    _audit(session, campaign, "plan.talk_struck", detail, staff_id=staff_id, now=now)
    session.delete(talk)
    session.flush()


def record_changes(
    session: Session,
    campaign: Campaign,
    *,
    items: Iterable[str],
    fate: ItemFate,
    why: str,
    talk: OwnersTalk | None,
    staff_id: int,
    now: datetime,
) -> list[ItemChange]:
    """Keep why items are asked as they are, or why they are asked no more.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        items: Codes of the items; a dropped one is in the questionnaire no more.
        fate: What became of them.
        why: The reason, without anything about a person.
        talk: The talk it came from; None: the pilot.
        staff_id: Who records it.
        now: Aware instant.

    Raises:
        BadEvidenceError: No reason; no item, one the questionnaire does not have, or one said to
            be dropped that it still has; a talk of another campaign.
    """
    codes, why = list(dict.fromkeys(items)), words_in(why)
    asked = {one.code for one in get_instrument(session, campaign.instrument_digest).items}
    if not codes or any((code in asked) is (fate is ItemFate.DROPPED) for code in codes):
        raise BadEvidenceError("item")
    if not why:
        raise BadEvidenceError("why")
    if talk is not None and talk.campaign_id != campaign.id:
        raise BadEvidenceError("talk")
    rows = [
        _note(campaign, code, fate, why, talk.id if talk else None, staff_id=staff_id, now=now)
        for code in codes
    ]
    session.add_all(rows)
    session.flush()
    detail = f"{fate}:{','.join(codes)}"
    _audit(session, campaign, "plan.item", detail, staff_id=staff_id, now=now)
    return rows


def strike_change(
    session: Session, campaign: Campaign, change: ItemChange, *, staff_id: int, now: datetime
) -> None:
    """Take back a note made by mistake; the audit log keeps which."""
    detail = f"{change.fate}:{change.item}"
    _audit(session, campaign, "plan.item_struck", detail, staff_id=staff_id, now=now)
    session.delete(change)
    session.flush()


def take_over(
    session: Session, campaign: Campaign, source: Campaign, *, staff_id: int, now: datetime
) -> int:
    """Copy the last note on each item of an earlier campaign to those that have none here.

    A copied note says which campaign it was made for, and keeps the day of its talk.

    Returns:
        How many items have a note now that had none.
    """
    asked = {one.code for one in get_instrument(session, campaign.instrument_digest).items}
    wanted = asked - set(evidence_of(session, campaign))
    rows = [
        _note(
            campaign,
            item,
            ItemFate.KEPT,
            _said_before(source.code, notes[-1][0].why),
            notes[-1][0].talk_id,
            staff_id=staff_id,
            now=now,
        )
        for item, notes in evidence_of(session, source).items()
        if item in wanted
    ]
    session.add_all(rows)
    session.flush()
    if rows:
        detail = f"from:{source.code} {len(rows)}"
        _audit(session, campaign, "plan.items_taken", detail, staff_id=staff_id, now=now)
    return len(rows)


def _note(
    campaign: Campaign,
    item: str,
    fate: ItemFate,
    why: str,
    talk_id: int | None,
    *,
    staff_id: int,
    now: datetime,
) -> ItemChange:
    return ItemChange(
        campaign_id=campaign.id,
        item=item,
        fate=fate,
        why=why,
        talk_id=talk_id,
        recorded_by=staff_id,
        recorded_at=now,
    )


def _said_before(code: str, why: str) -> str:
    return why if _TAKEN.match(why) else f"({code}) {why}"[:_WHY]


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
