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
from tests.browser import open_browser, serve, tap_apart

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

CANARY = "货梯晚上常停 canary-4410"
NARROWEST = 320
WIDTHS = (320, 360, 390, 414, 768)
LEVELS = {"importance": 9, "adequate": 4, "desired": 10, "perceived": 5}

# Smallest width and height of everything to tap on a tolerance page, and what of the numbers is
# hidden by the bar at the bottom of the window.
MEASURE = """() => {
  const seen = e => e.getClientRects().length && !e.closest('.vh');
  const boxes = [...document.querySelectorAll('.n, .chip, .b, button.t, .r button, summary')]
    .filter(seen).map(e => e.getBoundingClientRect());
  const keys = [...document.querySelectorAll('.q:not([hidden]) .pad .n')]
    .map(e => e.getBoundingClientRect());
  const bar = document.querySelector('.act');
  const edge = getComputedStyle(bar).position === 'sticky'
    ? bar.getBoundingClientRect().top : innerHeight;
  return {
    width: Math.min(...boxes.map(b => b.width)), height: Math.min(...boxes.map(b => b.height)),
    key: [Math.min(...keys.map(k => k.width)), Math.min(...keys.map(k => k.height))],
    hidden: Math.max(0, Math.max(...keys.map(k => k.bottom)) - edge),
    overflow: document.documentElement.scrollWidth - innerWidth,
  };
}"""


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
        chosen = question.locator(f'input[value="{level}"]')
        if role == "perceived":  # tapped once it would open the next page
            chosen.press(" ")
        tap_apart(chosen)
        if has_script:  # a tap opens the next question by itself
            question.wait_for(state="hidden")
    if has_script:
        said = page.locator(".say").inner_text()
        assert "低于 4 分" in said
        assert "离理想还差 3 分" in said


def _questions(page: Page, *, is_dealt: bool) -> None:
    """Answer the questions of a page; by keys for the last one, so that the page stays open."""
    questions = page.locator(".q").all()
    for number, question in enumerate(questions, 1):
        choice = question.locator("input").nth(1)
        if number == len(questions) and choice.get_attribute("type") == "radio":
            choice.press(" ")
            continue
        tap_apart(choice)
        if is_dealt:
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


def test_one_tap_answers_a_page_and_opens_the_next_but_never_twice(phones: Phones) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/overall")
        page.locator('.q input[value="7"]').tap()
        page.wait_for_url("**/a/priorities")
        page.locator(".act [type=submit]").tap()  # meant for the page before
        page.locator(".act [data-back]").tap()
        page.wait_for_url("**/a/overall")
        assert page.locator('.q input[value="7"]').is_checked()
        page.locator('.q input[value="8"]').tap()  # who came back stays
        page.wait_for_timeout(700)
        assert page.url.endswith("/a/overall")


def test_the_last_of_three_ticks_and_none_of_these_open_the_next_page(phones: Phones) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/priorities")
        boxes = page.locator("[data-max] input").all()
        for box in boxes[:3]:
            box.tap()
        boxes[1].tap()  # thought better of it in time
        page.wait_for_timeout(900)
        assert page.url.endswith("/a/priorities")
        boxes[3].press(" ")  # keys never open a page
        page.wait_for_timeout(900)
        assert page.url.endswith("/a/priorities")
        page.reload()
        boxes = page.locator("[data-max] input").all()
        boxes[3].tap()
        boxes[4].tap()  # it came with three: nothing opens by itself
        page.wait_for_timeout(900)
        assert page.locator("[data-max] :checked").count() == 3
        page.goto("/a/experience")
        page.locator("[data-alone]").tap()
        page.wait_for_url("**/a/attributes")


def test_what_was_understood_of_an_area_stands_on_the_page_its_last_tap_opens(
    phones: Phones,
) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/review")
        href = page.locator('a[href^="/a/tolerance/"]').first.get_attribute("href") or ""
        first = href.split("?")[0]
        page.goto(first)
        title = page.locator("h1").evaluate("e => e.firstChild.data")
        for role, level in (("importance", 9), ("adequate", 4), ("desired", 8), ("perceived", 5)):
            page.locator(f'.q[data-k="{role}"] input[value="{level}"]').tap()
            if role != "perceived":
                page.locator(f'.q[data-k="{role}"]').wait_for(state="hidden")
        page.wait_for_url(lambda url: not url.endswith(first))
        said = page.locator(".intro").inner_text()
        assert title in said
        assert "离理想还差 3 分" in said
        page.locator("[data-back]").tap()  # and Back shows all of it, to change it
        page.wait_for_url(f"**{first}")
        assert page.locator(".say li").count() == 3


def test_who_wants_no_reply_is_not_asked_how_to_be_reached(phones: Phones) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/comment")
        page.locator('input[name="contact"][value="hq_only"]').tap()
        assert page.locator(".reach").last.is_visible()
        page.locator('input[name="contact"][value="no_reply"]').tap()
        assert page.locator(".reach:visible, .reach input:enabled").count() == 0


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


def test_the_same_four_answers_by_touch_by_keyboard_and_without_javascript(
    phones: Phones,
) -> None:
    posted = []
    for way in ("touch", "keys", "plain"):
        with phones.phone(javascript=way != "plain") as page:
            page.goto(f"/t/{phones.token}")
            page.goto("/a/review")
            href = page.locator('a[href^="/a/tolerance/"]').first.get_attribute("href") or ""
            page.goto(href.split("?")[0])
            for role, level in LEVELS.items():
                question = page.locator(f'.q[data-k="{role}"]')
                if way == "keys":
                    if role == "importance":  # arrows choose and stay, Enter goes on
                        question.locator("input").first.focus()
                        for _step in range(level - 1):
                            page.keyboard.press("ArrowRight")
                        assert question.is_visible()
                        page.keyboard.press("Enter")
                    else:  # a digit chooses and goes on; 0 is ten
                        page.keyboard.press(str(level % 10))
                    question.wait_for(state="hidden")
                else:
                    question.locator(f'input[value="{level}"]').tap()
                    if way == "touch" and role != "perceived":
                        question.wait_for(state="hidden")
            _go_on(page, way)
            page.goto(href.split("?")[0])
            chosen = page.locator("input:checked")
            posted.append({e.get_attribute("name"): e.input_value() for e in chosen.all()})
    assert [sorted(one.values()) for one in posted] == [["10", "4", "5", "9"]] * 3
    assert posted[0] == posted[1] == posted[2]


def _go_on(page: Page, way: str) -> None:
    before = page.url
    if way == "keys":  # the heading of what was understood has the focus now
        page.locator(".act [type=submit]").press("Enter")
    elif way == "plain":
        page.locator(".act [type=submit]").tap()
    page.wait_for_url(lambda url: url != before)  # the last tap opened it


def test_everything_to_tap_is_large_enough_and_the_numbers_need_no_scrolling(
    phones: Phones,
) -> None:
    """WCAG 2.5.5 asks for 44 px; large text for 60 px at every size of its text."""
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/review")
        href = page.locator('a[href^="/a/tolerance/"]').first.get_attribute("href") or ""
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})
            page.goto(href.split("?")[0])
            for chip in page.locator(".chip").all():
                chip.tap()
                found = page.evaluate(MEASURE)
                assert min(found["width"], found["height"]) >= 44, (width, found)
                assert found["overflow"] <= 0, (width, found)
                assert found["hidden"] == 0 or width < 360, (width, found)
            print(f"{width} px: keys {found['key']}, everything {found['height']:.0f} high")
        for language in ("zh-Hans", "zh-Hant", "en"):
            page.goto(href.split("?")[0] + f"?lang={language}")
            for width, height in ((NARROWEST, 568), (360, 640)):
                page.set_viewport_size({"width": width, "height": height})
                for chip in page.locator(".chip").all():
                    chip.tap()
                    assert page.evaluate(MEASURE)["hidden"] == 0, (language, width, height)
        page.goto("/a/overall?form=elder")
        for size in ("18", "22", "26", "30"):
            for width in (*WIDTHS, 1280):
                page.set_viewport_size({"width": width, "height": 640})
                found = page.evaluate(MEASURE)
                assert min(found["width"], found["height"]) >= 60, (size, width, found)
                assert found["overflow"] <= 0, (size, width, found)
            points = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize) * .75")
            assert points == pytest.approx(float(size), abs=0.1)
            print(f"{size} pt, 320 px: ok; 1280 px keys {found['key']}")
            if size != "30":
                page.locator('[data-size="1"]').tap()
        assert page.locator('[data-size="1"]').is_disabled()
        page.reload()  # the size stays on this phone
        points = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize) * .75")
        assert points == pytest.approx(30, abs=0.1)


VOICE = """(() => {
  const said = window.said = [];
  const voice = { lang: 'zh-CN', name: 'test' };
  const [cancel, speak] = [() => said.push('-'), u => said.push(u.text)];
  const synth = { getVoices: () => [voice], cancel, speak };
  Object.defineProperty(window, 'speechSynthesis', { value: synth });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
})();"""


def test_a_question_is_read_aloud_where_the_phone_has_a_voice_and_can_be_stopped(
    phones: Phones,
) -> None:
    with phones.phone() as page:
        page.goto(f"/t/{phones.token}")
        page.goto("/a/loyalty?form=elder")
        assert page.locator("[data-read]").is_hidden()  # this Chromium has no voice
        page.context.add_init_script(VOICE)
        page.reload()
        button = page.locator("[data-read]")
        words = button.inner_text()
        button.tap()
        said = page.evaluate("said")
        assert "续聘" in said[1]
        assert "自动打开" in said[2]
        assert said[3:] == ["一定支持", "多半支持", "都可以", "多半不支持", "一定不支持", "说不准"]
        assert button.inner_text() != words
        button.tap()
        assert page.evaluate("said[said.length - 1]") == "-"
        assert button.inner_text() == words
