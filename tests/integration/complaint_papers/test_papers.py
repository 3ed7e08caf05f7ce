"""Plans, corrective-action reports, announcements, training cases: who may, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.followup.errors import FieldError
from app.followup.models import CaseList
from app.service.complaints.models import Against, Level, Severity
from app.service.complaints.papers import announcements, corrective, due, plans, queries, training
from app.service.complaints.papers.announcements import AnnouncementInput
from app.service.complaints.papers.corrective import CorrectiveInput
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
    WrongPersonError,
)
from app.service.complaints.papers.models import CorrectiveReport, SignedAs
from app.service.complaints.papers.plans import ActionInput
from app.service.complaints.papers.traces import TraceKind
from app.service.complaints.papers.training import TrainingInput
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from tests.factories import make_community, make_staff
from tests.integration.complaint_papers.complaints import plant

NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
TELL = AnnouncementInput(
    "关于电梯停运未告知的通报", "电梯停运三天。", "合同到期。", "已恢复运行。", "停运必须先告知。"
)
TEACH = TrainingInput(
    "先告知再修理",
    "facilities",
    "电梯停运三天。",
    "当天恢复。",
    "合同到期。",
    "先告知。",
    "谁先告知？",
)
REPORT = CorrectiveInput("停运三天", "合同到期", "已续签", "到期前一个月提醒")


@pytest.fixture
def place(session):
    return make_community(session, households=2, name="云栖里", office="云栖里管理处")


@pytest.fixture
def home(session, vault, place):
    home = session.scalars(select(Household)).first()
    add_person(session, vault, home, name="上官银杏", phone="13800001234", now=NOW)
    return home


@pytest.fixture
def major(session, vault, place, home):
    return plant(session, vault, place, home, NOW, severity=Severity.MAJOR)


@pytest.fixture
def hidden(session, vault, place, home):
    about = {"against": Against.DIRECTOR, "level": Level.LEADERS, "severity": Severity.MAJOR}
    return plant(session, vault, place, home, NOW, on_list=CaseList.HEAD_OFFICE, **about)


def scope_of(session, role, *communities, name="王敏"):
    staff = make_staff(session, role, communities=communities, name=name)
    places = frozenset(one.id for one in communities) if communities else None
    return Scope(staff.id, staff.name, role, places)


@pytest.fixture
def head(session):
    return scope_of(session, Role.HEAD_OFFICE, name="林知远")


@pytest.fixture
def office(session, place):
    return scope_of(session, Role.OFFICE, place, name="高远")


def test_a_plan_is_made_above_and_carried_out_below(session, vault, place, major, head, office):
    key = major.follow_up_id
    with pytest.raises(WrongPersonError):
        plans.make_plan(session, vault, office, key, problem="a", aim="b", now=NOW)
    plan_id = plans.make_plan(session, vault, head, key, problem="停运", aim="四小时到场", now=NOW)
    day = date(2026, 11, 2)
    with pytest.raises(FieldError, match="in_past"):
        plans.add_action(session, vault, head, plan_id, ActionInput("续签", "周工", day), now=NOW)
    wanted = ActionInput("续签合同", "周工", date(2026, 11, 5))
    action = plans.add_action(session, vault, head, plan_id, wanted, now=NOW)
    assert plans.add_action(session, vault, head, plan_id, wanted, now=NOW) == action

    later = datetime(2026, 11, 6, 2, tzinfo=UTC)
    assert due.count_due(session, office, now=later).late == 1
    plans.finish_action(
        session, vault, office, action, done_on=date(2026, 11, 5), evidence="合同已入档", now=later
    )

    plan = plans.view_plan(session, vault, office, key)
    assert (plan.is_done, plan.actions[0].evidence, plan.actions[0].done_by) == (
        True, "合同已入档", "高远",
    )  # fmt: skip
    assert major.planned_at == NOW
    with pytest.raises(PaperClosedError, match="done"):
        plans.finish_action(
            session, vault, office, action, done_on=date(2026, 11, 5), evidence="x", now=later
        )
    with pytest.raises(PaperClosedError, match="exists"):
        plans.make_plan(session, vault, head, key, problem="a", aim="b", now=NOW)


def test_a_report_stands_from_its_first_signature_and_another_unit_verifies_it(
    session, vault, major, head, office
):
    key, leader = major.follow_up_id, scope_of(session, Role.LEADER)
    report = corrective.write(session, vault, office, key, REPORT, now=NOW)
    corrective.write(session, vault, office, key, REPORT, now=NOW)
    corrective.sign(session, vault, office, report, SignedAs.WRITER, now=NOW)
    with pytest.raises(PaperClosedError, match="signed"):
        corrective.write(session, vault, office, key, REPORT, now=NOW)
    with pytest.raises(WrongPersonError):
        corrective.sign(session, vault, office, report, SignedAs.QUALITY, now=NOW)
    verdict = {"is_effective": False, "finding": "仍有停运", "now": NOW}
    with pytest.raises(PaperClosedError, match="unsigned"):
        corrective.verify(session, vault, head, report, **verdict)
    corrective.sign(session, vault, office, report, SignedAs.RESPONSIBLE, now=NOW)
    assert major.reported_at is None
    corrective.sign(session, vault, head, report, SignedAs.QUALITY, now=NOW)
    assert major.reported_at == NOW
    with pytest.raises(WrongPersonError, match="own_unit"):
        corrective.verify(session, vault, office, report, **verdict)

    major.level = Level.LEADERS
    session.flush()
    corrective.verify(session, vault, leader, report, **verdict)
    assert major.reported_at is None
    second = corrective.write(session, vault, office, key, REPORT, now=NOW)
    versions = corrective.view_reports(session, vault, office, key)
    assert [(one.id, one.version, one.is_effective) for one in versions] == [
        (second, 2, None), (report, 1, False),
    ]  # fmt: skip
    with pytest.raises(PaperClosedError):
        corrective.sign(session, vault, head, report, SignedAs.LEADER, now=NOW)


def test_words_changed_behind_a_signature_are_seen(session, vault, major, office):
    report = corrective.write(session, vault, office, major.follow_up_id, REPORT, now=NOW)
    corrective.sign(session, vault, office, report, SignedAs.WRITER, now=NOW)
    other = '{"cause":"别的","correction":"x","facts":"x","prevention":"x"}'
    sealed = vault.seal(other, "corrective_report")
    session.get_one(CorrectiveReport, report).content_sealed = sealed

    (view,) = corrective.view_reports(session, vault, office, major.follow_up_id)

    assert [one.is_sound for one in view.signatures] == [False]


def test_papers_about_a_director_do_not_exist_for_the_office(
    session, vault, place, hidden, head, office
):
    key = hidden.follow_up_id
    plan_id = plans.make_plan(session, vault, head, key, problem="a", aim="b", now=NOW)
    wanted = ActionInput("谈话", "公司", date(2026, 11, 3))
    action = plans.add_action(session, vault, head, plan_id, wanted, now=NOW)
    report = corrective.write(session, vault, head, key, REPORT, now=NOW)

    steward = scope_of(session, Role.STEWARD, place)
    for scope in (office, steward, scope_of(session, Role.REGION, place)):
        assert queries.find_place(session, scope, key) is None
        assert queries.find_complaint_row(session, scope, key) is None
        assert plans.view_plan(session, vault, scope, key) is None
        assert queries.find_action(session, scope, action) is None
        assert queries.find_corrective(session, scope, report) is None
        assert corrective.view_reports(session, vault, scope, key) == ()
        assert queries.count_open_actions(session, scope) == {}
    with pytest.raises(PaperNotFoundError):
        corrective.write(session, vault, office, key, REPORT, now=NOW)
    assert plans.view_plan(session, vault, head, key).problem == "a"


@pytest.mark.parametrize(
    ("field", "words", "kind", "found"),
    [
        ("happened", "欧阳金丝雀家停梯", TraceKind.NAME, "欧阳金丝雀"),
        ("cause", "上官银杏没有接电话", TraceKind.NAME, "上官银杏"),
        ("cause", "管家高远没有到场", TraceKind.NAME, "高远"),
        ("measures", "已回电138-0000-1234", TraceKind.PHONE, "138-0000-1234"),
        ("demand", "1-101门口", TraceKind.ADDRESS, "1-101"),
        ("title", "云栖里电梯停运", TraceKind.PLACE, "云栖里"),
    ],
)
def test_an_announcement_that_tells_who_or_where_is_refused_with_the_spot(
    session, vault, major, head, office, field, words, kind, found
):
    told = AnnouncementInput(
        **{name: getattr(TELL, name) for name in TELL.__slots__} | {field: words}
    )

    with pytest.raises(TracesError) as caught:
        announcements.write(session, vault, head, told, complaint_id=major.follow_up_id, now=NOW)

    spots = [(one.field, one.kind, one.found) for one in caught.value.traces]
    assert (field, kind, found) in spots


def test_an_announcement_is_looked_through_once_more_before_it_is_published(
    session, vault, major, home, head
):
    told = AnnouncementInput(TELL.title, "慕容雪家停梯", TELL.cause, TELL.measures, TELL.demand)
    key = announcements.write(session, vault, head, told, complaint_id=major.follow_up_id, now=NOW)
    add_person(session, vault, home, name="慕容雪", phone=None, now=NOW)

    with pytest.raises(TracesError):
        announcements.publish(session, vault, head, key, now=NOW)


def test_a_published_announcement_is_read_by_everybody_and_never_changed(
    session, vault, major, head, office
):
    source = major.follow_up_id
    key = announcements.write(session, vault, head, TELL, complaint_id=source, now=NOW)
    assert queries.find_announcement(session, office, key) is None
    assert announcements.publish(session, vault, head, key, now=NOW) == "2026-001"
    assert major.announced_at == NOW
    with pytest.raises(PaperClosedError, match="published"):
        announcements.rewrite(session, vault, head, key, TELL, now=NOW)

    assert queries.count_unread(session, office) == 1
    for _twice in range(2):
        announcements.mark_read(session, office, key, now=NOW)
    assert queries.count_unread(session, office) == 0
    assert queries.count_reads(session, key, (Role.OFFICE,)) == (1, 1)
    announcements.withdraw(session, head, key, reason="有误", now=NOW)
    assert queries.list_announcements(session, office, most=9) == []
    other = announcements.write(session, vault, head, TELL, complaint_id=None, now=NOW)
    assert announcements.publish(session, vault, head, other, now=NOW) == "2026-002"


def test_a_training_case_is_released_without_names_and_leaves_as_json(
    session, vault, major, head, office
):
    told = TrainingInput(**{n: getattr(TEACH, n) for n in TEACH.__slots__} | {"lesson": "问王女士"})
    with pytest.raises(TracesError):
        training.write(session, vault, head, told, complaint_id=major.follow_up_id, now=NOW)
    with pytest.raises(WrongPersonError):
        training.write(session, vault, office, TEACH, complaint_id=None, now=NOW)

    key = training.write(session, vault, head, TEACH, complaint_id=major.follow_up_id, now=NOW)
    assert queries.list_training(session, office, most=9) == []
    assert training.release(session, vault, head, key, now=NOW) == "P2026-001"
    text = training.cases_json(queries.list_training(session, office, most=9))

    assert '"number": "P2026-001"' in text
    assert '"questions": [\n    "谁先告知？"\n   ]' in text
    training.retire(session, head, key, now=NOW)
    assert queries.list_training(session, office, most=9) == []
