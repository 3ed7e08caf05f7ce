"""A street of homes on one served application: every owner test takes homes of its own.

Starting a server, a database and a browser costs more than most tests of an owner's page, so the
tests and benchmarks of these pages share one of each and differ by home.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import db, make_engine
from app.factory import create_app
from app.staff.models import Role
from app.storage import Storage
from app.surveys.response.models import Response
from app.vault import Vault
from app.web.services import Services
from migrations.run import upgrade
from tests import factories
from tests.browser import PageClient, open_browser, serve, tap_apart
from tests.web.owner.conftest import Owner

INTERVIEWER = "interviewer"
DEEP = 3  # areas asked in depth: the usual form of a phone


@dataclass(slots=True)
class Home:
    """One home with its letter."""

    member_id: int
    token: str

    @property
    def link(self) -> str:
        """Return the address on the letter."""
        return f"/t/{self.token}"


@dataclass(slots=True)
class Street:
    """A served application, its database, and homes nobody has answered for yet."""

    app: Flask
    address: str
    engine: Engine
    vault: Vault
    homes: list[Home]
    campaign_id: int
    community_id: int
    taken: int = field(default=0)

    def home(self) -> Home:
        """Return a home no test has used."""
        self.taken += 1
        return self.homes[self.taken - 1]

    def at(self, now: datetime) -> None:
        """Move the clock of the server."""
        services: Services = self.app.extensions["linsheng"]
        services.clock = lambda: now

    def owner(self, home: Home) -> Owner:
        """Give a home's letter to somebody who fills pages without a browser, and fast."""
        client = self.app.test_client()
        assert isinstance(client, PageClient)
        owner = Owner(client, home.token)
        assert owner.open().status_code == 200
        return owner

    def hand_over(self, owner: Owner, page: Page) -> None:
        """Let a phone go on with the cookie of an owner without a browser."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = owner.client.get_cookie(name)
        assert cookie is not None
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])

    def answers(self, home: Home) -> list[Response]:
        """Return what is stored of a home."""
        query = select(Response).where(Response.frame_member_id == home.member_id)
        with Session(self.engine, expire_on_commit=False) as session:
            return list(session.scalars(query))


@contextmanager
def open_street(
    folder: Path, *, homes: int = 40, blocks: int = DEEP, database: Path | None = None
) -> Iterator[Street]:
    """Serve a new installation with one community that is asked from 1 to 20 November 2026.

    Args:
        folder: Where it keeps its files.
        homes: How many homes there are.
        blocks: Areas asked in depth.
        database: A migrated SQLite file to begin with; made when there is none.
    """
    url = f"sqlite:///{database or folder / 'street.sqlite'}"
    engine, vault = make_engine(url), Vault(bytes(range(32)))
    if database is None:
        upgrade(engine)
    with Session(engine) as session:
        factories.make_staff(session)  # the one `factories.head_office` speaks for
        community = factories.make_community(session, households=homes, name="阳光花园")
        factories.make_staff(session, Role.INTERVIEWER, communities=[community], login=INTERVIEWER)
        campaign = factories.make_campaign(session, vault)
        factories.gate_of(session, campaign, community).areas_offered = blocks
        members = factories.members_of(session, campaign, community)
        letters = [Home(one.id, factories.token_of(vault, one)) for one in members]
        session.commit()
        ids = (campaign.id, community.id)
    config = Config(
        database_url=url,
        instance=folder,
        key_file=folder / "vault.key",
        public_url="http://survey.example",
        company="邻声物业",
        phone="400-000-0000",
    )
    app = create_app(config)
    app.test_client_class = PageClient
    services: Services = app.extensions["linsheng"]
    services.vault, services.storage = vault, Storage(folder / "files")
    services.clock = lambda: factories.NOW
    with serve(app) as address:
        yield Street(app, address, engine, vault, letters, *ids)
    with app.app_context():
        db.engine.dispose()
    engine.dispose()


@contextmanager
def open_chromium(address: str) -> Iterator[Browser]:
    """Start the one browser of a module."""
    with open_browser(address) as page:
        browser = page.context.browser
        assert browser is not None
        yield browser


@contextmanager
def phone(
    browser: Browser,
    address: str,
    *,
    width: int = 360,
    height: int = 740,
    allowed: tuple[str, ...] = (),
) -> Iterator[Page]:
    """Yield a page on a phone of its own; nothing unexpected may appear in its console.

    Args:
        browser: Where the phone lives.
        address: Of the server.
        width: Of its screen.
        height: Of its screen.
        allowed: Words of complaints that belong to the test, e.g. of a network that is cut.
    """
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        has_touch=True,
        is_mobile=True,
        locale="zh-CN",
    )
    context.set_default_timeout(15_000)
    page, complaints = context.new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if not any(word in text for word in allowed)] == []


def answer_page(page: Page, *, choice: int = 1, wish: str = "") -> None:
    """Answer the page shown with real taps, the last by a key: only a tap opens the next page.

    Args:
        page: A page of the form.
        choice: Which choice of each question, from 0.
        wish: Words for the wish; none are written when empty.
    """
    form = page.locator("form[data-save]")
    if form.get_attribute("data-deck") is not None:
        _answer_deck(page, choice)
        return
    ticks = form.locator("[data-ticks]")
    if ticks.count():
        most = int(ticks.get_attribute("data-max") or 2)
        *first, last = ticks.locator("input").all()[:most]
        for box in first:
            box.tap()
        last.press(" ")
    elif wish:
        page.fill('[name="comment.wish"]', wish)
        form.locator('input[name="contact"][value="hq_only"]').tap()
    elif "/comment" not in page.url:
        for question in page.locator(".q:visible").all():
            question.locator("input").nth(choice).press(" ")


def _answer_deck(page: Page, choice: int) -> None:
    last = page.locator(".q").last.get_attribute("id")
    while (question := page.locator(".q:visible")).count():
        name = question.get_attribute("id")
        chosen = question.locator("input").nth(choice)
        if name == last:
            chosen.press(" ")
            if page.locator(".sum").count() == 0:
                return
        tap_apart(chosen)  # what is chosen already and tapped again shows what was understood
        page.locator(f'[id="{name}"]').wait_for(state="hidden")


def step_on(page: Page) -> None:
    """Tap "Next" and wait for another address; the page may change in place."""
    before = page.url
    page.locator(".act [type=submit]").tap()
    page.wait_for_url(lambda url: url != before)


def fill_in(page: Page, home: Home, *, wish: str = "", until: str = "/a/review") -> None:
    """Answer from the letter to the page whose address ends with `until`."""
    page.goto(home.link)
    before = page.url
    page.locator(".act a").tap()
    page.wait_for_url(lambda url: url != before)
    while not page.url.split("?")[0].endswith(until):
        answer_page(page, wish=wish)
        step_on(page)
