"""A study as readable tables in a terminal, with every interval and what cannot be told apart."""

from collections.abc import Sequence

from app.analysis.results.drivers import DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.results.gaps import GapsResult
from app.analysis.results.items import IndexResult, ItemResult, ZoneResult
from app.analysis.results.levels import BoxResult, NpsResult
from app.analysis.results.scales import ScaleResult
from app.analysis.results.study import StudyResult
from app.analysis.results.weighting import WeightingResult
from app.cli.comparison_table import (
    community_lines,
    count_lines,
    segment_lines,
    trend_lines,
)
from app.cli.silence_table import silence_lines
from app.cli.table_words import difference_text, joined, share_text, title
from app.cli.text_table import table
from app.cli.wide_table import wide_lines
from app.i18n import gettext as _
from app.reports.wording import (
    NOTHING,
    Names,
    band_word,
    estimate_text,
    in_order,
    interval,
    no_order_reason,
    number,
    percent,
    quadrant_word,
    rank_text,
    signed,
    standing_notes,
    tied_text,
    verdict,
    zone_word,
    zones_in_order,
    zones_note,
)

Lines = list[str]


def study_table(result: StudyResult, names: Names) -> str:
    """Return a whole study as text, in the language of the moment.

    Args:
        result: The numbers.
        names: What the codes are called.
    """
    parts: list[Lines] = [
        _summary(result, names),
        _headline(result, names),
        _told_apart(result, names),
        _zones(result, names),
    ]
    if result.gaps is not None:
        parts.append(_gaps(result.gaps, names))
    parts += [_drivers(one, names) for one in _all_drivers(result)]
    parts.append(_boxes(result.boxes, names))
    if result.nps is not None:
        parts.append(_nps(result.nps))
    parts.append(_scales(result.scales, names))
    parts += wide_lines(result, names)
    parts += silence_lines(result)
    if result.trend is not None:
        parts.append(trend_lines(result.trend, names))
    parts += [community_lines(one, names) for one in result.communities]
    parts += [segment_lines(one, names) for one in result.segments]
    parts += [count_lines(one) for one in result.tables]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _summary(result: StudyResult, names: Names) -> Lines:
    index = result.index
    asked = "" if result.population is None else f" / {result.population}"
    facts = [
        [_("Households"), f"{result.n}{asked}"],
        [_("Replicate groups"), str(result.groups)],
        [_("Satisfaction index 0-100"), estimate_text(index)],
        [_("Standard error"), number(index.stderr, 3)],
        [_("Hill's percentage"), number(index.hill_percent)],
        [_("Index with equal weights"), number(index.equal_weights)],
    ]
    if result.index_bounds is not None:
        ends = interval(*result.index_bounds)
        facts.append([_("The index for all households, whatever the silent think"), ends])
    if result.overall is not None:
        facts.append([_("Overall item, 0-100"), estimate_text(result.overall)])
    if result.overall_bounds is not None:
        ends = interval(*result.overall_bounds)
        facts.append([_("The same for all households, whatever the silent think"), ends])
    if result.overall_satisfied is not None:
        facts.append([_("Satisfied overall"), share_text(result.overall_satisfied)])
    if result.satisfied_bounds is not None:
        low, high = result.satisfied_bounds
        ends = f"{interval(100 * low, 100 * high)}%"
        name = _("The satisfied share for all households, whatever the silent think")
        facts.append([name, ends])
    if result.weighting is not None:
        facts += _weighting(result.weighting, result.unweighted)
    level = number(100 * result.level, 0)
    lines = table([_("Study"), _("value ({level}% interval)", level=level)], facts, words=(0, 1))
    return [*lines, *standing_notes(result), verdict(result, names)]


def _weighting(weighting: WeightingResult, unweighted: IndexResult | None) -> list[Lines]:
    facts = [
        [_("Design effect of the weights (Kish)"), number(weighting.deff, 3)],
        [_("Effective number of households"), number(weighting.n_effective, 0)],
    ]
    if not weighting.applied:
        return [*facts, [_("Weights"), _("refused: they cost too much; nothing is weighted")]]
    if unweighted is not None:
        facts.append([_("Index without weights"), estimate_text(unweighted)])
    return facts


def _headline(result: StudyResult, names: Names) -> Lines:
    if not result.items:
        return []
    head = [
        _("Area"), "n", _("Satisfaction 0-100"), _("Satisfied"), _("Importance"), "PFI",
        _("Rank interval"), _("Band"), _("Place in the matrix"),
    ]  # fmt: skip
    rows = [_headline_row(item, names, said=result.order_said) for item in in_order(result)]
    lines = [title(_("What to improve first")), *table(head, rows, words=(0, -1))]
    reason = no_order_reason(result)
    return [*lines, reason] if reason else lines


def _headline_row(item: ItemResult, names: Names, *, said: bool) -> list[str]:
    pfi = Estimate(item.pfi, item.pfi_stderr, item.pfi_low, item.pfi_high, item.n)
    return [
        names.short(item.code),
        str(item.n),
        estimate_text(item.performance),
        share_text(item.satisfied),
        percent(item.importance, 1),
        estimate_text(pfi, 2),
        rank_text(item.rank_low, item.rank_high),
        item.band or NOTHING,
        quadrant_word(item, said=said),
    ]


def _told_apart(result: StudyResult, names: Names) -> Lines:
    """Say in words, area by area, which order is known and which is not."""
    if not result.order_said:
        return []
    return [
        _("{area}: {band}; {tied}", area=names.short(item.code), band=band_word(item.band),
          tied=tied_text(item, names))
        if item.band
        else _("{area}: {tied}", area=names.short(item.code), tied=tied_text(item, names))
        for item in in_order(result)
        if item.rank is not None
    ]  # fmt: skip


def _zones(result: StudyResult, names: Names) -> Lines:
    if not result.zones:
        return []
    head = [
        _("Area"), "n", _("Lowest acceptable"), _("Reached"), _("Desired"),
        _("Reached − acceptable"), _("Reached − desired"), _("Below own minimum"),
        "PFI", _("Rank interval"), _("Status"),
    ]  # fmt: skip
    rows = [_zone_row(zone, names) for zone in zones_in_order(result)]
    lines = [title(_("Zones of tolerance")), *table(head, rows, words=(0, -1))]
    note = zones_note(result)
    return [*lines, note] if note else lines


def _zone_row(zone: ZoneResult, names: Names) -> list[str]:
    return [
        names.short(zone.code),
        "–" if zone.answered is None else str(zone.answered),
        number(zone.adequate.value, 2),
        number(zone.perceived.value, 2),
        number(zone.desired.value, 2),
        difference_text(zone.adequacy, 2),
        difference_text(zone.superiority, 2),
        share_text(zone.below),
        estimate_text(zone.pfi, 2),
        rank_text(zone.rank_low, zone.rank_high),
        zone_word(zone),
    ]


def _gaps(gaps: GapsResult, names: Names) -> Lines:
    if not gaps.items and not gaps.orders:
        return []
    lines = [title(_("Gaps between importance and what is reached"))]
    if gaps.items:
        head = [_("Area"), _("Importance"), _("Reached"), _("Gap"), _("Standard error"),
                _("Rank interval"), _("Reached − competitor")]  # fmt: skip
        rows = [
            [
                names.short(one.code),
                number(one.importance.value, 2),
                number(one.perceived.value, 2),
                signed(one.gap.value, 2),
                number(one.gap.stderr, 3),
                rank_text(one.rank_low, one.rank_high),
                NOTHING if one.competitor is None else difference_text(one.competitor, 2),
            ]
            for one in gaps.items
        ]
        lines += table(head, rows)
    for order in gaps.orders:
        listed = joined(map(names.short, order.codes))
        lines.append(_("Order by {name}: {areas}", name=_order_name(order.name), areas=listed))
    for pair in gaps.agreements:
        lines.append(
            _("Agreement of {first} and {second}: Kendall's tau {tau}",
              first=_order_name(pair.first), second=_order_name(pair.second),
              tau=number(pair.tau, 2))
        )  # fmt: skip
    return lines


def _order_name(name: str) -> str:
    return {
        "pfi": _("PFI of the headline list"),
        "zone_pfi": _("PFI of the zone list"),
        "hill_gap": _("Hill's gap"),
        "is_rating": _("importance-satisfaction rating"),
    }.get(name, name)


def _all_drivers(result: StudyResult) -> Sequence[DriversResult]:
    found = [] if result.drivers is None else [result.drivers]
    return [*found, *result.attribute_drivers]


def _drivers(drivers: DriversResult, names: Names) -> Lines:
    area = drivers.area
    about = _("What moves overall satisfaction")
    lines = [title(f"{about}: {names.short(area)}" if area else about)]
    if drivers.source is None:
        why = joined(dict.fromkeys(map(_refusal_word, drivers.refusals)))
        return [*lines, _("Not computed ({reasons}); n = {n}.", reasons=why, n=drivers.n)]
    head = [_("Area"), "n", _("Derived share"), _("Stated share"), "r", "β", "VIF",
            _("Place")]  # fmt: skip
    rows = [
        [
            names.attribute(one.code) if one.code not in names.areas else names.short(one.code),
            str(one.n),
            share_text(one.share),
            percent(one.stated, 1),
            number(one.correlation, 2),
            number(one.beta, 2),
            number(one.vif, 1),
            _driver_word(one.quadrant, on_the_line=bool(one.on_the_line)),
        ]
        for one in drivers.items
    ]
    explained = NOTHING if drivers.r_squared is None else estimate_text(drivers.r_squared, 2)
    lines += [
        *table(head, rows, words=(0, -1)),
        _("R² {value}; n = {n}", value=explained, n=drivers.n),
    ]
    if drivers.source == "company":
        lines.append(_("Company drivers: this community's own answers are too few."))
    if drivers.explains_little:
        lines.append(_("These areas explain little of overall satisfaction."))
    if drivers.halo:
        lines.append(_("Everything is rated alike, so shares lie close together."))
    lines.append(
        _("Intervals of derived shares are approximate; stated against derived is a hypothesis.")
    )
    return lines


def _refusal_word(code: str) -> str:
    """Say why answers carry no drivers; the same words for the community and the company."""
    return {
        "few_pairs": _("fewer than 150 households rated it together with overall satisfaction"),
        "few_per_item": _("fewer than 10 households for each area"),
        "no_pairs": _("no answers paired with overall satisfaction"),
        "no_company": _("no other community to borrow from"),
        "not_finite": _("a question without common answers, or answered alike by all"),
        "indefinite": _("answers to some questions repeat each other"),
    }.get(code, code)


def _driver_word(quadrant: str | None, *, on_the_line: bool) -> str:
    if on_the_line:
        return _("on the line")
    return {
        "key_driver": _("key driver"),
        "basic": _("taken for granted"),
        "hidden_driver": _("hidden driver"),
        "low": _("low on both"),
    }.get(quadrant or "", NOTHING)


def _boxes(boxes: Sequence[BoxResult], names: Names) -> Lines:
    if not boxes:
        return []
    kinds = list(dict.fromkeys(box.name for one in boxes for box in one.boxes))
    head = [_("Item"), "n", *(_box_name(kind) for kind in kinds), _("No experience"), _("Blank")]
    rows = []
    for one in boxes:
        shares = {box.name: share_text(box.share) for box in one.boxes}
        gone = one.unanswered
        rows.append(
            [
                names.short(one.code) if one.code in names.areas else names.attribute(one.code),
                str(one.n),
                *(shares.get(kind, NOTHING) for kind in kinds),
                NOTHING if gone is None else str(gone.no_experience),
                NOTHING if gone is None else str(gone.blank),
            ]
        )
    return [title(_("Top and bottom boxes")), *table(head, rows)]


def _box_name(name: str) -> str:
    return {
        "satisfied": _("Satisfied"),
        "top": _("Top box"),
        "top_two": _("Top two"),
        "bottom": _("Bottom box"),
        "bottom_two": _("Bottom two"),
    }.get(name, name)


def _scales(scales: Sequence[ScaleResult], names: Names) -> Lines:
    said = [one for one in scales if one.alpha is not None]
    if not said:
        return []
    head = [_("Area"), "n", _("Items"), _("Cronbach's alpha"), _("McDonald's omega"), _("Note")]
    rows = [
        [
            names.short(one.area),
            str(one.n),
            str(len(one.items)),
            NOTHING if one.alpha is None else estimate_text(one.alpha, 2),
            number(one.omega, 2),
            _("check reverse-coded items") if one.check_reversed else "",
        ]
        for one in said
    ]
    return [
        title(_("Do the items of an area measure one thing")),
        *table(head, rows, words=(0, -1)),
    ]


def _nps(nps: NpsResult) -> Lines:
    head = [_("Recommendation"), "n", "NPS", _("Promoters"), _("Passives"), _("Detractors")]
    shares = [share_text(one) for one in (nps.promoters, nps.passives, nps.detractors)]
    row = [nps.code, str(nps.n), difference_text(nps.score), *shares]
    return [title(_("Net Promoter Score")), *table(head, [row])]
