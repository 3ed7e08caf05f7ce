"""The company's pages: who sees them, what they say first, and that no list ranks by chance."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.analysis.results.canonical import to_json
from app.analysis.results.comparison import CommunitiesResult, CommunityEntry, Contrast
from app.analysis.results.estimate import Estimate
from app.reports.heads import write_head, write_missing_heads
from app.reports.models import StudyRun
from app.staff.models import AuditEntry, Role
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import (
    CommunityEntry as Frozen,
)
from app.surveys.snapshot.manifest import (
    CompanyManifest,
    MissingEntry,
    MissingReason,
    company_to_json,
    digest_of,
)
from app.surveys.snapshot.models import Snapshot
from tests.factories import PASSWORD, make_staff
from tests.unit.reports_charts.rich import make_rich_result
from tests.web.results.conftest import FROZEN_AT

pytestmark = pytest.mark.heavy


def entry(code: str, value: float, standing: str) -> CommunityEntry:
    shown = Estimate(value, 1.0, value - 2, value + 2, 120, 29)
    change = Estimate(value - 60, 1.0, value - 62, value - 58, 120, 29)
    return CommunityEntry(
        code, 120, shown, shown, 0.5, Contrast(code, value, 60.0, change), standing, True
    )


def side_by_side() -> CommunitiesResult:
    entries = (
        entry("C1", 70.0, "above"), entry("C2", 50.0, "below"), entry("C3", 60.0, "average"),
    )  # fmt: skip
    return CommunitiesResult(
        "index", 0.95, 3, 60.0, 40.0, 30.0, 0.001, 0.5, False, entries, ("C2", "C3", "C1")
    )


@pytest.fixture
def company(session, world):
    """A company result with three communities, one of them clearly below."""
    campaign = session.merge(world.campaign)
    result = replace(make_rich_result(), communities=(side_by_side(),))
    snapshots = tuple(
        Frozen(code, "a" * 64, 1, 200, 120, waived=code == "C2") for code in ("C1", "C2", "C3")
    )
    missing = (MissingEntry("C4", MissingReason.HELD, 100, 70),)
    text = company_to_json(
        CompanyManifest(
            campaign=campaign.code,
            revision=1,
            replaces=None,
            base=700,
            returned=430,
            required_permille=600,
            t0=FROZEN_AT,
            snapshots=snapshots,
            missing=missing,
            code_version="test",
            created_at=FROZEN_AT,
        )
    )
    snapshot = Snapshot(
        campaign_id=campaign.id,
        community_id=None,
        revision=1,
        digest=digest_of(text),
        replaces=None,
        manifest=text,
        created_at=FROZEN_AT,
    )
    session.add(snapshot)
    session.flush()
    run = StudyRun(
        snapshot_digest=snapshot.digest,
        code_version="test",
        plan_digest="1" * 64,
        seed=0,
        result=to_json(result),
        created_at=FROZEN_AT,
    )
    session.add(run)
    session.flush()
    write_head(session, run, snapshot)
    write_missing_heads(session)
    session.commit()
    return f"/hq/company/{campaign.code}"


@pytest.fixture
def sign_in(client):
    def sign_in(staff):
        browser = client.application.test_client()
        browser.sign_in(staff.login, PASSWORD)
        return browser

    return sign_in


PAGES = (
    *("", "/communities", "/pfi", "/matrix", "/zones", "/items", "/drivers", "/rollups"),
    *("/segments", "/trend", "/silent", "/loyalty", "/gaps", "/method"),
)


def test_a_leader_reads_every_page_of_the_company(sign_in, world, company):
    client = sign_in(world.leader)
    for page in PAGES:
        answer = client.get(f"{company}{page}?lang=en")
        assert answer.status_code == 200, page
    assert client.get("/hq/company").headers["Location"].endswith(company)
    assert client.get(f"{company}/nothing").status_code == 404
    assert client.get(f"{company}?region=nowhere").status_code == 404


def hold(session, world, code):
    """Place an integrity hold, as it stands in the database."""
    session.rollback()
    gate = session.scalars(
        select(Gate)
        .join(Community, Community.id == Gate.community_id)
        .where(Gate.campaign_id == world.campaign.id, Community.code == code)
    ).one()
    gate.held_at = FROZEN_AT
    session.commit()


def test_the_first_screen_names_what_is_below_and_what_is_held(sign_in, session, world, company):
    hold(session, world, "C4")
    text = sign_in(world.leader).get(f"{company}?lang=en").get_data(as_text=True)
    assert "61.4% (430 of 700 homes)" in text  # 430 / 700 = 0.6142..., rounded down
    assert "Clearly below the mean: 松涧雅居" in text
    assert "1 communities are held" in text
    assert "1 communities with 100 homes held while head office checks the answers" in text


def test_a_community_held_by_now_is_in_no_figure_before_the_company_is_computed_anew(
    sign_in, session, world, company
):
    client = sign_in(world.head)
    assert "61.4% (430 of 700 homes)" in client.get(f"{company}?lang=en").text
    hold(session, world, "C2")  # it is in the stored result, and no worker runs
    for page in PAGES:
        text = client.get(f"{company}{page}?lang=en").text
        assert "The result is being computed anew." in text, page
        assert "61.4%" not in text, page
    for file in ("result.json", "table/communities.csv", "chart/communities.svg"):
        assert client.get(f"{company}/{file}").status_code == 404, file


def test_a_community_released_by_waiver_is_marked_beside_its_name(sign_in, session, world, company):
    rows = sign_in(world.leader).get(f"{company}?lang=en").text.split("<tr><th")
    (waived,) = [row for row in rows if "松涧雅居</a>" in row]
    (full,) = [row for row in rows if "桂语苑</a>" in row]
    assert "released by waiver: indicative, not ranked" in waived
    assert "indicative" not in full


def test_base_notes_speak_of_the_homes_the_figures_rest_on(sign_in, world, company):
    text = sign_in(world.leader).get(f"{company}/pfi?lang=en").get_data(as_text=True)
    assert "n = 360 homes that answered, of a base of 600." in text  # C1 to C3: 120 of 200 each
    assert "100 homes of communities that are not in the result are not among them." in text
    silent = sign_in(world.leader).get(f"{company}/silent?lang=en").get_data(as_text=True)
    assert "240 homes did not answer." in silent
    assert "also count the 100 homes of the communities left out as silent" in silent


def test_communities_are_drawn_without_ranks_where_chance_could_have_made_the_order(
    sign_in, world, company
):
    client = sign_in(world.leader)
    text = client.get(f"{company}/communities?lang=en").get_data(as_text=True)
    assert "No league table: the median reliability is 0.50, below 0.70." in text
    assert "rank 1" not in text
    below = client.get(f"{company}/communities?standing=below&lang=en").get_data(as_text=True)
    assert "1 to 1 of 1 communities" in below


def test_every_chart_and_table_can_be_taken_along_and_is_written_down(
    sign_in, session, world, company
):
    client = sign_in(world.leader)
    chart = client.get(f"{company}/chart/communities.svg")
    assert chart.get_data(as_text=True).startswith("<svg")
    table = client.get(f"{company}/table/communities.csv?lang=en").get_data(as_text=True)
    assert "桂语苑,120,70.0,68.0,72.0,120" in table
    assert client.get(f"{company}/table/communities.xlsx").status_code == 200
    # Two revisions with all digits would tell the answers of one home: not for a leader.
    assert client.get(f"{company}/result.json").status_code == 404
    head = sign_in(world.head)
    assert head.get(f"{company}/result.json").get_json()["schema"] == "linsheng-study/2"
    assert client.get(f"{company}/table/nothing.csv").status_code == 404
    session.rollback()
    query = select(AuditEntry).where(AuditEntry.action == "results.download")
    log = list(session.scalars(query.order_by(AuditEntry.sequence)))
    assert {(one.subject, one.community_id) for one in log} == {
        (f"campaign:{world.campaign.code}", None)
    }
    assert [one.detail for one in log] == [
        "leader communities.svg company r1",
        "leader communities.csv company r1",
        "leader communities.xlsx company r1",
        "head_office result.json company r1",
    ]


def test_the_company_is_not_for_an_office_and_a_region_sees_no_company(
    sign_in, session, world, company
):
    region = make_staff(session, Role.REGION, login="east", communities=[world.full])
    session.commit()
    assert sign_in(world.office).get(company).status_code == 403
    client = sign_in(region)
    answer = client.get(f"{company}?lang=en")
    assert "There is no result of this place yet." in answer.get_data(as_text=True)
    assert client.get(f"{company}/rounds").status_code == 403


def test_head_office_orders_all_communities_and_sees_how_far_they_are(
    sign_in, session, world, company
):
    client = sign_in(world.head)
    page = client.get(f"{company}/rounds?lang=en").get_data(as_text=True)
    assert "Compute all communities anew" in page
    # Nothing of this world went through a freeze, so there is nothing to compute from.
    answer = client.submit(f"{company}/rounds", {}, form=-1)
    assert answer.status_code == 409
