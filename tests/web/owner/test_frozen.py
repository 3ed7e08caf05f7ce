"""The planned blocks of a home from its phone to the frozen data, and the same on paper."""

import re

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.analysis.data.dataset import Role as Measures
from app.analysis.data.dataset import points_of
from app.staff.models import Role
from app.storage import Storage
from app.surveys.campaign.models import Gate
from app.surveys.response.services import offer_of
from app.surveys.response.tracker import gate_standing
from app.surveys.response.vector import TRIGGERED
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.load import load_snapshot
from tests import factories
from tests.integration.snapshot.answering import AFTER
from tests.web.owner.conftest import Owner, World, middle, read
from tests.web.staff_pages import MAIN, enter_as

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def narrow(world: World, session: Session) -> World:
    """Each home is asked three of the nine areas in depth."""
    session.get_one(Gate, world.gate.id).areas_offered = 3
    session.commit()
    return world


def _asked(owner: Owner, path: str) -> set[str]:
    return set(read(owner.client.get(path)).choices)


def test_details_opened_by_a_low_rating_are_frozen_as_triggered_and_left_out_of_means(
    narrow: World, session: Session, storage: Storage
) -> None:
    members = factories.members_of(session, narrow.campaign)
    gate = session.get_one(Gate, narrow.gate.id)
    instrument = factories.perception_instrument()
    offers = [offer_of(instrument, gate, member).attributes for member in members]
    low = next(area.code for area in instrument.areas if area.code not in offers[0])
    pseudonym = members[0].pseudonym
    session.rollback()

    for home in range(5):
        owner = narrow.owner(home)
        owner.open()
        rates_low = home == 0
        owner.answer_all(
            lambda name, values, low=low, rates_low=rates_low: (
                ["1"]
                if rates_low and name.startswith((f"area.{low}", f"attribute.{low}."))
                else ["4"]
                if name.startswith(("area.", "attribute."))
                else [values[1]]
            )
        )
        assert owner.submit().status_code == 303

    session.rollback()
    gate = session.get_one(Gate, narrow.gate.id)
    status = gate_standing(session, narrow.campaign, gate, now=AFTER).status
    snapshot = freeze_gate(
        session, storage, campaign=narrow.campaign, gate=gate, status=status, now=AFTER
    )
    dataset = load_snapshot(storage, snapshot.digest).dataset
    row = sorted(member.pseudonym for member in members).index(pseudonym)
    opened = [
        at
        for at, column in enumerate(dataset.columns)
        if column.role is Measures.ATTRIBUTE and column.area == low
    ]
    asked = [at for at in opened if dataset.values[row, at]]
    assert asked  # conditional details (no lift, no car) stay unasked
    assert all(dataset.values[row, at] == TRIGGERED + 1 for at in asked)  # point 1, triggered
    for at in asked:
        points = points_of(dataset, at)
        assert np.isnan(points[row])
        counted = points[~np.isnan(points)]
        assert len(counted) == sum(low in offer for offer in offers)
        assert (counted == 4).all()


@ONE_DATABASE
def test_a_home_is_asked_the_same_on_its_phone_and_on_paper(
    narrow: World, session: Session, vault
) -> None:
    member = factories.members_of(session, narrow.campaign)[0]
    code = factories.token_of(vault, member)
    session.rollback()
    owner = narrow.owner()
    owner.open()
    # Paper cannot know what a home has experienced, so this home has experienced everything.
    ticks = read(owner.client.get("/a/experience")).choices["experience"]
    owner.send("/a/experience", {"experience": [one for one in ticks if one != "none"]})
    phone = _asked(owner, "/a/attributes") | _asked(owner, "/a/relationship")
    passed = owner.answer_all(
        lambda name, values: values[:-1] if name == "experience" else middle(name, values)
    )
    tolerance = set(re.findall(r"/a/tolerance/([a-z_]+)", " ".join(passed)))

    clerk = narrow.app.test_client()
    enter_as(clerk, session, Role.CLERK, all_communities=True)
    assert clerk.submit("/entry/", {"code": code}, form=MAIN).location == "/entry/sheet"
    names = set(re.findall(r'name="([^"]+)"', clerk.get("/entry/sheet").text))
    paper = {name for name in names if name.startswith(("attribute.", "relationship."))}
    assert phone == paper
    assert {name.split(".")[1] for name in names if name.startswith("tolerance.")} == tolerance


@ONE_DATABASE
def test_statements_about_the_company_take_turns_over_the_homes(
    app, session: Session, vault, client
) -> None:
    factories.make_community(session, households=24)
    campaign = factories.make_campaign(session, vault)
    tokens = {
        member.block: factories.token_of(vault, member)
        for member in factories.members_of(session, campaign)
    }
    session.commit()
    offered: set[str] = set()
    for token in tokens.values():
        owner = Owner(app.test_client(), token)
        owner.open()
        own = _asked(owner, "/a/relationship")
        assert len(own) == 2
        offered |= own
    # Twelve blocks, two steps apart, over fifteen statements: those of the blocks that are here.
    statements = [
        item.code for item in factories.perception_instrument().items if item.role == "relationship"
    ]
    assert offered == {statements[(2 * block + i) % 15] for block in tokens for i in range(2)}
