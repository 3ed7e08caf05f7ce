"""The chart of zones of tolerance: lowest acceptable level, ideal, and what is reached now."""

from collections.abc import Sequence

from app.analysis.results.items import ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    BLUE_LIGHT,
    INK,
    INK2,
    ORANGE,
    Area,
    Chart,
    Mark,
    Point,
    Scale,
    Segment,
    Words,
    longest,
    text_width,
    ticks,
)
from app.reports.figures import NARROW, at_right, ends_of
from app.reports.wording import (
    Names,
    established_below,
    interval,
    number,
    said_share,
    signed,
    zone_word,
    zones_in_order,
)


def zone_rows(
    result: StudyResult, names: Names, width: float, *, row_height: float = 40.0
) -> Chart:
    """Describe the zones of tolerance: band from minimum to ideal, level reached with whisker."""
    zones = zones_in_order(result)
    narrow = width < NARROW
    height, top = (60.0, 32.0) if narrow else (row_height, 32.0)
    left = 12.0 if narrow else longest([names.short(z.code) for z in zones], 13) + 24
    heads = text_width(_("against the minimum"), 12) + text_width(_("homes below it"), 12)
    right = 12.0 if narrow else max(226.0, heads + 60)
    bottom = top + height * len(zones)
    low, high = _zone_domain(zones)
    x = Scale(
        low,
        high,
        left,
        width - right,
        title=_("Points of the owners' scale"),
        ticks=ticks(low, high, 1),
        grid=True,
    )
    marks: list[Mark] = _zone_head(zones, x, width)
    for index, zone in enumerate(zones):
        marks += _zone_row(zone, index, x, width, height=height, names=names)
    below = established_below(result)
    return Chart(
        name="zones",
        title=_("Zones of tolerance"),
        description=_(
            "Below the minimum beyond error: {count} of {all}.", count=len(below), all=len(zones)
        ),
        width=width,
        height=bottom + 46,
        x=x,
        y=Scale(len(zones), 0, bottom, top),
        marks=tuple(marks),
    )


def _zone_domain(zones: Sequence[ZoneResult]) -> tuple[float, float]:
    """Return the axis for what is drawn: three means and the whisker of the level reached."""
    values = [
        value
        for zone in zones
        for value in (
            zone.adequate.value,
            zone.desired.value,
            zone.perceived.low,
            zone.perceived.value,
            zone.perceived.high,
        )
        if value is not None
    ]
    low, high = min(values, default=0.0) // 1, -(-max(values, default=9.0) // 1)
    return low, max(high, low + 1)


def _zone_head(zones: Sequence[ZoneResult], x: Scale, width: float) -> list[Mark]:
    """Say over the first row which mark is what, moved apart where they stand close."""
    if not zones:
        return []
    first = zones[0]
    perceived, adequate, desired = (
        first.perceived.value,
        first.adequate.value,
        first.desired.value,
    )
    if perceived is None or adequate is None or desired is None:
        return []
    heads = sorted(
        [
            (adequate, _("minimum"), False),
            (perceived, _("reached now"), True),
            (desired, _("the ideal"), False),
        ]
    )
    middles = apart(
        [x.pixel(value) for value, _text, _bold in heads],
        [text_width(text, 12) * 1.06 for _value, text, _bold in heads],
        low=4.0,
        high=x.end + 4,
    )
    marks: list[Mark] = [
        Words(
            value,
            0,
            text,
            dx=round(middle - x.pixel(value), 1),
            dy=-14,
            size=12,
            color=INK if bold else INK2,
            anchor="middle",
            bold=bold,
        )
        for (value, text, bold), middle in zip(heads, middles, strict=True)
    ]
    if width >= NARROW:
        marks.append(Words(x.high, 0, _("against the minimum"), dx=14, dy=-14, size=12, color=INK2))
        marks.append(at_right(0, _("homes below it"), x, width, dy=-14))
    return marks


def apart(
    middles: Sequence[float], widths: Sequence[float], *, low: float, high: float
) -> list[float]:
    """Return the middles of words in one line moved so that none touches another.

    Args:
        middles: Where the words would like to stand, ascending, pixels.
        widths: Their widths, pixels.
        low: No word begins before it.
        high: No word ends after it, as long as all have room.
    """
    gap = 10.0
    placed: list[float] = []
    start = low
    for middle, width in zip(middles, widths, strict=True):
        placed.append(max(middle, start + width / 2))
        start = placed[-1] + width / 2 + gap
    end = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], end - widths[index] / 2)
        end = placed[index] - widths[index] / 2 - gap
    return placed


def _zone_row(
    zone: ZoneResult, index: int, x: Scale, width: float, *, height: float, names: Names
) -> list[Mark]:
    narrow = width < NARROW
    at = index + (39.0 / height if narrow else 0.5)
    bad = zone.status == "below_minimum" and bool(zone.established)
    color = ORANGE if bad else INK
    shape = "diamond" if bad else "half" if zone.established is False else "dot"
    marks: list[Mark] = []
    if zone.adequate.value is not None and zone.desired.value is not None:
        half = 8 / height
        low, high = zone.adequate.value, zone.desired.value
        marks += [
            Area(low, at - half, high, at + half, BLUE_LIGHT),
            Segment(low, at - 14 / height, low, at + 14 / height, BLUE, 3),
            Segment(high, at - half, high, at + half, BLUE, 1),
        ]
    gap = signed(zone.adequacy.value)
    ends = interval(zone.adequacy.low, zone.adequacy.high)
    text = f"{gap} {zone_word(zone)}"
    name, below = names.short(zone.code), said_share(zone.below)
    marks.append(
        Point(
            zone.perceived.value or 0.0,
            at,
            shape,
            color,
            ends_of(zone.perceived.low, zone.perceived.high),
            hover=(
                names.area(zone.code),
                _("reached now {value}", value=number(zone.perceived.value, 2)),
                _("minimum {value}", value=number(zone.adequate.value, 2)),
                _("ideal {value}", value=number(zone.desired.value, 2)),
                _("difference {gap} ({ends})", gap=gap, ends=ends),
                _("{share} of homes below their own minimum", share=below),
            ),
            cap=5.0,
            size=5.0,
        )
    )
    if narrow:
        if text_width(name, 13) * 1.06 + text_width(text, 12) + 8 > width:
            name = names.brief(zone.code)
        marks.append(Words(x.low, index, name, dx=-x.start, dy=16, bold=True))
        marks.append(at_right(index, text, x, width, dy=16, color=ORANGE if bad else INK2))
    else:
        marks.append(Words(x.low, at, name, dx=-14, anchor="end"))
        marks.append(Words(x.high, at, text, dx=14, size=12.5, color=color, bold=bad))
        marks.append(at_right(at, below, x, width))
    return marks
