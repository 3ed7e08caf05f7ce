"""Column maps: which column of a data file answers which item of an instrument. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.analysis.data.dataset import Column, Role
from app.surveys.instrument.model import Instrument, Item, ItemRole
from app.surveys.snapshot.datafile import UnknownKeyError

_AREA_ROLES = {
    "performance": (Role.PERFORMANCE, ItemRole.PERFORMANCE),
    "importance": (Role.IMPORTANCE, ItemRole.IMPORTANCE),
    "adequate": (Role.ADEQUATE, ItemRole.ADEQUATE),
    "desired": (Role.DESIRED, ItemRole.DESIRED),
    "perceived": (Role.PERCEIVED, ItemRole.PERCEIVED),
    # A competitor is rated on the scale of the own performance.
    "competitor": (Role.COMPETITOR, ItemRole.PERCEIVED),
}


_LOYALTY = "loyalty"
_KEYS = ("community", "wave", "household", "replicates")


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the dataset and the column of the file it comes from.

    Attributes:
        column: Column of the dataset.
        name: Column of the file.
        missing: Words that mean "asked, no point".
        words: Words of the file to words of the instrument.
    """

    column: Column
    name: str
    missing: frozenset[str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column map, resolved against an instrument.

    Attributes:
        ratings: Rating columns in the order of the instrument.
        picks: Columns of the file that name picked areas.
        areas: Area codes that can be picked.
        pick_words: Words of the file to area codes.
        none_words: Words that mean "picked nothing".
        keys: Names of the columns for community, wave, household and replicates; empty when not
            mapped.
        segments: Name of every variable that splits the cells, and its column.
    """

    ratings: tuple[MappedColumn, ...]
    picks: tuple[str, ...]
    areas: tuple[str, ...]
    pick_words: Mapping[str, str]
    none_words: frozenset[str]
    keys: Mapping[str, str]
    segments: Mapping[str, str]

    def names(self) -> tuple[str, ...]:
        """Return the columns of the file that are needed, each once."""
        named = [source.name for source in self.ratings]
        known = [*filter(None, self.keys.values()), *self.segments.values()]
        return tuple(dict.fromkeys([*named, *self.picks, *known]))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedColumns:
    """Columns that a command or a plan names; they override the column map.

    Attributes:
        wave, community, replicates: Column of the file; empty leaves the map's.
        segments: Variables wanted besides those of the map; one the map does not name is the
            column of that name.
    """

    wave: str = ""
    community: str = ""
    replicates: str = ""
    segments: tuple[str, ...] = ()


def resolve_columns(
    column_map: Mapping[str, object],
    instrument: Instrument,
    named: NamedColumns,
) -> ColumnMap:
    """Understand a column map.

    Args:
        column_map: The map as written.
        instrument: Gives areas and scales.
        named: Columns named elsewhere.

    Raises:
        UnknownKeyError: A key, an area or a scale does not exist.
    """
    flat = dict(column_map)
    keys = {name: _name(flat.pop(name, ""), name) for name in _KEYS}
    given = {"wave": named.wave, "community": named.community, "replicates": named.replicates}
    keys.update({name: column for name, column in given.items() if column})
    segments = _segments(flat.pop("segments", ()))
    segments.update({name: name for name in named.segments if name not in segments})
    none_words = frozenset(_words(flat.pop("none_words", ())))
    value_map = flat.pop("value_map", {})
    if not isinstance(value_map, Mapping):
        raise UnknownKeyError("value_map")
    picks = flat.pop("importance", ())
    areas = tuple(area.code for area in instrument.areas)
    ratings = [
        _source(key, _name(name, key), instrument, _word_map(value_map, key.partition(".")[0]))
        for key, name in flat.items()
    ]
    ratings = _with_perceived(ratings)
    if not ratings:
        raise UnknownKeyError("columns")
    order = {area: place for place, area in enumerate(areas)}
    ratings.sort(key=lambda source: order.get(source.column.item, -1))
    return ColumnMap(
        ratings=tuple(ratings),
        picks=tuple(_words(picks)),
        areas=areas,
        pick_words=_word_map(value_map, "importance"),
        none_words=none_words,
        keys=keys,
        segments=segments,
    )


def _name(value: object, key: str) -> str:
    if not isinstance(value, (str, int)):
        raise UnknownKeyError(key)
    return str(value)


def _segments(value: object) -> dict[str, str]:
    """Return variable to column; a bare list names columns."""
    if isinstance(value, Mapping):
        return {str(name): _name(column, "segments") for name, column in value.items()}
    return {name: name for name in _words(value)}


def _words(value: object) -> Sequence[str]:
    return (
        [str(one) for one in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else [str(value)]
    )


def _word_map(value_map: Mapping[str, object], key: str) -> dict[str, str]:
    """Return the words that hold for one key: the common ones, then its own."""
    own = value_map.get(key)
    words = {str(k): str(v) for k, v in value_map.items() if not isinstance(v, Mapping)}
    if isinstance(own, Mapping):
        words.update({str(k): str(v) for k, v in own.items()})
    return words


def _source(key: str, name: str, instrument: Instrument, words: Mapping[str, str]) -> MappedColumn:
    kind, _, area = key.partition(".")
    if kind == "overall" and not area:
        item = _item_of(instrument, ItemRole.OVERALL, None, key)
        column = Column("overall", Role.OVERALL, "overall", (), ())
    elif kind in _AREA_ROLES and area:
        role, item_role = _AREA_ROLES[kind]
        item = _item_of(instrument, item_role, area, key)
        column = Column(key, role, area, (), (), area)
    elif kind == _LOYALTY and area:
        item = _loyalty_of(instrument, area, key)
        column = Column(key, Role.LOYALTY, area, (), ())
    else:
        raise UnknownKeyError(key)
    scale = instrument.scales[str(item.scale)]
    column = replace(column, points=scale.points, satisfied=scale.satisfied)
    return MappedColumn(column, name, frozenset(scale.missing), words)


def _item_of(instrument: Instrument, role: ItemRole, area: str | None, key: str) -> Item:
    """Return the item that gives the scale of a mapped column."""
    wanted = [role]
    if role in (ItemRole.PERFORMANCE, ItemRole.PERCEIVED):
        # Instruments may call the same rating by either name.
        wanted = [role, ItemRole.PERFORMANCE, ItemRole.PERCEIVED]
    for one in wanted:
        for item in instrument.items:
            is_same = item.role is one and item.area == area and item.attribute is None
            if is_same and item.scale is not None:
                return item
    raise UnknownKeyError(key)


def _loyalty_of(instrument: Instrument, code: str, key: str) -> Item:
    """Return the question about loyalty of this code."""
    for item in instrument.items:
        if item.role is ItemRole.LOYALTY and item.code == code and item.scale is not None:
            return item
    raise UnknownKeyError(key)


def _with_perceived(ratings: list[MappedColumn]) -> list[MappedColumn]:
    """Let performance stand for perceived where only the levels were mapped beside it."""
    known = {source.column.key: source for source in ratings}
    added: list[MappedColumn] = []
    for (role, item), source in known.items():
        level = known.get((Role.ADEQUATE, item))
        is_needed = role is Role.PERFORMANCE and (Role.PERCEIVED, item) not in known
        if is_needed and level is not None and level.column.points == source.column.points:
            column = replace(source.column, code=f"perceived.{item}", role=Role.PERCEIVED)
            added.append(replace(source, column=column))
    return ratings + added
