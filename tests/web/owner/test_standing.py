"""Who may answer when: wrong links, second phones, double submits, dates, lost sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.clock import end_of, start_of
from app.surveys.response.models import Comment, Response
from tests.web.owner.conftest import Owner, World, read

CANARY = "只有我家知道的一句话 canary-7781"


def _responses(world: World) -> list[Response]:
    world.session.rollback()
    return list(world.session.scalars(select(Response).order_by(Response.id)))


def test_a_wrong_link_gets_a_clear_page(world: World) -> None:
    answer = world.app.test_client().get("/t/0000000000000000000000000")
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_many_wrong_links_are_slowed_down_while_right_ones_still_pass(world: World) -> None:
    client = world.app.test_client()
    codes = [client.get(f"/t/wrong{number}").status_code for number in range(31)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert client.get(f"/t/{world.tokens[1]}").status_code == 303
    world.at(datetime(2026, 11, 2, 2, 11, tzinfo=UTC))  # eleven minutes later
    assert client.get("/t/wrong").status_code == 404


@pytest.mark.parametrize("path", ["/a/", "/a/overall", "/a/review", "/a/receipt"])
def test_a_phone_that_lost_its_cookie_is_told_to_open_the_link_again(
    world: World, path: str
) -> None:
    answer = world.app.test_client().get(path)
    assert answer.status_code == 403
    assert "<h1" in answer.text


def test_a_page_sent_after_the_cookie_was_lost_says_so_too(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    answer = world.app.test_client().post("/a/overall", data={**hidden, "overall": "7"})
    assert answer.status_code == 403


def test_sending_twice_gives_one_answer_and_the_same_receipt(world: World, owner: Owner) -> None:
    owner.answer_all(comment=CANARY)
    hidden = read(owner.client.get("/a/review")).hidden
    before = owner.client.get_cookie("ls")
    assert before is not None
    owner.client.post("/a/submit", data=hidden)
    first = owner.client.get("/a/receipt").text
    # The twin request left the phone with the cookie as it was before the first answer came.
    owner.client.set_cookie("ls", before.value)
    twin = owner.client.post("/a/submit", data=hidden)
    assert (twin.status_code, twin.headers["Location"]) == (303, "/a/receipt")
    (response,) = _responses(world)
    code = f"{response.receipt[:4]}-{response.receipt[4:8]}-{response.receipt[8:]}"
    assert code in first
    assert code in owner.client.get("/a/receipt").text


def test_the_back_button_after_sending_leads_to_the_receipt(world: World, owner: Owner) -> None:
    owner.answer_all()
    hidden = read(owner.client.get("/a/review")).hidden
    owner.submit()
    for path in ("/a/review", "/a/overall", "/a/"):
        back = owner.client.get(path, follow_redirects=True)
        assert back.request.path == "/a/receipt"
    again = owner.client.post("/a/submit", data=hidden, follow_redirects=True)
    assert again.request.path == "/a/receipt"
    assert len(_responses(world)) == 1


def test_a_second_phone_sees_that_the_home_has_answered_and_nothing_of_the_answer(
    world: World, owner: Owner
) -> None:
    owner.answer_all(comment=CANARY)
    owner.submit()
    other = world.owner()
    seen = other.open().text
    for path in ("/a/overall", "/a/review", "/a/comment", "/a/receipt"):
        page = other.client.get(path, follow_redirects=True)
        assert page.request.path == "/a/"
        seen += page.text
    assert "canary" not in seen
    assert "10:00" in seen  # when it was answered, Beijing time
    assert _responses(world)[0].receipt[:4] not in seen


def test_a_second_phone_never_sees_the_draft_of_the_first(world: World, owner: Owner) -> None:
    owner.send("/a/comment", {"comment.wish": CANARY, "contact": "hq_only"})
    other = world.owner()
    other.open()
    seen = "".join(other.client.get(path).text for path in ("/a/", "/a/comment", "/a/review"))
    assert "canary" not in seen


def test_the_slower_of_two_phones_is_told_and_its_words_are_kept(
    world: World, owner: Owner
) -> None:
    slower = world.owner()
    slower.open()
    slower.answer_all(comment="后交的意见")
    hidden = read(slower.client.get("/a/review")).hidden
    owner.answer_all()
    owner.submit()
    page = slower.client.post("/a/submit", data=hidden, follow_redirects=True)
    assert page.request.path == "/a/receipt"
    first, second = _responses(world)
    assert (first.is_counted, second.is_counted) == (True, False)
    comment = world.session.scalars(select(Comment)).one()
    assert comment.response_id == second.id


def test_the_receipt_code_opens_the_receipt_on_another_phone(world: World, owner: Owner) -> None:
    owner.answer_all()
    owner.submit()
    code = _responses(world)[0].receipt
    other = world.owner()
    other.open()
    hidden = read(other.client.get("/a/")).hidden
    wrong = other.client.post("/a/check", data={**hidden, "receipt": "2222-2222-222"})
    assert wrong.status_code == 422
    right = other.client.post("/a/check", data={**hidden, "receipt": code.lower()})
    assert right.headers["Location"] == "/a/receipt"
    assert other.client.get("/a/receipt").status_code == 200


def test_a_receipt_of_another_home_opens_nothing(world: World, owner: Owner) -> None:
    owner.answer_all()
    owner.submit()
    neighbour = world.owner(1)
    neighbour.open()
    neighbour.answer_all()
    neighbour.submit()
    code = _responses(world)[0].receipt
    other = world.owner(1)
    other.open()
    hidden = read(other.client.get("/a/")).hidden
    answer = other.client.post("/a/check", data={**hidden, "receipt": code})
    assert answer.status_code == 422


def test_receipt_codes_cannot_be_guessed_at_length(world: World, owner: Owner) -> None:
    owner.answer_all()
    owner.submit()
    other = world.owner()
    other.open()
    hidden = read(other.client.get("/a/")).hidden
    codes = [
        other.client.post("/a/check", data={**hidden, "receipt": "2222-2222-222"}).status_code
        for _ in range(11)
    ]
    assert codes[:10] == [422] * 10
    assert codes[10] == 429


def test_one_phone_can_answer_for_two_homes_without_mixing_them(world: World) -> None:
    owner = world.owner()
    owner.open()
    owner.send("/a/comment", {"comment.wish": CANARY, "contact": "hq_only"})
    owner.token = world.tokens[1]
    owner.open()
    assert "canary" not in owner.client.get("/a/comment").text
    owner.answer_all()
    owner.submit()
    owner.token = world.tokens[0]
    assert owner.open().request.path == "/a/"
    assert "canary" in owner.client.get("/a/comment").text


def test_not_my_home_forgets_the_link(owner: Owner) -> None:
    hidden = read(owner.client.get("/a/not-mine")).hidden
    assert owner.client.post("/a/not-mine", data=hidden).status_code == 200
    assert owner.client.get("/a/").status_code == 403


def test_before_the_first_day_nobody_can_answer_and_the_page_names_the_day(world: World) -> None:
    opens_at = start_of(world.campaign.opens_on)
    world.at(opens_at - timedelta(seconds=1))
    owner = world.owner()
    assert "11月1日" in owner.open().text
    assert owner.client.get("/a/overall").headers["Location"] == "/a/"
    world.at(opens_at)
    assert owner.client.get("/a/overall").status_code == 200


def _answer_homes(world: World, homes: range) -> None:
    for home in homes:
        owner = world.owner(home)
        owner.open()
        owner.answer_all()
        owner.submit()


def test_after_the_deadline_below_the_rate_answers_still_count(world: World) -> None:
    _answer_homes(world, range(2))  # 2 of 5 is below 60 %
    world.at(end_of(world.campaign.closes_on))
    _answer_homes(world, range(2, 3))
    assert [response.is_counted for response in _responses(world)] == [True] * 3


def test_once_rate_and_deadline_are_reached_the_survey_is_closed(world: World) -> None:
    _answer_homes(world, range(3))  # 3 of 5 is exactly 60 %
    begun = world.owner(3)
    begun.open()
    begun.answer_all()
    deadline = end_of(world.campaign.closes_on)
    world.at(deadline - timedelta(seconds=1))
    late = world.owner(4)
    late.open()
    assert late.client.get("/a/overall").status_code == 200
    world.at(deadline)
    assert late.client.get("/a/overall").headers["Location"] == "/a/"
    assert "11月20日" in late.client.get("/a/").text
    assert begun.submit().headers["Location"] == "/a/receipt"  # begun in time, before the freeze
    assert _responses(world)[-1].is_counted


def test_after_the_freeze_nobody_can_go_on(world: World) -> None:
    begun = world.owner(3)
    begun.open()
    begun.answer_all()
    world.gate.frozen_at = end_of(world.campaign.closes_on)
    world.session.commit()
    world.at(end_of(world.campaign.closes_on))
    assert begun.client.get("/a/review").headers["Location"] == "/a/"
