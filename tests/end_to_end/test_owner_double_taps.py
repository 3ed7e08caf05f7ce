"""What opens by itself is announced, never takes a second tap, and never overtakes the owner."""

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.end_to_end.street import Street, phone

pytestmark = pytest.mark.browser

# The server hangs: nothing that is sent is ever answered.
HANG = """() => {
  const real = fetch;
  window.fetch = (url, options) => options && options.method === 'POST'
    ? new Promise(() => {}) : real(url, options);
}"""
# The next page takes its time.
SLOW = """() => {
  const real = fetch;
  window.fetch = (url, options) => options && options.method
    ? real(url, options) : new Promise(done => setTimeout(() => done(real(url, options)), 1500));
}"""


def _tap_twice(page: Page, key: Locator, gap: int) -> None:
    box = key.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(x, y)
    page.wait_for_timeout(gap)
    page.touchscreen.tap(x + 4, y - 3)
    page.wait_for_timeout(500)


def _answered(page: Page) -> int:
    return page.locator(".q input:checked").count()


def test_a_second_tap_at_the_same_place_answers_nothing(street: Street, chromium: Browser) -> None:
    with phone(chromium, street.address) as page:
        page.goto(street.home().link)
        page.goto("/a/areas")
        for done, gap in enumerate((120, 320, 600), 1):
            page.wait_for_timeout(800)
            _tap_twice(page, page.locator(".q:not([hidden]) input").nth(1), gap)
            assert _answered(page) == done, gap
        page.locator(".q:not([hidden]) input").nth(3).tap()  # elsewhere: answered at once
        page.wait_for_timeout(300)
        assert _answered(page) == 4


def test_neither_the_tolerance_pad_nor_the_third_priority_is_tapped_twice(
    street: Street, chromium: Browser
) -> None:
    with phone(chromium, street.address) as page:
        page.goto(street.home().link)
        page.goto("/a/priorities")
        boxes = page.locator("[data-max] input")
        boxes.nth(0).tap()
        boxes.nth(1).tap()
        _tap_twice(page, boxes.nth(2), 200)
        page.wait_for_url("**/tolerance/**")
        first = page.url
        for done, level in enumerate((9, 4, 8, 5), 1):
            page.wait_for_timeout(800)
            gap = 300 if done < 4 else 620  # by then the next page has opened
            _tap_twice(page, page.locator(".q:not([hidden]) input").nth(level - 1), gap)
            if done < 4:
                assert _answered(page) == done
        page.wait_for_url(lambda url: url != first)
        page.wait_for_timeout(100)
        assert _answered(page) == 0
        said = page.locator(".intro").inner_text()
        assert "低于 4 分" in said
        assert "8 分" in said
        assert "离理想还差 3 分" in said


def test_back_is_not_overtaken_by_a_page_on_its_way(street: Street, chromium: Browser) -> None:
    with phone(chromium, street.address) as page:
        page.goto(street.home().link)
        page.goto("/a/overall")
        page.route("**/a/pages*", lambda route: route.abort())
        page.locator(".q input").nth(6).tap()
        page.wait_for_url("**/a/priorities")
        page.evaluate(SLOW)
        boxes = page.locator("[data-max] input")
        for number in range(3):
            boxes.nth(number).tap()
        page.wait_for_timeout(1100)  # the next page is on its way
        page.locator("[data-back]").tap()
        page.wait_for_url("**/a/overall")
        page.wait_for_timeout(1600)
        assert page.url.endswith("/a/overall")


def test_a_hanging_server_does_not_hold_up_who_has_the_next_page(
    street: Street, chromium: Browser
) -> None:
    with phone(chromium, street.address) as page:
        page.goto(street.home().link)
        page.goto("/a/overall")
        with page.expect_response("**/a/pages*"):
            pass
        page.wait_for_timeout(100)
        page.evaluate(HANG)
        page.locator(".q input").nth(6).tap()
        page.wait_for_url("**/a/priorities", timeout=1200)
        page.locator('[data-state="kept"]').wait_for()


def test_that_pages_open_by_themselves_is_said_before_the_answers(
    street: Street, chromium: Browser
) -> None:
    with phone(chromium, street.address) as page:
        page.goto(street.home().link + "?lang=en")
        page.goto("/a/?lang=en")
        assert "opens by itself" in page.locator("main").inner_text()
        for path in ("overall", "priorities", "areas"):
            page.goto(f"/a/{path}")
            names = page.locator(".q").first.get_attribute("aria-describedby") or ""
            said = " ".join(page.locator(f'[id="{one}"]').inner_text() for one in names.split())
            assert "opens" in said, path
