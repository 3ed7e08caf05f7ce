"""A whole day on a tablet in a real Chromium: five homes without a network, sent in the evening."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff
from app.surveys.response.interviews.models import Helper, Interview
from app.surveys.response.models import Channel, Comment, Response
from tests.browser import CHROMIUM_NAMES, MISSING, driver, serve
from tests.factories import NOW, PASSWORD, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import answer
from tests.web.staff_pages import set_clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

WORDS = "楼道的灯坏了 canary-5501 😀"


@dataclass(slots=True)
class Tablet:
    """A tablet with its own storage, which outlives its browser."""

    address: str
    profile: Path

    @contextmanager
    def switched_on(self, *, offline: bool = False) -> Iterator[tuple[BrowserContext, Page]]:
        """Open the browser and close it again."""
        binary = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
        if binary is None:
            pytest.fail(MISSING)
        context = driver().chromium.launch_persistent_context(
            str(self.profile),
            executable_path=binary,
            args=["--no-sandbox"],
            base_url=self.address,
            viewport={"width": 820, "height": 1180},
            locale="zh-CN",
        )
        context.set_offline(offline)
        page = context.pages[0]
        page.set_default_timeout(15_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield context, page
        finally:
            context.close()
        assert complaints == []


def sign_in(page: Page, staff: Staff) -> None:
    page.goto("/login?next=/interview/")
    page.fill("[name=login]", staff.login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/interview/")


def choose_until_the_end(page: Page, *, words: str = "", stop_after: int = 1000) -> None:
    """Answer question after question: the second choice of each, words where they fit."""
    for _ in range(stop_after):
        if page.locator("input[name=helped]").count():
            return
        before = page.locator("main .dim").first.inner_text()
        area = page.locator("main textarea")
        radios = page.locator("main input[type=radio]")
        if radios.count():
            page.locator("main label").nth(1).click()
        else:
            if area.count() and words:
                area.fill(words)
            page.wait_for_timeout(450)  # right after a choice "Next" is meant for the one before
            page.locator(".acts .go").click()
        page.wait_for_function(
            "before => { const now = document.querySelector('main .dim');"
            " return document.querySelector('input[name=helped]') || now.innerText != before; }",
            arg=before,
        )


def finish(page: Page, helped: str) -> None:
    page.locator(f"label:has(input[value={helped}])").click()
    page.locator(".acts .go").click()
    page.wait_for_selector(".homes")


def begin(page: Page) -> None:
    page.locator(".homes li.silent button").first.click()
    page.locator(".aloud").wait_for()
    page.locator(".acts .go").first.click()  # the short form
    page.locator("progress").wait_for()


def states(page: Page) -> list[str]:
    return sorted(page.locator(".homes li").evaluate_all("rows => rows.map(row => row.className)"))


def storage_holds(page: Page, words: str) -> bool:
    """Say whether words can be read anywhere in what the tablet keeps."""
    return page.evaluate(
        """async words => {
          const db = await new Promise(done => {
            const ask = indexedDB.open('linsheng-interviews');
            ask.onsuccess = () => done(ask.result);
          });
          for (const name of db.objectStoreNames) {
            const rows = await new Promise(done => {
              const ask = db.transaction(name).objectStore(name).getAll();
              ask.onsuccess = () => done(ask.result);
            });
            if (JSON.stringify(rows).includes(words)) return true;
          }
          return false;
        }""",
        words,
    )


def test_five_interviews_of_a_day_without_network_arrive_once_each(
    app: Flask, session: Session, vault, tmp_path
):
    community = make_community(session, households=5, name="桂雨苑")
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, community)
    staff = make_staff(session, Role.INTERVIEWER, communities=[community])
    session.commit()

    with serve(app) as address:
        tablet = Tablet(address, tmp_path / "tablet")
        with tablet.switched_on() as (context, page):  # in the morning, at the office
            sign_in(page, staff)
            page.locator("main button.go").click()
            page.wait_for_selector(".homes")
            page.evaluate("navigator.serviceWorker.ready.then(() => 0)")

            context.set_offline(True)  # from here on at people's doors
            page.reload()
            page.wait_for_selector(".homes")
            assert states(page) == ["silent"] * 5
            for home, helped in enumerate(["none", "family", "interviewer"]):
                begin(page)
                choose_until_the_end(page, words=WORDS if home == 0 else "")
                if home == 0:
                    assert storage_holds(page, "canary-5501")  # until it is finished
                finish(page, helped)
            assert not storage_holds(page, "canary-5501")  # sealed: nobody opens it here
            begin(page)
            choose_until_the_end(page, stop_after=5)
            assert page.locator(".homes").count() == 0
        session.rollback()
        assert session.scalars(select(Response)).all() == []

        # Somebody of the second home answers on a phone while the tablet is switched off.
        answer(session, vault, campaign, members[1], key="meanwhile")
        session.commit()
        set_clock(app, NOW + timedelta(hours=9))  # and the sign-in of the morning has expired

        with tablet.switched_on(offline=True) as (context, page):
            page.goto("/interview/")
            page.wait_for_selector(".homes")
            assert states(page) == ["open", "silent", "waiting", "waiting", "waiting"]
            page.locator(".homes li.open button").click()
            choose_until_the_end(page)
            finish(page, "none")
            begin(page)
            choose_until_the_end(page)
            finish(page, "none")
            assert states(page) == ["waiting"] * 5

            context.set_offline(False)  # in the evening
            page.reload()
            page.locator("#status a").wait_for()  # sign in again
            assert states(page) == ["waiting"] * 5

            # The first interview is stored, but its answer never reaches the tablet.
            lost: list[str] = []

            def lose(route: Route) -> None:
                if lost:
                    route.continue_()
                    return
                lost.append(str(route.fetch().status))
                route.abort()

            context.route("**/interview/upload", lose)
            page.locator("#status a").click()
            page.wait_for_url("**/login?**")
            page.fill("[name=login]", staff.login)
            page.fill("[name=password]", PASSWORD)
            page.click("main form button")
            page.wait_for_url("**/interview/")
            page.wait_for_function("() => document.querySelector('#sending button')")
            page.wait_for_function("() => document.querySelector('#status').innerText")
            assert lost == ["200"]
            assert states(page) == ["waiting"] * 5

            page.locator("#sending button").click()
            page.wait_for_function("() => !document.querySelector('.homes .waiting')")
            assert states(page) == ["kept", *["received"] * 4]

    session.rollback()
    stored = session.scalars(select(Response).where(Response.channel == Channel.VISIT)).all()
    assert sorted(one.frame_member_id for one in stored) == sorted(m.id for m in members)
    assert {one.frame_member_id for one in stored if not one.is_counted} == {members[1].id}
    assert {one.entered_by for one in stored} == {staff.id}
    helped = sorted(one.helped for one in session.scalars(select(Interview)))
    assert helped == sorted([Helper.NONE] * 3 + [Helper.FAMILY, Helper.INTERVIEWER])
    texts = [vault.open(one.texts_sealed, "comment") for one in session.scalars(select(Comment))]
    assert sum("canary-5501" in text for text in texts) == 1
