"""Commands of correction plans: head office says what must be put right, the office does it."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_due, check_text
from app.service.complaints.papers import queries
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    WrongPersonError,
)
from app.service.complaints.papers.models import CorrectionAction, CorrectionPlan
from app.staff.audit import record
from app.staff.models import Role
from app.staff.queries import list_named
from app.staff.scope import Scope
from app.vault import Vault

MOST_ACTIONS = 30
LONGEST_NAME = 40
PURPOSE = "correction_plan"


@dataclass(frozen=True, slots=True)
class ActionInput:
    """One thing to put right: what, who, until when."""

    what: str
    responsible: str
    due_on: date


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action of a plan, readable."""

    id: int
    number: int
    what: str
    responsible: str
    due_on: date
    done_on: date | None
    done_by: str
    evidence: str

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been done before `today`."""
        return self.done_on is None and today > self.due_on


@dataclass(frozen=True, slots=True)
class PlanView:
    """A correction plan, readable."""

    id: int
    complaint_id: int
    community_id: int
    problem: str
    aim: str
    made_by: str
    made_on: date
    actions: tuple[ActionView, ...]

    @property
    def is_done(self) -> bool:
        """Say whether there are actions and each of them is done."""
        return bool(self.actions) and all(one.done_on is not None for one in self.actions)


def make_plan(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    *,
    problem: str,
    aim: str,
    now: datetime,
) -> int:
    """Make the correction plan of a complaint; there is one.

    Args:
        session: A writing transaction.
        vault: Seals the words.
        scope: Head office.
        complaint_id: The complaint.
        problem: What is wrong.
        aim: What must have been reached in the end.
        now: The present instant.

    Raises:
        WrongPersonError: Only head office makes plans.
        PaperNotFoundError: The complaint does not exist for this person.
        FieldError: A text is missing or too long.
        PaperClosedError: There is a plan.
    """
    if scope.role is not Role.HEAD_OFFICE:
        raise WrongPersonError("role")
    place = queries.find_place(session, scope, complaint_id)
    if place is None:
        raise PaperNotFoundError(complaint_id)
    check_text("problem", problem)
    check_text("aim", aim)
    if queries.find_plan_of(session, scope, complaint_id) is not None:
        raise PaperClosedError("exists")
    content = {"problem": problem.strip(), "aim": aim.strip()}
    made = CorrectionPlan(
        follow_up_id=complaint_id,
        community_id=place.community_id,
        content_sealed=vault.seal(_json(content), PURPOSE),
        made_by=scope.staff_id,
        made_at=now,
    )
    session.add(made)
    complaint = queries.find_complaint_row(session, scope, complaint_id)
    if complaint is not None:
        complaint.planned_at = now
    _audit(session, scope, "correction_plan.make", made, now=now)
    session.flush()
    return made.id


def add_action(
    session: Session,
    vault: Vault,
    scope: Scope,
    plan_id: int,
    action: ActionInput,
    *,
    now: datetime,
) -> int:
    """Add an action to a plan; the same words, person and day are one action.

    Raises:
        WrongPersonError: Only head office adds actions.
        PaperNotFoundError: The plan does not exist for this person.
        FieldError: Something is missing, the day is past, or there are too many.
    """
    if scope.role is not Role.HEAD_OFFICE:
        raise WrongPersonError("role")
    plan = _plan(session, scope, plan_id)
    check_text("what", action.what)
    check_text("responsible", action.responsible)
    if len(action.responsible) > LONGEST_NAME:
        raise FieldError("responsible", "too_long")
    check_due("due_on", action.due_on, not_before=beijing_date(plan.made_at))
    # The entry comes first: its lock lets nobody else take the same number.
    _audit(session, scope, "correction_plan.action", plan, now=now)
    earlier = queries.list_actions(session, plan_id)
    for one in earlier:
        is_same = (one.responsible, one.due_on) == (action.responsible.strip(), action.due_on)
        if is_same and vault.open(one.what_sealed, PURPOSE) == action.what.strip():
            return one.id
    if len(earlier) >= MOST_ACTIONS:
        raise FieldError("what", "too_long")
    made = CorrectionAction(
        plan_id=plan_id,
        number=len(earlier) + 1,
        what_sealed=vault.seal(action.what.strip(), PURPOSE),
        responsible=action.responsible.strip(),
        due_on=action.due_on,
    )
    session.add(made)
    session.flush()
    return made.id


def finish_action(
    session: Session,
    vault: Vault,
    scope: Scope,
    action_id: int,
    *,
    done_on: date,
    evidence: str,
    now: datetime,
) -> int:
    """Say that an action was carried out, and what shows it; return the key of the complaint.

    Raises:
        PaperNotFoundError: The action does not exist for this person.
        PaperClosedError: It was done before.
        WrongPersonError: Only head office and the office do what a plan says.
        FieldError: Nothing shows it, or the day cannot be true.
    """
    if scope.role not in (Role.HEAD_OFFICE, Role.OFFICE):
        raise WrongPersonError("role")
    found = queries.find_action(session, scope, action_id)
    if found is None:
        raise PaperNotFoundError(action_id)
    action, plan = found
    if action.done_at is not None:
        raise PaperClosedError("done")
    check_text("evidence", evidence)
    if done_on > beijing_date(now):
        raise FieldError("done_on", "in_future")
    if done_on < beijing_date(plan.made_at):
        raise FieldError("done_on", "in_past")
    action.done_on, action.done_at, action.done_by = done_on, now, scope.staff_id
    action.evidence_sealed = vault.seal(evidence.strip(), PURPOSE)
    _audit(session, scope, "correction_plan.done", plan, now=now)
    session.flush()
    return plan.follow_up_id


def view_plan(session: Session, vault: Vault, scope: Scope, complaint_id: int) -> PlanView | None:
    """Return the plan of a complaint, None when there is none for this person."""
    plan = queries.find_plan_of(session, scope, complaint_id)
    if plan is None:
        return None
    actions = queries.list_actions(session, plan.id)
    people = {plan.made_by, *(one.done_by for one in actions if one.done_by)}
    names = list_named(session, people)
    content = json.loads(vault.open(plan.content_sealed, PURPOSE) or "{}")
    return PlanView(
        id=plan.id,
        complaint_id=plan.follow_up_id,
        community_id=plan.community_id,
        problem=content.get("problem", ""),
        aim=content.get("aim", ""),
        made_by=names.get(plan.made_by, ""),
        made_on=beijing_date(plan.made_at),
        actions=tuple(_view(vault, one, names) for one in actions),
    )


def _view(vault: Vault, one: CorrectionAction, names: dict[int, str]) -> ActionView:
    return ActionView(
        id=one.id,
        number=one.number,
        what=vault.open(one.what_sealed, PURPOSE),
        responsible=one.responsible,
        due_on=one.due_on,
        done_on=one.done_on,
        done_by=names.get(one.done_by, "") if one.done_by else "",
        evidence=vault.open(one.evidence_sealed, PURPOSE) if one.evidence_sealed else "",
    )


def _json(content: dict[str, str]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plan(session: Session, scope: Scope, plan_id: int) -> CorrectionPlan:
    found = queries.find_plan(session, scope, plan_id)
    if found is None:
        raise PaperNotFoundError(plan_id)
    return found


def _audit(
    session: Session, scope: Scope, action: str, plan: CorrectionPlan, *, now: datetime
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"complaint:{plan.follow_up_id}",
        community_id=plan.community_id,
        now=now,
    )
