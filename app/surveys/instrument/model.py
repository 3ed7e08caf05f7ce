"""An instrument (问卷) in memory: frozen objects, the same for every channel.

The YAML file is the only description of a questionnaire; these classes are its parsed form.
Everything that can be answered is an `Item`, and the order of `Instrument.items` is the order
of the columns of an answer vector, so it belongs to the identity of a version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

PHRASE_MARK = "｜"


class ItemRole(StrEnum):
    """What an answer measures; the statistics look at roles, never at codes."""

    EXPERIENCE = "experience"  # tick: applies to this home (filter of later items)
    OVERALL = "overall"  # overall satisfaction
    PRIORITY = "priority"  # picked among the areas that matter most (stated importance, pick)
    IMPORTANCE = "importance"  # importance as a rating (tolerance block)
    ADEQUATE = "adequate"  # lowest level still acceptable
    DESIRED = "desired"  # level hoped for
    PERCEIVED = "perceived"  # what is reached now, on the scale of adequate and desired
    PERFORMANCE = "performance"  # satisfaction rating of an area or an attribute
    RELATIONSHIP = "relationship"  # agreement with a statement
    HANDLING = "handling"  # how a complaint was dealt with (only households that complained)
    LOYALTY = "loyalty"  # recommendation, renewal
    NOTICED = "noticed"  # was the last improvement noticed
    PROFILE = "profile"  # who answers
    COMMENT = "comment"  # free text; never in the vector
    CONTACT = "contact"  # who may reply, how and when; never in the vector


class ItemKind(StrEnum):
    """How an item is answered."""

    RATE = "rate"  # one point of a scale
    TICK = "tick"  # yes or not; one item per option of a pick or multi-tick question
    CHOICE = "choice"  # one of a few worded options
    TEXT = "text"  # free text


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language of the instrument.

    Headings may hold phrase marks (``｜``): a page may break a line there, and only there.
    """

    by_language: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_language", MappingProxyType(dict(self.by_language)))

    def in_language(self, language: str) -> str:
        """Return the text in `language`, or in the first language when it is missing."""
        found = self.by_language.get(language)
        return found if found is not None else next(iter(self.by_language.values()))

    def plain(self, language: str) -> str:
        """Return the text in `language` without phrase marks, as print and exports need it."""
        return self.in_language(language).replace(PHRASE_MARK, "")


@dataclass(frozen=True, slots=True)
class Scale:
    """The points an owner chooses among, worst first.

    Attributes:
        code: Name used by sections, e.g. ``satisfaction5``.
        points: Consecutive integers, ascending; a higher point is better (or more).
        labels: Words of some or all points.
        satisfied: Points that count in the satisfied share (满意率); may be empty.
        missing: Answers that are no point, e.g. ``na`` (没接触过), with their words.
    """

    code: str
    points: tuple[int, ...]
    labels: Mapping[int, Text] = field(default_factory=dict)
    satisfied: tuple[int, ...] = ()
    missing: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One concrete statement within an area, with its place in the handbook's systems."""

    code: str
    text: Text
    factor: str
    element: str
    complaint_class: str
    departments: tuple[str, ...]
    show_if: str | None = None  # code of an experience option that must be ticked


@dataclass(frozen=True, slots=True)
class Area:
    """One of the service areas everything is measured by."""

    code: str
    name: Text
    hint: Text
    department: str
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockDesign:
    """Planned missingness: which areas a household is offered in depth.

    Attributes:
        blocks: Groups of area codes; a household's block is an index into this tuple.
        sizes: Pairs (upper bound of households, areas offered), ascending; the last bound is None.
    """

    blocks: tuple[tuple[str, ...], ...]
    sizes: tuple[tuple[int | None, int], ...]

    def areas_offered(self, households: int) -> int:
        """Return how many areas are asked in depth in a community of this many households."""
        for bound, offered in self.sizes:
            if bound is None or households < bound:
                return offered
        return self.sizes[-1][1]


@dataclass(frozen=True, slots=True)
class Option:
    """One worded option of a choice."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Item:
    """Anything that can be answered: one column of the vector, unless it is text or contact.

    Attributes:
        code: Unique, dotted, e.g. ``area.security`` or ``tolerance.security.desired``.
        kind: How it is answered.
        role: What it measures.
        section: Id of its section.
        text: What the owner reads.
        scale: Scale code when `kind` is RATE.
        options: Options when `kind` is CHOICE.
        area: Area code, where it belongs to one.
        attribute: Attribute code, where it is one.
        in_block: Asked only of households whose offer holds it: areas by block, some
            statements in turn.
        show_if: Code of an experience item that must be ticked first.
        hint: A line of help below the text.
        reverse: A relationship statement worded the other way round.
        elder: Also asked in the short large-text form, when its section is.
        exclusive: A tick that stands alone, e.g. "none of these".
    """

    code: str
    kind: ItemKind
    role: ItemRole
    section: str
    text: Text
    scale: str | None = None
    options: tuple[Option, ...] = ()
    area: str | None = None
    attribute: str | None = None
    in_block: bool = False
    show_if: str | None = None
    hint: Text | None = None
    reverse: bool = False
    elder: bool = True
    exclusive: bool = False

    @property
    def in_vector(self) -> bool:
        """Say whether its answer is stored in the answer vector."""
        return self.role not in (ItemRole.COMMENT, ItemRole.CONTACT)


@dataclass(frozen=True, slots=True)
class Section:
    """A page or card of the questionnaire.

    Attributes:
        id: Unique name, also the last part of its address on the phone.
        kind: ``ticks``, ``rate``, ``pick``, ``tolerance``, ``choices`` or ``comment``
            (comments and contact).
        title: Short name for progress and review.
        text: The question above the items.
        items: Codes of its items, in order.
        at_most: How many may be ticked (pick sections).
        required: At least one item must be answered before going on.
        elder: Also part of the short large-text form.
        rotate: How many of its items one household is offered, by rotation; None offers all.
    """

    id: str
    kind: str
    title: Text
    text: Text
    items: tuple[str, ...]
    hint: Text | None = None
    at_most: int | None = None
    required: bool = False
    elder: bool = True
    rotate: int | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """One published or draft version of a questionnaire.

    Attributes:
        code: Name of the questionnaire, the same in every version.
        version: Counts up from 1.
        kind: ``customer-perception``, ``market-standing``, ``call-back`` or ``external``.
        languages: The first is the source language.
        title: Name people read.
        minutes: Areas offered in depth -> promised minutes.
        scales: Scales by code.
        areas: Service areas in the order of their numbers.
        blocks: Planned missingness; None asks everybody everything.
        sections: Pages in the order they are asked.
        items: Everything that can be answered, in the order of the vector.
        valid_needs: Item code or section id -> least answers of a valid response; a missing
            answer such as "no experience" counts as answered.
        texts: Words around the questions (landing, thanks), templates with ``{placeholders}``.
        departments: Responsible departments by code, with their names.
        elder_minutes: Promised minutes of the large-text form.
    """

    code: str
    version: int
    kind: str
    languages: tuple[str, ...]
    title: Text
    minutes: Mapping[int, int]  # areas offered in depth -> promised minutes
    scales: Mapping[str, Scale]
    areas: tuple[Area, ...]
    blocks: BlockDesign | None
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    valid_needs: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    departments: Mapping[str, Text] = field(default_factory=dict)
    elder_minutes: int | None = None

    def item(self, code: str) -> Item:
        """Return the item with this code. Raises KeyError when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)

    def items_with_role(self, *roles: ItemRole) -> tuple[Item, ...]:
        """Return the items that measure one of `roles`, in vector order."""
        return tuple(item for item in self.items if item.role in roles)

    def area(self, code: str) -> Area:
        """Return the area with this code. Raises KeyError when there is none."""
        for area in self.areas:
            if area.code == code:
                return area
        raise KeyError(code)
