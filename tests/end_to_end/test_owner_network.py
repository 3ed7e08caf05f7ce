"""Bad networks: cards saved one by one, pages and the sending itself wait, and arrive once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.surveys.response.models import Response
from app.vault import Vault
from tests import factories
from tests.browser import open_browser, serve, tap_apart

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

WISH = "楼道灯坏了 canary-7703"
FULL_STORE = "Storage.prototype.setItem = () => { throw new Error('full'); };"
# The first reply to the sending is lost after the server has done its work.
LOSE_ONE_REPLY = """(() => {
  const real = fetch;
  let lost = false;
  window.fetch = async (url, options) => {
    const answer = await real(url, options);
    if (lost || !String(url).endsWith('/a/submit')) return answer;
    lost = true;
    throw new TypeError('Failed to fetch');
  };
})();"""


@dataclass(slots=True)
class Line:
    """A served application, a browser, and one home with its link."""

    address: str
    browser: Browser
    session: Session
    token: str

    @contextmanager
    def phone(self, script: str = "") -> Iterator[Page]:
        """Yield the landing page of the home in the large-text form, the shortest one."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
        )
        if script:
            context.add_init_script(script)
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"/t/{self.token}")
        page.goto("/a/?form=elder")
        yield page
        context.close()
        assert errors == []

    def saved(self, page: Page, *sections: str) -> dict[str, list[str]]:
        """Return what the server holds of these pages, read past everything the phone keeps."""
        found: dict[str, list[str]] = {}
        for section in sections:
            html = page.context.request.get(f"{self.address}/a/{section}").text()
            for name, value in re.findall(r'name="([^"]+)" value="([^"]+)" checked', html):
                found.setdefault(name, []).append(value)
            for name, words in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', html):
                if words.strip():
                    found[name] = [words.strip()]
        return found

    def count(self) -> int:
        """Return how many answers are stored."""
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(Response)) or 0


@pytest.fixture
def line(app: Flask, session: Session, vault: Vault) -> Iterator[Line]:
    community = factories.make_community(session, households=1, name="阳光花园")
    campaign = factories.make_campaign(session, vault)
    factories.gate_of(session, campaign, community).areas_offered = 3
    token = factories.token_of(vault, factories.members_of(session, campaign)[0])
    session.commit()
    with serve(app) as address, open_browser(address) as page:
        browser = page.context.browser
        assert browser is not None
        yield Line(address, browser, session, token)


def state(page: Page, wanted: str) -> None:
    """Wait until the line beside the step says so."""
    page.locator(f'[data-state="{wanted}"]').wait_for()


def tap(page: Page, number: int = 1) -> None:
    """Answer the question shown; a dealt card makes room for the next one."""
    question = page.locator(".q:not([hidden])").first
    tap_apart(question.locator("input").nth(number))


def press_next(page: Page) -> None:
    page.locator(".act [type=submit]").tap()


def answer_to_review(page: Page) -> None:
    """Answer the large-text form from the landing page to the review."""
    page.locator(".act a").tap()
    for name in ("overall", "priorities", "areas", "loyalty", "about", "comment"):
        page.wait_for_url(f"**/a/{name}")
        cards = page.locator(".q").count() if page.locator("form[data-deck]").count() else 1
        if name == "comment":
            page.fill("textarea", WISH)
            page.locator('input[name="contact"][value="no_reply"]').tap()
            press_next(page)
        else:
            for card in range(cards):
                tap(page)
                if card + 1 < cards:
                    page.wait_for_function(
                        "n => !document.querySelectorAll('.q')[n].hidden", arg=card + 1
                    )
            if name == "priorities":  # ticks; every other page opens the next one by itself
                press_next(page)
    page.wait_for_url("**/a/review")


def go_offline(context: BrowserContext, *, is_off: bool) -> None:
    context.set_offline(is_off)


def test_every_card_reaches_the_server_before_the_page_is_left(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/areas")
        for _card in range(2):
            tap(page)
            page.wait_for_timeout(350)
        state(page, "got")
        assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('ls:'))") == []
        assert len(line.saved(page, "areas")) == 2
        page.reload()  # the tab was closed: the third card is open, the first two are kept
        assert page.locator(".q").nth(2).is_visible()


def test_without_a_network_the_owner_goes_on_and_all_of_it_arrives_later(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/overall")
        with page.expect_response("**/a/pages?*"):
            pass
        go_offline(page.context, is_off=True)
        tap(page, 6)
        page.wait_for_url("**/a/priorities")
        state(page, "wait")
        tap(page, 0)
        press_next(page)
        page.wait_for_url("**/a/areas")
        assert page.locator(".off").is_visible()
        page.go_back()
        page.wait_for_url("**/a/priorities")
        assert page.locator(".q input").first.is_checked()
        go_offline(page.context, is_off=False)
        page.locator(".off").wait_for(state="hidden")
        page.wait_for_function(
            "() => !Object.keys(localStorage).some(k => k.startsWith('ls:'))", timeout=15_000
        )
        saved = line.saved(page, "overall", "priorities")
        assert saved["overall"] == ["7"]
        assert len(saved) == 2


def test_an_unknown_next_page_opens_by_itself_when_the_network_is_back(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/comment")  # the last page: what comes next shows answers of the server
        page.fill("textarea", WISH)
        page.locator('input[name="contact"][value="no_reply"]').tap()
        go_offline(page.context, is_off=True)
        press_next(page)
        page.locator(".off").wait_for()
        assert page.url.endswith("/a/comment")
        assert page.input_value("textarea") == WISH
        go_offline(page.context, is_off=False)
        page.wait_for_url("**/a/review", timeout=15_000)
        assert line.saved(page, "comment") == {"comment.wish": [WISH], "contact": ["no_reply"]}


def test_sending_without_a_network_waits_survives_the_tab_and_arrives_once(line: Line) -> None:
    with line.phone() as page:
        answer_to_review(page)
        go_offline(page.context, is_off=True)
        press_next(page)
        page.locator(".wait").wait_for()
        assert "还没有收到" in page.locator(".wait").inner_text() or "not received" in (
            page.locator(".wait").inner_text()
        )
        assert page.locator(".code").count() == 0
        assert line.count() == 0
        context = page.context
        page.close()
        go_offline(context, is_off=False)
        again = context.new_page()
        again.goto(f"/t/{line.token}")
        again.wait_for_url("**/a/receipt", timeout=15_000)
        assert line.count() == 1
        assert again.evaluate("Object.keys(localStorage)") == []
        again.reload()
        assert again.locator(".code").is_visible()
        again.go_back()
        again.wait_for_load_state()
        assert line.count() == 1


def test_an_answer_whose_reply_was_lost_is_sent_again_and_counted_once(line: Line) -> None:
    with line.phone(LOSE_ONE_REPLY) as page:
        answer_to_review(page)
        press_next(page)
        page.locator(".wait").wait_for()
        assert line.count() == 1  # it arrived, but nobody may say so before the phone knows
        assert page.locator(".code").count() == 0
        page.wait_for_url("**/a/receipt", timeout=15_000)
        assert line.count() == 1


def test_a_phone_that_can_keep_nothing_says_so_and_still_answers(line: Line) -> None:
    with line.phone(FULL_STORE) as page:
        page.goto("/a/overall")
        go_offline(page.context, is_off=True)
        tap(page, 3)
        page.locator(".off").wait_for()
        assert page.locator("[data-state=open], [data-state=wait]").count() == 1
        assert "这个浏览器" in page.locator(".off").inner_text() or "this browser" in (
            page.locator(".off").inner_text()
        )
        go_offline(page.context, is_off=False)
        page.wait_for_url("**/a/priorities", timeout=15_000)
        assert line.saved(page, "overall") == {"overall": ["4"]}


def test_three_languages_in_one_page_without_losing_what_is_not_sent(line: Line) -> None:
    def refuse(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    with line.phone() as page:
        page.goto("/a/areas")
        page.context.route("**/a/areas", refuse)  # nothing of this page reaches the server
        tap(page, 2)
        page.wait_for_function("() => !document.querySelectorAll('.q')[1].hidden")
        for language, words in (("zh-Hant", "滿意"), ("en", "satisfied"), ("zh-Hans", "满意")):
            page.locator(".menu summary").tap()
            page.locator(f'.menu [lang="{language}"]').tap()
            page.wait_for_function("l => document.documentElement.lang === l", arg=language)
            assert words in (page.locator(".q").first.text_content() or "")
            assert page.locator(".q").first.locator("input").nth(2).is_checked()
            assert "lang=" not in page.url
        assert line.saved(page, "areas") == {}
        page.context.unroute("**/a/areas")
        state(page, "got")
        assert list(line.saved(page, "areas").values()) == [["3"]]


def test_a_sending_the_server_refuses_is_kept_and_said_and_the_owner_can_send_again(
    line: Line,
) -> None:
    refused = {"status": 400, "content_type": "text/html", "body": "<h1>no</h1>"}
    with line.phone() as page:
        answer_to_review(page)
        page.context.route("**/a/submit", lambda route: route.fulfill(**refused))
        press_next(page)
        page.locator(".unsent").wait_for()
        assert page.evaluate("Object.keys(localStorage).some(k => k.endsWith(':submit'))")
        assert line.count() == 0
        page.context.unroute("**/a/submit")
        page.goto("/a/review")  # still said after the tab was closed
        page.locator(".unsent").wait_for()
        press_next(page)
        page.wait_for_url("**/a/receipt")
        assert line.count() == 1
        assert page.evaluate("Object.keys(localStorage)") == []


def test_another_homes_answers_wait_a_week_on_the_phone_all_together(line: Line) -> None:
    keep = """days => ['/a/comment', 'submit'].forEach(k => localStorage.setItem('ls:other:' + k,
        JSON.stringify({ v: {}, f: [], t: Date.now() - days * 864e5 })))"""
    kept = "Object.keys(localStorage).filter(k => k.startsWith('ls:other:')).length"
    with line.phone() as page:
        for days, left in ((6.9, 2), (7.1, 0)):
            page.evaluate(keep, days)
            page.reload()
            assert page.evaluate(kept) == left


def test_a_save_refused_in_the_background_is_said_and_the_words_stay(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/overall")
        page.context.route("**/a/overall", lambda route: route.fulfill(status=403, body=""))
        page.locator(".q input").nth(3).press(" ")  # keys never open the next page
        page.locator(".bad").wait_for()
        assert page.locator(".bad a").get_attribute("href") == "/a/"
        assert page.url.endswith("/a/overall")
        page.context.unroute("**/a/overall")
        page.reload()
        assert page.locator(".q input").nth(3).is_checked()
        page.wait_for_function("() => !Object.keys(localStorage).some(k => k.startsWith('ls:'))")
        assert page.locator(".bad").is_hidden()
        assert line.saved(page, "overall") == {"overall": ["4"]}


def test_a_phone_that_fills_up_under_way_promises_nothing(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/areas")
        page.evaluate(f"() => {{ {FULL_STORE} }}")
        go_offline(page.context, is_off=True)
        tap(page, 3)
        page.locator(".off").wait_for()
        words = page.locator(".off")
        assert words.inner_text() == words.get_attribute("data-open")


def test_the_banner_goes_when_the_network_is_back_with_nothing_to_send(line: Line) -> None:
    with line.phone() as page:
        page.goto("/a/comment")
        page.fill("textarea", WISH)
        go_offline(page.context, is_off=True)
        page.locator('input[name="contact"][value="no_reply"]').tap()
        page.locator(".off").wait_for()
        page.locator('input[name="contact"][value="no_reply"]').evaluate(
            "e => { e.checked = false; e.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
        go_offline(page.context, is_off=False)  # half filled: not to be sent
        page.locator(".off").wait_for(state="hidden", timeout=15_000)
