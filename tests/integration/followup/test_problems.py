"""From comments to a public answer on the real databases: codes, the way, the end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup import public
from app.followup.answering.services import PublicAnswerInput
from app.followup.errors import FieldError
from app.followup.problems import queries
from app.followup.problems.bulletins import services as boards
from app.followup.problems.coding import queries as coding_queries
from app.followup.problems.coding import services as coding
from app.followup.problems.errors import (
    CommentNotFoundError,
    StepRefusedError,
    UnknownCodeError,
    UnknownProblemError,
)
from app.followup.problems.handling import queries as published
from app.followup.problems.handling import services
from app.followup.problems.handling.finding import Place, find_problems, raise_coded
from app.followup.problems.models import ProblemState, Remedy
from app.followup.problems.promises import queries as promise_queries
from app.followup.problems.promises import services as promises
from app.followup.problems.promises.services import ActionInput, Change, GapInput, PromiseInput
from app.followup.problems.rules import ItemLevel
from app.followup.published.content import BulletinContent, BulletinLine
from app.followup.published.models import ProgressKind
from app.reports.coding_work import make_suggester, suggest_some
from app.staff.models import Role
from app.staff.queries import list_audit_after
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community
from app.surveys.response.models import Comment, ContactWish, Response
from app.vault import Vault
from tests.factories import NOW, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import answer

LATER = NOW + timedelta(days=20)
ANSWER = PublicAnswerInput("路灯不亮", "线路老化", "换LED灯", "工程部", date(2026, 12, 20))
WORDS = ("七号楼前的路灯不亮", "路灯灭了一排", "门口路灯坏了", "路灯不亮，太黑", "保洁很好")
LAMPS = "facilities.lighting"


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(session, households=20, buildings=2)


@pytest.fixture
def campaign(session: Session, vault: Vault, community: Community) -> Campaign:
    return make_campaign(session, vault)


@pytest.fixture
def head(session: Session) -> Scope:
    return Scope(make_staff(session, name="总部").id, "总部", Role.HEAD_OFFICE, None)


@pytest.fixture
def office(session: Session, community: Community) -> Scope:
    staff = make_staff(session, Role.OFFICE, communities=[community], name="主任")
    return Scope(staff.id, "主任", Role.OFFICE, frozenset({community.id}))


@pytest.fixture
def comments(session: Session, vault: Vault, campaign: Campaign, community: Community) -> list[int]:
    """Return five comments of five homes; the third trusts head office alone."""
    for at, (member, text) in enumerate(
        zip(members_of(session, campaign, community), WORDS, strict=False)
    ):
        wish = ContactWish.HQ_ONLY if at == 2 else ContactWish.OFFICE_OR_HQ
        answer(session, vault, campaign, member, comment=text, wish=wish.value, seed=1)
    assert suggest_some(session, vault, make_suggester(session, vault), now=NOW) == len(WORDS)
    assert suggest_some(session, vault, make_suggester(session, vault), now=NOW) == 0
    return list(session.scalars(select(Comment.id).order_by(Comment.id)))


def release(session: Session, campaign: Campaign, community: Community) -> None:
    """Let the community count as released: what is tested here asks no more of its gate."""
    from_gate = queries.Gate
    gate = session.scalars(
        select(from_gate).where(
            from_gate.campaign_id == campaign.id, from_gate.community_id == community.id
        )
    ).one()
    gate.frozen_at = gate.t0 = NOW
    session.flush()


def find(session: Session, campaign: Campaign, community: Community, **levels: ItemLevel) -> int:
    place = Place(community.id, 20, {key.replace("__", "."): one for key, one in levels.items()})
    return find_problems(session, campaign.id, place, now=NOW)


def test_comments_are_read_by_head_office_alone_and_each_look_is_written_down(
    session, vault, campaign, community, comments, head, office
) -> None:
    (first,) = coding.read_next(
        session, vault, head, campaign.id, community.id, is_together=False, now=NOW
    )
    assert first.texts[0][1] in WORDS
    assert LAMPS in {one.code for one in first.suggested}
    looks = [one for one in list_audit_after(session, None, 99) if one.action == "comment.read"]
    assert len(looks) == 1
    assert not any(word in f"{looks[0].subject}{looks[0].detail}" for word in WORDS)
    with pytest.raises(CommentNotFoundError):
        coding.read_next(
            session, vault, office, campaign.id, community.id, is_together=True, now=NOW
        )
    with pytest.raises(CommentNotFoundError):
        coding.decide(session, office, comments[:1], [LAMPS], now=NOW)


def test_a_decision_may_give_several_codes_is_replaced_and_can_be_taken_back(
    session, campaign, community, comments, head
) -> None:
    coding.decide(session, head, comments[:2], [LAMPS, "security.patrol", LAMPS], now=NOW)
    assert coding_queries.list_codes(session, comments[:1])[comments[0]] == [
        LAMPS,
        "security.patrol",
    ]
    coding.decide(session, head, comments[1:2], [LAMPS], now=NOW)
    assert queries.count_codes(session, campaign.id, community.id) == {
        LAMPS: 2,
        "security.patrol": 1,
    }
    (count,) = coding_queries.count_progress(session, campaign.id)
    assert (count.comments, count.done) == (5, 2)
    coding.undo(session, head, comments[:1], now=NOW)
    assert queries.count_codes(session, campaign.id, community.id) == {LAMPS: 1}
    coding.decide(session, head, comments[4:], [], now=NOW)  # nothing to code
    (count,) = coding_queries.count_progress(session, campaign.id)
    assert count.done == 2
    with pytest.raises(UnknownCodeError):
        coding.decide(session, head, comments[:1], ["no.such"], now=NOW)
    with pytest.raises(CommentNotFoundError):
        coding.decide(session, head, [99999], [LAMPS], now=NOW)


def test_a_problem_is_found_follows_its_comments_and_goes_when_nobody_worked_on_it(
    session, campaign, community, comments, head
) -> None:
    coding.decide(session, head, comments[:2], [LAMPS], now=NOW)
    assert find(session, campaign, community) == 1  # 2 of 20 are 10 %
    assert find(session, campaign, community) == 0
    (problem,) = queries.list_problems_of_place(session, campaign.id, community.id)
    assert (problem.code, problem.households, problem.state) == (LAMPS, 2, ProblemState.DETECTED)
    coding.decide(session, head, comments[:3], [LAMPS], now=NOW)
    find(session, campaign, community)
    assert problem.households == 3
    coding.decide(session, head, comments[:3], ["good.service"], now=NOW)
    find(session, campaign, community)
    assert queries.list_problems_of_place(session, campaign.id, community.id) == []


def test_themes_stand_open_to_others_only_after_release_and_without_small_counts(
    session, campaign, community, comments, head, office
) -> None:
    coding.decide(session, head, comments[:4], [LAMPS], now=NOW)
    find(session, campaign, community, facilities__utilities=ItemLevel(20, 0.5))
    assert queries.list_themes(session, office, campaign.id, community.id) == ()
    (theme,) = queries.list_themes(session, head, campaign.id, community.id)
    assert (theme.households, theme.is_concentrated) == (4, True)
    assert theme.public_answer_state is ProblemState.DETECTED
    release(session, campaign, community)
    (seen,) = queries.list_themes(session, office, campaign.id, community.id)
    assert (seen.code, seen.households) == (LAMPS, None)
    assert not any("4" in line for line in seen.why)
    assert queries.list_themes(session, office, campaign.id, None) == ()
    steward = Scope(9, "管家", Role.STEWARD, frozenset({community.id}))
    assert queries.list_themes(session, steward, campaign.id, community.id) == ()
    elsewhere = Scope(9, "主任", Role.OFFICE, frozenset({community.id + 1}))
    assert queries.list_themes(session, elsewhere, campaign.id, community.id) == ()


def test_an_answer_goes_its_whole_way_and_those_who_raised_it_are_asked(
    session, vault, campaign, community, comments, head, office
) -> None:
    coding.decide(session, head, comments[:3], [LAMPS], now=NOW)
    find(session, campaign, community)
    (problem,) = queries.list_problems_of_place(session, campaign.id, community.id)
    key = problem.id
    with pytest.raises(UnknownProblemError):  # results of its community are not released
        services.save_draft(session, office, key, ANSWER, now=NOW)
    release(session, campaign, community)
    services.save_draft(session, office, key, ANSWER, now=NOW)
    with pytest.raises(StepRefusedError):
        services.check_facts(session, office, key, "我看过了", now=NOW)
    services.check_facts(session, head, key, "看过现场", now=NOW)
    services.send_back(session, head, key, "日期太晚", now=NOW)
    assert problem.state is ProblemState.DETECTED
    services.save_draft(session, head, key, ANSWER, now=NOW)
    with pytest.raises(StepRefusedError) as refused:  # written at head office: another checks it
        services.check_facts(session, head, key, "看过现场", now=NOW)
    assert refused.value.why == "author"
    services.send_back(session, head, key, "由管理处写", now=NOW)
    services.save_draft(session, office, key, ANSWER, now=NOW)
    services.check_facts(session, head, key, "看过现场", now=NOW)
    services.approve(session, head, key, now=NOW)
    (answer_id,) = services.publish(session, head, key, now=NOW)
    assert published.count_said(session, [answer_id])[answer_id].raised == 3

    coding.decide(session, head, comments[3:4], [LAMPS], now=NOW)  # coded after publication
    raise_coded(session, campaign.id, community.id)
    assert published.count_said(session, [answer_id])[answer_id].raised == 4
    response = session.get_one(Response, session.get_one(Comment, comments[0]).response_id)
    member = members_of(session, campaign, community)[0]
    (before,) = public.aftermath(session, vault, response, member, now=LATER).answers
    assert (before.is_raised, before.asks) == (True, False)
    due = NOW + timedelta(days=60)
    (after,) = public.aftermath(session, vault, response, member, now=due).answers
    assert after.asks

    with pytest.raises(StepRefusedError):
        services.close(session, head, key, "办完了", now=LATER)
    services.add_progress(session, office, key, ProgressKind.DAY_30, "换了一半", now=LATER)
    posting = services.Posting("3栋大堂", date(2026, 11, 20), b"\xff\xd8\xff")
    services.record_posting(session, vault, office, key, posting, now=LATER)
    ((kept, _name),) = published.list_postings(session, [answer_id])
    assert services.open_posting(vault, kept) == b"\xff\xd8\xff"
    services.close(session, head, key, "办完了", now=LATER)
    code = boards.board_code(session, community)
    assert boards.board_code(session, community) == code
    board = public.board(session, code, now=LATER)
    (shown,) = board.parts[0][2]
    assert [word.text for word in shown.progress] == ["换了一半", "办完了"]
    assert shown.is_closed
    assert public.board(session, "nothing", now=LATER) is None


def test_a_problem_of_the_company_is_answered_wherever_it_was_raised(
    session, vault, head, office, campaign, community, comments
) -> None:
    coding.decide(session, head, comments[:1], [LAMPS], now=NOW)
    key = services.add_problem(
        session,
        head,
        LAMPS,
        "所有小区都要换灯",
        campaign_id=campaign.id,
        community_id=None,
        now=NOW,
    )
    release(session, campaign, community)
    assert queries.find_shared_problem(session, office, key) is None
    second = Scope(make_staff(session, name="另一人").id, "另一人", Role.HEAD_OFFICE, None)
    services.save_draft(session, head, key, ANSWER, now=NOW)
    services.check_facts(session, second, key, "核对过", now=NOW)
    services.approve(session, second, key, now=NOW)
    assert len(services.publish(session, second, key, now=NOW)) == 1
    ((problem, name),) = published.list_answers_of(session, key)
    assert (problem.community_id, name) == (community.id, community.name)


def test_late_words_are_counted_for_the_alarms(
    session, vault, campaign, community, comments, head, office
) -> None:
    coding.decide(session, head, comments[:3], [LAMPS], now=NOW)
    find(session, campaign, community)
    release(session, campaign, community)
    ((t0, count),) = published.count_late_answers(session, head, campaign.id)
    assert (t0, count) == (NOW, 1)
    (problem,) = queries.list_problems_of_place(session, campaign.id, community.id)
    services.save_draft(session, office, problem.id, ANSWER, now=NOW)
    services.check_facts(session, head, problem.id, "核对过", now=NOW)
    services.approve(session, head, problem.id, now=NOW)
    services.publish(session, head, problem.id, now=NOW)
    assert published.count_late_answers(session, head, campaign.id) == []
    for days, silent in ((2, (0, 0)), (10, (0, 1)), (33, (1, 1))):
        at = NOW + timedelta(days=days)
        found = published.count_silent_answers(session, head, campaign.id, now=at)
        assert (found.progress, found.posting) == silent
    at = NOW + timedelta(days=33)
    services.add_progress(session, office, problem.id, ProgressKind.DAY_30, "换了", now=at)
    found = published.count_silent_answers(session, head, campaign.id, now=at)
    assert found.progress == 0
    found = published.count_silent_answers(session, head, campaign.id, now=NOW + timedelta(days=70))
    assert found.progress == 1  # the 60th day has passed, too


def test_only_released_quotes_are_shown_and_trusted_ones_never_by_community(
    session, vault, campaign, community, comments, head, office
) -> None:
    coding.decide(session, head, comments[:3], [LAMPS], now=NOW)
    release(session, campaign, community)
    for comment in (comments[0], comments[2]):  # the second one trusts head office alone
        coding.release_quote(session, vault, head, comment, LAMPS, "路灯不亮", now=NOW)
    shown = {"limit": 9}
    of_office = queries.list_quotes(session, vault, office, campaign.id, community.id, **shown)
    assert [one.text for one in of_office] == ["路灯不亮"]
    assert len(queries.list_quotes(session, vault, head, campaign.id, None, **shown)) == 2
    coding.withdraw_quote(session, head, comments[0], LAMPS, now=NOW)
    assert queries.list_quotes(session, vault, office, campaign.id, community.id, **shown) == ()
    with pytest.raises(CommentNotFoundError):  # not a comment of this code
        coding.release_quote(session, vault, head, comments[4], LAMPS, "话", now=NOW)
    with pytest.raises(FieldError):
        coding.release_quote(session, vault, head, comments[1], LAMPS, "长" * 201, now=NOW)


def test_actions_name_gap_and_item_and_the_next_campaign_proves_them(
    session, campaign, community, head, office
) -> None:
    release(session, campaign, community)
    where = {"campaign_id": campaign.id, "community_id": community.id, "now": NOW}
    given = PromiseInput("报修三十分钟上门", "repairs.on_time", "公示牌", date(2026, 1, 1), True)
    promise = promises.add_promise(session, head, given, community_id=None, now=NOW)
    action = ActionInput(
        "改成两小时", "repairs.on_time", 1, Remedy.RESET, "客服", date(2026, 12, 1), promise
    )
    key = promises.add_action(session, office, action, **where)
    promises.add_action(
        session,
        head,
        ActionInput("备配件", "facilities.lifts", 4, Remedy.FIX, "工程", date(2026, 11, 10)),
        **where,
    )
    rows = promise_queries.list_actions(session, office, campaign.id, community.id)
    assert [row.action.gap for row in rows] == [4, 1]  # the next due first
    assert promise_queries.count_gaps(rows) == {1: 1, 2: 0, 3: 0, 4: 1, 5: 0}
    assert rows[1].promise == "报修三十分钟上门"
    late = promise_queries.count_overdue(session, head, campaign.id, today=date(2026, 11, 11))
    assert late == [(community.name, 1, date(2026, 11, 10))]
    promises.finish_action(session, office, key, "已改", done_on=date(2026, 11, 2), now=NOW)
    change = Change(60.0, 66.0, 6.0, 2.0, 10.0, "real")
    done = session.get_one(type(rows[1].action), key)
    assert promises.check_effect(done, {"repairs.on_time": change}) == change
    assert promises.check_effect(done, {"repairs": change}) == change  # its area, if not asked
    assert promises.check_effect(done, {}) is None
    promises.tag_item(session, office, GapInput("repairs", 1, Remedy.RESET), **where)
    promises.tag_item(session, office, GapInput("repairs", 5, Remedy.COMMUNICATE), **where)
    tags = promise_queries.list_item_gaps(session, office, campaign.id, community.id)
    assert {item: tag.gap for item, tag in tags.items()} == {"repairs": 5}
    with pytest.raises(UnknownProblemError):  # the whole company is head office's
        promises.add_action(session, office, action, **(where | {"community_id": None}))
    with pytest.raises(UnknownProblemError):
        promises.add_promise(session, office, given, community_id=None, now=NOW)


def test_a_bulletin_keeps_its_versions_and_stands_on_the_board(
    session, campaign, community, head, office
) -> None:
    line = BulletinLine("停车乱", "重新划线", "停车", "Parking", 60.0, 65.5, 5.5, 1.0, 10.0, "real")
    content = BulletinContent("六月", "June", "十一月", "November", (line,))
    where = {"campaign_id": campaign.id, "community_id": community.id, "now": NOW}
    assert boards.publish_bulletin(session, head, content, **where) == 1
    assert boards.publish_bulletin(session, head, content, **where) == 2
    board = public.board(session, boards.board_code(session, community), now=NOW)
    assert board.parts[0][3] == content
    empty = BulletinContent("", "", "", "", ())
    with pytest.raises(FieldError):
        boards.publish_bulletin(session, head, empty, **where)
    with pytest.raises(UnknownProblemError):
        boards.publish_bulletin(session, office, content, **where)
