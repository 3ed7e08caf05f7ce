"""Months, talks, opinions, forum words and reports on real databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.followup.errors import FieldError
from app.followup.models import CaseState, FollowUp, Source
from app.reports.talks.gather import gather
from app.rights.erasure.services import erase_home
from app.service.talks import queries
from app.service.talks.errors import LinesError, NotFoundError, StepError
from app.service.talks.forum import services as forum
from app.service.talks.forum.lines import read_pasted
from app.service.talks.models import (
    AbsenceReason,
    Addressee,
    ForumOpinion,
    ForumPlace,
    OpinionState,
    ReportState,
    TalkMonth,
    TalkOpinion,
    Voice,
)
from app.service.talks.months import (
    decide_absence,
    keep_talk,
    open_months,
    open_talk,
    say_absence,
    share_talk,
)
from app.service.talks.opinions import (
    Told,
    add_opinion,
    answer_at_once,
    finish,
    make_case,
    opinion_views,
    promise,
    tell,
    write_for_next_talk,
)
from app.service.talks.pressing import count_due
from app.service.talks.rows import AbsenceInput, ForumInput, TalkInput
from app.service.talks.rules import Standing, half_year
from app.service.talks.statements.queries import find_report
from app.service.talks.statements.services import (
    ReportInput,
    approve_report,
    draft_report,
    send_report,
)
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Building, Household
from tests.factories import make_community, make_staff

NOV_2 = datetime(2026, 11, 2, 2, tzinfo=UTC)
OCT_25 = datetime(2026, 10, 25, 2, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
TALK = TalkInput(
    month=OCTOBER,
    held_on=date(2026, 10, 24),
    held_time="19:00",
    place="会议室",
    committee=3,
    representatives=2,
    people="主任委员等",
    staff="客服主管",
    subjects=("quality", "fees"),
    minutes="通报上月服务",
)


def scope_of(session, role, *places):
    staff = make_staff(session, role, communities=places)
    everywhere = role in {Role.HEAD_OFFICE, Role.LEADER}
    seen = None if everywhere else frozenset(place.id for place in places)
    return Scope(staff.id, staff.name, role, seen)


def home_in(session, place):
    query = select(Household).join(Building, Building.id == Household.building_id)
    return session.scalars(query.where(Building.community_id == place.id)).first()


def test_every_community_in_use_owes_one_talk_and_rounds_never_ask_twice(session):
    used, retired, later = (make_community(session) for _ in range(3))
    retired.retired_on = date(2026, 10, 10)
    later.handed_over_on = date(2026, 12, 1)
    assert open_months(session, now=OCT_25) == 1
    assert open_months(session, now=OCT_25 + timedelta(days=1)) == 0
    assert [one.community_id for one in session.scalars(select(TalkMonth))] == [used.id]


def test_the_database_itself_keeps_one_row_for_a_community_and_a_month(session):
    place = make_community(session)
    for _ in range(2):
        session.add(TalkMonth(community_id=place.id, month=OCTOBER, opened_at=OCT_25))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_talk_ends_the_duty_of_its_month_and_the_same_talk_sent_twice_is_one(session, vault):
    place = make_community(session)
    office = scope_of(session, Role.OFFICE, place)
    open_months(session, now=OCT_25)
    assert count_due(session, office, now=OCT_25).soon == 1
    assert count_due(session, office, now=NOV_2).late == 1
    late = replace(TALK, held_on=date(2026, 11, 1))
    key = keep_talk(session, vault, office, place.id, late, now=NOV_2)
    assert keep_talk(session, vault, office, place.id, late, now=NOV_2) == key
    assert count_due(session, office, now=NOV_2).late == 0
    assert open_talk(session, vault, office, key, now=NOV_2).standing is Standing.HELD_LATE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"held_on": date(2026, 9, 30)}, "held_on"),
        ({"held_on": date(2026, 11, 3)}, "held_on"),
        ({"committee": 0, "representatives": 0}, "committee"),
        ({"subjects": ("x",)}, "subjects"),
        ({"minutes": " "}, "minutes"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_talk_that_cannot_be_true_is_refused(session, vault, change, field):
    place = make_community(session)
    office = scope_of(session, Role.OFFICE, place)
    with pytest.raises(FieldError) as caught:
        keep_talk(session, vault, office, place.id, replace(TALK, **change), now=NOV_2)
    assert caught.value.field == field


def test_a_month_without_a_talk_stays_due_until_head_office_confirms_it(session, vault):
    place = make_community(session)
    office, head = scope_of(session, Role.OFFICE, place), scope_of(session, Role.HEAD_OFFICE)
    open_months(session, now=OCT_25)
    why = AbsenceInput(AbsenceReason.NO_COMMITTEE, "换届中", "街道通知")
    first = say_absence(session, vault, office, place.id, OCTOBER, why, now=NOV_2)
    with pytest.raises(StepError):
        say_absence(session, vault, office, place.id, OCTOBER, why, now=NOV_2)
    decide_absence(session, vault, head, first, is_confirmed=False, words="请补证据", now=NOV_2)
    assert count_due(session, office, now=NOV_2).late == 1
    again = say_absence(session, vault, office, place.id, OCTOBER, why, now=NOV_2)
    decide_absence(session, vault, head, again, is_confirmed=True, words="", now=NOV_2)
    assert count_due(session, office, now=NOV_2).late == 0
    (month,) = queries.list_months(session, office, place.id, limit=5)
    assert len(queries.list_absences(session, office, month_ids=[month.id])) == 2


def test_an_opinion_goes_from_talk_to_feedback_and_its_case_keeps_step(session, vault):
    place = make_community(session)
    office = scope_of(session, Role.OFFICE, place)
    talk = keep_talk(session, vault, office, place.id, TALK, now=OCT_25)
    said = {"voice": Voice.COMMITTEE, "department": "engineering"}
    one = add_opinion(session, vault, office, talk, text="地库漏水", now=OCT_25, **said)
    due = date(2026, 10, 30)
    with pytest.raises(StepError):
        finish(session, vault, office, one, done="x", now=OCT_25)
    promise(session, vault, office, one, action="补漏", responsible="工程", due_on=due, now=OCT_25)
    assert count_due(session, office, now=NOV_2).late == 1
    home = home_in(session, place)
    case = make_case(session, office, one, household_id=home.id, now=OCT_25)
    finish(session, vault, office, one, done="已补", now=NOV_2)
    early = Told(date(2026, 11, 1), "talk", "已补")
    with pytest.raises(FieldError):
        tell(session, vault, office, one, early, now=NOV_2)
    tell(session, vault, office, one, Told(date(2026, 11, 2), "wechat", "已补"), now=NOV_2)
    found = session.get_one(FollowUp, case)
    assert (found.source, found.state) == (Source.TALK, CaseState.CLOSED)
    later = replace(TALK, month=date(2026, 11, 1), held_on=date(2026, 11, 2), held_time="")
    after = keep_talk(session, vault, office, place.id, later, now=NOV_2)
    (before,) = open_talk(session, vault, office, after, now=NOV_2).before
    assert (before.text, before.state) == ("地库漏水", OpinionState.TOLD)


def test_the_committee_reads_only_what_was_shared_and_writes_for_the_next_talk(session, vault):
    place, other = make_community(session), make_community(session)
    office = scope_of(session, Role.OFFICE, place)
    committee = scope_of(session, Role.COMMITTEE, place)
    stranger = scope_of(session, Role.COMMITTEE, other)
    write_for_next_talk(
        session, vault, committee, place.id, department="service", text="请谈停车", now=OCT_25
    )
    with pytest.raises(FieldError):
        write_for_next_talk(
            session, vault, stranger, place.id, department="service", text="x", now=OCT_25
        )
    later = replace(TALK, held_on=date(2026, 10, 25), held_time="")
    talk = keep_talk(session, vault, office, place.id, later, now=OCT_25)
    (own,) = opinion_views(session, vault, committee)
    assert (own.text, own.talk_id) == ("请谈停车", talk)
    answer_at_once(session, vault, office, own.id, answer="下月划线", now=OCT_25)
    with pytest.raises(NotFoundError):
        open_talk(session, vault, committee, talk, now=OCT_25)
    share_talk(session, office, talk, now=OCT_25)
    assert open_talk(session, vault, committee, talk, now=OCT_25).opinions[0].answer == "下月划线"
    with pytest.raises(NotFoundError):
        open_talk(session, vault, stranger, talk, now=OCT_25)
    with pytest.raises(NotFoundError):
        answer_at_once(session, vault, committee, own.id, answer="x", now=OCT_25)


def test_what_is_pasted_twice_is_one_and_a_wrong_line_takes_nothing(session, vault):
    place = make_community(session)
    office = scope_of(session, Role.OFFICE, place)
    common = ForumInput(place.id, ForumPlace.WECHAT_GROUP, date(2026, 11, 1), "")
    lines = read_pasted("甲：三栋电梯这个月停了四次没有人说明\n乙：保洁阿姨很负责")
    first = forum.take_lines(session, vault, office, lines, common, now=NOV_2)
    second = forum.take_lines(session, vault, office, lines, common, now=NOV_2)
    assert (len(first.added), second.added, second.known) == (2, (), 2)
    cases = session.scalars(select(FollowUp).where(FollowUp.source == Source.FORUM)).all()
    # Monday 2 November and three working days.
    assert {case.close_by for case in cases} == {date(2026, 11, 5)}
    ahead = (replace(lines[0], said_on=date(2026, 11, 9)),)
    with pytest.raises(LinesError):
        forum.take_lines(session, vault, office, ahead, common, now=NOV_2)
    assert session.scalar(select(func.count()).select_from(ForumOpinion)) == 2


def test_a_reply_closes_the_case_and_one_about_the_director_stays_with_head_office(session, vault):
    place = make_community(session)
    office, head = scope_of(session, Role.OFFICE, place), scope_of(session, Role.HEAD_OFFICE)
    apart = ForumInput(
        place.id, ForumPlace.FORUM, date(2026, 11, 1), "主任从不露面", head_only=True
    )
    with pytest.raises(FieldError):
        forum.take_in(session, vault, office, apart, now=NOV_2)
    key, _new = forum.take_in(session, vault, head, apart, now=NOV_2)
    with pytest.raises(NotFoundError):
        forum.open_opinion(session, vault, office, key, now=NOV_2)
    assert count_due(session, office, now=NOV_2).soon == 0
    assert count_due(session, head, now=NOV_2).soon == 1
    reply = forum.ReplyInput(date(2026, 11, 2), "there", "已约谈")
    forum.reply(session, vault, head, key, reply, now=NOV_2)
    with pytest.raises(StepError):
        forum.reply(session, vault, head, key, reply, now=NOV_2)
    view = forum.open_opinion(session, vault, head, key, now=NOV_2)
    assert (view.reply, view.reply_late) == ("已约谈", False)
    assert session.get_one(FollowUp, key).state is CaseState.CLOSED


def test_erasing_a_home_takes_its_words_out_of_opinions_and_keeps_the_counts(
    session, vault, tmp_path
):
    place = make_community(session)
    office, head = scope_of(session, Role.OFFICE, place), scope_of(session, Role.HEAD_OFFICE)
    home = home_in(session, place)
    words = ForumInput(
        place.id,
        ForumPlace.FORUM,
        date(2026, 11, 1),
        "我家卫生间漏水",
        author="老陈",
        household_id=home.id,
    )
    key, _new = forum.take_in(session, vault, office, words, now=NOV_2)
    talk = keep_talk(session, vault, office, place.id, TALK, now=NOV_2)
    said = {"voice": Voice.REPRESENTATIVE, "department": "service"}
    one = add_opinion(session, vault, office, talk, text="老陈家漏水", now=NOV_2, **said)
    due = date(2026, 11, 5)
    promise(
        session, vault, office, one, action="修老陈家", responsible="工程", due_on=due, now=NOV_2
    )
    make_case(session, office, one, household_id=home.id, now=NOV_2)
    erase_home(session, vault, tmp_path, household_id=home.id, actor=head, now=NOV_2)
    view = forum.open_opinion(session, vault, head, key, now=NOV_2)
    (opinion,) = opinion_views(session, vault, office, talk_id=talk)
    assert (view.text, view.author, opinion.text, opinion.action) == ("", "", "", "")
    assert session.scalar(select(func.count()).select_from(TalkOpinion)) == 1


def test_a_report_keeps_versions_and_leaves_only_after_approval(session, vault):
    place = make_community(session)
    head = scope_of(session, Role.HEAD_OFFICE)
    keep_talk(session, vault, head, place.id, TALK, now=OCT_25)
    period = half_year(2026, 2)
    content = gather(session, head, place.id, period, now=NOV_2)
    assert '"held":1' in content
    assert "卫生间" not in content
    wanted = ReportInput(place.id, place.code, Addressee.STREET, period, "", content)
    first = draft_report(session, head, wanted, now=NOV_2)
    assert draft_report(session, head, wanted, now=NOV_2) == first
    day = date(2026, 11, 2)
    with pytest.raises(StepError):
        send_report(session, head, first, sent_on=day, way="窗口", now=NOV_2)
    approve_report(session, head, first, now=NOV_2)
    send_report(session, head, first, sent_on=day, way="窗口", now=NOV_2)
    second = draft_report(session, head, replace(wanted, words="补充"), now=NOV_2)
    states = [find_report(session, head, key)[0] for key in (first, second)]
    assert [(one.version, one.state) for one in states] == [
        (1, ReportState.SENT),
        (2, ReportState.DRAFT),
    ]
    office = scope_of(session, Role.OFFICE, place)
    assert find_report(session, office, first) is None
