"""Exhibits of the lists a community acts on: priorities, matrix, zones of tolerance."""

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import ItemResult, ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import figures, matrix, zone_figure, zone_radar
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.wording import (
    Names,
    band_word,
    established_below,
    in_order,
    is_thin,
    joined,
    may_draw_zone_matrix,
    quadrant_advice,
    quadrant_word,
    rank_text,
    tied_text,
    zone_word,
    zones_in_order,
)


def priorities(source: Source) -> Exhibit | None:
    """Describe what to improve first: PFI with intervals, possible ranks, bands."""
    result, names = source.result, source.names
    if all(item.pfi is None for item in result.items):
        return None
    said = result.order_said
    below = {zone.code for zone in established_below(result)}
    heads = [
        Head("n", COUNT),
        Head(_("PFI, index points"), NUMBER, 1, ends=True),
        Head(_("Satisfaction 0-100"), NUMBER, 1, ends=True),
        Head(_("Importance"), SHARE, 1, ends=True),
        *((Head(_("Possible ranks")), Head(_("Band"), wide=True)) if said else ()),
        *((Head(_("Cannot be told apart from"), wide=True),) if said else ()),
        Head(_("Level below the minimum")),
    ]
    rows = tuple(
        Row(
            names.short(item.code),
            (
                item.n,
                _pfi(item),
                item.performance,
                item.weight,
                *((rank_text(item.rank_low, item.rank_high), _band(item)) if said else ()),
                *((_ties(item, names),) if said else ()),
                _("yes") if item.code in below else _("no"),
            ),
            _thin(result, item.n),
            item.band or "",
        )
        for item in in_order(result)
    )
    return Exhibit(
        name="pfi",
        number="R-4",
        title=_("Index points that can be regained"),
        sub=_("all areas on one ruler, with 95% intervals")
        if not said
        else _("■ surely among the first three, ● may be, ○ not; right: possible ranks"),
        note=sentences(
            base_note(source),
            _(
                "PFI = importance × distance to 100, in points of the index: the PFI of all areas "
                "add up to 100 minus the index."
            ),
        ),
        anchor="pfi",
        table=Table("pfi", _("What to improve first"), _("Area"), tuple(heads), rows),
        draw=lambda width: figures.pfi_list(result, names, width),
    )


def base_note(source: Source) -> str:
    """Say how many homes answered, of how many, and how many are in no figure at all."""
    said = _(
        "n = {returned} homes that answered, of a base of {base}.",
        returned=f"{source.returned:,}",
        base=f"{source.base:,}",
    )
    if not source.left_out:
        return said
    left_out = _(
        "{count} homes of communities that are not in the result are not among them.",
        count=f"{source.left_out:,}",
    )
    return sentences(said, left_out)


def _pfi(item: ItemResult) -> Estimate:
    return Estimate(item.pfi, item.pfi_stderr, item.pfi_low, item.pfi_high, item.n)


def _band(item: ItemResult) -> str | None:
    return f"{item.band} · {band_word(item.band)}" if item.band else None


def _ties(item: ItemResult | ZoneResult, names: Names) -> str:
    return joined(map(names.short, item.tied)) if item.tied else tied_text(item, names)


def _thin(result: StudyResult, n: int) -> tuple[str, ...]:
    return (_("indicative"),) if is_thin(result, n) else ()


def places(source: Source) -> Exhibit | None:
    """Describe the importance-performance matrix."""
    result, names = source.result, source.names
    if not any(item.quadrant for item in result.items):
        return None
    said = result.order_said
    rows = tuple(
        Row(
            names.short(item.code),
            (
                f"{'◧' if item.on_the_line else '●'} {quadrant_word(item, said=said)}",
                item.n,
                item.performance,
                item.weight,
                item.pfi,
                quadrant_advice(item, said=said),
            ),
            _thin(result, item.n),
        )
        for item in in_order(result)
    )
    heads = (
        Head(_("Place in the matrix"), wide=True),
        Head("n", COUNT),
        Head(_("Satisfaction"), NUMBER, 1, ends=True, wide=True),
        Head(_("Importance"), SHARE, 1, ends=True, wide=True),
        Head("PFI", NUMBER),
        Head(_("Reading"), wide=True),
    )
    return Exhibit(
        name="matrix",
        number="R-3",
        title=_("Important and not good enough: upper left")
        if said
        else _("Importance and satisfaction"),
        sub=_("Crosses are 95% intervals; ◧ an interval touches a cut"),
        note=sentences(
            base_note(source),
            _(
                "Along a dotted curve the PFI is the same. Weights are shares of the choices of "
                "three areas."
            ),
        ),
        anchor="quadrants",
        table=Table(
            "matrix",
            _("Where each area stands, and how surely")
            if said
            else _("Where each area stands (indicative)"),
            _("Area"),
            heads,
            rows,
        ),
        draw=lambda width: matrix.importance_performance(result, names, width),
    )


def zones(source: Source) -> Exhibit | None:
    """Describe the zones of tolerance, the worst against its minimum first."""
    result, names = source.result, source.names
    found = zones_in_order(result)
    if not found:
        return None
    heads = (
        Head("n", COUNT),
        Head(_("Minimum"), NUMBER, 2),
        Head(_("Ideal"), NUMBER, 2),
        Head(_("Reached"), NUMBER, 2, ends=True),
        Head(_("Against minimum"), SIGNED, 2, ends=True),
        Head(_("Against ideal"), SIGNED, 2, ends=True),
        Head(_("Homes below their own minimum"), SHARE, 0, ends=True),
        Head(_("Reading")),
    )
    rows = tuple(
        Row(
            names.short(zone.code),
            (
                zone.perceived.n,
                zone.adequate,
                zone.desired,
                zone.perceived,
                zone.adequacy,
                zone.superiority,
                zone.below,
                zone_word(zone),
            ),
            _thin(result, zone.perceived.n),
        )
        for zone in found
    )
    radar = source.by == "radar"
    draw = zone_radar.zone_radar if radar else zone_figure.zone_rows
    return Exhibit(
        name="zones",
        number="R-5",
        title=_("From the lowest acceptable level to the ideal"),
        sub=_("solid line: reached now; dashed: minimum; dotted: ideal")
        if radar
        else _("band: minimum to ideal; mark: reached now, with its 95% interval"),
        note=sentences(
            _("A radar shows no intervals: read the bars before you say anything.")
            if radar
            else "",
            _(
                "◇ below the minimum beyond error; ◧ on the line, not established; ● established. "
                "Each home was asked about some of the areas only."
            ),
            base_note(source),
        ),
        anchor="zones",
        table=Table("zones", _("Zones of tolerance"), _("Area"), heads, rows),
        draw=lambda width: draw(result, names, width),
    )


def zone_places(source: Source) -> Exhibit | None:
    """Describe the matrix of the zone list."""
    result, names = source.result, source.names
    if not may_draw_zone_matrix(result):
        return None
    said = result.zones_order_said
    heads = (
        Head("n", COUNT),
        Head(_("Attainment of the ideal"), NUMBER, 1, ends=True, wide=True),
        Head(_("Importance"), SHARE, 1, ends=True, wide=True),
        Head("PFI", NUMBER, 1, ends=True, wide=True),
        *((Head(_("Possible ranks")), Head(_("Band"))) if said else ()),
    )
    rows = tuple(
        Row(
            names.short(zone.code),
            (
                zone.perceived.n,
                zone.attainment,
                zone.weight,
                zone.pfi,
                *((rank_text(zone.rank_low, zone.rank_high), zone.band) if said else ()),
            ),
        )
        for zone in result.zones
        if zone.attainment.value is not None
    )
    return Exhibit(
        name="zone-matrix",
        number="R-6",
        title=_("The same in one picture"),
        sub=_("100 = the owners' ideal; below their minimum counts twice"),
        note=sentences(
            _(
                "Ten-point answers of the tolerance block only; not to be mixed with the five-word "
                "ratings of the other matrix."
            ),
            _(
                "Crosses are 95% intervals. ■ surely among the first three of this list, ● may be, "
                "○ not."
            )
            if said
            else _("Crosses are 95% intervals. ● shows a place only: no order is stated."),
        ),
        anchor="zone-pfi",
        table=Table(
            "zone-matrix",
            _("Importance and attainment of the owners' ideal"),
            _("Area"),
            heads,
            rows,
        ),
        draw=lambda width: matrix.zone_matrix(result, names, width),
    )
