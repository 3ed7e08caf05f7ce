"""Recording an answer: exactly one counts, nothing is lost, nothing is stored twice."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.surveys.campaign.models import Gate
from app.surveys.instrument.answers import AnswersError
from app.surveys.instrument.model import Instrument
from app.surveys.response import queries, services
from app.surveys.response.errors import (
    BadKeyError,
    KeyConflictError,
    NotOpenError,
    WrongInstrumentError,
)
from app.surveys.response.models import Channel, Comment, ContactWish, Draft, Origin, Response
from app.surveys.response.receipts import read_receipt
from app.surveys.response.tracker import gate_standing
from app.surveys.response.vector import decode
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.response.forms import (
    SECOND,
    deadline_of,
    filled,
    opening_of,
    submission,
    submit,
)


@pytest.fixture
def community(session):
    return make_community(session, households=4)


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def member(session, campaign):
    return members_of(session, campaign)[0]


def rows(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_an_answer_is_stored_as_one_vector_with_a_receipt(session, vault, member, now):
    receipt = submit(session, vault, member, now=now, raw=filled(overall=7, areas=5))

    stored = queries.find_by_receipt(session, receipt.code)
    answers = decode(submission(session, member).instrument, stored.vector)
    assert (answers.values["overall"], answers.values["area.security"]) == (7, 5)
    assert (stored.channel, stored.origin) == (Channel.PHONE, Origin.SUBMITTED)
    assert read_receipt(receipt.code) == receipt.code
    assert (receipt.is_counted, receipt.replayed, receipt.received_at) == (True, False, now)


def test_the_same_submit_again_gets_the_same_receipt_and_stores_nothing(
    session, vault, member, now
):
    first = submit(session, vault, member, now=now, raw=filled(comment__wish="路灯不亮"))
    again = submit(
        session, vault, member, now=now + timedelta(hours=1), raw=filled(comment__wish="路灯不亮")
    )

    assert again == replace(first, replayed=True)
    assert (rows(session, Response), rows(session, Comment)) == (1, 1)


def test_a_resend_differs_from_its_first_only_in_transport_fields(session, vault, member, now):
    first = submit(session, vault, member, now=now)
    again = submit(session, vault, member, now=now, raw=filled() | {"csrf_token": ["another"]})
    assert again.code == first.code


def test_the_same_key_with_other_answers_is_refused_and_changes_nothing(
    session, vault, member, now
):
    first = submit(session, vault, member, now=now)
    before = queries.find_by_receipt(session, first.code).vector

    with pytest.raises(KeyConflictError):
        submit(session, vault, member, now=now, raw=filled(overall=1))
    with pytest.raises(KeyConflictError):
        submit(session, vault, member, now=now, raw=filled(comment__wish="又想起一件事"))

    assert rows(session, Response) == 1
    assert queries.find_by_receipt(session, first.code).vector == before


def test_the_key_of_another_household_is_refused(session, vault, campaign, now):
    first, second = members_of(session, campaign)[:2]
    submit(session, vault, first, now=now, key="k")

    with pytest.raises(KeyConflictError):
        submit(session, vault, second, now=now, key="k")
    with pytest.raises(KeyConflictError):
        submit(session, vault, second, now=now, key="k", raw={})
    assert services.find_receipt(session, second, "k") is None


def test_a_second_answer_of_the_household_is_kept_but_never_counted(session, vault, member, now):
    first = submit(session, vault, member, now=now, key="father")
    second = submit(
        session,
        vault,
        member,
        now=now,
        key="daughter",
        raw=filled(overall=2, comment__wish="快递柜"),
    )

    assert (first.is_counted, second.is_counted) == (True, False)
    assert first.code != second.code
    assert queries.find_counted(session, member.id).receipt == first.code
    assert rows(session, Comment) == 1  # its words are followed up all the same


def test_an_answer_from_paper_after_the_phone_is_kept_but_not_counted(session, vault, member, now):
    submit(session, vault, member, now=now)
    paper = submit(session, vault, member, now=now, key="p", channel=Channel.PAPER)
    assert not paper.is_counted


def test_before_the_first_second_nothing_is_taken(session, vault, campaign, member):
    opening = opening_of(campaign)

    with pytest.raises(NotOpenError) as caught:
        submit(session, vault, member, now=opening - SECOND)
    assert caught.value.opens_at == opening
    assert rows(session, Response) == 0

    assert submit(session, vault, member, now=opening).is_counted


def test_in_extended_collection_answers_count(session, vault, campaign, member):
    receipt = submit(session, vault, member, now=deadline_of(campaign) + timedelta(days=3))
    assert receipt.is_counted


def test_after_the_freeze_an_answer_and_its_words_are_kept_but_not_counted(
    session, vault, campaign, community, member
):
    late = deadline_of(campaign) + timedelta(days=1)
    gate_of(session, campaign, community).frozen_at = late
    session.flush()

    receipt = submit(session, vault, member, now=late + SECOND, raw=filled(comment__other="谢谢"))

    assert not receipt.is_counted
    assert rows(session, Comment) == 1
    assert queries.count_returns(session, campaign.id, community.id).returned == 0


def test_a_submitted_answer_replaces_a_flushed_draft(session, vault, campaign, community, member):
    gate, deadline = gate_of(session, campaign, community), deadline_of(campaign)
    instrument = submission(session, member).instrument
    services.save_draft(
        session, vault, member=member, device="a", raw=filled(overall=3),
        language="zh-Hans", form="full", now=deadline - SECOND,
    )  # fmt: skip
    services.flush_drafts(session, vault, gate, instrument, now=deadline)
    flushed = queries.find_counted(session, member.id)
    assert flushed.origin is Origin.FLUSHED

    receipt = submit(session, vault, member, now=deadline + SECOND, raw=filled(overall=9))

    counted = queries.find_counted(session, member.id)
    assert (counted.receipt, counted.origin) == (receipt.code, Origin.SUBMITTED)
    assert receipt.is_counted
    assert rows(session, Response) == 2  # the flushed one is kept
    assert not submit(session, vault, member, now=deadline + 2 * SECOND, key="third").is_counted


def test_after_the_freeze_a_flushed_draft_is_not_replaced(
    session, vault, campaign, community, member
):
    gate, deadline = gate_of(session, campaign, community), deadline_of(campaign)
    services.save_draft(
        session, vault, member=member, device="a", raw=filled(),
        language="zh-Hans", form="full", now=deadline - SECOND,
    )  # fmt: skip
    instrument = submission(session, member).instrument
    services.flush_drafts(session, vault, gate, instrument, now=deadline)
    flushed = queries.find_counted(session, member.id).receipt
    gate.frozen_at = deadline + SECOND
    session.flush()

    assert not submit(session, vault, member, now=deadline + 2 * SECOND).is_counted
    assert queries.find_counted(session, member.id).receipt == flushed


def test_an_invalid_answer_names_what_is_missing_and_stores_nothing(session, vault, member, now):
    with pytest.raises(AnswersError) as caught:
        submit(session, vault, member, now=now, raw=filled(rated=5))

    assert [problem.code for problem in caught.value.problems] == ["too_few_areas"]
    assert rows(session, Response) == 0


def test_no_experience_counts_as_answered_and_six_areas_are_enough(session, vault, member, now):
    raw = filled(rated=5) | {"area.fees": ["na"]}
    assert submit(session, vault, member, now=now, raw=raw).is_counted


@pytest.mark.parametrize("key", ["", "a" * 65, "flush:1", "a b", "钥匙", "a\n"])
def test_a_key_that_cannot_be_ours_is_refused(session, vault, member, now, key):
    with pytest.raises(BadKeyError):
        submit(session, vault, member, now=now, key=key)


def test_answers_to_another_questionnaire_are_refused(session, vault, campaign, member, now):
    sent = submission(session, member)
    other: Instrument = replace(sent.instrument, version=99)

    with pytest.raises(WrongInstrumentError) as caught:
        services.record_response(session, vault, replace(sent, instrument=other), now=now)
    assert caught.value.expected == campaign.instrument_digest


class TestWords:
    """What an owner writes is sealed, and stands in the transaction of the answer."""

    def comment(self, session) -> Comment:
        return session.scalars(select(Comment)).one()

    def test_comment_and_contact_are_sealed_apart(self, session, vault, member, now):
        raw = filled(
            comment__wish="三号楼路灯不亮", contact="office_or_hq", contact__number="13800138000"
        )
        submit(session, vault, member, now=now, raw=raw)

        comment = self.comment(session)
        assert json.loads(vault.open(comment.texts_sealed, "comment")) == {
            "comment.wish": "三号楼路灯不亮"
        }
        contact = json.loads(vault.open(comment.contact_sealed, "contact"))
        assert contact == {"number": "13800138000", "way": None, "when": None}
        assert comment.wish is ContactWish.OFFICE_OR_HQ
        stored = bytes(comment.texts_sealed) + bytes(comment.contact_sealed)
        assert "路灯".encode() not in stored
        assert b"13800138000" not in stored

    def test_no_text_makes_no_row_and_keeps_no_telephone_number(self, session, vault, member, now):
        raw = filled(contact="office_or_hq", contact__number="13800138000", comment__wish="  ")
        submit(session, vault, member, now=now, raw=raw)
        assert rows(session, Comment) == 0

    def test_who_says_nothing_about_replies_is_shown_to_head_office_only(
        self, session, vault, member, now
    ):
        submit(session, vault, member, now=now, raw=filled(comment__wish="保洁很好"))
        assert self.comment(session).wish is ContactWish.HQ_ONLY

    def test_who_wants_no_reply_leaves_no_telephone_number(self, session, vault, member, now):
        raw = filled(comment__wish="算了", contact="no_reply", contact__number="13800138000")
        submit(session, vault, member, now=now, raw=raw)
        assert (self.comment(session).wish, self.comment(session).contact_sealed) == (
            ContactWish.NO_REPLY,
            None,
        )

    @pytest.mark.parametrize("text", ["𠮷野家旁边👨‍👩‍👧", "\u202eRTL", "一\r\n二"])
    def test_any_text_is_stored_and_read_back_alike_on_both_databases(
        self, session, vault, member, now, text
    ):
        submit(session, vault, member, now=now, raw=filled(comment__wish=text))
        session.expire_all()

        stored = json.loads(vault.open(self.comment(session).texts_sealed, "comment"))
        assert stored == {"comment.wish": text.replace("\r\n", "\n")}


class TestDrafts:
    """Drafts of the answering device go with its submit, in the same transaction."""

    def save(self, session, vault, member, device, now, **fields) -> None:
        services.save_draft(
            session, vault, member=member, device=device, raw=filled(**fields),
            language="zh-Hans", form="full", now=now,
        )  # fmt: skip

    def test_the_draft_of_the_device_is_deleted_and_another_devices_stays(
        self, session, vault, member, now
    ):
        self.save(session, vault, member, "a", now)
        self.save(session, vault, member, "b", now)

        submit(session, vault, member, now=now, device="a")

        assert services.load_draft(session, vault, member=member, device="a") == {}
        assert services.load_draft(session, vault, member=member, device="b") == filled()

    def test_without_a_device_all_drafts_of_the_household_go_but_not_after_paper(
        self, session, vault, member, now
    ):
        self.save(session, vault, member, "a", now)
        submit(session, vault, member, now=now, channel=Channel.PAPER, key="paper")
        assert rows(session, Draft) == 1

        submit(session, vault, member, now=now, key="phone")
        assert rows(session, Draft) == 0

    def test_a_resend_after_its_draft_is_gone_still_gets_the_receipt(
        self, session, vault, member, now
    ):
        self.save(session, vault, member, "a", now)
        raw = services.load_draft(session, vault, member=member, device="a")
        first = submit(session, vault, member, now=now, raw=raw, device="a")

        gone = services.load_draft(session, vault, member=member, device="a")
        again = submit(session, vault, member, now=now, raw=gone, device="a")

        assert gone == {}
        assert again == replace(first, replayed=True)
        assert services.find_receipt(session, member, f"key-{member.id}") == again

    def test_an_empty_form_under_a_new_key_is_refused(self, session, vault, member, now):
        with pytest.raises(AnswersError):
            submit(session, vault, member, now=now, raw={})


def test_a_failed_transaction_leaves_draft_and_no_answer(session, vault, member, now):
    services.save_draft(
        session, vault, member=member, device="a", raw=filled(),
        language="en", form="full", now=now,
    )  # fmt: skip
    session.commit()
    submit(session, vault, member, now=now, device="a", raw=filled(comment__wish="x"))
    session.rollback()

    assert rows(session, Response) == rows(session, Comment) == 0
    assert services.load_draft(session, vault, member=member, device="a") == filled()


def test_a_form_may_be_begun_while_collecting_and_in_extension_only(
    session, vault, campaign, community
):
    gate: Gate = gate_of(session, campaign, community)
    opening, deadline = opening_of(campaign), deadline_of(campaign)

    def may(now: datetime) -> bool:
        status = gate_standing(session, campaign, gate, now=now).status
        return services.may_answer(gate, status, now)

    assert [may(opening - SECOND), may(opening), may(deadline - SECOND)] == [False, True, True]
    assert may(deadline + SECOND)
    for member in members_of(session, campaign)[:3]:  # 3 of 4 homes: the rate is met
        submit(session, vault, member, now=opening)
    assert may(deadline - SECOND)
    assert not may(deadline)
