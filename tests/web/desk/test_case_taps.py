"""A contact takes at most six taps on a phone, counted in a real Chromium."""

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from app.followup.services import make_follow_ups
from app.staff.models import Role
from tests.browser import open_browser, serve
from tests.factories import PASSWORD, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import release, set_clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

MOST = 6


class Thumb:
    """Taps what is seen, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.taps += 1


@pytest.fixture
def login(session: Session, vault, storage, app: Flask) -> str:
    """Make a released list of two homes and their steward."""
    community = make_community(session, households=10)
    campaign = make_campaign(session, vault)
    for member in members_of(session, campaign, community)[:2]:
        answer(session, vault, campaign, member, comment="楼道灯坏了", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    staff = make_staff(session, Role.STEWARD, communities=[community])
    session.commit()
    set_clock(app, AFTER)
    return staff.login


def test_a_call_takes_at_most_six_taps_and_a_vain_one_two(app: Flask, login: str) -> None:
    with serve(app) as address, open_browser(address, width=360) as page:
        page.goto("/login?next=/desk/follow-ups")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url("**/desk/follow-ups")

        vain = Thumb(page)
        vain.tap("article.card .btn.go")
        vain.tap("button[name=quick][value=no_answer]")
        page.wait_for_selector(".undo")
        assert vain.taps == 2

        page.goto("/desk/follow-ups")
        call = Thumb(page)
        call.tap("article.card:last-of-type .btn.go")
        call.tap("label:has(input[name=way][value=visit])")
        call.tap("label:has(input[name=outcome][value=solved])")
        call.tap("textarea[name=result]")
        page.keyboard.type("灯已换好")
        call.tap("label:has(input[name=owner_view][value=satisfied])")
        page.context.set_offline(True)
        page.locator("#record .btn.go.big").click()
        page.wait_for_selector("#no-network")  # said here; no error page of the browser
        assert page.input_value("textarea[name=result]") == "灯已换好"
        page.context.set_offline(False)
        call.tap("#record .btn.go.big")
        page.wait_for_selector(".flash")
        assert call.taps <= MOST
        assert page.locator("#record").count() == 0
