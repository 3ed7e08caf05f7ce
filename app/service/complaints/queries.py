"""Reads of complaints; each takes the scope of who is looking.

Who may know of a complaint is said once, in `visible_complaints`. Head office knows of all. An
office knows of its own communities' that stand on the community's list: one against its director
stands on head office's list from the first instant, and does not exist for the office, not as a
row, a count, a repeat, a group or a gap in the numbers. Company leaders know of what was escalated
to them, and count all. A caller reaches complaints through the call lists only. Nobody else sees
any.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.clock import beijing_date
from app.followup.models import CaseList, FollowUp
from app.followup.queries import visible_cases
from app.service.complaints.models import (
    Against,
    Complaint,
    ComplaintCode,
    ComplaintEscalation,
    ComplaintExtension,
    ComplaintGroup,
    ComplaintStep,
    GroupState,
    Kind,
    Level,
)
from app.service.complaints.rows import ComplaintPage, ComplaintRow, Filters, Order
from app.service.complaints.rules import OFFICE_ROLES
from app.service.due import Due
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def visible_complaints(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a complaint exists for somebody.

    The statement joins `Complaint` and its `FollowUp`.
    """
    if scope.role is Role.HEAD_OFFICE:
        return true()
    if scope.role is Role.LEADER:
        return Complaint.level == Level.LEADERS
    if scope.role not in OFFICE_ROLES:
        return false()
    return and_(_for_the_office(scope), _known_from_survey(scope))


def countable_complaints(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which somebody counts a complaint: the one for every sum."""
    if scope.role in {Role.HEAD_OFFICE, Role.LEADER}:
        return true()
    if scope.role is Role.REGION:
        return _for_the_office(scope)  # as its offices count themselves
    return visible_complaints(scope)


def _for_the_office(scope: Scope) -> ColumnElement[bool]:
    return and_(
        FollowUp.on_list == CaseList.COMMUNITY,
        Complaint.against != Against.DIRECTOR,
        in_scope(Complaint.community_id, scope),
    )


def _known_from_survey(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a case of a survey was released to an office."""
    return or_(FollowUp.campaign_id.is_(None), visible_cases(scope))


def find_complaint(session: Session, scope: Scope, complaint_id: int) -> ComplaintRow | None:
    """Return one complaint, None when it does not exist for this person."""
    rows = _rows(session, scope, [Complaint.follow_up_id == complaint_id])
    return rows[0] if rows else None


def find_by_number(session: Session, scope: Scope, number: str) -> ComplaintRow | None:
    """Return a complaint by the number its customer was told."""
    rows = _rows(session, scope, [Complaint.number == number.strip()])
    return rows[0] if rows else None


def list_complaints(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> ComplaintPage:
    """Return a page of the complaints this person may know of.

    Args:
        session: Database session.
        scope: Who is looking.
        filters: What to show, and in which order.
        after: Where the page begins: `ComplaintPage.next` of the one before; an unreadable one is
            the beginning.
        limit: Rows of the page.
    """
    where = _conditions(filters)
    begin = _read_after(after)
    if filters.order is Order.DUE:
        order: tuple[ColumnElement[Any], ...] = (
            Complaint.due_on.asc(),
            Complaint.follow_up_id.asc(),
        )
        if begin is not None:
            day = date.fromordinal(max(1, min(begin[0], date.max.toordinal())))
            where.append(
                or_(
                    Complaint.due_on > day,
                    and_(Complaint.due_on == day, Complaint.follow_up_id > begin[1]),
                )
            )
    elif filters.order is Order.KEY:
        order = (Complaint.follow_up_id.asc(),)
        if begin is not None:
            where.append(Complaint.follow_up_id > begin[1])
    else:
        order = (Complaint.received_at.desc(), Complaint.follow_up_id.desc())
        if begin is not None:
            at = _EPOCH + min(begin[0], 2**53) * _MICROSECOND
            where.append(
                or_(
                    Complaint.received_at < at,
                    and_(Complaint.received_at == at, Complaint.follow_up_id < begin[1]),
                )
            )
    # Keys alone first: the names are joined for the rows of the page.
    keys = session.scalars(
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(visible_complaints(scope), *where)
        .order_by(*order)
        .limit(limit + 1)
    ).all()
    found = {row.id: row for row in _rows(session, scope, [Complaint.follow_up_id.in_(keys)])}
    rows = tuple(found[key] for key in keys[:limit] if key in found)
    more = len(keys) > limit and bool(rows)
    return ComplaintPage(rows, _after_of(rows[-1], filters.order) if more else None)


def _after_of(row: ComplaintRow, order: Order) -> str:
    if order is Order.DUE:
        return f"{row.complaint.due_on.toordinal()}.{row.id}"
    if order is Order.KEY:
        return f"0.{row.id}"
    return f"{(row.complaint.received_at - _EPOCH) // _MICROSECOND}.{row.id}"


def _read_after(text: str | None) -> tuple[int, int] | None:
    first, _, last = (text or "").partition(".")
    digits = first + last
    if not (first and last and digits.isascii() and digits.isdigit()) or len(digits) > 32:
        return None
    return int(first), min(int(last), 2**31 - 1)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    columns = (
        (Complaint.is_open, filters.is_open),
        (Complaint.community_id, filters.community_id),
        (Complaint.household_id, filters.household_id),
        (Complaint.class_, filters.class_),
        (Complaint.sub_code, filters.sub_code),
        (Complaint.kind, filters.kind),
        (Complaint.severity, filters.severity),
        (Complaint.level, filters.level),
        (Complaint.channel, filters.channel),
        (Complaint.number, filters.number),
        (Complaint.group_id, filters.group_id),
        (Complaint.against, filters.against),
        (Complaint.has_compensation, filters.has_compensation),
        (Complaint.has_media, filters.has_media),
        (Complaint.has_legal, filters.has_legal),
        (FollowUp.stage, filters.stage),
        (FollowUp.responsible_id, filters.responsible_id),
    )
    where: list[ColumnElement[bool]] = [
        column == wanted for column, wanted in columns if wanted is not None
    ]
    if filters.is_unclassified:
        where.append(Complaint.class_.is_(None))
    if filters.is_unseen:
        where.append(_is_news())
    if filters.is_repeat:
        where.append(Complaint.repeat_of.is_not(None))
    if filters.is_grouped:
        confirmed = select(ComplaintGroup.id).where(ComplaintGroup.state == GroupState.CONFIRMED)
        where.append(Complaint.group_id.in_(confirmed))
    if filters.late_at is not None:
        where.append(Complaint.is_open.is_(True))
        where.append(Complaint.answered_at.is_(None))
        where.append(Complaint.due_at <= filters.late_at)
    return where


def _rows(
    session: Session, scope: Scope, where: Sequence[ColumnElement[bool]]
) -> list[ComplaintRow]:
    first, earlier, earlier_case = aliased(Staff), aliased(Complaint), aliased(FollowUp)
    query = (
        select(
            Complaint,
            FollowUp,
            Community.name,
            Building.code,
            Household.room,
            Household.uid,
            ComplaintCode.label_zh,
            ComplaintCode.label_en,
            ComplaintCode.department,
            Staff.name,
            first.name,
            earlier,
            earlier_case.on_list,
            ComplaintGroup.state,
        )
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .join(Community, Community.id == Complaint.community_id)
        .outerjoin(Household, Household.id == Complaint.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(ComplaintCode, ComplaintCode.code == Complaint.sub_code)
        .outerjoin(Staff, Staff.id == FollowUp.responsible_id)
        .outerjoin(first, first.id == Complaint.first_asked_by)
        .outerjoin(earlier, earlier.follow_up_id == Complaint.repeat_of)
        .outerjoin(earlier_case, earlier_case.id == Complaint.repeat_of)
        .outerjoin(ComplaintGroup, ComplaintGroup.id == Complaint.group_id)
        .where(visible_complaints(scope), *where)
        .order_by(Complaint.follow_up_id)
    )
    return [_row_of(scope, *row) for row in session.execute(query)]


def _row_of(
    scope: Scope, complaint: Complaint, case_: FollowUp, community: str, *rest: Any
) -> ComplaintRow:
    """Return one row; an office hears of no earlier complaint it may not know, of no suggestion."""
    building, room, uid, zh, en, department, by, asked, earlier, on_list, state = rest
    is_office = scope.role in OFFICE_ROLES
    known = None if is_office and on_list is not CaseList.COMMUNITY else earlier
    tells_group = not is_office or state is GroupState.CONFIRMED
    return ComplaintRow(
        complaint=complaint,
        case=case_,
        community=community,
        building=building or "",
        room=room or "",
        household_uid=uid or "",
        label_zh=zh or "",
        label_en=en or "",
        department=department or "",
        responsible=by or "",
        first_asked=asked or "",
        repeat_of=None if known is None else known.follow_up_id,
        repeat_number="" if known is None else known.number,
        group_state=state if tells_group else None,
    )


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Return how many answers are missing that this person knows of, by their last day."""
    today = beijing_date(now)
    pressing = Complaint.due_on <= today
    query = (
        select(
            func.count(case((Complaint.due_on < today, 1))),
            func.count(case((Complaint.due_on == today, 1))),
            func.count(case((Complaint.due_on > today, 1))),
            func.min(case((pressing, Complaint.due_on))),
        )
        .select_from(Complaint)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(
            Complaint.is_open.is_(True),
            Complaint.answered_at.is_(None),
            visible_complaints(scope),
        )
    )
    return Due(*session.execute(query).one())


def _is_news() -> ColumnElement[bool]:
    return and_(Complaint.seen_at.is_(None), Complaint.kind == Kind.VALID)


def count_news(session: Session, scope: Scope) -> int:
    """Return how many valid complaints head office has not looked at; 0 for everybody else."""
    if scope.role is not Role.HEAD_OFFICE:
        return 0
    query = select(func.count()).select_from(Complaint).where(_is_news())
    return session.scalar(query) or 0


def count_unclassified(session: Session, scope: Scope) -> int:
    """Return how many open complaints nobody has sorted yet."""
    query = (
        select(func.count())
        .select_from(Complaint)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(Complaint.is_open.is_(True), Complaint.class_.is_(None), visible_complaints(scope))
    )
    return session.scalar(query) or 0


def list_of_home(session: Session, scope: Scope, household_id: int) -> list[ComplaintRow]:
    """Return the complaints of a home this person may know of, the latest first."""
    rows = _rows(session, scope, [Complaint.household_id == household_id])
    return sorted(rows, key=lambda row: (row.complaint.received_at, row.id), reverse=True)


def get_complaint(session: Session, complaint_id: int) -> Complaint | None:
    """Return a complaint for changing, locked on PostgreSQL; the caller checks who is asking."""
    query = select(Complaint).where(Complaint.follow_up_id == complaint_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def is_visible(session: Session, scope: Scope, complaint_id: int) -> bool:
    """Say whether a complaint exists for this person."""
    query = (
        select(Complaint.follow_up_id)
        .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
        .where(Complaint.follow_up_id == complaint_id, visible_complaints(scope))
    )
    return session.scalar(query) is not None


def find_by_key(session: Session, key: str) -> Complaint | None:
    """Return what was taken in with this key."""
    return session.scalar(select(Complaint).where(Complaint.key == key))


def list_steps(session: Session, complaint_id: int) -> list[tuple[ComplaintStep, str]]:
    """Return the steps taken in all rounds, with who took each."""
    query = (
        select(ComplaintStep, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == ComplaintStep.staff_id)
        .where(ComplaintStep.follow_up_id == complaint_id)
        .order_by(ComplaintStep.id)
    )
    return [(step, by) for step, by in session.execute(query)]


def list_extensions(session: Session, complaint_id: int) -> list[tuple[ComplaintExtension, str]]:
    """Return the days that were moved, with who moved each, the first one first."""
    query = (
        select(ComplaintExtension, Staff.name)
        .join(Staff, Staff.id == ComplaintExtension.staff_id)
        .where(ComplaintExtension.follow_up_id == complaint_id)
        .order_by(ComplaintExtension.id)
    )
    return [(one, by) for one, by in session.execute(query)]


def list_escalations(session: Session, complaint_id: int) -> list[tuple[ComplaintEscalation, str]]:
    """Return where a complaint went up, with who took it there, the first one first."""
    query = (
        select(ComplaintEscalation, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, Staff.id == ComplaintEscalation.staff_id)
        .where(ComplaintEscalation.follow_up_id == complaint_id)
        .order_by(ComplaintEscalation.id)
    )
    return [(one, by) for one, by in session.execute(query)]
