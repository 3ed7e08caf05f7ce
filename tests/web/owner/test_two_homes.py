"""Two links in one browser: a page is only ever saved for the home it was made for."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import func, select

from app.surveys.response.models import Draft, Response
from tests.browser import PageClient
from tests.web.owner.conftest import Owner, World, read

FIRST, SECOND = "1栋 1-1*1", "1栋 1-1*2"


@pytest.fixture
def neighbour(world: World, owner: Owner) -> Owner:
    """The second home, whose link will be opened in the browser of the first."""
    return Owner(owner.client, world.tokens[1])


def _count(world: World, table: type[Draft] | type[Response]) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(table)) or 0


def _send(client: PageClient, path: str, hidden: dict[str, str], **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={**hidden, **fields})
    return answer.status_code, answer.text


def test_a_page_of_the_first_home_is_not_saved_for_the_second(
    world: World, owner: Owner, neighbour: Owner
) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    neighbour.open()
    status, text = _send(owner.client, "/a/overall", hidden, overall="9")
    assert status == 409
    assert "另一户" in text
    assert SECOND in text
    assert FIRST not in text
    assert 'href="/a/"' in text
    assert _count(world, Draft) == 0
    owner.open()
    assert read(owner.client.get("/a/overall")).chosen == {}
    assert _send(owner.client, "/a/overall", hidden, overall="9")[0] == 303


def test_a_review_of_the_first_home_sends_nothing_once_the_second_is_open(
    world: World, owner: Owner, neighbour: Owner
) -> None:
    owner.answer_all()
    hidden = read(owner.client.get("/a/review")).hidden
    neighbour.open()
    neighbour.answer_all()
    theirs = read(owner.client.get("/a/review")).hidden
    assert _send(owner.client, "/a/submit", hidden)[0] == 409
    # Not even with the key of the second home: the page was made for the first.
    assert _send(owner.client, "/a/submit", {**theirs, "home_key": hidden["home_key"]})[0] == 409
    assert _count(world, Response) == 0
    assert _send(owner.client, "/a/submit", theirs)[0] == 303
    owner.open()
    owner.submit()
    assert _count(world, Response) == 2


def test_a_page_of_the_first_home_says_so_even_when_the_second_has_answered(
    world: World, owner: Owner, neighbour: Owner
) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    neighbour.open()
    neighbour.answer_all()
    neighbour.submit()
    assert _send(owner.client, "/a/overall", hidden, overall="9")[0] == 409


def test_a_page_without_the_name_of_its_home_is_not_saved(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    hidden.pop("home_key")
    assert _send(owner.client, "/a/overall", hidden, overall="9")[0] == 409
    assert _count(world, Draft) == 0


def test_the_wrong_link_is_not_forgotten_from_a_stale_page(owner: Owner, neighbour: Owner) -> None:
    hidden = read(owner.client.get("/a/not-mine")).hidden
    neighbour.open()
    assert _send(owner.client, "/a/not-mine", hidden)[0] == 409
    assert owner.client.get("/a/").status_code == 200


def test_every_page_of_the_form_and_the_review_name_the_masked_home(owner: Owner) -> None:
    for path in [*owner.answer_all(), "/a/review"]:
        text = owner.client.get(path).text
        assert FIRST in text.split("<main>")[0], path
        assert "1-101" not in text
    assert FIRST in owner.client.get("/a/review").text.split("<main>")[1]


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_words_of_a_refused_page_come_back_with_the_link_of_their_home(
    world: World, browser_page: Page
) -> None:
    first, second = (f"/t/{token}" for token in world.tokens[:2])
    browser_page.goto(first)
    browser_page.goto("/a/comment")
    browser_page.context.new_page().goto(second)
    browser_page.fill('[name="comment.wish"]', "门前的灯坏了")
    browser_page.locator('label:has(input[name="contact"][value="no_reply"])').click()
    with browser_page.expect_navigation():
        browser_page.locator(".act [type=submit]").click()
    assert browser_page.locator("h1").inner_text().startswith("这个浏览器里")
    browser_page.goto(first)
    browser_page.goto("/a/comment")
    assert browser_page.input_value('[name="comment.wish"]') == "门前的灯坏了"
