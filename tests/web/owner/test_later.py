"""Going on later and on another phone: a code opens the draft, and nothing else does."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.surveys.campaign.codes import make_code
from app.surveys.response.models import Entrance
from app.surveys.response.queries import find_counted, find_signal
from tests import factories
from tests.factories import NOW
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CANARY = "金丝雀七七四九"


def _begin(owner: Owner) -> str:
    """Answer two pages and send the third with its button to go on later; return the code."""
    owner.send("/a/overall", {"overall": "9"})
    owner.send("/a/comment", {"comment.wish": CANARY, "contact": "hq_only"})
    sent = owner.client.post(
        "/a/areas?later=1&stay=1",
        data={**read(owner.client.get("/a/areas")).hidden, "area.cleaning": "4"},
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "/a/later")
    return _shown_code(owner)


def _shown_code(owner: Owner) -> str:
    found = re.search(r'<p class="code">([0-9A-Z-]+)</p>', owner.client.get("/a/later").text)
    assert found
    return found[1]


def _resume(owner: Owner, code: str):
    return owner.client.post(
        "/a/resume", data={**read(owner.client.get("/a/resume")).hidden, "code": code}
    )


def test_the_code_opens_the_draft_on_another_phone_and_one_answer_counts(
    world: World, owner: Owner, session: Session
) -> None:
    code = _begin(owner)
    second = world.owner()
    landing = second.open()
    assert "/a/resume" in landing.text
    resumed = _resume(second, code.lower())
    assert (resumed.status_code, resumed.headers["Location"]) == (303, "/a/")
    assert read(second.client.get("/a/overall")).chosen == {"overall": ["9"]}
    assert read(second.client.get("/a/areas")).chosen["area.cleaning"] == ["4"]
    assert CANARY in second.client.get("/a/comment").text
    # The first phone keeps its own draft until the answer is there.
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["9"]}

    second.answer_all(comment=CANARY)
    assert second.submit().status_code == 303
    session.rollback()
    member = factories.members_of(session, world.campaign)[0]
    answer = find_counted(session, member.id)
    assert answer is not None
    signal = find_signal(session, answer.id)
    assert signal is not None
    assert signal.entrance is Entrance.RESUME
    # What the first phone still has may be finished too, as any later answer: not counted.
    assert 'href="/a/review"' in owner.client.get("/a/").text


def test_without_the_code_another_phone_is_sent_not_one_byte_of_the_draft(
    world: World, owner: Owner
) -> None:
    code = _begin(owner)
    second = world.owner()
    paths = ("/a/", "/a/overall", "/a/areas", "/a/comment", "/a/review", "/a/later")
    pages = [second.open(), *(second.client.get(path) for path in paths)]
    pages += [second.client.get("/a/resume"), _resume(second, "2222-2222"), _resume(second, "x")]
    for page in pages:
        assert CANARY.encode() not in page.data
        assert code.encode() not in page.data
        assert not read(page).chosen
        assert CANARY not in str(page.headers)


@ONE_DATABASE
def test_nobody_is_asked_for_a_code_that_nobody_has(world: World, owner: Owner) -> None:
    owner.send("/a/overall", {"overall": "9"})
    assert "/a/resume" not in world.owner().open().text
    assert "Show a code" in owner.client.get("/a/later?lang=en").text


@ONE_DATABASE
def test_a_code_can_be_shown_by_a_button_and_stays_the_same(owner: Owner) -> None:
    owner.send("/a/overall", {"overall": "9"})
    shown = owner.post("/a/later")
    assert shown.status_code == 303
    code = _shown_code(owner)
    owner.client.post("/a/later", data=read(owner.client.get("/a/overall")).hidden)
    assert _shown_code(owner) == code


@ONE_DATABASE
def test_a_code_lives_seven_days_and_only_in_its_own_home(world: World, owner: Owner) -> None:
    code = _begin(owner)
    neighbour = world.owner(1)
    neighbour.open()
    assert _resume(neighbour, code).status_code == 422
    second = world.owner()
    second.open()
    world.at(NOW + timedelta(days=7) - timedelta(seconds=1))
    assert "/a/resume" in second.client.get("/a/").text
    world.at(NOW + timedelta(days=7))
    assert "/a/resume" not in second.client.get("/a/").text
    assert _resume(second, code).status_code == 422


@ONE_DATABASE
def test_wrong_codes_are_limited_for_a_home_and_a_slip_of_the_pen_is_not_counted(
    world: World, owner: Owner
) -> None:
    code = _begin(owner)
    second = world.owner()
    second.open()
    slips = [_resume(second, "2222-222X").status_code for _ in range(12)]
    assert slips == [422] * 12
    wrong = [_resume(second, make_code(number, 7)).status_code for number in range(11)]
    assert wrong == [422] * 10 + [429]
    assert _resume(second, code).status_code == 429
    world.at(NOW + timedelta(minutes=11))
    assert _resume(second, code).status_code == 303


@ONE_DATABASE
def test_every_page_of_the_form_offers_to_go_on_later(owner: Owner) -> None:
    for path in owner.answer_all():
        page = owner.client.get(path).text
        assert 'formaction="?later=1&amp;stay=1"' in page, path
        assert read(owner.client.get(path)).hidden["shown"], path


@ONE_DATABASE
def test_a_page_with_nothing_chosen_yet_can_be_left_for_later(owner: Owner) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    left = owner.client.post("/a/overall?later=1&stay=1", data=hidden)
    assert left.headers["Location"] == "/a/later"
    assert owner.client.get("/a/").status_code == 200
