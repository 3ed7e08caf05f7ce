"""The audit log is append-only and shows tampering behind the database's back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text

from app.db import write_session
from app.staff import audit, queries
from app.staff.errors import BrokenChainError
from app.staff.models import AuditEntry
from app.staff.scope import SYSTEM_ACTOR
from tests.factories import head_office, make_community


@pytest.fixture
def written(session, now):
    for number in range(5):
        audit.record(
            session,
            actor=head_office() if number % 2 else SYSTEM_ACTOR,
            action="case.open",
            subject=f"household:{number}",
            now=now + timedelta(microseconds=number),
            detail="户",
        )
    session.commit()
    return session


def tamper(session, statement):
    """Change the log as somebody with full rights on the database could."""
    if session.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_entry_no_{verb}"))
    else:
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
    session.execute(text(statement))
    session.commit()
    session.expire_all()


def test_an_untouched_log_is_whole(written):
    assert audit.verify_chain(written) == 5


def test_an_entry_tells_who_did_what_to_whom_and_where(session, now):
    community = make_community(session)
    audit.record(
        session,
        actor=head_office(),
        action="case.open",
        subject="abc",
        now=now,
        community_id=community.id,
        detail="print",
    )
    (entry,) = queries.list_audit_of(session, "abc")
    assert (entry.actor, entry.action, entry.community_id, entry.detail, entry.at) == (
        "staff:1",
        "case.open",
        community.id,
        "print",
        now,
    )


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_entry SET actor = 'staff:9' WHERE sequence = 3", 3),
        ("UPDATE audit_entry SET action = 'case.look' WHERE sequence = 1", 1),
        ("UPDATE audit_entry SET subject = 'household:9' WHERE sequence = 5", 5),
        ("UPDATE audit_entry SET detail = '' WHERE sequence = 2", 2),
        ("UPDATE audit_entry SET community_id = 7 WHERE sequence = 4", 4),
        ("UPDATE audit_entry SET at = '2026-11-03 00:00:00.000000+00:00' WHERE sequence = 2", 2),
        ("DELETE FROM audit_entry WHERE sequence = 1", 1),
        ("DELETE FROM audit_entry WHERE sequence = 3", 3),
        ("UPDATE audit_entry SET sequence = 9 WHERE sequence = 5", 5),
    ],
)
def test_a_changed_or_removed_entry_breaks_the_chain_there(written, statement, broken_at):
    if written.get_bind().dialect.name == "sqlite":
        statement = statement.replace("+00:00", "")
    tamper(written, statement)
    with pytest.raises(BrokenChainError) as caught:
        audit.verify_chain(written)
    assert caught.value.sequence == broken_at


def test_an_instant_told_in_beijing_time_keeps_the_chain_whole(session, now):
    in_beijing = now.astimezone(timezone(timedelta(hours=8)))
    audit.record(session, actor=SYSTEM_ACTOR, action="look", subject="y", now=in_beijing)
    session.commit()
    session.expire_all()
    assert audit.verify_chain(session) == 1


def test_a_moved_entry_breaks_the_chain(written):
    tamper(written, "UPDATE audit_entry SET sequence = sequence + 1 WHERE sequence = 5")
    with pytest.raises(BrokenChainError):
        audit.verify_chain(written)


def test_entries_roll_back_with_the_act_they_tell_about(written, now):
    audit.record(written, actor=SYSTEM_ACTOR, action="x", subject="y", now=now)
    written.rollback()
    assert audit.verify_chain(written) == 5


def test_writers_at_the_same_time_make_one_unbroken_chain(engine, now):
    def write(number):
        with write_session(engine) as session:
            audit.record(session, actor=SYSTEM_ACTOR, action="x", subject=str(number), now=now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(24)))

    with write_session(engine) as session:
        assert audit.verify_chain(session) == 24
        assert {e.subject for e in session.query(AuditEntry)} == {str(n) for n in range(24)}
