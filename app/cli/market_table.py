"""A market-standing study as readable tables, with every interval and what cannot be told apart."""

from collections.abc import Sequence

from app.analysis.results.market import (
    CompetitiveResult,
    Funnel,
    ImageResult,
    LeagueResult,
    MarketResult,
    MarketShare,
    NeedFit,
    ProviderStanding,
    WithinRating,
)
from app.cli.table_words import difference_text, joined, share_text, title
from app.cli.text_table import table
from app.i18n import gettext as _
from app.reports.wording import NOTHING, estimate_text, number, percent, rank_text

Lines = list[str]


def market_table(result: MarketResult) -> str:
    """Return a whole market study as text, in the language of the moment.

    Args:
        result: The numbers.
    """
    parts = [_league(one) for one in result.leagues]
    parts.append(_competitive(result.competitive))
    parts.append(_shares(result.shares))
    parts.append(_funnels(result.funnels))
    if result.image is not None:
        parts.append(_image(result.image))
    parts += [_needs(result.needs), _within(result.within)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _why(code: str) -> str:
    """Say why something is not computed or not ranked."""
    return {
        "few_communities": _("fewer than 10 communities"),
        "few_interviews": _("fewer than 150 interviews"),
        "one_provider": _("only one company"),
        "few_clusters": _("too few communities"),
        "confounded": _("companies that cannot be told from city, fee or age"),
        "own_small": _("too few interviews of the own company"),
        "no_rival": _("no other company with 10 communities and 150 interviews"),
        "no_item": _("no item was rated"),
        "few_answers": _("fewer than 30 homes on a side"),
        "few_points": _("fewer than three companies or statements with enough ticks"),
        "no_differences": _("all companies have the same image"),
    }.get(code, code)


def _league(result: LeagueResult) -> Lines:
    head = [_("Provider"), "n", _("Number of communities"), _("As it is"),
            _("At the same fee, age and city"), _("Rank interval"), _("Remark")]  # fmt: skip
    rows = [
        [
            one.code,
            str(one.interviews),
            str(one.communities),
            estimate_text(one.plain),
            estimate_text(one.adjusted),
            rank_text(one.rank_low, one.rank_high),
            _note(one),
        ]
        for one in result.entries
    ]
    lines = [
        title(_("Companies by {item}", item=result.measure)),
        *table(head, rows, words=(0, -1)),
    ]
    if result.reason is not None:
        lines.append(_("Nothing could be held alike: {reason}.", reason=_why(result.reason)))
    if result.warnings:
        lines.append(_("Fewer than 30 communities: intervals may be too short."))
    if result.left_out:
        lines.append(
            _("{n} interviews left out: no score, or a fee or age is unknown.", n=result.left_out)
        )
    return lines


def _note(one: ProviderStanding) -> str:
    notes = [_why(code) for code in one.unranked_why]
    if one.extrapolated:
        notes.append(_("far from the market's average: rests on the model"))
    if one.tied:
        notes.append(_("not told apart from {others}", others=joined(one.tied)))
    return joined(notes)


def _competitive(result: CompetitiveResult) -> Lines:
    lines = [title(_("Where a rival is ahead"))]
    if result.reason is not None:
        return [*lines, _("Not computed ({reasons}); n = {n}.", reasons=_why(result.reason), n=0)]
    head = [_("Item"), _("Importance"), _("Own mean"), _("Best rival"), _("Lead of the best rival"),
            "PFI", _("Behind"), _("Ahead of")]  # fmt: skip
    rows = [
        [
            one.code,
            percent(one.share, 1),
            estimate_text(one.own),
            one.best,
            difference_text(one.lead),
            number(one.pfi, 2),
            joined(gap.rival for gap in one.gaps if gap.verdict == "behind") or NOTHING,
            joined(gap.rival for gap in one.gaps if gap.verdict == "ahead") or NOTHING,
        ]
        for one in sorted(result.items, key=lambda one: one.place)
    ]
    return [*lines, *table(head, rows, words=(0, 3, -2, -1))]


def _shares(shares: Sequence[MarketShare]) -> Lines:
    head = [_("Provider"), _("Number of communities"), _("Share"), _("Share of floor area"),
            _("First choice")]  # fmt: skip
    rows = [
        [
            one.code,
            str(one.communities),
            percent(one.communities_share, 1),
            percent(one.area_share, 1),
            share_text(one.first_choice),
        ]
        for one in shares
    ]
    note = _("Communities and floor area are counted, first choices are estimated.")
    return [title(_("Share of the market")), *table(head, rows), note]


def _funnels(funnels: Sequence[Funnel]) -> Lines:
    if not funnels:
        return []
    head = [_("Provider"), _("Step"), _("Of"), _("Got there"), _("Of the step before"),
            _("Of everybody")]  # fmt: skip
    rows = [
        [one.code, step.name, str(step.base), str(step.reached), share_text(step.share),
         share_text(step.of_all)]
        for one in funnels
        for step in one.steps
    ]  # fmt: skip
    return [title(_("From knowing a company to choosing it")), *table(head, rows, words=(0, 1))]


def _image(image: ImageResult) -> Lines:
    head = [_("Provider"), "n", *image.statements]
    rows = [[one.code, str(one.knowers), *map(share_text, one.shares)] for one in image.profiles]
    lines = [title(_("Image among those who know the company")), *table(head, rows)]
    if image.reason is not None:
        return [*lines, _("No map: {reason}.", reason=_why(image.reason))]
    places = [
        [one.code, number(one.x, 2), number(one.y, 2), percent(one.quality)]
        for one in (*image.providers, *image.points)
    ]
    lines += table([_("Place on the map"), "x", "y", _("Shown")], places)
    shown = percent(sum(image.inertia))
    lines.append(_("Both axes show {percent} of the differences.", percent=shown))
    return lines


def _needs(needs: Sequence[NeedFit]) -> Lines:
    if not needs:
        return []
    head = [_("Need"), "n", _("All companies"), _("Own"), _("Others"), _("Difference"),
            _("Remark")]  # fmt: skip
    rows = [
        [
            one.need,
            str(one.homes),
            estimate_text(one.everybody),
            estimate_text(one.own),
            estimate_text(one.others),
            difference_text(one.gap),
            "" if one.reason is None else _why(one.reason),
        ]
        for one in needs
    ]
    return [title(_("How well special needs are met")), *table(head, rows, words=(0, -1))]


def _within(ratings: Sequence[WithinRating]) -> Lines:
    if not ratings:
        return []
    head = [_("Other home"), _("Compared with"), _("Item"), "n", _("Better (+) or worse (−)"),
            _("Verdict")]  # fmt: skip
    rows = [
        [
            _("previous home") if one.source == "previous" else _("second home"),
            one.other or _("all others"),
            one.item,
            str(one.mean.n),
            difference_text(one.mean, 2),
            {"better": _("better"), "worse": _("worse")}.get(one.verdict or "", NOTHING),
        ]
        for one in ratings
    ]
    lines = [title(_("The same person on two companies")), *table(head, rows, words=(0, 1, 2, -1))]
    return [*lines, _("What one remembers of a previous home is no interview there.")]
