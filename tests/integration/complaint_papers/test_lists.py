"""Plans and reports as lists: each for those who know of its complaint, overdue where it is so."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from app.followup.models import CaseList
from app.reports.standards.correction_lists import correction_tables
from app.service.complaints.models import Against, Level, Severity
from app.service.complaints.papers import corrective, plans
from app.service.complaints.papers.corrective import CorrectiveInput
from app.service.complaints.papers.plans import ActionInput
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Household
from tests.factories import make_community, make_staff
from tests.integration.complaint_papers.complaints import plant

NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
REPORT = CorrectiveInput("停运三天", "合同到期", "已续签", "到期前一个月提醒")


def scope_of(session, role, *communities):
    staff = make_staff(session, role, communities=communities)
    places = frozenset(one.id for one in communities) if communities else None
    return Scope(staff.id, staff.name, role, places)


def test_lists_hold_own_plans_and_reports_and_none_about_the_director(session, vault):
    place = make_community(session, households=1)
    home = session.scalars(select(Household)).one()
    other = make_community(session)
    head = scope_of(session, Role.HEAD_OFFICE)
    open_one = plant(session, vault, place, home, NOW, severity=Severity.MAJOR)
    about = {"against": Against.DIRECTOR, "level": Level.LEADERS, "severity": Severity.MAJOR}
    hidden = plant(session, vault, place, home, NOW, on_list=CaseList.HEAD_OFFICE, **about)
    for one in (open_one, hidden):
        plan = plans.make_plan(
            session, vault, head, one.follow_up_id, problem="停运", aim="到场", now=NOW
        )
        action = ActionInput("续签合同", "周工", date(2026, 11, 5))
        plans.add_action(session, vault, head, plan, action, now=NOW)
        corrective.write(session, vault, head, one.follow_up_id, REPORT, now=NOW)

    def lists(scope, day):
        tables = correction_tables(session, vault, scope, today=day)
        return [[dict(zip(dict(t.columns), row, strict=True)) for row in t.rows] for t in tables]

    actions, reports = lists(scope_of(session, Role.OFFICE, place), date(2026, 11, 6))
    assert [(one["complaint"], one["what"], bool(one["state"])) for one in actions] == [
        (open_one.number, "续签合同", True)
    ]
    assert [(one["cause"], one["signatures"]) for one in reports] == [("合同到期", 0)]
    actions, _reports = lists(head, date(2026, 11, 5))
    assert {one["complaint"] for one in actions} == {open_one.number, hidden.number}
    assert {one["state"] for one in actions} == {""}
    assert lists(scope_of(session, Role.OFFICE, other), date(2026, 11, 6)) == [[], []]
