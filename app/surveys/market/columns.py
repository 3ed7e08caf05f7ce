"""The columns of an interview: on forms, in files and in snapshots the same names. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.instrument.model import Instrument, ItemKind, Scale
from app.surveys.market.cards import Cards

INTERVIEW, INTERVIEWER, START, END = "interview", "interviewer", "start", "end"
COMMUNITY, PROVIDER, PHONE = "community", "provider", "phone"
KEYS = (INTERVIEW, INTERVIEWER, START, END, COMMUNITY)
OVERALL, FIT, BUILT = "overall", "fit", "built"
KNOWN, CONSIDERED, FIRST, NEVER = "step.known", "step.considered", "step.first", "never"
SPONTANEOUS, REASON, FEE_PAID, FEE_VIEW = "spontaneous", "reason", "fee_paid", "fee_view"
PERFORMANCE, IMPORTANCE, ADEQUATE, DESIRED = "performance.", "importance.", "adequate.", "desired."
IMAGE, NEED = "image.", "need."
SOURCES = ("previous", "second")
AGE = "age"
ELDER_AGES = frozenset({"to_74", "over_74"})
OLDEST_BUILDING = 1900


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"  # may have decimals
    POINT = "point"  # of a scale
    CHOICE = "choice"
    COMPANY = "company"
    COMPANIES = "companies"
    CHOICES = "choices"
    TICK = "tick"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Heading, and name of the field.
        kind: What a cell holds.
        needed: No cell may be empty.
        low, high: Ends of a number.
        codes: What may stand there, of points and choices; missing answers among them.
        at_most: Most entries of a list; 0 is any number.
    """

    name: str
    kind: Kind
    needed: bool = False
    low: float = 0.0
    high: float = 0.0
    codes: tuple[str, ...] = ()
    at_most: int = 0

    @property
    def is_number(self) -> bool:
        """Say whether a snapshot holds it as a number."""
        return self.kind in (Kind.NUMBER, Kind.POINT, Kind.TICK)


@dataclass(frozen=True, slots=True)
class Company:
    """A company as answers name it."""

    code: str
    name: str
    name_en: str


def columns_of(instrument: Instrument, cards: Cards, *, latest_year: int) -> tuple[Column, ...]:
    """Return all columns in the order of the questionnaire.

    Args:
        instrument: Scales, areas and profile.
        cards: Lists.
        latest_year: In which a building may have been finished.
    """
    areas = [area.code for area in instrument.areas]
    scales = {
        prefix: instrument.scales[instrument.item(f"tolerance.{areas[0]}.{role}").scale or ""]
        for prefix, role in (
            (IMPORTANCE, "importance"),
            (PERFORMANCE, "perceived"),
            (ADEQUATE, "adequate"),
            (DESIRED, "desired"),
        )
    }
    found = [
        Column(INTERVIEW, Kind.TEXT, needed=True),
        Column(INTERVIEWER, Kind.TEXT, needed=True),
        Column(START, Kind.TIME, needed=True),
        Column(END, Kind.TIME, needed=True),
        Column(COMMUNITY, Kind.PLACE, needed=True),
        Column(PROVIDER, Kind.COMPANY),
        *_profile(instrument, {"tenure", "years"}),
        Column(SPONTANEOUS, Kind.COMPANIES),
        Column(KNOWN, Kind.COMPANIES),
        Column(REASON, Kind.CHOICES, codes=cards.codes(REASON), at_most=cards.reasons_up_to),
    ]
    for prefix in (IMPORTANCE, PERFORMANCE, ADEQUATE, DESIRED):
        found += [_point(f"{prefix}{area}", scales[prefix]) for area in areas]
    found += [
        _point(OVERALL, instrument.scales[instrument.item(OVERALL).scale or ""], needed=True),
        Column(FEE_PAID, Kind.NUMBER, low=0.01, high=100.0),
        Column(FEE_VIEW, Kind.CHOICE, codes=cards.codes(FEE_VIEW)),
    ]
    for source in SOURCES:
        found.append(Column(source, Kind.COMPANY))
        found += [
            Column(f"{source}.{area}", Kind.POINT, codes=cards.codes("within")) for area in areas
        ]
    found += [Column(f"{IMAGE}{code}", Kind.COMPANIES) for code in cards.codes("image")]
    found += [Column(f"{NEED}{code}", Kind.TICK) for code in cards.codes("need")]
    found += [
        _point(FIT, instrument.scales["level10"]),
        Column(CONSIDERED, Kind.COMPANIES),
        Column(FIRST, Kind.COMPANIES, at_most=1),
        Column(NEVER, Kind.COMPANIES),
    ]
    found += [
        _point(item.code, instrument.scales[item.scale or ""])
        for item in instrument.items
        if item.section == "loyalty"
    ]
    found += _profile(instrument, {AGE, "household", "dwelling"})
    found.append(Column(BUILT, Kind.NUMBER, low=OLDEST_BUILDING, high=latest_year))
    found.append(Column(PHONE, Kind.PHONE))
    return tuple(found)


def profile_code(item: str) -> str:
    """Return the column of a question about the person."""
    return item.removeprefix("profile.")


def answer_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns that are answers: neither keys nor the telephone number."""
    return tuple(one for one in columns if one.name not in (*KEYS, PHONE))


def companies_by_word(companies: Sequence[Company]) -> Mapping[str, str]:
    """Return the code of a company by everything a file may call it."""
    found: dict[str, str] = {}
    for one in companies:
        for word in (one.name_en.casefold(), one.name.casefold(), one.code.casefold()):
            if word:
                found[word] = one.code
    return found


def _profile(instrument: Instrument, wanted: set[str]) -> list[Column]:
    return [
        Column(
            profile_code(item.code),
            Kind.CHOICE,
            codes=tuple(option.code for option in item.options),
        )
        for item in instrument.items
        if item.kind is ItemKind.CHOICE and profile_code(item.code) in wanted
    ]


def _point(name: str, scale: Scale, *, needed: bool = False) -> Column:
    codes = (*map(str, scale.points), *scale.missing)
    return Column(name, Kind.POINT, needed=needed, codes=codes)
