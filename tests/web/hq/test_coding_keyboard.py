"""Comments are sorted from the keyboard alone, in a real Chromium."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.followup.problems import queries
from app.reports.coding_work import make_suggester, suggest_some
from app.staff.models import Role
from tests.browser import open_browser, serve
from tests.factories import PASSWORD, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import set_clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


def test_a_day_of_comments_is_sorted_without_a_mouse(app: Flask, session: Session, vault):
    community = make_community(session, households=4)
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, community)
    for member, words in zip(members, ("路灯不亮", "没有别的"), strict=False):
        answer(session, vault, campaign, member, comment=words, wish="office_or_hq")
    head = make_staff(session, Role.HEAD_OFFICE)
    suggest_some(session, vault, make_suggester(session, vault), now=AFTER)
    session.commit()
    set_clock(app, AFTER)
    path = f"/hq/coding/{campaign.code}/{community.id}"

    def counted() -> dict[str, int]:
        session.rollback()
        return queries.count_codes(session, campaign.id, community.id)

    with serve(app) as address, open_browser(address, width=1280) as page:
        page.goto(f"/login?next={path}")
        page.fill("[name=login]", head.login)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        page.wait_for_url(f"**{path}")
        assert "路灯不亮" in page.inner_text("blockquote")
        if not page.locator("[data-key='1']").is_checked():
            page.keyboard.press("1")  # the first of the suggested codes
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert counted() == {"facilities.lighting": 1}

        assert "没有别的" in page.inner_text("blockquote")
        page.keyboard.type("lift_stop")  # a letter anywhere begins the search
        assert page.input_value("[data-find]") == "lift_stop"
        page.keyboard.press("Enter")  # takes the first that fits
        assert page.input_value("[data-find]") == ""
        with page.expect_navigation():
            page.keyboard.press("Enter")  # keeps and goes on
        assert counted() == {"facilities.lighting": 1, "facilities.lift_stop": 1}
        assert page.locator("blockquote").count() == 0  # all are sorted

        with page.expect_navigation():
            page.keyboard.press("z")
        assert "没有别的" in page.inner_text("blockquote")
        assert counted() == {"facilities.lighting": 1}
