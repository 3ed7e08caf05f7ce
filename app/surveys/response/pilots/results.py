"""The result of a pilot: the time it took, questions often skipped, pages where people stopped.

Only what helps to mend words. No score of a pilot is computed anywhere.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.flow import FULL
from app.surveys.instrument.model import Instrument, ItemKind
from app.surveys.response.models import Draft
from app.surveys.response.pilots import queries
from app.surveys.response.pilots.queries import PilotAnswer
from app.surveys.response.signals import read_pace
from app.surveys.response.vector import decode

OFTEN_PERCENT = 20  # skipped by so many of those who were asked
_FEWEST_ASKED = 5  # below, one person who skips would look like many


@dataclass(frozen=True, slots=True)
class Skipped:
    """One item and how many of those who were asked it left it out."""

    item: str
    asked: int
    skipped: int

    @property
    def percent(self) -> int:
        """Share left out, in whole percent, rounded down."""
        return 100 * self.skipped // self.asked

    @property
    def is_often(self) -> bool:
        """Say whether the words of this item deserve a second look."""
        return self.asked >= _FEWEST_ASKED and self.percent >= OFTEN_PERCENT


@dataclass(frozen=True, slots=True)
class PilotResult:
    """What a pilot showed.

    Attributes:
        homes: Homes asked.
        answers: Homes that answered.
        timed: Answers whose time is known.
        median_seconds: Middle time from the first page to the end; None when none is known.
        skipped: Items left out by anybody, the most often skipped first.
        stopped: Sections where people stopped who began and never sent, with their number, in
            the order of the questionnaire.
    """

    homes: int
    answers: int
    timed: int
    median_seconds: int | None
    skipped: tuple[Skipped, ...]
    stopped: tuple[tuple[str, int], ...]


def pilot_result(session: Session, pilot: Campaign) -> PilotResult:
    """Return what a pilot showed up to now."""
    instrument = get_instrument(session, pilot.instrument_digest)
    answers = queries.list_answers(session, pilot.id)
    seconds = [one.seconds for one in answers if one.seconds is not None]
    return PilotResult(
        homes=queries.count_homes(session, pilot.id),
        answers=len(answers),
        timed=len(seconds),
        median_seconds=int(median(seconds)) if seconds else None,
        skipped=skipped_items(instrument, answers),
        stopped=stopped_pages(instrument, queries.list_unfinished(session, pilot.id)),
    )


def skipped_items(instrument: Instrument, answers: Sequence[PilotAnswer]) -> tuple[Skipped, ...]:
    """Return the items somebody was asked and left out; "no experience" is an answer.

    A box that is not ticked is no question left out.
    """
    ticks = {item.code for item in instrument.items if item.kind is ItemKind.TICK}
    asked: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for one in answers:
        read = decode(instrument, one.vector)
        planned = (read.asked - read.triggered) - ticks
        asked.update(planned)
        left_out.update(planned - read.values.keys() - read.missing.keys())
    found = [Skipped(item, asked[item], count) for item, count in left_out.items()]
    return tuple(sorted(found, key=lambda one: (-one.skipped / one.asked, -one.asked, one.item)))


def stopped_pages(instrument: Instrument, drafts: Iterable[Draft]) -> tuple[tuple[str, int], ...]:
    """Return the page each unfinished form stopped at: the one after the last that was saved."""
    order = [section.id for section in instrument.sections]
    elder = {section.id for section in instrument.sections if section.elder}
    stopped: Counter[str] = Counter()
    for draft in drafts:
        pages = [page for page in order if draft.form == FULL or page in elder]
        saved = [at for at, page in enumerate(pages) if page in read_pace(draft)]
        at = 1 + max(saved) if saved else 0
        stopped[pages[min(at, len(pages) - 1)]] += 1
    return tuple((page, stopped[page]) for page in order if stopped[page])
