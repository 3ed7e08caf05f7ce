"""Entered waves on both databases: figures like `study run`, once only, never in heads or gates."""

import hashlib
import io
import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from app.reports.history import work
from app.reports.history.exhibits import series
from app.reports.history.queries import list_points
from app.reports.models import ResultHead
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.services import publish_instrument
from app.surveys.history import queries, services
from app.surveys.history.choice import Choice, open_losses, read_report
from app.surveys.history.errors import WaveRefusedError
from app.surveys.history.jobs import files_of
from app.surveys.history.mapping.column_map import HistoryMap, ScaleRule, to_yaml
from app.surveys.history.mapping.loss import LossKind
from app.surveys.history.models import HistoryFigure, HistoryFile, HistoryFileState, HistoryWave
from app.surveys.history.models import HistoryMap as Row
from app.surveys.instrument.load import load_instrument
from app.surveys.snapshot.external import run_external
from tests.factories import make_community, make_staff, perception_instrument
from tests.reference.expected import HERE, SHARED

pytestmark = pytest.mark.heavy

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
KCMO = SHARED / "data" / "kcmo-resident-survey" / "responses.csv"
INSTRUMENT = HERE / "kcmo" / "instrument.yaml"


@pytest.fixture
def shop(engine, vault, storage, config):
    return Workshop(engine, vault, storage, config, lambda: NOW)


def put(session, shop, content: bytes, staff_id: int, choice: Choice, instrument: str) -> int:
    stored_as, size = files_of(shop.config.instance, shop.vault).keep(io.BytesIO(content))
    file = services.order_reading(
        session,
        shop.vault,
        HistoryFile(
            name="f.csv",
            stored_as=stored_as,
            size=size,
            digest=hashlib.sha256(content).hexdigest(),
            instrument_digest=instrument,
            staff_id=staff_id,
            created_at=NOW,
        ),
        choice=choice,
    )
    file_id = file.id
    session.commit()
    work.read_file(shop, {"file": file_id})
    return file_id


def enter(session, shop, content: bytes, staff_id: int, choice: Choice, instrument: str):
    file_id = put(session, shop, content, staff_id, Choice(), instrument)
    services.choose(session, shop.vault, file_id, choice, now=NOW)
    session.commit()
    work.check_file(shop, {"file": file_id})
    report = read_report(shop.vault, queries.find_file(session, file_id))
    session.rollback()
    services.order_entry(session, file_id, now=NOW)
    session.commit()
    work.enter_file(shop, {"file": file_id})
    work.enter_file(shop, {"file": file_id})  # a job may run twice
    session.expire_all()
    return report, queries.find_file(session, file_id)


def head_office() -> Scope:
    return Scope(1, "", Role.HEAD_OFFICE, None)


def small_map(digest: str, **more) -> HistoryMap:
    scale = ScaleRule(("overall",), 1, 10, satisfied_from=8)
    return HistoryMap("m", digest, {"overall": "Q1", "community": "小区"}, scales=(scale,), **more)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.skipif(not KCMO.is_file(), reason="the resident survey lies in ../shared")
def test_two_years_of_a_real_survey_give_the_figures_of_study_run(session, shop):
    loaded = load_instrument(INSTRUMENT.read_text("utf-8"), "kcmo")
    version = publish_instrument(session, loaded.instrument, now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    place = make_community(session, code="KC", name="Kansas City")
    columns = {k: v for k, v in loaded.columns.items() if isinstance(v, str)}
    for key in ("community", "wave"):
        columns.pop(key)
    ratings = tuple(columns)
    mapped = HistoryMap(
        "kcmo",
        version.digest,
        {**columns, "replicates": "replicate"},
        picks=("priority_1", "priority_2", "priority_3"),
        none_words=("none",),
        scales=(ScaleRule(ratings, 1, 5, satisfied_from=4),),
        community="KC",
    )
    session.commit()
    lines = KCMO.read_text("utf-8").splitlines()
    for wave, day in (("2021-09", "2021-09-30"), ("2022-03", "2022-03-31")):
        kept = [lines[0], *(line for line in lines[1:] if f",{wave}," in line)]
        choice = Choice(to_yaml(mapped), wave, wave, day, is_complete=True)
        content = "\n".join(kept).encode()
        enter(session, shop, content, staff.id, choice, version.digest)
        want = run_external(INSTRUMENT, KCMO, where=f"wave={wave}", replicates="replicate")
        got = list_points(session, place.id, head_office())[-1].head
        assert got.n == want.n
        for mine, theirs in (
            (got.index, want.index),
            (got.overall, want.overall),
            (got.satisfied, want.overall_satisfied),
        ):
            assert (mine.value, mine.low, mine.high) == pytest.approx(
                (theirs.value, theirs.low, theirs.high), rel=1e-12
            )
    work.tell_steps(shop, {})
    session.rollback()
    last = list_points(session, place.id, head_office())[-1]
    assert {step.measure for step in last.steps} == {"index", "overall", "satisfied"}
    assert not session.scalar(select(func.count()).select_from(ResultHead))


def test_small_figures_by_hand_and_every_loss_with_its_line(session, shop):
    # 20 answers of 8 and 20 of 6 on 1-10: mean 7, (7-1)/9 = 66.67 of 100, half of them satisfied.
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    place = make_community(session, code="A", name="甲园")
    rows = ["小区,Q1,电话", *(f"甲园,{8 if at % 2 else 6},170{at}" for at in range(40))]
    rows += ["甲园,十分,1", "甲园,,2", "乙园,9,3"]
    mapped = small_map(version.digest, places={"甲园": "A", "乙园": ""})
    choice = Choice(to_yaml(mapped), "2024-06", "旧", "2024-06-30", {"甲园": 80}, is_complete=True)
    _report, file = enter(
        session, shop, "\n".join(rows).encode("gb18030"), staff.id, choice, version.digest
    )
    assert file.state is HistoryFileState.ENTERED
    head = list_points(session, place.id, head_office())[0].head
    assert (head.n, head.base) == (40, 80)
    assert head.overall.value == pytest.approx(100 * 6 / 9)
    assert head.satisfied.value == pytest.approx(0.5)
    assert head.index.value is None
    wave = session.scalars(select(HistoryWave)).one()
    losses = {one.kind: one for one in open_losses(shop.vault, wave.loss_sealed)}
    assert losses[LossKind.VALUE].lines == (42,)
    assert losses[LossKind.ROW_EMPTY].lines == (42, 43)
    assert losses[LossKind.PLACE].value == "乙园"
    assert "电话" in [one.column for one in open_losses(shop.vault, wave.loss_sealed)]
    assert "170" not in wave.manifest
    session.scalars(select(Row)).one().name = "x"
    with pytest.raises(DatabaseError, match="never change"):
        session.flush()


def test_answers_of_a_small_community_are_named_where_they_are_left_out(session, shop):
    # 30 of 10 and 30 of 1 are 50 of 100; the 8 of 10 beside them would make it 55.88.
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    for code in "AB":
        make_community(session, code=code)
    rows = ["小区,Q1", *("A,10" for _ in range(30)), *("B,1" for _ in range(30)), *(["C,10"] * 8)]
    mapped = small_map(version.digest, places={"A": "A", "B": "B", "C": ""})
    choice = Choice(to_yaml(mapped), "2024-06", "旧", "2024-06-30", is_complete=True)
    report, _file = enter(session, shop, "\n".join(rows).encode(), staff.id, choice, version.digest)
    (shown,) = report.waves
    assert (shown.rows, shown.n, shown.left_out) == (68, 60, (1, 8))
    assert shown.overall == pytest.approx(50.0)
    wave = session.scalars(select(HistoryWave)).one()
    for losses in (report.losses, open_losses(shop.vault, wave.loss_sealed)):
        assert [(one.value, one.count) for one in losses if one.kind is LossKind.LEFT_OUT] == [
            ("C", 8)
        ]
    (point,) = list_points(session, None, head_office())
    assert (point.head.n, point.left_out) == (60, (1, 8))
    note = series([point]).note
    assert "2024-06：1 个小区回答不到 10 户，共 8 份" in note


def test_weights_of_the_file_weigh(session, shop):
    # 30 answers of 10 with weight 3 and 30 of 1 with weight 1: 100 * 3 / 4 = 75.
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    place = make_community(session, code="A", name="甲园")
    rows = ["小区,Q1,w", *(f"甲园,{10 if at % 2 else 1},{3 if at % 2 else 1}" for at in range(60))]
    mapped = small_map(version.digest, places={"甲园": "A"})
    mapped = HistoryMap(
        "m",
        version.digest,
        {**mapped.columns, "weight": "w"},
        scales=mapped.scales,
        places={"甲园": "A"},
    )
    choice = Choice(to_yaml(mapped), "2024-06", "旧", "2024-06-30", is_complete=True)
    enter(session, shop, "\n".join(rows).encode(), staff.id, choice, version.digest)
    head = list_points(session, place.id, head_office())[0].head
    assert head.overall.value == pytest.approx(75.0)


def test_what_cannot_be_entered_writes_nothing(session, shop):
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    make_community(session, code="A", name="甲园")
    rows = "\n".join(["小区,Q1", *(f"甲园,{at}" for at in range(50, 90))]).encode()
    mapped = small_map(version.digest, places={"甲园": "A"})
    choice = Choice(to_yaml(mapped), "2024-06", "旧", "2024-06-30", is_complete=True)
    report, file = enter(session, shop, rows, staff.id, choice, version.digest)
    assert [one.code for one in report.problems] == ["too_many_values"]
    assert file.state is HistoryFileState.READ
    late = Choice(choice.map_text, "2027-01", "x", "2027-01-31", is_complete=True)
    good = "\n".join(["小区,Q1", *("甲园,7" for _at in range(20))]).encode()
    report, file = enter(session, shop, good, staff.id, late, version.digest)
    assert report.waves[0].refused == "in_future"
    assert file.state is HistoryFileState.CHECKED
    assert not session.scalar(select(func.count()).select_from(HistoryWave))
    with pytest.raises(WaveRefusedError):
        services.remove_wave(session, 1, "r", actor=head_office(), now=NOW)


def test_figures_are_seen_by_scope_only(session, shop):
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    first, second = (make_community(session, code=code) for code in "AB")
    rows = ["小区,Q1", *("A,7" for _ in range(20)), *("B,5" for _ in range(20))]
    mapped = small_map(version.digest, places={"A": "A", "B": "B"})
    choice = Choice(to_yaml(mapped), "2024-06", "旧", "2024-06-30", is_complete=True)
    enter(session, shop, "\n".join(rows).encode(), staff.id, choice, version.digest)
    office = Scope(2, "", Role.OFFICE, frozenset({first.id}))
    assert len(list_points(session, first.id, office)) == 1
    assert not list_points(session, second.id, office)
    assert not list_points(session, None, office)
    steward = Scope(2, "", Role.STEWARD, frozenset({first.id}))
    assert not list_points(session, first.id, steward)
    assert session.scalar(select(func.count()).select_from(HistoryFigure)) == 3


def test_an_upload_nobody_finishes_is_forgotten_with_what_was_found(session, shop, vault):
    version = publish_instrument(session, perception_instrument(), now=NOW)
    staff = make_staff(session, Role.HEAD_OFFICE)
    session.commit()
    file_id = put(session, shop, "Q1,姓名\n5,王\n".encode(), staff.id, Choice(), version.digest)
    session.expire_all()
    assert queries.find_file(session, file_id).found_sealed
    session.rollback()
    files = files_of(shop.config.instance, vault)
    for path in (shop.config.instance / "history-files").glob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    services.forget_old(session, files, now=NOW.replace(day=24))
    session.commit()
    found = queries.find_file(session, file_id)
    assert (found.state, found.found_sealed) == (HistoryFileState.LEFT, None)
    assert not list((shop.config.instance / "history-files").glob("*"))
