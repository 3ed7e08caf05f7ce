"""The codebook: what every column of an export is, in one language. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.exports import codes
from app.reports.exports.coarse import LEAST, WEEK
from app.reports.exports.safe import cleaned
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole, Scale
from app.surveys.response.vector import FIRST_MISSING

BESIDE = ".outside"  # ends the name of the column with what is kept out of means


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Variable:
    """One column.

    Attributes:
        name: Its heading in every form of file; of an item, the item's code.
        kind: What its cells are.
        measure: nominal, ordinal or scale, as SPSS says it.
        label: What it is, in a line.
        question: What the owner read; empty where nobody was asked.
        values: Words of the codes that are answers.
        missing: Words of the codes that are none.
        universe: Who was asked; empty where everybody was.
        role: What the item measures; empty for others.
        area: Area of the item, or empty.
        item: Code of the item, empty for what is known of the home.
        empty: What an empty cell of it means, where that is more than that nobody knows.
    """

    name: str
    kind: Kind
    measure: str
    label: str
    question: str = ""
    values: tuple[tuple[int, str], ...] = ()
    missing: tuple[tuple[int, str], ...] = ()
    universe: str = ""
    role: str = ""
    area: str = ""
    item: str = ""
    empty: str = ""

    @property
    def is_beside(self) -> bool:
        """Say whether it holds what is kept out of means."""
        return bool(self.item) and self.name != self.item


def codebook(instrument: Instrument) -> tuple[Variable, ...]:
    """Return every column of an export of answers, in order, in the language of the moment."""
    return (*_known(), *(one for item in items_of(instrument) for one in _pair(instrument, item)))


def items_of(instrument: Instrument) -> tuple[Item, ...]:
    """Return the items that are exported: all that is stored with the answers."""
    return tuple(item for item in instrument.items if item.in_vector)


def missing_kinds() -> tuple[tuple[int, str], ...]:
    """Return the missing codes every item may have, with their words."""
    return (
        (codes.NOT_ASKED, _("not asked")),
        (codes.OUTSIDE, _("answered outside its plan, kept out of means")),
        (codes.OPENED, _("asked because of a low rating, kept out of means")),
        (codes.UNREADABLE, _("mark cannot be read")),
        (codes.LEFT_BLANK, _("left blank")),
    )


def _known() -> Iterator[Variable]:
    """Yield the columns before the answers: what the snapshot keeps of the home."""
    left_out = _("left out: fewer than {least} homes would share it", least=LEAST)
    texts = (
        ("pseudonym", _("Random name of the home, in this survey only")),
        ("wave", _("Code of the survey")),
        ("community", _("Code of the community")),
        ("region", _("Code of the region")),
        ("estate_age", _("Age of the estate, in bands of years")),
        ("building", _("Building, if at least {least} homes share it", least=LEAST)),
        (
            "property",
            _("With or without a lift, if at least {least} homes share it", least=LEAST),
        ),
        ("tenure", _("Owner or let, on the opening day")),
        ("channel", _("How the answer came")),
    )
    for name, label in texts:
        empty = left_out if name in ("building", "property") else ""
        yield Variable(name, Kind.TEXT, "nominal", label, empty=empty)
    week = _(
        "Whole weeks from the opening to the answer, if at least {least} homes share it",
        least=LEAST,
    )
    yield Variable(WEEK, Kind.NUMBER, "scale", week, empty=left_out)
    group = _("Group for standard errors, 0 to 29, numbered anew in every export")
    yield Variable("replicate_group", Kind.NUMBER, "nominal", group)
    weight = _("Weight of the community: homes asked by homes that answered")
    yield Variable("weight", Kind.NUMBER, "scale", weight)


def _pair(instrument: Instrument, item: Item) -> Iterator[Variable]:
    """Yield the column of an item and the one beside it."""
    language = current_language()
    values = tuple(sorted(_values(instrument, item, language)))
    words = tuple(_words(instrument, item, language))
    named = _label(instrument, item, language)
    yield Variable(
        name=item.code,
        kind=Kind.CODE,
        measure="ordinal" if item.kind is ItemKind.RATE else "nominal",
        label=named,
        question=_question(instrument, item, language),
        values=values,
        missing=tuple(sorted((*missing_kinds(), *words))),
        universe=_universe(instrument, item, language),
        role=item.role.value,
        area=item.area or "",
        item=item.code,
    )
    apart = {codes.UNREADABLE, codes.LEFT_BLANK}
    yield Variable(
        name=f"{item.code}{BESIDE}",
        kind=Kind.CODE,
        measure="ordinal" if item.kind is ItemKind.RATE else "nominal",
        label=_("{name}: answer kept out of means", name=named),
        values=values,
        missing=tuple(sorted((*(one for one in missing_kinds() if one[0] in apart), *words))),
        universe=_("Homes that answered it without having been asked by plan"),
        role=item.role.value,
        area=item.area or "",
        item=item.code,
    )


def _values(instrument: Instrument, item: Item, language: str) -> Iterator[tuple[int, str]]:
    if item.kind is ItemKind.TICK:
        yield from ((0, _("not ticked")), (1, _("ticked")))
        return
    if item.kind is ItemKind.CHOICE:
        for number, option in enumerate(item.options, start=1):
            yield number, cleaned(option.text.plain(language))
        return
    scale = instrument.scales[item.scale or ""]
    for point in scale.points:
        yield point, _point(scale, point, language)


def _point(scale: Scale, point: int, language: str) -> str:
    """Return the words of a point; a point without any is its number."""
    label = scale.labels.get(point)
    return str(point) if label is None else cleaned(label.plain(language))


def _words(instrument: Instrument, item: Item, language: str) -> Iterator[tuple[int, str]]:
    for at, name in enumerate(codes.missing_words(instrument, item)):
        text = instrument.scales[item.scale or ""].missing[name]
        yield -(FIRST_MISSING + at), cleaned(text.plain(language))


def _label(instrument: Instrument, item: Item, language: str) -> str:
    """Return a short name: area and level where the question alone does not tell."""
    text = cleaned(item.text.plain(language)).replace("\n", " ")
    if item.area is None or item.attribute is not None:
        return text
    area = cleaned(instrument.area(item.area).name.plain(language))
    section = _section(instrument, item, language)[0]
    level = {
        ItemRole.ADEQUATE: _("lowest level accepted"),
        ItemRole.DESIRED: _("level hoped for"),
        ItemRole.PERCEIVED: _("level reached"),
        ItemRole.IMPORTANCE: _("importance"),
    }.get(item.role, section)
    return _("{area}: {name}", area=area, name=level or text)


def _question(instrument: Instrument, item: Item, language: str) -> str:
    """Return what the owner read: the question of the page and the line of the item."""
    asked, text = _section(instrument, item, language)[1], cleaned(item.text.plain(language))
    return text if asked in ("", text) else f"{asked} {text}"


def _section(instrument: Instrument, item: Item, language: str) -> tuple[str, str]:
    for section in instrument.sections:
        if section.id == item.section:
            return cleaned(section.title.plain(language)), cleaned(section.text.plain(language))
    return "", ""


def _universe(instrument: Instrument, item: Item, language: str) -> str:
    """Return who was asked."""
    found = []
    if item.in_block:
        found.append(_("Homes whose form holds it: forms take turns"))
    if item.show_if is not None:
        needed = cleaned(instrument.item(item.show_if).text.plain(language))
        found.append(_("Homes that ticked “{text}”", text=needed))
    return _("; ").join(found)
