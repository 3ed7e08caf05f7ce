"""What the owner pages show: the steps of a form, the review, the words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from app.clock import BEIJING
from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.instrument.flow import Offer, sections_for
from app.surveys.instrument.model import PHRASE_MARK, Area, Instrument, Item, ItemRole, Section
from app.web.instrument_forms import Asked, InstrumentForm, Look, make_form_class

Raw = Mapping[str, Sequence[str]]

DECK_FROM = 2  # so many questions of one tap each are dealt one at a time
ONE_TAP = frozenset({Look.WORDS, Look.LIST, Look.PAD})
_DATES = {
    "zh-Hans": ("zh_Hans", "M月d日（EEE）", "M月d日 HH:mm"),
    "zh-Hant": ("zh_Hant", "M月d日（EEE）", "M月d日 HH:mm"),
    "en": ("en", "EEEE d MMMM", "d MMMM, HH:mm"),
}
_LISTED = {"zh-Hans": "、", "zh-Hant": "、", "en": ", "}
_PHRASED = {"zh-Hans": "，", "zh-Hant": "，", "en": ", "}


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form: a section, or one area of the tolerance section.

    Attributes:
        section: The section, its items narrowed to what this home is asked.
        items: What the page asks.
        area: The area of a tolerance page.
        place: Number of the area among those of the section, from 1.
        places: How many areas the section has.
    """

    section: Section
    items: tuple[Item, ...]
    area: Area | None = None
    place: int = 1
    places: int = 1

    @property
    def name(self) -> str:
        """Return the last part of the page's address."""
        return f"{self.section.id}/{self.area.code}" if self.area else self.section.id

    def title(self, language: str) -> str:
        """Return the short name of the page."""
        text = self.area.name if self.area else self.section.title
        return text.plain(language) or self.section.text.plain(language)

    def form_class(self, instrument: Instrument, language: str) -> type[InstrumentForm]:
        """Build the form of the page."""
        return make_form_class(instrument, self.items, language)

    def filled(self, instrument: Instrument, language: str, raw: Raw) -> InstrumentForm:
        """Return the form of the page with what is saved."""
        form_class = self.form_class(instrument, language)
        data = {
            name: list(values) if asked.look is Look.TICKS else values[0]
            for name, asked in form_class.asked.items()
            if (values := raw.get(name))
        }
        return form_class(formdata=None, data=data)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One answer as the owner reads it before sending.

    Attributes:
        question: What was asked.
        answer: What was chosen, in words; empty when left blank.
        step: Name of its page.
        field: Name of its field on that page.
        is_short: The answer is a word or a number and fits beside the question.
    """

    question: str
    answer: str
    step: str
    field: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """The answers of one section."""

    title: str
    rows: tuple[ReviewRow, ...]

    @property
    def answered(self) -> int:
        """Return how many of the rows hold an answer."""
        return sum(1 for row in self.rows if row.answer)


def list_steps(
    instrument: Instrument, offer: Offer, form: str, answers_so_far: Mapping[str, int]
) -> tuple[Step, ...]:
    """List the pages of this home's form in order, given what it has answered."""
    steps: list[Step] = []
    for section in sections_for(instrument, offer, form, answers_so_far):
        items = tuple(instrument.item(code) for code in section.items)
        if section.kind != "tolerance":
            steps.append(Step(section, items))
            continue
        codes = list(dict.fromkeys(item.area for item in items if item.area))
        for place, code in enumerate(codes, 1):
            own = tuple(item for item in items if item.area == code)
            steps.append(Step(section, own, instrument.area(code), place, len(codes)))
    return tuple(steps)


def is_deck(form: InstrumentForm) -> bool:
    """Say whether the questions of a page are dealt one at a time."""
    looks = {asked.look for asked in form.asked.values()}
    return len(form.asked) >= DECK_FROM and looks <= ONE_TAP


def is_fork(instrument: Instrument, step: Step) -> bool:
    """Say whether answers on a page decide what is asked after it."""
    sources = {item.show_if for item in instrument.items}
    return any(
        item.code in sources
        or (item.role is ItemRole.PERFORMANCE and item.area is not None and item.attribute is None)
        for item in step.items
    )


def review_groups(
    instrument: Instrument, steps: Sequence[Step], raw: Raw, language: str
) -> tuple[ReviewGroup, ...]:
    """Say every answer in words, page by page; a question left blank shows so."""
    groups: dict[str, list[ReviewRow]] = {}
    titles: dict[str, str] = {}
    for step in steps:
        asked = step.form_class(instrument, language).asked
        titles[step.section.id] = step.section.title.plain(language)
        rows = groups.setdefault(step.section.id, [])
        if step.area is not None:
            rows.append(_tolerance_row(step, asked, raw, language))
        else:
            rows += [
                ReviewRow(
                    one.words.replace(PHRASE_MARK, ""),
                    _answer_words(one, raw.get(name, ())),
                    step.name,
                    name,
                    is_short=one.look is Look.WORDS,
                )
                for name, one in asked.items()
            ]
    return tuple(ReviewGroup(titles[key], tuple(rows)) for key, rows in groups.items())


def _answer_words(asked: Asked, values: Sequence[str]) -> str:
    if asked.look in (Look.LINES, Look.LINE):
        return "\n".join(values)
    joined = _LISTED[current_language()].join(asked.words_of(value) for value in values)
    if asked.look is Look.PAD and values and values[0].isdigit():
        most = max(int(choice.value) for choice in asked.points)
        return _("{point} of {most}", point=joined, most=most)
    return joined.replace(PHRASE_MARK, "")


def _tolerance_row(step: Step, asked: Mapping[str, Asked], raw: Raw, language: str) -> ReviewRow:
    parts = [
        _("{name} {answer}", name=short_name(one.item.role), answer=one.words_of(values[0]))
        for name, one in asked.items()
        if (values := raw.get(name))
    ]
    words = _PHRASED[current_language()].join(parts).replace(PHRASE_MARK, "")
    return ReviewRow(step.title(language), words, step.name, next(iter(asked)), is_short=False)


def short_name(role: ItemRole) -> str:
    """Name a question of the tolerance page on its chip and in the review."""
    return {
        ItemRole.IMPORTANCE: _("Matters"),
        ItemRole.ADEQUATE: _("Least"),
        ItemRole.DESIRED: _("Ideal"),
        ItemRole.PERCEIVED: _("Now"),
    }[role]


def role_hint(role: ItemRole) -> str:
    """Return the line of help below a question of the tolerance page."""
    return {
        ItemRole.IMPORTANCE: _("Compared with the other areas."),
        ItemRole.ADEQUATE: _("One point lower would not be acceptable."),
        ItemRole.DESIRED: _("At this score you would be satisfied."),
        ItemRole.PERCEIVED: _("Your impression of the last six months."),
    }[role]


def tolerance_words() -> str:
    """Return the words the script of the tolerance page speaks with, as JSON for an attribute."""
    words = {
        "na": _("n/a"),
        "least": short_name(ItemRole.ADEQUATE),
        "ideal": short_name(ItemRole.DESIRED),
        "now": short_name(ItemRole.PERCEIVED),
        "prev": _("Just now: {q}, {v}"),
        "lowest": _("Below {a} is not acceptable to you."),
        "hoped": _("{z} is your ideal."),
        "below": _("Now {w}: {g} below the least you accept."),
        "within": _("Now {w}: acceptable, {g} short of your ideal."),
        "reached": _("Now {w}: your ideal is reached."),
        "unknown": _("How it is now you do not know, so there is no score."),
        "ask": _(
            "Your least is {a} and your ideal is {z}. The least is above the ideal. "
            "Is it the other way round?"
        ),
        "swap": _("Yes, swap them: least {a}, ideal {z}"),
    }
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def inverted_words(step: Step, raw: Raw) -> str | None:
    """Ask about the order when the least acceptable stands above the ideal, else None."""
    levels: dict[ItemRole, int] = {}
    for item in step.items:
        value = "".join(raw.get(item.code, ()))
        if item.role in (ItemRole.ADEQUATE, ItemRole.DESIRED) and value.isdigit():
            levels[item.role] = int(value)
    least, ideal = levels.get(ItemRole.ADEQUATE), levels.get(ItemRole.DESIRED)
    if least is None or ideal is None or least <= ideal:
        return None
    return _(
        "The least you chose ({least}) is above your ideal ({ideal}). If they were mixed up, "
        "change them. If it is right, just go on; it is kept as you chose.",
        least=least,
        ideal=ideal,
    )


def day_words(day: date) -> str:
    """Write a date as people say it: Monday 30 November."""
    locale, pattern, _moment = _DATES[current_language()]
    return format_date(day, pattern, locale=locale)


def moment_words(instant: datetime) -> str:
    """Write an instant in Beijing time, to the minute."""
    locale, _day, pattern = _DATES[current_language()]
    return format_datetime(instant, pattern, tzinfo=BEIJING, locale=locale)
