"""A whole market survey on the demo's invented market: from the frame to the printed report."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import duckdb
import pikepdf
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from app.demo.market import INTERVIEWS as EACH
from app.demo.market import TRUTH, market
from app.reports.market.registry import BUILDERS, build
from app.reports.market.source import MarketSource, PerceptionItem
from app.reports.market.stored import from_text, to_text
from app.reports.market.work import make_study, market_round
from app.reports.work import Workshop
from app.staff.models import AuditEntry, Role
from app.surveys.market import queries
from app.surveys.market.backchecks import KEPT_AFTER_CLOSING, destroy_phones
from app.surveys.market.freezing import INTERVIEWS, freeze_market
from app.surveys.market.models import (
    MarketCheck,
    MarketInterview,
    MarketRun,
    MarketSnapshot,
    MarketState,
)
from app.surveys.market.questionnaire import get_questionnaire
from tests.factories import make_staff

LATER = datetime(2026, 11, 22, 2, tzinfo=UTC)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def make_market(session, vault, *, interviews):
    make_staff(session, Role.HEAD_OFFICE, login="hq")
    make_staff(session, Role.AGENCY, login="agency")
    made = market(session, vault, closes_on=date(2026, 11, 10), interviews=interviews)
    session.commit()
    return made


@pytest.fixture
def survey(session, vault):
    """The demo's market with two interviews in every community."""
    return make_market(session, vault, interviews=2)


@pytest.fixture
def workshop(engine, vault, storage, config):
    return Workshop(engine=engine, vault=vault, storage=storage, config=config, clock=lambda: LATER)


def test_the_league_table_covers_the_simulated_truth_and_every_number_reaches_its_page(
    session, vault, workshop, storage
):
    survey = make_market(session, vault, interviews=EACH)
    survey_id = survey.id
    session.rollback()
    make_study(workshop, {"survey_id": survey_id})
    make_study(workshop, {"survey_id": survey_id})  # twice is once
    run = session.scalars(select(MarketRun)).one()
    stored = from_text(run.result)
    assert to_text(stored) == run.result

    entries = {one.code: one for one in stored.main.leagues[0].entries}
    for code, truth in TRUTH.items():
        assert entries[code].adjusted.low <= truth <= entries[code].adjusted.high
        assert (entries[code].interviews, entries[code].communities) == (180, 12)
    # Dearer, newer communities flatter this company; the model takes that back.
    assert entries["haiyue"].plain.value > entries["haiyue"].adjusted.value
    worst = max(stored.main.competitive.items, key=lambda one: one.pfi)
    assert worst.code == "repairs"  # 15 points behind the best rival in the truth
    assert any(gap.verdict == "behind" for gap in worst.gaps)
    assert stored.main.interviews == 900
    assert (stored.communities, stored.asked) == (60, 60)

    source = MarketSource(
        stored, get_questionnaire(session, survey.questionnaire), "zh-Hans",
        beside={"repairs": PerceptionItem(1.5, 1.0, 2.0, 3)},
    )  # fmt: skip
    for name in BUILDERS:
        exhibit = build(name, source)
        assert exhibit is not None, name
        assert all(len(row.cells) == len(exhibit.table.heads) for row in exhibit.table.rows)
        for width in (350.0, 980.0):
            assert exhibit.draw is None or exhibit.draw(width).clash == 0
    first = build("priorities", source).table.rows[0]
    assert first.cells[-2].value == 1.5
    assert first.cells[-1] == 3

    kinds = {one.kind: one.digest for one in queries.list_files(session, run.id)}
    assert set(kinds) == {"pdf-zh-Hans", "pdf-en"}
    for digest in kinds.values():
        with pikepdf.open(BytesIO(storage.get(digest))) as book:
            assert 4 <= len(book.pages) <= 6
            figures = json.loads(book.attachments["figures.json"].get_file().read_bytes())
            assert figures["snapshot"] == session.scalars(select(MarketSnapshot.digest)).one()


def test_a_snapshot_names_nobody_and_a_changed_survey_is_a_new_revision(
    session, survey, storage, tmp_path
):
    first = freeze_market(session, storage, survey, now=LATER)
    again = freeze_market(session, storage, survey, now=LATER + timedelta(days=1))
    assert again.id == first.id
    manifest = json.loads(first.manifest)
    path = tmp_path / INTERVIEWS
    path.write_bytes(storage.get(manifest["files"][INTERVIEWS]))
    with duckdb.connect() as connection:
        table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [one[0] for one in table.description]
        rows = table.fetchall()
    assert len(rows) == 120
    assert "phone" not in names
    said = {str(cell) for row in rows for cell in row}
    assert not any(one.startswith(("1390000", "访")) for one in said)
    assert len({row[names.index("interviewer")] for row in rows}) == 12

    session.scalars(select(MarketInterview).limit(1)).one().voided_at = LATER
    session.flush()
    second = freeze_market(session, storage, survey, now=LATER)
    assert (second.revision, second.interviews) == (2, 119)
    assert json.loads(second.manifest)["replaces"] == first.digest
    session.commit()
    with pytest.raises(DatabaseError, match="never change"):
        session.query(MarketSnapshot).update({"interviews": 1})
    session.rollback()


def test_numbers_are_destroyed_when_they_have_served(session, survey, vault):
    left = select(func.count()).where(MarketCheck.phone_sealed.is_not(None))
    drawn = queries.list_drawn(session, survey.id)
    assert len(drawn) == 12  # 10 % of 120
    # Recorded calls and everybody who was not drawn; "not reached" may be called again.
    waiting = [row for row in drawn if row.check.outcome in (None, "not_reached")]
    assert session.scalar(left) == len(waiting)
    assert destroy_phones(session, now=survey.closed_at + KEPT_AFTER_CLOSING) == 0
    late = survey.closed_at + KEPT_AFTER_CLOSING + timedelta(seconds=1)
    assert destroy_phones(session, now=late) == len(waiting)
    assert session.scalar(left) == 0
    details = session.scalars(select(AuditEntry.detail)).all()
    assert not any("1390000" in one for one in details)


def test_an_open_survey_closes_by_itself_after_its_last_day(session, survey, workshop):
    survey.state, survey.closed_at = MarketState.OPEN, None
    session.commit()
    market_round(replace(workshop, clock=lambda: datetime(2026, 11, 10, 15, 59, tzinfo=UTC)))
    session.expire_all()
    assert survey.state is MarketState.OPEN
    session.rollback()
    market_round(replace(workshop, clock=lambda: datetime(2026, 11, 10, 16, 1, tzinfo=UTC)))
    session.expire_all()
    assert survey.state is MarketState.CLOSED
