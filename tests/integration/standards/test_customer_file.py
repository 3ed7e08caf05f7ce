"""The file of a home and homes by type: each line through the eyes of who reads."""

from datetime import date, timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from app.followup.models import CaseList, ContactRecord, FollowUp, Outcome, Source
from app.followup.papers.models import PaperKind
from app.followup.papers.services import find, open_content, order
from app.reports.paper_work import make_paper
from app.reports.standards.customer_file import customer_file, file_table
from app.reports.standards.queries import CustomerType, count_types, list_typed
from app.reports.work import Workshop
from app.service.repairs.models import OrderState, Origin, Place, RepairOrder, Thing
from app.service.standards.loss_services import LossInput, add_loss
from app.service.standards.models import LossKind, LossReason
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.register.homes.queries import find_home
from app.surveys.register.models import Building, Household, Person, PersonKind
from app.surveys.register.services import add_person
from tests.factories import (
    NOW,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.snapshot.answering import answer

DAY = date(2026, 11, 1)


@pytest.fixture
def community(session):
    make_staff(session)
    make_staff(session, Role.OFFICE)
    return make_community(session, important=1)


def first_home(session, community):
    query = select(Household.id).join(Building).where(Building.community_id == community.id)
    return find_home(session, head_office(), session.scalars(query.order_by(Household.id)).first())


def case(session, vault, home, source, on_list=CaseList.COMMUNITY):
    one = FollowUp(
        community_id=home.community_id,
        household_id=home.household_id,
        on_list=on_list,
        source=source,
        created_at=NOW,
    )
    session.add(one)
    session.flush()
    session.add(
        ContactRecord(
            follow_up_id=one.id,
            at=NOW + timedelta(hours=1),
            way="phone",
            person_sealed=vault.seal("王先生", "person"),
            staff_id=1,
            outcome=Outcome.EXPLAINED,
            result_sealed=vault.seal("已解释", "result"),
        )
    )
    session.flush()
    return one


def test_the_file_holds_surveys_cases_and_losses_by_date_and_never_an_answer(
    session, vault, community
):
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, community)[0]
    answer(session, vault, campaign, member, comment="电梯又停了", wish="office_or_hq")
    home = find_home(session, head_office(), member.household_id)
    case(session, vault, home, Source.FORUM)
    loss = LossInput(
        LossKind.HOME,
        community.id,
        "赵六家",
        DAY,
        LossReason.DEFECT,
        "渗水",
        household_id=home.household_id,
    )
    add_loss(session, vault, head_office(), loss, now=NOW)
    lines = customer_file(session, vault, head_office(), home)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    said = "\n".join(line.what for line in lines)
    assert "答" in said or "Answered" in said
    for secret in ("电梯又停了", "王先生", "已解释", "赵六家", "渗水"):
        assert secret not in said
    assert len(file_table(lines).rows) == len(lines)


def test_what_stands_on_head_offices_list_is_in_no_file_of_the_office(session, vault, community):
    home = first_home(session, community)
    case(session, vault, home, Source.FORUM)
    case(session, vault, home, Source.TALK, CaseList.HEAD_OFFICE)
    told = {
        scope.role: [line.area for line in customer_file(session, vault, scope, home)]
        for scope in (head_office(), office_of(community), Scope(1, "总", Role.LEADER, None))
    }
    group, meeting = (
        next(area for area in told[Role.OFFICE]),
        set(told[Role.HEAD_OFFICE]) - set(told[Role.OFFICE]),
    )
    assert told[Role.HEAD_OFFICE].count(group) == 2  # taken in, and the contact
    assert told[Role.OFFICE].count(group) == 2
    assert len(meeting) == 1  # of the owners' meeting the office has neither case nor contact
    assert told[Role.LEADER] == []


def test_repairs_of_a_home_are_told_by_their_dates(session, vault, community):
    home = first_home(session, community)
    session.add(
        RepairOrder(
            community_id=community.id,
            household_id=home.household_id,
            number="W1",
            origin=Origin.HAND,
            thing=Thing.WATER,
            place=Place.HOME,
            state=OrderState.DONE,
            issued_at=NOW,
            done_at=NOW + timedelta(days=1),
        )
    )
    session.flush()
    lines = customer_file(session, vault, office_of(community), home)
    assert [line.what.count("W1") for line in lines] == [1, 1]


def test_homes_are_told_apart_by_who_lives_there(session, vault, community):
    # Four homes: one with its owner (an important one), one let, one with a tenant alone, and
    # one whose owner moved out: nobody is registered there.
    query = select(Household).join(Building).where(Building.community_id == community.id)
    homes = session.scalars(query.order_by(Household.id)).all()
    for home, kinds in zip(homes, (("owner",), ("owner", "tenant"), ("tenant",), ()), strict=True):
        for kind in kinds:
            add_person(session, vault, home, name="某", phone="", now=NOW)
            person = session.scalars(select(Person).order_by(Person.id.desc())).first()
            person.kind = PersonKind(kind)
    add_person(session, vault, homes[3], name="某", phone="", now=NOW)
    gone = session.scalars(select(Person).order_by(Person.id.desc())).first()
    gone.moved_out_on = DAY
    session.flush()
    counts = count_types(session, office_of(community), community.id, day=DAY)
    assert {kind.value: count for kind, count in counts.items() if count} == {
        "owner": 1,
        "landlord": 1,
        "tenant": 2,
        "important": 1,
        "committee": 1,
        "nobody": 1,
    }
    stranger = office_of(make_community(session))
    assert sum(count_types(session, stranger, community.id, day=DAY).values()) == 0
    page = list_typed(
        session,
        head_office(),
        community.id,
        CustomerType.TENANT,
        day=DAY,
        first=1,
        limit=1,
    )
    assert [one.household_id for one in page] == [homes[2].id]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (PaperKind.CUSTOMER_FILE, "客户档案"),
        (PaperKind.SERVICE_GUIDE, "服务指南"),
        (PaperKind.LOSSES, "流失"),
        (PaperKind.DELIVERY, "发放、回收登记"),
        (PaperKind.STANDARDS, "服务标准"),
    ],
)
def test_the_worker_prints_each_sheet_that_pages_of_standards_and_documents_order(
    engine, session, vault, storage, config, community, kind, said
):
    campaign = make_campaign(session, vault)
    about = {
        "household": first_home(session, community).household_id,
        "community": community.id,
        "campaign": campaign.id,
        "year": 2026,
        "month": "2026-11-01",
    }
    head = Scope(session.scalars(select(Staff.id)).first(), "", Role.HEAD_OFFICE, None)
    paper = order(session, head, kind, about, name="-", language="zh-Hans", now=NOW)
    session.commit()
    make_paper(Workshop(engine, vault, storage, config, lambda: NOW), {"paper_id": paper})
    session.rollback()
    made = find(session, head, paper, now=NOW)
    page = pypdfium2.PdfDocument(open_content(vault, made))[0].get_textpage().get_text_bounded()
    assert said in page
