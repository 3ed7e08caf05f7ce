"""WTForms forms built at run time from the items of an instrument, for phones and for key entry.

A form says what a page shows and carries what was posted. Whether an answer can be taken is
decided in one place only, `app.surveys.instrument.answers`; its problems come back to the fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wtforms import (
    Field,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from app.i18n import gettext as _
from app.surveys.instrument.answers import MAX_NUMBER, MAX_TEXT, AnswerProblem
from app.surveys.instrument.flow import field_name, field_value
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Scale
from app.web.forms import Form

MAX_WORDED = 7  # a scale with more points is a pad of numbers, even when all have words


class Look(StrEnum):
    """How a page shows a field."""

    PAD = "pad"  # numbers with words at both ends
    WORDS = "words"  # a scale whose points all have words
    LIST = "list"  # worded options
    TICKS = "ticks"  # several may be ticked
    LINES = "lines"  # free text
    LINE = "line"  # one line of text


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tap.

    Attributes:
        value: What is posted.
        words: What is read; may hold phrase marks. Empty for a number without words.
        hint: A smaller line below.
        alone: A tick that excludes the others.
        missing: No point of the scale, e.g. "no experience".
    """

    value: str
    words: str
    hint: str = ""
    alone: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page needs to show one field.

    Attributes:
        items: The items behind it: one, or all ticks of one question.
        look: How it is shown.
        words: The question; may hold phrase marks.
        hint: A line of help.
        choices: What can be chosen, best first for worded scales, lowest first for numbers.
        limit: Most characters of a text.
    """

    items: tuple[Item, ...]
    look: Look
    words: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    limit: int = 0

    @property
    def item(self) -> Item:
        """The item, or the first of several ticks."""
        return self.items[0]

    @property
    def points(self) -> tuple[Choice, ...]:
        """The choices that are points of the scale."""
        return tuple(choice for choice in self.choices if not choice.missing)

    @property
    def missing(self) -> tuple[Choice, ...]:
        """The choices that are none."""
        return tuple(choice for choice in self.choices if choice.missing)

    def words_of(self, value: str) -> str:
        """Return what the owner chose, in words: the label, or the number itself."""
        found = next((one for one in self.choices if one.value == value), None)
        if found is None or (self.look is Look.PAD and not found.missing):
            return value
        return found.words


class InstrumentForm(Form):
    """A form whose fields are items; field names equal item codes, ticks share one field."""

    asked: Mapping[str, Asked] = {}

    @property
    def fields(self) -> tuple[tuple[Asked, Field], ...]:
        """The questions with their fields, in order."""
        return tuple((asked, self[name]) for name, asked in self.asked.items())

    @property
    def has_problems(self) -> bool:
        """Say whether any field was refused."""
        return any(field.errors for _asked, field in self.fields)

    def raw(self) -> dict[str, list[str]]:
        """Return what was posted, field by field; a field left blank is an empty list."""
        return {
            name: [value for value in self[name].raw_data or () if value.strip()]
            for name in self.asked
        }

    def refuse(self, problems: Iterable[AnswerProblem]) -> list[AnswerProblem]:
        """Put each problem at its field; return those that belong to no field of this form."""
        names = {
            item.code: name for name, asked in self.asked.items() for item in asked.items
        } | dict.fromkeys(self.asked, "")
        elsewhere = []
        for problem in problems:
            if problem.item not in names:
                elsewhere.append(problem)
                continue
            field = self[names[problem.item] or problem.item]
            field.errors = (*field.errors, problem_words(problem))
        return elsewhere


def make_form_class(
    instrument: Instrument, items: Sequence[Item], language: str
) -> type[InstrumentForm]:
    """Build the form of these items, in their order.

    Args:
        instrument: Gives the scales and the questions around ticks.
        items: What is asked; all ticks of one question become one field.
        language: Language of the words.
    """
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(field_name(item), []).append(item)
    members: dict[str, Any] = {}
    asked: dict[str, Asked] = {}
    for name, group in groups.items():
        asked[name] = _ask(instrument, tuple(group), language)
        members[name] = _field(asked[name])
    # WTForms binds fields in the order of their creation, which is the order of the items.
    return type("BuiltForm", (InstrumentForm,), {"asked": asked, **members})


def problem_words(problem: AnswerProblem) -> str:
    """Say to an owner what is wrong with one answer."""
    words = {
        "too_long": _("This text is too long: {length} characters, at most {limit} fit."),
        "unreadable": _("This text holds a sign that cannot be stored. Please type it again."),
        "too_many": _("Please tick at most {limit}."),
        "exclusive": _("Please tick either “none of these” or the others."),
        "several_answers": _("Please choose only one answer."),
        "blank": _("Please choose an answer here."),
        "wish_needed": _("You wrote something. Please choose who may reply."),
        "missing_overall": _("Please say how satisfied you are overall."),
    }
    found = words.get(problem.code)
    if found is None and problem.code.startswith("too_few_"):
        found = _("Please answer at least {needed} of these; {answered} are answered so far.")
    if found is None:
        found = _("Please choose one of the answers shown here.")
    return found.format_map(dict(problem.data))


def _ask(instrument: Instrument, group: tuple[Item, ...], language: str) -> Asked:
    item = group[0]
    if item.kind is ItemKind.TICK:
        return _ask_ticks(instrument, group, language)
    hint = item.hint.in_language(language) if item.hint else ""
    words = item.text.in_language(language)
    if item.kind is ItemKind.TEXT:
        is_line = item.role is ItemRole.CONTACT
        look, limit = (Look.LINE, MAX_NUMBER) if is_line else (Look.LINES, MAX_TEXT)
        return Asked(group, look, words, hint, limit=limit)
    if item.kind is ItemKind.CHOICE:
        options = tuple(Choice(one.code, one.text.in_language(language)) for one in item.options)
        return Asked(group, Look.LIST, words, hint, options)
    look, choices = _scale_choices(instrument.scales[item.scale or ""], language)
    return Asked(group, look, words, hint, choices)


def _ask_ticks(instrument: Instrument, group: tuple[Item, ...], language: str) -> Asked:
    section = next(one for one in instrument.sections if one.id == group[0].section)
    choices = tuple(
        Choice(
            field_value(one),
            one.text.in_language(language),
            one.hint.in_language(language) if one.hint else "",
            alone=one.exclusive,
        )
        for one in group
    )
    hint = section.hint.in_language(language) if section.hint else ""
    return Asked(group, Look.TICKS, section.text.in_language(language), hint, choices)


def _scale_choices(scale: Scale, language: str) -> tuple[Look, tuple[Choice, ...]]:
    """Numbers stand lowest first; words stand best first, as owners read them aloud."""
    points = tuple(
        Choice(
            str(point),
            scale.labels[point].in_language(language) if point in scale.labels else "",
        )
        for point in scale.points
    )
    missing = tuple(
        Choice(code, words.in_language(language), missing=True)
        for code, words in scale.missing.items()
    )
    if len(points) <= MAX_WORDED and all(point.words for point in points):
        return Look.WORDS, (*reversed(points), *missing)
    return Look.PAD, (*points, *missing)


def _field(asked: Asked) -> Field:
    choices = [SelectChoice(choice.value, choice.words) for choice in asked.choices]
    if asked.look is Look.TICKS:
        return SelectMultipleField(choices=choices, validate_choice=False)
    if asked.look is Look.LINES:
        return TextAreaField()
    if asked.look is Look.LINE:
        return StringField()
    return RadioField(choices=choices, validate_choice=False)
