"""Commands of activities, and of contacts outside the company. None commits.

That a home took part is a note beside its history. It never enters a figure of a survey: who came
to an open day is no sample.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_text, check_time
from app.service.talks.errors import NotFoundError, StepError
from app.service.talks.events import queries
from app.service.talks.models import (
    Activity,
    ActivityHome,
    ActivityKind,
    ActivityState,
    OutsideContact,
    OutsideKind,
)
from app.staff.audit import record, record_many
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault

PURPOSE = "talk"
LONGEST_NAME = 80
LONGEST_PERSON = 40
MOST_PEOPLE = 20_000
MOST_HOMES = 1_000
_BETWEEN = re.compile(r"[\n,，、;；]+")
_MARKS = re.compile(r"[栋幢号楼室单元\s\-—–_]+")


@dataclass(frozen=True, slots=True)
class ActivityInput:
    """An activity as somebody plans it."""

    kind: ActivityKind
    title: str
    held_on: date
    starts: str
    place: str


@dataclass(frozen=True, slots=True)
class RecordInput:
    """What became of an activity.

    Attributes:
        took_part: How many people came.
        result: What came of it, in words.
        homes: Addresses of homes that took part, one a line; may be empty.
        photo: A clean JPEG, None without one.
    """

    took_part: int
    result: str
    homes: str = ""
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class ActivityView:
    """An activity, readable."""

    id: int
    community_id: int
    community: str
    kind: ActivityKind
    title: str
    held_on: date
    starts: str
    place: str
    state: ActivityState
    took_part: int | None
    result: str
    has_photo: bool
    made_by: str
    homes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ContactInput:
    """A contact outside the company."""

    community_id: int | None
    kind: OutsideKind
    organisation: str
    matter: str
    person: str
    phone: str


@dataclass(frozen=True, slots=True)
class OutsideView:
    """A contact outside the company, readable."""

    id: int
    community_id: int | None
    community: str
    kind: OutsideKind
    organisation: str
    matter: str
    person: str
    phone: str


def plan_activity(
    session: Session, scope: Scope, community_id: int, wanted: ActivityInput, *, now: datetime
) -> int:
    """Put an activity into the calendar; the same title on the same day is the same one.

    Raises:
        FieldError: Something is missing.
    """
    if not scope.sees(community_id):
        raise FieldError("community", "unknown")
    for field in ("title", "place"):
        check_text(field, getattr(wanted, field))
        if len(getattr(wanted, field)) > LONGEST_NAME:
            raise FieldError(field, "too_long")
    if wanted.starts:
        check_time("starts", wanted.starts)
    made = Activity(
        community_id=community_id,
        kind=wanted.kind,
        title=wanted.title.strip(),
        held_on=wanted.held_on,
        starts=wanted.starts,
        place=wanted.place.strip(),
        state=ActivityState.PLANNED,
        made_by=scope.staff_id,
        made_at=now,
    )
    known = queries.find_same(session, made)
    if known is not None:
        return known
    session.add(made)
    session.flush()
    _audit(session, scope, "activity.plan", made, now=now)
    return made.id


def record_activity(
    session: Session,
    vault: Vault,
    scope: Scope,
    activity_id: int,
    said: RecordInput,
    *,
    now: datetime,
) -> tuple[str, ...]:
    """Keep what became of an activity.

    Returns:
        Addresses that no home of the community has; they were left out.

    Raises:
        NotFoundError: The activity does not exist for this person.
        StepError: It was recorded or called off before.
        FieldError: Something is missing, or its day lies ahead.
    """
    one = _planned(session, scope, activity_id)
    check_text("result", said.result)
    if one.held_on > beijing_date(now):
        raise FieldError("took_part", "in_future")
    if not 0 <= said.took_part <= MOST_PEOPLE:
        raise FieldError("took_part", "unknown")
    wanted = [text.strip() for text in _BETWEEN.split(said.homes) if text.strip()]
    if len(wanted) > MOST_HOMES:
        raise FieldError("homes", "too_long")
    known = _homes_by_address(session, one.community_id) if wanted else {}
    found = {known[_plain(text)] for text in wanted if _plain(text) in known}
    session.add_all(ActivityHome(activity_id=one.id, household_id=key) for key in sorted(found))
    one.state, one.took_part = ActivityState.HELD, said.took_part
    one.result_sealed = vault.seal(said.result.strip(), PURPOSE)
    if said.photo is not None:
        one.photo_sealed = vault.seal(base64.b64encode(said.photo).decode(), PURPOSE)
    one.recorded_at, one.recorded_by = now, scope.staff_id
    _audit(session, scope, "activity.record", one, now=now)
    session.flush()
    return tuple(text for text in wanted if _plain(text) not in known)


def cancel_activity(
    session: Session, vault: Vault, scope: Scope, activity_id: int, *, why: str, now: datetime
) -> None:
    """Call an activity off; it stays on record with the reason."""
    one = _planned(session, scope, activity_id)
    check_text("why", why)
    one.state, one.result_sealed = ActivityState.CANCELLED, vault.seal(why.strip(), PURPOSE)
    one.recorded_at, one.recorded_by = now, scope.staff_id
    _audit(session, scope, "activity.cancel", one, now=now)
    session.flush()


def open_activity(
    session: Session, vault: Vault, scope: Scope, activity_id: int, *, now: datetime
) -> ActivityView:
    """Return an activity; the homes noted are shown to whoever may see homes, and audited.

    Raises:
        NotFoundError: It does not exist for this person.
    """
    found = queries.find_activity(session, scope, activity_id)
    if found is None:
        raise NotFoundError("activity", activity_id)
    one, community, made_by = found
    sees_homes = scope.role in {Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD}
    homes = queries.list_homes(session, activity_id) if sees_homes else []
    record_many(
        session,
        actor=scope,
        action="activity.look",
        subjects=[(uid, one.community_id) for _key, uid, *_place in homes],
        now=now,
    )
    return ActivityView(
        id=one.id,
        community_id=one.community_id,
        community=community,
        kind=one.kind,
        title=one.title,
        held_on=one.held_on,
        starts=one.starts,
        place=one.place,
        state=one.state,
        took_part=one.took_part,
        result=vault.open(one.result_sealed, PURPOSE) if one.result_sealed else "",
        has_photo=one.photo_sealed is not None,
        made_by=made_by,
        homes=tuple((building, room) for _key, _uid, building, room in homes),
    )


def open_photo(session: Session, vault: Vault, scope: Scope, activity_id: int) -> bytes:
    """Return the photo of an activity.

    Raises:
        NotFoundError: It has none, or does not exist for this person.
    """
    found = queries.find_activity(session, scope, activity_id)
    if found is None or found[0].photo_sealed is None:
        raise NotFoundError("activity", activity_id)
    return base64.b64decode(vault.open(found[0].photo_sealed, PURPOSE))


def keep_contact(
    session: Session,
    vault: Vault,
    scope: Scope,
    wanted: ContactInput,
    *,
    contact_id: int | None = None,
    now: datetime,
) -> int:
    """Add a contact, or change one.

    Raises:
        NotFoundError: The one to change does not exist for this person.
        FieldError: Something is missing; only head office keeps those of the whole company.
    """
    for field, most in (
        ("organisation", LONGEST_NAME),
        ("person", LONGEST_PERSON),
        ("phone", LONGEST_PERSON),
    ):
        check_text(field, getattr(wanted, field))
        if len(getattr(wanted, field)) > most:
            raise FieldError(field, "too_long")
    if len(wanted.matter) > LONGEST_NAME:
        raise FieldError("matter", "too_long")
    one = OutsideContact() if contact_id is None else _contact(session, scope, contact_id)
    _check_place(scope, wanted.community_id)
    one.community_id, one.kind = wanted.community_id, wanted.kind
    one.organisation, one.matter = wanted.organisation.strip(), wanted.matter.strip()
    one.person_sealed = vault.seal(wanted.person.strip(), PURPOSE)
    one.phone_sealed = vault.seal(wanted.phone.strip(), PURPOSE)
    one.changed_by, one.changed_at = scope.staff_id, now
    session.add(one)
    session.flush()
    _audit_contact(session, scope, "outside.keep", one, now=now)
    return one.id


def retire_contact(session: Session, scope: Scope, contact_id: int, *, now: datetime) -> None:
    """Take a contact out of the register."""
    one = _contact(session, scope, contact_id)
    one.retired_on = beijing_date(now)
    one.changed_by, one.changed_at = scope.staff_id, now
    _audit_contact(session, scope, "outside.retire", one, now=now)
    session.flush()


def contact_views(session: Session, vault: Vault, scope: Scope) -> Sequence[OutsideView]:
    """Return the contacts in use, readable."""
    return [
        OutsideView(
            id=one.id,
            community_id=one.community_id,
            community=community or "",
            kind=one.kind,
            organisation=one.organisation,
            matter=one.matter,
            person=vault.open(one.person_sealed, PURPOSE),
            phone=vault.open(one.phone_sealed, PURPOSE),
        )
        for one, community in queries.list_contacts(session, scope)
    ]


def _contact(session: Session, scope: Scope, contact_id: int) -> OutsideContact:
    found = queries.find_contact(session, scope, contact_id)
    if found is None:
        raise NotFoundError("outside_contact", contact_id)
    _check_place(scope, found.community_id)
    return found


def _check_place(scope: Scope, community_id: int | None) -> None:
    is_own = community_id is not None and scope.sees(community_id)
    if not is_own and scope.role is not Role.HEAD_OFFICE:
        raise FieldError("community", "unknown")


def _planned(session: Session, scope: Scope, activity_id: int) -> Activity:
    found = queries.find_activity(session, scope, activity_id)
    if found is None:
        raise NotFoundError("activity", activity_id)
    if found[0].state is not ActivityState.PLANNED:
        raise StepError("activity", found[0].state)
    return found[0]


def _homes_by_address(session: Session, community_id: int) -> dict[str, int]:
    return {
        _plain(f"{building}-{room}"): key
        for key, building, room in queries.list_homes_in(session, community_id)
    }


def _plain(address: str) -> str:
    """Return an address without the words around its numbers: 3栋1-1101 is 3-1-1101."""
    return "-".join(part for part in _MARKS.split(address) if part)


def _audit(session: Session, scope: Scope, action: str, one: Activity, *, now: datetime) -> None:
    subject, place = f"activity:{one.id}", one.community_id
    record(session, actor=scope, action=action, subject=subject, community_id=place, now=now)


def _audit_contact(
    session: Session, scope: Scope, action: str, one: OutsideContact, *, now: datetime
) -> None:
    subject, place = f"outside:{one.id}", one.community_id
    record(session, actor=scope, action=action, subject=subject, community_id=place, now=now)
