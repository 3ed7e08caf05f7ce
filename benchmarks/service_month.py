"""A month of service of a simulated company: 130 communities, 200,000 homes, the same every time.

    python -m benchmarks.service_month
    python -m benchmarks.service_month --homes 4000
    python -m benchmarks.service_month --postgres postgresql+psycopg://user@host/empty

Orders come by files, Mondays are drawn, people call, answer, visit, complain, talk and report, all
through the services and rounds of the product. Prints the figures of the weeks and of the month,
times of pages, processor time and size; ends with 1 when anything that must hold does not.
"""

import argparse
import base64
import hashlib
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from app.clock import end_of
from app.db import db, make_engine
from app.service.callbacks.models import CallKind
from app.service.callbacks.results.services import month_result
from app.vault import Vault
from benchmarks.campaign_scale import CAMPAIGN, Meter, Taken, Visitor, make_application, report, say
from benchmarks.campaign_scale_data import PASSWORD, Size
from benchmarks.service_month_calls import Calls, bounds_of, monday_of
from benchmarks.service_month_cases import (
    Complaints,
    plan_reports,
    plan_standards,
    plan_talks,
)
from benchmarks.service_month_checks import complaint_facts, director_rows, run_checks
from benchmarks.service_month_data import (
    FIRST,
    MONTH,
    WEEKS,
    Company,
    ask,
    at,
    make_company,
    plan_files,
    plan_orders,
)
from migrations.run import upgrade
from tests.browser import PageClient

GOAL = 300.0
REQUESTS = 40
COMMUNITIES = 130
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of.

    Attributes:
        size: Of the company.
        weeks: Weeks of orders.
        hours: Between two rounds of the worker.
        seed: Decides everything.
    """

    size: Size
    weeks: int = WEEKS
    hours: int = 2
    seed: int = 20261102


def simulate(url: str, folder: Path, plan: Plan) -> Company:
    """Build the company in a migrated, empty database and let the month happen."""
    key = hashlib.sha256(f"service month {plan.seed}".encode()).digest()
    (folder / "vault.key").write_bytes(base64.b64encode(key) + b"\n")
    (folder / "vault.key").chmod(0o600)
    engine = make_engine(url)
    begun = time.monotonic()
    company = make_company(
        engine,
        Vault.from_file(folder / "vault.key"),
        folder,
        plan.size,
        seed=plan.seed,
        weeks=plan.weeks,
        say=lambda _line: None,
    )
    say(
        f"{len(company.homes):,} homes, {len(company.offices)} communities, a campaign and the "
        f"orders of a year: {time.monotonic() - begun:.0f} s"
    )
    begun = time.monotonic()
    last = _plan(company, plan.hours)
    reports = max(MONTH.replace(month=MONTH.month + 1), last - 3 * _DAY)
    company.run(at(last, 23))
    if reports > last:
        company.rounds(reports, reports + 3 * _DAY, hours=plan.hours)
    end = at(max(last, reports + 3 * _DAY), 23, 30)
    company.round_at(end)  # what customers said in the last evening is done, too
    company.run(end)
    say(f"the month: {time.monotonic() - begun:.0f} s")
    return company


def _plan(company: Company, hours: int) -> date:
    """Plan what happens; return the last day of the calls of the last week."""
    weeks = plan_orders(company)
    plan_files(company, weeks)
    last = FIRST + (7 * company.weeks + 5) * _DAY
    company.rounds(FIRST, last, hours=hours)
    Calls(company).plan(last)
    with Session(company.engine) as session:
        Complaints(company).plan(session, 7 * company.weeks, last)
    plan_talks(company)
    plan_standards(company)
    plan_reports(company, max(MONTH.replace(month=MONTH.month + 1), last - 3 * _DAY))
    return last


def print_weeks(company: Company) -> list[tuple[object, ...]]:
    """Print and return what became of each week."""
    say(
        f"\n{'week of':<12}{'orders':>8}{'closed':>8}{'drawn':>7}{'by Fri.':>9}{'completed':>11}"
        f"{'timely':>9}{'passed':>9}{'visits':>8}{'in time':>9}"
    )
    rows = []
    for week in range(company.weeks):
        with Session(company.engine) as session:
            row = _week(session, company, week)
        rows.append(row)
        say(
            f"{row[0]!s:<12}{row[1]:8,}{row[2]:8,}{row[3]:7,}{row[4]:9.1%}{row[5]:11.1%}"
            f"{row[6]:9.1%}{row[7]:9.1%}{row[8]:8,}{row[9]:9.1%}"
        )
    return rows


def _share(part: object, whole: object) -> float:
    return int(str(part or 0)) / int(str(whole)) if whole else 0.0


def _week(session: Session, company: Company, week: int) -> tuple[object, ...]:
    begin, end = bounds_of(week)
    monday = monday_of(week)
    issued = sum(one.week == week for one in company.told.values())
    closed, drawn = ask(
        session,
        "SELECT sum(orders), sum(drawn) FROM call_back_draw WHERE monday = :monday",
        monday=monday,
    )[0]
    tried, completed = ask(
        session,
        "SELECT sum(CASE WHEN EXISTS (SELECT 1 FROM call_back_try t WHERE t.call_id = c.id "
        "AND t.at < :friday) THEN 1 ELSE 0 END), sum(CASE WHEN c.state = 'done' THEN 1 ELSE 0 END) "
        "FROM call_back c JOIN call_back_draw d ON d.id = c.draw_id WHERE d.monday = :monday",
        monday=monday,
        friday=end_of(monday + 11 * _DAY),
    )[0]
    promised, timely = ask(
        session,
        "SELECT count(*), sum(CASE WHEN arrived_at <= promised_at OR done_at <= promised_at "
        "THEN 1 ELSE 0 END) FROM repair_order WHERE issued_at >= :begin AND issued_at < :end "
        "AND promised_at IS NOT NULL AND state <> 'cancelled'",
        begin=begin,
        end=end,
    )[0]
    done, failed = ask(
        session,
        "SELECT count(*), sum(CASE WHEN failed_at IS NULL THEN 0 ELSE 1 END) FROM repair_order "
        "WHERE done_at >= :begin AND done_at < :end AND state <> 'cancelled'",
        begin=begin,
        end=end,
    )[0]
    visits, in_time = ask(
        session,
        "SELECT count(*), sum(CASE WHEN visited_at <= due_at THEN 1 ELSE 0 END) "
        "FROM special_visit WHERE opened_at >= :begin AND opened_at < :end",
        begin=begin,
        end=end,
    )[0]
    return (
        *(monday, issued, int(closed), int(drawn), _share(tried, drawn), _share(completed, drawn)),
        *(_share(timely, promised), 1 - _share(failed, done), visits, _share(in_time, visits)),
    )


def print_month(company: Company) -> list[object]:
    """Print and return the figures of the month."""
    with Session(company.engine) as session:
        facts = complaint_facts(session, company.now)
        shares = {kind: month_result(session, company.head, kind, MONTH).phone for kind in CallKind}
        counts = [ask(session, f"SELECT count(*) FROM {query}")[0][0] for query in _COUNTS.values()]
    n = len(facts)
    figures: list[tuple[str, object]] = [
        ("complaints", n),
        ("by class", _counted(facts, "class")),
        ("by channel", _counted(facts, "channel")),
        ("by kind", _counted(facts, "kind")),
        ("answered", f"{_share(sum(one['answered'] is not None for one in facts), n):.1%}"),
        ("in time", f"{_share(sum(bool(one['kept']) for one in facts), n):.1%}"),
        ("extensions", sum(int(str(one["moved"])) for one in facts)),
        ("repeats", sum(one["repeat"] is not None for one in facts)),
        ("in confirmed groups", sum(one["group"] == "confirmed" for one in facts)),
        ("reopened", sum(int(str(one["round"])) > 1 for one in facts)),
        ("closed", sum(not one["open"] for one in facts)),
        ("majors", sum(one["severity"] == "major" for one in facts)),
        ("against the director", sum(one["against"] == "director" for one in facts)),
        *zip(_COUNTS, counts, strict=True),
    ]
    for kind, share in shares.items():
        name = f"satisfied when called back, {kind.value}"
        if share.value is None or share.low is None or share.high is None:
            figures.append((name, f"{share.n} answers, too few"))
        else:
            told = f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}), {share.n} answers"
            figures.append((name, told))
    say("")
    for name, figure in figures:
        say(f"{name:<40}{figure}")
    return [figure for _, figure in figures]


_COUNTS = {
    "talks held": "committee_talk",
    "months excused": "talk_month WHERE state = 'excused'",
    "opinions of talks": "talk_opinion",
    "forum opinions": "forum_opinion",
    "losses": "loss",
    "reports issued": "complaint_month_report",
    "flags": "repair_flag",
    "defects under watch": "defect_watch",
    "inspections after rain": "defect_inspection WHERE reason = 'rain'",
    "calls tried": "call_back_try",
    "answers by link": "call_back_answer WHERE way = 'link'",
}


def _counted(facts: list[dict[str, object]], name: str) -> str:
    counted = Counter(str(one[name]) for one in facts)
    return ", ".join(
        f"{key} {n}" for key, n in sorted(counted.items(), key=lambda i: (-i[1], i[0]))
    )


def visit_pages(company: Company, *, requests: int) -> list[Taken]:
    """Look for what must stay hidden, take the exports, and open the pages mixed.

    Raises:
        ValueError: A page fails, or an office can tell of a complaint against its director.
    """
    app = make_application(company.url, company.folder)
    app.extensions["linsheng"].clock = lambda: company.now
    with app.app_context():
        engine = db.engine
    meter = Meter(engine)
    try:
        with Session(company.engine) as session:
            _look_for_hidden(app, meter, director_rows(session)[:5])
        head = _Staff(app, "quality1", meter)
        for file in (f"/standards/kpi/{CAMPAIGN}/kpi.xlsx", "/repairs/rates/rates.xlsx"):
            answer = head.client.get(file)
            if answer.status_code != 200:
                raise ValueError(f"{file}: {answer.status}")
        return _visit(company, app, head, requests=requests) if requests else []
    finally:
        engine.dispose()


def _visit(company: Company, app: Flask, head: Visitor, *, requests: int) -> list[Taken]:
    dice = random.Random(7)
    kinds = _pages(company, app, head, dice)
    found = {name: Taken(name) for name in kinds}
    for name, (visitor, path) in kinds.items():
        visitor.open(Taken(name), path())
    order = [name for name in kinds for _ in range(requests)]
    dice.shuffle(order)
    for name in order:
        visitor, path = kinds[name]
        visitor.open(found[name], path())
    return list(found.values())


def _pages(
    company: Company, app: Flask, head: Visitor, dice: random.Random
) -> dict[str, tuple[Visitor, Callable[[], str]]]:
    """Return the pages by name: who opens them, and their addresses."""
    office = _Staff(app, f"office{min(company.offices)}", head.meter)
    caller = _Staff(app, "caller0", head.meter)
    with Session(company.engine) as session:
        orders = _keys(session, "SELECT id FROM repair_order WHERE number LIKE 'PG%' ORDER BY id")
        cases = _keys(session, "SELECT follow_up_id FROM complaint ORDER BY follow_up_id")
        calls = _keys(
            session,
            "SELECT id FROM call_back WHERE state = 'waiting' AND kind = 'repair' ORDER BY id",
        )
    one_call = {"one call": (caller, lambda: f"/call-backs/{dice.choice(calls)}")} if calls else {}
    return {
        "complaints": (head, lambda: "/complaints/"),
        "complaints, newest": (head, lambda: "/complaints/?order=newest"),
        "complaints of an office": (office, lambda: "/complaints/"),
        "one complaint": (head, lambda: f"/complaints/{dice.choice(cases)}"),
        "repair orders": (head, lambda: "/repairs/"),
        "late repair orders": (head, lambda: "/repairs/?late=1"),
        "orders of an office": (office, lambda: "/repairs/"),
        "one repair order": (head, lambda: f"/repairs/{dice.choice(orders)}"),
        "call list": (caller, lambda: "/call-backs/"),
        "special visits": (head, lambda: "/repairs/visits/"),
        "defects under watch": (head, lambda: "/repairs/watch/"),
        "repair rates": (head, lambda: "/repairs/rates/"),
        "call-back results": (head, lambda: "/call-backs/results/"),
        "figures of complaints": (head, lambda: "/complaint-papers/figures/"),
        "monthly reports": (head, lambda: "/complaint-papers/"),
        "talks": (head, lambda: "/talks/"),
        "forum opinions": (head, lambda: "/talks/forum/"),
        "standards": (head, lambda: "/standards/"),
        "losses": (head, lambda: "/standards/losses/"),
        "due today, head office": (head, lambda: "/today"),
        "due today, office": (office, lambda: "/today"),
        "due today, caller": (caller, lambda: "/today"),
        **one_call,
    }


class _Staff(Visitor):
    """Somebody who may not open the tracker."""

    def __init__(self, app: Flask, login: str, meter: Meter) -> None:
        client = app.test_client()
        assert isinstance(client, PageClient)
        client.sign_in(login, PASSWORD)
        self.client, self.meter, self.token = client, meter, ""


def _keys(session: Session, query: str) -> list[int]:
    return [row[0] for row in ask(session, query)]


def _look_for_hidden(app: Flask, meter: Meter, hidden: list[tuple[int, int, str]]) -> None:
    """Ask for complaints against directors with the eyes of their offices.

    Raises:
        ValueError: An office can tell that there is one.
    """
    for key, place, number in hidden:
        visitor = _Staff(app, f"office{place}", meter)
        answer = visitor.client.get(f"/complaints/{key}")
        texts = [
            visitor.client.get(path).text
            for path in ("/complaints/", "/complaints/?state=closed", "/today")
        ]
        if answer.status_code != 404 or any(number in text for text in texts):
            raise ValueError(number)


def print_costs(company: Company) -> None:
    """Print processor time by kind of work, memory and size of the database."""
    say(f"\n{'work':<26}{'times':>9}{'CPU s':>9}{'ms each':>9}")
    for kind, seconds in sorted(company.seconds.items(), key=lambda one: -one[1]):
        times = company.happened[kind]
        say(f"{kind:<26}{times:9,}{seconds:9.1f}{1000 * seconds / times:9.1f}")
    size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if company.engine.dialect.name == "postgresql":
        size = "SELECT pg_database_size(current_database())"
    with Session(company.engine) as session:
        say(f"database: {ask(session, size)[0][0] / 1e6:,.0f} MB")
    say(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    say(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def run(url: str, folder: Path, plan: Plan, *, requests: int) -> bool:
    """Simulate, print, check; say whether all holds."""
    company = simulate(url, folder, plan)
    try:
        figures = [*print_weeks(company), *print_month(company)]
        told = hashlib.sha256(repr(figures).encode()).hexdigest()[:16]
        say(f"{'digest of these figures':<40}{told}")
        print_costs(company)
        say("")
        found = run_checks(company)
        for name, wrong in found.items():
            say(f"{'holds' if not wrong else 'FAILS':<7}{name}")
            for one in wrong[:5]:
                say(f"         {one}")
        pages = visit_pages(company, requests=requests)
        if requests:
            report(pages, GOAL)
        return not any(found.values())
    finally:
        company.engine.dispose()


def size_for(homes: int) -> Size:
    """Return communities and homes of a community for so many homes in all."""
    communities = min(COMMUNITIES, max(4, homes // 60))
    return Size(communities, round(homes / communities), 1)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--homes", type=int, default=200_000)
    parser.add_argument("--postgres", metavar="URL", help="an empty database")
    parser.add_argument("--seed", type=int, default=20261102)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each page")
    given = parser.parse_args()
    plan = Plan(size_for(given.homes), seed=given.seed)
    with tempfile.TemporaryDirectory(prefix="linsheng-month-") as name:
        folder = Path(name)
        url = given.postgres or f"sqlite:///{folder / 'month.sqlite'}"
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()
        holds = run(url, folder, plan, requests=given.requests)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
