"""The pictures of a month's report, drawn for a page and for paper."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.i18n import gettext as _
from app.reports import svg
from app.reports.charts import Chart
from app.reports.complaints.lines import Labels, class_word
from app.reports.complaints.pictures import Bar, MonthBar, month_bars, pareto_bars
from app.reports.figures import Drawing
from app.service.complaints.papers.figures import MonthFigures, pareto

DESK, PHONE, PAPER, PAPER_MM = 700.0, 340.0, 640.0, 166.0
_MOST_CODES = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture with its title; draws itself for any width."""

    name: str
    title: str
    draw: Drawing

    @property
    def desk(self) -> Markup:
        """Return the drawing for a desk."""
        return Markup(svg.draw(self.draw(DESK), suffix="d"))  # noqa: S704 - all words are escaped

    @property
    def phone(self) -> Markup:
        """Return the drawing for a phone."""
        return Markup(svg.draw(self.draw(PHONE), suffix="p"))  # noqa: S704

    @property
    def paper(self) -> Markup:
        """Return the drawing for paper."""
        return Markup(svg.draw(self.draw(PAPER), width_mm=PAPER_MM))  # noqa: S704

    @property
    def file(self) -> str:
        """Return the drawing as a file of its own."""
        return svg.draw(self.draw(DESK), font=svg.PRINT_FONT)


def pictures_of(figures: MonthFigures, labels: Labels) -> tuple[Picture, ...]:
    """Return what the complaints of a month are about: by class and by matter."""
    by_class = _bars(figures.by_class, class_word)
    by_code = _bars(figures.by_code, lambda code: labels.get(code, code))[:_MOST_CODES]
    found = []
    if by_class:
        found.append(_pareto("by-class", _("What the complaints are about, by class"), by_class))
    if by_code:
        found.append(_pareto("by-code", _("What the complaints are about, by matter"), by_code))
    return tuple(found)


def trend_of(bars: Sequence[MonthBar]) -> Picture:
    """Return how many complaints came in over the months."""
    title = _("Complaints that came in, month by month")

    def draw(width: float) -> Chart:
        return month_bars(bars, width, name="months", title=title)

    return Picture("months", title, draw)


def _bars(counts: Mapping[str, int], word: Callable[[str], str]) -> list[Bar]:
    return [Bar(word(code), count, running) for code, count, running in pareto(counts)]


def _pareto(name: str, title: str, bars: Sequence[Bar]) -> Picture:
    def draw(width: float) -> Chart:
        return pareto_bars(bars, width, name=name, title=title)

    return Picture(name, title, draw)
