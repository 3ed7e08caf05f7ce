"""What the reading of a file of orders says to people."""

from app.i18n import gettext as _
from app.service.repairs.intake.report import LineProblem, Trouble
from app.service.repairs.models import RepairFileState
from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.wording import describe_problem


def file_state(state: RepairFileState) -> str:
    """Return the word for where a file stands."""
    return {
        RepairFileState.READING: _("Being read"),
        RepairFileState.DONE: _("File taken in"),
        RepairFileState.REFUSED: _("Refused; nothing was taken in"),
    }[state]


def trouble_words(trouble: Trouble) -> str:
    """Return what is wrong with a cell, without its line and column."""
    if trouble.problem is LineProblem.UNREADABLE:
        code, _mark, value = trouble.value.partition(":")
        return describe_problem(Problem(ProblemCode(code), value=value))
    words = {
        LineProblem.EMPTY: _("This cell is empty and must not be."),
        LineProblem.TOO_LONG: _("This cell is too long."),
        LineProblem.BAD_STATE: _("Unknown state: {value}"),
        LineProblem.BAD_TIME: _("No time of day in Beijing: {value}"),
        LineProblem.IN_FUTURE: _("This time lies in the future: {value}"),
        LineProblem.BEFORE_ISSUE: _("This time lies before the order was issued: {value}"),
        LineProblem.NO_DONE_TIME: _("Done, but without the time it was done."),
        LineProblem.BAD_FEE: _("No amount in yuan: {value}"),
        LineProblem.BAD_YES_NO: _("Neither yes nor no: {value}"),
        LineProblem.MISSING_COLUMN: _("This column is missing."),
        LineProblem.DOUBLE_COLUMN: _("This column stands there twice."),
    }[trouble.problem]
    return words.format(value=trouble.value)
