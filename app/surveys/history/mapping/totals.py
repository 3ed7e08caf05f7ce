"""Printed figures of earlier campaigns: one row per community and campaign. Pure."""

import calendar
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.surveys.history.change import Reach
from app.surveys.history.errors import MapError, MapProblem
from app.surveys.history.mapping.headings import plain
from app.surveys.history.mapping.loss import Loss, Losses, LossKind
from app.surveys.history.reading.data import SourceData

LEAST_SHOWN = 10
_Z = 1.959963984540054
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "campaign": ("campaign", "wave", "期次", "调查期次", "批次"),
    "title": ("title", "调查名称"),
    "closes_on": ("closes_on", "截止日期", "调查截止日期"),
    "community": ("community", "小区", "小区名称", "项目", "项目名称"),
    "n": ("n", "有效份数", "有效样本", "样本量", "回收份数", "答卷数"),
    "base": ("base", "应调查户数", "发放户数", "总户数", "户数"),
    "index": ("index", "满意度指数", "指数"),
    "index_sd": ("index_sd", "指数标准差"),
    "satisfied": ("satisfied", "满意率"),
    "mean": ("mean", "总体均值", "总体评分", "平均分", "均值"),
    "sd": ("sd", "标准差"),
    "scale": ("scale", "量表", "分值范围"),
    "otherwise": ("otherwise", "口径不同"),
}
_FIGURES = frozenset({"index", "satisfied", "mean"})
# Words of a printed table for the row of all communities together, in their plain form.
_WHOLE = re.compile(
    r"(?:全?公司|全?集团|合计|总计|共计|总体|总数|整体|全体|全部|汇总"
    r"|whole|entire|company|grand|total|overall|all)*"
)
_NEAR = 0.02  # of the homes of all others: an unknown place this near is probably their total
_SMALL_MEAN = 10.0  # no mean of 0-100 is so low; one of 1-5 or 1-10 is
_MOST_NAMED = 20
_CODE = re.compile(r"\w[\w.-]{0,15}")
_MONTH = re.compile(r"(\d{4})[-./年](\d{1,2})月?")
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?")
_RANGE = re.compile(r"(\d{1,3})\s*[-–—~～到至]\s*(\d{1,3})")
_YES = frozenset({"是", "有", "1", "y", "yes", "true", "不同"})
_NOTHING = Reach(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """Printed figures of one place.

    Attributes:
        place: Word of the file; empty for the whole company.
        n, base: Answers; homes asked, 0 where nobody knows.
        index, satisfied, overall: 0-100, 0..1 and 0-100.
        line: Line of the file.
    """

    place: str
    n: int
    base: int
    index: Reach
    satisfied: Reach
    overall: Reach
    line: int


@dataclass(frozen=True, slots=True)
class TotalsWave:
    """One earlier campaign known by its printed figures.

    Attributes:
        code, title, closes_on: The campaign.
        is_otherwise: It was asked otherwise: nothing is compared with it.
        rows: Its places.
        doubtful: Places the register does not know that have as many homes as all others together.
    """

    code: str
    title: str
    closes_on: date
    is_otherwise: bool
    rows: tuple[TotalsRow, ...]
    doubtful: tuple[TotalsRow, ...] = ()


class TotalsError(MapError):
    """Printed figures cannot be entered; carries every problem, and what else would be lost."""

    def __init__(self, problems: tuple[MapProblem, ...], losses: tuple[Loss, ...]) -> None:
        super().__init__(problems)
        self.losses = losses


def totals_columns(headings: Iterable[str]) -> dict[str, int] | None:
    """Return the place of every known column; None where this is no file of printed figures."""
    known = {plain(word): key for key, words in _HEADINGS.items() for word in words}
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        key = known.get(plain(heading))
        if key is not None:
            found.setdefault(key, at)
    is_one = {"campaign", "n"} <= found.keys() and bool(_FIGURES & found.keys())
    return found if is_one else None


def read_totals(
    data: SourceData, at: Mapping[str, int], codes: Mapping[str, str] = MappingProxyType({})
) -> tuple[tuple[TotalsWave, ...], tuple[Loss, ...]]:
    """Read printed figures.

    Args:
        data: The file.
        at: Places of its columns, of `totals_columns`.
        codes: Plain name of a community of the register to its code.

    Returns:
        The waves, oldest first, and what could not be read.

    Raises:
        TotalsError: A campaign has no day, rows are about one place, figures are written in
            several ways, or no row can be read.
    """
    reader = _Totals(data, at, codes)
    waves = reader.waves()
    if reader.problems or not waves:
        problems = tuple(reader.problems) or (MapProblem("nothing_mapped"),)
        raise TotalsError(problems, reader.losses.entries())
    return waves, reader.losses.entries()


class _Totals:
    """Reads the rows of such a file."""

    def __init__(self, data: SourceData, at: Mapping[str, int], codes: Mapping[str, str]) -> None:
        self._data, self._at, self._codes = data, at, codes
        self.losses = Losses()
        self.problems: list[MapProblem] = []
        self._per = self._written()
        self._refuse_means()

    def _written(self) -> float:
        """Return 1 where shares are written 0.865, 100 where 86.5; both in one file are refused."""
        parts, hundredths = [], []
        for line, text, value in self._numbers("satisfied"):
            if value > 1 or (value and _is_percent(text)):
                hundredths.append((line, text))
            elif value > 0:
                parts.append((line, text))
        if parts and hundredths:
            self._refuse("mixed_share", parts, f"{parts[0][1]} / {hundredths[0][1]}")
        return 1.0 if parts else 100.0

    def _refuse_means(self) -> None:
        """Refuse means that can only be of a short scale where no scale stands beside them."""
        at = self._at.get("scale")
        scales = {line: "" if at is None else row[at] for row, line in self._lines()}
        low = [
            (line, text)
            for line, text, value in self._numbers("mean")
            if value <= _SMALL_MEAN and _scale_of(scales[line]) is None
        ]
        if low:
            self._refuse("mean_scale", low, low[0][1])

    def _numbers(self, key: str) -> list[tuple[int, str, float]]:
        """Return line, text and value of every number in a column."""
        if key not in self._at:
            return []
        cells = ((line, row[self._at[key]]) for row, line in self._lines())
        return [(line, text, v) for line, text in cells if (v := _number(text)) is not None]

    def _lines(self) -> Iterable[tuple[tuple[str, ...], int]]:
        return zip(self._data.rows, self._data.lines, strict=True)

    def _refuse(self, code: str, cells: list[tuple[int, str]], value: str) -> None:
        lines = [line for line, _text in cells]
        self.problems.append(MapProblem(code, _named(lines), value[:40]))

    def waves(self) -> tuple[TotalsWave, ...]:
        found: dict[str, list[tuple[dict[str, str], int]]] = {}
        for row, line in self._lines():
            cells = {key: row[place] for key, place in self._at.items()}
            code = _code_of(cells["campaign"])
            if not code:
                self.losses.add(LossKind.ROW_BROKEN, line, column="campaign")
                continue
            found.setdefault(code, []).append((cells, line))
        for column in self._data.columns:
            if self._data.place(column.name) not in self._at.values():
                self.losses.add(LossKind.COLUMN, column=column.name)
        waves = [self._wave(code, rows) for code, rows in found.items()]
        return tuple(sorted((one for one in waves if one), key=lambda one: one.closes_on))

    def _wave(self, code: str, rows: list[tuple[dict[str, str], int]]) -> TotalsWave | None:
        first, line = rows[0]
        closes_on = _day_of(first.get("closes_on", "")) or _month_end(code)
        if closes_on is None:
            self.problems.append(MapProblem("bad_value", str(line), first.get("closes_on", code)))
            return None
        kept: dict[str, list[TotalsRow]] = {}
        for cells, at_line in rows:
            row = self._row(cells, at_line)
            if row is not None:
                kept.setdefault(self._codes.get(plain(row.place), row.place), []).append(row)
        self._refuse_repeated(code, kept)
        if not kept:
            return None
        is_otherwise = any(cells.get("otherwise", "").casefold() in _YES for cells, _ in rows)
        if is_otherwise:
            self.losses.add(LossKind.WORDING, line, column=code)
        title = first.get("title", "")[:80] or code
        found = tuple(same[0] for same in kept.values())
        return TotalsWave(code, title, closes_on, is_otherwise, found, self._doubtful(found))

    def _refuse_repeated(self, code: str, kept: Mapping[str, list[TotalsRow]]) -> None:
        for word, same in kept.items():
            if len(same) > 1:
                kind = "repeated_place" if word else "repeated_company"
                value = f"{same[0].place[:20]} {code}" if word else code
                self.problems.append(MapProblem(kind, _named([one.line for one in same]), value))

    def _doubtful(self, rows: tuple[TotalsRow, ...]) -> tuple[TotalsRow, ...]:
        """Return unknown places that are probably the total under a name of their own.

        Where the company has its own row nothing is put together, so nothing is counted twice.
        """
        if len(rows) < 3 or not all(row.place and row.base for row in rows):
            return ()
        whole = sum(row.base for row in rows)
        return tuple(
            row
            for row in rows
            if plain(row.place) not in self._codes
            and abs(2 * row.base - whole) <= _NEAR * (whole - row.base)
        )

    def _place(self, text: str) -> str:
        """Return the place of a row, empty where it is the row of the whole company."""
        word = plain(text)
        return "" if word not in self._codes and _WHOLE.fullmatch(word) else text

    def _row(self, cells: Mapping[str, str], line: int) -> TotalsRow | None:
        n, base = _whole(cells.get("n", "")), _whole(cells.get("base", "") or "0")
        if n is None or n < 1 or base is None:
            self.losses.add(LossKind.ROW_BROKEN, line, column="n", value=cells.get("n", ""))
            return None
        if base and base < n:
            self.losses.add(LossKind.ROW_BROKEN, line, column="base", value=cells["base"])
            base = 0
        place = self._place(cells.get("community", ""))
        if n < LEAST_SHOWN:
            self.losses.add(LossKind.SMALL, line)
            return TotalsRow(place, n, base, _NOTHING, _NOTHING, _NOTHING, line)
        return TotalsRow(
            place,
            n,
            base,
            self._figure(cells, ("index", "index_sd"), (0.0, 100.0), (n, line)),
            self._share(cells, n, line),
            self._figure(
                cells, ("mean", "sd"), _scale_of(cells.get("scale", "")) or (0.0, 100.0), (n, line)
            ),
            line,
        )

    def _figure(
        self,
        cells: Mapping[str, str],
        names: tuple[str, str],
        ends: tuple[float, float],
        where: tuple[int, int],
    ) -> Reach:
        """Return a mean on 0-100 with its t interval, where the file gives its spread."""
        (n, line), (name, spread), (low, high) = where, names, ends
        text = cells.get(name, "")
        value, sd = _number(text), _number(cells.get(spread, ""))
        if value is None or not low <= value <= high:
            if text:
                self.losses.add(LossKind.ROW_BROKEN, line, column=name, value=text)
            return _NOTHING
        times = 100.0 / (high - low)
        shown = times * (value - low)
        if sd is None or sd <= 0:
            return Reach(shown, None, None, n)
        half = _t(n - 1) * times * sd / math.sqrt(n)
        return Reach(shown, max(0.0, shown - half), min(100.0, shown + half), n)

    def _share(self, cells: Mapping[str, str], n: int, line: int) -> Reach:
        """Return a satisfied share with its Wilson interval."""
        text = cells.get("satisfied", "")
        value = _number(text)
        if value is None or not 0 <= value <= self._per:
            if text:
                self.losses.add(LossKind.ROW_BROKEN, line, column="satisfied", value=text)
            return _NOTHING
        share = value / self._per
        centre, square = share + _Z**2 / (2 * n), _Z**2 / n
        half = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))
        low, high = (centre - half) / (1 + square), (centre + half) / (1 + square)
        return Reach(share, max(0.0, low), min(1.0, high), n)


def _t(df: int) -> float:
    """Return the 97.5 % point of Student's t: the series of Abramowitz and Stegun, 26.7.5."""
    z = _Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / df + second / df**2 + third / df**3


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "").replace("%", "").replace("％", "").replace("分", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _whole(text: str) -> int | None:
    value = _number(text)
    return int(value) if value is not None and value == int(value) and value >= 0 else None


def _is_percent(text: str) -> bool:
    return "%" in text or "％" in text


def _named(lines: list[int]) -> str:
    """Return lines as they are named in a problem."""
    more = " …" if len(lines) > _MOST_NAMED else ""
    return ", ".join(str(line) for line in lines[:_MOST_NAMED]) + more


def _scale_of(text: str) -> tuple[float, float] | None:
    found = _RANGE.search(text)
    if found is None or int(found[1]) >= int(found[2]):
        return None
    return float(found[1]), float(found[2])


def _code_of(text: str) -> str:
    """Return the code of a campaign; a month is written 2023-11."""
    if (month := _MONTH.fullmatch(text)) is not None:
        return f"{month[1]}-{int(month[2]):02}"
    return text if _CODE.fullmatch(text) else ""


def _day_of(text: str) -> date | None:
    found = _DAY.match(text)
    return None if found is None else _made(*(int(part) for part in found.groups()))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_end(code: str) -> date | None:
    """Return the last day of the month that a code such as 2023-11 names."""
    found = _MONTH.fullmatch(code)
    if found is None or not 1 <= int(found[2]) <= 12 or not int(found[1]):
        return None
    year, month = int(found[1]), int(found[2])
    return date(year, month, calendar.monthrange(year, month)[1])
