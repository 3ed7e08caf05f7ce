"""Rows of the tracker as pages show them: state words, the rate bar, the curve, the next step.

Small drawings are plain numbers here and SVG in the template; nothing needs a script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.clock import beijing_date, last_day_before
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState, GateStatus, ReturnCount
from app.surveys.response.progress.forecast import Forecast
from app.surveys.response.tracker import BuildingRow, Tracker, TrackerRow
from app.web.foretelling import ForecastView, forecast_view
from app.web.words import beijing_day, percent_of, short_date

BAR_WIDTH = 112
_SPARK_LEFT, _SPARK_RIGHT, _SPARK_TOP, _SPARK_BOTTOM = 2.0, 108.0, 3.0, 33.0
# What needs a person first comes first.
_ORDER = {
    GateState.EXTENDED: 0,
    GateState.HELD: 1,
    GateState.COLLECTING: 2,
    GateState.RELEASED: 3,
    GateState.WAIVED: 4,
    GateState.NOT_OPEN: 5,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A return rate as lengths: filled part, the required line, stripes of a late one."""

    filled: str
    line: str
    stripes: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A cumulative curve: its path, its last point, the required line, the deadline."""

    path: str
    x: str
    y: str
    need_y: str
    end_x: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a gate; `kind` is done, now, stop or empty for what comes later."""

    name: str
    detail: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RateView:
    """A return rate in words and lengths; late is a low one whose deadline has passed."""

    percent: str
    is_low: bool
    is_late: bool
    bar: Bar
    rate_words: str


@dataclass(frozen=True, slots=True)
class BuildingView:
    """One building as pages show it."""

    row: BuildingRow
    rate: RateView


@dataclass(frozen=True, slots=True)
class RowView:
    """One community of the tracker as pages show it."""

    row: TrackerRow
    kind: str
    state: str
    rate: RateView
    spark: Spark | None
    spark_words: str
    clock: str
    next_step: str
    is_urgent: bool
    forecast: ForecastView | None = None


def rate_bar(count: ReturnCount, required_permille: int) -> Bar:
    """Return the lengths of a bar from 0 to 100 % with its required line."""
    share = count.returned / count.base if count.base else 0.0
    filled = BAR_WIDTH * min(share, 1.0)
    stripes = "".join(f"M{x} 13l5 -8" for x in range(4, int(filled) - 6, 8))
    return Bar(_number(filled), _number(BAR_WIDTH * required_permille / 1000), stripes)


def sparkline(
    counts: Sequence[int], *, base: int, required_permille: int, days: int
) -> Spark | None:
    """Return the curve of daily cumulative counts, or None before the first day has any.

    Args:
        counts: Answers counted up to the end of each day since the opening.
        base: Households asked; the axis ends at the larger of 80 % and the highest share.
        required_permille: Where the line of the gate lies.
        days: Days from opening to deadline, at least 1; later days make the axis longer.
    """
    if not counts or base <= 0:
        return None
    last_day = max(len(counts), days, 1)
    top = max(0.8, counts[-1] / base, required_permille / 1000 + 0.1)

    def x(day: int) -> float:
        return _SPARK_LEFT + day / last_day * (_SPARK_RIGHT - _SPARK_LEFT)

    def y(share: float) -> float:
        return _SPARK_BOTTOM - share / top * (_SPARK_BOTTOM - _SPARK_TOP)

    points = [(x(0), y(0.0))] + [
        (x(day), y(count / base)) for day, count in enumerate(counts, start=1)
    ]
    path = "M" + "L".join(f"{_number(a)} {_number(b)}" for a, b in points)
    return Spark(
        path,
        _number(points[-1][0]),
        _number(points[-1][1]),
        _number(y(required_permille / 1000)),
        _number(x(min(days, last_day))),
    )


def row_views(tracker: Tracker, *, now: datetime) -> list[RowView]:
    """Return the communities of a tracker without their curves, those first that need a person."""
    rows = by_need(tracker.communities)
    return [row_view(row, tracker.campaign, has_curve=False, now=now) for row in rows]


def by_need(rows: Iterable[TrackerRow]) -> list[TrackerRow]:
    """Put those communities first that need a person first."""
    return sorted(
        rows,
        key=lambda row: (
            _ORDER[GateState.HELD] if row.is_behind else _ORDER[row.status.state],
            -row.still_needed,
        ),
    )


def needs_somebody(row: TrackerRow) -> bool:
    """Say whether a gate waits for a person: missed after the deadline, held, or work behind."""
    return row.status.state is GateState.EXTENDED or row.status.is_held or row.is_behind


def row_view(
    row: TrackerRow,
    campaign: Campaign,
    *,
    now: datetime,
    forecast: Forecast | None = None,
    has_curve: bool = True,
) -> RowView:
    """Return one community of the tracker as pages show it, with its curve or without."""
    status, required = row.status, campaign.required_permille
    days = (campaign.closes_on - campaign.opens_on).days + 1
    daily = row.daily if has_curve else ()
    next_step, is_urgent = _next_step(row, now=now)
    return RowView(
        row=row,
        kind=_kind(status, now=now),
        state=state_name(status.state),
        rate=rate_view(row.count, required, is_over=_is_over(status)),
        spark=sparkline(daily, base=row.base, required_permille=required, days=days),
        spark_words=_("{returned} returned since the opening").format(returned=row.returned),
        clock=_clock_words(status, now=now),
        next_step=next_step,
        is_urgent=is_urgent,
        forecast=None if forecast is None else forecast_view(forecast, campaign),
    )


def building_views(
    buildings: Iterable[BuildingRow], campaign: Campaign, status: GateStatus
) -> list[BuildingView]:
    """Return buildings as pages show them, those first that miss most."""
    is_over = _is_over(status)
    views = [
        BuildingView(one, rate_view(one.count, campaign.required_permille, is_over=is_over))
        for one in buildings
    ]
    return sorted(views, key=lambda view: -view.row.still_needed)


def _is_over(status: GateStatus) -> bool:
    return status.state in {GateState.EXTENDED, GateState.WAIVED}


def rate_view(count: ReturnCount, required_permille: int, *, is_over: bool = False) -> RateView:
    """Return a return rate in words and lengths."""
    is_low = not count.meets(required_permille)
    percent = count.percent_text()
    return RateView(
        percent=percent,
        is_low=is_low,
        is_late=is_over and is_low,
        bar=rate_bar(count, required_permille),
        rate_words=_("{percent}% returned; the line is at {required}%").format(
            percent=percent, required=percent_of(required_permille)
        ),
    )


def state_name(state: GateState) -> str:
    """Return the word for the state of a gate."""
    return {
        GateState.NOT_OPEN: _("Not open yet"),
        GateState.COLLECTING: _("Collecting"),
        GateState.EXTENDED: _("Extended"),
        GateState.HELD: _("Held"),
        GateState.RELEASED: _("Released"),
        GateState.WAIVED: _("Indicative, not ranked"),
    }[state]


def gate_steps(view: RowView, campaign: Campaign, *, now: datetime) -> list[Step]:
    """Return the steps from frame to follow-up of one community, with dates."""
    status = view.row.status
    reached = [
        status.state is not GateState.NOT_OPEN,
        status.state not in {GateState.NOT_OPEN, GateState.COLLECTING},
        status.t0 is not None,
        status.due_at is not None and now >= status.due_at,
        status.follow_up_due_at is not None and now >= status.follow_up_due_at,
    ]
    last_day = _("until {date}").format(date=short_date(campaign.closes_on))
    rate = _("{returned} of {base}").format(returned=view.row.returned, base=view.row.base)
    steps = [
        (_("Frame copied"), _("{count} homes").format(count=view.row.base + view.row.excluded)),
        (_("Collecting"), last_day),
        (
            _("Released below the gate")
            if status.state is GateState.WAIVED
            else _("Rate reached and deadline passed"),
            beijing_day(status.t0) if status.t0 else rate,
        ),
        (_("Statistics, lists, visits"), _last_day_or(status.due_at, _("7 days after"))),
        (_("Follow-up closed"), _last_day_or(status.follow_up_due_at, _("14 days after"))),
    ]
    first_open = next((i for i, done in enumerate(reached) if not done), len(steps))
    here = "stop" if status.state in {GateState.EXTENDED, GateState.HELD} else "now"
    return [
        Step(name, detail, "done" if i < first_open else here if i == first_open else "")
        for i, (name, detail) in enumerate(steps)
    ]


def _last_day_or(end: datetime | None, otherwise: str) -> str:
    return short_date(last_day_before(end)) if end else otherwise


def _kind(status: GateStatus, *, now: datetime) -> str:
    """Return the shape of the state chip: the seven days of the clock have their own."""
    if status.state is GateState.RELEASED and status.due_at and now < status.due_at:
        return "clock"
    return status.state.value


def days_until(instant: datetime, *, now: datetime) -> int:
    """Return the days from today to the Beijing date of an instant; negative when past."""
    return (beijing_date(instant) - beijing_date(now)).days


def _clock_words(status: GateStatus, *, now: datetime) -> str:
    if status.state is GateState.COLLECTING:
        return _("{days} days left").format(days=status.days_left)
    if status.t0 and status.due_at:
        # A clock that starts within a day ends within one, its eighth date.
        day = min(7, days_until(now, now=status.t0) + 1)
        if now < status.due_at:
            return _("day {day} of 7").format(day=day)
        return _("since {date}").format(date=beijing_day(status.t0))
    return "—"


def _next_step(row: TrackerRow, *, now: datetime) -> tuple[str, bool]:
    """Return what has to happen next, and whether it waits for a person."""
    status = row.status
    if status.state is GateState.EXTENDED:
        return _("Collect {count} more, or decide").format(count=status.still_needed), True
    if status.state is GateState.HELD:
        return _("Finish the check of the answers"), True
    if status.state is GateState.NOT_OPEN:
        return _("Print and deliver the letters"), False
    if status.state is GateState.COLLECTING and status.still_needed:
        return _("Bring in {count} more homes").format(count=status.still_needed), False
    if status.state is GateState.COLLECTING:
        return _("Rate reached; wait for the deadline"), False
    return _after_release(row, now=now), row.is_behind


def _after_release(row: TrackerRow, *, now: datetime) -> str:
    status = row.status
    if row.is_behind:
        return _("work after the release is behind its dates")
    if row.is_finished:
        return _("All finished")
    if status.due_at and now < status.due_at:
        days = days_until(status.due_at, now=now)
        return _("Start all follow-up within {days} days").format(days=days)
    return _("Close the follow-up cases")


def _number(value: float) -> str:
    """Write a length for SVG: one decimal, none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")
