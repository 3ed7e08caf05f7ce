"""Exhibits of the market: answers that are no ratings, company by company."""

from collections.abc import Mapping, Sequence

from app.analysis.results.further import FurtherShare
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, ORANGE, Point
from app.reports.exhibits.exhibit import Exhibit
from app.reports.exhibits.table import COUNT, SHARE, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.market.source import MarketSource
from app.reports.wording import percent, share_interval

_MARKS = (("square", BLUE), ("ring", INK), ("diamond", ORANGE))


def vote(source: MarketSource) -> Exhibit | None:
    """Describe how residents would vote about keeping their company."""
    heads = {"for": _("Would keep it"), "either": _("Either way"), "against": _("Would not")}
    return _exhibit(source, ("vote", "M-13"), _("Keeping the present company"), heads, _residents())


def recommend(source: MarketSource) -> Exhibit | None:
    """Describe how likely residents are to recommend their company."""
    heads = {"high": _("9–10"), "middle": _("7–8"), "low": _("0–6")}
    return _exhibit(
        source, ("recommend", "M-14"), _("Recommending the present company, 0–10"), heads,
        _residents(),
    )  # fmt: skip


def fee_view(source: MarketSource) -> Exhibit | None:
    """Describe how residents see their fee against the service."""
    order = ("low", "right", "high")
    heads = {code: source.listed("fee_view", code) for code in order}
    return _exhibit(
        source, ("fee_view", "M-15"), _("The fee against the service"), heads, _residents()
    )


def never(source: MarketSource) -> Exhibit | None:
    """Describe which companies people who know them would never choose."""
    return _exhibit(
        source,
        ("never", "M-16"),
        _("Would never choose it"),
        {"": _("Would never choose it")},
        _("Of those who know the company, unprompted or on the card."),
    )


def provider(source: MarketSource) -> Exhibit | None:
    """Describe how many residents can name the company that manages their community."""
    heads = {"right": _("Names it rightly"), "wrong": _("Names another")}
    return _exhibit(
        source, ("provider", "M-17"), _("Who knows their own company by name"), heads, _residents()
    )


def _residents() -> str:
    return _("Of each company's own residents who answered, as said: nothing is evened out.")


def _exhibit(
    source: MarketSource,
    names: tuple[str, str],
    title: str,
    answers: Mapping[str, str],
    base: str,
) -> Exhibit | None:
    """Return shares of the answers to one question as chart and table, None where unasked."""
    code, number = names
    found = {
        (one.company, one.answer): one for one in source.stored.further if one.question == code
    }
    companies = [one.code for one in source.stored.companies]
    by_company = {
        company: [found[company, answer] for answer in answers]
        for company in companies
        if all((company, answer) in found for answer in answers)
    }
    if not by_company:
        return None
    lines = [
        _line(source, company, shares, list(answers.values()))
        for company, shares in by_company.items()
        if shares[0].share.value is not None
    ]
    plan = RowsPlan(name=code, title=title, description=title, axis="%", low=0.0, high=100.0)
    rows = tuple(
        Row(source.company(company), (shares[0].share.n, *(one.share for one in shares)))
        for company, shares in by_company.items()
    )
    heads = (Head("n", COUNT), *(Head(one, SHARE, ends=True) for one in answers.values()))
    return Exhibit(
        name=code,
        number=number,
        title=title,
        sub=_key(list(answers.values())),
        note=base,
        anchor="further",
        table=Table(code, title, _("Property company"), heads, rows),
        draw=(lambda width: interval_rows(lines, plan, width)) if lines else None,
    )


def _key(answers: Sequence[str]) -> str:
    if len(answers) == 1:
        return ""
    signs = "■○◆" if len(answers) == 3 else "■○"
    return _(", ").join(f"{sign} {words}" for sign, words in zip(signs, answers, strict=True))


def _line(
    source: MarketSource, company: str, shares: Sequence[FurtherShare], answers: Sequence[str]
) -> Line:
    points = []
    for (shape, color), one, words in zip(_MARKS, shares, answers, strict=False):
        ends = ends_of(one.share.low, one.share.high)
        points.append(
            Point(
                100 * (one.share.value or 0.0),
                0,
                shape,
                color,
                None if ends is None else (100 * ends[0], 100 * ends[1]),
                hover=(words, percent(one.share.value), share_interval(one.share)),
            )
        )
    return Line(
        source.company(company), f"n {shares[0].share.n}", tuple(points), bold=company == source.own
    )
