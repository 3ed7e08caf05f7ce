"""Words for outcomes of households and the lines of their timeline, in the reader's language."""

from app.followup.timeline import Entry
from app.reports import timeline_words
from app.reports.timeline_words import answer_way, contact_way, household_outcome
from app.web.words import exclusion_name

__all__ = ("answer_way", "contact_way", "entry_words", "household_outcome")


def entry_words(entry: Entry) -> str:
    """Return a line of the timeline without its date."""
    left = "" if entry.exclusion is None else exclusion_name(entry.exclusion)
    return timeline_words.entry_words(entry, exclusion=left)
