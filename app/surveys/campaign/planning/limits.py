"""What a day, a code or a sentence of a plan may be: beyond these it is a mistake of typing.

Pure.
"""

import re
import unicodedata
from datetime import date, timedelta

from app.surveys.campaign.errors import BadDatesError
from app.surveys.campaign.planning.errors import ReservedCodeError
from app.surveys.instrument.answers import clean_text

FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
LONGEST_DAYS = 120  # of collection
TALK_DAYS = 365  # before the first day: what owners said earlier is about another time
_TASKS_BEFORE, _TASKS_AFTER = timedelta(days=120), timedelta(days=400)

# A pilot is named after its campaign; the words are parts of addresses.
_PILOT_CODE = re.compile(r".*-p\d?")
_RESERVED = frozenset({"new", "letters"})
# Letters by their category, but nothing is seen of them: the fillers of Hangul.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")


def check_days(first: date, last: date) -> None:
    """Check the days of anything that stands in the calendar.

    Raises:
        BadDatesError: They lie outside the calendar, or end before they begin.
    """
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        raise BadDatesError(first, last)


def check_collection(opens_on: date, closes_on: date) -> None:
    """Check the first and the last day of a campaign.

    Raises:
        BadDatesError: As `check_days`, or it would last longer than `LONGEST_DAYS`.
    """
    check_days(opens_on, closes_on)
    if (closes_on - opens_on).days >= LONGEST_DAYS:
        raise BadDatesError(opens_on, closes_on)


def check_code(code: str) -> None:
    """Check that a code is free for campaigns.

    Raises:
        ReservedCodeError: It is one of a pilot, or a word of our addresses.
    """
    if code in _RESERVED or _PILOT_CODE.fullmatch(code):
        raise ReservedCodeError(code)


def task_days(opens_on: date, closes_on: date) -> tuple[date, date]:
    """Return the first and the last day a task of a campaign may have."""
    return opens_on - _TASKS_BEFORE, closes_on + _TASKS_AFTER


def words_in(text: str) -> str:
    """Return a text cleaned; nothing when no letter and no digit of it can be seen."""
    text = clean_text(text)
    says = any(unicodedata.category(one)[0] in "LN" and one not in _BLANK_LETTERS for one in text)
    return text if says else ""
