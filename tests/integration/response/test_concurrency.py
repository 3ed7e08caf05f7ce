"""Thirty-two submits of one household at the same instant, on the real databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, func, select

from app.db import write_session
from app.surveys.campaign import queries as campaign_queries
from app.surveys.response import services
from app.surveys.response.models import Comment, Draft, Response
from app.surveys.response.services import Receipt
from app.vault import Vault
from tests import postgres
from tests.factories import NOW, make_campaign, make_community, members_of
from tests.integration.response.forms import SECOND, deadline_of, filled, submission, submit

THREADS = 32
ROUNDS = 8 if postgres.is_wanted() else 5  # `make check` takes the short form


def at_once(work) -> list[object]:
    """Run `work(number)` in all threads at the same instant; return results and exceptions."""
    barrier = Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def post(engine: Engine, vault: Vault, member_id: int, *, now=NOW, **changes: object) -> Receipt:
    """Submit in a transaction of its own, as a request does."""
    with write_session(engine) as session:
        member = campaign_queries.get_member(session, member_id)
        return submit(session, vault, member, now=now, **changes)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """The engine without waiting for the disk: who wins a race does not depend on it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
    return engine


@pytest.fixture
def member_ids(session, vault) -> list[int]:
    make_community(session, households=ROUNDS)
    campaign = make_campaign(session, vault)
    ids = [member.id for member in members_of(session, campaign)]
    session.commit()
    return ids


def counts(session, member_id: int) -> tuple[int, int]:
    """Return all and counted answers of a household."""
    statement = select(func.count(), func.count().filter(Response.is_counted)).where(
        Response.frame_member_id == member_id
    )
    found = session.execute(statement).one()
    session.commit()
    return (found[0], found[1])


def test_the_same_submit_many_times_at_once_is_one_answer_and_one_receipt(
    engine, session, vault, member_ids
):
    for member_id in member_ids:
        got = at_once(
            lambda _, m=member_id: post(engine, vault, m, raw=filled(comment__wish="路灯"))
        )

        assert all(isinstance(receipt, Receipt) for receipt in got), got
        assert len({receipt.code for receipt in got}) == 1
        assert sum(not receipt.replayed for receipt in got) == 1
        assert all(receipt.is_counted for receipt in got)
        assert counts(session, member_id) == (1, 1)
    assert session.scalar(select(func.count()).select_from(Comment)) == ROUNDS


def test_many_submits_of_one_household_at_once_make_one_counted_answer(
    engine, session, vault, member_ids
):
    for member_id in member_ids:
        got = at_once(
            lambda n, m=member_id: post(
                engine, vault, m, key=f"{m}-{n}", raw=filled(overall=n % 10 + 1)
            )
        )

        assert all(isinstance(receipt, Receipt) for receipt in got), got
        assert sum(receipt.is_counted for receipt in got) == 1
        assert len({receipt.code for receipt in got}) == THREADS
        assert counts(session, member_id) == (THREADS, 1)


def test_many_submits_at_once_replace_a_flushed_draft_exactly_once(
    engine, session, vault, member_ids
):
    member = campaign_queries.get_member(session, member_ids[0])
    campaign = campaign_queries.get_campaign(session, member.campaign_id)
    campaign_id, community_id = member.campaign_id, member.community_id
    deadline = deadline_of(campaign)
    instrument = submission(session, member).instrument
    session.commit()
    with write_session(engine) as writing:
        for member_id in member_ids[:5]:
            services.save_draft(
                writing, vault, member=campaign_queries.get_member(writing, member_id),
                device="a", raw=filled(overall=1), language="en", form="full", now=NOW,
            )  # fmt: skip
        gate = campaign_queries.find_gate(writing, campaign_id, community_id)
        assert services.flush_drafts(writing, vault, gate, instrument, now=deadline) == 5

    for member_id in member_ids[:5]:
        got = at_once(
            lambda n, m=member_id: post(engine, vault, m, key=f"{m}-{n}", now=deadline + SECOND)
        )
        assert all(isinstance(receipt, Receipt) for receipt in got), got
        assert sum(receipt.is_counted for receipt in got) == 1
        assert counts(session, member_id) == (THREADS + 1, 1)


def test_pages_of_one_device_saved_at_once_are_all_kept(engine, session, vault, member_ids):
    items = [f"area.{code}" for code in ("service", "security", "cleaning", "fees")]

    def save(number: int) -> None:
        with write_session(engine) as writing:
            services.save_draft(
                writing, vault, member=campaign_queries.get_member(writing, member_ids[0]),
                device="a", raw={items[number % 4]: ["4"]},
                language="en", form="full", now=NOW,
            )  # fmt: skip

    got = at_once(save)

    assert got == [None] * THREADS
    member = campaign_queries.get_member(session, member_ids[0])
    draft = services.load_draft(session, vault, member=member, device="a")
    assert draft == {item: ["4"] for item in items}
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_freeze_among_submits_counts_what_came_before_it_and_nothing_after(
    engine, session, vault, member_ids
):
    """What the freeze reads is what stays counted, whatever was under way."""
    member = campaign_queries.get_member(session, member_ids[0])
    campaign_id, community_id = member.campaign_id, member.community_id
    session.commit()
    seen_at_freeze: list[set[int]] = []

    def counted_ids(reading) -> set[int]:
        return set(reading.scalars(select(Response.frame_member_id).where(Response.is_counted)))

    def work(number: int) -> object:
        if number == THREADS // 2:
            with write_session(engine) as writing:
                gate = campaign_queries.lock_gate(
                    writing, campaign_id, community_id, exclusive=True
                )
                gate.frozen_at = NOW
                seen_at_freeze.append(counted_ids(writing))
            return None
        member_id = member_ids[number % ROUNDS]
        return post(engine, vault, member_id, key=f"f-{number}")

    got = at_once(work)

    assert not [error for error in got if isinstance(error, Exception)], got
    assert seen_at_freeze == [counted_ids(session)]
