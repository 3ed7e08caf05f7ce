"""A morning on the way in a real Chromium: records without a network arrive once each."""

import pytest
from flask import Flask
from playwright.sync_api import Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.visits.models import VisitRecord
from app.followup.visits.services import plan_visits
from app.staff.models import Role
from app.surveys.response.tracker import gate_standing
from tests.browser import open_browser, serve
from tests.factories import PASSWORD, gate_of, make_campaign, make_community, make_staff
from tests.integration.snapshot.answering import AFTER
from tests.web.staff_pages import release, set_clock

pytestmark = [
    pytest.mark.browser,
    pytest.mark.heavy,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

SECRET = "canary-7702 外墙渗水"


def sign_in(page: Page, login: str) -> None:
    page.goto("/login?next=/desk/offline/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/desk/offline/")


def make_record(page: Page, words: str) -> None:
    page.locator("article.card .btn.go").first.click()
    page.fill("[name=matter]", words)
    page.fill("[name=outcome]", "周五来修")
    page.locator("form .btn.go").click()
    page.locator(".outbox li").first.wait_for()


def begin_and_reload(page: Page) -> None:
    """Write half a record, lose the page, and find the words again where they were."""
    page.locator("article.card .btn.go").first.click()
    page.fill("[name=matter]", SECRET)
    page.wait_for_function(
        """async () => {
          const db = await new Promise(done => {
            const ask = indexedDB.open('linsheng-desk');
            ask.onsuccess = () => done(ask.result);
          });
          const keys = await new Promise(done => {
            const ask = db.transaction('kv').objectStore('kv').getAllKeys();
            ask.onsuccess = () => done(ask.result);
          });
          return keys.some(key => key.startsWith('draft '));
        }"""
    )
    assert "canary-7702" not in storage_text(page)
    page.reload()
    page.locator("article.card .btn.go").first.click()
    assert page.input_value("[name=matter]") == SECRET
    page.locator("form .btn:not(.go)").last.click()  # back to the list


def correct_a_refused_one(page: Page) -> None:
    """Make a record the server refuses; its words come back, and it is sent again."""
    page.locator("article.card .btn.go").first.click()
    when = page.input_value("[name=at]")
    page.fill("[name=at]", "2020-01-01T09:00")  # before anybody was asked
    page.fill("[name=matter]", SECRET)
    page.fill("[name=outcome]", "周五来修")
    page.locator("form .btn.go").click()
    page.locator(".outbox li.refused").wait_for()
    assert "canary-7702" not in storage_text(page)
    page.locator(".outbox li.refused .btn.go").click()
    assert page.input_value("[name=matter]") == SECRET
    page.fill("[name=at]", when)
    page.locator("form .btn.go").click()
    page.wait_for_function("() => document.querySelectorAll('.outbox li.received').length == 3")
    assert page.locator(".outbox li.refused").count() == 0


def outbox(page: Page) -> list[str]:
    return page.locator(".outbox li").evaluate_all("rows => rows.map(row => row.className)")


def storage_text(page: Page) -> str:
    """Return all that can be read in what the phone keeps."""
    return page.evaluate(
        """async () => {
          const db = await new Promise(done => {
            const ask = indexedDB.open('linsheng-desk');
            ask.onsuccess = () => done(ask.result);
          });
          let all = '';
          for (const name of db.objectStoreNames) {
            const rows = await new Promise(done => {
              const ask = db.transaction(name).objectStore(name).getAll();
              ask.onsuccess = () => done(ask.result);
            });
            all += JSON.stringify(rows);
            for (const row of rows) if (row.sealed instanceof ArrayBuffer)
              all += new TextDecoder().decode(row.sealed);
          }
          return all;
        }"""
    )


def records(session: Session) -> list[VisitRecord]:
    session.rollback()
    return list(session.scalars(select(VisitRecord)))


def test_records_made_without_a_network_arrive_once_each(
    app: Flask, session: Session, vault, storage
):
    community = make_community(session, households=6, important=3, name="桂雨苑")
    campaign = make_campaign(session, vault)
    release(session, vault, storage, campaign, community)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    plan_visits(session, campaign, gate, status, now=AFTER)
    staff = make_staff(session, Role.STEWARD, communities=[community], name="李管家")
    session.commit()
    set_clock(app, AFTER)

    with serve(app) as address, open_browser(address) as page:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, staff.login)
        page.locator("#body .btn.go").click()  # take along
        page.locator("article.card").first.wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        assert page.locator("article.card").count() == 3

        page.context.set_offline(True)
        page.reload()
        page.locator("article.card").first.wait_for()
        begin_and_reload(page)
        make_record(page, SECRET)
        assert outbox(page) == ["waiting"]
        assert page.locator("article.card .btn.go").count() == 2  # nothing is begun any more
        kept = storage_text(page)
        assert "canary-7702" not in kept  # sealed: nobody reads it here
        assert "李管家" not in kept
        page.goto("/desk/visits/")  # any page of the desk: the one that works without a network
        page.locator(".outbox li.waiting").wait_for()
        assert records(session) == []

        # Back in the network: the record is stored, but the answer never reaches the phone.
        # The page that was open and the next one may both send: either answer is lost.
        lost: list[int] = []

        def lose(route: Route) -> None:
            lost.append(route.fetch().status)
            route.abort()

        page.context.route("**/desk/offline/records", lose)
        page.context.set_offline(False)
        page.goto("/desk/offline/")
        page.wait_for_function("() => document.querySelector('#status.bad')")
        assert set(lost) == {200}
        assert len(records(session)) == 1
        assert outbox(page) == ["waiting"]
        page.context.unroute("**/desk/offline/records", lose)
        page.locator("#sending .btn").click()
        page.locator(".outbox li.received").wait_for()
        assert len(records(session)) == 1

        make_record(page, "停车位")  # with a network: sent at once
        page.wait_for_function("() => document.querySelectorAll('.outbox li.received').length == 2")
        page.reload()
        page.locator(".outbox li").first.wait_for()
        assert outbox(page) == ["received", "received"]
        assert len(records(session)) == 2

        correct_a_refused_one(page)
        assert len(records(session)) == 3

        # Signing out takes the key away: the list cannot be read any more, by nobody.
        page.goto("/desk/visits/")
        page.locator("form[action='/logout'] button").click()
        page.wait_for_url("**/login")
        page.context.set_offline(True)
        page.goto("/desk/offline/")
        page.locator("#sending").wait_for()
        assert page.locator("article.card").count() == 0
        assert page.evaluate("document.cookie").count("ls_take=") == 0
        assert complaints == []
