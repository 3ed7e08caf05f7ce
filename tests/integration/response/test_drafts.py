"""Drafts: saved page by page, seen by one device only, counted once at the deadline."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.surveys.campaign.errors import DeadlineNotReachedError
from app.surveys.campaign.models import ExclusionCode
from app.surveys.campaign.services import approve_exclusion, request_exclusion
from app.surveys.response import queries, resume, services
from app.surveys.response.errors import DraftTooLargeError
from app.surveys.response.leftovers.services import find_kept, is_words_alone, keep_words
from app.surveys.response.models import Comment, ContactWish, Draft, Origin, Response
from app.surveys.response.tracker import gate_standing
from app.surveys.response.vector import decode
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    perception_instrument,
)
from tests.integration.response.forms import SECOND, deadline_of, filled, submit

INSTRUMENT = perception_instrument()
CANARY = "金丝雀4711"


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
def save(session, vault, now):
    def save(member, device="a", *, at=now, raw=None, **fields):
        services.save_draft(
            session, vault, member=member, device=device,
            raw=filled(**fields) if raw is None else raw,
            language="zh-Hans", form="full", now=at,
        )  # fmt: skip

    return save


def test_pages_are_merged_and_a_tick_can_be_undone(session, vault, members, save):
    save(members[0], raw={"overall": ["7"], "priority": ["fees", "parking"]})
    save(members[0], raw={"area.fees": ["2"], "csrf_token": ["x"]})
    save(members[0], raw={"priority": []})

    draft = services.load_draft(session, vault, member=members[0], device="a")
    assert draft == {"overall": ["7"], "area.fees": ["2"]}


def test_another_device_never_gets_what_one_device_typed(session, vault, members, save):
    save(members[0], "a", raw={"comment.wish": [CANARY]})

    assert services.load_draft(session, vault, member=members[0], device="b") == {}
    assert services.load_draft(session, vault, member=members[1], device="a") == {}
    save(members[0], "b", raw={"overall": ["3"]})
    assert services.load_draft(session, vault, member=members[0], device="b") == {"overall": ["3"]}
    assert services.load_draft(session, vault, member=members[0], device="a") == {
        "comment.wish": [CANARY]
    }


def test_a_stored_draft_tells_neither_words_nor_device(session, members, save):
    save(members[0], "device-name", raw={"comment.wish": [CANARY]})
    save(members[1], "device-name", raw={"comment.wish": [CANARY]})

    first, second = session.scalars(select(Draft).order_by(Draft.id)).all()
    for draft in (first, second):
        assert CANARY.encode() not in bytes(draft.answers_sealed)
        assert b"device-name" not in bytes(draft.device_hash)
    assert first.device_hash != second.device_hash  # one phone for two homes is not traced


def test_a_draft_too_large_to_be_honest_is_refused_and_the_old_one_stays(
    session, vault, members, save
):
    save(members[0], raw={"overall": ["7"]})

    with pytest.raises(DraftTooLargeError):
        save(members[0], raw={f"junk{n}": ["x" * 1000] for n in range(70)})

    assert services.load_draft(session, vault, member=members[0], device="a") == {"overall": ["7"]}


class TestFlush:
    def test_nothing_is_flushed_before_the_deadline(
        self, session, vault, campaign, gate, members, save
    ):
        save(members[0])
        deadline = deadline_of(campaign)

        with pytest.raises(DeadlineNotReachedError):
            services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline - SECOND)

        assert queries.count_returns(session, campaign.id, gate.community_id).returned == 0
        assert services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline) == 1

    def test_valid_drafts_of_silent_households_count_once(
        self, session, vault, campaign, gate, members, save, now
    ):
        answered, valid, begun, also_valid, _silent = members
        submit(session, vault, answered, now=now)
        save(answered, "other phone", overall=1)
        save(valid)
        save(begun, rated=5)  # overall and five areas: not valid
        save(also_valid, rated=6)

        deadline = deadline_of(campaign)
        assert services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline) == 2
        assert services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline + SECOND) == 0

        assert queries.count_returns(session, campaign.id, gate.community_id).returned == 3
        assert queries.find_counted(session, answered.id).origin is Origin.SUBMITTED
        assert queries.find_counted(session, valid.id).origin is Origin.FLUSHED
        assert queries.find_counted(session, begun.id) is None

    def test_the_rate_reached_through_drafts_starts_the_clock_at_the_deadline(
        self, session, vault, campaign, gate, members, save
    ):
        for member in members[:3]:
            save(member)
        deadline = deadline_of(campaign)

        late = deadline + timedelta(minutes=20)  # the worker was busy
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=late)

        status = gate_standing(session, campaign, gate, now=late).status
        assert (status.is_released, status.t0) == (True, deadline)

    def test_a_draft_saved_after_the_deadline_counts_from_then(
        self, session, vault, campaign, gate, members, save
    ):
        after = deadline_of(campaign) + timedelta(minutes=3)
        save(members[0], at=after)
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=after + SECOND)
        assert queries.find_counted(session, members[0].id).received_at == after

    def test_replacing_a_flushed_draft_never_moves_t0(
        self, session, vault, campaign, gate, members, save
    ):
        for member in members[:3]:
            save(member)
        deadline = deadline_of(campaign)
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline)

        submit(session, vault, members[0], now=deadline + timedelta(days=1))

        status = gate_standing(session, campaign, gate, now=deadline + timedelta(days=2)).status
        assert status.t0 == deadline

    def test_of_two_devices_the_latest_valid_draft_counts(
        self, session, vault, campaign, gate, members, save, now
    ):
        save(members[0], "a", at=now, overall=2)
        save(members[0], "b", at=now + SECOND, overall=9)
        save(members[0], "c", at=now + 2 * SECOND, rated=1)

        services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline_of(campaign))

        stored = queries.find_counted(session, members[0].id)
        assert decode(INSTRUMENT, stored.vector).values["overall"] == 9

    def test_an_excluded_home_is_not_flushed(
        self, session, vault, campaign, gate, members, save, now
    ):
        staff = make_staff(session)
        exclusion = request_exclusion(
            session, vault, members[0], code=ExclusionCode.VACANT, evidence="水表未走",
            staff_id=staff.id, now=now,
        )  # fmt: skip
        approve_exclusion(session, exclusion, staff_id=staff.id, now=now)
        save(members[0])

        deadline = deadline_of(campaign)
        assert services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline) == 0

    def test_words_in_a_draft_without_a_wish_go_to_head_office_only(
        self, session, vault, campaign, gate, members, save
    ):
        save(members[0], comment__wish=CANARY)
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline_of(campaign))
        assert session.scalars(select(Comment)).one().wish is ContactWish.HQ_ONLY

    def test_a_draft_stays_until_it_is_dropped_after_the_freeze(
        self, session, vault, campaign, gate, members, save
    ):
        save(members[0])
        deadline = deadline_of(campaign)
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline)
        assert services.load_draft(session, vault, member=members[0], device="a") == filled()

        gate.frozen_at = deadline + SECOND
        services.drop_drafts(session, gate)
        assert services.load_draft(session, vault, member=members[0], device="a") == {}

    def test_nothing_is_flushed_after_the_freeze(
        self, session, vault, campaign, gate, members, save
    ):
        save(members[0])
        deadline = deadline_of(campaign)
        gate.frozen_at = deadline
        session.flush()
        assert services.flush_drafts(session, vault, gate, INSTRUMENT, now=deadline) == 0
        assert queries.find_counted(session, members[0].id) is None


class TestWordsLeftOver:
    """What was written and never sent is kept at the freeze, followed up, and never counted."""

    @pytest.fixture
    def late(self, campaign):
        return deadline_of(campaign) + SECOND

    def words(self, session, vault):
        comments = session.scalars(select(Comment).order_by(Comment.id))
        return [json.loads(vault.open(one.texts_sealed, "comment")) for one in comments]

    def keep(self, session, vault, gate, late):
        kept = keep_words(session, vault, gate, INSTRUMENT, now=late)
        services.drop_drafts(session, gate)
        return kept

    def test_words_of_a_form_nobody_finished_are_kept_without_its_scores(
        self, session, vault, gate, members, save, late
    ):
        save(members[0], raw={"overall": ["3"], "comment.wish": [CANARY], "contact": ["hq_only"]})
        save(members[1], raw={"overall": ["3"]})
        assert self.keep(session, vault, gate, late) == 1
        assert self.words(session, vault) == [{"comment.wish": CANARY}]
        comment = session.scalars(select(Comment)).one()
        assert comment.wish is ContactWish.HQ_ONLY
        answer = session.get_one(Response, comment.response_id)
        assert not answer.is_counted
        assert decode(INSTRUMENT, answer.vector).values == {}

    def test_words_written_after_the_deadline_join_what_was_counted_and_are_kept_once(
        self, session, vault, gate, members, save, late
    ):
        save(members[0], comment__wish="电梯", contact="office_or_hq")
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=late)
        save(members[0], at=late, comment__wish="电梯", comment__praise=CANARY)
        save(members[0], "b", at=late, comment__wish="电梯")
        assert self.keep(session, vault, gate, late) == 2
        assert self.words(session, vault) == [  # two people of one home, two comments
            {"comment.wish": "电梯", "comment.praise": CANARY},
            {"comment.wish": "电梯"},
        ]
        counted = queries.find_counted(session, members[0].id)
        assert counted.origin is Origin.FLUSHED
        assert keep_words(session, vault, gate, INSTRUMENT, now=late) == 0

    def test_the_last_wish_and_number_a_phone_saved_hold_for_what_it_wrote(
        self, session, vault, gate, members, save, late
    ):
        save(
            members[0],
            raw=filled(comment__wish=CANARY, contact="office_or_hq")
            | {"contact.number": ["13911111111"]},
        )
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=late)
        assert session.scalars(select(Comment)).one().contact_sealed is not None
        last = {"contact": ["no_reply"], "contact.number": []}
        save(members[0], at=late, raw=last)
        assert self.keep(session, vault, gate, late) == 1
        comment = session.scalars(select(Comment)).one()
        assert (comment.wish, comment.contact_sealed) == (ContactWish.NO_REPLY, None)
        assert self.words(session, vault) == [{"comment.wish": CANARY}]

    def test_words_taken_back_before_the_freeze_are_gone(
        self, session, vault, gate, members, save, late
    ):
        save(members[0], comment__wish=CANARY, contact="hq_only")
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=late)
        save(members[0], at=late, raw={"comment.wish": [], "contact": []})
        assert self.keep(session, vault, gate, late) == 1
        assert self.words(session, vault) == []

    def test_the_same_words_of_two_people_with_two_numbers_are_two_comments(
        self, session, vault, gate, members, save, late
    ):
        words = {"comment.wish": [CANARY], "contact": ["hq_only"]}
        for device, number in (("a", "13911111111"), ("b", "13922222222"), ("c", "13922222222")):
            save(members[0], device, raw=words | {"contact.number": [number]})
        assert self.keep(session, vault, gate, late) == 2

    def test_a_draft_carried_on_elsewhere_does_not_bring_back_its_earlier_wish(
        self, session, vault, gate, members, save, now, late
    ):
        save(members[0], raw={"comment.wish": [CANARY], "contact": ["office_or_hq"]})
        code = resume.give_resume_code(session, vault, member=members[0], device="a", now=now)
        resume.carry_on(
            session, vault, member=members[0], device="b", text=code.code, now=now + SECOND
        )
        save(members[0], "b", at=now + 2 * SECOND, raw={"contact": ["no_reply"]})
        assert self.keep(session, vault, gate, late) == 1
        assert session.scalars(select(Comment)).one().wish is ContactWish.NO_REPLY

    def test_kept_words_are_found_by_the_phone_that_wrote_them_alone(
        self, session, vault, gate, members, save, late
    ):
        save(members[0], raw={"comment.wish": [CANARY], "contact": ["hq_only"]})
        self.keep(session, vault, gate, late)
        found = find_kept(session, vault, member=members[0], device="a")
        assert found is not None
        assert is_words_alone(found)
        assert find_kept(session, vault, member=members[0], device="b") is None
        assert find_kept(session, vault, member=members[1], device="a") is None

    def test_kept_words_never_count_after_a_void_either(
        self, session, vault, gate, members, save, late
    ):
        save(members[0], "b", comment__wish=CANARY)
        sent = submit(session, vault, members[0], now=late - 2 * SECOND, device="a")
        self.keep(session, vault, gate, late)
        gate.frozen_at = late
        answer = queries.find_by_receipt(session, sent.code)
        staff = make_staff(session)
        void_response(
            session, vault, answer, reason=VoidReason.NOT_OWNER, note="不是业主",
            staff_id=staff.id, now=late + SECOND,
        )  # fmt: skip
        assert queries.find_counted(session, members[0].id) is None

    def test_only_the_phone_it_was_saved_on_finds_the_flushed_answer(
        self, session, vault, gate, members, save, late
    ):
        save(members[0])
        services.flush_drafts(session, vault, gate, INSTRUMENT, now=late)
        found = services.find_flushed(session, vault, member=members[0], device="a")
        assert found == queries.find_counted(session, members[0].id)
        assert services.find_flushed(session, vault, member=members[0], device="b") is None
        assert services.find_flushed(session, vault, member=members[1], device="a") is None
