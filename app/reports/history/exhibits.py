"""The series of all campaigns of a place, with those that were entered from a file marked."""

from collections.abc import Sequence
from functools import partial

from app.i18n import gettext as _
from app.reports.charts import Chart
from app.reports.exhibits.exhibit import Exhibit, sentences
from app.reports.exhibits.table import COUNT, NUMBER, SHARE, SIGNED, Head, Row, Table, Value
from app.reports.exhibits.verdicts import change_word
from app.reports.history.queries import PlacePoint, UnlinkedStep
from app.reports.trend_figure import TrendDot, trend_line
from app.reports.wording import signed

_ENTERED = "ring"
_MARK = "○"


def series(points: Sequence[PlacePoint]) -> Exhibit | None:
    """Describe the campaigns one after another, each as it was published.

    Args:
        points: Oldest first; entered ones have a mark of their own and no return rate where
            nobody knows how many homes were asked.
    """
    if not points:
        return None
    has_entered = any(one.is_entered for one in points)
    columns = (
        Head(_("Return rate"), SHARE),
        Head("n", COUNT),
        Head(_("Index"), NUMBER, ends=True),
        Head(_("Satisfied"), SHARE, ends=True),
        Head(_("Overall rating"), NUMBER, ends=True),
        Head(_("Change of the index, same weights"), SIGNED, ends=True, wide=True),
        Head(_("Says"), wide=True),
    )
    title = _("Every campaign as it was published")
    dots = _dots(points) if has_entered else []
    return Exhibit(
        name="series",
        number="C-4",
        title=title,
        sub=_("○ entered from a file: never behind a gate, in no ranking.") if has_entered else "",
        note=sentences(
            _("A change is told with the earlier campaign's weights in both."),
            _("Beside an entered campaign homes are not linked, so intervals are rather too wide.")
            if has_entered
            else "",
            *(left_out_words(one.code, one.left_out) for one in points),
        ),
        anchor="change",
        table=Table("series", title, _("Survey"), columns, tuple(_row(one) for one in points)),
        draw=partial(_draw, dots, title) if len(dots) > 1 else None,
    )


def _draw(dots: Sequence[TrendDot], title: str, width: float) -> Chart:
    return trend_line(dots, (), title, width)


def _row(one: PlacePoint) -> Row:
    head = one.head
    change, said = _step_cells(one)
    cells: tuple[Value, ...] = (
        head.rate if head.base else None,
        head.n,
        head.index if head.index.value is not None else None,
        head.satisfied if head.satisfied.value is not None else None,
        head.overall if head.overall.value is not None else None,
        change,
        said,
    )
    flags = (_("entered from a file"),) if one.is_entered else ()
    return Row(
        _("{code} (until {day})", code=one.code, day=one.closes_on.isoformat()), cells, flags
    )


def _step_cells(one: PlacePoint) -> tuple[Value, Value]:
    """Return the change of the index and what may be said of the step that leads here."""
    if not one.steps:
        head = one.head
        change = head.change if head.change.value is not None else None
        return change, change_word(head.change_said) if head.change_said else None
    steps = {step.measure: step for step in one.steps}
    index = steps.get("index")
    change = index.change if index is not None and index.change.value is not None else None
    first = next((steps[name] for name in ("index", "overall", "satisfied") if _tells(steps, name)),
                 one.steps[0])  # fmt: skip
    return change, step_words(first)


def left_out_words(what: str, left_out: tuple[int, int]) -> str:
    """Say which answers are in none of the entered figures; empty where all are in them."""
    communities, answers = left_out
    if not communities:
        return ""
    return _(
        "{what}: {answers} answers of {communities} communities with fewer than 10 answers are in "
        "none of these figures, or theirs could be worked out.",
        what=what,
        answers=answers,
        communities=communities,
    )


def _tells(steps: dict[str, UnlinkedStep], name: str) -> bool:
    return name in steps and steps[name].said != "otherwise"


def step_words(step: UnlinkedStep) -> str:
    """Say what an unlinked change is; one that was asked differently is not compared."""
    if step.said == "otherwise":
        return _("asked differently: not compared")
    word = _("{verdict} (homes not linked)", verdict=change_word(step.said))
    if step.measure == "index" or step.change.value is None:
        return word
    if step.measure == "overall":
        change = signed(step.change.value)
        return _("Overall rating {change}: {verdict}", change=change, verdict=word)
    change = signed(100 * step.change.value)
    return _("Satisfied {change} points: {verdict}", change=change, verdict=word)


def _dots(points: Sequence[PlacePoint]) -> list[TrendDot]:
    """Return what is drawn: the index, or what most entered campaigns have instead."""
    measure = max(("index", "satisfied", "overall"), key=lambda name: _known(points, name))
    times = 100.0 if measure == "satisfied" else 1.0
    found = []
    for one in points:
        estimate = getattr(one.head, measure)
        if estimate.value is None:
            continue
        said = {step.measure: step.said for step in one.steps}
        found.append(
            TrendDot(
                one.closes_on,
                f"{_MARK} {one.code}" if one.is_entered else one.code,
                times * estimate.value,
                None if estimate.low is None else times * estimate.low,
                None if estimate.high is None else times * estimate.high,
                said.get(measure, "" if one.steps else one.head.change_said),
                shape=_ENTERED if one.is_entered else "dot",
            )
        )
    return found


def _known(points: Sequence[PlacePoint], measure: str) -> int:
    return sum(1 for one in points if getattr(one.head, measure).value is not None)
