"""The column map of a foreign file: what it says, as YAML and back. Pure.

``columns`` is written as in an external instrument file (docs/study-json.md) where that can say
it; ``pick.<area>``, ``weight``, ``answered``, ``scales``, ``places`` and ``otherwise`` are more.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ruamel.yaml import YAML

from app.surveys.history.errors import MapError, MapProblem
from app.surveys.history.mapping.targets import KEYS, PICKS
from app.surveys.instrument.yamltree import read_tree

FORMAT = "linsheng-history-map/1"
MOST_POINTS = 40
_LONGEST = 200
_TOP = (
    "format",
    "name",
    "instrument",
    "columns",
    "scales",
    "community",
    "places",
    "otherwise",
    "rows",
)
_SCALE = ("of", "low", "high", "better", "satisfied_from", "words", "none")


@dataclass(frozen=True, slots=True)
class ScaleRule:
    """How the values of some ratings are read.

    Attributes:
        of: Targets whose columns are answered so.
        low, high: Ends of the scale of the file.
        is_reversed: The lower number is the better one.
        satisfied_from: Least point, counted the better the higher, that is a satisfied one.
        words: Value of the file to point, counted the better the higher.
        none: Values that mean "no experience".
    """

    of: tuple[str, ...]
    low: int
    high: int
    is_reversed: bool = False
    satisfied_from: int | None = None
    words: Mapping[str, int] = field(default_factory=dict)
    none: tuple[str, ...] = ()

    @property
    def points(self) -> tuple[int, ...]:
        """Return the points, the worst first."""
        return tuple(range(self.low, self.high + 1))

    @property
    def satisfied(self) -> tuple[int, ...]:
        """Return the satisfied points: as the map says, else three quarters of the way up."""
        least = self.satisfied_from
        if least is None:
            return tuple(p for p in self.points if 4 * (p - self.low) >= 3 * (self.high - self.low))
        return tuple(point for point in self.points if point >= least)


@dataclass(frozen=True, slots=True)
class HistoryMap:
    """A column map.

    Attributes:
        name: What people call it.
        instrument: Digest of the instrument it was made for.
        columns: Target to the column that answers it.
        picks: Columns whose cells name picked areas.
        pick_words: Words of those cells to area codes.
        none_words: Words of them that mean "picked nothing".
        scales: How the ratings are read.
        community: Code of the one community all rows are about; empty where a column says it.
        places: Word of the community column to a code; an empty code counts for the company only.
        otherwise: Targets that were asked in other words than here: never compared.
        only: Column and value of the rows that are meant, where a file holds several campaigns;
            an empty column means all rows.
    """

    name: str
    instrument: str
    columns: Mapping[str, str]
    picks: tuple[str, ...] = ()
    pick_words: Mapping[str, str] = field(default_factory=dict)
    none_words: tuple[str, ...] = ()
    scales: tuple[ScaleRule, ...] = ()
    community: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    otherwise: tuple[str, ...] = ()
    only: tuple[str, str] = ("", "")

    def rule(self, target: str) -> ScaleRule | None:
        """Return how the values of a target are read."""
        return next((rule for rule in self.scales if target in rule.of), None)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what it says, without its name."""
        content = _plain(self) | {"name": ""}
        return hashlib.sha256(_yaml(content).encode()).hexdigest()


def to_yaml(found: HistoryMap) -> str:
    """Return a map as a YAML file."""
    return _yaml(_plain(found))


def _yaml(content: object) -> str:
    out = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.allow_unicode = True
    writer.default_flow_style = False
    writer.width = 4096
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.dump(content, out)
    return out.getvalue()


def _plain(found: HistoryMap) -> dict[str, object]:
    columns: dict[str, object] = dict(sorted(found.columns.items()))
    if found.picks:
        columns[PICKS] = list(found.picks)
    if found.none_words:
        columns["none_words"] = list(found.none_words)
    if found.pick_words:
        columns["value_map"] = {PICKS: dict(sorted(found.pick_words.items()))}
    plain: dict[str, object] = {
        "format": FORMAT,
        "name": found.name,
        "instrument": found.instrument,
        "columns": columns,
        "scales": [_plain_scale(rule) for rule in found.scales],
    }
    if found.community:
        plain["community"] = found.community
    if found.places:
        plain["places"] = dict(sorted(found.places.items()))
    if found.otherwise:
        plain["otherwise"] = list(found.otherwise)
    if found.only[0]:
        plain["rows"] = {"column": found.only[0], "value": found.only[1]}
    return plain


def _plain_scale(rule: ScaleRule) -> dict[str, object]:
    plain: dict[str, object] = {
        "of": list(rule.of),
        "low": rule.low,
        "high": rule.high,
        "better": "low" if rule.is_reversed else "high",
    }
    if rule.satisfied_from is not None:
        plain["satisfied_from"] = rule.satisfied_from
    if rule.words:
        plain["words"] = dict(rule.words)
    if rule.none:
        plain["none"] = list(rule.none)
    return plain


def from_yaml(text: str) -> HistoryMap:
    """Understand a YAML file.

    Raises:
        MapError: It is no column map; carries every problem found.
    """
    tree = read_tree(text)
    if tree.problems:
        first = tree.problems[0]
        raise MapError((MapProblem("not_yaml", str(first.line), first.code),))
    data = tree.data
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise MapError((MapProblem("not_yaml", "1", "format"),))
    reader = _Reader()
    found = reader.map({str(key): value for key, value in data.items()})
    if reader.problems:
        raise MapError(tuple(reader.problems))
    return found


class _Reader:
    """Turns plain data into a map and notes what it cannot understand."""

    def __init__(self) -> None:
        self.problems: list[MapProblem] = []

    def map(self, data: Mapping[str, object]) -> HistoryMap:
        self._keys(data, _TOP, "")
        columns = dict(self.mapping(data.get("columns"), "columns"))
        words = self.mapping(columns.pop("value_map", {}), "value_map")
        pick_words = self.mapping(words.get(PICKS, words), "value_map")
        scales = data.get("scales") or []
        if not isinstance(scales, list):
            self.problems.append(MapProblem("bad_value", "scales"))
            scales = []
        only = self.mapping(data.get("rows"), "rows")
        self._keys(only, ("column", "value"), "rows")
        return HistoryMap(
            name=self.text(data.get("name", ""), "name")[:80],
            instrument=self.text(data.get("instrument", ""), "instrument")[:64],
            picks=self.texts(columns.pop(PICKS, ()), PICKS),
            none_words=self.texts(columns.pop("none_words", ()), "none_words"),
            columns={key: self.text(value, key) for key, value in columns.items()},
            pick_words={key: self.text(value, "value_map") for key, value in pick_words.items()},
            scales=tuple(
                self.scale(self.mapping(one, f"scales[{at}]"), f"scales[{at}]")
                for at, one in enumerate(scales)
            ),
            community=self.text(data.get("community", ""), "community")[:32],
            places={
                key: self.text(value, "places")[:32]
                for key, value in self.mapping(data.get("places"), "places").items()
            },
            otherwise=self.texts(data.get("otherwise", ()), "otherwise"),
            only=(
                self.text(only.get("column", ""), "rows"),
                self.text(only.get("value", ""), "rows"),
            ),
        )

    def scale(self, data: Mapping[str, object], where: str) -> ScaleRule:
        self._keys(data, _SCALE, where)
        low, high = self.number(data.get("low"), where), self.number(data.get("high"), where)
        if not low < high <= low + MOST_POINTS - 1:
            self.problems.append(MapProblem("bad_scale", where, f"{low}-{high}"))
        better = data.get("better", "high")
        if better not in ("high", "low"):
            self.problems.append(MapProblem("bad_value", f"{where}.better", str(better)[:40]))
        least = data.get("satisfied_from")
        words = self.mapping(data.get("words"), where)
        rule = ScaleRule(
            of=self.texts(data.get("of", ()), where),
            low=low,
            high=max(high, low + 1),
            is_reversed=better == "low",
            satisfied_from=None if least is None else self.number(least, where),
            words={key: self.number(value, where) for key, value in words.items()},
            none=self.texts(data.get("none", ()), where),
        )
        for word, point in rule.words.items():
            if not rule.low <= point <= rule.high:
                self.problems.append(MapProblem("bad_value", where, word[:40]))
        return rule

    def mapping(self, value: object, where: str) -> dict[str, object]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problems.append(MapProblem("bad_value", where))
            return {}
        return {str(key)[:_LONGEST]: one for key, one in value.items()}

    def text(self, value: object, where: str) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.problems.append(MapProblem("bad_value", where))
            return ""
        return str(value)[:_LONGEST]

    def texts(self, value: object, where: str) -> tuple[str, ...]:
        if isinstance(value, str | int | float):
            value = [value]
        if not isinstance(value, Sequence):
            self.problems.append(MapProblem("bad_value", where))
            return ()
        return tuple(self.text(one, where) for one in value)

    def number(self, value: object, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -1000 < value < 1000:
            self.problems.append(MapProblem("bad_value", where, str(value)[:40]))
            return 0
        return value

    def _keys(self, data: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
        for key in data:
            if key not in known:
                self.problems.append(MapProblem("bad_key", where, key[:40]))


def key_of(found: HistoryMap, key: str) -> str:
    """Return the column of a key such as ``community``; empty where the map has none."""
    return found.columns.get(key, "") if key in KEYS else ""
