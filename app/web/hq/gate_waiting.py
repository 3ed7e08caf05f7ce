"""Which gates wait for a person: below the rate, held, or behind with the work after T0."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.scope import Scope
from app.surveys.campaign.gates import queries
from app.surveys.campaign.gates.models import GateExtension
from app.surveys.campaign.gates.rules import Work
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState
from app.surveys.response.tracker import TrackerRow
from app.web.progress import RowView
from app.web.words import date_words, short_date


@dataclass(frozen=True, slots=True)
class Waiting:
    """A community whose gate waits for a person.

    Attributes:
        view: Its row of the tracker.
        why: What it waits for.
        extension: The last decision to go on collecting, if there was one.
        late: Work after T0 that is behind its dates.
    """

    view: RowView
    why: str
    extension: GateExtension | None
    late: tuple[Work, ...]


def list_waiting(
    session: Session, campaign: Campaign, views: Sequence[RowView], *, scope: Scope, now: datetime
) -> list[Waiting]:
    """Return those of a tracker's communities whose gate waits for a person, in one statement."""
    extensions = queries.latest_extensions(session, campaign.id, scope)
    found = []
    for view in views:
        row = view.row
        late = tuple(one for one in row.work if one.is_late)
        extension = extensions.get(row.community_id)
        why = _why(row, extension, is_late=bool(late), now=now)
        if why:
            found.append(Waiting(view, why, extension, late))
    return found


def _why(row: TrackerRow, extension: GateExtension | None, *, is_late: bool, now: datetime) -> str:
    """Say what a gate waits for; empty when it does not wait."""
    if row.gate.held_at is not None:
        return _("held since {date}: finish the check").format(
            date=short_date(beijing_date(row.gate.held_at))
        )
    if row.status.state is GateState.EXTENDED:
        if extension is not None and extension.until >= beijing_date(now):
            return _("goes on collecting until {date}").format(date=date_words(extension.until))
        return _("below the required rate: go on collecting, or release with a reason")
    return _("work after the release is behind its dates") if is_late else ""
