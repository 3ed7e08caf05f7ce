"""Heads of stored results: the few figures that pages of many results show. Light."""

from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.analysis.results.comparison import Contrast
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import IndexResult
from app.analysis.results.study import StudyResult
from app.reports.company.queries import find_head, list_headless
from app.reports.models import ResultHead, StudyRun
from app.surveys.snapshot.manifest import CommunityEntry, MissingEntry, company_from_json
from app.surveys.snapshot.manifest import from_json as read_manifest
from app.surveys.snapshot.models import Snapshot

AT_ONCE = 50

Limits = tuple[float | None, float | None, float | None]


def write_head(session: Session, run: StudyRun, snapshot: Snapshot, *, region: str = "") -> None:
    """Store the head of a result; the second time nothing happens.

    Args:
        session: A writing transaction.
        run: The stored result.
        snapshot: What it was computed from.
        region: Code of the region it is about, empty for a community or the whole company.
    """
    if find_head(session, run.id) is not None:
        return
    result = from_json(run.result)
    base, returned = _counts(snapshot, result)
    index, satisfied = _limits(result.index), _limits(result.overall_satisfied)
    overall, change = _limits(result.overall), _change(result)
    moved = _limits(None if change is None else change.change)
    session.add(
        ResultHead(
            study_run_id=run.id,
            campaign_id=snapshot.campaign_id,
            community_id=snapshot.community_id,
            region=region,
            revision=snapshot.revision,
            n=result.n,
            base=base,
            returned=returned,
            standing=result.standing,
            index_value=index[0],
            index_low=index[1],
            index_high=index[2],
            satisfied_value=satisfied[0],
            satisfied_low=satisfied[1],
            satisfied_high=satisfied[2],
            overall_value=overall[0],
            overall_low=overall[1],
            overall_high=overall[2],
            change_value=moved[0],
            change_low=moved[1],
            change_high=moved[2],
            change_said="" if change is None else change.verdict or "",
        )
    )
    session.flush()


def write_missing_heads(session: Session) -> int:
    """Give results that were stored without a head one, some at a time; return how many."""
    found = list_headless(session, limit=AT_ONCE)
    for run, snapshot in found:
        write_head(session, run, snapshot)
    return len(found)


def _counts(snapshot: Snapshot, result: StudyResult) -> tuple[int, int]:
    """Return base and returned homes of what the result is about."""
    if snapshot.community_id is not None:
        manifest = read_manifest(snapshot.manifest)
        return manifest.base, manifest.returned
    company = company_from_json(snapshot.manifest)
    members = result.plan.get("members")
    named = set(members) if isinstance(members, list) else set()
    known: tuple[CommunityEntry | MissingEntry, ...] = (*company.snapshots, *company.missing)
    entries = [one for one in known if not named or one.community in named]
    return sum(one.base for one in entries), sum(one.returned for one in entries)


def _limits(found: Estimate | IndexResult | None) -> Limits:
    return (None, None, None) if found is None else (found.value, found.low, found.high)


def _change(result: StudyResult) -> Contrast | None:
    """Return the change of the index since the campaign before, with its weights in both."""
    return None if result.trend is None or not result.trend.steps else result.trend.steps[-1].index
