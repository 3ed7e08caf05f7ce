"""Forms of the entry face: the code of a sheet, and the sheet itself as lines of digits.

Every question is one line that takes digits: a point of the scale as printed, 0 for "no
experience", the number of an option, several numbers for ticks. What the digits mean comes from
the same forms the phone pages are built from; whether answers can be taken is decided by
`app.surveys.instrument.answers` alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wtforms import RadioField, StringField

from app.i18n import gettext as _
from app.surveys.instrument.answers import AnswerProblem
from app.surveys.instrument.flow import ELDER, FULL, Offer, sections_for
from app.surveys.instrument.model import PHRASE_MARK, Instrument, ItemRole
from app.web.fields import at_most, chosen, filled
from app.web.forms import Form
from app.web.instrument_forms import Asked, Look, make_form_class, problem_words

_NO_EXPERIENCE = "0"
_SEPARATORS = re.compile(r"[ ,]+")
_WIDE = str.maketrans("０１２３４５６７８９，、　", "0123456789,, ")
_LIMITS = (ItemRole.ADEQUATE, ItemRole.DESIRED, ItemRole.PERCEIVED)
_TEXTS = (Look.LINES, Look.LINE)


class FindForm(Form):
    """The code or link printed on a sheet, and which sheet it is."""

    code = StringField(validators=[filled, at_most(200)])
    form = RadioField(validators=[chosen], default=FULL, validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.form.choices = [(FULL, _("Usual sheet")), (ELDER, _("Large-print sheet"))]

    @property
    def token(self) -> str:
        """Return the token, also when the whole link was typed or scanned."""
        return str(self.code.data).strip().rstrip("/").rsplit("/", 1)[-1]


@dataclass(slots=True)
class Line:
    """One question of a sheet.

    Attributes:
        name: Field name.
        asked: The question as the phone page would show it.
        keys: What may be typed and what it stands for.
        about: The area, where the question itself does not name it.
        typed: What was typed.
        error: What is wrong with it.
    """

    name: str
    asked: Asked
    keys: tuple[tuple[str, str], ...]
    about: str = ""
    typed: str = ""
    error: str = ""

    @property
    def is_text(self) -> bool:
        """Say whether the line takes words instead of digits."""
        return self.asked.look in _TEXTS

    @property
    def words(self) -> str:
        """Return the question without phrase marks, after the area it is about."""
        question = self.asked.words.replace(PHRASE_MARK, "")
        return f"{self.about}{_(': ')}{question}" if self.about else question


@dataclass(slots=True)
class SheetSection:
    """The lines of one section under its printed heading."""

    title: str
    text: str
    lines: list[Line] = field(default_factory=list)


def make_sheet(
    instrument: Instrument, offer: Offer, *, form: str, language: str
) -> list[SheetSection]:
    """Return the lines of a household's sheet, in the order they are printed."""
    sheet = []
    for section in sections_for(instrument, offer, form):
        items = [instrument.item(code) for code in section.items]
        asked = make_form_class(instrument, items, language).asked
        lines = [
            Line(name, one, _keys(one), _about(instrument, one, language))
            for name, one in asked.items()
        ]
        sheet.append(
            SheetSection(section.title.plain(language), section.text.plain(language), lines)
        )
    return sheet


def read_sheet(sheet: Sequence[SheetSection], posted: Mapping[str, str]) -> dict[str, list[str]]:
    """Fill the lines with what was typed and return it as the fields the gate takes.

    A line that cannot be read gets its error; the fields returned then must not be used.
    """
    raw: dict[str, list[str]] = {}
    for line in lines_of(sheet):
        line.typed = posted.get(line.name, "")
        values = read_line(line)
        if values:
            raw[line.name] = values
    return raw


def refuse(sheet: Sequence[SheetSection], problems: Sequence[AnswerProblem]) -> list[str]:
    """Put each problem at its line; return the words of those that belong to no line."""
    lines = {item.code: line for line in lines_of(sheet) for item in line.asked.items}
    lines |= {line.name: line for line in lines_of(sheet)}
    elsewhere = []
    for problem in problems:
        if problem.item in lines:
            lines[problem.item].error = problem_words(problem)
        else:
            elsewhere.append(problem_words(problem))
    return elsewhere


def lines_of(sheet: Sequence[SheetSection]) -> list[Line]:
    """Return all lines of a sheet."""
    return [line for section in sheet for line in section.lines]


def _keys(asked: Asked) -> tuple[tuple[str, str], ...]:
    """Return what may be typed for a question, with its words."""
    if asked.look in _TEXTS:
        return ()
    if asked.look in (Look.WORDS, Look.PAD):
        points = [(choice.value, choice.words.replace(PHRASE_MARK, "")) for choice in asked.points]
        none = [(_NO_EXPERIENCE, choice.words) for choice in asked.missing[:1]]
        return (*points, *none)
    return tuple(
        (str(number), choice.words.replace(PHRASE_MARK, ""))
        for number, choice in enumerate(asked.choices, 1)
    )


def _about(instrument: Instrument, asked: Asked, language: str) -> str:
    item = asked.item
    if item.area is None or item.role not in _LIMITS:
        return ""
    return instrument.area(item.area).name.plain(language)


def typed_of(line: Line, values: Sequence[str]) -> str:
    """Return what would be typed for these values."""
    if line.is_text:
        return "".join(values)
    keys = [key for key, _words in line.keys]
    if line.asked.look in (Look.WORDS, Look.PAD):
        missing = {choice.value for choice in line.asked.missing}
        return " ".join(_NO_EXPERIENCE if one in missing else one for one in values)
    places = {choice.value: key for choice, key in zip(line.asked.choices, keys, strict=True)}
    return " ".join(places[one] for one in values if one in places)


def read_line(line: Line) -> list[str]:
    """Return the values of one line, or set its error."""
    if line.is_text:
        return [line.typed] if line.typed.strip() else []
    typed = line.typed.translate(_WIDE).strip(" ,")
    if not typed:
        return []
    known = [_value(line.asked, number) for number in _SEPARATORS.split(typed)]
    values = [value for value in known if value is not None]
    if len(values) < len(known):
        line.error = _("Type only the numbers shown beside the question.")
        return []
    if len(values) > 1 and line.asked.look is not Look.TICKS:
        line.error = _("One number only, please.")
        return []
    return values


def _value(asked: Asked, number: str) -> str | None:
    """Return the value a typed number stands for, None when it stands for nothing."""
    if asked.look in (Look.WORDS, Look.PAD):
        if number == _NO_EXPERIENCE and asked.missing:
            return asked.missing[0].value
        return number if number in {choice.value for choice in asked.points} else None
    place = int(number) if number.isdecimal() and len(number) < 4 else 0
    return asked.choices[place - 1].value if 1 <= place <= len(asked.choices) else None
