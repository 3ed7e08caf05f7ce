"""Cells of an XLSForm that nobody took: each is a loss, so that nothing is lost without a word."""

from collections.abc import Collection, Iterable, Iterator

from app.surveys.instrument.exchange.grid import Line
from app.surveys.instrument.exchange.limits import is_own_message
from app.surveys.instrument.exchange.losses import Level, Loss

_OWN: tuple[str, ...] = (
    "role",
    "area",
    "attribute",
    "dimension",
    "element",
    "class",
    "departments",
    "code",
)
_OWN += ("at_most", "offer", "required", "elder", "reverse")
_SURVEY = frozenset({"type", "name", "relevant", *(f"x_{one}" for one in _OWN)})
TAKEN = {
    "group": _SURVEY,
    "end": frozenset({"type", "name"}),
    "note": _SURVEY,
    "text": _SURVEY | {"required", "default"},
    "select": _SURVEY | {"required", "default", "constraint"},
    "choices": frozenset({"list_name", "name", "x_kind", "x_satisfied", "x_exclusive"}),
    "settings": frozenset(
        {"form_title", "form_id", "version", "default_language", "x_kind", "x_languages"}
    ),
    "x_areas": frozenset(
        {"area", "attribute", "show_if", "x_departments", "x_dimension", "x_element", "x_class"}
    ),
    "x_instrument": frozenset({"path", "value"}),
}
_OTHER_NAMES = {"relevance": "relevant", "list name": "list_name", "value": "name"}
# What we write ourselves, only for the looks of other tools.
_LOOKS = {"appearance": {"field-list", "multiline"}, "style": {"pages"}}


def leftover(line: Line, kind: str, words: Collection[str]) -> Iterator[Loss]:
    """Name the cells of a row that say something nobody takes.

    Args:
        line: The row.
        kind: What it is; a key of `TAKEN`.
        words: Headings of texts that were taken from it.
    """
    taken = TAKEN[kind]
    for head, cell in line.cells.items():
        other = _OTHER_NAMES.get(head, "")
        is_other_name = other in taken and other not in line.cells
        if head in taken or head in words or is_other_name or cell in _LOOKS.get(head, ()):
            continue
        if kind == "select" and head.startswith("constraint_message") and is_own_message(cell):
            continue
        yield Loss(Level.LOST, "cell_lost", place=line.at(head), data={"word": cell[:80]})


def other_sheets(names: Iterable[str], known: Collection[str]) -> Iterator[Loss]:
    """Name the sheets nobody reads."""
    for name in names:
        if name.strip().lower() not in known:
            yield Loss(Level.LOST, "sheet_lost", data={"word": name})
