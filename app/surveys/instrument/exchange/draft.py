"""From the pages of any tool to the data of an instrument file: a draft somebody must look at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.surveys.instrument.exchange import frame
from app.surveys.instrument.exchange.areas import Areas, gather_areas
from app.surveys.instrument.exchange.form import Answer, Form, Kind, Question
from app.surveys.instrument.exchange.losses import Level, Loss, Place
from app.surveys.instrument.exchange.plain import Data
from app.surveys.instrument.exchange.roles import HEADING, Run, is_point, runs_of
from app.surveys.instrument.exchange.wording import find_wording

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_WISHES = ("office_or_hq", "hq_only", "no_reply")
_PARTS = ("way", "when", "number")


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """The data of an instrument file made from another format.

    Attributes:
        data: The file's data.
        losses: What was lost or guessed.
        cells: Where each path of the data came from.
    """

    data: Data
    losses: tuple[Loss, ...]
    cells: Mapping[str, Place]


def make_draft(form: Form) -> MadeDraft:
    """Make the data of an instrument file."""
    return _Maker(form).draft()


@dataclass(slots=True)
class _Maker:
    form: Form
    cells: dict[str, Place] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)  # list -> scale, as they are used
    ticked: dict[tuple[str, str], str] = field(default_factory=dict)  # answer -> option code
    taken: set[str] = field(default_factory=set)

    def draft(self) -> MadeDraft:
        form = self.form
        runs = runs_of(form)
        areas = gather_areas(form, runs)
        for run in runs:
            self._name_options(run)
        sections = [self._section(run, areas, place) for place, run in enumerate(runs)]
        self._note_lines_without_question()
        data = frame.begin(form, self.cells)
        data["scales"] = frame.scales(form, self.scales, self.cells)
        made = areas.data(form, self.cells, self._option_of)
        if made:
            data["areas"] = made
        blocks = frame.blocks(form, [one["code"] for one in made])
        if blocks:
            data["blocks"] = blocks
        data["sections"] = sections
        frame.complete_departments(form, data)
        return MadeDraft(data, tuple(form.losses), self.cells)

    def _lose(self, level: Level, code: str, question: Question, /, **data: str | int) -> None:
        self.form.losses.append(Loss(level, code, question.name, question.place, data))

    def _answers(self, question: Question) -> tuple[Answer, ...]:
        return self.form.lists.get(question.answers, ())

    def _name_options(self, run: Run) -> None:
        """Give every option of the ticks a code of its own: all of them share one question here."""
        if run.ask != "tick":
            return
        for question, _role in run.questions:
            for answer in self._answers(question):
                code = self._code(answer.code, "option")
                while f"experience.{code}" in self.taken:
                    code = self._code(f"{question.name}_{code}"[:40], "option")
                    if f"experience.{code}" in self.taken:
                        code = f"{code[:36]}_{len(self.taken)}"
                self.taken.add(f"experience.{code}")
                self.ticked[question.name, answer.code] = code

    def _option_of(self, question: Question) -> str | None:
        """Return the option that must be ticked before a question; other conditions are lost."""
        if question.condition is None:
            return None
        name, answer = question.condition
        found = self.ticked.get((name, answer))
        if found is None:
            word = f"{name} = {answer}"[:80]
            self._lose(Level.LOST, "condition_lost", question, word=word)
        return found

    def _code(self, name: str, otherwise: str) -> str:
        """Return a name as one of our codes."""
        code = re.sub(r"[^A-Za-z0-9_]", "_", name).strip("_") or otherwise
        code = code if code[0].isalpha() and code[0].isascii() else f"q_{code}"
        return name if _CODE.fullmatch(name) else code[:40]

    def _unique(self, name: str, otherwise: str, group: str) -> str:
        base = code = self._code(name, otherwise)
        count = 1
        while f"{group}.{code}" in self.taken:
            count += 1
            code = f"{base[:36]}_{count}"
        self.taken.add(f"{group}.{code}")
        return code

    def _scale(self, question: Question) -> str:
        """Return the scale a question is rated on."""
        known = self.scales.get(question.answers)
        if known is None:
            known = self.scales[question.answers] = self._unique(
                question.answers or "scale", "scale", "scale"
            )
        return known

    def _section(self, run: Run, areas: Areas, place: int) -> Data:
        path = f"sections[{place}]"
        page = run.page
        is_own = page.marks.get("loose") != "yes"
        own = page.marks.get("code") or page.name
        name = own if is_own else run.questions[0][0].name
        code = self._unique(name or "page", "page", "section")
        first = run.questions[0][0]
        if code != name:
            self._lose(Level.GUESSED, "code_changed", first, code=code)
        self.cells[path] = page.place if is_own else first.place
        data: Data = {"id": code}
        asking, details = self._asking(run, areas, path)
        data |= asking
        title, text, hint = self._words(run)
        data |= {"title": title, "text": text}
        if hint:
            data["hint"] = hint
        data |= details
        option = self._shown_if(run)
        if option is not None:
            data["show_if"] = option
        offer = page.marks.get("offer", "")
        if run.ask == "statements" and offer.isdigit() and int(offer):
            data["offer"] = int(offer)
        if self._is_required(run):
            data["required"] = True
        if page.marks.get("elder") == "no":
            data["elder"] = False
        return data

    def _shown_if(self, run: Run) -> str | None:
        """Return what a section depends on; a section of this kind may depend on nothing."""
        if run.ask in ("statements", "choose"):
            options = [self._option_of(question) for question, _role in run.questions]
            return options[0]
        if run.ask != "attributes":  # those are asked of one by one
            for question, _role in run.questions:
                if question.condition is not None:
                    word = " = ".join(question.condition)[:80]
                    self._lose(Level.LOST, "condition_lost", question, word=word)
        return None

    def _asking(self, run: Run, areas: Areas, path: str) -> tuple[Data, Data]:
        """Return what a section asks, and what stands in it."""
        ways = {
            "overall": self._overall,
            "pick": self._pick,
            "tick": self._tick,
            "areas": self._rated_areas,
            "attributes": self._rated_areas,
            "tolerance": self._tolerance,
            "statements": self._statements,
            "choose": self._choose,
            "write": self._write,
        }
        return ways[run.ask](run, areas, path)

    def _is_required(self, run: Run) -> bool:
        """Say whether a page must be answered; single questions cannot be required here."""
        if run.page.marks.get("required") == "yes":
            return True
        required = [question for question, _role in run.questions if question.is_required]
        if required and len(run.questions) > 1:
            for question in required:
                self._lose(Level.LOST, "required_lost", question)
        return bool(required)

    def _words(self, run: Run) -> tuple[Data, Data, Data]:
        """Return title, text and hint of a section."""
        page, (first, _role) = run.page, run.questions[0]
        notes = [one for one in page.questions if one.kind is Kind.NOTE]
        note = next((one for one in notes if one.marks.get("role") == HEADING), None)
        note = note or (notes[0] if notes else None)
        title = dict(page.words)
        if run.ask in ("overall", "pick", "tick"):
            return title or dict(first.words), dict(first.words), dict(first.hint)
        if note is not None:
            return title or dict(note.words), dict(note.words), dict(note.hint)
        words = title or dict(first.words)
        self._lose(Level.GUESSED, "filled_in", first, word=next(iter(words.values()), "?")[:40])
        return words, words, {}

    def _note_lines_without_question(self) -> None:
        for page in self.form.pages:
            notes = [one for one in page.questions if one.kind is Kind.NOTE]
            has_questions = len(notes) < len(page.questions)
            for note in notes[1:] if has_questions else notes:
                self._lose(Level.LOST, "note_lost", note)

    def _overall(self, run: Run, _areas: Areas, _path: str) -> tuple[Data, Data]:
        scale = self._scale(run.questions[0][0])
        return {"ask": {"rate": "overall", "on": scale}, "measures": "overall"}, {}

    def _pick(self, run: Run, areas: Areas, _path: str) -> tuple[Data, Data]:
        limit = run.questions[0][0].at_most or min(3, max(1, len(areas.codes)))
        return {"ask": {"pick": "areas", "up to": limit}, "measures": "importance"}, {}

    def _tick(self, run: Run, _areas: Areas, path: str) -> tuple[Data, Data]:
        question = run.questions[0][0]
        options = []
        for place, answer in enumerate(self._answers(question)):
            code = self.ticked[question.name, answer.code]
            one: Data = {"code": code, "text": dict(answer.words)}
            if answer.marks.get("exclusive") == "yes":
                one["exclusive"] = True
            options.append(one)
            self.cells[f"{path}.options[{place}]"] = answer.place
        if question.at_most is not None:
            word = f"<= {question.at_most}"
            self._lose(Level.LOST, "constraint_lost", question, word=word)
        return {"ask": {"tick": "options"}, "measures": "experience"}, {"options": options}

    def _rated_areas(self, run: Run, _areas: Areas, _path: str) -> tuple[Data, Data]:
        scale = self._one_scale([question for question, _role in run.questions])
        rated = "attributes" if run.ask == "attributes" else "areas"
        return {"ask": {"rate": rated, "on": scale}, "measures": "performance"}, {}

    def _one_scale(self, questions: Sequence[Question]) -> str:
        scales = [self._scale(question) for question in questions]
        for question, scale in zip(questions, scales, strict=True):
            if scale != scales[0]:
                self._lose(Level.LOST, "scales_differ", question)
        return scales[0]

    def _tolerance(self, run: Run, areas: Areas, _path: str) -> tuple[Data, Data]:
        """Gather the levels of every area into one wording each."""
        roles = list(dict.fromkeys(role for _question, role in run.questions))
        scales: Data = {}
        wording: Data = {}
        for role in roles:
            asked = [question for question, one in run.questions if one == role]
            scales[role] = self._one_scale(asked)
            pairs = [(areas.name(question.marks["area"]), question.words) for question in asked]
            wording[role], is_exact = find_wording(pairs)
            if not is_exact:
                self._lose(Level.LOST, "wording_differs", asked[0], word=role)
            if {question.marks["area"] for question in asked} != set(areas.codes):
                self._lose(Level.GUESSED, "tolerance_incomplete", asked[0], word=role)
        asking = {"ask": {"rate": "offered areas", "on": scales}, "measures": roles}
        return asking, {"wording": wording}

    def _statements(self, run: Run, _areas: Areas, path: str) -> tuple[Data, Data]:
        return {"ask": {"rate": "statements"}, "measures": run.role}, {
            "questions": [
                self._question(question, f"{path}.questions[{place}]", run.role)
                | {"on": self._scale(question)}
                for place, (question, _role) in enumerate(run.questions)
            ]
        }

    def _choose(self, run: Run, _areas: Areas, path: str) -> tuple[Data, Data]:
        return {"ask": {"choose": "questions"}, "measures": run.role}, {
            "questions": [
                self._question(question, f"{path}.questions[{place}]", run.role)
                | {"options": self._options(question)}
                for place, (question, _role) in enumerate(run.questions)
            ]
        }

    def _question(self, question: Question, path: str, role: str) -> Data:
        name = question.marks.get("code") or question.name
        code = self._unique(name, "question", "item" if role in ("loyalty", "noticed") else role)
        if code != name:
            self._lose(Level.GUESSED, "code_changed", question, code=code)
        self.cells[path] = question.place
        data: Data = {"code": code, "text": dict(question.words)}
        if question.hint:
            data["hint"] = dict(question.hint)
        if question.marks.get("reverse") == "yes":
            data["reverse"] = True
        if question.marks.get("elder") == "no":
            data["elder"] = False
        return data

    def _options(self, question: Question) -> list[Data]:
        made = []
        taken: set[str] = set()
        for answer in self._answers(question):
            base = code = self._code(answer.code, "option")
            while code in taken:
                code = f"{base[:36]}_{len(taken)}"
            taken.add(code)
            if code != answer.code and not is_point(answer.code):
                self._lose(Level.GUESSED, "code_changed", question, code=code)
            made.append({"code": code, "text": dict(answer.words)})
        return made

    def _write(self, run: Run, _areas: Areas, path: str) -> tuple[Data, Data]:
        comments = [question for question, role in run.questions if role == "comment"]
        contacts = [question for question, role in run.questions if role == "contact"]
        details: Data = {
            "questions": [
                self._question(question, f"{path}.questions[{place}]", "comment")
                for place, question in enumerate(comments)
            ]
        }
        contact = self._contact(contacts)
        if contact:
            details["contact"] = contact
            self.cells[f"{path}.contact"] = contacts[0].place
        return {"ask": {"write": "comments"}, "measures": "comment"}, details

    def _contact(self, questions: Sequence[Question]) -> Data:
        """Return the contact wish, when all its parts are there."""
        data: Data = {}
        for question in questions:
            part = question.marks.get("code") or question.name
            answers = {one.code: dict(one.words) for one in self._answers(question)}
            if part == "contact" and set(answers) >= set(_WISHES):
                data["text"] = dict(question.words)
                if question.hint:
                    data["hint"] = dict(question.hint)
                data |= {code: answers[code] for code in _WISHES}
            elif part in _PARTS:
                data[part] = {"text": dict(question.words)}
                if question.kind is Kind.ONE:
                    data[part]["options"] = self._options(question)
            else:
                self._lose(Level.LOST, "value_lost", question, word=part)
        if data and "text" not in data:
            self._lose(Level.LOST, "value_lost", questions[0], word="contact")
            return {}
        return data
