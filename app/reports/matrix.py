"""The importance-performance matrix with its uncertainty, and its twin of the zone list."""

import re
from dataclasses import replace

from app.analysis.results.drivers import Driver
from app.analysis.results.items import AttributeResult, Crosshair, ItemResult, ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, INK2, ORANGE, Chart, Point, text_width
from app.reports.matrix_drawing import Cut, Dot, MatrixPlan, draw_matrix
from app.reports.wording import Names, band_word, interval, number, quadrant_word, tied_text

_CLAUSE = re.compile(r"[，、；,;]")
_LABEL_EM = 9.0  # widest label of an attribute, in letters
_BAND_SHAPES = {"A": "square", "B": "dot", "C": "ring"}


def importance_performance(result: StudyResult, names: Names, width: float) -> Chart:
    """Describe the headline matrix: performance against stated importance.

    Dotted curves join places with the same PFI, so the picture agrees with the PFI list.

    Args:
        result: A study whose items have performance and weight.
        names: Names of the areas.
        width: True width in pixels.

    Returns:
        The chart, labels placed; `clash` is 0 unless the frame is too small for its labels.
    """
    said = result.order_said
    found = (_item_dot(item, names, said=said) for item in result.items)
    dots = [dot for dot in found if dot is not None]
    equal = result.crosshair.importance
    plan = MatrixPlan(
        name="matrix",
        title=_("Importance and satisfaction"),
        description=_(
            "Further left is worse, further up is more important; upper left is to be improved "
            "first. Crosses are 95% intervals."
        )
        if said
        else _(
            "Indicative. Further left is worse, further up is more important. Crosses are 95% "
            "intervals."
        ),
        x_title=_("Satisfaction 0-100 (further right is better)"),
        x_short=_("Satisfaction 0-100"),
        share=100 * equal if equal is not None else 100 / max(1, len(dots)),
        cut=_cut(result.crosshair),
        said=said,
    )
    return draw_matrix(dots, plan, width)


def zone_matrix(result: StudyResult, names: Names, width: float) -> Chart:
    """Describe the matrix of the zone list: attainment of the ideal against importance."""
    said = result.zones_order_said
    found = (_zone_dot(zone, names, with_band=said) for zone in result.zones)
    dots = [dot for dot in found if dot is not None]
    plan = MatrixPlan(
        name="zone-matrix",
        title=_("Importance and attainment of the owners' ideal"),
        description=_(
            "100 means the ideal is reached; what lies below the owners' minimum counts twice."
        ),
        x_title=_("Attainment (100 = the owners' ideal; below their minimum counts twice)"),
        x_short=_("Attainment 0-100"),
        share=100 / max(1, len(dots)),
        cut=None,
    )
    return draw_matrix(dots, plan, width)


def attribute_matrix(result: StudyResult, names: Names, width: float) -> Chart:
    """Describe every attribute by its level and its derived importance; no order follows.

    Labels are the first words of the statements, or numbers where these do not fit; the table
    beside the drawing gives both.
    """
    dots = [
        _attribute_dot(number_, attribute, driver, names)
        for number_, (attribute, driver) in enumerate(placed_attributes(result), start=1)
    ]
    levels = [dot.point.x for dot in dots]
    mean = sum(levels) / max(1, len(levels))
    plan = MatrixPlan(
        name="attribute-matrix",
        title=_("Level and derived importance of the attributes"),
        description=_("A hypothesis: what goes along with the overall rating need not cause it."),
        x_title=_("Satisfaction 0-100 (further right is better)"),
        x_short=_("Satisfaction 0-100"),
        share=100 / max(1, len(dots)),
        cut=Cut(mean, _("mean {value}", value=number(mean))),
        y_title=_("Derived importance, share"),
        has_curves=False,
    )
    return draw_matrix(dots, plan, width)


def placed_attributes(result: StudyResult) -> list[tuple[AttributeResult, Driver]]:
    """Return the attributes that have both a level and a derived importance, as asked."""
    found = next((one for one in result.attribute_drivers if not one.area), None)
    drivers = {one.code: one for one in found.items} if found is not None else {}
    return [
        (one, drivers[one.code])
        for one in result.attributes
        if one.code in drivers and one.performance.value is not None
    ]


def _attribute_dot(place: int, attribute: AttributeResult, driver: Driver, names: Names) -> Dot:
    performance, share = attribute.performance, driver.share
    statement = names.attribute(attribute.code)
    point = _point(
        performance.value or 0.0,
        share.value or 0.0,
        (performance.low, performance.high),
        (share.low, share.high),
        "dot",
        BLUE,
        (
            f"{place} {statement}",
            _(
                "satisfaction {value} ({ends})",
                value=number(performance.value),
                ends=interval(performance.low, performance.high),
            ),
            _("derived {value}%", value=number(100 * (share.value or 0.0))),
        ),
    )
    # Crosses of so many attributes would hide each other; the table gives the intervals.
    point = replace(point, x_interval=None, y_interval=None)
    return Dot(point, f"{place} {first_words(statement)}", str(place), bold=False)


def first_words(statement: str) -> str:
    """Return the first clause of a statement, short enough for a label."""
    clause = _CLAUSE.split(statement, maxsplit=1)[0].strip()
    if text_width(clause, 1.0) <= _LABEL_EM:
        return clause
    shown = ""
    for letter in clause:
        if text_width(shown + letter, 1.0) > _LABEL_EM - 1:
            break
        shown += letter
    return f"{shown.rstrip()}…"


def _cut(crosshair: Crosshair) -> Cut | None:
    at = crosshair.performance
    if at is None:
        return None
    if crosshair.performance_rule == "target":
        return Cut(at, _("target {value}", value=number(at, 0)))
    return Cut(at, _("mean {value}", value=number(at)))


def _item_dot(item: ItemResult, names: Names, *, said: bool) -> Dot | None:
    performance, weight = item.performance, item.weight
    if performance.value is None or weight.value is None:
        return None
    first = said and item.quadrant == "concentrate" and not item.on_the_line
    name = names.short(item.code)
    hover = (
        names.area(item.code),
        _(
            "satisfaction {value} ({ends})",
            value=number(performance.value),
            ends=interval(performance.low, performance.high),
        ),
        _("importance {value}%", value=number(100 * weight.value)),
        f"PFI {number(item.pfi, 2)}",
        quadrant_word(item, said=said),
    )
    point = _point(
        performance.value,
        weight.value,
        (performance.low, performance.high),
        (weight.low, weight.high),
        "half" if item.on_the_line else "dot",
        INK2 if item.on_the_line else ORANGE if first else BLUE,
        hover,
    )
    label = _("{name} · on the line", name=name) if item.on_the_line else name
    return Dot(point, label, names.brief(item.code), first)


def _zone_dot(zone: ZoneResult, names: Names, *, with_band: bool) -> Dot | None:
    attainment, weight = zone.attainment, zone.weight
    if attainment.value is None or weight.value is None:
        return None
    band = zone.band if with_band else None
    hover = (
        names.area(zone.code),
        _("attainment {value}", value=number(attainment.value)),
        _("importance {value}%", value=number(100 * weight.value)),
        f"PFI {number(zone.pfi.value, 2)}",
        *((band_word(band), tied_text(zone, names)) if band else ()),
    )
    point = _point(
        attainment.value,
        weight.value,
        (attainment.low, attainment.high),
        (weight.low, weight.high),
        _BAND_SHAPES.get(band or "", "dot"),
        INK if band == "A" else BLUE,
        hover,
    )
    return Dot(point, names.short(zone.code), names.brief(zone.code), band == "A")


def _point(
    x: float,
    weight: float,
    x_ends: tuple[float | None, float | None],
    weight_ends: tuple[float | None, float | None],
    shape: str,
    color: str,
    hover: tuple[str, ...],
    /,
) -> Point:
    x_low, x_high = x_ends
    y_low, y_high = weight_ends
    return Point(
        x,
        100 * weight,
        shape,
        color,
        None if x_low is None or x_high is None else (max(0.0, x_low), min(100.0, x_high)),
        None if y_low is None or y_high is None else (max(0.0, 100 * y_low), 100 * y_high),
        hover=hover,
        cap=0.0,
        size=5.0,
    )
