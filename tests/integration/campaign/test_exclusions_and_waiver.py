"""What changes a base or releases a gate below the rate: recorded, approved, audited."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.db import Base
from app.staff.audit import verify_chain
from app.staff.models import AuditEntry
from app.surveys.campaign import queries, services
from app.surveys.campaign.errors import (
    AlreadyApprovedError,
    AlreadyExcludedError,
    AlreadyWaivedError,
    AnsweredError,
    DeadlineNotReachedError,
    EmptyEvidenceError,
    EmptyReasonError,
    FrozenError,
    NotApprovedError,
    OwnRequestError,
    RateMetError,
)
from app.surveys.campaign.models import ExclusionCode, ExclusionEnding
from app.surveys.campaign.rules import ReturnCount
from app.surveys.register.models import Household
from app.surveys.response.queries import count_returns
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.response.forms import SECOND, deadline_of, submit

MISSED, MET = ReturnCount(5, 2), ReturnCount(5, 3)


@pytest.fixture
def community(session):
    return make_community(session, households=5)


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def gate(session, campaign, community):
    return gate_of(session, campaign, community)


@pytest.fixture
def member(session, campaign):
    return members_of(session, campaign)[0]


@pytest.fixture
def staff_id(session):
    return make_staff(session).id


def audited(session) -> list[tuple[str, str, str]]:
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
    return [(entry.actor, entry.action, entry.subject) for entry in entries]


def everything_in(engine) -> bytes:
    """Return every value of every table, and on SQLite the files themselves too."""
    with engine.connect() as connection:
        values = [
            value
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
            for value in row
        ]
    found = b"|".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in values
    )
    if engine.url.get_backend_name() == "sqlite":
        file = Path(engine.url.database)
        found += b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    return found


def test_names_and_phones_in_evidence_and_reason_are_nowhere_in_the_database(
    engine, session, vault, campaign, gate, member, staff_id, now
):
    services.request_exclusion(
        session, vault, member, code=ExclusionCode.VACANT,
        evidence="CANARY-EVIDENCE 金丝雀女士 13800000001", staff_id=staff_id, now=now,
    )  # fmt: skip
    services.waive_gate(
        session, vault, gate, count=MISSED, staff_id=staff_id,
        reason="CANARY-REASON 金丝雀先生 13800000002", now=deadline_of(campaign),
    )  # fmt: skip
    session.commit()

    found = everything_in(engine)
    assert member.room.encode() in found  # the search sees what is there in plain text
    for word in ("CANARY", "金丝雀", "13800000001", "13800000002"):
        assert word.encode() not in found


class TestExclusion:
    @pytest.fixture
    def ask(self, session, vault, member, staff_id, now):
        def ask(evidence: str = "水表半年未走"):
            return services.request_exclusion(
                session, vault, member, code=ExclusionCode.VACANT, evidence=evidence,
                staff_id=staff_id, now=now,
            )  # fmt: skip

        return ask

    def test_request_and_approval_are_recorded_and_audited(
        self, session, campaign, member, staff_id, ask, now
    ):
        exclusion = ask()
        assert (exclusion.approved_at, exclusion.approved_by) == (None, None)

        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now + SECOND)

        assert (exclusion.approved_at, exclusion.approved_by) == (now + SECOND, staff_id)
        assert queries.count_exclusions(session, campaign.id, member.community_id) == {
            ExclusionCode.VACANT: 1
        }
        uid = session.get(Household, member.household_id).uid
        assert audited(session) == [
            (f"staff:{staff_id}", "exclusion.request", uid),
            (f"staff:{staff_id}", "exclusion.approve", uid),
        ]
        assert verify_chain(session) == 2

    def test_evidence_is_opened_by_the_vault_alone(self, session, vault, member, ask):
        ask("邻居说搬走了")
        session.expire_all()
        exclusion = queries.find_exclusion(session, member.id)
        assert services.open_evidence(vault, exclusion) == "邻居说搬走了"

    # Blanks, an invisible space, Hangul fillers, one sign, the same sign again: nothing is said.
    @pytest.mark.parametrize(
        "evidence",
        [" \n\x00", "\u200b" * 9, "\u3164" * 9, "x", "空置", "\u3002" * 5, "xxxxx"],
    )
    def test_no_evidence_no_exclusion(self, session, member, ask, evidence):
        with pytest.raises(EmptyEvidenceError):
            ask(evidence)
        assert queries.find_exclusion(session, member.id) is None

    def test_the_same_home_is_asked_for_and_approved_once(self, session, vault, staff_id, ask, now):
        exclusion = ask()
        with pytest.raises(AlreadyExcludedError):
            ask()
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        with pytest.raises(AlreadyApprovedError):
            services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        with pytest.raises(AlreadyApprovedError):
            services.refuse_exclusion(
                session, vault, exclusion, reason="业主在家", staff_id=staff_id, now=now
            )

    def test_a_refused_request_is_kept_with_its_reason_and_may_be_asked_again(
        self, session, vault, campaign, member, staff_id, ask, now
    ):
        with pytest.raises(EmptyReasonError):
            services.refuse_exclusion(
                session, vault, ask(), reason="\u200b", staff_id=staff_id, now=now
            )
        exclusion = queries.find_exclusion(session, member.id)
        services.refuse_exclusion(
            session, vault, exclusion, reason="上周有人开门", staff_id=staff_id, now=now
        )
        assert queries.find_exclusion(session, member.id) is None
        assert audited(session)[-1][1] == "exclusion.refuse"
        ((ended, home),) = queries.list_ended_exclusions(session, campaign.id, member.community_id)
        assert (ended.ending, home) == (ExclusionEnding.REFUSED, member)
        assert services.open_evidence(vault, ended) == "水表半年未走"
        assert services.open_ending(vault, ended) == "上周有人开门"
        ask()

    def test_a_home_that_has_answered_does_not_leave_the_base(
        self, session, vault, campaign, member, staff_id, ask, now
    ):
        exclusion = ask()
        submit(session, vault, member, now=now)
        with pytest.raises(AnsweredError):
            services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now + SECOND)
        services.refuse_exclusion(
            session, vault, exclusion, reason="已经答卷", staff_id=staff_id, now=now + SECOND
        )
        with pytest.raises(AnsweredError):
            ask()
        assert count_returns(session, campaign.id, member.community_id) == ReturnCount(5, 1)

    def test_an_answer_after_the_approval_counts_once_the_exclusion_is_taken_back(
        self, session, vault, campaign, gate, member, staff_id, ask, now
    ):
        exclusion = ask()
        with pytest.raises(NotApprovedError):
            services.take_back_exclusion(
                session, vault, exclusion, reason="点错了", staff_id=staff_id, now=now
            )
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        submit(session, vault, member, now=now + SECOND)
        assert count_returns(session, campaign.id, member.community_id) == ReturnCount(4, 0)

        services.take_back_exclusion(
            session, vault, exclusion, reason="业主已经入住", staff_id=staff_id,
            now=now + 2 * SECOND,
        )  # fmt: skip

        assert count_returns(session, campaign.id, member.community_id) == ReturnCount(5, 1)
        assert queries.find_exclusion(session, member.id) is None
        ((ended, _home),) = queries.list_ended_exclusions(session, campaign.id, member.community_id)
        assert (ended.ending, ended.approved_at) == (ExclusionEnding.TAKEN_BACK, now)
        assert "exclusion.take_back" in [action for _actor, action, _subject in audited(session)]

    def test_after_the_freeze_nothing_is_taken_back(self, session, vault, gate, staff_id, ask, now):
        exclusion = ask()
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        gate.frozen_at = now
        session.flush()
        with pytest.raises(FrozenError):
            services.take_back_exclusion(
                session, vault, exclusion, reason="点错了", staff_id=staff_id, now=now
            )

    def test_who_asked_does_not_approve_unless_nobody_else_could(self, session, staff_id, ask, now):
        exclusion = ask()
        other = make_staff(session)
        with pytest.raises(OwnRequestError):
            services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        other.disabled_at = now
        session.flush()
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        assert exclusion.approved_by == exclusion.requested_by

    def test_after_the_freeze_the_base_stands(self, session, gate, staff_id, ask, now):
        exclusion = ask()
        gate.frozen_at = now
        session.flush()
        with pytest.raises(FrozenError):
            services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)

    def test_an_office_lists_its_own_requests_only(self, session, vault, community, campaign, ask):
        exclusion = ask()
        other = make_community(session)

        for scope in (office_of(community), head_office()):
            rows = queries.list_exclusions(session, campaign.id, scope)
            assert [(row.exclusion, row.community) for row in rows] == [(exclusion, community.name)]
        assert queries.list_exclusions(session, campaign.id, office_of(other)) == []

    def test_an_excluded_home_gets_no_letter(self, session, campaign, member, staff_id, ask, now):
        def letters() -> int:
            return len(
                queries.list_members_of_building(
                    session, campaign.id, member.community_id, member.building
                )
            )

        exclusion = ask()
        assert letters() == 5  # asking alone changes nothing
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        assert letters() == 4


class TestWaiver:
    @pytest.fixture
    def waive(self, session, vault, gate, staff_id):
        def waive(now, *, count=MISSED, reason="暴雨两周，业主外出"):
            services.waive_gate(
                session, vault, gate, count=count, staff_id=staff_id, reason=reason, now=now
            )

        return waive

    def test_after_the_deadline_and_below_the_rate_it_is_recorded(
        self, session, vault, campaign, gate, staff_id, waive
    ):
        at = deadline_of(campaign)
        assert services.open_waiver_reason(vault, gate) == ""
        waive(at)

        session.expire_all()
        assert (gate.waived_at, gate.waived_by) == (at, staff_id)
        assert services.open_waiver_reason(vault, gate) == "暴雨两周，业主外出"
        assert audited(session) == [(f"staff:{staff_id}", "gate.waive", "campaign:2026-11")]

    def test_a_second_before_the_deadline_is_too_early(self, campaign, gate, waive):
        with pytest.raises(DeadlineNotReachedError) as caught:
            waive(deadline_of(campaign) - SECOND)
        assert caught.value.deadline == deadline_of(campaign)
        assert gate.waived_at is None

    def test_a_rate_that_is_met_needs_no_waiver(self, campaign, gate, waive):
        with pytest.raises(RateMetError):
            waive(deadline_of(campaign), count=MET)
        assert gate.waived_at is None

    @pytest.mark.parametrize("reason", ["", "  \n", "\x00"])
    def test_a_waiver_needs_a_reason(self, campaign, waive, reason):
        with pytest.raises(EmptyReasonError):
            waive(deadline_of(campaign), reason=reason)

    def test_a_waiver_is_given_only_once(self, session, campaign, gate, waive):
        at = deadline_of(campaign)
        waive(at)
        with pytest.raises(AlreadyWaivedError) as caught:
            waive(at + timedelta(days=1), reason="别的原因")
        assert caught.value.waived_at == at

    def test_a_frozen_gate_cannot_be_waived(self, session, campaign, gate, waive):
        gate.frozen_at = deadline_of(campaign)
        session.flush()
        with pytest.raises(FrozenError):
            waive(deadline_of(campaign))
        assert gate.waived_at is None
