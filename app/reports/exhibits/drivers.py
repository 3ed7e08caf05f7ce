"""Exhibits of what moves the overall rating, stated importance beside it."""

from app.analysis.results.drivers import Driver, DriversResult
from app.i18n import gettext as _
from app.reports import matrix
from app.reports.charts import BLUE, INK2, Point
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.wording import Names, interval, number, percent

LEAST = 150


def drivers(source: Source) -> Exhibit | None:
    """Describe stated importance beside derived importance of the areas."""
    found = source.result.drivers
    if found is None or not found.items:
        return None
    names = source.names
    rows = tuple(_row(one, names.short(one.code)) for one in found.items)
    heads = (
        Head("n", COUNT),
        Head(_("Stated importance"), SHARE, 1),
        Head(_("Derived importance"), SHARE, 1, ends=True, wide=True),
        Head(_("LMG share, for comparison"), SHARE, 1, wide=True),
        Head(_("Correlation with the overall rating"), NUMBER, 2, wide=True),
        Head(_("Reading"), wide=True),
    )
    plan = RowsPlan(
        name="drivers",
        title=_("Stated and derived importance"),
        description=_("What owners say matters, beside what goes along with their overall rating."),
        axis=_("Share of importance, per cent"),
        low=0.0,
        high=_top(found),
        references=((100 / len(found.items), _("equal share")),),
    )
    lines = [_line(one, names) for one in found.items]
    return Exhibit(
        name="drivers",
        number="R-9",
        title=_("What owners say matters, and what goes along with their overall rating"),
        sub=_("○ stated; ● derived with its 95% interval, which is approximate"),
        note=drivers_note(found),
        anchor="drivers",
        table=Table("drivers", _("Stated and derived importance"), _("Area"), heads, rows),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def attribute_drivers(source: Source) -> Exhibit | None:
    """Describe derived importance of the attributes, all together."""
    found = next((one for one in source.result.attribute_drivers if not one.area), None)
    placed = matrix.placed_attributes(source.result)
    if found is None or not placed:
        return None
    heads = (
        Head(_("No."), COUNT),
        Head("n", COUNT),
        Head(_("Satisfaction 0-100"), NUMBER, 1, ends=True, wide=True),
        Head(_("Derived importance"), SHARE, 1, ends=True, wide=True),
        Head(_("Correlation with the overall rating"), NUMBER, 2, wide=True),
    )
    rows = tuple(
        Row(
            source.names.attribute(level.code),
            (place, driver.n, level.performance, driver.share, driver.correlation),
        )
        for place, (level, driver) in enumerate(placed, start=1)
    )
    return Exhibit(
        name="attribute-drivers",
        number="R-10",
        title=_("Level and derived importance of the attributes"),
        sub=_("lines: mean level and equal share; numbers are those of the table"),
        note=drivers_note(found),
        anchor="drivers",
        table=Table(
            "attribute-drivers",
            _("Derived importance of the attributes"),
            _("Attribute"),
            heads,
            rows,
        ),
        draw=lambda width: matrix.attribute_matrix(source.result, source.names, width),
    )


def drivers_note(found: DriversResult) -> str:
    """Say whose answers a derived importance rests on, and how much it explains."""
    if found.source == "company":
        whose = _(
            "From all {count} communities of the company, because this one has fewer than {least} "
            "complete pairs; n = {n}.",
            count=found.communities,
            least=LEAST,
            n=f"{found.n:,}",
        )
    else:
        whose = _("From this community's own answers; n = {n}.", n=f"{found.n:,}")
    parts = [whose]
    if found.r_squared is not None and found.r_squared.value is not None:
        parts.append(
            _(
                "The list explains {share} of the differences in the overall rating.",
                share=percent(found.r_squared.value),
            )
        )
    if found.explains_little:
        parts.append(_("That is little: do not act on it alone."))
    if found.halo:
        parts.append(_("Owners rate everything alike, so the shares lie close together."))
    parts.append(_("What goes along is no proof of a cause."))
    return sentences(*parts)


def no_drivers_reason(found: DriversResult | None) -> str:
    """Say why there is no derived importance."""
    if found is None:
        return _("It was not computed for this result.")
    if "few_pairs" in found.refusals or "few_per_item" in found.refusals:
        return _("It needs at least {least} homes that answered both questions.", least=LEAST)
    return _("The answers do not allow it.")


def driver_word(one: Driver) -> str:
    """Say what stated and derived importance together suggest; a hypothesis, not a finding."""
    if one.quadrant is None:
        return ""
    if one.on_the_line:
        return _("on the line")
    return {
        "key_driver": _("said to matter, and goes along with the overall rating"),
        "basic": _("said to matter, taken for granted"),
        "hidden_driver": _("hardly named, yet goes along with the overall rating"),
        "low": _("hardly named, hardly goes along"),
    }.get(one.quadrant, one.quadrant)


def _row(one: Driver, name: str) -> Row:
    return Row(
        name,
        (one.n, one.stated, one.share, one.lmg_share, one.correlation, driver_word(one)),
    )


def _line(one: Driver, names: Names) -> Line:
    share = 100 * (one.share.value or 0.0)
    ends = ends_of(one.share.low, one.share.high)
    scaled = (100 * ends[0], 100 * ends[1]) if ends else None
    points = [
        Point(
            share,
            4.0,
            "dot",
            BLUE,
            scaled,
            hover=(
                names.area(one.code),
                _("derived {value}%", value=number(share)),
                interval(*scaled) if scaled else "",
            ),
        )
    ]
    if one.stated is not None:
        stated = 100 * one.stated
        hover = (names.area(one.code), _("stated {value}%", value=number(stated)))
        points.append(Point(stated, -4.0, "ring", INK2, hover=hover))
    return Line(names.short(one.code), "", tuple(points))


def _top(found: DriversResult) -> float:
    highs = [100 * (one.share.high or one.share.value or 0.0) for one in found.items]
    stated = [100 * (one.stated or 0.0) for one in found.items]
    return 5.0 * (max([*highs, *stated]) // 5 + 1)
