"""Exhibits of further readings: gap list, recommendation, renewal, quality of the scales."""

from collections.abc import Sequence

from app.analysis.results.gaps import GapResult
from app.analysis.results.levels import BoxResult
from app.analysis.results.scales import ScaleResult
from app.i18n import gettext as _
from app.reports import spread
from app.reports.charts import BLUE, INK2, Point
from app.reports.exhibits.exhibit import Exhibit, Source, sentences
from app.reports.exhibits.lists import base_note
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table
from app.reports.figures import Drawing, RowsPlan, interval_rows
from app.reports.figures import Row as Line
from app.reports.wording import NOTHING, joined, percent, rank_text, said_share, signed

LOYALTY = "loyalty"


def gaps(source: Source) -> Exhibit | None:
    """Describe importance less level reached, both of the ten-point block."""
    found, names = source.result.gaps, source.names
    shown = [one for one in found.items if one.gap.value is not None] if found else []
    if found is None or not shown:
        return None
    said = found.order_said and all(one.rank is not None for one in shown)
    if said:
        shown.sort(key=lambda one: (one.rank or 0, one.code))
    heads = (
        Head("n", COUNT),
        Head(_("Importance, 1-10"), NUMBER, 2, ends=True, wide=True),
        Head(_("Reached, 1-10"), NUMBER, 2, ends=True, wide=True),
        Head(_("Gap"), SIGNED, 2),
        *((Head(_("Possible ranks")), Head(_("Ties"), wide=True)) if said else ()),
    )
    rows = tuple(
        Row(
            names.short(one.code),
            (
                one.gap.n,
                one.importance,
                one.perceived,
                one.gap.value,
                *(
                    (rank_text(one.rank_low, one.rank_high), _ties(one.tied, source))
                    if said
                    else ()
                ),
            ),
        )
        for one in shown
    )
    return Exhibit(
        name="gaps",
        number="R-14",
        title=_("Importance and level reached"),
        sub=_("○ importance, ● reached now; right: gap"),
        note=sentences(
            _(
                "Importance and level are asked in different words: the gap gives an order, it is "
                "no shortfall in points."
            ),
            "" if said else sentences(_("Too few answers for an order.")),
            base_note(source),
        ),
        anchor="gap",
        table=Table("gaps", _("Gap list"), _("Area"), heads, rows),
        draw=_gap_drawing(shown, source),
    )


def _gap_drawing(shown: Sequence[GapResult], source: Source) -> Drawing:
    """Draw importance and level of each area on one ruler."""
    values = [v for one in shown for v in (one.importance.value, one.perceived.value) if v]
    plan = RowsPlan(
        name="gaps",
        title=_("Importance and level reached"),
        description=_("The gap gives an order; it is never tested against 0."),
        axis=_("Points of the ten-point answers"),
        low=float(min(values) // 1),
        high=10.0,
    )
    lines = [
        Line(
            source.names.short(one.code),
            signed(one.gap.value, 1),
            (
                Point(one.importance.value or 0.0, -4.0, "ring", INK2),
                Point(one.perceived.value or 0.0, 4.0, "dot", BLUE),
            ),
        )
        for one in shown
    ]
    return lambda width: interval_rows(lines, plan, width)


def _ties(tied: tuple[str, ...], source: Source) -> str:
    return joined(map(source.names.short, tied)) if tied else NOTHING


def recommendation(source: Source) -> Exhibit | None:
    """Describe who recommends: promoters, passives, detractors and their balance."""
    nps = source.result.nps
    if nps is None or nps.score.value is None:
        return None
    shares = (nps.detractors, nps.passives, nps.promoters)
    bar = spread.SpreadRow(
        _("Would recommend"),
        tuple(share.value or 0.0 for share in shares),
        f"NPS {signed(nps.score.value, 0)}",
    )
    kinds = (_("Detractors (0-6)"), _("Passives (7-8)"), _("Promoters (9-10)"))
    rows = (
        Row(_("Net Promoter Score"), (nps.n, nps.score, None)),
        *(Row(kind, (nps.n, None, share)) for kind, share in zip(kinds, shares, strict=True)),
    )
    heads = (
        Head("n", COUNT),
        Head(_("Score −100 to 100"), SIGNED, 0, ends=True, wide=True),
        Head(_("Share of answers"), SHARE, 0, ends=True, wide=True),
    )
    title = _("Would owners recommend us?")
    return Exhibit(
        name="loyalty",
        number="R-15",
        title=title,
        sub=_("left: would not (0-6); middle: passive (7-8); right: would (9-10)"),
        note=sentences(_("{n} homes answered this question.", n=nps.n), base_note(source)),
        anchor="nps",
        table=Table("loyalty", _("Recommendation"), _("What"), heads, rows),
        draw=lambda width: spread.spread_bars(
            [bar],
            width,
            name="loyalty",
            title=title,
            description=f"NPS {signed(nps.score.value, 0)}",
        ),
    )


def renewal(source: Source) -> Exhibit | None:
    """Describe how owners would vote on keeping the company."""
    found = [box for box in source.result.boxes if box.role == LOYALTY]
    box = next((one for one in found if len(one.points) <= 7 and one.distribution), None)
    if box is None or box.distribution is None:
        return None
    rows = tuple(
        Row(source.codes.point(box.code, point), (share,))
        for point, share in zip(box.points, box.distribution, strict=True)
    )
    support = next((b.share for b in box.boxes if b.name == "satisfied"), None)
    bar = spread.SpreadRow(_("Would keep us"), box.distribution, _in_favour(box))
    title = source.codes.item(box.code)
    note = base_note(source)
    if support is not None and support.value is not None:
        note = sentences(_("In favour: {share} of {n}.", share=said_share(support), n=box.n), note)
    return Exhibit(
        name="renewal",
        number="R-16",
        title=title,
        sub=_("answers from “certainly not” at the left to “certainly” at the right"),
        note=note,
        anchor="nps",
        table=Table(
            "renewal", _("How owners would vote"), _("Answer"), (Head(_("Share"), SHARE, 1),), rows
        ),
        draw=lambda width: spread.spread_bars(
            [bar], width, name="renewal", title=title, description=note
        ),
    )


def _in_favour(box: BoxResult) -> str:
    share = next((one.share.value for one in box.boxes if one.name == "satisfied"), None)
    return percent(share) if share is not None else f"n {box.n}"


def scales(source: Source) -> Exhibit | None:
    """Describe whether the attributes of each area measure one thing."""
    if not source.result.scales:
        return None
    heads = (
        Head(_("Attributes"), COUNT),
        Head("n", COUNT),
        Head(_("Cronbach's alpha"), NUMBER, 2, ends=True, wide=True),
        Head(_("McDonald's omega"), NUMBER, 2),
        Head(_("Reading"), wide=True),
    )
    rows = tuple(
        Row(
            source.names.short(one.area),
            (len(one.items) or None, one.n, one.alpha, one.omega, _scale_word(one)),
        )
        for one in source.result.scales
    )
    return Exhibit(
        name="scales",
        number="R-20",
        title=_("Do the attributes of an area measure one thing?"),
        sub="",
        note=sentences(
            _("From .70 on the mean of the attributes stands for the area."), base_note(source)
        ),
        anchor="alpha",
        table=Table("scales", _("Quality of the scales"), _("Area"), heads, rows),
    )


def _scale_word(one: ScaleResult) -> str:
    if one.refusal is not None or one.alpha is None or one.alpha.value is None:
        return _("too few answers to tell")
    if one.check_reversed:
        return _("an attribute may be coded the other way round")
    return _("one thing") if one.alpha.value >= 0.7 else _("several things: read each attribute")
