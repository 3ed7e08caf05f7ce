"""The curve of collection as a drawing: this campaign, earlier ones, the gate, the forecast.

It is drawn once for the desk and once for the phone, each in its true width, so that no text
shrinks below 12 pixels. Nothing is said by colour alone: every line has its name beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import gettext as _
from app.surveys.response.progress.curves import History, PastCurve
from app.surveys.response.progress.forecast import FanDay, Forecast
from app.web.words import percent_of, short_date

_LINE = 15.0  # pixels between two names at the right edge
_NAME = 84.0  # pixels a short name takes
_TOP = 26.0  # names of the reminders stand above the drawing


@dataclass(frozen=True, slots=True)
class Size:
    """One layout: its true width and height, and how much the names at its right take."""

    name: str
    width: int
    height: int
    left: int
    right: int


SIZES = (Size("desk", 920, 320, 48, 196), Size("phone", 328, 300, 40, 92))


@dataclass(frozen=True, slots=True)
class Label:
    """Words of a drawing: where they stand, which way they run, and what they name."""

    x: str
    y: str
    text: str
    kind: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a drawing; its kind says how it is drawn."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One layout of the curve as plain numbers for the template."""

    name: str
    width: int
    height: int
    grid: tuple[Line, ...]
    fan: str
    lines: tuple[Line, ...]
    dot: tuple[str, str] | None
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One day of the table below the drawing; shares in percent, None where there is none."""

    day: str
    number: int
    percent: str | None
    earlier: tuple[str | None, ...]
    forecast: str | None


@dataclass(frozen=True, slots=True)
class CurveView:
    """The curve as pages show it.

    Attributes:
        title: The finding in one line.
        words: The same for people who do not see the drawing.
        drawings: One for the desk, one for the phone.
        earlier: Names of the earlier campaigns, as the columns of the table.
        rows: The table.
    """

    title: str
    words: str
    drawings: tuple[Drawing, ...]
    earlier: tuple[str, ...]
    rows: tuple[CurveRow, ...]


@dataclass(frozen=True, slots=True)
class CurveInput:
    """What is drawn.

    Attributes:
        opens_on: First day.
        base: Homes asked.
        required_permille: The gate.
        counts: Returns up to the end of each day.
        past: Earlier campaigns of the same community or of the company.
        history: Deadline and reminders.
        forecast: What is to come.
        title: The finding in one line.
    """

    opens_on: date
    base: int
    required_permille: int
    counts: Sequence[int]
    past: Sequence[PastCurve]
    history: History
    forecast: Forecast
    title: str

    @property
    def days(self) -> int:
        """Days the picture shows."""
        return max(len(self.counts), self.history.calendar.days)

    def share(self, count: float) -> float:
        """Return a number of homes in percent of the base."""
        return 100 * count / self.base if self.base else 0.0

    def percent(self, count: int) -> str:
        """Return a number of homes in percent of the base, rounded down like the gate's rate."""
        return share_text(count, self.base)

    @property
    def fan(self) -> tuple[FanDay, ...]:
        """The forecast after the last count."""
        return self.forecast.fan


def share_text(part: int, whole: int) -> str:
    """Return a share in percent with one decimal, rounded down, without the sign."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def curve_view(given: CurveInput) -> CurveView:
    """Return the curve of one community or of the company."""
    now = given.percent(given.counts[-1]) if given.counts else "0.0"
    names = tuple(one.campaign.code for one in given.past)
    earlier_words = _("; ").join(
        _("{campaign} stood at {percent}% on the same day").format(
            campaign=one.campaign.code, percent=f"{one.percent_on(len(given.counts) - 1):.1f}"
        )
        for one in given.past
    )
    words = _("{percent}% returned after {days} days; the gate is at {required}%.").format(
        percent=now,
        days=len(given.counts),
        required=percent_of(given.required_permille),
    )
    return CurveView(
        title=given.title,
        words=" ".join(part for part in (words, given.title, earlier_words) if part),
        drawings=tuple(_draw(given, size) for size in SIZES),
        earlier=names,
        rows=_rows(given),
    )


class _Plane:
    """Where days and percents lie on one layout."""

    def __init__(self, size: Size, days: int, top: float) -> None:
        self.left, self.right = float(size.left), float(size.width - size.right)
        self.top, self.bottom = _TOP, float(size.height - 30)
        self.days, self.high = max(days, 1), top

    def x(self, day: float) -> float:
        """Return where the end of a day lies; 0 is the opening."""
        return self.left + day / self.days * (self.right - self.left)

    def y(self, percent: float) -> float:
        """Return where a share lies."""
        return self.bottom - percent / self.high * (self.bottom - self.top)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """Return the path through points of days and percents."""
        return "M" + "L".join(f"{_n(self.x(day))} {_n(self.y(share))}" for day, share in points)


def _draw(given: CurveInput, size: Size) -> Drawing:
    highest = max(
        [
            given.required_permille / 10 + 12,
            *(given.share(one.high) for one in given.fan),
            *(given.share(count) for count in given.counts[-1:]),
            *(one.percent_on(given.days) for one in given.past),
        ]
    )
    plane = _Plane(size, given.days, min(100.0, 20.0 * -(-highest // 20)))
    lines = [*_past_lines(given, plane), *_own_lines(given, plane)]
    points = _points(given.counts, given)
    dot = (_n(plane.x(points[-1][0])), _n(plane.y(points[-1][1]))) if given.counts else None
    return Drawing(
        name=size.name,
        width=size.width,
        height=size.height,
        grid=tuple(_grid(plane)),
        fan=_fan_path(given, plane),
        lines=tuple(lines),
        dot=dot,
        labels=(*_axis_labels(given, plane), *_names(given, plane, size)),
    )


def _grid(plane: _Plane) -> list[Line]:
    ends = (plane.left, plane.right)
    found = [
        Line(f"M{_n(ends[0])} {_n(plane.y(percent))}H{_n(ends[1])}", "grid")
        for percent in range(20, int(plane.high) + 1, 20)
    ]
    return [*found, Line(f"M{_n(ends[0])} {_n(plane.bottom)}H{_n(ends[1])}", "base")]


def _own_lines(given: CurveInput, plane: _Plane) -> list[Line]:
    gate = _n(plane.y(given.required_permille / 10))
    found = [Line(f"M{_n(plane.left)} {gate}H{_n(plane.right)}", "gate")]
    found += [
        Line(f"M{_n(plane.x(day))} {_n(plane.top)}V{_n(plane.bottom)}", "mark")
        for day in given.history.calendar.reminders
    ]
    deadline = _n(plane.x(given.history.calendar.days))
    found.append(Line(f"M{deadline} {_n(plane.top)}V{_n(plane.bottom)}", "end"))
    points = _points(given.counts, given)
    if given.fan:
        middle = [points[-1], *((one.day + 1, given.share(one.middle)) for one in given.fan)]
        found.append(Line(plane.path(middle), "coming"))
    if given.counts:
        found.append(Line(plane.path(points), "own"))
    return found


def _past_lines(given: CurveInput, plane: _Plane) -> list[Line]:
    return [
        Line(
            plane.path(
                [(0.0, 0.0)]
                + [
                    (day + 1, one.percent_on(day))
                    for day in range(min(len(one.curve.daily), given.days))
                ]
            ),
            f"past p{at}",
        )
        for at, one in enumerate(given.past)
    ]


def _points(counts: Sequence[int], given: CurveInput) -> list[tuple[float, float]]:
    return [(0.0, 0.0)] + [
        (float(day), given.share(count)) for day, count in enumerate(counts, start=1)
    ]


def _fan_path(given: CurveInput, plane: _Plane) -> str:
    if not given.fan:
        return ""
    start = _points(given.counts, given)[-1]
    upper = [(one.day + 1.0, given.share(one.high)) for one in given.fan]
    lower = [(one.day + 1.0, given.share(one.low)) for one in reversed(given.fan)]
    return plane.path([start, *upper, *lower]) + "Z"


def _axis_labels(given: CurveInput, plane: _Plane) -> list[Label]:
    found = [
        Label(_n(plane.left - 8), _n(plane.y(percent) + 4), f"{percent}%", "tick", "end")
        for percent in range(0, int(plane.high) + 1, 20)
    ]
    last = given.opens_on + timedelta(days=given.history.calendar.days - 1)
    below = _n(plane.bottom + 18)
    found.append(Label(_n(plane.left), below, short_date(given.opens_on), "tick"))
    deadline = plane.x(given.history.calendar.days)
    words = _("{date}, last day").format(date=short_date(last))
    found.append(Label(_n(deadline), below, words, "tick", "end"))
    for number, day in enumerate(given.history.calendar.reminders, start=1):
        text = _("reminder {number}").format(number=number)
        found.append(Label(_n(plane.x(day)), _n(plane.top - 8), text, "tick", "middle"))
    return found


def _names(given: CurveInput, plane: _Plane, size: Size) -> list[Label]:
    """Return the names at the right edge, moved apart where they would lie on each other."""
    is_desk = size.name == "desk"
    gate = given.required_permille / 10
    wanted: list[tuple[float, str, str]] = [
        (plane.y(gate), _("{percent}% gate").format(percent=percent_of(int(gate * 10))), "gate")
    ]
    for one in given.past:
        end = plane.y(one.percent_on(min(len(one.curve.daily), given.days) - 1))
        wanted.append((end, one.campaign.code, "past"))
    if given.fan:
        last = given.fan[-1]
        low, high = (f"{given.share(part):.0f}" for part in (last.low, last.high))
        text = (_("{low}–{high}% on the last day (80%)") if is_desk else _("{low}–{high}%")).format(
            low=low, high=high
        )
        wanted.append((plane.y(given.share(last.middle)), text, "coming"))
    elif given.counts:
        text = f"{given.percent(given.counts[-1])}%"
        wanted.append((plane.y(given.share(given.counts[-1])), text, "own"))
    at, found = plane.top - _LINE, []
    for y, text, kind in sorted(wanted):
        at = max(at + _LINE, y)
        found.append((at, text, kind))
    over = max(0.0, found[-1][0] - plane.bottom + 4)
    labels = [Label(_n(plane.right + 8), _n(y - over + 4), text, kind) for y, text, kind in found]
    if given.fan and given.counts:
        today = given.share(given.counts[-1])
        words = _("today {percent}%").format(percent=given.percent(given.counts[-1]))
        x, y = plane.x(len(given.counts)), plane.y(today)
        # Nothing is drawn below the curve on its right; near the edge the words end there.
        is_free = x < plane.right - _NAME
        at_x = x + 6 if is_free else plane.right - 2
        labels.append(Label(_n(at_x), _n(y + 24), words, "own", "start" if is_free else "end"))
    return labels


def _rows(given: CurveInput) -> tuple[CurveRow, ...]:
    fan = {one.day: one for one in given.fan}
    rows = []
    for day in range(given.days):
        ahead = fan.get(day)
        rows.append(
            CurveRow(
                day=short_date(given.opens_on + timedelta(days=day)),
                number=day + 1,
                percent=(given.percent(given.counts[day]) if day < len(given.counts) else None),
                earlier=tuple(
                    f"{one.percent_on(day):.1f}" if day < len(one.curve.daily) else None
                    for one in given.past
                ),
                forecast=(
                    f"{given.share(ahead.low):.1f}–{given.share(ahead.high):.1f}" if ahead else None
                ),
            )
        )
    return tuple(rows)


def _n(value: float) -> str:
    """Write a length for SVG: one decimal, none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")
