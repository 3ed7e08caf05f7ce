"""Erasing one home (注销并删除). Nothing here commits.

The home's row, its frame rows and its answers stay as numbers without name, address, words or
links: figures rebuilt from stored data are the same. The address itself, a place where somebody
else lives tomorrow, begins anew as a home nothing is known of.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.history.models import SheetState
from app.followup.sheets.services import sheet_storage
from app.jobs.queue import enqueue
from app.rights.erasure import queries
from app.rights.erasure.registry import RULES, Group
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.services import record_event
from app.surveys.campaign.models import FrameMember, Outcome
from app.surveys.distribution.printed.batches import letter_storage
from app.surveys.paper.printing.orders import form_storage
from app.surveys.paper.printing.queries import list_files_of_members
from app.surveys.register import services as register
from app.surveys.register.models import Building, Household
from app.vault import Vault

COMPACT = "compact_database"
_MOST_COPIES = 500


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that was taken out of the program and may hold the home."""

    at: str
    who: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What was destroyed, and what people must see to.

    Attributes:
        rows: Rows deleted or emptied, by table; tables without any are left out.
        files: Stored files that were deleted.
        copies: Prints and downloads to be destroyed by hand, newest first.
        uploads: Register files that wait and would bring the people back.
    """

    rows: dict[str, int]
    files: int
    copies: tuple[Copy, ...]
    uploads: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as it is kept with the request."""
        told = {
            "rows": self.rows,
            "files": self.files,
            "copies": [[one.at, one.who, one.action, one.detail] for one in self.copies],
            "uploads": list(self.uploads),
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True)


def read_erased(text: str) -> Erased:
    """Return what `Erased.to_json` wrote."""
    told = json.loads(text)
    return Erased(
        rows=told["rows"],
        files=told["files"],
        copies=tuple(Copy(*one) for one in told["copies"]),
        uploads=tuple(told["uploads"]),
    )


def erase_home(
    session: Session,
    vault: Vault,
    instance: Path,
    *,
    household_id: int,
    actor: Scope,
    now: datetime,
) -> Erased:
    """Destroy everything that says who lived in a home, what they said and where it is.

    Args:
        session: A writing transaction.
        vault: Seals the empty texts.
        instance: Folder with the sealed files that wait to be fetched.
        household_id: The home.
        actor: Who carries it out.
        now: Aware instant.
    """
    household = queries.lock_home(session, household_id)
    uid, room, retired_on = household.uid, household.room, household.retired_on
    building = session.get_one(Building, household.building_id)
    community_id = building.community_id
    members = queries.list_members(session, household_id)
    _ask_no_more(session, vault, members, actor=actor, now=now)
    keys = queries.collect(session, household_id)
    files = _drop_files(session, instance, members)
    rows = _empty(session, vault, household, keys, now=now)
    rows["paper"] = queries.drop_papers(session)
    queries.clear_job_errors(session)
    session.expire_all()
    if retired_on is None:
        register.add_household(session, building, room)
        session.flush()
    erased = Erased(
        rows={table: count for table, count in sorted(rows.items()) if count},
        files=files,
        copies=_copies(session, uid, community_id),
        uploads=tuple(file.name for file in queries.list_unfinished_files(session)),
    )
    audit.record(
        session,
        actor=actor,
        action="rights.erase",
        subject=uid,
        community_id=community_id,
        detail=f"{len(keys[Group.MEMBER])} campaigns, {len(keys[Group.ANSWER])} answers",
        now=now,
    )
    enqueue(session, COMPACT, {}, dedup_key=COMPACT, now=now)
    return erased


def erase_complainant(
    session: Session,
    vault: Vault,
    *,
    complaint_id: int,
    community_id: int,
    actor: Scope,
    now: datetime,
) -> Erased:
    """Destroy everything that says who complained without a home, and every word of it.

    That somebody complained, about what, and when it was answered stays: these are figures.
    """
    keys = queries.collect_case(session, complaint_id)
    queries.begin_work(session)
    rows: dict[str, int] = {}
    for rule in RULES:
        if keys[rule.group]:
            count = queries.apply_rule(session, vault, rule, keys)
            rows[rule.table] = rows.get(rule.table, 0) + count
    queries.end_work(session)
    rows["paper"] = queries.drop_papers(session)
    queries.clear_job_errors(session)
    session.expire_all()
    subject = f"complaint:{complaint_id}"
    erased = Erased(
        rows={table: count for table, count in sorted(rows.items()) if count},
        files=0,
        copies=_copies(session, subject, community_id),
        uploads=(),
    )
    audit.record(
        session,
        actor=actor,
        action="rights.erase",
        subject=subject,
        community_id=community_id,
        detail="complaint without a home",
        now=now,
    )
    enqueue(session, COMPACT, {}, dedup_key=COMPACT, now=now)
    return erased


def _empty(
    session: Session,
    vault: Vault,
    household: Household,
    keys: queries.Keys,
    *,
    now: datetime,
) -> dict[str, int]:
    """Delete or empty every row of a home; return how many, by table."""
    household_id = household.id
    queries.begin_work(session)
    household.important = None
    household.retired_on = household.retired_on or beijing_date(now)
    session.flush()
    rows = {"person": queries.drop_people(session, household_id)}
    queries.forget_neighbours(session, household_id)
    for rule in RULES:
        count = queries.apply_rule(session, vault, rule, keys)
        rows[rule.table] = rows.get(rule.table, 0) + count
    queries.cut_requests(session, household_id)
    queries.end_work(session)
    return rows


def _ask_no_more(
    session: Session,
    vault: Vault,
    members: list[FrameMember],
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Let a home that is still silent be reminded no more; a frozen community stays as it is."""
    for member in members:
        if member.returned_at is None and member.outcome is not Outcome.REFUSED_FOR_GOOD:
            record_event(
                session,
                vault,
                member,
                kind=EventKind.NOTE,
                channel=ContactChannel.POST,
                outcome=Outcome.REFUSED_FOR_GOOD,
                staff_id=actor.staff_id,
                now=now,
            )


def _drop_files(session: Session, instance: Path, members: list[FrameMember]) -> int:
    """Delete the sealed prints that may show the home; whoever needs one orders it again."""
    letters, sheets = letter_storage(instance), sheet_storage(instance)
    dropped = 0
    for file in queries.list_letter_files(session, members):
        path = letters.path(file.digest)
        dropped += path.exists()
        path.unlink(missing_ok=True)
    forms = form_storage(instance)
    for printed in list_files_of_members(session, [one.id for one in members]):
        path = forms.path(printed.digest)
        dropped += path.exists()
        path.unlink(missing_ok=True)
    for sheet in queries.list_sheets(session):
        if sheet.digest is not None:
            path = sheets.path(sheet.digest)
            dropped += path.exists()
            path.unlink(missing_ok=True)
        sheet.digest, sheet.state = None, SheetState.GONE
    session.flush()
    return dropped


def _copies(session: Session, uid: str, community_id: int) -> tuple[Copy, ...]:
    found = queries.list_taken_out(session, uid, community_id, _MOST_COPIES)
    return tuple(
        Copy(entry.at.isoformat(), name or entry.actor, entry.action, entry.detail)
        for entry, name in found
    )
