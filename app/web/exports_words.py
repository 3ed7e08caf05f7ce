"""Words of exports: what is taken out, in which form, where an order stands, why it failed."""

from app.i18n import gettext as _
from app.reports.exports.models import ExportKind, ExportOrder, ExportState


def kind_name(kind: ExportKind) -> str:
    """Return what is taken out."""
    return {
        ExportKind.ANSWERS: _("Answers, a row for each home"),
        ExportKind.TABLES: _("Tables of results"),
        ExportKind.KPI: _("Key figures for appraisal"),
    }[kind]


def form_name(form: str) -> str:
    """Return the name of a form of file."""
    return {
        "csv": "CSV",
        "xlsx": "Excel (XLSX)",
        "sav": "SPSS (.sav)",
        "parquet": _("Parquet (R, Python)"),
        "json": "JSON",
    }.get(form, form)


def state_name(order: ExportOrder) -> str:
    """Return where an order stands."""
    if order.staff_id is None:
        return _("written to a file")
    return {
        ExportState.WAITING: _("being made"),
        ExportState.MADE: _("ready to fetch"),
        ExportState.FAILED: _("not made"),
        ExportState.DROPPED: _("deleted after a day"),
    }[order.state]


def state_chip(order: ExportOrder) -> str:
    """Return the look of that word."""
    return {
        ExportState.WAITING: "clock",
        ExportState.MADE: "released",
        ExportState.FAILED: "held",
        ExportState.DROPPED: "not",
    }[order.state]


def problem_words(problem: str) -> str:
    """Say why an order failed, or what of it is missing."""
    return {
        "": "",
        "nothing": _("There are no released results any more, or they are held."),
        "not_allowed": _("The account has lost the right to it meanwhile."),
        "mixed": _("The communities answered different versions of the questionnaire."),
        "damaged": _("A frozen file is damaged. Please tell the operator at once."),
        "too_large": _("A form was left out: so much does not fit into one file of it."),
        "given_up": _("It could not be made within a day."),
        "broken": _("It failed three times. Please tell the operator."),
    }.get(problem, problem)
