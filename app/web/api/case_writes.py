"""Operations that write on cases, each through the service a page uses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.orm import Session

from app.followup.cases.errors import KeyTakenError, NotResponsibleError, StepRefusedError
from app.followup.cases.services import give_cases, take_step, turn_into
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.models import Source
from app.followup.queries import find_case
from app.followup.rules import ContactInput
from app.followup.services import record_contact
from app.integrations.scopes import KeyScope
from app.staff.people.rules import normal_login
from app.staff.queries import find_staff_by_login
from app.web.api.case_shapes import CaseDone, ContactIn, HandOverIn, StepIn, TurnIn
from app.web.api.operations import Body, Call, Operation
from app.web.api.problems import ApiError, Wrong
from app.web.services import services

B = TypeVar("B", bound=Body)


def _contact(call: Call) -> CaseDone:
    session, given = _taken(call, ContactIn)
    contact = ContactInput(
        at=given.at,
        way=given.way,
        person=given.person,
        outcome=given.outcome,
        result=given.result,
        owner_view=given.owner_view,
        next_on=given.next_on,
        next_time=given.next_time,
        place=given.place,
        attempt=given.attempt,
    )
    return _done(
        call,
        session,
        lambda case_id: record_contact(
            session,
            services().vault,
            call.who.scope,
            case_id,
            contact,
            now=services().now(),
        ),
    )


def _step(call: Call) -> CaseDone:
    session, given = _taken(call, StepIn)
    return _done(
        call,
        session,
        lambda case_id: take_step(
            session,
            services().vault,
            call.who.scope,
            case_id,
            given.to,
            reason=given.reason,
            now=services().now(),
        ),
    )


def _hand_over(call: Call) -> CaseDone:
    session, given = _taken(call, HandOverIn)
    person = find_staff_by_login(session, normal_login(given.login))
    return _done(
        call,
        session,
        lambda case_id: give_cases(
            session,
            services().vault,
            call.who.scope,
            [case_id],
            staff_id=0 if person is None else person.id,
            reason=given.reason,
            now=services().now(),
        ),
    )


def _turn(call: Call) -> CaseDone:
    session, given = _taken(call, TurnIn)
    return _done(
        call,
        session,
        lambda case_id: turn_into(
            session,
            services().vault,
            call.who.scope,
            case_id,
            Source(given.source),
            reason=given.reason,
            now=services().now(),
        ),
    )


def _taken(call: Call, kind: type[B]) -> tuple[Session, B]:
    if call.session is None or not isinstance(call.body, kind):
        raise LookupError
    return call.session, call.body


def _done(call: Call, session: Session, act: Callable[[int], object]) -> CaseDone:
    """Do it and return where the case stands then."""
    case_id = call.path["case_id"]
    with _refusals():
        act(case_id)
        session.flush()
        session.expire_all()
        row = find_case(session, call.who.scope, case_id)
        if row is None:
            raise CaseNotFoundError(case_id)
    return CaseDone(id=row.id, state=row.state, stage=row.stage)


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what a service refused in the API's words."""
    try:
        yield
    except CaseNotFoundError as error:
        raise ApiError(404, "no_such_case") from error
    except FieldError as error:
        # The request fits the description; what it says does not fit the case or the time.
        raise ApiError(409, "refused_fields", errors=[Wrong(error.field, error.problem)]) from error
    except NotResponsibleError as error:
        wrong = [Wrong("login", "not_responsible")]
        raise ApiError(409, "not_responsible", errors=wrong) from error
    except StepRefusedError as error:
        raise ApiError(409, "step_refused", errors=[Wrong("to", error.stage.value)]) from error
    except CaseClosedError as error:
        raise ApiError(409, "case_closed") from error
    except KeyTakenError as error:
        raise ApiError(409, "key_taken") from error


OPERATIONS = (
    Operation(
        name="recordContact",
        method="POST",
        path="/cases/<int:case_id>/contacts",
        needs=KeyScope.CASES_WRITE,
        summary="Record a contact with the owner; `next_on` sets the planned date.",
        view=_contact,
        answer=CaseDone,
        body=ContactIn,
        status=201,
    ),
    Operation(
        name="takeStep",
        method="POST",
        path="/cases/<int:case_id>/steps",
        needs=KeyScope.CASES_WRITE,
        summary="Take a step of the circle: verified, in work, closed, reopened.",
        view=_step,
        answer=CaseDone,
        body=StepIn,
        status=201,
    ),
    Operation(
        name="handOver",
        method="POST",
        path="/cases/<int:case_id>/responsible",
        needs=KeyScope.CASES_WRITE,
        summary="Let somebody of the community's team answer for the case.",
        view=_hand_over,
        answer=CaseDone,
        body=HandOverIn,
        status=201,
    ),
    Operation(
        name="turnCase",
        method="POST",
        path="/cases/<int:case_id>/source",
        needs=KeyScope.CASES_WRITE,
        summary="Make a complaint or a repair of an open case.",
        view=_turn,
        answer=CaseDone,
        body=TurnIn,
        status=201,
    ),
)
