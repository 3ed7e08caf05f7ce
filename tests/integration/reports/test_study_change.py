"""Results that rest on more than one snapshot: the change since last time, the whole company."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from app.analysis.results.canonical import from_json
from app.cli.company_study import company as command
from app.reports.study import compute, compute_company, run_gate_study
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.company import freeze_company
from app.surveys.snapshot.freeze import freeze_gate
from app.surveys.snapshot.queries import list_earlier
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, DURING, answer

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

IN_MAY = datetime(2026, 5, 10, 4, tzinfo=UTC)
AFTER_MAY = datetime(2026, 5, 20, 16, 0, 1, tzinfo=UTC)


@pytest.fixture
def frozen(session, vault, storage):
    """Let the first households of a community answer in a campaign, and freeze it."""

    def frozen(campaign, community, answers, *, during=DURING, after=AFTER, seed=0):
        members = members_of(session, campaign, community)[:answers]
        for k, member in enumerate(members):
            answer(session, vault, campaign, member, seed=1000 * seed + k, now=during)
        gate = gate_of(session, campaign, community)
        status = gate_standing(session, campaign, gate, now=after).status
        return freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=after)

    return frozen


def test_a_result_tells_the_change_since_the_campaign_before_and_names_its_snapshot(
    session, vault, storage, frozen
):
    community = make_community(session, households=48)
    may = make_campaign(
        session,
        vault,
        code="2026-05",
        opens_on=date(2026, 5, 1),
        closes_on=date(2026, 5, 20),
        now=IN_MAY,
    )
    first = frozen(may, community, 36, during=IN_MAY, after=AFTER_MAY)
    november = make_campaign(session, vault)
    second = frozen(november, community, 40, seed=1)
    assert list_earlier(session, first, most=6) == []
    assert list_earlier(session, second, most=6) == [first]
    before = run_gate_study(session, storage, first, target=None, now=AFTER_MAY)
    run = run_gate_study(session, storage, second, target=None, now=AFTER)
    earlier, result = from_json(before.result), from_json(run.result)
    assert earlier.trend is None
    assert result.n == 40
    assert result.plan["inputs"] == [first.digest]
    assert result.trend is not None
    (step,) = result.trend.steps
    assert (step.before, step.after, step.n_before, step.n_after) == ("2026-05", "2026-11", 36, 40)
    assert step.linked
    assert step.index_own is not None
    assert step.index_own.reference == pytest.approx(earlier.index.value)
    assert step.index_own.value == pytest.approx(result.index.value)
    for item, one in zip(result.items, step.performance, strict=True):
        assert item.companions.change == one.change
    # Everything else is what it would be without the earlier wave.
    alone = compute(storage, second.digest, target=None)
    assert from_json(alone.result).index == result.index
    assert alone.plan_digest != run.plan_digest
    again = compute(storage, second.digest, target=None, before=(first.digest,))
    assert (again.plan_digest, again.result) == (run.plan_digest, run.result)


def test_the_company_counts_every_community_by_its_households(
    session, vault, storage, frozen, database_url, monkeypatch, tmp_path
):
    large = make_community(session, households=40, code="A")
    small = make_community(session, households=20, code="B")
    campaign = make_campaign(session, vault)
    digests = [frozen(campaign, large, 24).digest, frozen(campaign, small, 20, seed=1).digest]
    company = freeze_company(session, storage, campaign=campaign, now=AFTER)
    computed = compute_company(storage, company.digest, target=None)
    result = from_json(computed.result)
    assert (result.n, result.population) == (44, 60)
    assert [(one.category, one.population) for one in result.weighting.categories] == [
        (("A",), 40.0),
        (("B",), 20.0),
    ]
    # A household of A stands for 40/24 homes, one of B for 1; their mean over the 44 is 60/44.
    weights = [one.weight * 60 / 44 for one in result.weighting.categories]
    assert weights == pytest.approx([40 / 24, 1.0])
    parts = [from_json(compute(storage, one, target=None).result) for one in digests]
    means = [part.overall for part in parts]
    answered = [one.n for one in means]
    mean = (weights[0] * answered[0] * means[0].value + answered[1] * means[1].value) / (
        weights[0] * answered[0] + answered[1]
    )
    assert result.overall.value == pytest.approx(mean)
    assert [one.code for one in result.communities[0].entries] == ["A", "B"]
    assert not result.communities[0].league_said

    session.commit()
    monkeypatch.setenv("LINSHENG_DATABASE", database_url)
    monkeypatch.setenv("LINSHENG_INSTANCE", str(tmp_path / "instance"))
    out = tmp_path / "company.json"
    done = CliRunner().invoke(
        command, [campaign.code, "--table", "--language", "en", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert out.read_text("utf-8") == computed.result
    assert "No league table" in done.output
    assert CliRunner().invoke(command, ["2020-01", "--table"]).exit_code == 1
