"""The fingerprint on the receipt: the owner sees that his answer stands unchanged when frozen."""

import re

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.config import Config
from app.reports.integrity.prints import make_prints
from app.reports.work import Workshop
from app.storage import Storage
from app.surveys.integrity.models import FrozenPrint
from app.surveys.integrity.prints import print_of
from app.surveys.register.models import Community
from app.surveys.response.models import Response
from app.vault import Vault
from tests.factories import members_of
from tests.integration.snapshot.answering import AFTER
from tests.web.owner.conftest import Owner, World
from tests.web.staff_pages import release

PRINT = re.compile(r"[2-9A-Y]{4}-[2-9A-Y]{4}-[2-9A-Y]{4}")


def freeze(world: World, session: Session, vault: Vault, config: Config, storage: Storage) -> None:
    """Let the other homes answer, freeze the community, and make its list as the worker does."""
    session.rollback()
    community = session.get(Community, world.gate.community_id)
    assert community is not None
    release(session, vault, storage, world.campaign, community)
    session.commit()
    workshop = Workshop(session.get_bind(), vault, storage, config, lambda: AFTER)
    assert make_prints(workshop, now=AFTER) == 1
    assert make_prints(workshop, now=AFTER) == 0, "made once"
    world.at(AFTER)


def test_an_answer_is_found_in_the_frozen_data_and_a_changed_one_is_told(
    world: World,
    owner: Owner,
    session: Session,
    vault: Vault,
    config: Config,
    storage: Storage,
) -> None:
    owner.client.get("/a/?lang=en")
    owner.answer_all()
    assert owner.submit().status_code == 303
    page = owner.client.get("/a/receipt").text
    (own,) = set(PRINT.findall(page))
    assert "Once the data is frozen" in page
    assert owner.client.get("/a/receipt/prints").status_code == 303, "no list yet"

    freeze(world, session, vault, config, storage)
    page = owner.client.get("/a/receipt").text
    assert "stands in the frozen data, unchanged" in page
    assert own in page, "the fingerprint is that of the day of sending"
    listed = owner.client.get("/a/receipt/prints").text
    homes = len(members_of(session, world.campaign))
    assert len(set(PRINT.findall(listed))) == homes
    assert "It stands in the list" in listed

    session.rollback()
    mine = session.scalars(select(Response).order_by(Response.id)).first()
    assert mine is not None
    changed = bytes([mine.vector[0] % 10 + 1]) + mine.vector[1:]
    session.execute(update(Response).where(Response.id == mine.id).values(vector=changed))
    session.commit()
    page = owner.client.get("/a/receipt").text
    assert "does not stand in the frozen data" in page
    assert own not in page

    session.rollback()
    first = session.scalars(select(FrozenPrint)).one()
    now_listed = (
        first.prints.replace(own.replace("-", ""), "")
        + " "
        + print_of(vault, mine.receipt, changed)
    )
    session.add(
        FrozenPrint(
            campaign_id=first.campaign_id,
            community_id=first.community_id,
            revision=2,
            snapshot_digest="0" * 64,
            prints=now_listed,
            made_at=AFTER,
        )
    )
    session.commit()
    page = owner.client.get("/a/receipt").text
    assert "does not stand in the frozen data" in page, "freezing anew heals nothing"
