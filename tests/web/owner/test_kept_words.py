"""What became of words nobody sent, and what a phone shows after it was told to forget."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import end_of
from app.staff.models import Role
from app.surveys.response.leftovers.services import keep_words
from app.surveys.response.models import Draft, Response
from app.surveys.response.services import drop_drafts, flush_drafts
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from tests import factories
from tests.web.owner.conftest import Owner, World, read

CANARY = "canary-2951"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _pass_deadline(world: World, *, is_frozen: bool) -> None:
    now = end_of(world.campaign.closes_on) + timedelta(seconds=1)
    instrument = factories.perception_instrument()
    with world.session.begin_nested():
        flush_drafts(world.session, world.vault, world.gate, instrument, now=now)
        if is_frozen:
            keep_words(world.session, world.vault, world.gate, instrument, now=now)
            drop_drafts(world.session, world.gate)
            world.gate.frozen_at = now
    world.session.commit()
    world.at(now + timedelta(minutes=1))


def _forget(owner: Owner, **fields: str) -> None:
    hidden = read(owner.client.get("/a/not-mine")).hidden
    assert owner.client.post("/a/not-mine", data={**hidden, **fields}).status_code == 200


def test_who_is_at_the_wrong_home_takes_the_draft_along(world: World, owner: Owner) -> None:
    owner.send("/a/comment", {"comment.wish": CANARY, "contact": "hq_only"})
    assert "not sent is deleted" in owner.client.get("/a/not-mine?lang=en").text
    _forget(owner)
    assert world.session.scalars(select(Draft)).all() == []
    owner.open()
    assert CANARY not in owner.client.get("/a/comment").text


def test_a_phone_that_forgot_shows_a_counted_draft_no_more_and_other_homes_keep_theirs(
    world: World, owner: Owner
) -> None:
    owner.token = world.tokens[1]
    owner.open()
    owner.send("/a/overall", {"overall": "3"})
    owner.token = world.tokens[0]
    owner.open()
    owner.answer_all(comment=CANARY)
    _pass_deadline(world, is_frozen=False)
    landing = owner.client.get("/a/").text
    assert 'href="/a/receipt"' in landing
    assert CANARY in owner.client.get("/a/receipt/answers").text
    _forget(owner, phone="1")
    assert len(world.session.scalars(select(Draft)).all()) == 2  # the server keeps both
    owner.open()
    for path in ("/a/comment", "/a/review", "/a/receipt/answers"):
        assert CANARY not in owner.client.get(path, follow_redirects=True).text
    owner.token = world.tokens[1]
    owner.open()
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["3"]}


def test_words_kept_from_a_draft_have_a_receipt_on_their_phone_alone(
    world: World, owner: Owner
) -> None:
    owner.send("/a/comment", {"comment.wish": CANARY, "contact": "hq_only"})
    _pass_deadline(world, is_frozen=True)
    closed = owner.client.get("/a/?lang=en").text
    assert 'href="/a/receipt"' in closed
    assert "Your scores were neither kept nor counted." in closed
    receipt = owner.client.get("/a/receipt").text
    assert 'id="reply"' in receipt
    assert "Your scores were neither kept nor counted." in receipt
    assert CANARY in owner.client.get("/a/receipt/answers").text
    other = world.owner()
    other.open()
    assert other.client.get("/a/receipt").status_code == 303
    assert "/a/receipt" not in other.client.get("/a/").text


def test_another_phone_is_told_that_a_draft_was_counted_and_can_say_it_was_not_us(
    world: World, owner: Owner
) -> None:
    owner.answer_all(comment=CANARY)
    _pass_deadline(world, is_frozen=True)
    other = world.owner()
    page = other.open().text
    assert "11月21日" in page
    assert 'href="/a/alarm"' in page
    assert other.client.get("/a/alarm").status_code == 200


def test_what_unsent_answers_become_is_said_before_the_deadline(owner: Owner) -> None:
    said = "words not sent are read and followed up"
    assert said in owner.client.get("/a/?lang=en").text
    assert said in owner.client.get("/a/later").text


def test_an_answer_taken_out_of_the_count_says_so_and_when(
    world: World, owner: Owner, session: Session
) -> None:
    owner.answer_all()
    owner.submit()
    now = end_of(world.campaign.closes_on) - timedelta(days=3)
    void_response(
        session, world.vault, session.scalars(select(Response)).one(),
        reason=VoidReason.NOT_OWNER, note="不是业主本人",
        staff_id=factories.make_staff(session, Role.HEAD_OFFICE).id, now=now,
    )  # fmt: skip
    session.commit()
    page = owner.client.get("/a/receipt?lang=en").text
    assert "out of the count on" in page
    assert "18 November" in page
    assert "another answer of this home" not in page
