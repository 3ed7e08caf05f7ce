"""The report of one community as PDF: summary, method, matrix, PFI, zones, tables, formulas."""

from markupsafe import Markup

from app.analysis.results.study import StudyResult
from app.reports import figures, matrix, method, svg, wording, zone_figure
from app.reports.charts import Chart
from app.reports.context import ReportContext, bounds_of_satisfied, date_text
from app.reports.paper import in_language, print_pdf

# Drawn at 800 pixels and printed 178 mm wide, 13 pixels become 8 points.
_DRAWN = 800.0
_PRINTED = 178.0


def report_pdf(result: StudyResult, context: ReportContext) -> bytes:
    """Return the report of one community.

    Args:
        result: The study.
        context: Names, counts and dates; its language is the language of the report.
    """
    with in_language(context.language):
        return print_pdf(
            "report/report.html",
            result=result,
            context=context,
            names=context.names,
            words=wording,
            date=date_text,
            charts=_charts(result, context),
            entries=method.entries(),
            bounds=bounds_of_satisfied(result, context.returned, context.base),
            rank_bar=_rank_bar,
        )


def _charts(result: StudyResult, context: ReportContext) -> dict[str, Markup]:
    names = context.names
    drawn: dict[str, Chart] = {}
    if any(item.quadrant for item in result.items):
        drawn["matrix"] = matrix.importance_performance(result, names, _DRAWN)
    if any(zone.perceived.value is not None for zone in result.zones):
        drawn["zones"] = zone_figure.zone_rows(result, names, _DRAWN)
    if any(item.pfi is not None for item in result.items):
        drawn["pfi"] = figures.pfi_list(result, names, _DRAWN)
    if any(attribute.performance.value is not None for attribute in result.attributes):
        drawn["attributes"] = figures.attribute_levels(result, names, _DRAWN)
    return {
        # Made by our own drawing code, which escapes every word.
        name: Markup(svg.draw(chart, width_mm=_PRINTED))  # noqa: S704
        for name, chart in drawn.items()
    }


def _rank_bar(low: int, high: int, count: int) -> Markup:
    return Markup(svg.rank_slots(low, high, count, width=120))  # noqa: S704 - numbers only
