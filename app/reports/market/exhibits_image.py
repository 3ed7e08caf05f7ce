"""Exhibits of the market: the map of images, and who is said to fit which statement."""

from collections.abc import Sequence

from app.analysis.results.market import ImageResult, MapPoint
from app.i18n import gettext as _
from app.reports.charts import (
    BLUE,
    INK,
    INK2,
    INK3,
    RULE2,
    Chart,
    Mark,
    Point,
    Scale,
    Segment,
    Words,
    text_width,
    ticks,
)
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, Head, Row, Table
from app.reports.labels import Box, Labelled, Obstacle, place
from app.reports.market import words
from app.reports.market.source import MarketSource
from app.reports.wording import number, percent

_LABEL = 13.0


def image_map(source: MarketSource) -> Exhibit | None:
    """Describe which company is like which statement: correspondence analysis."""
    found = source.stored.main.image
    if found is None or found.reason is not None:
        return None
    title = _("Image: who is like what")
    shown = sum(found.inertia[:2])
    rows = tuple(
        Row(
            _name(one, is_company, source),
            (
                _("company") if is_company else _("statement"),
                one.ticks,
                one.x,
                one.y,
                one.quality,
            ),
            flags=(_("placed, shapes no axis"),) if one.is_supplementary else (),
        )
        for is_company, points in ((True, found.providers), (False, found.points))
        for one in points
    )
    heads = (
        Head(_("What it is")),
        Head(_("Ticks"), COUNT),
        Head("x", NUMBER, 2),
        Head("y", NUMBER, 2),
        Head(_("Shown of it"), SHARE),
    )
    return Exhibit(
        name="map",
        number="M-6",
        title=title,
        sub=_("■ our own company, ● others, ○ statements"),
        note=sentences(
            _("Both axes show {share} of the differences.", share=percent(shown)),
            _("Below 70%: read only what lies far out.")
            if "little_shown" in found.warnings
            else "",
            _(
                "Near a statement means: said of it more than of others. Small distances mean "
                "nothing."
            ),
        ),
        anchor="image",
        table=Table("map", title, _("Point"), heads, rows),
        draw=lambda width: draw_map(found, source, width),
    )


def profiles(source: MarketSource) -> Exhibit | None:
    """Describe what those who know a company say of it."""
    found = source.stored.main.image
    if found is None:
        return None
    codes = [one.code for one in found.profiles]
    rows = tuple(
        Row(
            source.listed("image", statement),
            tuple(one.shares[at] for one in found.profiles),
            flags=(_("no praise"),) if _is_reverse(statement, source) else (),
        )
        for at, statement in enumerate(found.statements)
    )
    known = _("; ").join(
        _("{company} {count}", company=source.company(one.code), count=one.knowers)
        for one in found.profiles
    )
    return Exhibit(
        name="profiles",
        number="M-7",
        title=_("Which companies the statements fit"),
        sub="",
        note=sentences(
            _("Of those who know the company: {known}.", known=known),
            words.why(found.reason) if found.reason else "",
        ),
        anchor="image",
        table=Table(
            "profiles",
            _("Which companies the statements fit"),
            _("Statement"),
            tuple(Head(source.company(code), SHARE, ends=True) for code in codes),
            rows,
        ),
    )


def draw_map(found: ImageResult, source: MarketSource, width: float) -> Chart:
    """Describe the map: one unit is the same length on both axes, labels never touch."""
    points = [(one, True) for one in found.providers if one.x is not None and one.y is not None] + [
        (one, False) for one in found.points if one.x is not None and one.y is not None
    ]
    x, y = _map_scales(found, points, width)
    marks: list[Mark] = [
        Segment(x.low, 0, x.high, 0, RULE2, 1.0, (4.0, 3.0)),
        Segment(0, y.low, 0, y.high, RULE2, 1.0, (4.0, 3.0)),
    ]
    labels = [_name(one, is_company, source) for one, is_company in points]
    placed = place(
        [
            Labelled(
                x.pixel(one.x or 0.0), y.pixel(one.y or 0.0), text_width(text, _LABEL) + 4, 18.0
            )
            for (one, _company), text in zip(points, labels, strict=True)
        ],
        Box(x.start, y.end, x.end, y.start),
        [
            Obstacle(_around(x.pixel(one.x or 0.0), y.pixel(one.y or 0.0)), 60, hard=True)
            for one, _company in points
        ],
    )
    for (one, is_company), text, offset, far in zip(
        points, labels, placed.offsets, placed.far, strict=True
    ):
        marks.append(_point(one, source, text, is_company=is_company))
        marks.append(
            Words(
                one.x or 0.0,
                one.y or 0.0,
                text,
                dx=offset[0],
                dy=offset[1],
                size=_LABEL,
                color=INK if is_company else INK2,
                anchor="middle",
                bold=is_company,
                leader=far,
            )
        )
    return Chart(
        name="map",
        title=_("Image: who is like what"),
        description=_("Companies and statements; near means said of it more than of others."),
        width=width,
        height=y.start + 46,
        x=x,
        y=y,
        marks=tuple(marks),
        clash=placed.clash,
    )


def _map_scales(
    found: ImageResult, points: Sequence[tuple[MapPoint, bool]], width: float
) -> tuple[Scale, Scale]:
    """Return both axes with the same unit."""
    spread_x = max(abs(one.x or 0.0) for one, _company in points) * 1.35 or 1.0
    spread_y = max(abs(one.y or 0.0) for one, _company in points) * 1.3 or 1.0
    left, right, top = 16.0, width - 16.0, 16.0
    unit = (right - left) / (2 * spread_x)
    tall = min(max(2 * spread_y * unit, 300.0), max(360.0, 0.62 * width))
    # The same unit on both axes: whichever has room to spare shows more of the plane.
    if 2 * spread_y * unit > tall:
        unit = tall / (2 * spread_y)
        spread_x = (right - left) / (2 * unit)
    else:
        spread_y = tall / (2 * unit)
    names = _axis_names(found)
    marks_x = ticks(-spread_x, spread_x, _step(spread_x))
    return (
        Scale(-spread_x, spread_x, left, right, title=names[0], ticks=marks_x),
        Scale(-spread_y, spread_y, top + tall, top, title=names[1]),
    )


def _step(spread: float) -> float:
    return 0.1 if spread < 0.5 else 0.25 if spread < 1 else 0.5


def _axis_names(found: ImageResult) -> tuple[str, str]:
    shown = (*found.inertia, 0.0, 0.0)
    return (
        _("Axis 1: {share} of the differences", share=percent(shown[0])),
        _("Axis 2: {share}", share=percent(shown[1])),
    )


def _around(x: float, y: float) -> Box:
    return Box(x - 6, y - 6, x + 6, y + 6)


def _point(one: MapPoint, source: MarketSource, text: str, *, is_company: bool) -> Point:
    is_own = is_company and one.code == source.own
    shape, color = ("square", BLUE) if is_own else ("dot", INK) if is_company else ("ring", INK3)
    hover = (text, _("ticks {count}", count=one.ticks), f"{number(one.x, 2)} / {number(one.y, 2)}")
    return Point(one.x or 0.0, one.y or 0.0, shape, color, hover=hover)


def _name(one: MapPoint, is_company: bool, source: MarketSource) -> str:
    return source.company(one.code) if is_company else source.listed("image", one.code)


def _is_reverse(code: str, source: MarketSource) -> bool:
    lines = source.questionnaire.cards.lists["image"]
    return any(one.code == code and one.reverse for one in lines)
