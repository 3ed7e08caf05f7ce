"""Which files a result has, and the orders to make them.

Printing takes seconds, and a result can be read without its files: they are made in a job of their
own, one result and one language at a time, after whatever else waits.
"""

import json
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from app.jobs.models import Job, JobState
from app.jobs.queries import count_under_way, find_last
from app.jobs.queue import enqueue
from app.reports.printing.queries import list_unprinted

MAKE = "make_reports"  # follows a freeze, and waits for everything else
ASKED = "make_reports_asked"  # somebody waits for it
RETRY_PAUSE = timedelta(hours=1)  # after a job was given up; its failure stays visible so long

XLSX_KIND = "xlsx"
LANGUAGES = ("zh-Hans", "en")  # reports are written in
MAIN = LANGUAGES[0]
_STORED_AS = {"report": "pdf", "sheet": "sheet", "notice": "notice"}


class Stage(StrEnum):
    """Where the files of a result in one language stand."""

    MADE = "made"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    NOT_ASKED = "not_asked"


def kind_of(document: str, language: str) -> str:
    """Return the name under which a printed document (report, sheet, notice) is stored."""
    return f"{_STORED_AS[document]}-{language}"


def kinds_of(language: str) -> frozenset[str]:
    """Return the kinds of files a result has in a language; its tables are made once."""
    printed = {kind_of(one, language) for one in _STORED_AS}
    return frozenset(printed | {XLSX_KIND} if language == MAIN else printed)


def order(
    session: Session, campaign_id: int, run_id: int, *, language: str = MAIN, now: datetime
) -> Job:
    """Queue the files of a result behind everything else; asking again changes nothing."""
    return _order(session, MAKE, campaign_id, run_id, language, now)


def order_at_once(
    session: Session, campaign_id: int, run_id: int, *, language: str, now: datetime
) -> Job:
    """Queue the files of a result for somebody who waits; asking again changes nothing."""
    return _order(session, ASKED, campaign_id, run_id, language, now)


def order_missing(session: Session, campaign_id: int, *, now: datetime) -> int:
    """Queue the files of the newest results that have none; return how many results lack some.

    An order that was given up a short while ago is not given again at once.
    """
    missing = list_unprinted(session, campaign_id, kinds_of(MAIN))
    for run_id in missing:
        last = find_last(session, MAKE, _payload_text(run_id, MAIN))
        is_given_up = last is not None and last.state is JobState.FAILED
        if last is not None and is_given_up and now < (last.ended_at or now) + RETRY_PAUSE:
            continue
        order(session, campaign_id, run_id, now=now)
    return len(missing)


def count_waiting(session: Session, campaign_id: int) -> int:
    """Return how many results of a campaign wait for their files."""
    return count_under_way(session, f"{MAKE}:{campaign_id}:")


def stage_of(session: Session, run_id: int, made: frozenset[str], language: str) -> Stage:
    """Return where the files of a result stand.

    Args:
        session: Open session.
        run_id: The stored result.
        made: Kinds of the files it has.
        language: Language of the files.
    """
    if kinds_of(language) <= made:
        return Stage.MADE
    payload = _payload_text(run_id, language)
    jobs = [one for kind in (MAKE, ASKED) if (one := find_last(session, kind, payload))]
    if any(one.ended_at is None for one in jobs):
        return Stage.UNDER_WAY
    return Stage.FAILED if any(one.state is JobState.FAILED for one in jobs) else Stage.NOT_ASKED


def _order(
    session: Session, kind: str, campaign_id: int, run_id: int, language: str, now: datetime
) -> Job:
    key = f"{kind}:{campaign_id}:{run_id}:{language}"
    return enqueue(session, kind, _payload(run_id, language), dedup_key=key, now=now)


def _payload(run_id: int, language: str) -> dict[str, object]:
    return {"language": language, "run_id": run_id}


def _payload_text(run_id: int, language: str) -> str:
    return json.dumps(_payload(run_id, language), sort_keys=True, separators=(",", ":"))
