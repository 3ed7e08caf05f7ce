"""What tests of staff pages share: signing in, the clock, and the second form of a page.

The first form of every staff page is the one that signs out; `MAIN` is the page's own.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from tests.browser import PageClient
from tests.factories import PASSWORD, gate_of, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer

MAIN = 1


def set_clock(app: Flask, instant: datetime) -> None:
    """Let the application's clock stand at an instant."""
    app.extensions["linsheng"].clock = lambda: instant


def sign_in(client: PageClient, staff: Staff) -> None:
    """Sign in through the real page, in English: tests read message ids, not the catalogue."""
    client.get("/login?lang=en")
    answer = client.submit("/login", {"login": staff.login, "password": PASSWORD})
    assert answer.status_code == 302, answer.text


def enter_as(
    client: PageClient,
    session: Session,
    role: Role,
    communities: Iterable[Community] = (),
    *,
    now: datetime | None = None,
    app: Flask | None = None,
    all_communities: bool = False,
) -> Staff:
    """Make an account, commit what the test arranged, and sign in."""
    staff = make_staff(session, role, communities=communities, all_communities=all_communities)
    session.commit()
    if app is not None and now is not None:
        set_clock(app, now)
    client.delete_cookie("ls_staff")
    sign_in(client, staff)
    session.rollback()  # holds no old picture of the database while the pages write
    return staff


def release(session, vault, storage, campaign: Campaign, community: Community) -> None:
    """Let every home that is still silent answer, and freeze the community after the deadline."""
    for member in members_of(session, campaign, community):
        answer(session, vault, campaign, member, key=f"rest-{member.id}")
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)


class _Words(HTMLParser):
    """Collects what a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(" ".join(data.split()))


def words_of(page: str) -> str:
    """Return the text of a page without its tags, parts joined by ``|``."""
    parser = _Words()
    parser.feed(page)
    return "|".join(parser.words)


def hidden_fields(page: str, *names: str) -> dict[str, str]:
    """Return the values of hidden fields of a page; of several with one name the last."""
    return {
        name: re.findall(rf'name="{name}" type="hidden" value="([^"]*)"', page)[-1]
        for name in names
    }
