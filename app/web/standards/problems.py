"""What is said about a field that a service refused."""

from app.i18n import gettext as _
from app.web.fields import field_problem


def problem_words(problem: str) -> str:
    """Return the words for a refused field."""
    return {
        "number": _("This number cannot be; please check it."),
        "order": _("This day does not go with the other one; please check both."),
        "home": _("There is no such home in this community; for example 3-1101."),
    }.get(problem) or field_problem(problem)
