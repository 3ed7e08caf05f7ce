"""Commands on gates: hold, lift, go on collecting, change the rate, track the work after T0.

None commits. Every decision is locked against a freeze, sealed with its reason, and audited. The
waiver stands in `campaign.services`.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of
from app.staff import audit
from app.surveys.campaign.errors import AlreadyWaivedError, FrozenError, HeldError
from app.surveys.campaign.gates import queries
from app.surveys.campaign.gates.errors import (
    AlreadyHeldError,
    BadDayError,
    BadRateError,
    DeadlinePassedError,
    HeldByCheckError,
    NoReasonError,
    NotExtendedError,
    NotFrozenError,
    NotHeldError,
    NotStartedError,
    OpenCasesError,
)
from app.surveys.campaign.gates.models import (
    GateExtension,
    GateHold,
    RequiredChange,
    WorkKind,
    WorkPackage,
)
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import get_campaign, lock_gate
from app.surveys.campaign.rules import LOWEST_PERMILLE, ReturnCount, says_something
from app.surveys.instrument.answers import clean_text
from app.vault import Vault

LONGEST_EXTENSION = timedelta(days=60)
_PERMILLE = range(LOWEST_PERMILLE, 1001)


def place_hold(
    session: Session,
    vault: Vault,
    gate: Gate,
    *,
    reason: str,
    staff_id: int,
    now: datetime,
    of_check: bool = False,
) -> GateHold:
    """Hold the results of a community until a check is finished (暂扣).

    It stops no clock and no answer. Before the release it keeps the gate shut; after it, results
    are hidden again, and what was shown stays on record.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the reason.
        gate: The gate, in this session.
        reason: What is being checked, and why.
        staff_id: Who decides.
        now: Aware instant.
        of_check: It follows from a decision about the answers, which takes over a hold that is in
            place; such a hold is lifted by another decision of that kind alone.

    Raises:
        NoReasonError: No reason in words.
        AlreadyHeldError: A hold is in place.
    """
    words = _reason(reason)
    gate = _lock(session, gate)
    standing = queries.find_open_hold(session, gate.id)
    if standing is not None and of_check and not standing.is_of_check:
        standing.is_of_check = True
        session.flush()
        return standing
    if gate.held_at is not None:
        raise AlreadyHeldError(gate.held_at)
    hold = GateHold(
        gate_id=gate.id,
        placed_at=now,
        placed_by=staff_id,
        reason_sealed=vault.seal(words, "hold"),
        is_of_check=of_check,
    )
    gate.held_at = now
    session.add(hold)
    session.flush()
    _audit(session, "gate.hold", gate, staff_id=staff_id, detail=str(hold.id), now=now)
    return hold


def lift_hold(
    session: Session,
    vault: Vault,
    gate: Gate,
    *,
    reason: str,
    staff_id: int,
    now: datetime,
    of_check: bool = False,
) -> GateHold:
    """Lift the hold that is in place: from here on dates and counts decide again.

    Of a frozen community the worker then looks whether a correction or the company waits for it.

    Raises:
        NoReasonError: What the check found is not said.
        NotHeldError: No hold is in place.
        HeldByCheckError: A decision about the answers placed it, and this is none (`of_check`).
    """
    words = _reason(reason)
    gate = _lock(session, gate)
    hold = queries.find_open_hold(session, gate.id)
    if hold is None:
        raise NotHeldError
    if hold.is_of_check and not of_check:
        raise HeldByCheckError
    hold.lifted_at = now
    hold.lifted_by = staff_id
    hold.lift_reason_sealed = vault.seal(words, "hold")
    gate.held_at = None
    if gate.frozen_at is not None:
        gate.stale_at = now
    session.flush()
    _audit(session, "gate.lift", gate, staff_id=staff_id, detail=str(hold.id), now=now)
    return hold


def extend_collection(
    session: Session,
    vault: Vault,
    gate: Gate,
    *,
    until: date,
    reason: str,
    count: ReturnCount,
    staff_id: int,
    now: datetime,
) -> GateExtension:
    """Record that a community below the rate goes on collecting, and until when (延长回收).

    Collecting goes on by itself after the deadline; this says who answers for it, when somebody
    looks again, and why. It moves no clock and opens nothing.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the reason.
        gate: The gate, in this session.
        until: Day on which somebody decides again, today at the earliest.
        reason: Why, and what is done to bring in more.
        count: Base and returns of the community, read in this transaction.
        staff_id: Who decides, at head office.
        now: Aware instant.

    Raises:
        NoReasonError: No reason in words.
        BadDayError: The day lies before today, or more than sixty days ahead.
        NotExtendedError: The deadline has not passed, or the rate is met.
        AlreadyWaivedError: The community was released below the rate.
        FrozenError: The community's answers are frozen.
    """
    words = _reason(reason)
    today = beijing_date(now)
    if not today <= until <= today + LONGEST_EXTENSION:
        raise BadDayError(until)
    gate = _lock(session, gate)
    if gate.frozen_at is not None:
        raise FrozenError(gate.frozen_at)
    if gate.waived_at is not None:
        raise AlreadyWaivedError(gate.waived_at)
    campaign = get_campaign(session, gate.campaign_id)
    if now < end_of(campaign.closes_on) or count.meets(campaign.required_permille):
        raise NotExtendedError
    extension = GateExtension(
        gate_id=gate.id,
        until=until,
        reason_sealed=vault.seal(words, "extension"),
        decided_at=now,
        decided_by=staff_id,
    )
    session.add(extension)
    session.flush()
    _audit(session, "gate.extend", gate, staff_id=staff_id, detail=until.isoformat(), now=now)
    return extension


def change_required(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    *,
    permille: int,
    reason: str,
    staff_id: int,
    now: datetime,
) -> RequiredChange:
    """Change the rate a campaign asks for; the former one stays on record and in print.

    Never below the company's 60 %: what is released below that is released by a waiver, one
    community at a time, and is marked "indicative, not ranked".

    Raises:
        NoReasonError: No reason in words.
        BadRateError: Not from 600 to 1000, or the rate of today.
        DeadlinePassedError: The last day has passed, so the rate stands.
        FrozenError: Answers were frozen by a clock that ran ahead.
    """
    words = _reason(reason)
    campaign = queries.lock_campaign(session, campaign.id)
    deadline = end_of(campaign.closes_on)
    if now >= deadline:
        raise DeadlinePassedError(deadline)
    if permille not in _PERMILLE or permille == campaign.required_permille:
        raise BadRateError(permille)
    frozen = queries.find_frozen_gate(session, campaign.id)
    if frozen is not None and frozen.frozen_at is not None:
        raise FrozenError(frozen.frozen_at)
    change = RequiredChange(
        campaign_id=campaign.id,
        before_permille=campaign.required_permille,
        after_permille=permille,
        reason_sealed=vault.seal(words, "required"),
        changed_at=now,
        changed_by=staff_id,
    )
    campaign.required_permille = permille
    session.add(change)
    session.flush()
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="campaign.required",
        subject=f"campaign:{campaign.code}",
        detail=f"{change.before_permille}->{change.after_permille}",
        now=now,
    )
    return change


def start_work(
    session: Session, gate: Gate, kind: WorkKind, *, staff_id: int | None, now: datetime
) -> WorkPackage:
    """Record that a piece of the work after T0 has begun; begun before, nothing changes.

    Args:
        session: Open session; the caller owns the transaction.
        gate: The gate, in this session.
        kind: What was begun.
        staff_id: Who began it; None for what begins by itself.
        now: Aware instant.

    Raises:
        NotFrozenError: The answers are not frozen, so the work cannot begin.
        HeldError: A hold is in place: nobody works with these results.
    """
    gate = _lock(session, gate)
    if gate.frozen_at is None:
        raise NotFrozenError
    if gate.held_at is not None:
        raise HeldError(gate.held_at)
    known = queries.find_work(session, gate.id, kind)
    if known is not None:
        return known
    package = WorkPackage(gate_id=gate.id, kind=kind, started_at=now, started_by=staff_id)
    session.add(package)
    session.flush()
    _audit(session, "work.start", gate, staff_id=staff_id, detail=kind.value, now=now)
    return package


def finish_work(
    session: Session,
    gate: Gate,
    kind: WorkKind,
    *,
    staff_id: int | None,
    now: datetime,
    open_cases: int = 0,
) -> WorkPackage:
    """Record that a piece of the work after T0 is finished; finished before, nothing changes.

    Args:
        session: Open session; the caller owns the transaction.
        gate: The gate, in this session.
        kind: What is finished.
        staff_id: Who says so; None for what ends by itself.
        now: Aware instant.
        open_cases: Cases of the community that nobody has contacted and that have no date.

    Raises:
        NotStartedError: It has not begun.
        OpenCasesError: It is the follow-up, and cases are open.
    """
    gate = _lock(session, gate)
    package = queries.find_work(session, gate.id, kind)
    if package is None:
        raise NotStartedError
    if kind is WorkKind.FOLLOW_UP and open_cases and package.done_at is None:
        raise OpenCasesError(open_cases)
    if package.done_at is None:
        package.done_at, package.done_by = now, staff_id
        session.flush()
        _audit(session, "work.done", gate, staff_id=staff_id, detail=kind.value, now=now)
    return package


def open_reason(vault: Vault, decision: GateHold | GateExtension | RequiredChange) -> str:
    """Return the reason of a decision, readable."""
    purposes = {GateHold: "hold", GateExtension: "extension", RequiredChange: "required"}
    return vault.open(decision.reason_sealed, purposes[type(decision)])


def open_finding(vault: Vault, hold: GateHold) -> str:
    """Return why a hold was lifted, readable; empty while it is in place."""
    sealed = hold.lift_reason_sealed
    return vault.open(sealed, "hold") if sealed is not None else ""


def _reason(text: str) -> str:
    words = clean_text(text)
    if not says_something(words, least=2):
        raise NoReasonError
    return words


def _lock(session: Session, gate: Gate) -> Gate:
    return lock_gate(session, gate.campaign_id, gate.community_id, exclusive=True)


def _audit(
    session: Session, action: str, gate: Gate, *, staff_id: int | None, detail: str, now: datetime
) -> None:
    """Write an audit entry about one gate: numbers and dates, never the words of a reason.

    What began or ended by itself has its row, and nobody to answer for it.
    """
    if staff_id is None:
        return
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=f"campaign:{get_campaign(session, gate.campaign_id).code}",
        community_id=gate.community_id,
        detail=detail,
        now=now,
    )
