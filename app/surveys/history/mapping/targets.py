"""What a column of a foreign file can be taken as: the keys of a column map. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.surveys.instrument.model import Instrument, Item, ItemRole, Scale, Text

OVERALL = "overall"
# What a rating is to a study, as `analysis.data.dataset.Role` calls it; that module loads numpy.
PRIORITY, PERFORMANCE, PERCEIVED, LOYALTY = "priority", "performance", "perceived", "loyalty"
ATTRIBUTE = "attribute"  # one statement within an area
PICKS = "importance"  # columns that name picked areas
PICK = "pick"  # one column for each area: ticked or not
KEYS = ("community", "household", "replicates", "weight", "answered")
# Prefix of a target, which is also its role, and the roles in the instrument that give its scale.
_RATINGS: tuple[tuple[str, tuple[ItemRole, ...]], ...] = (
    ("performance", (ItemRole.PERFORMANCE, ItemRole.PERCEIVED)),
    ("importance", (ItemRole.IMPORTANCE,)),
    ("adequate", (ItemRole.ADEQUATE,)),
    ("desired", (ItemRole.DESIRED,)),
    ("perceived", (ItemRole.PERCEIVED, ItemRole.PERFORMANCE)),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A rating, or a pick, that a column may answer.

    Attributes:
        key: As a map names it: ``performance.security``.
        role: What it is to a study.
        item: Area, area and attribute, or code of the question.
        scale: Scale of the instrument; None for picks.
        titles: Words that a heading may hold: name of the area, text of the question.
        text: The question as this instrument asks it.
        area: Name of its area, None where it has none.
    """

    key: str
    role: str
    item: str
    scale: Scale | None
    titles: tuple[str, ...]
    text: str
    area: Text | None = None


def targets_of(instrument: Instrument, language: str) -> dict[str, Target]:
    """Return everything an instrument can take from a file, by key, in its order.

    Args:
        instrument: What the columns are held against.
        language: Of the titles, besides every other one the instrument has.
    """
    found: list[Target] = []
    overall = _overall(instrument)
    if overall is not None:
        found.append(_target(instrument, OVERALL, overall, (OVERALL, OVERALL), language))
    for prefix, roles in _asked(instrument):
        for area in instrument.areas:
            item = _rating(instrument, roles, area.code)
            if item is not None:
                about = (prefix, area.code)
                found.append(_target(instrument, f"{prefix}.{area.code}", item, about, language))
    if instrument.items_with_role(ItemRole.PRIORITY):
        for area in instrument.areas:
            titles = tuple(area.name.by_language.values())
            text = area.name.plain(language)
            key = f"{PICK}.{area.code}"
            found.append(Target(key, PRIORITY, area.code, None, titles, text, area.name))
    found += _attributes(instrument, language)
    for item in instrument.items_with_role(ItemRole.LOYALTY):
        if item.scale is not None:
            key = f"loyalty.{item.code}"
            found.append(_target(instrument, key, item, (LOYALTY, item.code), language))
    return {one.key: one for one in found}


def _asked(instrument: Instrument) -> list[tuple[str, tuple[ItemRole, ...]]]:
    """Return the ratings of areas; one rating that is called by two names is offered once."""
    has = {item.role for item in instrument.items if item.area is not None}
    rows = [row for row in _RATINGS if has & set(row[1])]
    if ItemRole.ADEQUATE not in has:
        rows = [row for row in rows if row[0] != "perceived"]
    elif ItemRole.PERFORMANCE not in has:
        rows = [row for row in rows if row[0] != "performance"]
    return rows


def _attributes(instrument: Instrument, language: str) -> list[Target]:
    """Return the statements within areas; what they are called says nothing of their area."""
    return [
        Target(
            f"{ATTRIBUTE}.{item.area}.{item.attribute}",
            ATTRIBUTE,
            f"{item.area}.{item.attribute}",
            instrument.scales[item.scale],
            tuple(dict.fromkeys(item.text.plain(one) for one in instrument.languages)),
            item.text.plain(language),
        )
        for item in instrument.items
        if item.role is ItemRole.PERFORMANCE
        and item.area is not None
        and item.attribute is not None
        and item.scale is not None
    ]


def _overall(instrument: Instrument) -> Item | None:
    rated = (one for one in instrument.items_with_role(ItemRole.OVERALL) if one.scale is not None)
    return next(rated, None)


def _rating(instrument: Instrument, roles: tuple[ItemRole, ...], area: str) -> Item | None:
    for role in roles:
        for item in instrument.items:
            is_same = item.role is role and item.area == area and item.attribute is None
            if is_same and item.scale is not None:
                return item
    return None


def _target(
    instrument: Instrument, key: str, item: Item, about: tuple[str, str], language: str
) -> Target:
    titles = [item.text.plain(one) for one in instrument.languages]
    if item.area is not None:
        titles += instrument.area(item.area).name.by_language.values()
    text = item.text.plain(language)
    return Target(
        key,
        *about,
        instrument.scales[str(item.scale)],
        tuple(dict.fromkeys(filter(None, titles))),
        text,
        None if item.area is None else instrument.area(item.area).name,
    )


def target_columns(chosen: Mapping[str, str | tuple[str, ...]]) -> dict[str, str]:
    """Return column to target of a map's columns; picks that name areas have the plain key."""
    found: dict[str, str] = {}
    for target, columns in chosen.items():
        for column in (columns,) if isinstance(columns, str) else columns:
            found[column] = target
    return found
