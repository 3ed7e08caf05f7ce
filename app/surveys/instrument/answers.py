"""The one gate of every channel: raw form fields in, checked answers out, or every mistake."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.surveys.instrument.flow import (
    FULL,
    Offer,
    field_name,
    field_value,
    is_planned,
    offered_items,
)
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Scale

# Fields of a form that carry no answer.
TRANSPORT_FIELDS = frozenset(
    {"csrf_token", "key", "page", "go", "form", "lang", "step", "order_seen", "skip"}
)
MAX_TEXT = 2000  # characters of a comment
MAX_NUMBER = 100  # characters of a telephone or WeChat number
MAX_PROBLEMS = 50

_REMOVED = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who may reply, and how and when.

    Attributes:
        wish: ``office_or_hq``, ``hq_only`` or ``no_reply``; None when only details were given.
        way: Option code of the way, e.g. ``phone``.
        when: Option code of the time of day.
        number: Telephone or WeChat number as written.
    """

    wish: str | None
    way: str | None = None
    when: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The checked answers of one household.

    Attributes:
        values: Item code -> scale point; 1 for a tick; place of the option (from 1) for a choice.
        missing: Item code -> code of the missing answer, e.g. ``na``.
        asked: Items of the vector that were asked, answered or not.
        triggered: Asked attributes that a low rating opened; never part of means.
        extra: Answered items outside the planned offer; never part of means.
        inverted: Areas whose lowest acceptable level is above the desired one.
        comments: Item code -> text, as written.
        contact: Contact wish, when given.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    triggered: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    inverted: frozenset[str] = frozenset()
    comments: Mapping[str, str] = field(default_factory=dict)
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """One answer that cannot be taken: where, what, and what its message needs."""

    item: str
    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)


class AnswersError(Exception):
    """Answers cannot be taken; carries every problem found."""

    def __init__(self, problems: Sequence[AnswerProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*(f"{p.item}: {p.code}" for p in self.problems[:5]))


def check_answers(
    instrument: Instrument,
    raw: Mapping[str, Sequence[str]],
    *,
    offer: Offer,
    form: str = FULL,
    final: bool = True,
) -> AnswerSet:
    """Check the fields of a form and make answers of them.

    Args:
        instrument: The questionnaire.
        raw: Field name -> posted values; names equal item codes, ticks share one field.
        offer: What the household is offered.
        form: ``full`` or ``elder``.
        final: A submitted answer, which must be valid; a draft need not be.

    Returns:
        The answers. What lies outside the offer is kept as `extra`; a lowest acceptable level
        above the desired one is accepted and flagged.

    Raises:
        AnswersError: Unknown fields or values, too many ticks, a text that is too long or holds
            NUL or a lone surrogate, or a final answer that is not valid.
    """
    gate = _Gate(instrument)
    for name, values in raw.items():
        if name not in TRANSPORT_FIELDS:
            gate.take(name, (values,) if isinstance(values, str) else tuple(values))
    gate.check_ticks()
    answers = _placed(instrument, gate, offer, form)
    if final:
        wrong = {problem.item for problem in gate.problems}  # wrong, so not missing as well
        gate.problems += (one for one in _invalid(instrument, answers) if one.item not in wrong)
    if gate.problems:
        raise AnswersError(gate.problems[:MAX_PROBLEMS])
    return answers


def is_valid(instrument: Instrument, answers: AnswerSet) -> bool:
    """Say whether the answers make a valid response (they count as returned)."""
    return not _invalid(instrument, answers)


def clean_text(text: str) -> str:
    """Remove NUL and lone surrogates and the space around; keep everything else as written."""
    return _REMOVED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class _Gate:
    """Takes one field after the other and collects answers and problems."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.values: dict[str, int] = {}
        self.missing: dict[str, str] = {}
        self.comments: dict[str, str] = {}
        self.contact: dict[str, str] = {}
        self.problems: list[AnswerProblem] = []
        self._single: dict[str, Item] = {}
        self._ticks: dict[str, dict[str, Item]] = {}
        for item in instrument.items:
            if item.kind is ItemKind.TICK:
                self._ticks.setdefault(field_name(item), {})[field_value(item)] = item
            else:
                self._single[field_name(item)] = item

    def refuse(self, item: str, code: str, **data: str | int) -> None:
        """Note a problem."""
        self.problems.append(AnswerProblem(item, code, data))

    def take(self, name: str, values: tuple[str, ...]) -> None:
        """Take the posted values of one field."""
        given = [value for value in values if value.strip()]
        if name in self._ticks:
            self._take_ticks(name, given)
            return
        item = self._single.get(name)
        if item is None:
            self.refuse(clean_text(name)[:60], "unknown_item")
        elif len(set(given)) > 1:
            self.refuse(item.code, "several_answers")
        elif given:
            self._take_one(item, given[0])

    def _take_ticks(self, name: str, given: Iterable[str]) -> None:
        options = self._ticks[name]
        for value in given:
            if value in options:
                self.values[options[value].code] = 1
            else:
                self.refuse(name, "unknown_option", value=clean_text(value)[:40])

    def _take_one(self, item: Item, value: str) -> None:
        if item.kind is ItemKind.TEXT:
            self._take_text(item, value)
        elif item.kind is ItemKind.RATE:
            self._take_point(item, self.instrument.scales[item.scale or ""], value)
        else:
            self._take_option(item, value)

    def _take_point(self, item: Item, scale: Scale, value: str) -> None:
        points = {str(point): point for point in scale.points}
        if value in points:
            self.values[item.code] = points[value]
        elif value in scale.missing:
            self.missing[item.code] = value
        else:
            self.refuse(item.code, "not_on_scale", value=clean_text(value)[:40])

    def _take_option(self, item: Item, value: str) -> None:
        places = {option.code: place for place, option in enumerate(item.options, 1)}
        if value not in places:
            self.refuse(item.code, "unknown_option", value=clean_text(value)[:40])
        elif item.role is ItemRole.CONTACT:
            self.contact[item.code] = value
        else:
            self.values[item.code] = places[value]

    def _take_text(self, item: Item, value: str) -> None:
        if _REMOVED.search(value):
            self.refuse(item.code, "unreadable")
            return
        text = clean_text(value)
        limit = MAX_NUMBER if item.role is ItemRole.CONTACT else MAX_TEXT
        if len(text) > limit:
            self.refuse(item.code, "too_long", limit=limit, length=len(text))
        elif text and item.role is ItemRole.CONTACT:
            self.contact[item.code] = text
        elif text:
            self.comments[item.code] = text

    def check_ticks(self) -> None:
        """Check how many were ticked, and that "none of these" stands alone."""
        for section in self.instrument.sections:
            ticked = [code for code in section.items if code in self.values]
            if section.at_most is not None and len(ticked) > section.at_most:
                self.refuse(section.items[0].split(".", 1)[0], "too_many", limit=section.at_most)
        for name, options in self._ticks.items():
            ticked_items = [item for item in options.values() if item.code in self.values]
            if len(ticked_items) > 1 and any(item.exclusive for item in ticked_items):
                self.refuse(name, "exclusive")

    def contact_wish(self) -> Contact | None:
        """Return the contact wish, None when nothing of it was given."""
        if not self.contact:
            return None
        parts = (self.contact.get(f"contact.{part}") for part in ("way", "when", "number"))
        return Contact(self.contact.get("contact"), *parts)


def _placed(instrument: Instrument, gate: _Gate, offer: Offer, form: str) -> AnswerSet:
    """Sort the answers into planned, triggered and extra ones."""
    shown = {item.code for item in offered_items(instrument, offer, gate.values, form=form)}
    in_full = {item.code for item in offered_items(instrument, offer, gate.values)}
    answered = gate.values.keys() | gate.missing.keys()
    ticked_pages = {
        item.section
        for item in instrument.items
        if item.kind is ItemKind.TICK and item.code in answered
    }
    # An owner may change between the forms on the way: planned answers stay planned.
    asked = shown | (answered & in_full)
    triggered = set()
    vector = set()
    for item in instrument.items:
        if not item.in_vector:
            continue
        vector.add(item.code)
        if item.kind is ItemKind.TICK and item.section in ticked_pages:
            asked.add(item.code)
        if item.code in asked and not is_planned(item, offer):
            triggered.add(item.code)
    return AnswerSet(
        values=gate.values,
        missing=gate.missing,
        asked=frozenset(asked & vector),
        triggered=frozenset(triggered),
        extra=frozenset(answered - asked),
        inverted=inverted_areas(instrument, gate.values),
        comments=gate.comments,
        contact=gate.contact_wish(),
    )


def inverted_areas(instrument: Instrument, values: Mapping[str, int]) -> frozenset[str]:
    """Return the areas whose lowest acceptable level is above the desired one."""
    limits: dict[str, dict[ItemRole, int]] = {}
    for item in instrument.items_with_role(ItemRole.ADEQUATE, ItemRole.DESIRED):
        if item.code in values and item.area is not None:
            limits.setdefault(item.area, {})[item.role] = values[item.code]
    return frozenset(
        area
        for area, levels in limits.items()
        if len(levels) == len((ItemRole.ADEQUATE, ItemRole.DESIRED))
        and levels[ItemRole.ADEQUATE] > levels[ItemRole.DESIRED]
    )


def _invalid(instrument: Instrument, answers: AnswerSet) -> list[AnswerProblem]:
    """List what keeps the answers from being valid."""
    answered = answers.values.keys() | answers.missing.keys()
    pages = {section.id: section.items for section in instrument.sections}
    problems = []
    for name, needed in instrument.valid_needs.items():
        codes = pages.get(name, (name,))
        blank = [code for code in codes if code not in answered]
        count = len(codes) - len(blank)
        if count < needed:
            data: dict[str, str | int] = {
                "answered": count,
                "needed": needed,
                "items": " ".join(blank),
            }
            code = f"missing_{name}" if len(codes) == 1 else f"too_few_{name}"
            problems.append(AnswerProblem(codes[0] if len(codes) == 1 else name, code, data))
    return problems
