"""Twelve ways people really use a phone: back, refresh, twice, a second phone, no network.

Each path ends in exactly one stored answer with what was tapped in it, on a real Chromium. The
long part of the form is answered beforehand without a browser; the phone goes on from there.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from app.surveys.response.models import Response
from app.surveys.response.vector import decode
from tests import factories
from tests.end_to_end.street import (
    Home,
    Street,
    answer_page,
    phone,
    step_on,
)

pytestmark = pytest.mark.browser
CUT = ("Failed to load resource", "ERR_INTERNET_DISCONNECTED")
OVERALL = 7  # what is tapped on the pages below; answered beforehand is 2


@dataclass(slots=True)
class Place:
    """One home of the street and phones for it."""

    street: Street
    chromium: Browser
    home: Home

    def phone(self) -> AbstractContextManager[Page]:
        """Yield a phone nobody has used yet."""
        return phone(self.chromium, self.street.address, allowed=CUT)

    def filled(self, page: Page, at: str = "/a/review") -> None:
        """Let a phone go on with a form that is answered up to the review."""
        owner = self.street.owner(self.home)
        owner.answer_all()
        self.street.hand_over(owner, page)
        page.goto(at)

    def only_answer(self) -> Response:
        """Return the one stored answer of the home; it counts."""
        (answer,) = self.street.answers(self.home)
        assert answer.is_counted
        return answer

    def overall(self) -> int:
        """Return what the stored answer says to the first question."""
        vector = self.only_answer().vector
        return decode(factories.perception_instrument(), vector).values["overall"]


@pytest.fixture
def place(street: Street, chromium: Browser) -> Place:
    return Place(street, chromium, street.home())


def _choose(page: Page, point: int = OVERALL) -> None:
    page.locator(f'input[name="overall"][value="{point}"]').tap()


def _chosen(page: Page, name: str = "overall") -> str | None:
    found = page.locator(f'input[name="{name}"]:checked')
    return found.input_value() if found.count() else None


def _send(page: Page) -> None:
    page.locator(".act [type=submit]").tap()
    page.wait_for_url("**/a/receipt")


def test_1_back_in_the_browser_shows_what_was_answered(place: Place) -> None:
    with place.phone() as page:
        page.goto(place.home.link)
        page.locator(".act a").tap()
        page.wait_for_url("**/a/overall")
        _choose(page)
        step_on(page)
        second = page.url
        answer_page(page)
        step_on(page)
        page.go_back()
        page.wait_for_url(second)
        page.locator("form[data-save] input:checked").first.wait_for(state="attached")
        page.go_back()
        page.locator('input[name="overall"]:checked').wait_for(state="attached")
        assert _chosen(page) == str(OVERALL)


def test_2_back_from_the_receipt_never_shows_a_form_to_send_again(place: Place) -> None:
    with place.phone() as page:
        place.filled(page)
        _send(page)
        code = page.locator(".code").inner_text()
        page.go_back()
        page.wait_for_timeout(500)
        page.goto("/a/review")
        assert page.url.endswith("/a/receipt")
        assert page.locator(".code").inner_text() == code
    place.only_answer()


def test_3_a_refreshed_page_keeps_what_was_tapped(place: Place) -> None:
    with place.phone() as page:
        place.filled(page, "/a/overall")
        _choose(page)
        page.reload()
        assert _chosen(page) == str(OVERALL)
        step_on(page)
        page.goto("/a/review")
        _send(page)
        page.reload()
        assert page.locator(".code").is_visible()
    assert place.overall() == OVERALL


def test_4_two_taps_on_send_are_one_answer(place: Place) -> None:
    with place.phone() as page:
        place.filled(page)
        page.locator(".act [type=submit]").dblclick()
        page.wait_for_url("**/a/receipt")
    place.only_answer()


def test_5_two_taps_on_next_skip_no_page(place: Place) -> None:
    with place.phone() as page:
        place.filled(page, "/a/overall")
        _choose(page)
        page.locator(".act [type=submit]").dblclick()
        page.wait_for_url("**/a/priorities")
        page.wait_for_timeout(600)
        assert page.url.endswith("/a/priorities")


def test_6_two_tabs_of_one_phone_end_in_one_answer_and_one_receipt(place: Place) -> None:
    with place.phone() as page:
        place.filled(page)
        other = page.context.new_page()
        other.goto("/a/review")
        _send(page)
        _send(other)
        assert other.locator(".code").inner_text() == page.locator(".code").inner_text()
    place.only_answer()


def test_7_a_second_phone_sees_nothing_and_its_later_answer_is_not_counted(place: Place) -> None:
    with place.phone() as first, place.phone() as second:
        place.filled(first, "/a/overall")
        second.goto(place.home.link)
        second.goto("/a/overall")
        assert _chosen(second) is None
        place.filled(second)
        first.goto("/a/review")
        _send(first)
        _send(second)
        assert second.locator(".code").inner_text() != first.locator(".code").inner_text()
    answers = place.street.answers(place.home)
    assert sorted(one.is_counted for one in answers) == [False, True]


def test_8_another_phone_goes_on_with_the_resume_code_only(place: Place) -> None:
    with place.phone() as first, place.phone() as second:
        place.filled(first, "/a/overall")
        _choose(first)
        first.locator('[formaction*="later"]').tap()
        first.wait_for_url("**/a/later")
        code = first.locator(".code").inner_text()
        second.goto(place.home.link)
        second.locator('a[href="/a/resume"]').tap()
        second.wait_for_url("**/a/resume")
        second.fill("#code", code.lower())
        second.locator("main form [type=submit]").tap()
        second.wait_for_url("**/a/")
        second.goto("/a/overall")
        assert _chosen(second) == str(OVERALL)
        second.goto("/a/review")
        _send(second)
    assert place.overall() == OVERALL


def test_9_a_closed_tab_goes_on_where_it_stopped(place: Place) -> None:
    with place.phone() as page:
        place.filled(page, "/a/overall")
        _choose(page)
        page.locator("[data-state=got]").wait_for()
        again = page.context.new_page()
        page.close()
        again.goto(place.home.link)
        again.locator(".act a").tap()
        again.wait_for_url("**/a/review")
        _send(again)
    assert place.overall() == OVERALL


def test_10_without_network_the_owner_goes_on_and_everything_arrives(place: Place) -> None:
    with place.phone() as page:
        with page.expect_response("**/a/pages*"):  # the pages to come are on the phone now
            place.filled(page, "/a/overall")
        page.context.set_offline(True)
        _choose(page)
        page.locator(".act [type=submit]").tap()
        page.wait_for_url("**/a/priorities", timeout=10_000)
        page.locator("[data-state=wait]").wait_for()
        page.context.set_offline(False)
        page.locator("[data-state=wait]").wait_for(state="detached")
        page.goto("/a/review")
        _send(page)
    assert place.overall() == OVERALL


def test_11_sent_without_network_it_waits_and_arrives_once(place: Place) -> None:
    with place.phone() as page:
        place.filled(page)
        page.context.set_offline(True)
        page.locator(".act [type=submit]").tap()
        page.locator(".wait").wait_for(state="visible")
        assert page.locator(".code").count() == 0
        assert place.street.answers(place.home) == []
        page.context.set_offline(False)
        page.wait_for_url("**/a/receipt")
    place.only_answer()


def test_12_sent_without_network_and_closed_it_is_sent_when_opened_again(place: Place) -> None:
    with place.phone() as page:
        place.filled(page)
        page.context.set_offline(True)
        page.locator(".act [type=submit]").tap()
        page.locator(".wait").wait_for(state="visible")
        again = page.context.new_page()
        page.close()
        page.context.set_offline(False)
        again.goto(place.home.link)
        again.wait_for_url("**/a/receipt")
    place.only_answer()
