"""Guesses which column answers what and how its values are read; people decide. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.surveys.history.mapping.column_map import MOST_POINTS, ScaleRule
from app.surveys.history.mapping.headings import SEPARATORS, SKIPPED, likeness, plain, take_apart
from app.surveys.history.mapping.targets import ATTRIBUTE, OVERALL, PICK, PICKS, Target
from app.surveys.history.reading.data import SourceColumn
from app.surveys.instrument.model import Scale

MOST_VALUES = 40  # different values of one rating
_MOST_KEPT = 600  # different words of a column that may name communities
_PHONE = re.compile(r"\+?\d[\d -]{9,}")
_SURE = 0.5
_NEAR = 0.8
_I = re.IGNORECASE
_KEY_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "community",
        re.compile(r"小区|社区名|楼盘|项目名|项目$|^项目|community|district|estate", _I),
    ),
    ("household", re.compile(r"^户号|住户编号|房屋编码|household", _I)),
    ("replicates", re.compile(r"replicate", _I)),
    ("weight", re.compile(r"权重|weight|^wt$", _I)),
    (
        "answered",
        re.compile(r"提交答卷时间|提交时间|答卷时间|调查日期|answered|submit", _I),
    ),
)
_LEFT = re.compile(
    r"^(序号|所用时间|来源|来源详情|来自IP|总分|编号|id)$|姓名|电话|手机|微信|身份证|地址|房号|门牌"
    r"|phone|mobile|name$|^ip",
    _I,
)
_ROLE_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("adequate", re.compile(r"最低|可接受|能接受|adequate|minimum", _I)),
    ("desired", re.compile(r"理想|期望|希望达到|desired|ideal", _I)),
    (PICK, re.compile(r"最重要|最看重|最需要|最关心|优先|priorit|most important", _I)),
    ("importance", re.compile(r"重要|importance", _I)),
    ("loyalty", re.compile(r"推荐|续聘|recommend|renew", _I)),
)
_OVERALL = re.compile(r"总体|总的|整体|综合|overall", _I)
_NOTHING = re.compile(
    r"没接触|未接触|不清楚|不了解|不适用|不知道|没用过|未使用|没使用|无体验|没有体验|说不清"
    r"|don.?t know"
    r"|not applicable|no experience|^n/?a$",
    _I,
)
# Degrees of satisfaction in common words: the worst is 1 of 5.
_DEGREES: tuple[tuple[re.Pattern[str], int], ...] = (
    (
        re.compile(r"^(非常|很|十分|极)不满意$|^very dissatisfied$|^很差$|^非常差$", _I),
        1,
    ),
    (re.compile(r"^(比较|较|不太)?不(太)?满意$|^dissatisfied$|^较差$|^差$", _I), 2),
    (re.compile(r"^一般(般)?$|^(基本|尚)满意$|^neutral$|^中等?$|^普通$", _I), 3),
    (re.compile(r"^(比较|较)?满意$|^satisfied$|^较好$|^好$|^良好?$", _I), 4),
    (
        re.compile(r"^(非常|很|十分)满意$|^very satisfied$|^很好$|^非常好$|^优秀?$", _I),
        5,
    ),
)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of a column's cells.

    Attributes:
        column: The column.
        counts: Its most frequent values with their numbers.
        different: How many different values it has.
        blank: Empty cells.
    """

    column: SourceColumn
    counts: tuple[tuple[str, int], ...]
    different: int
    blank: int


@dataclass(frozen=True, slots=True)
class Guess:
    """A proposal for one column: target or key, empty for none, and how sure, 0..1."""

    target: str = ""
    sure: float = 0.0


@dataclass(slots=True)
class _Best:
    """Greedy matching: the surest pair first, each target and each column once."""

    pairs: list[tuple[float, int, str]] = field(default_factory=list)

    def take(self, columns: int) -> list[Guess]:
        """Return the guess for every column."""
        found = [Guess()] * columns
        used: set[str] = set()
        for sure, at, target in sorted(self.pairs, key=lambda one: (-one[0], one[1], one[2])):
            if found[at].target or target in used:
                continue
            found[at] = Guess(target, round(sure, 2))
            if target != PICKS:
                used.add(target)
        return found


def facts_of(columns: Sequence[SourceColumn], rows: Iterable[Sequence[str]]) -> list[ColumnFacts]:
    """Count the values of every column."""
    counters: list[Counter[str]] = [Counter() for _ in columns]
    for row in rows:
        for counter, cell in zip(counters, row, strict=True):
            counter[cell] += 1
    return [
        ColumnFacts(
            column,
            tuple((value, n) for value, n in counter.most_common() if value)[:_MOST_KEPT],
            sum(1 for value in counter if value),
            counter[""],
        )
        for column, counter in zip(columns, counters, strict=True)
    ]


def is_personal(one: ColumnFacts) -> bool:
    """Say whether the values of a column may be names, numbers or texts of people."""
    if _LEFT.search(one.column.name) or one.different > _MOST_KEPT:
        return True
    values = [value for value, _n in one.counts]
    if any(_PHONE.fullmatch(value) or len(value) > 60 for value in values):
        return True
    # Nearly every row has its own word: no answer of a scale, no community.
    filled = sum(n for _value, n in one.counts)
    return one.different > MOST_VALUES and 2 * one.different > filled


def propose(facts: Sequence[ColumnFacts], targets: Mapping[str, Target]) -> list[Guess]:
    """Guess what every column is.

    Args:
        facts: The columns and their values.
        targets: What the instrument can take.
    """
    best = _Best()
    areas = frozenset(
        plain(title)
        for target in targets.values()
        if target.key.startswith(f"{PICK}.")
        for title in (target.item, *target.titles)
    )
    for at, one in enumerate(facts):
        name, label = one.column.name, one.column.label
        if _LEFT.search(name):
            continue
        key = next((key for key, words in _KEY_WORDS if words.search(f"{name} {label}")), "")
        if key and not any(plain(name) == plain(known) for known in targets):
            best.pairs.append((0.9, at, key))
            continue
        if one.counts and _names_areas(one, areas):
            best.pairs.append((0.95, at, PICKS))
        elif 0 < one.different <= MOST_VALUES:
            best.pairs += [
                (sure, at, target)
                for target, sure in _scores(one, targets).items()
                if sure >= _SURE
            ]
    return best.take(len(facts))


def _names_areas(one: ColumnFacts, areas: frozenset[str]) -> bool:
    """Say whether the cells of a column name areas, one or several in a cell."""
    parts = [
        (plain(take_apart(part).about) in areas, n)
        for value, n in one.counts
        for part in SEPARATORS.split(value)
    ]
    return 2 * sum(n for is_area, n in parts if is_area) > sum(n for _is_area, n in parts)


def _scores(one: ColumnFacts, targets: Mapping[str, Target]) -> dict[str, float]:
    name, label = one.column.name, one.column.label
    heading = take_apart(label or name)
    words = f"{heading.stem} {heading.row} {name}"
    wanted = next((role for role, known in _ROLE_WORDS if known.search(words)), "")
    return {
        key: _score(target, (heading.about, heading.stem, name, label), wanted, words)
        for key, target in targets.items()
    }


def _score(target: Target, texts: tuple[str, ...], wanted: str, words: str) -> float:
    prefix = target.key.partition(".")[0]
    if plain(target.key) in (plain(texts[2]), plain(texts[3])):
        return 1.0
    if target.key == OVERALL:
        return 0.8 if _OVERALL.search(words) and not wanted else 0.0
    if wanted and prefix != wanted:
        return 0.0
    if prefix == ATTRIBUTE:
        return _statement(target, texts)
    if not wanted and prefix not in ("performance", "perceived"):
        return 0.0
    names = [target.item, *target.titles]
    sure = max(likeness(text, name) for text in texts[:3] if text for name in names)
    return sure - (0.05 if prefix == "perceived" else 0.0)


def _statement(target: Target, texts: tuple[str, ...]) -> float:
    """Return how alike a heading and a statement are; statements are long, so only near ones."""
    sure = max(likeness(text, title) for text in texts[:3] if text for title in target.titles)
    return sure if sure >= _NEAR else 0.0


def propose_scale(of: tuple[str, ...], facts: Sequence[ColumnFacts], own: Scale) -> ScaleRule:
    """Guess how the values of columns that are answered alike are read.

    Args:
        of: Their targets.
        facts: The columns.
        own: The scale of the instrument for the first of them.
    """
    labels: dict[str, str] = {}
    values: dict[str, None] = {}
    for one in facts:
        labels.update(one.column.labels)
        values.update(dict.fromkeys(value for value, _n in one.counts if value not in SKIPPED))
    none = [
        value
        for value in values
        if _NOTHING.search(labels.get(value, value))
        or any(one.column.is_missing(value) for one in facts)
    ]
    none = list(dict.fromkeys([*none, *(v for v, word in labels.items() if _NOTHING.search(word))]))
    rest = [value for value in values if value not in none]
    numbers = sorted({int(value) for value in rest if value.lstrip("-").isdigit()})
    if len(numbers) * 2 > len(rest):
        return _by_numbers(of, numbers, labels, tuple(none), own)
    return _by_words(of, rest, tuple(none), own)


def _by_numbers(
    of: tuple[str, ...],
    numbers: list[int],
    labels: Mapping[str, str],
    none: tuple[str, ...],
    own: Scale,
) -> ScaleRule:
    named = sorted(int(v) for v in labels if v.lstrip("-").isdigit() and v not in none)
    found = [*numbers, *named]
    if found and own.points[0] <= min(found) and max(found) <= own.points[-1] and (
        len(own.points) <= 7 or max(found) > 7 or len(named) >= len(own.points)
    ):  # fmt: skip
        low, high = own.points[0], own.points[-1]
    else:
        ends = [number for number in found if -1 < number <= 10] or [1, 5]
        low = 0 if min(ends) == 0 else 1
        high = next(top for top in (5, 7, 10) if top >= max(ends))
        if named and named[0] >= 0 and named[-1] - named[0] < MOST_POINTS:
            low, high = named[0], max(named[-1], named[0] + 1)
    first, last = (_degree(labels.get(str(end), "")) for end in (low, high))
    is_reversed = first is not None and last is not None and first > last
    return ScaleRule(of, low, high, is_reversed, _satisfied(own, low, high), {}, none)


def _by_words(
    of: tuple[str, ...], words: list[str], none: tuple[str, ...], own: Scale
) -> ScaleRule:
    stated = {
        plain(text): point
        for point, label in own.labels.items()
        for text in label.by_language.values()
    }
    points = {word: stated[plain(word)] for word in words if plain(word) in stated}
    low, high = own.points[0], own.points[-1]
    if len(points) < len(words):
        degrees = {word: _degree(word) for word in words}
        points = {word: degree for word, degree in degrees.items() if degree is not None}
        low, high = 1, 5
    return ScaleRule(of, low, high, False, _satisfied(own, low, high), points, none)


def _degree(word: str) -> int | None:
    text = word.strip()
    return next((point for known, point in _DEGREES if known.search(text)), None)


def _satisfied(own: Scale, low: int, high: int) -> int | None:
    return min(own.satisfied) if own.satisfied and (low, high) == _ends(own) else None


def _ends(own: Scale) -> tuple[int, int]:
    return own.points[0], own.points[-1]


def propose_place(word: str, known: Mapping[str, str]) -> str:
    """Guess which community a word of the file means; empty where none is like it.

    Args:
        word: What stands in the file.
        known: Code to name of the communities of the register.
    """
    for code, name in known.items():
        if plain(word) in (plain(code), plain(name)):
            return code
    scores = {code: likeness(word, name) for code, name in known.items()}
    best = max(scores, key=lambda code: scores[code], default="")
    return best if best and scores[best] >= 0.75 else ""


def propose_area(word: str, targets: Mapping[str, Target]) -> str:
    """Guess which area a picked word means; empty where none is like it."""
    areas = {one.item: one.titles for one in targets.values() if one.key.startswith(f"{PICK}.")}
    scores = {
        area: max(likeness(take_apart(word).about, text) for text in (area, *titles))
        for area, titles in areas.items()
    }
    best = max(scores, key=lambda area: scores[area], default="")
    return best if best and scores[best] >= _SURE else ""
