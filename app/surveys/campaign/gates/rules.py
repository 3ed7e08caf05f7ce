"""The work after T0 (事后工作) against its dates: instants only. No SQL, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.surveys.campaign.gates.models import WorkKind, WorkPackage
from app.surveys.campaign.rules import FOLLOW_UP_ENDS, FOLLOW_UP_STARTS


class WorkState(StrEnum):
    """Where a piece of the work stands."""

    WAITING = "waiting"  # the clocks do not run yet
    DUE = "due"  # to be begun within the seven days
    START_LATE = "start_late"
    RUNNING = "running"
    END_LATE = "end_late"
    DONE = "done"


LATE = frozenset({WorkState.START_LATE, WorkState.END_LATE})


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of the work after T0 of one gate.

    Attributes:
        kind: Statistics, analysis or follow-up.
        state: Where it stands.
        started_at, done_at: When it was begun and finished; None before.
        start_due_at: T0 + 7 days: it is under way by then.
        end_due_at: T0 + 14 days: it is finished by then.
    """

    kind: WorkKind
    state: WorkState
    started_at: datetime | None
    done_at: datetime | None
    start_due_at: datetime | None
    end_due_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Say whether a date has passed without what was due."""
        return self.state in LATE


def make_work(
    kind: WorkKind,
    *,
    started_at: datetime | None,
    done_at: datetime | None,
    t0: datetime | None,
    now: datetime,
) -> Work:
    """Return where a piece of the work stands at `now`; a due date counts with its last instant."""
    start_due = None if t0 is None else t0 + FOLLOW_UP_STARTS
    end_due = None if t0 is None else t0 + FOLLOW_UP_ENDS
    if done_at is not None:
        state = WorkState.DONE
    elif end_due is not None and now >= end_due:
        state = WorkState.END_LATE
    elif started_at is not None:
        state = WorkState.RUNNING
    elif start_due is None:
        state = WorkState.WAITING
    else:
        state = WorkState.START_LATE if now >= start_due else WorkState.DUE
    return Work(kind, state, started_at, done_at, start_due, end_due)


def work_of(
    packages: Iterable[WorkPackage], *, t0: datetime | None, now: datetime
) -> tuple[Work, ...]:
    """Return the three pieces of the work of one gate, begun or not, in their order."""
    known = {package.kind: package for package in packages}
    found = []
    for kind in WorkKind:
        package = known.get(kind)
        found.append(
            make_work(
                kind,
                started_at=None if package is None else package.started_at,
                done_at=None if package is None else package.done_at,
                t0=t0,
                now=now,
            )
        )
    return tuple(found)
