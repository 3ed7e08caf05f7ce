"""An answer that must not count leaves it: the next one counts, clocks follow before the freeze."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.clock import end_of
from app.staff.models import AuditEntry
from app.surveys.campaign.models import ExclusionCode, FrameMember, Outcome
from app.surveys.campaign.queries import get_household_uid
from app.surveys.campaign.services import approve_exclusion, request_exclusion
from app.surveys.response.models import Origin, Response
from app.surveys.response.queries import count_returns, find_by_receipt, list_responses
from app.surveys.response.services import flush_drafts, save_draft
from app.surveys.response.tracker import gate_standing, tracker
from app.surveys.response.voids import queries
from app.surveys.response.voids.errors import AlreadyVoidedError, NoNoteError
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import open_note, void_response
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.manifest import from_json
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
)
from tests.integration.response.forms import filled
from tests.integration.snapshot.answering import AFTER, DURING, answer

DEADLINE = end_of(date(2026, 11, 20))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


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
def members(session, campaign):
    return members_of(session, campaign)


@pytest.fixture
def staff_id(session):
    return make_staff(session).id


@pytest.fixture
def send(session, vault, campaign):
    """Return a function that submits an answer of a home and returns its row."""

    def submit(member: FrameMember, key: str, now=DURING) -> Response:
        receipt = answer(session, vault, campaign, member, key=key, now=now)
        return find_by_receipt(session, receipt.code)

    return submit


@pytest.fixture
def void(session, vault, staff_id):
    def take_out(response, reason=VoidReason.STAFF, note="保安代填，本人电话确认", now=AFTER):
        return void_response(
            session, vault, response, reason=reason, note=note, staff_id=staff_id, now=now
        )

    return take_out


def returned(session, campaign, gate):
    """Return how many homes came back, and that the tracker's own counts say the same."""
    count = count_returns(session, campaign.id, gate.community_id)
    (row,) = tracker(session, campaign, head_office(), now=AFTER).communities
    assert row.count == count
    return count.returned


def t0(session, campaign, gate, now=AFTER + 5 * DAY):
    return gate_standing(session, campaign, gate, now=now).status.t0


def test_a_voided_answer_is_kept_and_its_home_is_silent_again(
    session, vault, campaign, gate, members, send, void
):
    one, _two = send(members[0], "a"), send(members[1], "b")
    assert returned(session, campaign, gate) == 2

    gone = void(one)

    assert returned(session, campaign, gate) == 1
    assert list_responses(session, members[0].id) == [one]
    assert (one.is_counted, one.voided_at, gone.was_counted) == (False, AFTER, True)
    assert members[0].returned_at is None
    assert members[0].outcome is Outcome.NO_CONTACT
    assert open_note(vault, gone) == "保安代填，本人电话确认"
    assert "保安".encode() not in gone.note_sealed
    with pytest.raises(AlreadyVoidedError):
        void(one)

    again = send(members[0], "c", now=DURING + DAY)
    assert again.is_counted
    assert returned(session, campaign, gate) == 2


def test_a_void_needs_a_note_and_names_the_home_in_the_audit_by_its_uid_only(
    session, members, send, void
):
    response = send(members[0], "a")
    with pytest.raises(NoNoteError):
        void(response, note=" \n ")
    assert response.is_counted

    void(response, reason=VoidReason.COPIED)

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert entry.action == "response.void"
    assert entry.subject == get_household_uid(session, members[0].household_id)
    assert entry.detail == f"response {response.id} copied"


def test_the_next_valid_answer_of_the_home_counts_instead(
    session, campaign, gate, members, send, void
):
    first, second, third = (
        send(members[0], key, now=DURING + at * HOUR) for at, key in enumerate("abc")
    )
    void(second)  # was never counted: nothing moves
    assert first.is_counted
    assert not queries.list_answers(session, members[0].id)[1][1].was_counted

    void(first)

    assert (second.is_counted, third.is_counted) == (False, True)
    assert members[0].returned_at == DURING + 2 * HOUR
    assert returned(session, campaign, gate) == 1


def test_behind_a_voided_answer_the_draft_counted_at_the_deadline_counts_again(
    session, vault, campaign, gate, members, send, void
):
    save_draft(
        session,
        vault,
        member=members[0],
        device="phone",
        raw=filled(),
        language="zh-Hans",
        form="full",
        now=DURING,
    )
    flush_drafts(session, vault, gate, perception_instrument(), now=AFTER)
    submitted = send(members[0], "a", now=AFTER + DAY)
    assert submitted.is_counted
    assert members[0].returned_at == DEADLINE  # improving an answer moved no clock

    void(submitted)

    (flushed, _) = list_responses(session, members[0].id)
    assert (flushed.origin, flushed.is_counted) == (Origin.FLUSHED, True)
    assert members[0].returned_at == DEADLINE

    void(flushed)
    late = send(members[0], "b", now=AFTER + 2 * DAY)
    assert late.is_counted
    assert members[0].returned_at == AFTER + 2 * DAY  # a voided draft says nothing about a clock


def test_before_the_freeze_t0_is_worked_out_anew(session, campaign, gate, members, send, void):
    early = [send(member, f"e{member.id}") for member in members[:3]]  # 3 of 5: 60 %
    assert t0(session, campaign, gate) == DEADLINE

    void(early[0])
    assert t0(session, campaign, gate) is None

    send(members[3], "late", now=AFTER + DAY)
    assert t0(session, campaign, gate) == AFTER + DAY


def test_after_the_freeze_a_void_makes_a_revision_that_names_the_one_before(
    session, storage, campaign, gate, members, send, void
):
    sent = [send(member, f"e{member.id}") for member in members[:3]]
    spare = send(members[0], "spare")
    status = gate_standing(session, campaign, gate, now=AFTER).status

    def freeze(now):
        return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=now)

    first = freeze(AFTER)
    kept = storage.get(from_json(first.manifest).file("answers.parquet").digest)
    send(members[1], "too-late", now=AFTER + HOUR)
    void(sent[0], now=AFTER + DAY)
    void(sent[1], reason=VoidReason.WITHDRAWN, now=AFTER + DAY)

    assert gate.stale_at == AFTER + DAY
    assert spare.is_counted  # came before the freeze
    assert returned(session, campaign, gate) == 2  # what came after it never counts
    status = gate_standing(session, campaign, gate, now=AFTER + DAY).status
    assert (status.t0, status.is_released) == (DEADLINE, True)  # 2 of 5: the clock stands

    second = freeze(AFTER + DAY)

    manifest = from_json(second.manifest)
    assert (manifest.revision, manifest.replaces, manifest.returned) == (2, first.digest, 2)
    assert manifest.t0 == DEADLINE
    assert gate.stale_at is None
    assert queries.count_voids(session, gate) == {2: {VoidReason.STAFF: 1, VoidReason.WITHDRAWN: 1}}
    assert storage.get(from_json(first.manifest).file("answers.parquet").digest) == kept
    assert freeze(AFTER + 2 * DAY) == second


def test_an_excluded_home_stays_out_of_every_count_when_its_answer_is_voided(
    session, vault, campaign, gate, members, send, void, staff_id
):
    send(members[1], "b")
    exclusion = request_exclusion(
        session,
        vault,
        members[0],
        code=ExclusionCode.VACANT,
        evidence="水表未动",
        staff_id=staff_id,
        now=DURING,
    )
    approve_exclusion(session, exclusion, staff_id=staff_id, now=DURING)
    response = send(members[0], "a")
    assert returned(session, campaign, gate) == 1

    void(response)

    assert returned(session, campaign, gate) == 1
    assert members[0].returned_at is None
