"""How an answer came about is stored beside it, and never refuses anybody."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.surveys.response.models import Entrance, ResponseSignal
from app.surveys.response.queries import find_counted, find_signal
from app.surveys.response.signals import network_of
from tests import factories
from tests.factories import NOW
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _signal(world: World, session: Session, home: int = 0) -> ResponseSignal:
    session.rollback()
    answer = find_counted(session, factories.members_of(session, world.campaign)[home].id)
    assert answer is not None
    signal = find_signal(session, answer.id)
    assert signal is not None
    return signal


def _take(world: World, owner: Owner, path: str, seconds: int, fields: dict[str, str]) -> None:
    """Look at a page for so many seconds, then send it."""
    now = world.app.extensions["linsheng"].now()
    hidden = read(owner.client.get(path)).hidden
    world.at(now + timedelta(seconds=seconds))
    assert owner.client.post(path, data={**hidden, **fields}).status_code == 303


def test_pace_entrance_and_honesty_are_stored_with_the_answer(
    world: World, owner: Owner, session: Session
) -> None:
    rest = owner.answer_all()
    areas = dict.fromkeys(read(owner.client.get("/a/areas")).choices, "4")
    _take(world, owner, "/a/overall", 9, {"overall": "8"})
    _take(world, owner, "/a/areas", 40, areas)
    owner.submit()
    signal = _signal(world, session)
    assert signal.started_at == NOW
    assert signal.seconds == 49
    assert signal.pages == len(rest)
    assert (signal.slowest, signal.median) == (40, 0)  # all other pages took no time at all
    assert signal.entrance is Entrance.LINK
    assert signal.has_script is False
    assert signal.honeypot is False


def test_a_field_no_person_sees_is_noted_and_the_answer_counts(
    world: World, owner: Owner, session: Session
) -> None:
    owner.answer_all()
    hidden = read(owner.client.get("/a/review")).hidden
    sent = owner.client.post("/a/submit", data={**hidden, "website": "http://x" * 99})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/a/receipt")
    assert _signal(world, session).honeypot is True


@ONE_DATABASE
def test_the_way_over_the_photos_notes_the_time_of_the_comment_page(
    world: World, owner: Owner, session: Session
) -> None:
    hidden = read(owner.client.get("/a/comment")).hidden
    world.at(NOW + timedelta(seconds=25))
    words = {"comment.wish": "电梯有异响", "contact": "no_reply"}
    owner.client.post("/a/photos/open", data={**hidden, **words})
    owner.answer_all(comment="电梯有异响")
    owner.submit()
    signal = _signal(world, session)
    assert (signal.started_at, signal.slowest) == (NOW, 25)


@ONE_DATABASE
def test_a_page_saved_by_its_script_says_so(world: World, owner: Owner, session: Session) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    saved = owner.client.post(
        "/a/overall", data={**hidden, "overall": "8"}, headers={"X-Save": "1"}
    )
    assert saved.status_code == 204
    owner.answer_all()
    owner.submit()
    assert _signal(world, session).has_script is True


@ONE_DATABASE
@pytest.mark.parametrize("stamp", ["", "1-0", "9999999999-abcdef012345", "x" * 5000, "１-２", "-"])
def test_a_stamp_that_was_made_up_counts_for_nothing_and_refuses_nobody(
    world: World, owner: Owner, session: Session, stamp: str
) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    fields = {**hidden, "shown": stamp, "overall": "8"}
    assert owner.client.post("/a/overall", data=fields).status_code == 303
    owner.answer_all()
    owner.submit()
    signal = _signal(world, session)
    assert signal.started_at == NOW
    assert (signal.slowest or 0) == 0


def test_one_phone_answering_two_homes_shows_within_a_campaign_and_names_nobody(
    world: World, session: Session
) -> None:
    phone = world.owner()
    for home in (0, 1):
        phone.token = world.tokens[home]
        phone.open()
        phone.answer_all()
        phone.submit()
    other = world.owner(2)
    other.open()
    other.answer_all()
    other.submit()
    first, second, third = (_signal(world, session, home) for home in range(3))
    assert first.device_hash == second.device_hash != third.device_hash
    assert first.network_hash == third.network_hash  # the same address
    assert first.network_hash is not None
    assert b"127.0.0" not in first.network_hash


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", None),
        ("unix:", None),
    ],
)
def test_the_neighbourhood_of_an_address(address: str, network: str | None) -> None:
    assert network_of(address) == network
