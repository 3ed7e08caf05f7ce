"""Results: a function of snapshot, code, plan and seed; stored once; seen only inside a scope."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.analysis.results.canonical import from_json
from app.reports import study
from app.reports.models import ReportFile, StudyRun
from app.reports.queries import (
    find_latest_result,
    find_report_file,
    list_report_files,
    list_results,
)
from app.reports.study import DifferentResultError, compute, plan_for, run_gate_study, store
from app.staff.models import Role
from app.staff.scope import Scope
from app.storage import DamagedFileError
from app.surveys.campaign.services import waive_gate
from app.surveys.response.queries import count_returns, find_counted
from app.surveys.response.storing import settle
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.load import load_snapshot
from app.surveys.snapshot.manifest import ANSWERS
from app.surveys.snapshot.manifest import from_json as read_manifest
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
    perception_instrument,
)
from tests.integration.snapshot.answering import AFTER, answer_all

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def community(session):
    return make_community(session, households=24)


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def freeze(session, vault, storage, campaign):
    """Let a share of a community answer and freeze it."""

    def freeze(community, *, answers=20):
        answer_all(session, vault, campaign, members_of(session, campaign, community)[:answers])
        return freeze_again(session, storage, campaign, community)

    return freeze


def freeze_again(session, storage, campaign, community):
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)


def test_a_result_counts_what_was_frozen_and_can_be_recomputed_by_hand(
    session, vault, storage, campaign, community, freeze
):
    snapshot = freeze(community)
    run = run_gate_study(session, storage, snapshot, target=None, now=AFTER)
    result = from_json(run.result)
    assert (result.n, result.population) == (20, 24)
    assert result.instrument == campaign.instrument_digest
    dataset = load_snapshot(storage, snapshot.digest).dataset
    column = [column.code for column in dataset.columns].index("area.security")
    given = [int(v) for v in dataset.values[:, column] if 1 <= v <= 5]  # points are 1..5
    security = next(item for item in result.items if item.code == "security")
    assert security.n == len(given)
    assert security.mean == pytest.approx(sum(given) / len(given), rel=1e-11)


def test_the_query_in_the_documentation_gives_the_mean_of_the_result(
    session, storage, community, freeze, tmp_path
):
    snapshot = freeze(community)
    result = from_json(run_gate_study(session, storage, snapshot, target=None, now=AFTER).result)
    page = (ROOT / "docs" / "snapshot.md").read_text("utf-8")
    query = re.search(r"```sql\n(.*?)```", page, re.DOTALL)[1]
    file = tmp_path / "answers.parquet"
    file.write_bytes(storage.get(read_manifest(snapshot.manifest).file(ANSWERS).digest))
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(query.replace("answers.parquet", str(file))).fetchone()
    security = next(item for item in result.items if item.code == "security")
    assert found == (security.n, pytest.approx(security.mean, rel=1e-11))


def test_the_same_input_gives_the_same_bytes_and_is_stored_once(
    session, storage, community, freeze
):
    snapshot = freeze(community)
    first = run_gate_study(session, storage, snapshot, target=80, now=AFTER)
    second = compute(storage, snapshot.digest, target=80)
    assert second.result == first.result
    assert store(session, second, now=AFTER) is first
    assert session.scalar(select(func.count()).select_from(StudyRun)) == 1
    other = run_gate_study(session, storage, snapshot, target=None, now=AFTER)
    assert other.plan_digest != first.plan_digest


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of the database
def test_another_process_computes_the_same_bytes(session, storage, community, freeze, tmp_path):
    snapshot = freeze(community)
    run = run_gate_study(session, storage, snapshot, target=80, now=AFTER)
    program = (
        "import sys; from pathlib import Path; from app.storage import Storage; "
        "from app.reports.study import compute; "
        "done = compute(Storage(Path(sys.argv[1])), sys.argv[2], target=80); "
        "sys.stdout.write(done.code_version + done.plan_digest + done.result)"
    )
    folder = storage.path(snapshot.digest).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder), snapshot.digest],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == run.code_version + run.plan_digest + run.result


def test_another_result_of_the_same_input_is_an_error_and_not_stored(
    session, storage, community, freeze, monkeypatch
):
    snapshot = freeze(community)
    run = run_gate_study(session, storage, snapshot, target=None, now=AFTER)
    computed = compute(storage, snapshot.digest, target=None)
    changed = study.Computed(
        computed.snapshot_digest,
        computed.code_version,
        computed.plan_digest,
        computed.seed,
        computed.result.replace('"n":20', '"n":21', 1),
    )
    with pytest.raises(DifferentResultError):
        store(session, changed, now=AFTER)
    session.refresh(run)
    assert run.result == computed.result


def test_a_waived_gate_gives_indicative_results_without_ranks(
    session, vault, storage, campaign, community, freeze
):
    answer_all(session, vault, campaign, members_of(session, campaign, community)[:12])
    staff = make_staff(session)
    count = count_returns(session, campaign.id, community.id)
    gate = gate_of(session, campaign, community)
    waive_gate(session, vault, gate, count=count, staff_id=staff.id, reason="停电", now=AFTER)
    snapshot = freeze_again(session, storage, campaign, community)
    result = from_json(run_gate_study(session, storage, snapshot, target=None, now=AFTER).result)
    assert "waiver" in result.indicative_why
    assert result.standing == "indicative"
    assert {item.rank for item in result.items} == {None}


def test_a_gate_that_met_its_rate_gives_no_waiver_reason(session, storage, community, freeze):
    snapshot = freeze(community)
    result = from_json(run_gate_study(session, storage, snapshot, target=None, now=AFTER).result)
    assert "waiver" not in result.indicative_why


def test_the_plan_takes_all_areas_and_the_target_of_the_company(
    session, storage, community, freeze
):
    manifest = read_manifest(freeze(community).manifest)
    areas = tuple(area.code for area in perception_instrument().areas)
    plan = plan_for(perception_instrument(), manifest, 80)
    assert (plan.headline, plan.zones, plan.weights) == (areas, areas, "emphasis")
    assert (plan.performance_target, plan.population, plan.reasons) == (80.0, 24, ())
    assert plan_for(perception_instrument(), manifest, None).performance_target is None


def test_nothing_is_computed_from_a_damaged_snapshot(session, storage, community, freeze):
    snapshot = freeze(community)
    path = storage.path(read_manifest(snapshot.manifest).file(ANSWERS).digest)
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.raises(DamagedFileError):
        run_gate_study(session, storage, snapshot, target=None, now=AFTER)
    assert session.scalar(select(func.count()).select_from(StudyRun)) == 0


def test_results_are_found_by_who_may_see_them_only(
    session, vault, storage, campaign, community, freeze
):
    assert list_results(session, campaign.id, head_office()) == []
    snapshot = freeze(community)
    run = run_gate_study(session, storage, snapshot, target=None, now=AFTER)
    stranger = make_community(session)
    own = Scope(3, "主任", Role.OFFICE, frozenset({community.id}))
    for scope in (head_office(), Scope(4, "总经理", Role.LEADER, None), own):
        (found,) = list_results(session, campaign.id, scope)
        assert (found.run_id, found.snapshot, found.community) == (run.id, snapshot, community.name)
        assert found.manifest.base == 24
        assert find_latest_result(session, campaign.id, community.id, scope) == found
    outsiders = [office_of(stranger)]
    outsiders += [Scope(5, "某人", role, None) for role in (Role.STEWARD, Role.CLERK, Role.ADMIN)]
    for scope in outsiders:
        assert list_results(session, campaign.id, scope) == []
        assert find_latest_result(session, campaign.id, community.id, scope) is None


def test_files_of_a_result_are_found_inside_the_scope_only(session, storage, community, freeze):
    run = run_gate_study(session, storage, freeze(community), target=None, now=AFTER)
    file = ReportFile(
        study_run_id=run.id, kind="xlsx", digest=storage.put(b"table"), created_at=AFTER
    )
    session.add(file)
    session.flush()
    assert list_report_files(session, run.id, office_of(community)) == [file]
    assert find_report_file(session, run.id, "xlsx", head_office()) is file
    assert find_report_file(session, run.id, "pdf-zh-Hans", head_office()) is None
    stranger = office_of(make_community(session))
    assert list_report_files(session, run.id, stranger) == []
    assert find_report_file(session, run.id, "xlsx", stranger) is None


def test_the_former_result_stands_until_the_corrected_one_is_computed(
    session, vault, storage, campaign, community, freeze
):
    first = run_gate_study(session, storage, freeze(community), target=None, now=AFTER)
    member = members_of(session, campaign, community)[0]
    find_counted(session, member.id).is_counted = False
    settle(session, member)
    corrected = freeze_again(session, storage, campaign, community)
    found = find_latest_result(session, campaign.id, community.id, head_office())
    assert (found.run_id, found.manifest.revision) == (first.id, 1)
    second = run_gate_study(session, storage, corrected, target=None, now=AFTER)
    found = find_latest_result(session, campaign.id, community.id, head_office())
    assert (found.run_id, found.manifest.revision, found.result.n) == (second.id, 2, 19)


def test_the_database_refuses_to_change_a_result(session, storage, community, freeze):
    run_gate_study(session, storage, freeze(community), target=None, now=AFTER)
    session.commit()
    for statement in ("UPDATE study_run SET seed = 9", "DELETE FROM study_run"):
        with pytest.raises(DatabaseError):
            session.execute(text(statement))
        session.rollback()
