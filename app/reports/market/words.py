"""Words of a market result: why something is missing, what may be told apart."""

from app.analysis.results.market import CompetitiveItem, LeagueResult, ProviderStanding
from app.i18n import gettext as _
from app.reports.exhibits.exhibit import sentences
from app.reports.market.source import MarketSource
from app.reports.wording import interval, joined, number, rank_text


def why(code: str) -> str:
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
        "few_answers_one": _("fewer than 30 people"),
        "few_points": _("fewer than three companies or statements with enough ticks"),
        "no_differences": _("all companies have the same image"),
    }.get(code, code)


def between_residents() -> str:
    """Return the sentence that stands below everything: nobody rated two companies."""
    return _(
        "Every company is rated by its own residents; nobody rates two. Means are compared at the "
        "same fee, building age and city; what was not asked, such as income, is not evened out."
    )


def extrapolated_words(standing: ProviderStanding) -> str:
    """Say where an adjusted mean rests on the model alone."""
    if not standing.extrapolated:
        return ""
    names = {"fee": _("fee"), "age": _("building age"), "city": _("city")}
    what = joined(names.get(one, one) for one in standing.extrapolated)
    return _("extrapolated: {what}", what=what)


def rank_words(standing: ProviderStanding) -> str:
    """Return the rank interval, or why there is none."""
    if standing.unranked_why:
        return _("not ranked: {why}", why=joined(map(why, standing.unranked_why)))
    return rank_text(standing.rank_low, standing.rank_high)


def tied_words(standing: ProviderStanding, source: MarketSource) -> str:
    """Say from whom a company cannot be told apart."""
    if standing.rank is None:
        return ""
    if not standing.tied:
        return _("told apart from all others")
    return _("cannot be told apart from: {names}", names=joined(map(source.company, standing.tied)))


def league_sentence(source: MarketSource) -> str:
    """Say in one sentence where the own company stands."""
    found = source.standing(source.own)
    league = source.league
    if found is None or found.adjusted.value is None:
        return _("The own company has too few interviews for a figure.")
    value = _(
        "{company}: {value} of 100 at the same fee, age and city (95% interval {ends}).",
        company=source.company(source.own),
        value=number(found.adjusted.value),
        ends=interval(found.adjusted.low, found.adjusted.high),
    )
    if league.reason is not None or found.rank_low is None:
        return value
    ranked = sum(one.rank is not None for one in league.entries)
    if found.rank_low == 1 and found.rank_high == ranked:
        place = _("It cannot be told from any of the {count} companies.", count=ranked)
    else:
        place = _(
            "Among {count} companies: {rank}.",
            count=ranked,
            rank=rank_text(found.rank_low, found.rank_high),
        )
    return sentences(value, place)


def lead_verdict(item: CompetitiveItem, source: MarketSource) -> str:
    """Say what may be said of an item against the rivals."""
    behind = [one.rival for one in item.gaps if one.verdict == "behind"]
    ahead = [one.rival for one in item.gaps if one.verdict == "ahead"]
    parts = []
    if behind:
        parts.append(_("behind {names}", names=joined(map(source.company, behind))))
    if ahead:
        parts.append(_("ahead of {names}", names=joined(map(source.company, ahead))))
    return _("; ").join(parts) if parts else _("cannot be told apart")


def league_note(league: LeagueResult) -> str:
    """Say what a league rests on."""
    parts = [
        _(
            "{interviews} interviews in {communities} communities.",
            interviews=league.interviews,
            communities=league.communities,
        )
    ]
    if league.left_out:
        parts.append(
            _("{count} left out: no rating, or fee or age unknown.", count=league.left_out)
        )
    if league.reason is not None:
        parts.append(_("Not adjusted: {why}.", why=why(league.reason)))
    if "few_clusters" in league.warnings:
        parts.append(_("Below 30 communities intervals may be too short."))
    return sentences(*parts)


def weights_words(source: MarketSource) -> str:
    """Say what weighs the items."""
    return {
        "given": _(
            "Importance: shares of the owners' survey {campaign}.",
            campaign=source.stored.weights_from,
        ),
        "ratings": _("Importance: ratings of this survey."),
    }.get(source.stored.main.competitive.weights, _("Importance: equal shares."))
