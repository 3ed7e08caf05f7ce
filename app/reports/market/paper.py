"""The report of a market survey: a few pages for leaders, in one language."""

import json

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.exhibits.exhibit import Exhibit
from app.reports.exhibits.table import cell_ends, cell_text
from app.reports.market import words
from app.reports.market.registry import build
from app.reports.market.source import MarketSource
from app.reports.numbers import FIGURES_FILE, cells_of
from app.reports.paper import print_pdf
from app.reports.papers.blocks import (
    Block,
    Column,
    Document,
    Drawing,
    Point,
    Points,
    Section,
    Table,
    Text,
    percent_widths,
)
from app.reports.papers.drawn import PRINTED_WIDTH, drawn
from app.reports.wording import joined, signed
from app.surveys.market.models import MarketRun, MarketSnapshot, MarketSurveyRow

SCHEMA = "linsheng-market-report/1"


def market_pdf(
    source: MarketSource,
    survey: MarketSurveyRow,
    snapshot: MarketSnapshot,
    run: MarketRun,
    *,
    company: str,
) -> bytes:
    """Print the report, with its numbers carried along inside the file.

    Args:
        source: The result; its language is the language of the moment.
        survey: The survey.
        snapshot: What was computed from.
        run: The stored result.
        company: Our name.
    """
    document = market_report(source, survey, snapshot, run, company=company)
    attached = {
        "schema": SCHEMA,
        "snapshot": snapshot.digest,
        "code_version": run.code_version,
        "language": document.language,
        "figures": cells_of(document),
    }
    text = json.dumps(attached, ensure_ascii=False, sort_keys=True, indent=0) + "\n"
    return print_pdf(
        "report/document.html",
        attached={FIGURES_FILE: text},
        sections=document.sections,
        spreads=(),
        document=document,
        drawn=drawn,
        widths=percent_widths,
    )


def market_report(
    source: MarketSource,
    survey: MarketSurveyRow,
    snapshot: MarketSnapshot,
    run: MarketRun,
    *,
    company: str,
) -> Document:
    """Return the report as a document, in the language of the moment."""
    title = survey.title_en if current_language() == "en" else survey.title
    computed = beijing_date(run.created_at).isoformat()
    return Document(
        kind="market",
        language=current_language(),
        title=_("Market standing"),
        author=company,
        heading=_("{title} · {company}", title=title, company=company),
        foot=_(
            "Snapshot {digest}, revision {number} · computed on {date}",
            digest=snapshot.digest[:12],
            number=snapshot.revision,
            date=computed,
        ),
        sections=[
            _standing(source, survey),
            _against(source),
            _picture(source),
            _market(source),
        ],
        subtitle=(title, survey.market),
        standing=(words.between_residents(),),
        cover_notes=(
            _("Interviews by {agency}", agency=survey.agency),
            _(
                "{interviews} interviews in {asked} of {communities} communities of the market, "
                "{first} to {last}",
                interviews=source.stored.main.interviews,
                asked=source.stored.asked,
                communities=source.stored.communities,
                first=survey.opens_on.isoformat(),
                last=survey.closes_on.isoformat(),
            ),
        ),
    )


def _standing(source: MarketSource, survey: MarketSurveyRow) -> Section:
    blocks: list[Block] = [
        Text(words.league_sentence(source), "lead"),
        *_shown(source, "league"),
        Text(
            _(
                "Quota of each company: {interviews} interviews in {communities} communities. "
                "Below it a company has no rank.",
                interviews=survey.least_interviews,
                communities=survey.least_communities,
            ),
            "note",
        ),
        *_shown(source, "panorama", has_table=False),
    ]
    return Section("s1", _("Where we stand"), blocks)


def _against(source: MarketSource) -> Section:
    points = [
        Point(
            source.item(one.code),
            _(
                "{rival} leads by {lead} points: {says}",
                rival=source.company(one.best),
                lead=signed(one.lead.value),
                says=words.lead_verdict(one, source),
            ),
        )
        for one in source.priorities[:3]
        if one.pfi > 0 and any(gap.verdict == "behind" for gap in one.gaps)
    ]
    return Section(
        "s2",
        _("Area by area, against the best rival"),
        [
            Points(
                "2.1",
                _("Clearly behind on what matters"),
                points,
                _("On no area is a rival clearly ahead."),
            ),
            *_shown(source, "priorities"),
        ],
    )


def _picture(source: MarketSource) -> Section:
    return Section(
        "s3",
        _("Image"),
        [*_shown(source, "map", has_table=False), *_shown(source, "profiles")],
    )


def _market(source: MarketSource) -> Section:
    return Section(
        "s4",
        _("From knowing to choosing, special needs"),
        [
            *_shown(source, "funnel", is_small=True),
            *_shown(source, "shares", has_chart=False),
            *_shown(source, "needs", has_chart=False),
            *_shown(source, "segments", has_chart=False, is_small=True),
        ],
    )


def _shown(
    source: MarketSource,
    name: str,
    *,
    has_chart: bool = True,
    has_table: bool = True,
    is_small: bool = False,
) -> list[Block]:
    """Return an exhibit as blocks: its chart, then its table."""
    exhibit = build(name, source)
    if exhibit is None:
        return []
    blocks: list[Block] = []
    if has_chart and exhibit.draw is not None:
        caption = exhibit.note if not has_table else exhibit.sub
        blocks.append(Drawing(exhibit.number, exhibit.title, exhibit.draw(PRINTED_WIDTH), caption))
    if has_table:
        blocks.append(_table(exhibit, is_small=is_small, is_below=bool(blocks)))
    return blocks


def _table(exhibit: Exhibit, *, is_small: bool, is_below: bool) -> Table:
    table = exhibit.table
    rows = []
    for row in table.rows:
        name = f"{row.name} ({joined(row.flags)})" if row.flags else row.name
        cells = [name]
        for head, value in zip(table.heads, row.cells, strict=True):
            ends = cell_ends(head, value)
            text = cell_text(head, value)
            cells.append(_("{value} ({ends})", value=text, ends=ends) if ends else text)
        rows.append(cells)
    columns = [
        Column(table.about, "l", 1.6),
        *(Column(h.title, "n" if h.is_right else "l", 1.5 if h.wide or h.ends else 0.8)
          for h in table.heads),
    ]  # fmt: skip
    return Table(
        f"{exhibit.number}T",
        "" if is_below else exhibit.title,
        columns,
        rows,
        note=exhibit.note,
        is_small=is_small,
    )
