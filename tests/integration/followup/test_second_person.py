"""What nobody ends alone, no old try decides, no known key swallows, no reply leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.followup import public
from app.followup.answering.services import publish_reply
from app.followup.cases.contacts import record_contact
from app.followup.cases.errors import KeyTakenError, NotResponsibleError, StepRefusedError
from app.followup.cases.making import make_follow_ups
from app.followup.cases.services import take_step, triage_case, turn_into
from app.followup.coverage.queries import list_coverage
from app.followup.errors import CaseNotFoundError, FieldError
from app.followup.models import (
    CaseList,
    CaseState,
    ContactRecord,
    FollowUp,
    Outcome,
    ReplyVerdict,
    Source,
    Stage,
    Urgency,
)
from app.followup.queries import count_cases, find_case, list_cases, list_sealed_comments
from app.followup.rules import ContactInput
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import FrameMember
from app.surveys.response.models import Response
from tests.factories import make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import release

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)


class Desk:
    """One community past its gate, with the people who follow up."""

    def __init__(self, session, vault, storage):
        self.session, self.vault, self.storage = session, vault, storage
        self.now = AFTER
        self.community = make_community(session, households=10)
        self.campaign = make_campaign(session, vault)
        self.members = members_of(session, self.campaign, self.community)
        self.steward = self.person(Role.STEWARD)
        self.office = self.person(Role.OFFICE)
        self.hq, self.other_hq = self.person(Role.HEAD_OFFICE), self.person(Role.HEAD_OFFICE)

    def person(self, role):
        is_office = role in {Role.OFFICE, Role.STEWARD}
        staff = make_staff(self.session, role, communities=[self.community] if is_office else [])
        places = frozenset({self.community.id}) if is_office else None
        return Scope(staff.id, staff.name, role, places)

    def say(self, *wishes):
        """Let homes write, release the community, and return their cases in the same order."""
        for at, wish in enumerate(wishes):
            member = self.members[at]
            answer(self.session, self.vault, self.campaign, member, comment="灯", wish=wish)
        make_follow_ups(self.session, self.campaign.id, now=AFTER)
        release(self.session, self.vault, self.storage, self.campaign, self.community)
        return list(self.session.scalars(select(FollowUp).order_by(FollowUp.id)))

    def mark(self, found, urgency=Urgency.SAFETY):
        nothing = {"code": None, "department": None, "now": self.now}
        triage_case(self.session, self.hq, found.id, urgency=urgency, **nothing)

    def record(self, scope, found, outcome, *, at=None, key=None, is_kept=False, **more):
        at = at or self.now
        self.now = max(self.now, at)
        fields = {"way": "phone", "person": "owner", "result": "", **more}
        return record_contact(
            self.session,
            self.vault,
            scope,
            found.id,
            ContactInput(at=at, outcome=outcome, **fields),
            now=self.now,
            key=key,
            is_kept=is_kept,
        )

    def step(self, scope, found, to, reason="已到现场看过"):
        take_step(self.session, self.vault, scope, found.id, to, reason=reason, now=self.now)

    def miss(self, found, hours, way="phone"):
        at = AFTER + hours * HOUR
        return self.record(self.hq, found, Outcome.UNREACHABLE, at=at, way=way)

    def reply(self, found, scope):
        (comment,) = list_sealed_comments(self.session, [found.frame_member_id])
        publish_reply(
            self.session, self.vault, scope, found.id, comment.id, "周五换好", now=self.now
        )

    def rate(self, found, verdict, *, at=0):
        """Let the owner rate the reply to his first comment, or to the one `at` that place."""
        query = select(Response).where(Response.frame_member_id == found.frame_member_id)
        response = self.session.scalars(query.order_by(Response.id)).all()[at]
        member = self.session.get_one(FrameMember, found.frame_member_id)
        read = public.aftermath(self.session, self.vault, response, member, now=self.now).reply
        public.rate_reply(self.session, response, read.id, verdict, now=self.now)


@pytest.fixture
def desk(session, vault, storage):
    return Desk(session, vault, storage)


def test_a_steward_alone_ends_no_danger_by_declined(desk):
    (found,) = desk.say("office_or_hq")
    desk.mark(found)
    with pytest.raises(FieldError) as caught:
        desk.record(desk.steward, found, Outcome.DECLINED)
    assert caught.value.field == "result"
    for _ in range(2):  # nor by saying it twice
        desk.record(desk.steward, found, Outcome.DECLINED, result="业主说不用管了")
        assert (found.state, found.stage) == (CaseState.OPEN, Stage.ANSWERED)
    desk.record(desk.hq, found, Outcome.DECLINED, result="回访：业主仍不需要，隐患已排除")
    assert found.state is CaseState.DECLINED


def test_whoever_answered_a_danger_does_not_close_it_by_hand(desk):
    (found,) = desk.say("hq_only")
    desk.mark(found)
    desk.record(desk.hq, found, Outcome.SOLVED, result="已处理", owner_view="satisfied")
    with pytest.raises(StepRefusedError):
        desk.step(desk.hq, found, Stage.CLOSED)
    desk.step(desk.other_hq, found, Stage.CLOSED)
    assert found.state is CaseState.CLOSED


def test_a_complaint_is_not_turned_into_a_repair_to_close_it_alone(desk):
    (found,) = desk.say("office_or_hq")
    args = (desk.session, desk.vault)
    turn_into(*args, desk.steward, found.id, Source.COMPLAINT, reason="投诉", now=desk.now)
    with pytest.raises(NotResponsibleError):
        turn_into(*args, desk.steward, found.id, Source.REPAIR, reason="报修", now=desk.now)
    desk.record(desk.steward, found, Outcome.TO_REPAIR, result="转工程部")
    assert found.source is Source.COMPLAINT
    desk.record(desk.steward, found, Outcome.SOLVED, result="已修好", owner_view="satisfied")
    assert found.state is CaseState.OPEN


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.SOLVED])
def test_a_contact_before_the_words_came_in_is_refused(desk, outcome):
    (found,) = desk.say("hq_only")
    said_at = list_sealed_comments(desk.session, [found.frame_member_id])[0].received_at
    with pytest.raises(FieldError) as caught:
        desk.record(desk.hq, found, outcome, at=said_at - HOUR, result="打过电话")
    assert (caught.value.field, caught.value.problem) == ("at", "before_words")
    desk.record(desk.hq, found, outcome, at=said_at.replace(second=0), result="打过电话")
    assert found.contacts == 1


def test_an_office_did_not_answer_before_its_list_was_released(desk):
    (found,) = desk.say("office_or_hq")
    with pytest.raises(FieldError) as caught:
        desk.record(desk.office, found, Outcome.SOLVED, at=AFTER - HOUR, result="说过了")
    assert caught.value.problem == "before_release"
    desk.mark(found)  # of a danger the office knows at once
    desk.record(desk.office, found, Outcome.SOLVED, at=AFTER - HOUR, result="说过了")
    assert found.stage is Stage.ANSWERED


def test_one_missed_call_does_not_close_what_was_opened_again(desk):
    (found,) = desk.say("hq_only")
    for hours, way in ((1, "phone"), (14, "visit"), (26, "phone")):
        desk.miss(found, hours, way)
    assert found.state is CaseState.CLOSED
    desk.now += HOUR
    desk.step(desk.hq, found, Stage.REOPENED, "业主来电")
    assert [desk.miss(found, hours) for hours in (30, 38)] == [CaseState.OPEN] * 2
    assert desk.miss(found, 50, "visit") is CaseState.CLOSED


def test_tries_before_a_talk_do_not_close_a_case_after_it(desk):
    (found,) = desk.say("hq_only")
    for hours, way in ((1, "phone"), (14, "visit")):
        desk.miss(found, hours, way)
    talk = {"at": AFTER + 20 * HOUR, "result": "说明了", "owner_view": "dissatisfied"}
    desk.record(desk.hq, found, Outcome.EXPLAINED, **talk)
    assert desk.miss(found, 26) is CaseState.OPEN


def test_a_danger_with_no_reply_opens_at_head_office_and_two_close_it_without_a_call(desk):
    found, _other = desk.say("no_reply", "office_or_hq")
    assert found.state is CaseState.DECLINED
    desk.mark(found)
    assert (found.state, found.on_list) == (CaseState.OPEN, CaseList.HEAD_OFFICE)
    assert found.close_by is not None
    assert find_case(desk.session, desk.office, found.id) is None
    with pytest.raises(FieldError) as caught:
        desk.record(desk.hq, found, Outcome.SOLVED, result="打了电话")
    assert caught.value.problem == "no_reply"
    desk.step(desk.hq, found, Stage.VERIFIED)
    with pytest.raises(StepRefusedError):
        desk.step(desk.hq, found, Stage.CLOSED)
    desk.step(desk.other_hq, found, Stage.CLOSED)
    assert found.state is CaseState.CLOSED


def test_what_was_no_danger_after_all_is_left_alone_again(desk):
    (found,) = desk.say("no_reply")
    desk.mark(found)
    desk.mark(found, Urgency.ORDINARY)
    assert (found.state, found.stage) == (CaseState.DECLINED, Stage.DECLINED)


def test_other_words_or_another_person_under_a_known_key_are_not_swallowed(desk):
    (found,) = desk.say("office_or_hq")
    made = {"result": "约好周五", "key": "k-1", "owner_view": "dissatisfied"}
    for _ in range(2):
        desk.record(desk.steward, found, Outcome.EXPLAINED, **made)
    attacks = (
        (desk.steward, {**made, "result": "业主取消了"}),
        (desk.steward, {**made, "owner_view": "neutral"}),
        (desk.office, made),
    )
    for scope, other in attacks:
        with pytest.raises(KeyTakenError):
            desk.record(scope, found, Outcome.EXPLAINED, **other, is_kept=True)
    assert desk.session.scalar(select(func.count()).select_from(ContactRecord)) == 1


def test_a_published_reply_begins_and_answers_a_case(desk):
    (found,) = desk.say("office_or_hq")
    desk.reply(found, desk.office)
    assert (found.stage, found.answered_by) == (Stage.ANSWERED, desk.office.staff_id)
    assert (found.contacts, found.last_contact_at) == (1, desk.now)
    (counts,) = count_cases(desk.session, desk.office, desk.campaign.id)
    assert (counts.open, counts.untouched) == (1, 0)
    desk.reply(found, desk.office)  # another version is no further contact
    assert found.contacts == 1
    desk.record(desk.steward, found, Outcome.SOLVED, result="业主认可", owner_view="satisfied")
    assert (found.stage, found.contacts) == (Stage.IMPROVED, 2)


def test_an_owner_not_satisfied_with_a_reply_opens_his_closed_case_again(desk):
    (found,) = desk.say("office_or_hq")
    talk = {"result": "说过了", "owner_view": "neutral"}
    desk.reply(found, desk.office)
    desk.record(desk.steward, found, Outcome.EXPLAINED, **talk)
    assert found.state is CaseState.CLOSED
    desk.rate(found, ReplyVerdict.SATISFIED)
    assert found.state is CaseState.CLOSED
    desk.now += HOUR
    desk.rate(found, ReplyVerdict.NOT)
    assert (found.state, found.stage) == (CaseState.OPEN, Stage.REOPENED)
    desk.record(desk.steward, found, Outcome.EXPLAINED, **talk)
    desk.rate(found, ReplyVerdict.NOT)  # the same word once more is no news
    assert found.state is CaseState.CLOSED


def test_every_page_adds_up_the_same_cases_for_the_same_person(desk):
    answered, *_rest = desk.say("office_or_hq", "office_or_hq", "no_reply", "hq_only")
    talk = {"result": "说过了", "owner_view": "neutral"}
    desk.record(desk.steward, answered, Outcome.EXPLAINED, **talk)
    expected = {"steward": (3, 1, 1), "office": (3, 1, 1), "hq": (4, 1, 1)}
    for name, sums in expected.items():
        scope = getattr(desk, name)
        (board,) = list_coverage(desk.session, scope, desk.campaign.id, now=desk.now)
        counts = count_cases(desk.session, scope, desk.campaign.id)
        assert (board.cases, board.closed, board.declined) == sums
        listed = [(one.total, one.closed, one.declined) for one in counts]
        assert tuple(sum(column) for column in zip(*listed, strict=True)) == sums
        rows = list_cases(desk.session, scope, desk.campaign.id)
        hidden = 0 if scope is desk.hq else sum(one.no_reply for one in counts)
        assert len(rows) == sums[0] - hidden


def test_a_danger_of_a_home_without_reply_is_no_case_of_the_office(desk):
    found, _other = desk.say("no_reply", "office_or_hq")
    desk.mark(found)
    (counts,) = count_cases(desk.session, desk.office, desk.campaign.id)
    (board,) = list_coverage(desk.session, desk.office, desk.campaign.id, now=desk.now)
    assert counts.total == board.cases == 1
    assert len(list_cases(desk.session, desk.office, desk.campaign.id)) == 1
    with pytest.raises(CaseNotFoundError):
        desk.record(desk.office, found, Outcome.SOLVED, result="去看了")


def test_an_owner_content_with_his_reply_closes_the_case_himself(desk):
    content, danger = desk.say("office_or_hq", "office_or_hq")
    desk.mark(danger)
    for found in (content, danger):
        desk.reply(found, desk.hq)
        assert found.stage is Stage.ANSWERED
    desk.rate(content, ReplyVerdict.SATISFIED)
    assert (content.state, content.stage) == (CaseState.CLOSED, Stage.CLOSED)
    assert content.closed_at == desk.now
    desk.rate(danger, ReplyVerdict.SATISFIED)  # a danger is asked after by a second person
    assert (danger.state, danger.stage) == (CaseState.OPEN, Stage.ANSWERED)
    desk.rate(content, ReplyVerdict.NOT)  # he may change his mind
    assert (content.state, content.stage) == (CaseState.OPEN, Stage.REOPENED)


def test_one_content_word_does_not_close_what_a_second_comment_waits_for(desk):
    (found,) = desk.say("office_or_hq")
    words = {"comment": "门", "wish": "office_or_hq", "key": "second"}
    answer(desk.session, desk.vault, desk.campaign, desk.members[0], **words)
    make_follow_ups(desk.session, desk.campaign.id, now=AFTER)
    comments = list_sealed_comments(desk.session, [found.frame_member_id])
    first, second = sorted(comments, key=lambda one: one.id)
    publish_reply(desk.session, desk.vault, desk.hq, found.id, first.id, "已换", now=desk.now)
    desk.rate(found, ReplyVerdict.SATISFIED)
    assert (found.state, found.stage) == (CaseState.OPEN, Stage.ANSWERED)
    publish_reply(desk.session, desk.vault, desk.hq, found.id, second.id, "已修", now=desk.now)
    desk.rate(found, ReplyVerdict.SATISFIED, at=-1)
    assert found.state is CaseState.CLOSED
