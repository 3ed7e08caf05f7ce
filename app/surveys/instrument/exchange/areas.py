"""The areas of a foreign questionnaire: gathered from its questions and from our own sheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from app.surveys.instrument.exchange.form import AreaLine, Form, Question, Words
from app.surveys.instrument.exchange.losses import Level, Loss, Place
from app.surveys.instrument.exchange.plain import Data
from app.surveys.instrument.exchange.roles import Run
from app.surveys.instrument.vocabulary import ComplaintClass, Element, Factor

USUAL_DEPARTMENT = "service"
_HANDBOOK = {
    "factor": ("dimension", get_args(Factor)),
    "element": ("element", get_args(Element)),
    "complaint_class": ("class", get_args(ComplaintClass)),
}
OptionOf = Callable[[Question], str | None]


@dataclass(slots=True)
class Areas:
    """Areas in their order, with every name the file gives them.

    Attributes:
        codes: In order: that of our own sheet, then as they come.
        names: Names with their places, by code.
        hints: Hints by code.
        lines: Their rows in our own sheet.
        details: Questions about a detail of an area, by area.
        unasked: Details no question asks, by area.
    """

    codes: list[str] = field(default_factory=list)
    names: dict[str, list[tuple[Words, Place]]] = field(default_factory=dict)
    hints: dict[str, Words] = field(default_factory=dict)
    lines: dict[str, AreaLine] = field(default_factory=dict)
    details: dict[str, list[Question]] = field(default_factory=dict)
    unasked: dict[str, list[AreaLine]] = field(default_factory=dict)

    def add(self, code: str) -> None:
        """Note that an area exists."""
        if code not in self.codes:
            self.codes.append(code)

    def name(self, code: str) -> Words:
        """Return the name of an area."""
        found = self.names.get(code)
        return found[0][0] if found else {}

    def data(self, form: Form, cells: dict[str, Place], option_of: OptionOf) -> list[Data]:
        """Return the areas as an instrument file has them, in the order of their numbers."""
        return [
            self._area(form, code, f"areas[{place}]", cells, option_of)
            for place, code in enumerate(self.codes)
        ]

    def _area(
        self, form: Form, code: str, path: str, cells: dict[str, Place], option_of: OptionOf
    ) -> Data:
        names = self.names.get(code, [])
        for words, place in names[1:]:
            if words != names[0][0]:
                form.losses.append(
                    Loss(Level.GUESSED, "one_name_per_area", code, place, {"word": code})
                )
                break
        line = self.lines.get(code)
        cells[path] = line.place if line else (names[0][1] if names else Place())
        name = dict(self.name(code)) or dict.fromkeys(form.languages, code)
        data: Data = {"code": code, "name": name}
        if self.hints.get(code):
            data["hint"] = dict(self.hints[code])
        department = line.marks.get("departments", "") if line else ""
        if department or line is None:
            data["department"] = department or _usual_department(form, code, cells[path])
        attributes = [
            self._asked(form, question, cells, f"{path}.attributes[{place}]", option_of)
            for place, question in enumerate(self.details.get(code, ()))
        ]
        attributes += [_unasked(form, one) for one in self.unasked.get(code, ())]
        if attributes:
            data["attributes"] = attributes
        return data

    def _asked(
        self,
        form: Form,
        question: Question,
        cells: dict[str, Place],
        path: str,
        option_of: OptionOf,
    ) -> Data:
        cells[path] = question.place
        data = _attribute(
            form, question.marks["attribute"], question.words, question.marks, question.place
        )
        option = option_of(question)
        return data | {"show_if": option} if option else data


def gather_areas(form: Form, runs: Sequence[Run]) -> Areas:
    """Gather the areas of a questionnaire."""
    areas = Areas()
    for line in form.areas:
        if line.attribute:
            areas.unasked.setdefault(line.area, []).append(line)
        else:
            areas.add(line.area)
            areas.lines[line.area] = line
    for run in runs:
        for question, _role in run.questions:
            _gather(form, areas, run, question)
    for code, line in areas.lines.items():
        if line.words:
            areas.names.setdefault(code, []).append((line.words, line.place))
        if line.hint:
            areas.hints.setdefault(code, line.hint)
    return areas


def _gather(form: Form, areas: Areas, run: Run, question: Question) -> None:
    code = question.marks.get("area", "")
    if run.ask == "pick":
        for answer in form.lists.get(question.answers, ()):
            areas.add(answer.code)
            areas.names.setdefault(answer.code, []).append((answer.words, answer.place))
    elif run.ask == "areas":
        areas.add(code)
        areas.names.setdefault(code, []).append((question.words, question.place))
        if question.hint:
            areas.hints.setdefault(code, question.hint)
    elif run.ask == "attributes":
        areas.add(code)
        areas.details.setdefault(code, []).append(question)
    elif run.ask == "tolerance":
        areas.add(code)


def _usual_department(form: Form, code: str, place: Place) -> str:
    if not any(one.code == "departments_guessed" for one in form.losses):
        form.losses.append(Loss(Level.GUESSED, "departments_guessed", code, place))
    return USUAL_DEPARTMENT


def _unasked(form: Form, line: AreaLine) -> Data:
    data = _attribute(form, line.attribute, line.words, line.marks, line.place)
    option = line.marks.get("show_if")
    return data | {"show_if": option} if option else data


def _attribute(form: Form, code: str, words: Words, marks: Mapping[str, str], place: Place) -> Data:
    data: Data = {"code": code, "text": dict(words)}
    for key, (mark, allowed) in _HANDBOOK.items():
        given = marks.get(mark, "")
        if given not in allowed and not any(one.code == "handbook_guessed" for one in form.losses):
            form.losses.append(Loss(Level.GUESSED, "handbook_guessed", code, place))
        data[key] = given if given in allowed else allowed[0]
    departments = marks.get("departments", "").split()
    data["departments"] = departments or [_usual_department(form, code, place)]
    return data
