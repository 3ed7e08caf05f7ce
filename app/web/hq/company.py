"""The company strip of the progress page: its own clock, and the communities left out so far."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.surveys.campaign.rules import FOLLOW_UP_ENDS, FOLLOW_UP_STARTS, GateState
from app.surveys.response.tracker import Standing, Tracker, TrackerRow
from app.surveys.snapshot.company import find_company_manifest
from app.web.progress import Step
from app.web.words import beijing_day, last_day


@dataclass(frozen=True, slots=True)
class CompanyView:
    """The company's clock as the progress page shows it.

    Attributes:
        steps: T0 and its two due dates.
        state: What the company snapshot holds, in words.
        missing: Once the clock runs, one line for each community that is not in it.
    """

    steps: tuple[Step, ...]
    state: str
    missing: tuple[str, ...]


def company_view(session: Session, found: Tracker, *, now: datetime) -> CompanyView | None:
    """Return the company's clock, None for a viewer who may not see all communities."""
    company = found.company
    if company is None:
        return None
    manifest = find_company_manifest(session, found.campaign.id)
    t0 = manifest.t0 if manifest else company.status.t0
    included = {entry.community for entry in manifest.snapshots} if manifest else set()
    missing = [row for row in found.communities if row.code not in included]
    return CompanyView(
        steps=_steps(company, t0, now=now),
        state=(
            _("Company snapshot {number}: {count} of {total} communities").format(
                number=manifest.revision, count=len(included), total=len(found.communities)
            )
            if manifest
            else _("no company snapshot yet")
        ),
        missing=() if t0 is None else tuple(_why(row) for row in missing),
    )


def _steps(company: Standing, t0: datetime | None, *, now: datetime) -> tuple[Step, ...]:
    """Return T0 and its due dates; before T0 the count and the periods stand there."""
    rate = _("{returned} of {base}").format(
        returned=f"{company.returned:,}", base=f"{company.base:,}"
    )
    due = None if t0 is None else t0 + FOLLOW_UP_STARTS
    end = None if t0 is None else t0 + FOLLOW_UP_ENDS
    # T0 is an instant that begins a day; a due date is the last day that still counts.
    steps = [
        (_("Rate reached and deadline passed"), t0, beijing_day, rate),
        (_("Statistics, lists, visits"), due, last_day, _("7 days after")),
        (_("Follow-up closed"), end, last_day, _("14 days after")),
    ]
    done = sum(instant is not None and now >= instant for instant in (t0, due, end))
    here = "stop" if t0 is None and company.status.state is GateState.EXTENDED else "now"
    return tuple(
        Step(
            name,
            otherwise if instant is None else in_words(instant),
            "done" if at < done else here if at == done else "",
        )
        for at, (name, instant, in_words, otherwise) in enumerate(steps)
    )


def _why(row: TrackerRow) -> str:
    """Return a community that is left out, and why."""
    if row.gate.held_at is not None:
        return _("{community}: held since {date}").format(
            community=row.name, date=beijing_day(row.gate.held_at)
        )
    if row.status.is_released:
        return _("{community}: released, being frozen").format(community=row.name)
    return _("{community}: {percent}%, {count} homes below the gate").format(
        community=row.name, percent=row.percent_text, count=row.still_needed
    )
