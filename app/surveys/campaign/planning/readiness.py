"""What is still missing before a plan can be approved."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import end_of
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.clash_check import list_clashes
from app.surveys.campaign.planning.errors import Missing
from app.surveys.campaign.planning.limits import TALK_DAYS
from app.surveys.campaign.planning.models import Anchor, TaskOwner
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.load import LoadedInstrument
from app.surveys.instrument.model import Instrument
from app.surveys.instrument.problems import ERROR

SHORTEST_DAYS = 14  # below, two reminders have no room

# In the order a person meets them on the page.
CODES = ("over", "short", "instrument", "tasks", "undated", "unowned", "no_talk", "clashes")

# What only the file can tell: it was refused without these when it was published.
_OF_THE_FILE = frozenset({"missing_key", "missing_wording"})
# Safe to keep: what a digest names never changes.
_errors: dict[str, int] = {}


def find_missing(session: Session, campaign: Campaign, *, now: datetime) -> list[Missing]:
    """Return everything the approval waits for, in the order of `CODES`; nothing means ready."""
    return [
        *_of_dates(campaign, now=now),
        *_of_instrument(session, campaign),
        *_of_tasks(session, campaign),
        *_of_evidence(session, campaign, now=now),
    ]


def _of_dates(campaign: Campaign, *, now: datetime) -> list[Missing]:
    missing = []
    if now >= end_of(campaign.closes_on):
        missing.append(Missing("over"))
    days = (campaign.closes_on - campaign.opens_on).days + 1
    if days < SHORTEST_DAYS:
        missing.append(Missing("short", days))
    return missing


def _of_instrument(session: Session, campaign: Campaign) -> list[Missing]:
    digest = campaign.instrument_digest
    if digest not in _errors:
        _errors[digest] = count_instrument_errors(get_instrument(session, digest))
    errors = _errors[digest]
    return [Missing("instrument", errors)] if errors else []


def _of_tasks(session: Session, campaign: Campaign) -> list[Missing]:
    tasks = queries.list_tasks(session, campaign.id)
    if not tasks:
        return [Missing("tasks")]
    undated = sum(task.due_on is None and task.anchor is Anchor.LAUNCH for task in tasks)
    unowned = sum(task.staff_id is None and task.owner is TaskOwner.HEAD_OFFICE for task in tasks)
    found = (("undated", undated), ("unowned", unowned))
    return [Missing(code, count) for code, count in found if count]


def _of_evidence(session: Session, campaign: Campaign, *, now: datetime) -> list[Missing]:
    missing = []
    since = campaign.opens_on - timedelta(days=TALK_DAYS)
    if not any(talk.held_on >= since for talk in queries.list_talks(session, campaign.id)):
        missing.append(Missing("no_talk"))
    unseen = sum(seen.note is None for seen in list_clashes(session, campaign, now=now))
    if unseen:
        missing.append(Missing("clashes", unseen))
    return missing


def count_instrument_errors(instrument: Instrument) -> int:
    """Return how many rules of design a published questionnaire breaks.

    Its sentences were checked when it was published from its file; what is checked again here
    needs no file: order of asking, blocks, scales, what every analysis rests on, length.
    """
    loaded = LoadedInstrument(
        name=instrument.code,
        instrument=instrument,
        columns={},
        marks={},
        texts={},
        sources={item.code: item.code for item in instrument.items},
    )
    return sum(
        problem.level == ERROR and problem.code not in _OF_THE_FILE
        for problem in check_instrument(loaded)
    )
