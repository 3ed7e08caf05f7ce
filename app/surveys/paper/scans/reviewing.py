"""What a person sees of a page to decide about it: fields, proposals, reasons, where they stand."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.instrument.answers import AnswerProblem
from app.surveys.paper.layout.model import PAGE_HEIGHT, PAGE_WIDTH, Page
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.keyed import KEYED, KEYED_OTHERWISE, stands_keyed
from app.surveys.paper.scans.models import ScanPage
from app.surveys.paper.scans.settling import (
    REFUSED,
    REOPENED,
    PageState,
    fields_of,
    find_problems,
    load_states,
)
from app.surveys.paper.scans.sheets import Printed, get_printed
from app.surveys.paper.scans.trays import Mark, Row, is_corrected_since
from app.vault import Vault

_AROUND = 5.0  # mm of paper above and below a row: its question stands there too
_EDGE = 6.0  # mm of the margins nobody needs to see


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece of a page in millimetres."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Field:
    """One field that waits for a decision.

    Attributes:
        name: Of the form field.
        is_text: Words are to be keyed.
        proposal: What was read, or decided before; empty for nothing.
        why: What the doubt rests on.
        problems: Why the answer gate did not take it.
        crop: Where it stands; None when the picture does not have the proportions of the form.
        boxes: Value, middle and lower edge of each box in the picture.
    """

    name: str
    is_text: bool
    proposal: tuple[str, ...]
    why: str
    problems: tuple[AnswerProblem, ...]
    crop: Crop | None
    boxes: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands for one field of a page now.

    Attributes:
        field: The field, with what was read on the paper as its proposal.
        values: What stands; empty for nothing.
        staff_id: Who decided it last, None when nobody did on this page.
        at: When.
    """

    field: Field
    values: tuple[str, ...]
    staff_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A page with its sheet and the fields that wait.

    Attributes:
        page: The page.
        printed: Its sheet and what it belongs to.
        fields: What waits for a decision.
        problems: Why the answer gate did not take the sheet.
        seen: The latest decision about the page; 0 when there is none.
    """

    page: ScanPage
    printed: Printed
    fields: tuple[Field, ...]
    problems: tuple[AnswerProblem, ...]
    seen: int = 0


def view_page(session: Session, vault: Vault, page: ScanPage) -> View:
    """Return what has to be decided about a page of a known sheet."""
    printed = get_printed(session, page.sheet_id or 0)
    states = load_states(session, vault, queries.list_live(session, printed.sheet.id))
    state = next(one for one in states if one.page.id == page.id)
    problems = find_problems(printed, states) if page.problem == REFUSED else ()
    form = printed.layout.page(page.page or 0)
    fields = tuple(_field(state, form, name, problems) for name in _waiting(state, form, problems))
    decided = queries.list_decisions(session, [page.id])
    return View(page, printed, fields, problems, decided[-1].id if decided else 0)


def what_stands(session: Session, vault: Vault, page: ScanPage) -> tuple[Stand, ...]:
    """Return what stands for every field of a page of a known sheet, wherever the page lies."""
    printed = get_printed(session, page.sheet_id or 0)
    state = load_states(session, vault, [page])[0]
    keyed = stands_keyed(session, printed) if page.problem in (KEYED, KEYED_OTHERWISE) else {}
    form = printed.layout.page(page.page or 0)
    last = {one.field: one for one in queries.list_decisions(session, [page.id])}
    names = dict.fromkeys(
        [*(row.field for row in form.rows), *(frame.field for frame in form.frames)]
    )
    stands = []
    for name in names:
        row, decision = state.reading.row(name), last.get(name)
        field = replace(_field(state, form, name, ()), proposal=row.values if row else ())
        values = tuple(sorted(keyed.get(name, state.raw.get(name, ()))))
        if decision is None:
            stands.append(Stand(field, values))
        else:
            stands.append(Stand(field, values, decision.staff_id, decision.at))
    return tuple(stands)


def crop_of(form: Page, name: str) -> Crop:
    """Return the piece of a page a field stands on, over its whole width."""
    boxes = [box for row in form.rows if row.field == name for box in row.boxes]
    frames = [frame for frame in form.frames if frame.field == name]
    tops = [box.y for box in boxes] + [frame.y for frame in frames]
    ends = [box.y + box.side for box in boxes] + [frame.y + frame.h for frame in frames]
    top = max(0.0, min(tops) - _AROUND)
    end = min(PAGE_HEIGHT, max(ends) + _AROUND)
    return Crop(_EDGE, round(top, 2), PAGE_WIDTH - 2 * _EDGE, round(end - top, 2))


def differing_fields(first: PageState, again: PageState) -> tuple[str, ...]:
    """Return the fields on which two scans of a page differ, words included."""
    names = dict.fromkeys(row.field for row in (*first.reading.rows, *again.reading.rows))
    empty = Row("", Mark.EMPTY)
    differing = [
        name
        for name in names
        if set(first.raw.get(name, ())) != set(again.read(name))
        or is_corrected_since(first.reading.row(name) or empty, again.reading.row(name) or empty)
    ]
    ink = set(first.reading.inked) ^ set(again.reading.inked)
    return (*differing, *(name for name in again.reading.inked if name in ink))


def _waiting(state: PageState, form: Page, problems: tuple[AnswerProblem, ...]) -> tuple[str, ...]:
    """Return the fields that wait, in the order of the paper, words last."""
    rows = [row.field for row in form.rows]
    if state.page.problem == REOPENED:
        wanted = {*rows, *state.reading.inked}
    else:
        wanted = {name for name in state.reading.doubtful if name not in state.decided}
    if state.page.problem == REFUSED:
        refused = frozenset[str]().union(*(fields_of(one) for one in problems))
        wanted |= (refused & set(rows)) or set(rows)
    frames = [frame.field for frame in form.frames]
    return tuple(dict.fromkeys(name for name in (*rows, *frames) if name in wanted))


def _field(state: PageState, form: Page, name: str, problems: tuple[AnswerProblem, ...]) -> Field:
    row = state.reading.row(name)
    proposal = state.decided.get(name, row.values if row is not None else ())
    return Field(
        name=name,
        is_text=row is None,
        proposal=tuple(proposal),
        why=row.why if row is not None else "",
        problems=tuple(one for one in problems if name in fields_of(one)),
        crop=crop_of(form, name) if state.is_flat else None,
        boxes=tuple(
            (box.value, round(box.x + box.side / 2, 2), round(box.y + box.side, 2))
            for one in form.rows
            if one.field == name
            for box in one.boxes
        ),
    )
