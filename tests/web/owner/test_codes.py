"""The short code of a letter: typed, mistyped, guessed; a whole building behind one address."""

from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db import db
from app.surveys.campaign.codes import ALPHABET, format_code, make_code
from app.surveys.campaign.lookup import find_by_typed_code
from app.surveys.campaign.tokens import make_typed_code, read_typed_code
from app.surveys.response.models import Entrance
from app.surveys.response.queries import find_counted, find_signal
from app.web.owner.door import Limits
from tests import factories
from tests.browser import PageClient
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _code(world: World, home: int = 0) -> str:
    member = factories.members_of(world.session, world.campaign)[home]
    world.session.rollback()
    return format_code(make_typed_code(world.vault, member.pseudonym))


def _type(client: PageClient, code: str, address: str = "10.0.0.1"):
    hidden = read(client.get("/c")).hidden
    return client.post(
        "/c", data={**hidden, "code": code}, environ_overrides={"REMOTE_ADDR": address}
    )


def test_a_typed_code_opens_its_home_and_the_answer_says_how_it_came_in(
    world: World, client: PageClient, session: Session
) -> None:
    opened = _type(client, _code(world, 1).lower().replace("-", " "))
    assert (opened.status_code, opened.headers["Location"]) == (303, "/a/")
    owner = Owner(client, "")
    owner.answer_all()
    assert owner.submit().status_code == 303
    session.rollback()
    member = factories.members_of(session, world.campaign)[1]
    answer = find_counted(session, member.id)
    assert answer is not None
    signal = find_signal(session, answer.id)
    assert signal is not None
    assert signal.entrance is Entrance.CODE


@ONE_DATABASE
def test_a_slip_of_the_pen_is_said_without_asking_the_database(
    world: World, client: PageClient
) -> None:
    code = _code(world)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "2")
    client.get("/c?lang=en")
    asked: list[str] = []
    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    refused = _type(client, wrong)
    assert refused.status_code == 422
    assert "sign by sign" in refused.text
    assert asked == []


@ONE_DATABASE
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("7K3M", "some are missing"),
        ("7" * 20, "here are more"),
        ("7K3M-9QXA-2TB?H", "only letters and digits"),
        ("7K3M-9QXA-2TB2H", "seems wrong"),
        (make_code(1, 12), "No home has this code"),
        ("", "some are missing"),
        ("x" * 100, "some are missing"),
    ],
)
def test_what_is_wrong_with_a_code_is_said_and_the_text_stays(
    world: World, client: PageClient, typed: str, words: str
) -> None:
    client.get("/c?lang=en")
    refused = _type(client, typed)
    assert refused.status_code == 422
    assert words in refused.text
    assert f'value="{typed}"' in refused.text


@ONE_DATABASE
def test_five_hundred_homes_behind_one_address_pass_while_a_program_guesses_there(
    app, session: Session, vault, client: PageClient
) -> None:
    factories.make_community(session, households=500, buildings=4)
    campaign = factories.make_campaign(session, vault)
    members = factories.members_of(session, campaign)
    codes = [make_typed_code(vault, member.pseudonym) for member in members]
    tokens = [factories.token_of(vault, member) for member in members]
    session.commit()

    guesses = [_type(client, make_code(number, 12)) for number in range(31)]
    assert [one.status_code for one in guesses] == [422] * 29 + [429] * 2
    assert client.get("/t/wrong", environ_overrides={"REMOTE_ADDR": "10.0.0.1"}).status_code == 429

    hidden = read(client.get("/c")).hidden
    for at, (code, token) in enumerate(zip(codes, tokens, strict=True)):
        if at % 2:
            passed = client.post(
                "/c",
                data={**hidden, "code": code},
                environ_overrides={"REMOTE_ADDR": "10.0.0.1"},
            )
        else:
            passed = client.get(f"/t/{token}", environ_overrides={"REMOTE_ADDR": "10.0.0.1"})
        assert passed.status_code == 303, at


def test_wrong_codes_are_limited_by_address_by_neighbourhood_and_everywhere() -> None:
    limits, at = Limits(), 1_000_000.0
    same = [limits.note_wrong("10.0.0.1", at) for _ in range(30)]
    assert same == [False] * 29 + [True]
    # Other people of the neighbourhood (/24), none of them over his own thirty.
    others = [limits.note_wrong(f"10.0.0.{n % 8 + 2}", at) for n in range(170)]
    assert others == [False] * 169 + [True]
    assert not limits.note_wrong("10.0.1.1", at)  # the next one is not held to account
    # A thousand an hour from anywhere: 201 so far.
    far = [limits.note_wrong(f"10.1.{n}.1", at + n) for n in range(250)]
    far += [limits.note_wrong(f"10.2.{n}.1", at + 250 + n) for n in range(250)]
    far += [limits.note_wrong(f"10.3.{n}.1", at + 500 + n) for n in range(250)]
    far += [limits.note_wrong(f"10.4.{n}.1", at + 750 + n) for n in range(49)]
    assert far == [False] * 798 + [True]
    assert not limits.note_wrong("10.5.0.1", at + 3600 + 1)


@ONE_DATABASE
def test_a_code_that_is_nearly_right_costs_the_same_single_look_as_any_other(
    world: World, session: Session
) -> None:
    right = read_typed_code(_code(world))
    nearly = make_code(_number(right) ^ 1, 12)
    found: dict[str, list[str]] = {}
    for code in (right, nearly, make_code(0, 12)):
        asked = found.setdefault(code, [])
        listener = partial(_note, asked)
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        find_by_typed_code(session, world.vault, code)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        session.rollback()
    assert len({tuple(asked) for asked in found.values()}) == 1
    assert len(found[nearly]) == 1


def _note(asked: list[str], *args: object) -> None:
    if str(args[2]).startswith("SELECT"):
        asked.append(str(args[2]))


def _number(code: str) -> int:
    number = 0
    for symbol in code[:12]:
        number = number * 32 + ALPHABET.index(symbol)
    return number


@ONE_DATABASE
def test_the_page_for_codes_needs_no_home_and_forgets_nothing(world: World, owner: Owner) -> None:
    page = owner.client.get("/c")
    assert page.status_code == 200
    assert "data-member" not in page.text
    assert owner.client.get("/a/").status_code == 200
