"""From a published questionnaire to an open campaign with its frame."""

import time
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, func, insert, select

from app.db import write_session
from app.surveys.campaign import frame, queries, services
from app.surveys.campaign.errors import (
    BadCodeError,
    BadDatesError,
    CampaignExistsError,
    CampaignOverError,
    DamagedInstrumentError,
    EmptyRegisterError,
    UnknownInstrumentError,
    VersionTakenError,
    WrongStateError,
)
from app.surveys.campaign.models import CampaignState, FrameMember, Gate, InstrumentVersion
from app.surveys.campaign.tokens import hash_token, make_token
from app.surveys.instrument.canonical import canonical_json, digest
from app.surveys.register.models import Building, Community, Household
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    members_of,
    office_of,
    perception_instrument,
    token_of,
)
from tests.integration.response.forms import SECOND, deadline_of

INSTRUMENT = perception_instrument()


def test_publishing_the_same_questionnaire_twice_changes_nothing(session, now):
    first = services.publish_instrument(session, INSTRUMENT, now=now)
    second = services.publish_instrument(session, INSTRUMENT, now=now + SECOND)

    assert first is second
    assert (first.digest, first.published_at) == (digest(INSTRUMENT), now)
    assert len(queries.list_instrument_versions(session)) == 1
    assert queries.get_instrument(session, first.digest) == INSTRUMENT


def test_a_published_version_cannot_be_published_with_other_content(session, now):
    services.publish_instrument(session, INSTRUMENT, now=now)

    with pytest.raises(VersionTakenError) as caught:
        services.publish_instrument(session, replace(INSTRUMENT, elder_minutes=99), now=now)
    assert (caught.value.code, caught.value.version) == (INSTRUMENT.code, INSTRUMENT.version)


def test_the_newest_version_is_found(session, now):
    services.publish_instrument(session, INSTRUMENT, now=now)
    newer = services.publish_instrument(session, replace(INSTRUMENT, version=10), now=now)

    assert queries.find_newest_instrument(session, INSTRUMENT.code) is newer
    assert queries.find_newest_instrument(session, "unheard-of") is None


def test_a_stored_questionnaire_that_does_not_have_its_digest_is_refused(session, now):
    session.add(
        InstrumentVersion(
            digest="ab" * 32, code="x", version=1, canonical=canonical_json(INSTRUMENT),
            published_at=now,
        )
    )  # fmt: skip
    session.flush()

    with pytest.raises(DamagedInstrumentError):
        queries.get_instrument(session, "ab" * 32)
    with pytest.raises(UnknownInstrumentError):
        queries.get_instrument(session, "cd" * 32)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "2026 11"}, BadCodeError),
        ({"code": ""}, BadCodeError),
        ({"code": "a" * 17}, BadCodeError),
        ({"closes_on": date(2026, 10, 31)}, BadDatesError),
        ({"instrument_digest": "0" * 64}, UnknownInstrumentError),
        ({"code": "2026-06"}, CampaignExistsError),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(session, vault, now, changes, error):
    make_campaign(session, vault, code="2026-06", opened=False)
    facts = {
        "code": "2026-11",
        "title": "调查",
        "title_en": "Survey",
        "instrument_digest": digest(INSTRUMENT),
        "opens_on": date(2026, 11, 1),
        "closes_on": date(2026, 11, 20),
    }

    with pytest.raises(error):
        services.create_campaign(session, **(facts | changes), now=now)
    assert [campaign.code for campaign in queries.list_campaigns(session)] == ["2026-06"]


def test_opening_copies_every_living_household_once(session, vault, now):
    first = make_community(session, households=5, buildings=2, important=1)
    second = make_community(session, households=3, has_lift=False)
    moved = session.scalars(select(Household)).first()
    moved.retired_on = date(2026, 10, 1)
    gone = make_community(session, households=2)
    gone.retired_on = date(2026, 11, 1)
    make_community(session, households=0)

    campaign = make_campaign(session, vault)

    assert campaign.state is CampaignState.OPEN
    assert campaign.opened_at == now
    assert len(members_of(session, campaign, first)) == 4
    assert [m.has_lift for m in members_of(session, campaign, second)] == [False] * 3
    assert len(members_of(session, campaign)) == 7
    gates = queries.list_gates(session, campaign.id, head_office())
    assert [row.community_id for row in gates] == [first.id, second.id]
    assert [row.gate.areas_offered for row in gates] == [9, 9]


def test_the_frame_holds_the_address_and_who_is_important(session, vault):
    community = make_community(session, households=2, important=1)
    members = members_of(session, make_campaign(session, vault), community)
    assert [(m.building, m.room, m.important) for m in members] == [
        ("1栋", "1-101", True),
        ("1栋", "1-102", False),
    ]


@pytest.mark.parametrize(("households", "areas"), [(249, 9), (250, 6), (499, 6), (500, 3)])
def test_a_community_is_asked_in_depth_by_its_size(households, areas):
    # instruments.md C0: 500 and more -> 3 areas, 250-499 -> 6, below -> 9
    assert frame.areas_offered(INSTRUMENT, households) == areas


def test_block_group_and_token_follow_from_household_and_campaign(session, vault):
    make_community(session, households=6)
    first = make_campaign(session, vault, code="2026-06")
    second = make_campaign(session, vault, code="2026-11")
    uids = dict(session.execute(select(Household.id, Household.uid)).all())

    for campaign in (first, second):
        for member in members_of(session, campaign):
            uid = uids[member.household_id]
            assert member.block == frame.block_of(campaign.code, uid, blocks=12)
            assert member.replicate_group == frame.replicate_group_of(vault, uid)
            token = make_token(vault, member.pseudonym)
            assert queries.find_member_by_token_hash(session, hash_token(token)) is member
    pseudonyms = [m.pseudonym for c in (first, second) for m in members_of(session, c)]
    assert len(set(pseudonyms)) == 12  # another name in every campaign


def test_no_token_stands_in_the_database(session, vault):
    make_community(session, households=1)
    member = members_of(session, make_campaign(session, vault))[0]
    token = token_of(vault, member)

    row = session.execute(select(FrameMember.__table__)).one()
    assert token not in str(row)
    assert token.encode() not in bytes(member.token_hash)
    assert queries.find_member_by_token_hash(session, hash_token("wrong")) is None


def test_an_opened_campaign_cannot_be_opened_again(session, vault, now):
    make_community(session, households=1)
    campaign = make_campaign(session, vault)
    make_community(session, households=5)

    with pytest.raises(WrongStateError):
        services.open_campaign(session, campaign, vault, now=now)
    assert len(members_of(session, campaign)) == 1  # a later home is not in this frame


def test_a_campaign_whose_questionnaire_is_not_locked_cannot_be_opened(session, vault, now):
    make_community(session, households=1)
    campaign = make_campaign(session, vault, opened=False)
    for state in (CampaignState.DRAFT, CampaignState.APPROVED):
        campaign.state = state
        with pytest.raises(WrongStateError):
            services.open_campaign(session, campaign, vault, now=now)
    assert members_of(session, campaign) == []


def test_a_campaign_without_homes_or_after_its_last_day_is_not_opened(session, vault, now):
    campaign = make_campaign(session, vault, opened=False)
    campaign.state = CampaignState.LOCKED
    with pytest.raises(EmptyRegisterError):
        services.open_campaign(session, campaign, vault, now=now)

    make_community(session, households=1)
    with pytest.raises(CampaignOverError):
        services.open_campaign(session, campaign, vault, now=deadline_of(campaign))
    assert campaign.state is CampaignState.LOCKED
    services.open_campaign(session, campaign, vault, now=deadline_of(campaign) - SECOND)


def test_an_office_sees_only_its_own_gates_and_homes(session, vault):
    mine, other = make_community(session), make_community(session)
    campaign = make_campaign(session, vault)
    scope = office_of(mine)
    foreign = members_of(session, campaign, other)[0]

    assert [row.community_id for row in queries.list_gates(session, campaign.id, scope)] == [
        mine.id
    ]
    assert queries.find_member(session, scope, foreign.id) is None
    assert queries.find_member(session, head_office(), foreign.id) is foreign
    assert (
        queries.find_member_at(
            session, scope, campaign_id=campaign.id, community_id=other.id,
            building=foreign.building, room=foreign.room,
        )
        is None
    )  # fmt: skip
    assert queries.list_gates(session, campaign.id, office_of()) == []


def test_letters_go_to_every_home_of_a_building(session, vault):
    community = make_community(session, households=5, buildings=2)
    campaign = make_campaign(session, vault)

    assert queries.list_buildings(session, campaign.id, community.id) == ["1栋", "2栋"]
    members = queries.list_members_of_building(session, campaign.id, community.id, "1栋")
    assert [member.room for member in members] == ["1-101", "1-102", "1-103"]


def test_twenty_thousand_homes_are_copied_in_few_statements(engine, session, vault, now):
    community = make_community(session, households=0, buildings=20)
    buildings = session.scalars(
        select(Building.id).where(Building.community_id == community.id)
    ).all()
    rows = [
        {"uid": f"{n:032x}", "building_id": buildings[n % 20], "room": f"1-{n:05}"}
        for n in range(20_000)
    ]
    session.execute(insert(Household), rows)
    campaign = make_campaign(session, vault, opened=False)
    campaign.state = CampaignState.LOCKED
    session.commit()
    code = campaign.code
    session.commit()
    statements: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement)
    )

    started = time.process_time()
    with write_session(engine) as writing:
        copied = services.open_campaign(
            writing, queries.find_campaign(writing, code), vault, now=now
        )
    spent = time.process_time() - started

    assert copied == 20_000
    kinds = Counter(statement.split()[0] for statement in statements)
    assert kinds["SELECT"] <= 5
    assert kinds["INSERT"] <= 40  # in batches, not one by one
    assert session.scalar(select(func.count()).select_from(FrameMember)) == 20_000
    assert session.scalars(select(Gate)).one().areas_offered == 3
    assert spent < 30  # seconds of CPU; some 2 where it was written
    assert session.get(Community, community.id) is not None
    assert gate_of(session, queries.find_campaign(session, code), community).areas_offered == 3
