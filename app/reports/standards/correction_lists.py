"""What was put right after complaints, as lists: actions of the plans, corrective reports."""

from datetime import date

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.standards.tables import Table
from app.reports.workbook import Column, Value
from app.service.complaints.papers.corrective import CorrectiveView, view_reports
from app.service.complaints.papers.plans import view_plan
from app.service.complaints.papers.queries import list_corrected
from app.staff.scope import Scope
from app.vault import Vault

_MOST = 2_000
_Columns = tuple[tuple[str, Column], ...]


def correction_tables(session: Session, vault: Vault, scope: Scope, *, today: date) -> list[Table]:
    """Return every action of the correction plans of a scope, and every corrective-action report.

    Args:
        session: The open session.
        vault: Opens the words.
        scope: Who asks; a complaint that does not exist for him has no line.
        today: An action not done before this Beijing day is overdue.
    """
    actions: list[tuple[Value, ...]] = []
    reports: list[tuple[Value, ...]] = []
    for key, number, community in list_corrected(session, scope, most=_MOST):
        plan = view_plan(session, vault, scope, key)
        for one in plan.actions if plan else ():
            late = _("Overdue") if one.is_overdue(today) else ""
            actions.append(
                (
                    *(number, community, plan.problem if plan else "", plan.aim if plan else ""),
                    *(one.number, one.what, one.responsible, one.due_on),
                    *(one.done_on, one.evidence, late),
                )
            )
        reports += [
            (number, community, *_report(one)) for one in view_reports(session, vault, scope, key)
        ]
    return [
        Table(_("Actions of the plan"), _action_columns(), actions),
        Table(_("Corrective-action report"), _report_columns(), reports),
    ]


def _report(one: CorrectiveView) -> tuple[Value, ...]:
    words = one.words
    verified = None if one.verified_at is None else beijing_date(one.verified_at)
    return (
        *(one.version, words.facts, words.cause, words.correction, words.prevention),
        *(one.written_by, beijing_date(one.written_at), len(one.signatures)),
        *(verified, one.finding),
    )


def _action_columns() -> _Columns:
    return (
        ("complaint", Column(_("Complaint"), 16)),
        ("community", Column(_("Community"), 18)),
        ("problem", Column(_("The problem found"), 36)),
        ("aim", Column(_("What must be reached"), 36)),
        ("number", Column(_("No."), 6, "0")),
        ("what", Column(_("Action required"), 36)),
        ("responsible", Column(_("Responsible"), 16)),
        ("due_on", Column(_("By"), 12)),
        ("done_on", Column(_("Done"), 12)),
        ("evidence", Column(_("What shows it"), 30)),
        ("state", Column(_("State"), 12)),
    )


def _report_columns() -> _Columns:
    return (
        ("complaint", Column(_("Complaint"), 16)),
        ("community", Column(_("Community"), 18)),
        ("version", Column(_("Version"), 8, "0")),
        ("facts", Column(_("Course of events"), 36)),
        ("cause", Column(_("Why it happened"), 36)),
        ("correction", Column(_("What was put right"), 36)),
        ("prevention", Column(_("So that it does not come again"), 36)),
        ("written_by", Column(_("Written by"), 14)),
        ("written_on", Column(_("Day"), 12)),
        ("signatures", Column(_("Signatures"), 10, "0")),
        ("verified_on", Column(_("Verified on"), 12)),
        ("finding", Column(_("Finding"), 36)),
    )
