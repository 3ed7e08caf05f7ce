"""The zones of tolerance as a radar: offered as another look, never instead of the bars."""

import math
from collections.abc import Sequence

from app.analysis.results.items import ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    DASHED,
    DOTTED,
    INK,
    INK2,
    ORANGE,
    RULE,
    Chart,
    Curve,
    Mark,
    Point,
    Scale,
    Segment,
    Words,
    longest,
)
from app.reports.figures import NARROW
from app.reports.wording import Names, established_below, number

_LOW, _HIGH = 1.0, 10.0


def zone_radar(result: StudyResult, names: Names, width: float) -> Chart:
    """Describe minimum, level reached and ideal as three rounds over the areas.

    A radar has no room for intervals and its area means nothing, so the page says so beside it.
    """
    # In the order of the questionnaire: neighbours on a radar must not look like an order.
    zones = [zone for zone in result.zones if zone.perceived.value is not None]
    labels = [names.brief(z.code) if width < NARROW else names.short(z.code) for z in zones]
    side = longest(labels, 13.0) + 16
    radius = max(60.0, min(190.0, width / 2 - side))
    height = 2 * radius + 76
    middle, half = width / 2, height / 2
    # One unit is the radius in both directions: circles stay round.
    x = Scale(-middle / radius, middle / radius, 0.0, width)
    y = Scale(-half / radius, half / radius, height, 0.0)
    below = {zone.code for zone in established_below(result)}
    marks: list[Mark] = [*_web(len(zones)), *_labels(labels)]
    for values, color, line, dash in (
        ([z.desired.value for z in zones], INK2, 1.4, DOTTED),
        ([z.adequate.value for z in zones], INK, 1.4, DASHED),
        ([z.perceived.value for z in zones], BLUE, 2.2, ()),
    ):
        marks.append(Curve(_round(values), color, line, dash))
    marks += [_now(zone, index, len(zones), names, below) for index, zone in enumerate(zones)]
    return Chart(
        name="zones",
        title=_("Zones of tolerance"),
        description=_(
            "Below the minimum beyond error: {count} of {all}.", count=len(below), all=len(zones)
        ),
        width=width,
        height=height,
        x=x,
        y=y,
        marks=tuple(marks),
    )


def _place(index: int, count: int, value: float) -> tuple[float, float]:
    angle = 2 * math.pi * index / count
    reach = (value - _LOW) / (_HIGH - _LOW)
    return reach * math.sin(angle), reach * math.cos(angle)


def _round(values: Sequence[float | None]) -> tuple[tuple[float, float], ...]:
    points = [_place(k, len(values), v if v is not None else _LOW) for k, v in enumerate(values)]
    return (*points, points[0])


def _web(count: int) -> list[Mark]:
    marks: list[Mark] = []
    for level in (4.0, 7.0, 10.0):
        marks.append(Curve(_round([level] * count), RULE))
        at = _place(0, count, level)
        marks.append(Words(*at, f"{level:g}", dx=4, dy=-6, size=12, color=INK2))
    spokes = (Segment(0, 0, *_place(index, count, _HIGH), RULE) for index in range(count))
    return [*marks, *spokes]


def _labels(labels: Sequence[str]) -> list[Mark]:
    marks: list[Mark] = []
    for index, label in enumerate(labels):
        at = _place(index, len(labels), _HIGH)
        side = "middle" if abs(at[0]) < 0.1 else "start" if at[0] > 0 else "end"
        dx = {"middle": 0.0, "start": 8.0, "end": -8.0}[side]
        dy = -20.0 if side == "middle" and at[1] > 0 else 14.0 if side == "middle" else -4 * at[1]
        marks.append(Words(*at, label, dx=dx, dy=dy, anchor=side))
    return marks


def _now(zone: ZoneResult, index: int, count: int, names: Names, below: set[str]) -> Point:
    at = _place(index, count, zone.perceived.value if zone.perceived.value is not None else _LOW)
    bad = zone.code in below
    return Point(
        *at,
        "diamond" if bad else "dot",
        ORANGE if bad else BLUE,
        hover=(
            names.area(zone.code),
            _("reached now {value}", value=number(zone.perceived.value, 2)),
            _("minimum {value}", value=number(zone.adequate.value, 2)),
            _("ideal {value}", value=number(zone.desired.value, 2)),
        ),
    )
