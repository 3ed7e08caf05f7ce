"""From a file of another tool to a draft: YAML text, what was lost, what to mend, with cells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.exchange.draft import MadeDraft, make_draft
from app.surveys.instrument.exchange.form import Form
from app.surveys.instrument.exchange.grid import Book
from app.surveys.instrument.exchange.losses import Level, Loss, Place
from app.surveys.instrument.exchange.plain import instrument_data
from app.surveys.instrument.exchange.xlsform_in import read_xlsform
from app.surveys.instrument.exchange.yamltext import yaml_text
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.instrument.problems import ERROR, InstrumentError, Problem

_MOST_DIFFERENCES = 200
# Mappings whose order belongs to a version.
_ORDERED = re.compile(
    r"texts|departments|valid_needs|scales|minutes\.areas|scales\.[^.]+\.(missing|labels)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in a draft: its line there, and the cell it came from."""

    problem: Problem
    place: Place


@dataclass(frozen=True, slots=True)
class Imported:
    """A draft made from a file of another tool.

    Attributes:
        text: The draft as YAML.
        losses: What the file could not say or had to be guessed.
        findings: What the checks say about the draft.
        instrument: The draft, when it can be read.
    """

    text: str
    losses: tuple[Loss, ...]
    findings: tuple[Finding, ...]
    instrument: Instrument | None

    @property
    def is_sound(self) -> bool:
        """Say whether it could be published as it is."""
        return all(one.problem.level != ERROR for one in self.findings)


def import_form(form: Form, heading: str = "") -> Imported:
    """Make a draft of a questionnaire that was read from another format, and check it."""
    draft = make_draft(form)
    text = yaml_text(draft.data, heading)
    try:
        loaded = load_instrument(text, form.code)
    except InstrumentError as error:
        return Imported(text, draft.losses, _findings(error.problems, draft), None)
    problems = check_instrument(loaded)
    return Imported(text, draft.losses, _findings(problems, draft), loaded.instrument)


def returned(instrument: Instrument, book: Book) -> tuple[Loss, ...]:
    """Name what is not the same when the sheets of an own XLSForm are read again."""
    there = instrument_data(instrument)
    back = make_draft(read_xlsform(book, instrument.code)).data
    paths = list(_differences(there, back, ""))[:_MOST_DIFFERENCES]
    return tuple(Loss(Level.LOST, "comes_back_different", path) for path in paths)


def _findings(problems: Sequence[Problem], draft: MadeDraft) -> tuple[Finding, ...]:
    return tuple(Finding(one, _cell(draft.cells, one.path)) for one in problems)


def _cell(cells: Mapping[str, Place], path: str) -> Place:
    """Return the cell of a path, or of the nearest thing around it that has one."""
    while path:
        if path in cells:
            return cells[path]
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return Place()


def _differences(one: Any, other: Any, path: str) -> Sequence[str]:
    """List the paths at which two files differ, as deep as both have something."""
    found: list[str] = []
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            here = f"{path}.{key}" if path else str(key)
            found += _differences(one.get(key), other.get(key), here)
        if not found and list(one) != list(other) and _ORDERED.fullmatch(path):
            found.append(path)
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            found += _differences(*pair, f"{path}[{place}]")
        return found
    return [] if one == other and type(one) is type(other) else [path]
