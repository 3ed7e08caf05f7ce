"""The monthly report of an office, with a month counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from app.followup.errors import FieldError
from app.followup.models import CaseList
from app.service.complaints.models import Against, Channel, ComplaintClass, Kind, Level, Severity
from app.service.complaints.papers import due, monthly
from app.service.complaints.papers.counted.queries import count_months, list_company_facts
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
    WrongPersonError,
)
from app.service.complaints.papers.figures import count_month
from app.service.complaints.papers.models import MonthReport
from app.service.complaints.papers.monthly import Analysis
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Household
from tests.factories import head_office, make_community, make_staff, office_of
from tests.integration.complaint_papers.complaints import FEE, LEAK, plant

OCTOBER = date(2026, 10, 1)
FIRST = datetime(2026, 9, 30, 16, tzinfo=UTC)  # the first instant of October in Beijing
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
WORDS = Analysis("维保合同到期没有续签。", "本月底前补签合同，值班表上墙。", "停运必须先告知。")


@pytest.fixture
def place(session):
    community = make_community(session, households=3, name="云栖里", office="云栖里管理处")
    for role in (Role.HEAD_OFFICE, Role.OFFICE):
        make_staff(session, role, communities=[community])
    return community


@pytest.fixture
def homes(session, place):
    return session.query(Household).all()


def at(day, hour=2):
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def plant_october(session, vault, place, homes):
    """Eight complaints around October; six of them are the office's of that month."""
    add = lambda when, home=0, **more: plant(session, vault, place, homes[home], when, **more)  # noqa: E731
    day = timedelta(days=1)
    add(FIRST, rings=3, answered_at=FIRST + day / 2, answer_way="phone")  # 1: in time
    add(at(5), rings=4, answered_at=at(6), answer_way="phone")  # 2: at the end, too late
    add(at(9), 1, sub_code=LEAK, severity=Severity.MAJOR)  # 3: never answered, late
    fee = {"class_": ComplaintClass.FEES, "sub_code": FEE, "channel": Channel.WECHAT}
    add(at(12), 2, **fee, kind=Kind.HELP, answered_at=at(12, 5), answer_way="phone",
        called_back_at=at(13), view="satisfied", called_to_site_at=at(12),
        arrived_at=at(12) + timedelta(seconds=181))  # fmt: skip
    add(at(20), **fee, converted_at=at(21), due_at=NOW + day)  # 5: still in time
    add(at(31, 15), class_=None, sub_code=None, kind=None, answered_at=None)  # 6: late
    add(at(31, 16))  # 7: November in Beijing
    director = {"against": Against.DIRECTOR, "level": Level.LEADERS}
    add(at(7), on_list=CaseList.HEAD_OFFICE, **director)  # 8: no count of the office


def test_a_month_is_counted_as_by_hand(session, vault, place, homes):
    plant_october(session, vault, place, homes)

    now = monthly.compare(session, place.id, OCTOBER, now=NOW).now

    assert (now.received, now.answered, now.kept, now.missed, now.running) == (6, 3, 2, 3, 1)
    assert now.by_class == {"facilities": 3, "fees": 2, "unclassified": 1}
    assert now.by_code == {"facilities.lift": 2, FEE: 2, LEAK: 1}
    assert now.by_channel == {"phone": 4, "wechat": 2}
    assert now.by_kind == {"valid": 4, "help": 1, "unclassified": 1}
    assert (now.converted, now.major, now.called_back, now.satisfied) == (1, 1, 1, 1)
    assert (now.rings_known, now.rings_kept) == (2, 1)
    assert (now.arrivals_known, now.arrivals_kept) == (1, 0)  # a second more than three minutes


def test_a_complaint_about_the_director_is_counted_by_the_company_alone(
    session, vault, place, homes
):
    plant_october(session, vault, place, homes)
    region = Scope(9, "区域", Role.REGION, frozenset({place.id}))

    everything = list_company_facts(session, head_office(), OCTOBER)
    seen = list_company_facts(session, region, OCTOBER)

    assert [sum(is_known for _place, is_known, _fact in rows) for rows in (everything, seen)] == [
        6,
        6,
    ]
    assert (len(everything), len(seen)) == (7, 6)
    (count,) = count_months(session, region, [OCTOBER])
    assert (count.received, count.valid) == (6, 4)
    total = count_month(OCTOBER, [fact for *_rest, fact in everything], now=NOW)
    assert total.received == 7


def test_an_issued_report_stands_whatever_happens_later(session, vault, place, homes):
    plant_october(session, vault, place, homes)
    scope = office_of(place)

    key = monthly.issue(session, vault, scope, place.id, OCTOBER, WORDS, now=NOW)
    plant(session, vault, place, homes[0], at(15))
    report = monthly.open_report(session, scope, key)

    assert report.compared.now.received == 6
    assert report.is_sound
    assert (report.row.version, report.row.due_on) == (1, date(2026, 11, 4))
    second = monthly.issue(session, vault, scope, place.id, OCTOBER, WORDS, now=NOW)
    assert monthly.open_report(session, scope, second).compared.now.received == 7
    with pytest.raises(PaperClosedError, match="unchanged"):
        monthly.issue(session, vault, scope, place.id, OCTOBER, WORDS, now=NOW)


def test_the_database_refuses_to_change_an_issued_report(session, vault, place, homes):
    key = monthly.issue(session, vault, office_of(place), place.id, OCTOBER, WORDS, now=NOW)
    session.get_one(MonthReport, key).causes = "别的"

    with pytest.raises(DBAPIError):
        session.flush()


def test_a_running_month_is_not_issued(session, vault, place):
    for month, instant in ((date(2026, 11, 1), NOW), (OCTOBER, FIRST + timedelta(days=30))):
        with pytest.raises(PaperClosedError, match="too_early"):
            monthly.issue(session, vault, office_of(place), place.id, month, WORDS, now=instant)


def test_an_analysis_with_a_customer_in_it_is_refused_with_the_spot(session, vault, place, homes):
    plant_october(session, vault, place, homes)
    words = Analysis("欧阳金丝雀家电梯停了", WORDS.measures, WORDS.learnt)

    with pytest.raises(TracesError) as caught:
        monthly.save_draft(session, vault, office_of(place), place.id, OCTOBER, words, now=NOW)

    (trace,) = caught.value.traces
    assert (trace.field, trace.start, trace.found) == ("causes", 0, "欧阳金丝雀")


def test_a_name_only_a_hidden_complaint_knows_is_no_oracle(session, vault, place, homes):
    plant(session, vault, place, homes[0], at(7), on_list=CaseList.HEAD_OFFICE,
          against=Against.DIRECTOR, level=Level.LEADERS)  # fmt: skip
    words = Analysis("欧阳金丝雀家电梯停了", WORDS.measures, WORDS.learnt)

    monthly.save_draft(session, vault, office_of(place), place.id, OCTOBER, words, now=NOW)


def test_a_report_needs_every_part_and_its_own_office(session, vault, place):
    other = make_community(session)
    missing = Analysis("", WORDS.measures, WORDS.learnt)
    monthly.save_draft(session, vault, office_of(place), place.id, OCTOBER, missing, now=NOW)
    with pytest.raises(FieldError, match="causes"):
        monthly.issue(session, vault, office_of(place), place.id, OCTOBER, missing, now=NOW)
    with pytest.raises(PaperNotFoundError):
        monthly.issue(session, vault, office_of(other), place.id, OCTOBER, WORDS, now=NOW)
    leader = Scope(1, "领导", Role.LEADER, None)
    with pytest.raises(WrongPersonError):
        monthly.issue(session, vault, leader, place.id, OCTOBER, WORDS, now=NOW)


def test_a_report_of_another_office_does_not_exist(session, vault, place):
    key = monthly.issue(session, vault, office_of(place), place.id, OCTOBER, WORDS, now=NOW)

    with pytest.raises(PaperNotFoundError):
        monthly.open_report(session, office_of(make_community(session)), key)


def test_missing_reports_press_from_the_first_complaint_on(session, vault, place, homes):
    scope = office_of(place)
    assert due.count_due(session, scope, now=NOW).soon == 0
    plant(session, vault, place, homes[0], datetime(2026, 9, 8, tzinfo=UTC))

    # September was due on Saturday 10 October at the latest, October runs until 4 November.
    found = due.count_due(session, scope, now=NOW)
    assert (found.late, found.today, found.soon) == (1, 0, 1)
    monthly.issue(session, vault, scope, place.id, OCTOBER, WORDS, now=NOW)
    assert due.count_due(session, scope, now=NOW).soon == 0
    last = due.count_due(session, scope, now=datetime(2026, 12, 3, 2, tzinfo=UTC))
    assert (last.late, last.today, last.soon) == (1, 1, 0)
