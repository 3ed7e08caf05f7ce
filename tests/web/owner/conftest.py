"""A campaign with a few homes, and an owner who fills in whatever a page asks."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.surveys.campaign.models import Campaign, Gate
from app.vault import Vault
from app.web.services import Services
from tests import factories
from tests.browser import PageClient


@dataclass(slots=True)
class Page:
    """What a page offers: its fields with their values, the chosen ones, and its text areas."""

    choices: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "textarea" or (tag == "input" and given.get("type") == "text"):
            self.page.texts.append(str(name))
        if tag == "input" and given.get("type") in {"radio", "checkbox"}:
            self.page.choices.setdefault(str(name), []).append(value)
            if "checked" in given:
                self.page.chosen.setdefault(str(name), []).append(value)
        if tag == "input" and given.get("type") == "hidden":
            self.page.hidden[str(name)] = value


def read(response: TestResponse) -> Page:
    """Read the fields of a page."""
    reader = _Reader()
    reader.feed(response.text)
    return reader.page


def middle(name: str, values: list[str]) -> list[str]:
    """Choose the second value of each question: never the extreme, never 'no experience'."""
    return [values[1]]


@dataclass(slots=True)
class Owner:
    """Somebody with a phone and a letter."""

    client: PageClient
    token: str

    def open(self) -> TestResponse:
        """Open the link on the letter, down to the landing page."""
        return self.client.get(f"/t/{self.token}", follow_redirects=True)

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a page as its form would, with its hidden fields; keyword `_` means a dot."""
        page = read(self.client.get(path))
        return self.client.post(path, data={**page.hidden, **fields})

    def send(self, path: str, fields: Mapping[str, object]) -> TestResponse:
        """Send a page with these fields, names as they stand."""
        page = read(self.client.get(path))
        return self.client.post(path, data={**page.hidden, **fields})

    def answer_all(
        self,
        choose: Callable[[str, list[str]], list[str]] = middle,
        *,
        comment: str = "",
        until: str = "/a/review",
    ) -> list[str]:
        """Answer page after page from the start; return the addresses of the pages passed."""
        landing = self.client.get("/a/")
        match = re.search(r'<div class="act"><a class="b p" href="([^"]+)"', landing.text)
        assert match, landing.text
        path, passed = match[1], []
        while path != until:
            shown = self.client.get(path)
            assert shown.status_code == 200, path
            page = read(shown)
            fields: dict[str, object] = dict(page.hidden)
            for name, values in page.choices.items():
                fields[name] = choose(name, values)
            if "comment.wish" in page.texts:
                fields["comment.wish"] = comment
            answer = self.client.post(path, data=fields)
            assert answer.status_code == 303, (path, answer.text)
            passed.append(path)
            path = answer.headers["Location"]
        return passed

    def submit(self) -> TestResponse:
        """Send everything from the review page."""
        page = read(self.client.get("/a/review"))
        return self.client.post("/a/submit", data=page.hidden)


@dataclass(slots=True)
class World:
    """A campaign and its homes."""

    app: Flask
    session: Session
    vault: Vault
    campaign: Campaign
    gate: Gate
    tokens: list[str]

    def owner(self, home: int = 0) -> Owner:
        """Give a home's letter to somebody with a phone of his own."""
        client = self.app.test_client()
        assert isinstance(client, PageClient)
        return Owner(client, self.tokens[home])

    def at(self, now: datetime) -> None:
        """Move the clock."""
        services: Services = self.app.extensions["linsheng"]
        services.clock = lambda: now


@pytest.fixture
def world(app: Flask, session: Session, vault: Vault) -> Iterator[World]:
    """Five homes in one community, asked from 1 to 20 November 2026; it is 2 November."""
    community = factories.make_community(session, households=5, name="阳光花园")
    campaign = factories.make_campaign(session, vault)
    gate = factories.gate_of(session, campaign, community)
    members = factories.members_of(session, campaign)
    tokens = [factories.token_of(vault, member) for member in members]
    session.commit()
    yield World(app, session, vault, campaign, gate, tokens)
    session.rollback()


@pytest.fixture
def owner(world: World) -> Owner:
    """The owner of the first home, with the link open."""
    owner = world.owner()
    assert owner.open().status_code == 200
    return owner
