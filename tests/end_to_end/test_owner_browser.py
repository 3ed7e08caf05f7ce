"""A real Chromium as an owner's phone: by touch, without JavaScript, on the narrowest screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.response.models import Response
from app.surveys.response.vector import decode
from app.vault import Vault
from tests import factories
from tests.browser import open_browser, serve

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

CANARY = "货梯晚上常停 canary-4410"
NARROWEST = 320


@dataclass(slots=True)
class Phones:
    """A served application, a browser, and the letter of one home."""

    address: str
    browser: Browser
    token: str

    @contextmanager
    def phone(self, *, javascript: bool = True, width: int = 360) -> Iterator[Page]:
        """Yield a page on a phone of its own; no error may appear in its console."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 740},
            has_touch=True,
            is_mobile=True,
            java_script_enabled=javascript,
            locale="zh-CN",
        )
        page, complaints = context.new_page(), []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
        assert complaints == []  # a refusal by the content policy would stand here too


@pytest.fixture
def phones(app: Flask, session: Session, vault: Vault) -> Iterator[Phones]:
    """One home of a community that is asked three areas in depth."""
    community = factories.make_community(session, households=3, name="阳光花园")
    campaign = factories.make_campaign(session, vault)
    factories.gate_of(session, campaign, community).areas_offered = 3
    token = factories.token_of(vault, factories.members_of(session, campaign)[0])
    session.commit()
    with serve(app) as address, open_browser(address) as page:
        browser = page.context.browser
        assert browser is not None
        yield Phones(address, browser, token)


def _go(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).tap()


def _fits(page: Page) -> None:
    """Check that nothing sticks out sideways, down to the narrowest screen."""
    size = page.viewport_size
    assert size is not None
    for width in {size["width"], NARROWEST}:
        page.set_viewport_size({"width": width, "height": size["height"]})
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, (page.url, width)
    page.set_viewport_size(size)


def _tolerance(page: Page, *, has_script: bool) -> None:
    for role, level in (("importance", 9), ("adequate", 4), ("desired", 8), ("perceived", 5)):
        question = page.locator(f'.q[data-k="{role}"]')
        question.locator(f'input[value="{level}"]').tap()
        if has_script:  # a tap opens the next question by itself
            question.wait_for(state="hidden")
    if has_script:
        said = page.locator(".say").inner_text()
        assert "低于 4 分" in said
        assert "离理想还差 3 分" in said


def _questions(page: Page, *, is_dealt: bool) -> None:
    questions = page.locator(".q").all()
    for number, question in enumerate(questions, 1):
        question.locator("input").nth(1).tap()
        if is_dealt and number < len(questions):
            question.wait_for(state="hidden")


def _answer_everything(page: Page, *, has_script: bool, look: Callable[[Page], None]) -> None:
    """Answer from the landing page to the review page."""
    look(page)
    _go(page, ".act a")
    while not page.url.endswith("/a/review"):
        look(page)
        if "/tolerance/" in page.url:
            _tolerance(page, has_script=has_script)
        elif page.url.endswith("/comment"):
            page.fill('[name="comment.wish"]', CANARY)
            page.locator('input[name="contact"][value="hq_only"]').tap()
        elif page.url.endswith("/experience"):
            page.locator('input[value="car"]').tap()
        else:
            is_dealt = has_script and page.locator("form[data-deck]").count() > 0
            _questions(page, is_dealt=is_dealt)
        look(page)
        _go(page, ".act [type=submit]")
    look(page)


def _only_response(session: Session) -> Response:
    session.rollback()
    return session.scalars(select(Response)).one()


def test_an_owner_answers_in_chinese_by_touch_and_a_second_phone_sees_nothing_of_it(
    phones: Phones, session: Session
) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        _answer_everything(page, has_script=True, look=_fits)
        with page.expect_navigation():
            page.locator(".act [type=submit]").dblclick()
        page.wait_for_url("**/a/receipt")
        _fits(page)
        code = page.locator(".code").inner_text().replace("-", "")
        assert page.evaluate("localStorage.length") == 0
        page.go_back()
        page.wait_for_url("**/a/receipt")  # never a blank form again
    response = _only_response(session)
    assert (response.receipt, response.is_counted) == (code, True)
    levels = decode(factories.perception_instrument(), response.vector).values
    assert sorted(v for k, v in levels.items() if k.startswith("tolerance.")) == sorted(
        [9, 4, 8, 5] * 3
    )
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        assert page.locator(".home").is_visible()
        seen = page.content()
        page.goto("/a/comment")
        assert page.url.endswith("/a/")
        assert "canary" not in seen + page.content()
        assert code[:4] not in seen
    _only_response(session)


def test_without_javascript_the_same_pages_are_answered(phones: Phones, session: Session) -> None:
    with phones.phone(javascript=False) as page:
        page.goto(f"/t/{phones.token}")
        _answer_everything(page, has_script=False, look=lambda _page: None)
        _go(page, ".act [type=submit]")
        assert page.url.endswith("/a/receipt")
    assert _only_response(session).is_counted


def test_unsent_words_survive_a_reload_and_leave_the_phone_once_sent(phones: Phones) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/comment")
        page.fill('[name="comment.wish"]', CANARY)
        page.reload()
        assert page.input_value('[name="comment.wish"]') == CANARY
        page.locator('input[name="contact"][value="no_reply"]').tap()
        _go(page, ".act [type=submit]")
        assert "canary" not in page.evaluate("JSON.stringify(localStorage)")


def test_mixed_up_limits_are_swapped_with_one_tap(phones: Phones) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/review")
        page.locator('a[href^="/a/tolerance/"]').first.tap()
        page.wait_for_url("**/a/tolerance/**")
        for role, level in (("importance", 9), ("adequate", 8), ("desired", 5)):
            page.locator(f'.q[data-k="{role}"] input[value="{level}"]').tap()
            page.locator(f'.q[data-k="{role}"]').wait_for(state="hidden")
        page.locator("[data-swap]").tap()
        assert page.locator('.q[data-k="adequate"] input:checked').input_value() == "5"
        assert page.locator('.q[data-k="desired"] input:checked').input_value() == "8"
        assert page.locator('.q[data-k="perceived"]').is_visible()


def test_large_text_fits_the_narrowest_phone(phones: Phones) -> None:
    with phones.phone(width=NARROWEST) as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/?form=elder")
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 24
        _answer_everything(page, has_script=True, look=_fits)
