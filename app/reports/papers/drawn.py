"""Charts of a document as drawings for paper."""

from markupsafe import Markup

from app.reports import svg
from app.reports.charts import Chart

PRINTED_MM = 178.0
PRINTED_WIDTH = 900.0  # pixels of a drawing as wide as the page


def drawn(chart: Chart) -> Markup:
    """Return a chart as SVG; a narrow one is printed narrow, so that words keep their size."""
    width_mm = PRINTED_MM * min(1.0, chart.width / PRINTED_WIDTH)
    # Paper has no transparency: each half-clear plate would become a drawing of its own.
    solid = svg.draw(chart, width_mm=width_mm).replace(' fill-opacity="0.8"', "")
    # Made by our own drawing code, which escapes every word.
    return Markup(solid)  # noqa: S704
