"""The tracker and the gate on counted answers, on the real databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

from app.clock import BEIJING
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.models import ExclusionCode
from app.surveys.campaign.rules import GateState, ReturnCount
from app.surveys.response import queries, services
from app.surveys.response.counts.services import mend
from app.surveys.response.models import Channel, Origin, Response
from app.surveys.response.storing import settle
from app.surveys.response.tracker import (
    building_rows,
    company_standing,
    gate_standing,
    tracker,
    tracker_row,
)
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.response.forms import SECOND, deadline_of, filled, opening_of, submit

DAY = timedelta(days=1)


def exclude(session, vault, member, *, staff_id: int, now: datetime, approve: bool = True) -> None:
    exclusion = campaign_services.request_exclusion(
        session, vault, member, code=ExclusionCode.DEVELOPER_HELD, evidence="尚未交付",
        staff_id=staff_id, now=now,
    )  # fmt: skip
    if approve:
        campaign_services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)


def answer(session, vault, members, at: datetime) -> None:
    for member in members:
        submit(session, vault, member, now=at)


class TestGate:
    @pytest.fixture
    def community(self, session):
        return make_community(session, households=10)

    @pytest.fixture
    def campaign(self, session, vault, community):
        return make_campaign(session, vault)

    @pytest.fixture
    def gate(self, session, campaign, community):
        return gate_of(session, campaign, community)

    @pytest.fixture
    def members(self, session, campaign):
        return members_of(session, campaign)

    def status(self, session, campaign, gate, now):
        return gate_standing(session, campaign, gate, now=now).status

    def test_early_success_waits_for_the_deadline(self, session, vault, campaign, gate, members):
        answer(session, vault, members[:6], opening_of(campaign))
        deadline = deadline_of(campaign)

        before = self.status(session, campaign, gate, deadline - SECOND)
        after = self.status(session, campaign, gate, deadline)

        assert (before.state, before.t0) == (GateState.COLLECTING, None)
        assert (after.state, after.t0) == (GateState.RELEASED, deadline)

    def test_in_extended_collection_the_sixth_of_ten_starts_the_clock(
        self, session, vault, campaign, gate, members
    ):
        answer(session, vault, members[:5], opening_of(campaign))
        late = deadline_of(campaign) + 2 * DAY
        assert self.status(session, campaign, gate, late).state is GateState.EXTENDED

        answer(session, vault, members[5:6], late)
        answer(session, vault, members[6:7], late + DAY)

        status = self.status(session, campaign, gate, late + 2 * DAY)
        assert (status.state, status.t0) == (GateState.RELEASED, late)

    def test_second_answers_never_help_to_reach_the_rate(
        self, session, vault, campaign, gate, members
    ):
        answer(session, vault, members[:5], opening_of(campaign))
        submit(session, vault, members[0], now=opening_of(campaign), key="another")

        count = queries.count_returns(session, campaign.id, gate.community_id)
        assert count == ReturnCount(10, 5)
        assert queries.rate_reached_at(session, gate, 600) is None

    def test_an_approved_exclusion_lowers_the_base_and_a_request_does_not(
        self, session, vault, campaign, gate, members, now
    ):
        staff_id = make_staff(session).id
        answer(session, vault, members[:5], now)
        exclude(session, vault, members[8], staff_id=staff_id, now=now)
        exclude(session, vault, members[9], staff_id=staff_id, now=now, approve=False)

        count = queries.count_returns(session, campaign.id, gate.community_id)
        assert count == ReturnCount(9, 5)
        assert not count.meets(600)  # 5 of 9 = 55.5 %

        exclude(session, vault, members[7], staff_id=staff_id, now=now)
        count = queries.count_returns(session, campaign.id, gate.community_id)
        assert (count, count.meets(600)) == (ReturnCount(8, 5), True)  # 62.5 %

    def test_t0_follows_from_the_base_of_today(self, session, vault, campaign, gate, members, now):
        late = deadline_of(campaign) + DAY
        answer(session, vault, members[:5], now)
        answer(session, vault, members[5:6], late)
        assert self.status(session, campaign, gate, late).t0 == late

        # Two homes left the base before the deadline: 5 of 8 was reached with the second of them.
        staff_id, then = make_staff(session).id, now + DAY
        exclude(session, vault, members[8], staff_id=staff_id, now=now)
        exclude(session, vault, members[9], staff_id=staff_id, now=then)
        assert queries.rate_reached_at(session, gate, 600) == then
        assert self.status(session, campaign, gate, late).t0 == deadline_of(campaign)

    def test_an_exclusion_after_the_deadline_does_not_open_the_past(
        self, session, vault, campaign, gate, members, now
    ):
        answer(session, vault, members[:5], now)
        staff_id, deadline = make_staff(session).id, deadline_of(campaign)
        exclude(session, vault, members[9], staff_id=staff_id, now=deadline + DAY)  # 5 of 9
        exclude(session, vault, members[8], staff_id=staff_id, now=deadline + 2 * DAY)  # 5 of 8
        exclude(session, vault, members[7], staff_id=staff_id, now=deadline + 3 * DAY)  # 5 of 7

        later = deadline + 4 * DAY
        assert self.status(session, campaign, gate, later).t0 == deadline + 2 * DAY
        row = tracker_row(session, campaign, head_office(), gate.community_id, now=later)
        assert row.status.t0 == deadline + 2 * DAY
        company = company_standing(session, campaign, now=later)
        assert company.status.t0 == deadline + 2 * DAY

    def test_the_answer_of_an_excluded_home_is_in_no_count_and_no_snapshot(
        self, session, vault, campaign, gate, members, now
    ):
        exclude(session, vault, members[0], staff_id=make_staff(session).id, now=now)
        answer(session, vault, members[:3], now)

        count = queries.count_returns(session, campaign.id, gate.community_id)
        assert count == ReturnCount(9, 2)
        vectors = queries.list_counted_vectors(session, gate)
        assert [row.pseudonym for row in vectors] == sorted(m.pseudonym for m in members[1:3])

    def test_a_void_before_release_recomputes_t0(
        self, session, vault, campaign, gate, members, now
    ):
        late = deadline_of(campaign) + DAY
        answer(session, vault, members[:6], now)
        answer(session, vault, members[6:7], late)
        assert self.status(session, campaign, gate, late).t0 == deadline_of(campaign)

        queries.find_counted(session, members[0].id).is_counted = False
        settle(session, members[0])

        assert self.status(session, campaign, gate, late).t0 == late

    def test_a_waived_gate_is_released_and_indicative(
        self, session, vault, campaign, gate, members, now
    ):
        answer(session, vault, members[:2], now)
        at = deadline_of(campaign) + DAY
        standing = gate_standing(session, campaign, gate, now=at)
        campaign_services.waive_gate(
            session, vault, gate, count=standing.count, staff_id=make_staff(session).id,
            reason="停水两周", now=at,
        )  # fmt: skip

        status = self.status(session, campaign, gate, at + SECOND)
        assert (status.state, status.t0, status.is_indicative) == (GateState.WAIVED, at, True)

    def test_the_boundary_of_sixty_percent_holds_in_the_database_too(
        self, session, vault, campaign, gate, members, now
    ):
        """Base 5: three returns reach 600 permille, not 601; the third one decides when."""
        staff_id = make_staff(session).id
        for member in members[5:]:
            exclude(session, vault, member, staff_id=staff_id, now=now)
        for hour, member in enumerate(members[:3]):
            answer(session, vault, [member], now + timedelta(hours=hour))

        assert queries.rate_reached_at(session, gate, 600) == now + timedelta(hours=2)
        assert queries.rate_reached_at(session, gate, 601) is None
        assert queries.rate_reached_at(session, gate, 400) == now + timedelta(hours=1)
        assert queries.rate_reached_at(session, gate, 1) == now

    def test_a_base_of_nobody_releases_nothing(self, session, vault, campaign, gate, members, now):
        staff_id = make_staff(session).id
        for member in members:
            exclude(session, vault, member, staff_id=staff_id, now=now)

        standing = gate_standing(session, campaign, gate, now=deadline_of(campaign) + DAY)
        assert standing.count == ReturnCount(0, 0)
        assert standing.status.state is GateState.EXTENDED
        row = tracker(session, campaign, head_office(), now=now).communities[0]
        assert (row.base, row.excluded, row.percent_text) == (0, 10, "0.0")


class TestTracker:
    def test_a_community_shows_what_was_counted_by_hand(self, session, vault):
        community = make_community(session, households=7, buildings=2, name="云栖里")
        campaign = make_campaign(session, vault)
        opening = opening_of(campaign)
        members = members_of(session, campaign)  # building 1: four homes, building 2: three
        answer(session, vault, members[:1], opening)
        answer(session, vault, members[4:6], opening + 2 * DAY)
        services.save_draft(
            session, vault, member=members[1], device="a", raw=filled(), language="en",
            form="full", now=opening,
        )  # fmt: skip
        services.save_draft(
            session, vault, member=members[1], device="b", raw=filled(), language="en",
            form="full", now=opening,
        )  # fmt: skip
        exclude(session, vault, members[6], staff_id=make_staff(session).id, now=opening)

        found = tracker(session, campaign, head_office(), now=opening + 3 * DAY)

        (row,) = found.communities
        buildings = building_rows(session, campaign, community.id)
        assert (row.community_id, row.name, row.office) == (community.id, "云栖里", "滨江管理处")
        assert (row.base, row.returned, row.excluded) == (6, 3, 1)
        assert (row.percent_text, row.still_needed, row.silent) == ("50.0", 1, 3)  # needs 3.6 -> 4
        assert row.drafts == 1  # one household, two devices
        assert row.daily == (1, 1, 3, 3)
        assert (row.status.state, row.days_left) == (GateState.COLLECTING, 17)
        shown = [(b.building, b.base, b.returned, b.excluded, b.percent_text, b.still_needed)
                 for b in buildings]  # fmt: skip
        assert shown == [("1栋", 4, 1, 0, "25.0", 2), ("2栋", 2, 2, 1, "100.0", 0)]

    def test_days_are_beijing_days(self, session, vault):
        make_community(session, households=3)
        campaign = make_campaign(session, vault)
        members = members_of(session, campaign)
        answer(session, vault, members[:1], datetime(2026, 11, 1, 23, 59, 59, tzinfo=BEIJING))
        answer(session, vault, members[1:2], datetime(2026, 11, 2, 0, 0, tzinfo=BEIJING))
        answer(session, vault, members[2:], datetime(2026, 11, 2, 15, 59, 59, 999999, tzinfo=UTC))

        (row,) = tracker(
            session, campaign, head_office(), now=datetime(2026, 11, 3, 12, tzinfo=BEIJING)
        ).communities
        assert row.daily == (1, 3, 3)

    def test_the_row_of_days_ends_with_the_campaign_or_its_last_return(self, session, vault):
        make_community(session, households=3)
        campaign = make_campaign(session, vault)
        members = members_of(session, campaign)
        year_later = deadline_of(campaign) + timedelta(days=365)

        def days() -> int:
            return len(
                tracker(session, campaign, head_office(), now=year_later).communities[0].daily
            )

        assert days() == 20  # 1 to 20 November
        answer(session, vault, members[:1], deadline_of(campaign) + 2 * DAY)
        assert days() == 23
        before = tracker(session, campaign, head_office(), now=opening_of(campaign) - SECOND)
        assert before.communities[0].daily == ()

    def test_buildings_stand_in_the_order_of_their_numbers(self, session, vault):
        community = make_community(session, households=11, buildings=11)
        campaign = make_campaign(session, vault)
        rows = building_rows(session, campaign, community.id)
        assert [one.building for one in rows] == [f"{n}栋" for n in range(1, 12)]

    def test_an_office_sees_its_own_community_and_no_company_line(self, session, vault, now):
        mine, other = make_community(session, households=2), make_community(session, households=3)
        campaign = make_campaign(session, vault)
        answer(session, vault, members_of(session, campaign, other), now)

        found = tracker(session, campaign, office_of(mine), now=now)

        assert [(row.community_id, row.base, row.returned) for row in found.communities] == [
            (mine.id, 2, 0)
        ]
        assert found.company is None

    def test_the_company_clock_does_not_wait_for_a_community_below_the_gate(self, session, vault):
        good, bad = make_community(session, households=8), make_community(session, households=2)
        campaign = make_campaign(session, vault)
        late = deadline_of(campaign) + DAY
        answer(session, vault, members_of(session, campaign, good)[:5], opening_of(campaign))
        answer(session, vault, members_of(session, campaign, good)[5:6], late)

        found = tracker(session, campaign, head_office(), now=late + SECOND)

        states = {row.community_id: row.status.state for row in found.communities}
        assert states == {good.id: GateState.RELEASED, bad.id: GateState.EXTENDED}
        assert found.communities[0].status.t0 == deadline_of(campaign)  # 5 of 8 = 62.5 %
        assert (found.company.base, found.company.returned) == (10, 6)
        assert (found.company.status.state, found.company.status.t0) == (GateState.RELEASED, late)
        assert company_standing(session, campaign, now=late + SECOND) == found.company
        assert queries.company_count(session, campaign.id) == ReturnCount(10, 6)

    def test_one_gate_alone_says_the_same_as_its_row(self, session, vault, now):
        communities = [make_community(session, households=n) for n in (3, 4, 5)]
        campaign = make_campaign(session, vault)
        for community, returned in zip(communities, (3, 0, 3), strict=True):
            answer(session, vault, members_of(session, campaign, community)[:returned], now)
        late = deadline_of(campaign) + SECOND

        rows = tracker(session, campaign, head_office(), now=late).communities
        for row in rows:
            alone = gate_standing(session, campaign, row.gate, now=late)
            assert (alone.count, alone.status) == (row.count, row.status)

    def test_two_campaigns_are_counted_apart(self, session, vault, now):
        make_community(session, households=2)
        first = make_campaign(session, vault, code="a")
        second = make_campaign(session, vault, code="b")
        answer(session, vault, members_of(session, first), now)

        assert tracker(session, first, head_office(), now=now).communities[0].returned == 2
        assert tracker(session, second, head_office(), now=now).communities[0].returned == 0

    def test_silent_homes_are_listed_for_a_reminder(self, session, vault, now):
        mine, other = make_community(session, households=3), make_community(session)
        campaign = make_campaign(session, vault)
        members = members_of(session, campaign, mine)
        answer(session, vault, members[:1], now)
        exclude(session, vault, members[1], staff_id=make_staff(session).id, now=now)

        def silent(scope):
            return queries.list_silent(session, campaign.id, mine.id, scope)

        assert silent(office_of(mine)) == [members[2]]
        assert silent(office_of(other)) == []


def test_fifty_communities_take_no_more_statements_than_one(engine, session, vault, now):
    for _ in range(50):
        make_community(session, households=4, buildings=2)
    campaign = make_campaign(session, vault)
    rows = [
        {
            "frame_member_id": member.id,
            "idempotency_key": f"k{member.id}",
            "payload_hash": bytes(32),
            "channel": Channel.PHONE,
            "origin": Origin.SUBMITTED,
            "language": "en",
            "form": "full",
            "instrument_digest": campaign.instrument_digest,
            "vector": b"\1",
            "is_counted": True,
            "received_at": now,
            "receipt": f"r{member.id}",
        }
        for member in members_of(session, campaign)
        if member.id % 4
    ]
    session.execute(insert(Response), rows)
    mend(session, campaign)
    session.commit()
    assert campaign.id  # loaded again before statements are counted
    statements: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement)
    )

    found = tracker(session, campaign, head_office(), now=now)

    assert len(found.communities) == 50
    assert len(statements) <= 8, statements
    counted = len(session.scalars(select(Response.id)).all())
    assert sum(row.returned for row in found.communities) == counted == found.company.returned
