"""One complaint as a line of a list: what it is about, where, and how its clock stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.clock import beijing_date
from app.followup.models import Stage
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.complaints.clocks import days_left
from app.service.complaints.models import Against, GroupState, Kind, Severity
from app.service.complaints.rows import ComplaintRow
from app.staff import audit
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import Calendar
from app.web import words as staff_words
from app.web.auth import current_scope
from app.web.complaints import words
from app.web.services import services as outside
from app.web.transaction import reading, transaction


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a clock is read against."""

    now: datetime
    today: date
    calendar: Calendar

    @classmethod
    def at(cls, now: datetime) -> "Clocks":
        """Return the clocks of an instant."""
        return cls(now, beijing_date(now), load_calendar(reading()))

    def words(self, row: ComplaintRow) -> str:
        """Return how the clock of a complaint stands."""
        complaint = row.complaint
        if not complaint.is_open:
            return words.stage_name(row.stage)
        if complaint.answered_at is not None:
            late = row.is_late(self.now)
            return _("answered too late") if late else _("answered in time")
        return words.day_words(
            complaint.due_on,
            self.today,
            abs(days_left(self.today, complaint.due_on, self.calendar)),
        )


@dataclass(frozen=True, slots=True)
class RowLine:
    """One line."""

    id: int
    number: str
    about: str
    class_: str
    community: str
    home: str
    where: str
    channel: str
    kind: str
    stage: str
    level: str
    who: str
    received: str
    received_on: date
    due_on: date
    clock: str
    is_late: bool
    is_closed: bool
    flags: tuple[tuple[str, bool], ...]


def about_words(row: ComplaintRow) -> str:
    """Return class and matter, or that nobody has sorted the complaint."""
    label = class_label(row.label_zh, row.label_en)
    name = words.class_name(row.complaint.class_)
    return f"{name} · {label}" if label else name


def class_label(zh: str, en: str) -> str:
    """Return the name of a matter in the reader's language."""
    return en if current_language() == "en" else zh


def home_words(row: ComplaintRow) -> str:
    """Return the home within its community; a company has none."""
    return staff_words.home_name(row.building, row.room) if row.room else _("a company")


def flags_of(row: ComplaintRow) -> tuple[tuple[str, bool], ...]:
    """Return the marks of a complaint, and which of them are grave."""
    complaint = row.complaint
    found = (
        (complaint.severity is Severity.MAJOR, _("Major"), True),
        (complaint.against is Against.DIRECTOR, _("against the director"), True),
        (complaint.has_compensation, _("compensation"), True),
        (complaint.has_media, _("media"), True),
        (complaint.has_legal, _("legal aid"), True),
        (row.repeat_of is not None, _("repeated"), True),
        (row.group_state is GroupState.CONFIRMED, _("group complaint"), True),
        (row.group_state is GroupState.SUGGESTED, _("perhaps a group complaint"), False),
        (complaint.rough_on is not None, _("long-running"), False),
        (complaint.round > 1 and row.stage is not Stage.REOPENED, _("opened again"), False),
        (complaint.kind not in {None, Kind.VALID}, _("communicative"), False),
    )
    return tuple((name, is_grave) for is_so, name, is_grave in found if is_so)


def row_line(row: ComplaintRow, clocks: Clocks) -> RowLine:
    """Return a complaint as a line of the list."""
    complaint = row.complaint
    is_waiting = complaint.is_open and complaint.answered_at is None
    return RowLine(
        id=row.id,
        number=complaint.number,
        about=about_words(row),
        class_=words.class_name(complaint.class_),
        community=row.community,
        home=home_words(row),
        where=f"{row.community} {home_words(row)}",
        channel=words.channel_name(complaint.channel),
        kind="" if complaint.kind is None else words.kind_name(complaint.kind),
        stage=words.stage_name(row.stage),
        level=words.level_name(complaint.level),
        who=row.responsible,
        received=staff_words.beijing_day(complaint.received_at),
        received_on=beijing_date(complaint.received_at),
        due_on=complaint.due_on,
        clock=clocks.words(row),
        is_late=is_waiting and row.is_late(clocks.now),
        is_closed=not complaint.is_open,
        flags=flags_of(row),
    )


def note_looks(rows: Sequence[ComplaintRow], detail: str) -> None:
    """Write down whose complaints were shown; call it after the rows were read."""
    if not rows:
        return
    subjects = [(row.subject, row.complaint.community_id) for row in rows]
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action="complaint.list",
            subjects=subjects,
            detail=detail,
            now=outside().now(),
        )
