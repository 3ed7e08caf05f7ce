"""What a foreign question measures: said by its columns, or guessed from its form."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.surveys.instrument.exchange.form import Answer, Form, Kind, Page, Question
from app.surveys.instrument.exchange.losses import Level, Loss
from app.surveys.instrument.model import ItemRole

HEADING = "heading"
RATED = frozenset({"overall", "performance", "handling", "relationship", "loyalty"})
LEVELS = frozenset({"importance", "adequate", "desired", "perceived"})
OF_AREAS = frozenset({"performance", *LEVELS})
WORDED = frozenset({"noticed", "profile"})
_FITS = {
    Kind.ONE: RATED | LEVELS | WORDED | {"contact"},
    Kind.MANY: frozenset({"priority", "experience"}),
    Kind.TEXT: frozenset({"comment", "contact"}),
}
_ROLES = frozenset(role.value for role in ItemRole)
LEAST_POINTS = 3  # so many numbers are taken as a scale without being told


@dataclass(slots=True)
class Run:
    """Questions in a row that make one section of ours.

    Attributes:
        page: Where they stand.
        ask: What they ask: one of the ways of `asking`, and the role where it matters.
        condition: What all of them depend on.
        questions: The questions, each with its role.
    """

    page: Page
    ask: str
    role: str
    condition: tuple[str, str] | None
    questions: list[tuple[Question, str]] = field(default_factory=list)


def is_point(code: str) -> bool:
    """Say whether an answer is a point of a scale."""
    return code.removeprefix("-").isdigit() and code.isascii() and len(code) < 5


def points_of(answers: Sequence[Answer]) -> int:
    """Return how many answers are points."""
    return sum(is_point(answer.code) for answer in answers)


def runs_of(form: Form) -> list[Run]:
    """Group the questions of every page into sections of ours; what was guessed is noted."""
    runs: list[Run] = []
    for page in form.pages:
        last: Run | None = None
        for question in page.questions:
            if question.kind is Kind.NOTE:
                continue
            role = _role(form, question)
            ask = _ask(role, question, form.lists.get(question.answers, ()))
            shared = question.condition if ask in ("statements", "choose") else None
            kind = role if ask in ("statements", "choose") else ""
            fits = last is not None and (last.ask, last.role, last.condition) == (ask, kind, shared)
            if last is None or not fits or ask in ("overall", "pick", "tick"):
                last = Run(page, ask, kind, shared)
                runs.append(last)
            last.questions.append((question, role))
    return runs


def _ask(role: str, question: Question, answers: Sequence[Answer]) -> str:
    if role == "performance":
        return "attributes" if question.marks.get("attribute") else "areas"
    if role in LEVELS:
        return "tolerance"
    # A call-back asks how something was handled in words: "solved", "in part", "not".
    is_worded = role in WORDED or (role == "handling" and not points_of(answers))
    if role in ("handling", "relationship", "loyalty") and not is_worded:
        return "statements"
    if is_worded:
        return "choose"
    names = {"overall": "overall", "priority": "pick", "experience": "tick"}
    return names.get(role, "write")


def _role(form: Form, question: Question) -> str:
    said = question.marks.get("role", "").lower()
    answers = form.lists.get(question.answers, ())
    if said == "importance" and question.kind is Kind.MANY:
        said = "priority"
    if said and said not in _ROLES:
        allowed = ", ".join(sorted(_ROLES))
        _note(form, question, "unknown_role", word=said, allowed=allowed)
    elif said:
        if said not in _FITS[question.kind]:
            _note(form, question, "role_does_not_fit", word=said)
        elif said in OF_AREAS and not question.marks.get("area"):
            _note(form, question, "area_missing", word=said)
        else:
            return said
    guess = _guess(question, answers)
    _note(form, question, "role_guessed", word=guess)
    return guess


def _guess(question: Question, answers: Sequence[Answer]) -> str:
    if question.kind is Kind.TEXT:
        return "comment"
    if question.kind is Kind.MANY:
        return "experience"
    return "relationship" if points_of(answers) >= LEAST_POINTS else "profile"


def _note(form: Form, question: Question, code: str, /, **data: str | int) -> None:
    form.losses.append(
        Loss(Level.GUESSED, code, subject=question.name, place=question.place, data=data)
    )
