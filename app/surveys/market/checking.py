"""From what was written to an interview, or to everything that is wrong with it. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.clock import BEIJING, beijing_date
from app.surveys.market.columns import (
    AGE,
    COMMUNITY,
    ELDER_AGES,
    END,
    INTERVIEW,
    INTERVIEWER,
    KEYS,
    KNOWN,
    PERFORMANCE,
    PHONE,
    SPONTANEOUS,
    START,
    Column,
    Company,
    Kind,
    companies_by_word,
)
from app.surveys.market.errors import Fault, MarketProblem

LIST_MARK = ";"
LONGEST_KEY = 40
LEAST_RATED = 6
_TIMES = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
_TICKS = {"0": "0", "1": "1"}


@dataclass(frozen=True, slots=True)
class Around:
    """What an interview is checked against.

    Attributes:
        columns: All columns.
        companies: Of the survey.
        places: Key of the community by its name.
        opens, closes: The survey's days: from the first instant, before the second.
        now: When it is delivered.
    """

    columns: tuple[Column, ...]
    companies: tuple[Company, ...]
    places: Mapping[str, int]
    opens: datetime
    closes: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview whose every value may stand where it stands.

    Attributes:
        number: The agency's name of it.
        interviewer: Who asked, as the agency names people.
        place: Community of the survey.
        started_at, ended_at: When.
        is_elder: With somebody of 60 or more.
        answers: Canonical JSON: column to value, empty ones left out.
        phone: Left for the agency's own check.
        line: Of the file.
    """

    number: str
    interviewer: str
    place: int
    started_at: datetime
    ended_at: datetime
    is_elder: bool
    answers: str
    phone: str | None = None
    line: int | None = None


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: MarketProblem, word: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.word = word[:60]


def check_interview(
    said: Mapping[str, str], around: Around, *, line: int | None = None
) -> tuple[Interview | None, tuple[Fault, ...]]:
    """Return an interview, or everything that is wrong with it.

    Args:
        said: Column to what was written.
        around: What it is checked against.
        line: Of the file.
    """
    faults: list[Fault] = []
    values: dict[str, str] = {}
    words = companies_by_word(around.companies)
    for column in around.columns:
        text = said.get(column.name, "").strip()
        if not text:
            if column.needed:
                faults.append(Fault(MarketProblem.EMPTY, line, column.name))
            continue
        try:
            value = _read(column, text, words, around)
        except _Wrong as wrong:
            faults.append(Fault(wrong.code, line, column.name, wrong.word))
            continue
        if value:
            values[column.name] = value
    _know(values)
    times = _times(values, around, faults, line)
    _enough(values, around, faults, line)
    if faults or times is None:
        return None, tuple(faults)
    answers = {name: value for name, value in values.items() if name not in (*KEYS, PHONE)}
    return (
        Interview(
            number=values[INTERVIEW],
            interviewer=values[INTERVIEWER],
            place=around.places[values[COMMUNITY]],
            started_at=times[0],
            ended_at=times[1],
            is_elder=values.get(AGE) in ELDER_AGES,
            answers=json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
            phone=values.get(PHONE),
            line=line,
        ),
        (),
    )


def read_time(text: str) -> datetime | None:
    """Return an instant written as Beijing time, None where it is none."""
    plain = text.strip().replace("T", " ")
    for form in _TIMES:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
    return None


def number_text(value: float) -> str:
    """Return a number as words that lose nothing; whole ones without a point."""
    return str(int(value)) if value.is_integer() else repr(value)


def _times(
    values: Mapping[str, str], around: Around, faults: list[Fault], line: int | None
) -> tuple[datetime, datetime] | None:
    start, end = (read_time(values.get(name, "")) for name in (START, END))
    if start is None or end is None:
        return None
    if end <= start:
        faults.append(Fault(MarketProblem.TIMES_REVERSED, line, END, values[END]))
    elif end > around.now:
        faults.append(Fault(MarketProblem.IN_FUTURE, line, END, values[END]))
    elif not around.opens <= start < around.closes:
        faults.append(
            Fault(MarketProblem.OUTSIDE_DAYS, line, START, beijing_date(start).isoformat())
        )
    return start, end


def _know(values: dict[str, str]) -> None:
    """Take whom somebody names unprompted as known, on the form and in a file."""
    named = [values[name] for name in (SPONTANEOUS, KNOWN) if name in values]
    if named:
        values[KNOWN] = LIST_MARK.join(dict.fromkeys(LIST_MARK.join(named).split(LIST_MARK)))


def _enough(
    values: Mapping[str, str], around: Around, faults: list[Fault], line: int | None
) -> None:
    """Refuse an interview that does not rate enough areas; "no experience" counts as rated."""
    names = [one.name for one in around.columns if one.name.startswith(PERFORMANCE)]
    rated = sum(name in values for name in names)
    faulty = any(fault.column.startswith(PERFORMANCE) for fault in faults)
    if rated < min(LEAST_RATED, len(names)) and not faulty:
        faults.append(Fault(MarketProblem.FEW_ANSWERS, line, f"{PERFORMANCE}*", str(rated)))


def _read(column: Column, text: str, words: Mapping[str, str], around: Around) -> str:
    """Return the canonical form of a cell.

    Raises:
        _Wrong: It may not stand there.
    """
    if column.kind is Kind.PLACE:
        if text not in around.places:
            raise _Wrong(MarketProblem.UNKNOWN_PLACE, text)
        return text
    if column.kind is Kind.COMPANIES:
        return _companies(column, text, words)
    return _READERS[column.kind](column, text, words)


def _text(_column: Column, text: str, _words: Mapping[str, str]) -> str:
    if len(text) > LONGEST_KEY:
        raise _Wrong(MarketProblem.TOO_LONG, text)
    return text


def _time(_column: Column, text: str, _words: Mapping[str, str]) -> str:
    found = read_time(text)
    if found is None:
        raise _Wrong(MarketProblem.NO_TIME, text)
    return f"{found:%Y-%m-%d %H:%M:%S}"


def _number(column: Column, text: str, _words: Mapping[str, str]) -> str:
    try:
        value = float(text)
    except ValueError as error:
        raise _Wrong(MarketProblem.NO_NUMBER, text) from error
    if not column.low <= value <= column.high:
        raise _Wrong(MarketProblem.OUT_OF_RANGE, text)
    return number_text(value)


def _choice(column: Column, text: str, _words: Mapping[str, str]) -> str:
    plain = text.removesuffix(".0").casefold()
    if plain not in column.codes:
        raise _Wrong(MarketProblem.UNKNOWN_CODE, text)
    return plain


def _choices(column: Column, text: str, words: Mapping[str, str]) -> str:
    return _joined(column, [_choice(column, one, words) for one in _parts(text)])


def _company(_column: Column, text: str, words: Mapping[str, str]) -> str:
    found = words.get(text.casefold())
    if found is None:
        raise _Wrong(MarketProblem.UNKNOWN_PROVIDER, text)
    return found


def _companies(column: Column, text: str, words: Mapping[str, str]) -> str:
    return _joined(column, [_company(column, one, words) for one in _parts(text)])


def _tick(_column: Column, text: str, _words: Mapping[str, str]) -> str:
    found = _TICKS.get(text.removesuffix(".0"))
    if found is None:
        raise _Wrong(MarketProblem.UNKNOWN_CODE, text)
    return "1" if found == "1" else ""


def _phone(_column: Column, text: str, _words: Mapping[str, str]) -> str:
    digits = "".join(one for one in text if one not in " -+()（）")
    if not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
        # The number itself stands in no report of what is wrong.
        raise _Wrong(MarketProblem.NO_PHONE, "")
    return digits


def _parts(text: str) -> list[str]:
    plain = text.replace("；", LIST_MARK)
    return [one.strip() for one in plain.split(LIST_MARK) if one.strip()]


def _joined(column: Column, codes: Sequence[str]) -> str:
    """Return a list in the order said, each entry once."""
    unique = list(dict.fromkeys(codes))
    if column.at_most and len(unique) > column.at_most:
        raise _Wrong(MarketProblem.TOO_MANY, LIST_MARK.join(unique))
    return LIST_MARK.join(unique)


_READERS: Mapping[Kind, Callable[[Column, str, Mapping[str, str]], str]] = {
    Kind.TEXT: _text,
    Kind.TIME: _time,
    Kind.NUMBER: _number,
    Kind.POINT: _choice,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.COMPANY: _company,
    Kind.TICK: _tick,
    Kind.PHONE: _phone,
}
