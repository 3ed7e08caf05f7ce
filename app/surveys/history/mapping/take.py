"""Rows of a foreign file through a column map to answer codes, and all that was lost. Pure."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.analysis.data.dataset import BLANK, NO_EXPERIENCE, NOT_ASKED, Role
from app.surveys.history.errors import MapError, MapProblem
from app.surveys.history.mapping.column_map import HistoryMap, ScaleRule
from app.surveys.history.mapping.headings import SEPARATORS, SKIPPED
from app.surveys.history.mapping.loss import Loss, Losses, LossKind
from app.surveys.history.mapping.targets import ATTRIBUTE, KEYS, OVERALL, PICK, Target
from app.surveys.history.reading.data import SourceData

MOST_STRANGE = 0.2  # of a column's values: more are a sign of a wrong map
MOST_WEIGHTS = 40  # different weights kept as they are
_PICKED, _NOT_PICKED = 1, 2
_NO = frozenset({"", "0", "否", "未选", "未选中", "n", "no", "false", *SKIPPED})
_HEADLINE = ("performance", "perceived")


@dataclass(frozen=True, slots=True)
class TakenColumn:
    """One column of codes: what it is to a study, on the scale of the file.

    Attributes:
        code, role, item, points, satisfied, area: As of `analysis.data.dataset.Column`.
        is_alike: Asked on the same scale as here, and in the same words as far as the map says.
    """

    code: str
    role: str
    item: str
    points: tuple[int, ...]
    satisfied: tuple[int, ...]
    area: str
    is_alike: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file gives through a map.

    Attributes:
        columns: What the codes are.
        codes: One byte per column, by row kept.
        places: Word of the community of every row kept; empty without a community.
        homes: Name of the home of every row, empty without one.
        groups: Replicate group of every row as the file says; empty without.
        weights: Weight of every row; empty without.
        days: Day of answering, ISO, empty where unknown.
        rows: Rows of the file.
        losses: What was not taken.
        otherwise: Targets that cannot be compared.
    """

    columns: tuple[TakenColumn, ...]
    codes: tuple[bytes, ...]
    places: tuple[str, ...]
    homes: tuple[str, ...]
    groups: tuple[int, ...]
    weights: tuple[float, ...]
    days: tuple[str, ...]
    rows: int
    losses: tuple[Loss, ...]
    otherwise: tuple[str, ...]


@dataclass(slots=True)
class _Kept:
    """The rows kept so far."""

    codes: list[bytes] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    homes: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    days: list[str] = field(default_factory=list)


_Reader = Callable[[tuple[str, ...], int], int]


def check_map(
    found: HistoryMap, data: SourceData, targets: Mapping[str, Target], known: Iterable[str]
) -> None:
    """Check a map against a file and an instrument.

    Args:
        found: The map.
        data: The file.
        targets: What the instrument can take.
        known: Codes of the communities of the register.

    Raises:
        MapError: It names columns, targets or communities that do not exist, or no rating.
    """
    problems: list[MapProblem] = []
    ratings = [key for key in found.columns if key not in KEYS]
    for key in ratings:
        if key not in targets:
            problems.append(MapProblem("unknown_target", key))
        elif targets[key].scale is not None and found.rule(key) is None:
            problems.append(MapProblem("bad_scale", key))
    problems += [
        MapProblem("unknown_column", name)
        for name in (*found.columns.values(), *found.picks, *filter(None, found.only[:1]))
        if data.place(name) is None
    ]
    at = data.place(found.only[0]) if found.only[0] else None
    if at is not None and found.only[1] not in data.values(at):
        problems.append(MapProblem("no_such_rows", *found.only))
    codes = {*known, ""}
    for word, code in [*found.places.items(), ("", found.community)]:
        if code not in codes:
            problems.append(MapProblem("unknown_community", word, code))
    areas = {one.item for one in targets.values()}
    problems += [
        MapProblem("unknown_target", word, area)
        for word, area in found.pick_words.items()
        if area not in areas
    ]
    rated = (key for key in ratings if key in targets)
    if not any(key == OVERALL or key.partition(".")[0] in _HEADLINE for key in rated):
        problems.append(MapProblem("nothing_mapped"))
    if problems:
        raise MapError(tuple(problems))


def take(found: HistoryMap, data: SourceData, targets: Mapping[str, Target]) -> Taken:
    """Take what a map names from a file.

    Args:
        found: A map that was checked against both.
        data: The file.
        targets: What the instrument can take.

    Raises:
        MapError: More than a fifth of a column's values are no answers of its scale.
    """
    losses = Losses()
    columns, readers = _columns(found, data, targets, losses)
    kept = _rows(found, data, (columns, readers), losses)
    _refuse_strange(found, data, losses)
    _note_columns(found, data, losses)
    _note_items(found, targets, losses)
    otherwise = tuple(key for key in found.columns if _differs(found, targets, key))
    for line in data.cut:
        losses.add(LossKind.CUT, line)
    weights = _classed(kept.weights, losses) if "weight" in found.columns else ()
    return Taken(
        columns=columns,
        codes=tuple(kept.codes),
        places=tuple(kept.places),
        homes=tuple(kept.homes) if "household" in found.columns else (),
        groups=tuple(kept.groups) if "replicates" in found.columns else (),
        weights=weights,
        days=tuple(kept.days) if "answered" in found.columns else (),
        rows=len(data.rows),
        losses=losses.entries(),
        otherwise=otherwise,
    )


def _columns(
    found: HistoryMap, data: SourceData, targets: Mapping[str, Target], losses: Losses
) -> tuple[tuple[TakenColumn, ...], list[_Reader]]:
    columns: list[TakenColumn] = []
    readers: list[_Reader] = []
    ticks: dict[str, str] = {}
    for key, target in targets.items():
        name = found.columns.get(key)
        rule = found.rule(key)
        if name is not None and target.role == Role.PRIORITY:
            ticks[target.item] = name
        elif name is not None and rule is not None:
            columns.append(_column(target, rule, is_alike=not _differs(found, targets, key)))
            readers.append(_rating(name, data.place(name) or 0, rule, losses))
    areas = tuple(one.item for one in targets.values() if one.role == Role.PRIORITY)
    if found.picks or ticks:
        for area in areas:
            code = f"priority.{area}"
            columns.append(TakenColumn(code, Role.PRIORITY, area, (1, 0), (), area, True))
        readers += _picks(found, data, areas, ticks, losses)
    return tuple(columns), readers


def _column(target: Target, rule: ScaleRule, *, is_alike: bool) -> TakenColumn:
    area = target.item if target.role not in (Role.OVERALL, Role.LOYALTY) else ""
    if target.role == Role.ATTRIBUTE:
        area = target.item.partition(".")[0]
    return TakenColumn(
        target.key, target.role, target.item, rule.points, rule.satisfied, area, is_alike
    )


def _rating(name: str, at: int, rule: ScaleRule, losses: Losses) -> _Reader:
    known: dict[str, int] = dict.fromkeys(("", *SKIPPED), BLANK)
    known.update(dict.fromkeys(rule.none, NO_EXPERIENCE))
    points = {point: position for position, point in enumerate(rule.points, 1)}
    for point in rule.points:
        best_first = rule.low + rule.high - point
        position = points[best_first if rule.is_reversed else point]
        for text in (str(point), f"{point}.0", f"{point}分"):
            known.setdefault(text, position)
    known.update({word: points[point] for word, point in rule.words.items()})

    def read(row: tuple[str, ...], line: int) -> int:
        code = known.get(row[at])
        if code is None:
            losses.add(LossKind.VALUE, line, column=name, value=row[at])
            return BLANK
        return code

    return read


def _picks(
    found: HistoryMap,
    data: SourceData,
    areas: tuple[str, ...],
    ticks: Mapping[str, str],
    losses: Losses,
) -> list[_Reader]:
    """Return a reader for every area; the first one of a row looks at all pick columns."""
    named = [(name, data.place(name) or 0) for name in found.picks]
    ticked = {area: data.place(name) or 0 for area, name in ticks.items()}
    words = {**{area: area for area in areas}, **found.pick_words}
    nothing = frozenset({*found.none_words, *SKIPPED, ""})
    chosen: set[str] = set()

    def look(row: tuple[str, ...], line: int) -> None:
        chosen.clear()
        chosen.update(area for area, at in ticked.items() if row[at].casefold() not in _NO)
        for name, at in named:
            whole = row[at]
            parts = [whole] if whole in words or whole in nothing else SEPARATORS.split(whole)
            for part in (one.strip() for one in parts):
                if part in words:
                    chosen.add(words[part])
                elif part not in nothing:
                    losses.add(LossKind.PICK, line, column=name, value=part)

    def reader(area: str, *, is_first: bool) -> _Reader:
        def read(row: tuple[str, ...], line: int) -> int:
            if is_first:
                look(row, line)
            return _PICKED if area in chosen else _NOT_PICKED

        return read

    return [reader(area, is_first=at == 0) for at, area in enumerate(areas)]


def _rows(
    found: HistoryMap,
    data: SourceData,
    how: tuple[tuple[TakenColumn, ...], list[_Reader]],
    losses: Losses,
) -> _Kept:
    columns, readers = how
    answers = [at for at, one in enumerate(columns) if one.role != Role.PRIORITY]
    at = {key: data.place(found.columns[key]) for key in KEYS if key in found.columns}
    kept, seen = _Kept(), set[tuple[str, str]]()
    only = data.place(found.only[0]) if found.only[0] else None
    for row, line in zip(data.rows, data.lines, strict=True):
        if only is not None and row[only] != found.only[1]:
            losses.add(LossKind.ROW_OTHER, line, column=found.only[0])
            continue
        keys = {key: row[place] if place is not None else "" for key, place in at.items()}
        codes = bytes(read(row, line) for read in readers)
        if all(codes[k] in (BLANK, NOT_ASKED) for k in answers):
            losses.add(LossKind.ROW_EMPTY, line)
            continue
        place = found.community or keys.get("community", "")
        if not _take_keys(kept, keys, (place, line), seen, losses):
            continue
        if not found.community and not found.places.get(place):
            losses.add(LossKind.PLACE, line, value=place)
        kept.codes.append(codes)
        kept.places.append(place)
    return kept


def _take_keys(
    kept: _Kept,
    keys: Mapping[str, str],
    where: tuple[str, int],
    seen: set[tuple[str, str]],
    losses: Losses,
) -> bool:
    """Keep home, group, weight and day of a row; say whether the row is taken at all."""
    place, line = where
    weight = _positive(keys["weight"]) if "weight" in keys else 1.0
    group = _whole(keys["replicates"]) if "replicates" in keys else 0
    home = (place, keys.get("household", ""))
    if not weight:
        losses.add(LossKind.ROW_WEIGHT, line, value=keys["weight"])
        return False
    if group is None:
        losses.add(LossKind.ROW_GROUP, line, value=keys["replicates"])
        return False
    if home[1] and home in seen:
        losses.add(LossKind.ROW_AGAIN, line)
        return False
    seen.add(home)
    day = _day(keys.get("answered", ""))
    if keys.get("answered") and not day:
        losses.add(LossKind.DAY, line)
    kept.homes.append(home[1])
    kept.groups.append(group)
    kept.weights.append(weight)
    kept.days.append(day)
    return True


def _whole(text: str) -> int | None:
    plain = text.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else None


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0


def _day(text: str) -> str:
    """Return the day of a time such as 2024/6/5 12:00:00; empty where it is none."""
    parts = re.split(r"[-/.]", re.split(r"[T ]", text, maxsplit=1)[0])
    if len(parts) != 3 or not all(one.isascii() and one.isdigit() for one in parts):
        return ""
    year, month, day = (int(one) for one in parts)
    is_day = 1900 < year < 2200 and 1 <= month <= 12 and 1 <= day <= 31
    return f"{year:04}-{month:02}-{day:02}" if is_day else ""


def _classed(weights: list[float], losses: Losses) -> tuple[float, ...]:
    """Return weights with at most `MOST_WEIGHTS` values: neighbours share their mean."""
    rounded = [float(f"{weight:.6g}") for weight in weights]
    if len(set(rounded)) <= MOST_WEIGHTS:
        return tuple(rounded)
    order = sorted(range(len(rounded)), key=lambda at: rounded[at])
    size = math.ceil(len(order) / MOST_WEIGHTS)
    for begin in range(0, len(order), size):
        members = order[begin : begin + size]
        mean = sum(rounded[at] for at in members) / len(members)
        for at in members:
            rounded[at] = float(f"{mean:.6g}")
    losses.add(LossKind.WEIGHTS, value=str(len(set(rounded))))
    return tuple(rounded)


def _refuse_strange(found: HistoryMap, data: SourceData, losses: Losses) -> None:
    problems = []
    for name in {*found.columns.values(), *found.picks}:
        at = data.place(name)
        filled = 0 if at is None else sum(1 for value in data.values(at) if value)
        strange = losses.count(LossKind.VALUE, name) + losses.count(LossKind.PICK, name)
        if strange > MOST_STRANGE * filled:
            problems.append(MapProblem("too_many_values", name, f"{strange}/{filled}"))
    if problems:
        raise MapError(tuple(sorted(problems, key=lambda one: one.where)))


def _note_columns(found: HistoryMap, data: SourceData, losses: Losses) -> None:
    taken = {*found.columns.values(), *found.picks, found.only[0]}
    for column in data.columns:
        if column.name not in taken:
            losses.add(LossKind.COLUMN, column=column.name)


def _note_items(found: HistoryMap, targets: Mapping[str, Target], losses: Losses) -> None:
    has_picks = bool(found.picks)
    has_attributes = any(key.startswith(f"{ATTRIBUTE}.") for key in found.columns)
    for key, target in targets.items():
        if key not in found.columns:
            is_asked = has_attributes or target.role != Role.ATTRIBUTE
            if is_asked and not (has_picks and key.startswith(f"{PICK}.")):
                losses.add(LossKind.ITEM, column=key)
            continue
        rule = found.rule(key)
        if rule is None or target.scale is None:
            continue
        if rule.points != target.scale.points:
            losses.add(LossKind.SCALE, column=key, value=f"{rule.low}-{rule.high}")
        if rule.is_reversed:
            losses.add(LossKind.REVERSED, column=key)
        if key in found.otherwise:
            losses.add(LossKind.WORDING, column=key)


def _differs(found: HistoryMap, targets: Mapping[str, Target], key: str) -> bool:
    """Say whether a rating was asked otherwise than here."""
    target, rule = targets.get(key), found.rule(key)
    if target is None or target.scale is None or rule is None:
        return False
    return key in found.otherwise or rule.points != target.scale.points
