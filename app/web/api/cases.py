"""Operations that read cases. Each home shown is written into the audit log, as on a page."""

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.cases.queries import list_events
from app.followup.errors import CaseNotFoundError
from app.followup.history.log import audit_cases
from app.followup.queries import find_case
from app.followup.rows import CaseRow
from app.followup.services import open_case
from app.integrations import queries
from app.integrations.queries import CaseWish
from app.integrations.scopes import KeyScope
from app.web.api.case_shapes import (
    CaseEventOut,
    CaseEventPage,
    CaseOut,
    CasePage,
    CaseQuery,
    HomeOut,
    WordsOut,
)
from app.web.api.operations import Call, Operation, PageQuery
from app.web.api.paging import begin, cursor_behind, cut
from app.web.api.problems import ApiError
from app.web.api.standing import campaign_of
from app.web.services import services
from app.web.transaction import reading, transaction


def _cases(call: Call) -> CasePage:
    campaign = campaign_of(call)
    after, limit = begin(call, "cases")
    rows, behind = queries.page_of_cases(
        reading(), call.who.scope, campaign.id, _wish(call), after=after, limit=limit
    )
    _note_look(call, rows, "list")
    return CasePage(
        items=[_described(call, row, campaign.code) for row in rows],
        next=cursor_behind(call, "cases", behind),
    )


def _wish(call: Call) -> CaseWish:
    query = call.query
    if not isinstance(query, CaseQuery):
        raise TypeError
    return CaseWish(query.community, query.state, query.urgency)


def _case(call: Call) -> CaseOut:
    row = case_of(call, reading())
    campaign = queries.campaign_of_case(reading(), row.id)
    if not call.who.may(KeyScope.CASE_WORDS):
        _note_look(call, [row], "case")
        return _described(call, row, campaign)
    words = _words(call, row.id)
    return _described(call, row, campaign).model_copy(update={"words": words})


def _words(call: Call, case_id: int) -> list[WordsOut]:
    """Return what an office may read; the look is written down with it."""
    with transaction() as session:
        try:
            view = open_case(
                session, services().vault, call.who.scope, case_id, now=services().now()
            )
        except CaseNotFoundError as error:
            raise ApiError(404, "no_such_case") from error
    return [
        WordsOut(question=question, text=text)
        for comment in view.comments
        for question, text in comment.texts
    ]


def _events(call: Call) -> CaseEventPage:
    row = case_of(call, reading())
    after, limit = begin(call, "events")
    found = [event for event, *_ in list_events(reading(), row.id) if event.id > after]
    shown, has_more = cut(found, limit)
    items = [
        CaseEventOut(id=event.id, kind=event.kind, stage=event.stage, at=event.at)
        for event in shown
    ]
    behind = shown[-1].id if has_more else None
    return CaseEventPage(items=items, next=cursor_behind(call, "events", behind))


def case_of(call: Call, session: Session) -> CaseRow:
    """Return the case an address names.

    Raises:
        ApiError: There is none for this key.
    """
    row = find_case(session, call.who.scope, call.path["case_id"])
    if row is None:
        raise ApiError(404, "no_such_case")
    return row


def _note_look(call: Call, rows: list[CaseRow], detail: str) -> None:
    """Write down whose cases were read, where the key sees which home that is."""
    if not rows or not call.who.may(KeyScope.CASE_HOMES):
        return
    with transaction() as session:
        audit_cases(session, call.who.scope, "view_case", rows, detail=detail, now=services().now())


def _described(call: Call, row: CaseRow, campaign: str) -> CaseOut:
    home = HomeOut(building=row.building, room=row.room)
    return CaseOut(
        id=row.id,
        campaign=campaign,
        community=row.community_id,
        state=row.state,
        stage=row.stage,
        source=row.source,
        urgency=row.urgency,
        code=row.code,
        department=row.department,
        received_at=row.received_at,
        start_by=None if row.due is None else row.due.start_by,
        close_by=None if row.due is None else row.due.close_by,
        is_overdue=row.is_overdue(beijing_date(services().now())),
        has_responsible=row.responsible_id is not None,
        contacts=row.contacts,
        last_contact_at=row.last_contact_at,
        next_at=row.next_at,
        closed_at=row.closed_at,
        home=home if call.who.may(KeyScope.CASE_HOMES) else None,
        words=None,
    )


OPERATIONS = (
    Operation(
        name="listCases",
        method="GET",
        path="/campaigns/<code>/cases",
        needs=KeyScope.CASES,
        summary="Cases of communities' lists: from the release on, dangers at once.",
        view=_cases,
        answer=CasePage,
        query=CaseQuery,
    ),
    Operation(
        name="getCase",
        method="GET",
        path="/cases/<int:case_id>",
        needs=KeyScope.CASES,
        summary="One case.",
        view=_case,
        answer=CaseOut,
    ),
    Operation(
        name="listCaseEvents",
        method="GET",
        path="/cases/<int:case_id>/events",
        needs=KeyScope.CASES,
        summary="What happened with a case.",
        view=_events,
        answer=CaseEventPage,
        query=PageQuery,
    ),
)
