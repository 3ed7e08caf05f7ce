"""Replies, public answers and copies under several hands at once, on the real databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from app.db import write_session
from app.followup import public
from app.followup.answering import services
from app.followup.answering.queries import list_replies, list_versions
from app.followup.answering.services import PublicAnswerInput
from app.followup.models import (
    Alarm,
    ProblemComment,
    PublicAnswer,
    Reply,
    ReplyRating,
    ReplyVerdict,
)
from app.followup.queries import list_cases, list_sealed_comments
from app.followup.services import make_follow_ups
from app.jobs.models import Job
from app.surveys.response.copies import ask_for_copy
from app.surveys.response.models import AnswerCopy, Response
from app.vault import Vault
from tests.factories import NOW, head_office, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import answer

THREADS = 8
ANSWER = PublicAnswerInput("楼道灯", "线路老化", "更换", "工程部", date(2026, 12, 20))


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """The engine without waiting for the disk: who wins a race does not depend on it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
    return engine


@pytest.fixture
def place(session: Session, vault: Vault) -> dict[str, int]:
    """One comment of one home with its case; somebody at head office."""
    community = make_community(session, households=2)
    campaign = make_campaign(session, vault)
    make_staff(session)
    member = members_of(session, campaign)[0]
    answer(session, vault, campaign, member, comment="话", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=NOW)
    (case,) = list_cases(session, head_office(), campaign.id)
    (comment,) = list_sealed_comments(session, [member.id])
    response_id = session.scalars(select(Response.id)).one()
    found = {
        "case": case.id,
        "comment": comment.id,
        "response": response_id,
        "campaign": campaign.id,
        "community": community.id,
    }
    session.commit()
    return found


def at_once(engine: Engine, work) -> list[object]:
    """Run `work(session, number)` in several transactions at the same instant."""
    barrier = Barrier(THREADS)

    def run(number: int) -> object:
        barrier.wait()
        with write_session(engine) as session:
            return work(session, number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_replies_published_at_once_become_versions_one_by_one(
    engine: Engine, session: Session, vault: Vault, place: dict[str, int]
) -> None:
    at_once(
        engine,
        lambda own, number: services.publish_reply(
            own, vault, head_office(), place["case"], place["comment"], f"答复{number}", now=NOW
        ),
    )
    replies = [reply for reply, _name in list_replies(session, [place["comment"]])]
    assert [reply.version for reply in replies] == list(range(1, THREADS + 1))
    texts = {vault.open(reply.text_sealed, "reply") for reply in replies}
    assert texts == {f"答复{number}" for number in range(THREADS)}


def test_changes_of_a_public_answer_at_once_become_versions_one_by_one(
    engine: Engine, session: Session, place: dict[str, int]
) -> None:
    where = {"campaign_id": place["campaign"], "community_id": place["community"], "now": NOW}
    with write_session(engine) as own:
        key = services.publish_answer(own, head_office(), ANSWER, **where)
    at_once(
        engine,
        lambda own, _number: services.publish_answer(
            own, head_office(), ANSWER, problem_id=key, **where
        ),
    )
    versions = [one.version for one, _name in list_versions(session, key)]
    assert versions == list(range(THREADS + 1, 0, -1))


def test_a_rating_tapped_many_times_is_kept_once(
    engine: Engine, session: Session, vault: Vault, place: dict[str, int]
) -> None:
    with write_session(engine) as own:
        services.publish_reply(
            own, vault, head_office(), place["case"], place["comment"], "答复", now=NOW
        )
    key = session.scalars(select(Reply.id)).one()
    session.rollback()
    rated = at_once(
        engine,
        lambda own, _number: public.rate_reply(
            own, own.get_one(Response, place["response"]), key, ReplyVerdict.SO_SO, now=NOW
        ),
    )
    assert rated == [True] * THREADS
    assert session.scalar(select(func.count()).select_from(ReplyRating)) == 1


def test_a_file_asked_for_many_times_is_made_once(
    engine: Engine, session: Session, place: dict[str, int]
) -> None:
    at_once(
        engine,
        lambda own, _number: ask_for_copy(
            own, own.get_one(Response, place["response"]), language="en", now=NOW
        ),
    )
    assert session.scalar(select(func.count()).select_from(AnswerCopy)) == 1
    assert session.scalar(select(func.count()).select_from(Job)) == 1


@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
def test_the_database_keeps_published_answers_as_they_are(
    engine: Engine, session: Session, place: dict[str, int], change: str
) -> None:
    with write_session(engine) as own:
        services.publish_answer(
            own,
            head_office(),
            ANSWER,
            campaign_id=place["campaign"],
            community_id=place["community"],
            now=NOW,
        )
    found = session.scalars(select(PublicAnswer)).one()
    if change == "UPDATE":
        found.cause = "别的"
    else:
        session.delete(found)
    with pytest.raises(DatabaseError, match="never change"):
        session.flush()


@pytest.mark.parametrize("wrong", ["date_and_reason", "neither", "said_without_time", "no_outcome"])
def test_the_database_refuses_half_records(
    session: Session, place: dict[str, int], wrong: str
) -> None:
    with write_session(session.get_bind()) as own:
        key = services.publish_answer(
            own,
            head_office(),
            ANSWER,
            campaign_id=place["campaign"],
            community_id=place["community"],
            now=NOW,
        )
    staff_id = head_office().staff_id
    shared = {
        "problem_id": key, "version": 9, "title": "x", "cause": "x", "action": "x",
        "responsible": "x", "staff_id": staff_id, "published_at": NOW,
    }  # fmt: skip
    session.add(
        {
            "date_and_reason": PublicAnswer(**shared, due_on=date(2026, 12, 1), why_not="x"),
            "neither": PublicAnswer(**shared),
            "said_without_time": ProblemComment(
                problem_id=key, comment_id=place["comment"], is_solved=True
            ),
            "no_outcome": Alarm(
                frame_member_id=1,
                kind="not_us",
                said_sealed=b"x",
                raised_at=NOW,
                checked_at=NOW,
                outcome=None,
            ),
        }[wrong]
    )
    with pytest.raises(IntegrityError):
        session.flush()
