"""Exhibits on the pages of any result, a community's or the company's: drawn, dated, worded."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from markupsafe import Markup

from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports import plotly_figures, svg
from app.reports.charts import Chart
from app.reports.exhibits.codes import CodeNames, code_names
from app.reports.exhibits.exhibit import Event, Exhibit, Source
from app.reports.wording import Names, names_of
from app.surveys.campaign.planning.queries import EventRow
from app.surveys.campaign.queries import get_instrument
from app.web.hq.plan_words import event_name
from app.web.transaction import reading

DESK_WIDTH = 980.0
PHONE_WIDTH = 350.0
# Only drawings whose labels have to be placed are worth keeping.
_SLOW = frozenset({"matrix", "zone-matrix", "attribute-drivers"})
_KEPT = 128


@dataclass(frozen=True, slots=True)
class Face:
    """One drawing: the SVG that stands in the page, and the figure a script may put over it."""

    markup: Markup
    figure: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart for the desk and for the phone."""

    desk: Face
    phone: Face


@dataclass(frozen=True, slots=True)
class View:
    """An exhibit with its drawings."""

    exhibit: Exhibit
    plot: Plot | None


def view_of(exhibit: Exhibit, source: Source) -> View:
    """Return an exhibit with its drawings; those whose labels had to be placed are kept."""
    if exhibit.name not in _SLOW:
        return View(exhibit, _plot(exhibit))
    key = (id(source.result), id(source.names), exhibit.name)
    kept = _drawn.find(key, source.result, source.names)
    if kept is None:
        kept = _plot(exhibit)
        if kept is not None:
            _drawn.keep(key, source.result, source.names, kept)
    return View(exhibit, kept)


def _plot(exhibit: Exhibit) -> Plot | None:
    draw = exhibit.draw
    if draw is None:
        return None
    return Plot(_face(draw(DESK_WIDTH), live=True), _face(draw(PHONE_WIDTH), live=False))


def _face(chart: Chart, *, live: bool) -> Face:
    # The drawing code escapes every word.
    markup = Markup(svg.draw(chart, suffix="desk" if live else "phone"))  # noqa: S704
    return Face(markup, plotly_figures.figure(chart) if live else None)


class _Drawn:
    """Drawings by the objects they were made from, the latest ones; they hold those objects."""

    def __init__(self) -> None:
        self._plots: OrderedDict[tuple[int, int, str], tuple[StudyResult, Names, Plot]]
        self._plots = OrderedDict()
        self._lock = Lock()

    def find(self, key: tuple[int, int, str], result: StudyResult, names: Names) -> Plot | None:
        """Return the drawing of exactly these objects."""
        with self._lock:
            kept = self._plots.get(key)
            if kept is None or kept[0] is not result or kept[1] is not names:
                return None
            self._plots.move_to_end(key)
            return kept[2]

    def keep(
        self, key: tuple[int, int, str], result: StudyResult, names: Names, plot: Plot
    ) -> None:
        """Keep a drawing, and let the oldest go where there are too many."""
        with self._lock:
            self._plots[key] = (result, names, plot)
            while len(self._plots) > _KEPT:
                self._plots.popitem(last=False)


_drawn = _Drawn()
_known_names: dict[tuple[str, str], tuple[Names, CodeNames]] = {}


def names_in(digest: str, language: str) -> tuple[Names, CodeNames]:
    """Return the names of a published questionnaire, collected once: it never changes."""
    found = _known_names.get((digest, language))
    if found is None:
        instrument = get_instrument(reading(), digest)
        found = names_of(instrument, language), code_names(instrument, language)
        _known_names[digest, language] = found
    return found


def events_of(rows: Iterable[EventRow]) -> tuple[Event, ...]:
    """Return what happened between campaigns as a trend shows it."""
    return tuple(
        Event(
            row.event.starts_on,
            row.event.ends_on,
            _("{kind}: {note}", kind=event_name(row.event.kind), note=row.event.note),
        )
        for row in rows
    )
