"""Replies and public answers through the pages: who may write, versions, audit, what owners get."""

from datetime import date

import pytest

from app.followup.answering.queries import list_problems, list_replies
from app.followup.answering.services import PublicAnswerInput, publish_answer
from app.followup.published.queries import list_raised
from app.followup.queries import list_cases, list_sealed_comments
from app.followup.services import make_follow_ups
from app.staff.models import Role
from app.staff.queries import list_audit_after, list_audit_of
from app.surveys.register.models import Community
from tests.factories import head_office, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import enter_as, release

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WISHES = ("office_or_hq", "hq_only", "no_reply")


@pytest.fixture
def community(session):
    return make_community(session, households=10, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    make_community(session, households=5, name="乙小区")
    return make_campaign(session, vault)


@pytest.fixture
def cases(session, vault, storage, campaign, community):
    """Return the case and comment of one home for each wish; the community is past its gate."""
    members = members_of(session, campaign, community)
    for member, wish in zip(members, WISHES, strict=False):
        answer(session, vault, campaign, member, comment=f"话-{wish}", wish=wish)
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    session.commit()
    found = {}
    for row in list_cases(session, head_office(), campaign.id):
        (comment,) = list_sealed_comments(session, [row.frame_member_id])
        found[row.wish.value] = (row.id, comment.id, row.household_uid)
    session.rollback()
    return found


def publish(client, case, text):
    path = f"/desk/follow-ups/{case[0]}"
    page = client.get(path)
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post(f"{path}/comments/{case[1]}/reply", data={"csrf_token": token, "text": text})


def token_on(client, path):
    return client.get(path).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def test_an_office_replies_where_the_owner_allowed_it_and_an_edit_is_a_new_version(
    client, session, app, campaign, community, cases, vault
):
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    case = cases["office_or_hq"]
    assert publish(client, case, " 已经修好 ").status_code == 302
    for _tap in range(2):  # the same words again are no new version
        assert publish(client, case, "已经修好，请查看").status_code == 302
    page = client.get(f"/desk/follow-ups/{case[0]}").text
    assert "已经修好，请查看" in page
    assert page.count("not rated yet") == 2
    session.rollback()
    replies = [reply for reply, _author in list_replies(session, [case[1]])]
    texts = [vault.open(reply.text_sealed, "reply") for reply in replies]
    assert texts == ["已经修好", "已经修好，请查看"]
    assert [reply.version for reply in replies] == [1, 2]
    actions = [
        entry.detail for entry in list_audit_of(session, case[2]) if entry.action == "publish_reply"
    ]
    assert sorted(actions) == ["version 1", "version 2"]


@ONE_DATABASE
def test_an_office_cannot_reply_where_head_office_alone_may(
    client, session, app, campaign, community, cases
):
    enter_as(client, session, Role.OFFICE, [community], app=app, now=AFTER)
    open_case = cases["office_or_hq"]
    token = token_on(client, f"/desk/follow-ups/{open_case[0]}")
    for wish in ("hq_only", "no_reply"):
        case_id, comment_id, _uid = cases[wish]
        for case in (case_id, open_case[0]):  # also through a case it does see
            path = f"/desk/follow-ups/{case}/comments/{comment_id}/reply"
            refused = client.post(path, data={"csrf_token": token, "text": "x"})
            assert refused.status_code == 404, (wish, case)
    session.rollback()
    assert list_replies(session, [one[1] for one in cases.values()]) == []


@ONE_DATABASE
def test_head_office_replies_to_head_office_only_and_never_to_no_reply(client, session, app, cases):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    assert publish(client, cases["hq_only"], "总部答复").status_code == 302
    assert publish(client, cases["no_reply"], "不该有").status_code == 404
    assert (
        "This owner wished no reply." in client.get(f"/desk/follow-ups/{cases['no_reply'][0]}").text
    )


@ONE_DATABASE
@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_an_empty_or_endless_reply_is_refused_at_its_field_and_kept(
    client, session, app, cases, text
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    refused = publish(client, cases["hq_only"], text)
    assert refused.status_code == 422
    assert f'id="reply-error-{cases["hq_only"][1]}"' in refused.text
    assert text.strip() in refused.text


@ONE_DATABASE
@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK])
def test_others_cannot_reply(client, session, app, cases, role):
    enter_as(client, session, role, app=app, now=AFTER, all_communities=True)
    case_id, comment_id, _uid = cases["office_or_hq"]
    token = token_on(client, "/hq/tracker/" if role is Role.LEADER else "/entry/")
    path = f"/desk/follow-ups/{case_id}/comments/{comment_id}/reply"
    assert client.post(path, data={"csrf_token": token, "text": "x"}).status_code == 403
    session.rollback()
    assert list_replies(session, [comment_id]) == []


def _publish(session, campaign, community):
    """Publish an answer as the page of a shared problem does at its end."""
    given = PublicAnswerInput("楼道灯", "线路老化", "更换线路", "工程部", date(2026, 12, 20))
    key = publish_answer(
        session,
        head_office(),
        given,
        campaign_id=campaign.id,
        community_id=community.id,
        now=AFTER,
    )
    session.commit()
    return key


def test_head_office_names_who_raised_a_public_answer_and_takes_it_back(
    client, session, app, campaign, community, cases
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    key = _publish(session, campaign, community)
    case_id, comment_id, uid = cases["hq_only"]
    path = f"/desk/follow-ups/{case_id}"
    linked = client.post(
        f"{path}/comments/{comment_id}/problems",
        data={"csrf_token": token_on(client, path), "problem": [str(key)]},
    )
    assert linked.status_code == 302
    assert f'value="{key}" checked' in client.get(path).text
    page = client.get(f"/hq/answers/{key}").text
    assert f"/desk/follow-ups/{case_id}" in page
    assert "楼道灯" in client.get("/hq/answers/").text
    session.rollback()
    (row,) = list_problems(session, campaign.id)
    assert (row.raised, row.solved, row.unsolved) == (1, 0, 0)
    assert list(list_raised(session, comment_id)) == [key]
    actions = {entry.action for entry in list_audit_after(session, None, 99)}
    assert {"publish_answer", "raise_problems"} <= actions
    assert "raise_problems" in {entry.action for entry in list_audit_of(session, uid)}

    unlinked = client.post(
        f"{path}/comments/{comment_id}/problems", data={"csrf_token": token_on(client, path)}
    )
    assert unlinked.status_code == 302
    session.rollback()
    assert list_raised(session, comment_id) == {}


@ONE_DATABASE
def test_a_comment_is_not_put_to_a_problem_of_another_community(
    client, session, app, campaign, community, cases
):
    enter_as(client, session, Role.HEAD_OFFICE, app=app, now=AFTER)
    other = session.get_one(Community, community.id + 1)
    key = _publish(session, campaign, other)
    case_id, comment_id, _uid = cases["hq_only"]
    path = f"/desk/follow-ups/{case_id}"
    refused = client.post(
        f"{path}/comments/{comment_id}/problems",
        data={"csrf_token": token_on(client, path), "problem": [key]},
    )
    assert refused.status_code == 404
    session.rollback()
    assert list_raised(session, comment_id) == {}
