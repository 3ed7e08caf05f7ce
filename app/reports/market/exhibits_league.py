"""Exhibits of the market: the league table, its covariates, and segments."""

from collections.abc import Sequence

from app.analysis.results.estimate import Estimate
from app.analysis.results.market import ProviderStanding
from app.i18n import gettext as _
from app.reports.charts import BLUE, INK, Point
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SIGNED, Head, Row, Table
from app.reports.figures import Row as Line
from app.reports.figures import RowsPlan, ends_of, interval_rows
from app.reports.market import words
from app.reports.market.source import MarketSource
from app.reports.wording import interval, number

OWN_SHAPE, RIVAL_SHAPE, UNRANKED_SHAPE = "square", "dot", "ring"
_SEGMENT_ORDER = ("age", "tenure", "dwelling", "city")


def league(source: MarketSource) -> Exhibit | None:
    """Describe companies by overall satisfaction, adjusted, with rank intervals."""
    found = source.league
    entries = [one for one in found.entries if _shown(one).value is not None]
    if not entries:
        return None
    lines = [_line(one, source) for one in entries]
    values = [one for entry in entries for one in _ends(_shown(entry))]
    title = _("Satisfaction with the company, at the same fee, building age and city")
    low, high = reach(values)
    plan = RowsPlan(
        name="league",
        title=title,
        description=words.league_sentence(source),
        axis=_("Overall satisfaction 0-100"),
        low=low,
        high=high,
    )
    heads = (
        Head(_("Interviews"), COUNT),
        Head(_("Number of communities"), COUNT, wide=True),
        Head(_("As it is"), NUMBER, ends=True),
        Head(_("At the same fee, age and city"), NUMBER, ends=True),
        Head(_("Rank"), wide=True),
        Head(_("Told apart?"), wide=True),
    )
    rows = tuple(
        Row(
            source.company(one.code),
            (
                one.interviews,
                one.communities,
                one.plain,
                one.adjusted,
                words.rank_words(one),
                words.tied_words(one, source),
            ),
            flags=_flags(one),
        )
        for one in found.entries
    )
    return Exhibit(
        name="league",
        number="M-1",
        title=title,
        sub=_("■ our own company, ● others, ○ too few interviews for a rank; whiskers: 95%"),
        note=sentences(words.league_note(found), words.between_residents()),
        anchor="league",
        table=Table("league", _("League table"), _("Property company"), heads, rows),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def covariates(source: MarketSource) -> Exhibit | None:
    """Describe what fee, age and city do to the ratings, whoever manages."""
    terms = source.league.terms
    if not terms:
        return None
    rows = tuple(
        Row(_term(one.name), (one.effect,)) for one in terms if one.effect.value is not None
    )
    if not rows:
        return None
    return Exhibit(
        name="covariates",
        number="M-2",
        title=_("What was evened out"),
        sub="",
        note=_("Points of 100, whoever manages the community."),
        anchor="league",
        table=Table(
            "covariates",
            _("What was evened out"),
            _("Difference between communities"),
            (Head(_("Effect on overall satisfaction"), SIGNED, ends=True),),
            rows,
        ),
    )


def segments(source: MarketSource) -> Exhibit | None:
    """Describe the own company and the best other one within every part of the interviews."""
    lines, rows, values = _parts(source)
    if not lines:
        return None
    title = _("The own company in parts of the market")
    low, high = reach(values)
    plan = RowsPlan(
        name="segments",
        title=title,
        description=_("Adjusted means of the own company and of the highest other one, by part."),
        axis=_("Overall satisfaction 0-100"),
        low=low,
        high=high,
        row_height=40.0,
    )
    heads = (
        Head(_("Interviews"), COUNT),
        Head(_("Of our residents"), COUNT, wide=True),
        Head(source.company(source.own), NUMBER, ends=True),
        Head(_("Highest other company"), wide=True),
        Head(_("Its value"), NUMBER, ends=True),
    )
    return Exhibit(
        name="segments",
        number="M-10",
        title=title,
        sub=_("■ our own company, ● the highest other one; whiskers: 95%"),
        note=_(
            "The highest of several always looks better than it is: no verdict is stated by part. "
            "Parts below 60 interviews are left out, companies below 30."
        ),
        anchor="segments",
        table=Table("segments", title, _("Part of the market"), heads, tuple(rows)),
        draw=lambda width: interval_rows(lines, plan, width),
    )


def _parts(source: MarketSource) -> tuple[list[Line], list[Row], list[float]]:
    """Return the drawn and the written lines of all parts, and every value in them."""
    lines: list[Line] = []
    rows: list[Row] = []
    values: list[float] = []
    parts = sorted(
        source.stored.segments, key=lambda one: (_SEGMENT_ORDER.index(one.variable), one.value)
    )
    for part in parts:
        own = next((one for one in part.league.entries if one.code == source.own), None)
        if own is None or _shown(own).value is None:
            continue
        others = [
            one
            for one in part.league.entries
            if one.code != source.own and _shown(one).value is not None
        ]
        best = max(others, key=lambda one: _shown(one).value or 0.0, default=None)
        name = segment_name(part.variable, part.value, source)
        points = [_mark(_shown(own), OWN_SHAPE, BLUE, name, up=-6.0)]
        values += _ends(_shown(own))
        if best is not None:
            points.append(_mark(_shown(best), RIVAL_SHAPE, INK, source.company(best.code), up=6.0))
            values += _ends(_shown(best))
        lines.append(Line(name, f"n {own.interviews}", tuple(points), band=part.variable))
        rows.append(
            Row(
                name,
                (
                    part.interviews,
                    own.interviews,
                    _shown(own),
                    "" if best is None else source.company(best.code),
                    None if best is None else _shown(best),
                ),
                band=part.variable,
            )
        )
    return lines, rows, values


def segment_name(variable: str, value: str, source: MarketSource) -> str:
    """Return the name of a part of the interviews."""
    if variable == "age":
        return _("aged 60 and more") if value == "elder" else _("under 60")
    if variable == "city":
        return value
    return source.option(variable, value)


def reach(
    values: Sequence[float], *, least: float = 0.0, most: float = 100.0
) -> tuple[float, float]:
    """Return the ends of an axis that hold all values, at steps of five."""
    low, high = min(values, default=0.0), max(values, default=100.0)
    return max(least, 5 * (low // 5)), min(most, -(-high // 5) * 5)


def _shown(one: ProviderStanding) -> Estimate:
    """Return the adjusted mean, or the plain one where nothing could be adjusted."""
    return one.adjusted if one.adjusted.value is not None else one.plain


def _ends(one: Estimate) -> list[float]:
    return [value for value in (one.value, one.low, one.high) if value is not None]


def _line(one: ProviderStanding, source: MarketSource) -> Line:
    is_own = one.is_own
    shape = OWN_SHAPE if is_own else UNRANKED_SHAPE if one.rank is None else RIVAL_SHAPE
    point = _mark(_shown(one), shape, BLUE if is_own else INK, source.company(one.code))
    right = "" if one.rank is None else words.rank_words(one)
    return Line(source.company(one.code), right, (point,), bold=is_own)


def _mark(one: Estimate, shape: str, color: str, name: str, *, up: float = 0.0) -> Point:
    said = f"{number(one.value)}  {interval(one.low, one.high)}"
    return Point(one.value or 0.0, up, shape, color, ends_of(one.low, one.high), hover=(name, said))


def _flags(one: ProviderStanding) -> tuple[str, ...]:
    said = words.extrapolated_words(one)
    own = (_("own"),) if one.is_own else ()
    return (*own, said) if said else own


def _term(name: str) -> str:
    if name == "fee":
        return _("twice the fee")
    if name == "age":
        return _("ten years older")
    return _("{city} instead of the first city", city=name.removeprefix("city."))
