"""Complaints of the company's own app: taken in once, and how far one is. No words come out."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.models import Stage
from app.integrations.scopes import KeyScope
from app.service.complaints.intake import take_in
from app.service.complaints.models import Against, Channel, ComplaintClass, Kind
from app.service.complaints.queries import find_complaint, get_complaint, list_complaints
from app.service.complaints.rows import ComplaintRow, Filters, Order
from app.service.complaints.rules import LONGEST_CONTACT, LONGEST_NAME, Intake
from app.staff import audit
from app.surveys.register.homes.queries import find_by_address
from app.surveys.register.rules import building_key, home_key
from app.web.api.case_shapes import Instant, Perhaps, Said
from app.web.api.operations import Body, Call, Model, Operation, PageQuery
from app.web.api.paging import begin, cursor_behind
from app.web.api.problems import ApiError, Wrong
from app.web.api.shapes import Page
from app.web.services import services
from app.web.transaction import reading


class ComplaintIn(Body):
    """A complaint as an owner wrote it."""

    community: int = Field(ge=1, le=2**31 - 1)
    building: Said = Field(max_length=32, description="As in the register.")
    room: Said = Field(max_length=32, description="As in the register.")
    name: Said = Field(max_length=LONGEST_NAME)
    contact: Said = Field(max_length=LONGEST_CONTACT, description="How to reach the owner.")
    text: Said = Field(max_length=2000)
    channel: Literal["app", "wechat", "online"] = "app"
    received_at: Instant = Field(description="When the owner sent it, with its offset.")
    against_director: bool = Field(
        default=False, description="Then the office never learns of it, nor does this key."
    )
    compensation: bool = False
    company: Perhaps = Field(default="", max_length=80)


class ComplaintTaken(Model):
    """What to tell the owner."""

    id: int
    number: str
    due_on: date = Field(description="Last day for the answer.")


class ComplaintOut(Model):
    """How far a complaint is; without a name, a home or a word."""

    id: int
    number: str
    community: int
    stage: Stage
    sorted_as: ComplaintClass | None = Field(description="One of four classes; null: unsorted.")
    kind: Kind | None
    channel: Channel
    received_at: datetime
    due_on: date
    answered_at: datetime | None
    is_open: bool
    is_overdue: bool


class ComplaintPage(Page):
    """A page of complaints, in the order they were taken in."""

    items: list[ComplaintOut]


class ComplaintQuery(PageQuery):
    """What a list of complaints is narrowed to."""

    community: int | None = Field(default=None, ge=1, le=2**31 - 1)
    is_open: bool | None = Field(default=None, description="Only open or only closed ones.")
    channel: Channel | None = None


def _take(call: Call) -> ComplaintTaken:
    session, given = call.session, call.body
    if session is None or not isinstance(given, ComplaintIn):
        raise LookupError
    scope, now = call.who.scope, services().now()
    if not scope.sees(given.community):
        raise ApiError(404, "no_such_community")
    homes = find_by_address(
        session,
        scope,
        [given.community],
        building=building_key(given.building),
        room=home_key(given.room),
        is_door_only=False,
    )
    living = [home for home in homes if home.retired_on is None]
    if len(living) != 1:
        raise ApiError(409, "refused_fields", errors=[Wrong("room", "unknown")])
    intake = Intake(
        community_id=given.community,
        household_id=living[0].household_id,
        name=given.name,
        contact=given.contact,
        text=given.text,
        channel=Channel(given.channel),
        received_at=given.received_at,
        company=given.company,
        against=Against.DIRECTOR if given.against_director else Against.NONE,
        has_compensation=given.compensation,
    )
    try:
        taken = take_in(session, services().vault, None, intake, now=now)
    except FieldError as error:
        raise ApiError(409, "refused_fields", errors=[Wrong(error.field, error.problem)]) from error
    made = get_complaint(session, taken.id)
    if made is None:
        raise LookupError(taken.id)
    audit.record(
        session,
        actor=scope,
        action="complaint.api",
        subject=living[0].uid,
        community_id=given.community,
        detail=taken.number,
        now=now,
    )
    return ComplaintTaken(id=taken.id, number=taken.number, due_on=made.due_on)


def _one(call: Call) -> ComplaintOut:
    row = find_complaint(reading(), call.who.scope, call.path["complaint_id"])
    if row is None:
        raise ApiError(404, "no_such_complaint")
    return _described(row, services().now())


def _list(call: Call) -> ComplaintPage:
    query = call.query
    if not isinstance(query, ComplaintQuery):
        raise TypeError
    after, limit = begin(call, "complaints")
    wanted = Filters(
        is_open=query.is_open,
        community_id=query.community,
        channel=query.channel,
        order=Order.KEY,
    )
    page = list_complaints(reading(), call.who.scope, wanted, after=f"0.{after}", limit=limit)
    now = services().now()
    behind = page.rows[-1].id if page.next is not None else None
    return ComplaintPage(
        items=[_described(row, now) for row in page.rows],
        next=cursor_behind(call, "complaints", behind),
    )


def _described(row: ComplaintRow, now: datetime) -> ComplaintOut:
    found = row.complaint
    return ComplaintOut(
        id=row.id,
        number=found.number,
        community=found.community_id,
        stage=row.stage,
        sorted_as=found.class_,
        kind=found.kind,
        channel=found.channel,
        received_at=found.received_at,
        due_on=found.due_on,
        answered_at=found.answered_at,
        is_open=found.is_open,
        is_overdue=found.is_open and found.answered_at is None and beijing_date(now) > found.due_on,
    )


OPERATIONS = (
    Operation(
        name="takeComplaint",
        method="POST",
        path="/complaints",
        needs=KeyScope.COMPLAINTS_WRITE,
        summary="Take in a complaint an owner wrote in the company's own app.",
        view=_take,
        answer=ComplaintTaken,
        body=ComplaintIn,
        refusals=(404,),
        status=201,
    ),
    Operation(
        name="listComplaints",
        method="GET",
        path="/complaints",
        needs=KeyScope.COMPLAINTS,
        summary="How far complaints are; none against a director, as for the office.",
        view=_list,
        answer=ComplaintPage,
        query=ComplaintQuery,
    ),
    Operation(
        name="getComplaint",
        method="GET",
        path="/complaints/<int:complaint_id>",
        needs=KeyScope.COMPLAINTS,
        summary="How far a complaint is, without a name, a home or a word.",
        view=_one,
        answer=ComplaintOut,
    ),
)
