"""Two phones of one home, two homes on one phone, a deadline on the way: no words are lost."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.clock import end_of
from app.surveys.response.models import Comment, Draft, Origin, Response
from app.surveys.response.services import flush_drafts
from tests.factories import perception_instrument
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WISH = "楼道的灯坏了"
NOT_SENT = "您在这部手机上写的还没有提交"
TOO_LATE = "来得太晚"
DRAFT_COUNTED = "没有提交的回答已经计入"
FROM_DRAFT = "按您截止前已保存的回答计入统计"
UNSAVED = "刚才的修改没有保存"

pytestmark = ONE_DATABASE


def _rows(world: World) -> list[Response]:
    world.session.rollback()
    return list(world.session.scalars(select(Response).order_by(Response.id)))


def _word(owner: Owner, hidden: dict[str, str]) -> TestResponse:
    return owner.client.post(
        "/a/comment", data={**hidden, "comment.wish": WISH, "contact": "no_reply"}
    )


def _answer(world: World, *homes: int) -> None:
    for home in homes:
        owner = world.owner(home)
        owner.open()
        owner.answer_all()
        owner.submit()


def _release(world: World) -> None:
    """Let three of five homes answer and the last day pass."""
    _answer(world, 1, 2, 3)
    world.at(end_of(world.campaign.closes_on) + timedelta(minutes=1))


def _freeze(world: World) -> None:
    world.gate.frozen_at = end_of(world.campaign.closes_on) + timedelta(seconds=30)
    world.session.commit()


def test_the_second_of_a_home_finishes_what_he_had_begun_and_is_told_it_is_not_counted(
    world: World, owner: Owner
) -> None:
    owner.answer_all(until="/a/comment")
    hidden = read(owner.client.get("/a/comment")).hidden
    _answer(world, 0)
    assert _word(owner, hidden).location == "/a/review"
    landing = owner.client.get("/a/").text
    assert NOT_SENT in landing
    assert 'href="/a/review"' in landing
    assert "data-clear" not in landing
    assert "您家已有人提交" in owner.client.get("/a/review").text
    assert owner.submit().location == "/a/receipt"
    assert [one.is_counted for one in _rows(world)] == [True, False]
    comment = world.session.scalars(select(Comment)).one()
    assert comment.response_id == _rows(world)[1].id


def test_words_of_a_page_opened_before_are_taken_though_nothing_was_saved(
    world: World, owner: Owner
) -> None:
    hidden = read(owner.client.get("/a/comment")).hidden
    _answer(world, 0)
    assert owner.client.get("/a/comment").location == "/a/"  # nothing begun that the home knows of
    assert _word(owner, {**hidden, "shown": "1-000000000000"}).location == "/a/"
    refused = owner.client.get("/a/").text
    assert "刚才提交的没有保存" in refused
    assert "data-refused" in refused
    assert NOT_SENT not in refused
    assert _word(owner, hidden).location == "/a/review"
    assert WISH in owner.client.get("/a/review").text


def test_a_change_in_another_tab_after_sending_is_refused_and_said_once(
    world: World, owner: Owner
) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    owner.answer_all()
    owner.submit()
    data = {**hidden, "overall": "9"}
    quiet = owner.client.post("/a/overall", data=data, headers={"X-Save": "1"})
    assert quiet.status_code == 303
    assert UNSAVED not in owner.client.get("/a/receipt").text  # its script sends the page anew
    refused = owner.client.post("/a/overall", data=data, follow_redirects=True)
    assert refused.request.path == "/a/receipt"
    assert UNSAVED in refused.text
    assert UNSAVED not in owner.client.get("/a/receipt").text
    assert world.session.scalars(select(Draft)).all() == []


def test_an_answer_waiting_to_be_sent_is_taken_after_another_link_was_opened(
    world: World, owner: Owner
) -> None:
    owner.answer_all()
    waiting = read(owner.client.get("/a/review")).hidden
    Owner(owner.client, world.tokens[1]).open()
    owner.open()
    sent = owner.client.post("/a/submit", data=waiting)
    assert sent.location == "/a/receipt"
    assert len(_rows(world)) == 1


def test_the_cookie_remembers_the_last_five_homes_and_stays_small(
    world: World, owner: Owner
) -> None:
    key = read(owner.client.get("/a/review")).hidden["key"]
    for token in world.tokens[1:]:
        Owner(owner.client, token).open()
    owner.open()
    assert read(owner.client.get("/a/review")).hidden["key"] == key
    with owner.client.session_transaction() as cookie:
        # A family with many homes: the oldest is forgotten, the present one never.
        old = [[number, "k" * 32] for number in range(900, 905)]
        cookie["owner"] = {**cookie["owner"], "keys": old, "receipts": old, "member": 0}
    owner.open()
    with owner.client.session_transaction() as cookie:
        assert [number for number, _key in cookie["owner"]["keys"]][:4] == [901, 902, 903, 904]
        assert len(cookie["owner"]["keys"]) == 5
        assert len(json.dumps(cookie["owner"])) < 1000


def test_a_page_opened_before_the_deadline_is_taken_after_it(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    _release(world)
    made_up = {**hidden, "shown": "1-000000000000", "overall": "9"}
    assert owner.client.post("/a/overall", data=made_up).location == "/a/"
    assert TOO_LATE in owner.client.get("/a/").text
    assert TOO_LATE not in owner.client.get("/a/").text
    assert (
        owner.client.post("/a/overall", data={**hidden, "overall": "9"}).location == "/a/priorities"
    )
    owner.answer_all()
    assert owner.submit().location == "/a/receipt"
    assert _rows(world)[-1].is_counted


def test_an_answer_sent_after_the_freeze_with_its_draft_is_kept_and_says_so(
    world: World, owner: Owner
) -> None:
    owner.answer_all(comment=WISH)
    waiting = read(owner.client.get("/a/review")).hidden
    _release(world)
    _freeze(world)
    sent = owner.client.post("/a/submit", data=waiting, follow_redirects=True)
    assert sent.request.path == "/a/receipt"
    assert "已保存，但不计入" in sent.text
    assert not _rows(world)[-1].is_counted
    again = owner.client.post("/a/submit", data=waiting, follow_redirects=True)
    assert (again.request.path, len(_rows(world))) == ("/a/receipt", 4)


def test_a_late_answer_whose_draft_was_counted_learns_both(world: World, owner: Owner) -> None:
    owner.answer_all()
    waiting = read(owner.client.get("/a/review")).hidden
    _release(world)
    now = end_of(world.campaign.closes_on) + timedelta(minutes=1)
    gate = world.session.merge(world.gate)
    flush_drafts(world.session, world.vault, gate, perception_instrument(), now=now)
    gate.frozen_at = now
    for draft in world.session.scalars(select(Draft)):  # as the freeze does
        world.session.delete(draft)
    world.session.commit()
    assert _rows(world)[-1].origin is Origin.FLUSHED
    closed = owner.client.post("/a/submit", data=waiting, follow_redirects=True).text
    assert TOO_LATE in closed
    assert DRAFT_COUNTED in closed
    assert len(_rows(world)) == 4
    # The phone it was saved on gets a receipt and may read it all; the same link elsewhere not.
    back = owner.open().text
    assert 'href="/a/receipt"' in back
    receipt = owner.client.get("/a/receipt").text
    assert FROM_DRAFT in receipt
    assert "8" in owner.client.get("/a/receipt/answers").text
    second = world.owner()
    assert DRAFT_COUNTED in second.open().text
    assert second.client.get("/a/receipt").status_code == 303
    # A home of which nothing was saved is not told that something was.
    other = world.owner(4)
    assert DRAFT_COUNTED not in other.open().text


def test_a_refused_page_lets_the_phone_keep_its_words(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/comment")).hidden
    lost = _word(Owner(world.owner().client, ""), hidden)
    assert lost.status_code == 403
    assert "data-refused" in lost.text
    too_long = owner.client.post("/a/comment", data={**hidden, "comment.wish": "x" * 70_000})
    assert too_long.status_code == 413
    assert "data-refused" in too_long.text
    assert "data-refused" not in owner.client.get("/a/not-mine").text


def test_forgetting_the_phone_forgets_receipt_and_key_of_this_home_alone(
    world: World, owner: Owner
) -> None:
    owner.answer_all(comment=WISH)
    owner.submit()
    neighbour = Owner(owner.client, world.tokens[1])
    neighbour.open()
    neighbour.answer_all()
    neighbour.submit()
    owner.open()
    receipt = owner.client.get("/a/receipt").text
    assert "这不是我的手机" in receipt
    form = receipt.split('action="/a/not-mine"')[1].split("</form>")[0]
    token = form.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    home_key = form.split('name="home_key" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "home_key": home_key}
    forgotten = owner.client.post("/a/not-mine", data=fields)
    assert "data-clear" in forgotten.text
    assert owner.open().request.path == "/a/"
    for path in ("/a/receipt", "/a/receipt/answers"):
        assert owner.client.get(path).location == "/a/"
    assert neighbour.open().request.path == "/a/receipt"


def test_the_receipt_names_the_day_of_the_follow_up_once_the_rate_is_reached(
    world: World, owner: Owner
) -> None:
    owner.answer_all()
    owner.submit()
    assert "最晚" not in owner.client.get("/a/receipt").text
    _answer(world, 1, 2)  # 3 of 5 is the 60 % asked for; the last day is 20 November 2026
    assert "最晚11月27日（周五）" in owner.client.get("/a/receipt").text
