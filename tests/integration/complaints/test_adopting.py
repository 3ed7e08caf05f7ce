"""Cases of a survey that somebody made a complaint become one, once, with the comment's words."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.followup.cases.contacts import record_contact
from app.followup.cases.errors import StepRefusedError
from app.followup.cases.making import make_follow_ups
from app.followup.cases.services import take_step, turn_into
from app.followup.errors import FieldError
from app.followup.models import FollowUp, Source, Stage
from app.followup.queries import find_case
from app.service.complaints import services
from app.service.complaints.models import Channel, Complaint, Kind, Step
from app.service.complaints.rules import CallBackResult, Sorting
from app.surveys.campaign.models import Campaign, FrameMember
from app.vault import Vault
from tests.factories import make_campaign, members_of
from tests.integration.complaints.world import World, make_world, talk
from tests.integration.snapshot.answering import DURING, answer

HOUR = timedelta(hours=1)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def turned(session: Session, vault: Vault, world: World, *, wish: str = "office_or_hq") -> int:
    """Return a case of a survey that head office made a complaint."""
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, world.community)[0]
    answer(session, vault, campaign, member, comment="电梯天天停", wish=wish)
    make_follow_ups(session, campaign.id, now=DURING)
    case = session.scalars(select(FollowUp).where(FollowUp.frame_member_id == member.id)).one()
    turn_into(session, vault, world.scopes["hq"], case.id, Source.COMPLAINT, reason="", now=DURING)
    return case.id


def test_a_turned_case_is_adopted_once_and_reads_as_its_comment(
    session: Session, vault: Vault, world: World
) -> None:
    key, hq = turned(session, vault, world), world.scopes["hq"]
    later = DURING + HOUR
    assert [services.adopt_turned(session, now=later) for _ in range(2)] == [1, 0]
    complaint = session.get_one(Complaint, key)
    assert (complaint.is_adopted, complaint.class_, complaint.channel) == (
        True,
        None,
        Channel.ONLINE,
    )
    assert complaint.received_at == DURING  # from when somebody made it one
    assert complaint.first_asked_by == hq.staff_id
    view = services.open_complaint(session, vault, hq, key, now=later)
    assert view.text == "电梯天天停"
    row = find_case(session, hq, key)  # it stays where the survey's cases are
    assert row is not None
    assert row.source is Source.COMPLAINT


def test_the_pages_of_the_survey_neither_close_nor_turn_it_any_more(
    session: Session, vault: Vault, world: World
) -> None:
    key, hq = turned(session, vault, world), world.scopes["hq"]
    services.adopt_turned(session, now=DURING)
    stage = session.get_one(FollowUp, key).stage
    for by in ("hq", "hq2"):  # an answer and a call-back, as the survey knows them
        said = talk(DURING + HOUR, owner_view="satisfied")
        record_contact(session, vault, world.scopes[by], key, said, now=DURING + HOUR)
    assert session.get_one(FollowUp, key).stage is stage
    with pytest.raises(StepRefusedError):
        take_step(session, vault, hq, key, Stage.IN_WORK, reason="x", now=DURING)
    with pytest.raises(FieldError):
        turn_into(session, vault, hq, key, Source.REPAIR, reason="x", now=DURING)


def test_it_goes_the_way_of_every_complaint_and_wakes_when_its_home_writes_again(
    session: Session, vault: Vault, world: World
) -> None:
    key, hq, caller = turned(session, vault, world), world.scopes["hq"], world.scopes["caller"]
    services.adopt_turned(session, now=DURING)
    services.classify(session, hq, key, Sorting("facilities.lift", Kind.VALID), now=DURING)
    services.take_step_of(session, vault, hq, key, Step.LEAD, now=DURING)
    assert services.answer(session, vault, hq, key, talk(DURING), now=DURING)
    result = CallBackResult(DURING, view="neutral")
    services.record_call_back(session, vault, caller, key, result, now=DURING)
    services.close(session, vault, hq, key, cause="a", prevention="b", now=DURING)
    case = session.get_one(FollowUp, key)
    assert case.stage is Stage.CLOSED
    later = DURING + HOUR
    campaign = session.get_one(Campaign, case.campaign_id)
    member = session.get_one(FrameMember, case.frame_member_id)
    wish = "office_or_hq"
    answer(session, vault, campaign, member, key="again", comment="又停了", wish=wish, now=later)
    make_follow_ups(session, campaign.id, now=later)
    assert services.adopt_turned(session, now=later) == 1
    complaint = session.get_one(Complaint, key)
    assert (complaint.is_open, complaint.round, complaint.answered_at) == (True, 2, None)
    assert session.get_one(FollowUp, key).stage is Stage.REOPENED


def test_a_home_that_wishes_no_reply_is_not_made_to_talk(
    session: Session, vault: Vault, world: World
) -> None:
    campaign = make_campaign(session, vault)
    member = members_of(session, campaign, world.community)[0]
    answer(session, vault, campaign, member, comment="电梯天天停", wish="no_reply")
    make_follow_ups(session, campaign.id, now=DURING)
    assert services.adopt_turned(session, now=DURING) == 0
    assert session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_one_for_head_office_alone_takes_head_offices_number_and_hides_from_the_office(
    session: Session, vault: Vault, world: World
) -> None:
    key = turned(session, vault, world, wish="hq_only")
    services.adopt_turned(session, now=DURING)
    assert session.get_one(Complaint, key).number == "2026-00001"
    assert services.find_complaint(session, world.scopes["office"], key) is None
