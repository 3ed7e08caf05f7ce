"""How fast are the pages of results? Builds a company, opens every page, prints times.

    python -m benchmarks.results_pages
    python -m benchmarks.results_pages --communities 500

A company of 130 communities (or as many as asked for), each with the head of its result, one with a
full result of every section, and the company's result with all of them side by side. Every page is
asked for 200 times through the real application on SQLite, from the request to the last byte. The
processor's time says more on a busy machine, so the goals are held against that: a page of one
community at the 99th percentile in 50 ms, the company and all its communities in 100.
"""

import argparse
import gc
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy.orm import Session

from app.analysis.results.canonical import to_json
from app.analysis.results.comparison import CommunitiesResult, CommunityEntry, Contrast
from app.analysis.results.estimate import Estimate
from app.clock import now
from app.config import Config
from app.db import db, make_engine, write_session
from app.factory import create_app
from app.reports.exhibits.registry import PAGES
from app.reports.heads import write_head
from app.reports.models import ResultHead, StudyRun
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import CommunityEntry as Frozen
from app.surveys.snapshot.manifest import (
    CompanyManifest,
    Manifest,
    company_to_json,
    digest_of,
)
from app.surveys.snapshot.manifest import (
    to_json as manifest_json,
)
from app.surveys.snapshot.models import Snapshot
from app.vault import Vault
from migrations.run import upgrade
from tests.browser import PageClient
from tests.factories import PASSWORD, make_campaign, make_community, make_staff
from tests.unit.reports_charts.rich import make_rich_result

REQUESTS = 200
WARM = 3
COMMUNITY_GOAL, COMPANY_GOAL = 50.0, 100.0
COMPANY_PAGES = (
    *("", "/communities", "/regions", "/pfi", "/matrix", "/zones", "/items", "/drivers"),
    *("/rollups", "/segments", "/trend", "/silent", "/method"),
)


def build(session: Session, vault: Vault, count: int) -> tuple[str, int]:
    """Fill the database; return the campaign's code and the community with a full result."""
    rng = Random(7)
    places = [
        make_community(session, households=2, name=f"第{k}小区", code=f"C{k:03}")
        for k in range(count)
    ]
    campaign = make_campaign(session, vault)
    make_staff(session, Role.HEAD_OFFICE, login="head")
    at = now()
    full = make_rich_result()
    for place in places:
        run = _publish(session, campaign, place, to_json(full) if place is places[0] else "{}\n")
        _head(session, run, campaign, place, rng)
    entries = [_entry(f"C{k:03}", rng) for k in range(count)]
    order = sorted(entries, key=lambda one: one.shrunken.value or 0.0)
    measures = tuple(
        CommunitiesResult(
            *(measure, 0.95, count, 60.0, 16.0, 900.0, 0.0, 0.8, True),
            tuple(entries),
            tuple(one.code for one in order),
        )
        for measure in ("index", "overall")
    )
    manifest = CompanyManifest(
        *(campaign.code, 1, None, 1000 * count, 640 * count, 600, at),
        tuple(Frozen(one.code, "a" * 64, 1, 1000, 640, waived=False) for one in entries),
        (),
        "benchmark",
        at,
    )
    text = company_to_json(manifest)
    snapshot = Snapshot(
        campaign_id=campaign.id, community_id=None, revision=1, digest=digest_of(text),
        replaces=None, manifest=text, created_at=at,
    )  # fmt: skip
    session.add(snapshot)
    session.flush()
    company = replace(full, communities=measures, n=640 * count)
    run = _run(session, snapshot.digest, to_json(company))
    write_head(session, run, snapshot)
    return campaign.code, places[0].id


def _publish(session: Session, campaign: Campaign, place: Community, result: str) -> StudyRun:
    at = now()
    text = manifest_json(
        Manifest(
            campaign=campaign.code, community=place.code, revision=1, replaces=None,
            instrument=campaign.instrument_digest, base=1000, returned=640, excluded=0,
            required_permille=600, t0=at, waived=False, files=(), code_version="benchmark",
            created_at=at,
        )
    )  # fmt: skip
    session.add(
        Snapshot(
            campaign_id=campaign.id, community_id=place.id, revision=1, digest=digest_of(text),
            replaces=None, manifest=text, created_at=at,
        )
    )  # fmt: skip
    session.flush()
    return _run(session, digest_of(text), result)


def _run(session: Session, digest: str, result: str) -> StudyRun:
    run = StudyRun(
        snapshot_digest=digest, code_version="benchmark", plan_digest="0" * 64, seed=0,
        result=result, created_at=now(),
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def _head(
    session: Session, run: StudyRun, campaign: Campaign, place: Community, rng: Random
) -> None:
    index = 60 + rng.gauss(0, 4)
    session.add(
        ResultHead(
            study_run_id=run.id, campaign_id=campaign.id, community_id=place.id, region="",
            revision=1, n=640, base=1000, returned=640, standing="full",
            index_value=index, index_low=index - 2, index_high=index + 2,
            satisfied_value=0.6, satisfied_low=0.56, satisfied_high=0.64,
            overall_value=62.0, overall_low=60.0, overall_high=64.0, change_said="",
        )
    )  # fmt: skip


def _entry(code: str, rng: Random) -> CommunityEntry:
    value = 60 + rng.gauss(0, 4)
    own = Estimate(value, 1.0, value - 2, value + 2, 640, 29)
    change = Estimate(value - 60, 1.0, value - 62, value - 58, 640, 29)
    standing = "above" if value > 65 else "below" if value < 55 else "average"
    contrast = Contrast(code, value, 60.0, change, 0.1, 0.2, False, True, "noise")
    return CommunityEntry(code, 640, own, own, 0.9, contrast, standing, True, None, 5, 1, 99)


def measure(app: Flask, addresses: dict[str, float], requests: int) -> bool:
    """Ask for every page, print its times, and say whether every goal was met."""
    client = app.test_client()
    if not isinstance(client, PageClient):
        raise TypeError
    client.sign_in("head", PASSWORD)
    print(f"{'milliseconds':<40}{'clock':>14}{'processor':>16}{'goal':>7}")
    print(f"{'page':<40}{'p50':>7}{'p99':>7}{'p50':>9}{'p99':>7}")
    is_met = True
    for address, goal in addresses.items():
        times: list[float] = []
        busy: list[float] = []
        for number in range(WARM + requests):
            begin, ran = time.perf_counter(), time.process_time()
            answer = client.get(address)
            took = 1000 * (time.perf_counter() - begin)
            used = 1000 * (time.process_time() - ran)
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status}")
            if number >= WARM:
                times.append(took)
                busy.append(used)
        clock, processor = _points(times), _points(busy)
        is_met &= processor[1] <= goal
        print(
            f"{address:<40}{clock[0]:7.1f}{clock[1]:7.1f}"
            f"{processor[0]:9.1f}{processor[1]:7.1f}{goal:7.0f}"
        )
    return is_met


def _points(times: list[float]) -> tuple[float, float]:
    """Return the 50th and the 99th percentile."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(0.99 * len(ordered))]


def main() -> None:
    """Build, measure, and end with 1 when a page is over its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", type=int, default=130)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'linsheng.sqlite'}"
        engine = make_engine(url)
        upgrade(engine)
        config = Config(
            database_url=url,
            instance=folder,
            key_file=folder / "vault.key",
            public_url="http://localhost",
            company="基准物业",
        )
        vault = Vault.from_file(config.key_file, create=True)
        app = create_app(config)
        app.test_client_class = PageClient
        with write_session(engine) as session:
            code, community_id = build(session, vault, asked.communities)
        own = f"/hq/results/{code}/{community_id}"
        addresses = {f"{own}{f'/{page}'}": COMMUNITY_GOAL for page in PAGES}
        addresses = {own: COMMUNITY_GOAL, **addresses}
        addresses["/hq/results"] = COMPANY_GOAL
        addresses |= {f"/hq/company/{code}{page}": COMPANY_GOAL for page in COMPANY_PAGES}
        gc.collect()
        gc.freeze()  # as wsgi.py does
        is_met = measure(app, addresses, asked.requests)
        with app.app_context():
            db.engine.dispose()
        engine.dispose()
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
