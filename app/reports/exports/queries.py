"""Reads of orders, their pieces, and what there is to take out. Light: pages import it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from app.analysis.results.comparison import CommunitiesResult
from app.reports.exports.models import ExportKind, ExportOrder, ExportPart, ExportState
from app.reports.models import ResultHead, StudyRun
from app.reports.queries import parsed
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.register.models import Community
from app.surveys.snapshot.models import Snapshot

INDEX = "index"


@dataclass(frozen=True, slots=True)
class Place:
    """A community whose results are released to somebody."""

    community_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One order with the words around it."""

    order: ExportOrder
    campaign: Campaign
    community: str
    person: str


@dataclass(frozen=True, slots=True)
class Barred:
    """A community of a campaign and what stands in the way of its figures."""

    community_id: int
    code: str
    name: str
    office: str
    region: str
    is_held: bool
    is_waived: bool


def list_places(session: Session, campaign_id: int, scope: Scope, *, now: datetime) -> list[Place]:
    """Return the communities of a campaign that are frozen, not held and this person's."""
    query = (
        select(Community.id, Community.code, Community.name)
        .join(Gate, Gate.community_id == Community.id)
        .where(
            Gate.campaign_id == campaign_id,
            _is_open(now),
            in_scope(Community.id, scope),
            exists().where(
                Snapshot.campaign_id == campaign_id, Snapshot.community_id == Community.id
            ),
        )
        .order_by(Community.code)
    )
    return [Place(*row) for row in session.execute(query)]


def list_snapshots(
    session: Session,
    campaign_id: int,
    scope: Scope,
    *,
    community_id: int | None,
    now: datetime,
) -> list[Snapshot]:
    """Return the newest snapshots this person may take out, by community code.

    Args:
        session: Open session.
        campaign_id: The campaign.
        scope: Whose view.
        community_id: One community, or None for all.
        now: The present instant: what a clock that ran fast released is still shut.
    """
    newest = (
        select(Snapshot.community_id, func.max(Snapshot.revision).label("revision"))
        .where(Snapshot.campaign_id == campaign_id, Snapshot.community_id.is_not(None))
        .group_by(Snapshot.community_id)
        .subquery()
    )
    query = (
        select(Snapshot)
        .join(
            newest,
            and_(
                newest.c.community_id == Snapshot.community_id,
                newest.c.revision == Snapshot.revision,
            ),
        )
        .join(Community, Community.id == Snapshot.community_id)
        .join(
            Gate,
            and_(
                Gate.campaign_id == Snapshot.campaign_id,
                Gate.community_id == Snapshot.community_id,
            ),
        )
        .where(Snapshot.campaign_id == campaign_id, _is_open(now), in_scope(Community.id, scope))
        .order_by(Community.code)
    )
    if community_id is not None:
        query = query.where(Snapshot.community_id == community_id)
    return list(session.scalars(query))


def list_barred(session: Session, campaign_id: int, scope: Scope) -> list[Barred]:
    """Return every community of a campaign that is this person's, by code."""
    query = (
        select(
            Community.id,
            Community.code,
            Community.name,
            Community.office,
            Gate.region,
            Gate.held_at,
            Gate.waived_at,
        )
        .join(Gate, Gate.community_id == Community.id)
        .where(Gate.campaign_id == campaign_id, in_scope(Community.id, scope))
        .order_by(Community.code)
    )
    return [
        Barred(*row[:5], is_held=row[5] is not None, is_waived=row[6] is not None)
        for row in session.execute(query)
    ]


def find_league(session: Session, campaign_id: int) -> CommunitiesResult | None:
    """Return the communities side by side by their index, for the program itself.

    Only the reliability of the whole is read from it, which names nobody.
    """
    query = (
        select(StudyRun.result)
        .join(ResultHead, ResultHead.study_run_id == StudyRun.id)
        .where(
            ResultHead.campaign_id == campaign_id,
            ResultHead.community_id.is_(None),
            ResultHead.region == "",
        )
        .order_by(ResultHead.revision.desc(), ResultHead.study_run_id.desc())
        .limit(1)
    )
    text = session.scalar(query)
    found = () if text is None else parsed(text).communities
    return next((one for one in found if one.measure == INDEX), None)


def is_shut(session: Session, order: ExportOrder) -> bool:
    """Say whether results that stand in a finished order are held by now.

    A hold of any other community is nobody's business here.
    """
    query = select(Gate.community_id).where(
        Gate.campaign_id == order.campaign_id,
        Gate.community_id.in_(sorted(order.contained)),
        Gate.held_at.is_not(None),
    )
    if order.kind is ExportKind.KPI:
        # It names what was held when it was made, and has no figure of it.
        query = query.where(Gate.held_at >= order.ended_at)
    return session.scalar(query.limit(1)) is not None


def get_order(session: Session, order_id: int) -> ExportOrder | None:
    """Return an order for the program itself."""
    return session.get(ExportOrder, order_id)


def find_own(session: Session, scope: Scope, order_id: int) -> ExportOrder | None:
    """Return an order of this person."""
    query = select(ExportOrder).where(
        ExportOrder.id == order_id, ExportOrder.staff_id == scope.staff_id
    )
    return session.scalar(query)


def find_same(
    session: Session, scope: Scope, like: ExportOrder, *, since: datetime
) -> ExportOrder | None:
    """Return this person's newest order of the same thing since an instant."""
    query = select(ExportOrder).where(
        ExportOrder.staff_id == scope.staff_id,
        ExportOrder.kind == like.kind,
        ExportOrder.campaign_id == like.campaign_id,
        ExportOrder.community_id.is_not_distinct_from(like.community_id),
        ExportOrder.forms == like.forms,
        ExportOrder.language == like.language,
        ExportOrder.asked_at > since,
    )
    return session.scalar(query.order_by(ExportOrder.id.desc()).limit(1))


def list_taken(session: Session, scope: Scope, *, before: int | None, most: int) -> list[Taken]:
    """Return orders, the newest first: all to head office, to others their own.

    Args:
        session: Open session.
        scope: Whose view.
        before: Key of the order the list goes on from.
        most: So many at most.
    """
    query = _taken(scope).order_by(ExportOrder.id.desc()).limit(most)
    if before is not None:
        query = query.where(ExportOrder.id < before)
    return [
        Taken(order, campaign, community or "", person or "")
        for order, campaign, community, person in session.execute(query)
    ]


def find_taken(session: Session, scope: Scope, order_id: int) -> Taken | None:
    """Return one order: any to head office, to others their own."""
    row = session.execute(_taken(scope).where(ExportOrder.id == order_id)).one_or_none()
    return None if row is None else Taken(row[0], row[1], row[2] or "", row[3] or "")


def list_parts(session: Session, order_id: int) -> list[str]:
    """Return the digests of an order's sealed files, in order."""
    query = select(ExportPart.digest).where(ExportPart.order_id == order_id)
    return list(session.scalars(query.order_by(ExportPart.number)))


def list_all_parts(session: Session) -> set[str]:
    """Return the digests of all sealed files that belong to an order."""
    return set(session.scalars(select(ExportPart.digest)))


def put_parts(session: Session, order_id: int, digests: Sequence[str]) -> None:
    """Replace the pieces of an order."""
    session.execute(delete(ExportPart).where(ExportPart.order_id == order_id))
    session.add_all(
        ExportPart(order_id=order_id, number=number, digest=digest)
        for number, digest in enumerate(digests)
    )


def list_over(session: Session, before: datetime) -> list[ExportOrder]:
    """Return the orders that were made, or waited in vain, before an instant."""
    states = (ExportState.MADE, ExportState.WAITING)
    query = select(ExportOrder).where(
        ExportOrder.state.in_(states),
        or_(
            ExportOrder.ended_at < before,
            and_(ExportOrder.ended_at.is_(None), ExportOrder.asked_at < before),
        ),
    )
    return list(session.scalars(query))


def _taken(scope: Scope) -> Select[ExportOrder, Campaign, str, str]:
    """Return the query for the orders this person may read of."""
    query = (
        select(ExportOrder, Campaign, Community.name, Staff.name)
        .join(Campaign, Campaign.id == ExportOrder.campaign_id)
        .outerjoin(Community, Community.id == ExportOrder.community_id)
        .outerjoin(Staff, Staff.id == ExportOrder.staff_id)
    )
    if scope.role is Role.HEAD_OFFICE:
        return query
    return query.where(ExportOrder.staff_id == scope.staff_id)


def _is_open(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a gate shows its results."""
    return and_(Gate.held_at.is_(None), or_(Gate.t0.is_(None), Gate.t0 <= now))
