"""Every decision about a gate and what followed from it, in words: who, when, why."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import g
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.gate_words import revision_words
from app.staff.queries import find_staff
from app.surveys.campaign.gates import queries, services
from app.surveys.campaign.gates.models import GateExtension, GateHold, WorkKind
from app.surveys.campaign.models import ExclusionCode, ExclusionEnding, Gate
from app.surveys.campaign.queries import list_approved, list_ended_exclusions
from app.surveys.campaign.services import open_waiver_reason
from app.surveys.response.voids.queries import count_voids
from app.surveys.snapshot.queries import list_revisions
from app.vault import Vault
from app.web.words import beijing_time, date_words, exclusion_name, percent_of


@dataclass(frozen=True, slots=True)
class Said:
    """One decision: what, since when, by whom, why."""

    what: str
    when: str
    who: str
    why: str


def who(session: Session, staff_id: int | None) -> str:
    """Return the name of a member of staff; what nobody did happened by itself."""
    if staff_id is None:
        return _("by itself")
    names: dict[int, str] = g.setdefault("staff_names", {})  # one person stands in many lines
    if staff_id not in names:
        staff = find_staff(session, staff_id)
        names[staff_id] = staff.name if staff is not None else _("by itself")
    return names[staff_id]


def work_name(kind: WorkKind) -> str:
    """Return the name of a piece of the work after T0."""
    return {
        WorkKind.STATISTICS: _("Statistics"),
        WorkKind.ANALYSIS: _("Analysis"),
        WorkKind.FOLLOW_UP: _("Follow-up"),
    }[kind]


def said_hold(session: Session, vault: Vault, hold: GateHold) -> Said:
    """Return a hold as it was placed."""
    return Said(
        _("Held"),
        beijing_time(hold.placed_at),
        who(session, hold.placed_by),
        services.open_reason(vault, hold),
    )


def said_waiver(session: Session, vault: Vault, gate: Gate) -> list[tuple[datetime, Said]]:
    """Return the waiver of a gate, if one was given."""
    if gate.waived_at is None:
        return []
    said = Said(
        _("Released below the gate"),
        beijing_time(gate.waived_at),
        who(session, gate.waived_by),
        open_waiver_reason(vault, gate),
    )
    return [(gate.waived_at, said)]


def said_extensions(session: Session, vault: Vault, gate: Gate) -> list[tuple[datetime, Said]]:
    """Return the decisions to go on collecting, the first first."""
    return [
        (one.decided_at, _extension(session, vault, one))
        for one in queries.list_extensions(session, gate.id)
    ]


def history(session: Session, vault: Vault, gate: Gate) -> list[Said]:
    """Return every decision about a gate and what followed from it, the latest first.

    Voids stand there by their code: the note and the home are on the page of the answers.
    """
    found = [
        *_holds(session, vault, gate),
        *said_extensions(session, vault, gate),
        *said_waiver(session, vault, gate),
        *_rate_changes(session, vault, gate),
        *_exclusions(session, gate),
        *_revisions(session, gate),
        *_work_done(session, gate),
    ]
    return [said for _at, said in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _holds(session: Session, vault: Vault, gate: Gate) -> list[tuple[datetime, Said]]:
    found: list[tuple[datetime, Said]] = []
    for hold in queries.list_holds(session, gate.id):
        found.append((hold.placed_at, said_hold(session, vault, hold)))
        if hold.lifted_at is not None:
            lifted = Said(
                _("Hold lifted"),
                beijing_time(hold.lifted_at),
                who(session, hold.lifted_by),
                services.open_finding(vault, hold),
            )
            found.append((hold.lifted_at, lifted))
    return found


def _rate_changes(session: Session, vault: Vault, gate: Gate) -> list[tuple[datetime, Said]]:
    return [
        (
            change.changed_at,
            Said(
                _("Required rate changed from {before}% to {after}%").format(
                    before=percent_of(change.before_permille),
                    after=percent_of(change.after_permille),
                ),
                beijing_time(change.changed_at),
                who(session, change.changed_by),
                services.open_reason(vault, change),
            ),
        )
        for change in queries.list_required_changes(session, gate.campaign_id)
    ]


def _exclusions(session: Session, gate: Gate) -> list[tuple[datetime, Said]]:
    """Return the exclusions by day, reason and person: they change the base, so the gate."""
    groups: defaultdict[tuple[date, str, ExclusionCode, int | None], list[datetime]]
    groups = defaultdict(list)
    for member_code, at, staff_id in list_approved(session, gate.campaign_id, gate.community_id):
        groups[beijing_date(at), _("Left the base"), member_code, staff_id].append(at)
    endings = {
        ExclusionEnding.REFUSED: _("Exclusion refused"),
        ExclusionEnding.TAKEN_BACK: _("Exclusion taken back, in the base again"),
    }
    for ended, _member in list_ended_exclusions(session, gate.campaign_id, gate.community_id):
        key = beijing_date(ended.ended_at), endings[ended.ending], ended.code, ended.ended_by
        groups[key].append(ended.ended_at)
    found = []
    for (_day, what, code, staff_id), instants in groups.items():
        said = Said(
            _("{what}: {count} homes").format(what=what, count=len(instants)),
            beijing_time(max(instants)),
            who(session, staff_id),
            exclusion_name(code),
        )
        found.append((max(instants), said))
    return found


def _revisions(session: Session, gate: Gate) -> list[tuple[datetime, Said]]:
    voids = count_voids(session, gate)
    found = []
    for one in list_revisions(session, gate.campaign_id, gate.community_id):
        words = revision_words(
            one.revision, since=beijing_date(one.created_at), voids=voids.get(one.revision, {})
        )
        said = Said(
            _("Answers frozen, revision {number}").format(number=one.revision),
            beijing_time(one.created_at),
            _("by itself"),
            words or _("snapshot {digest}").format(digest=one.digest[:12]),
        )
        found.append((one.created_at, said))
    return found


def _work_done(session: Session, gate: Gate) -> list[tuple[datetime, Said]]:
    found = []
    for package in queries.list_work(session, [gate.id])[gate.id]:
        name = work_name(package.kind)
        started = Said(
            _("{work} begun").format(work=name),
            beijing_time(package.started_at),
            who(session, package.started_by),
            "",
        )
        found.append((package.started_at, started))
        if package.done_at is not None:
            done = Said(
                _("{work} finished").format(work=name),
                beijing_time(package.done_at),
                who(session, package.done_by),
                "",
            )
            # What began and ended at one instant ends after it began.
            found.append((package.done_at + timedelta(microseconds=1), done))
    return found


def _extension(session: Session, vault: Vault, extension: GateExtension) -> Said:
    return Said(
        _("Goes on collecting until {date}").format(date=date_words(extension.until)),
        beijing_time(extension.decided_at),
        who(session, extension.decided_by),
        services.open_reason(vault, extension),
    )
