"""Photos follow the draft to another phone and are counted before and after sending."""

import re

import pytest
from sqlalchemy import select

from app.surveys.response.models import Comment, ResponseSignal
from app.surveys.response.photos.queries import list_photos_of_comments
from app.surveys.response.photos.services import add_photo, phone_of
from tests.factories import NOW, members_of
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = {"comment.wish": "电梯有异响", "contact": "office_or_hq"}


def device_of(owner: Owner) -> str:
    """Return the random name of a phone, from its cookie."""
    with owner.client.session_transaction() as cookie:
        return str(cookie["owner"]["device"])


def take(world: World, owner: Owner, session, vault, *contents: bytes) -> None:
    """Store photos of a phone as the gate does once a child process has read them."""
    member = members_of(session, world.campaign)[0]
    for content in contents:
        add_photo(session, vault, member=member, device=device_of(owner), content=content, now=NOW)
    session.commit()


def give_code(owner: Owner) -> str:
    owner.post("/a/later")
    found = re.search(r'<p class="code">([0-9A-Z-]+)</p>', owner.client.get("/a/later").text)
    assert found
    return found[1]


def carry_on(world: World, code: str) -> Owner:
    second = world.owner()
    second.open()
    return resume(second, code)


def resume(second: Owner, code: str) -> Owner:
    answer = second.client.post(
        "/a/resume", data={**read(second.client.get("/a/resume")).hidden, "code": code}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/a/")
    return second


def test_photos_follow_the_code_to_the_other_phone_and_go_with_its_answer(
    world: World, owner: Owner, session, vault
):
    owner.send("/a/comment", WORDS)
    code = give_code(owner)
    take(world, owner, session, vault, b"first", b"second")  # after the code was written down
    second = carry_on(world, code)

    assert second.client.get("/a/photos/1").data == b"first"
    assert second.client.get("/a/photos/2").data == b"second"
    assert owner.client.get("/a/photos/1").status_code == 404
    assert "电梯有异响" in owner.client.get("/a/comment").text  # its words stay on the first phone

    second.answer_all(comment="电梯有异响")
    assert second.submit().status_code == 303
    session.rollback()
    comment = session.scalars(select(Comment)).one()
    along = list_photos_of_comments(session, [comment.id], with_flushed=False)
    assert len(along) == 2
    signal = session.scalars(select(ResponseSignal)).one()
    member = members_of(session, world.campaign)[0]
    assert signal.device_hash == phone_of(vault, member, device_of(second))


@ONE_DATABASE
def test_a_phone_with_photos_of_its_own_takes_as_many_as_it_has_places_for(
    world: World, owner: Owner, session, vault
):
    owner.send("/a/comment", WORDS)
    take(world, owner, session, vault, b"one", b"two")
    code = give_code(owner)
    second = world.owner()
    second.open()
    take(world, second, session, vault, b"mine", b"mine too")
    resume(second, code)
    shown = [second.client.get(f"/a/photos/{place}").data for place in (1, 2, 3)]
    assert shown == [b"mine", b"mine too", b"one"]
    assert owner.client.get("/a/photos/2").data == b"two"
    resume(second, code)  # typed twice: nothing more happens
    assert owner.client.get("/a/photos/2").data == b"two"


@ONE_DATABASE
def test_a_code_typed_on_its_own_phone_leaves_the_photos_where_they_are(
    world: World, owner: Owner, session, vault
):
    owner.send("/a/comment", WORDS)
    take(world, owner, session, vault, b"one")
    resume(owner, give_code(owner))
    assert owner.client.get("/a/photos/1").data == b"one"


@ONE_DATABASE
def test_photos_are_counted_on_the_review_with_a_way_back_and_after_sending(
    world: World, owner: Owner, session, vault
):
    count = "Photos with these words: 2"
    owner.answer_all(comment="电梯有异响")
    assert "Photos with these words" not in owner.client.get("/a/review?lang=en").text
    take(world, owner, session, vault, b"one", b"two")
    review = owner.client.get("/a/review").text
    line = re.search(rf'{count} <a class="t s" href="([^"]+)">Change', review)
    assert line
    page = owner.client.get(line[1])
    assert 'src="/a/photos/2"' in page.text
    assert read(page).hidden["go"] == "review"

    assert owner.submit().status_code == 303
    assert count in owner.client.get("/a/receipt").text
    assert count in owner.client.get("/a/receipt/answers").text


@ONE_DATABASE
def test_photos_of_a_phone_that_sent_nothing_are_not_counted_as_sent(
    world: World, owner: Owner, session, vault
):
    second = world.owner()
    second.open()
    take(world, second, session, vault, b"somebody else's")
    owner.answer_all(comment="电梯有异响")
    owner.submit()
    assert "Photos with these words" not in owner.client.get("/a/receipt?lang=en").text
