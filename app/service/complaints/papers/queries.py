"""Reads of the papers of complaints: each exists for those who may know of its complaint.

Facts for figures are read in `app.service.complaints.papers.counted.queries`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, distinct, exists, func, select, true
from sqlalchemy.orm import Session, undefer

from app.followup.models import FollowUp
from app.service.complaints.models import Complaint, Severity
from app.service.complaints.papers.models import (
    Announcement,
    AnnouncementRead,
    AnnouncementSource,
    ComplaintPrint,
    CorrectionAction,
    CorrectionPlan,
    CorrectiveReport,
    CorrectiveSignature,
    MonthDraft,
    MonthReport,
    PrintKind,
    TrainingCase,
    TrainingSource,
)
from app.service.complaints.queries import visible_complaints
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Community

# Written papers hold words about a home: callers and regions have no business with them.
_READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a complaint belongs."""

    community_id: int
    household_id: int | None
    community: str
    office: str


def _of_complaint(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which the written papers of a complaint exist for somebody."""
    return visible_complaints(scope)


def find_place(session: Session, scope: Scope, complaint_id: int) -> Place | None:
    """Return where a complaint belongs, None when it does not exist for this person."""
    if scope.role not in _READERS:
        return None
    query = (
        select(FollowUp.community_id, FollowUp.household_id, Community.name, Community.office)
        .join(Complaint, Complaint.follow_up_id == FollowUp.id)
        .join(Community, Community.id == FollowUp.community_id)
        .where(FollowUp.id == complaint_id, _of_complaint(scope))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Place(*row)


def list_corrected(session: Session, scope: Scope, *, most: int) -> list[tuple[int, str, str]]:
    """Return complaints with a plan or a corrective-action report, the newest first.

    Each with its key, its number and its community.
    """
    if scope.role not in _READERS:
        return []
    has_plan = exists().where(CorrectionPlan.follow_up_id == Complaint.follow_up_id)
    has_report = exists().where(CorrectiveReport.follow_up_id == Complaint.follow_up_id)
    query = (
        select(Complaint.follow_up_id, Complaint.number, Community.name)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .join(Community, Community.id == FollowUp.community_id)
        .where(_of_complaint(scope), has_plan | has_report)
        .order_by(Complaint.follow_up_id.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query.limit(most))]


def find_plan_of(session: Session, scope: Scope, complaint_id: int) -> CorrectionPlan | None:
    """Return the plan of a complaint."""
    if find_place(session, scope, complaint_id) is None:
        return None
    return session.scalar(select(CorrectionPlan).where(CorrectionPlan.follow_up_id == complaint_id))


def find_plan(session: Session, scope: Scope, plan_id: int) -> CorrectionPlan | None:
    """Return a plan by its own key."""
    plan = session.get(CorrectionPlan, plan_id)
    if plan is None or find_place(session, scope, plan.follow_up_id) is None:
        return None
    return plan


def list_actions(session: Session, plan_id: int) -> list[CorrectionAction]:
    """Return the actions of a plan in order; the caller has checked the plan."""
    query = select(CorrectionAction).where(CorrectionAction.plan_id == plan_id)
    return list(session.scalars(query.order_by(CorrectionAction.number)))


def find_action(
    session: Session, scope: Scope, action_id: int
) -> tuple[CorrectionAction, CorrectionPlan] | None:
    """Return an action with its plan."""
    action = session.get(CorrectionAction, action_id)
    plan = None if action is None else find_plan(session, scope, action.plan_id)
    return None if action is None or plan is None else (action, plan)


def find_corrective(session: Session, scope: Scope, report_id: int) -> CorrectiveReport | None:
    """Return a version of a corrective-action report."""
    report = session.get(CorrectiveReport, report_id)
    if report is None or find_place(session, scope, report.follow_up_id) is None:
        return None
    return report


def find_corrective_of(
    session: Session, scope: Scope, complaint_id: int
) -> CorrectiveReport | None:
    """Return the newest version of the report of a complaint."""
    found = list_correctives(session, scope, complaint_id)
    return found[0] if found else None


def list_correctives(session: Session, scope: Scope, complaint_id: int) -> list[CorrectiveReport]:
    """Return the versions of the report of a complaint, the newest first."""
    if find_place(session, scope, complaint_id) is None:
        return []
    query = select(CorrectiveReport).where(CorrectiveReport.follow_up_id == complaint_id)
    return list(session.scalars(query.order_by(CorrectiveReport.version.desc())))


def list_signatures(session: Session, report_id: int) -> list[CorrectiveSignature]:
    """Return the signatures of a report, the first one first."""
    query = select(CorrectiveSignature).where(CorrectiveSignature.report_id == report_id)
    return list(session.scalars(query.order_by(CorrectiveSignature.id)))


def _shown(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which an announcement exists for somebody of the staff."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    return and_(Announcement.published_at.is_not(None), Announcement.withdrawn_at.is_(None))


def find_announcement(session: Session, scope: Scope, announcement_id: int) -> Announcement | None:
    """Return an announcement; one that is not published exists for head office only."""
    return session.scalar(
        select(Announcement).where(Announcement.id == announcement_id, _shown(scope))
    )


def list_announcements(
    session: Session, scope: Scope, *, most: int
) -> list[tuple[Announcement, bool]]:
    """Return announcements, the newest first, and whether this person read each."""
    is_read = exists().where(
        AnnouncementRead.announcement_id == Announcement.id,
        AnnouncementRead.staff_id == scope.staff_id,
    )
    query = select(Announcement, is_read).where(_shown(scope)).order_by(Announcement.id.desc())
    return [(row[0], row[1]) for row in session.execute(query.limit(most))]


def count_unread(session: Session, scope: Scope) -> int:
    """Return how many announcements this person has not read yet."""
    is_read = exists().where(
        AnnouncementRead.announcement_id == Announcement.id,
        AnnouncementRead.staff_id == scope.staff_id,
    )
    query = select(func.count()).select_from(Announcement)
    query = query.where(
        Announcement.published_at.is_not(None), Announcement.withdrawn_at.is_(None), ~is_read
    )
    return session.scalar(query) or 0


def count_announced(session: Session, start: str) -> int:
    """Return how many announcements have a number that begins so."""
    query = select(func.count()).select_from(Announcement)
    return session.scalar(query.where(Announcement.number.startswith(start))) or 0


def find_announcement_source(session: Session, announcement_id: int) -> int | None:
    """Return the complaint an announcement comes from."""
    row = session.get(AnnouncementSource, announcement_id)
    return None if row is None else row.follow_up_id


def list_announcements_of(session: Session, complaint_id: int) -> list[Announcement]:
    """Return the announcements a complaint led to; for head office."""
    query = (
        select(Announcement)
        .join(AnnouncementSource, AnnouncementSource.announcement_id == Announcement.id)
        .where(AnnouncementSource.follow_up_id == complaint_id)
        .order_by(Announcement.id.desc())
    )
    return list(session.scalars(query))


def find_read(session: Session, announcement_id: int, staff_id: int) -> AnnouncementRead | None:
    """Return that somebody read an announcement."""
    return session.get(AnnouncementRead, (announcement_id, staff_id))


def count_reads(session: Session, announcement_id: int, roles: Collection[Role]) -> tuple[int, int]:
    """Return how many people of these roles read an announcement, and how many there are."""
    people = select(func.count()).select_from(Staff)
    people = people.where(Staff.role.in_(roles), Staff.disabled_at.is_(None))
    read = people.join(AnnouncementRead, AnnouncementRead.staff_id == Staff.id)
    read = read.where(AnnouncementRead.announcement_id == announcement_id)
    return session.scalar(read) or 0, session.scalar(people) or 0


def find_training(session: Session, scope: Scope, case_id: int) -> TrainingCase | None:
    """Return a training case; one that is not released exists for head office only."""
    return session.scalar(select(TrainingCase).where(TrainingCase.id == case_id, _released(scope)))


def list_training(session: Session, scope: Scope, *, most: int) -> list[TrainingCase]:
    """Return the training cases, the newest first."""
    query = select(TrainingCase).where(_released(scope)).order_by(TrainingCase.id.desc())
    return list(session.scalars(query.limit(most)))


def _released(scope: Scope) -> ColumnElement[bool]:
    if scope.role is Role.HEAD_OFFICE:
        return true()
    return and_(TrainingCase.released_at.is_not(None), TrainingCase.retired_at.is_(None))


def count_trained(session: Session, start: str) -> int:
    """Return how many training cases have a number that begins so."""
    query = select(func.count()).select_from(TrainingCase)
    return session.scalar(query.where(TrainingCase.number.startswith(start))) or 0


def find_training_source(session: Session, case_id: int) -> int | None:
    """Return the complaint a training case comes from."""
    row = session.get(TrainingSource, case_id)
    return None if row is None else row.follow_up_id


def list_training_of(session: Session, complaint_id: int) -> list[TrainingCase]:
    """Return the training cases a complaint led to; for head office."""
    query = (
        select(TrainingCase)
        .join(TrainingSource, TrainingSource.training_case_id == TrainingCase.id)
        .where(TrainingSource.follow_up_id == complaint_id)
        .order_by(TrainingCase.id.desc())
    )
    return list(session.scalars(query))


def find_draft(session: Session, community_id: int, month: date) -> MonthDraft | None:
    """Return what was written so far for a month."""
    return session.get(MonthDraft, (community_id, month))


def delete_draft(session: Session, community_id: int, month: date) -> None:
    """Forget what was written for a month: it is issued."""
    session.execute(
        delete(MonthDraft).where(MonthDraft.community_id == community_id, MonthDraft.month == month)
    )


def find_last_report(session: Session, community_id: int, month: date) -> MonthReport | None:
    """Return the newest version of the report of a month."""
    query = select(MonthReport).where(
        MonthReport.community_id == community_id, MonthReport.month == month
    )
    return session.scalar(query.order_by(MonthReport.version.desc()).limit(1))


def find_report(
    session: Session, scope: Scope, report_id: int
) -> tuple[MonthReport, str, str, str] | None:
    """Return an issued report with community, office and who issued it."""
    query = (
        select(MonthReport, Community.name, Community.office, Staff.name)
        .join(Community, Community.id == MonthReport.community_id)
        .join(Staff, Staff.id == MonthReport.issued_by)
        .where(MonthReport.id == report_id, in_scope(MonthReport.community_id, scope))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def list_versions(session: Session, community_id: int, month: date) -> list[MonthReport]:
    """Return the issued versions of a month, the newest first; the caller has checked the place."""
    query = select(MonthReport).where(
        MonthReport.community_id == community_id, MonthReport.month == month
    )
    return list(session.scalars(query.order_by(MonthReport.version.desc())))


def list_issued(
    session: Session, scope: Scope, months: Sequence[date]
) -> dict[tuple[int, date], tuple[int, datetime, date]]:
    """Return, by community and month, the newest report: its key, when issued first, due day."""
    query = (
        select(
            MonthReport.community_id,
            MonthReport.month,
            func.max(MonthReport.id),
            func.min(MonthReport.issued_at),
            func.min(MonthReport.due_on),
        )
        .where(in_scope(MonthReport.community_id, scope), MonthReport.month.in_(months))
        .group_by(MonthReport.community_id, MonthReport.month)
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in session.execute(query)}


def find_print(
    session: Session, scope: Scope, print_id: int, *, since: datetime
) -> ComplaintPrint | None:
    """Return a paper this person ordered after an instant, with its content."""
    query = select(ComplaintPrint).where(
        ComplaintPrint.id == print_id,
        ComplaintPrint.staff_id == scope.staff_id,
        ComplaintPrint.asked_at > since,
    )
    return session.scalar(query.options(undefer(ComplaintPrint.content_sealed)))


def find_same_print(
    session: Session, scope: Scope, kind: PrintKind, about_id: int, *, since: datetime
) -> ComplaintPrint | None:
    """Return the newest order of the same paper by this person after an instant."""
    query = select(ComplaintPrint).where(
        ComplaintPrint.staff_id == scope.staff_id,
        ComplaintPrint.kind == kind,
        ComplaintPrint.about_id == about_id,
        ComplaintPrint.asked_at > since,
    )
    return session.scalar(query.order_by(ComplaintPrint.id.desc()).limit(1))


def get_print(session: Session, print_id: int) -> ComplaintPrint | None:
    """Return an order for the worker, None when it is gone."""
    return session.get(ComplaintPrint, print_id, options=[undefer(ComplaintPrint.content_sealed)])


def delete_prints(session: Session, before: datetime) -> None:
    """Delete the papers ordered before an instant."""
    session.execute(delete(ComplaintPrint).where(ComplaintPrint.asked_at < before))


def count_open_actions(session: Session, scope: Scope) -> dict[date, int]:
    """Return how many actions of plans are not done, by the day until which they are promised."""
    if scope.role not in _READERS:
        return {}
    query = (
        select(CorrectionAction.due_on, func.count())
        .join(CorrectionPlan, CorrectionPlan.id == CorrectionAction.plan_id)
        .join(Complaint, Complaint.follow_up_id == CorrectionPlan.follow_up_id)
        .join(FollowUp, FollowUp.id == CorrectionPlan.follow_up_id)
        .where(CorrectionAction.done_at.is_(None), _of_complaint(scope))
        .group_by(CorrectionAction.due_on)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_unplanned(session: Session) -> dict[date, int]:
    """Return how many open major complaints have no correction plan, by the day of the answer."""
    query = (
        select(Complaint.due_on, func.count())
        .where(
            Complaint.is_open.is_(True),
            Complaint.severity == Severity.MAJOR,
            Complaint.planned_at.is_(None),
        )
        .group_by(Complaint.due_on)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_reported(session: Session, scope: Scope, months: Sequence[date]) -> dict[date, int]:
    """Return of how many living communities the report of each month is issued."""
    query = (
        select(MonthReport.month, func.count(distinct(MonthReport.community_id)))
        .join(Community, Community.id == MonthReport.community_id)
        .where(
            in_scope(MonthReport.community_id, scope),
            Community.retired_on.is_(None),
            MonthReport.month.in_(months),
        )
        .group_by(MonthReport.month)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def find_complaint_row(session: Session, scope: Scope, complaint_id: int) -> Complaint | None:
    """Return what a complaint adds to its case, to note on it that a paper is there."""
    if find_place(session, scope, complaint_id) is None:
        return None
    return session.get(Complaint, complaint_id)
