"""How long what is kept, and from which day on it goes. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.rights.models import Kept

# Days after the last day of collection. Long enough for visits, answers and the next campaign.
DEFAULT_DAYS: dict[Kept, int] = {
    Kept.COMMENTS: 730,
    Kept.NOTES: 730,
    Kept.PICTURES: 365,
    Kept.SIGNALS: 180,
    Kept.DRAFTS: 60,
}


def due_days(closes_on: date, days: Mapping[Kept, int]) -> dict[Kept, date]:
    """Return from which day on each kind goes; `days` holds only what was changed."""
    return {
        what: closes_on + timedelta(days=1 + days.get(what, usual))
        for what, usual in DEFAULT_DAYS.items()
    }
