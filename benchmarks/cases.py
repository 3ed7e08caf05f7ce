"""How long do the pages of follow-up take, with 36,000 cases in a campaign of 130 communities?

    python -m benchmarks.cases --database sqlite
    python -m benchmarks.cases --database postgresql

The company of `benchmarks.campaign_scale` with one finished campaign, whose cases are opened again:
about 280 in a community of 1,540 homes. The goal is 300 ms at the 95th percentile of each page.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from sqlalchemy import text

from app.db import db, make_engine
from benchmarks.campaign_scale import (
    HEAD_OFFICE,
    SMALL,
    Meter,
    Taken,
    Visitor,
    build,
    database,
    make_application,
    make_durable,
    report,
    say,
)
from benchmarks.campaign_scale_data import Size

GOAL = 300.0
COMPANY = Size(130, 1540, 1)
REQUESTS = 30
WARM = 2


def open_again(url: str) -> tuple[str, int, int]:
    """Open the cases of the finished campaign; return its code, a community and a case."""
    engine = make_engine(url)
    with engine.begin() as connection:
        campaign = connection.scalar(text("SELECT min(campaign_id) FROM follow_up"))
        connection.execute(
            text(
                "DELETE FROM contact_record WHERE follow_up_id IN "
                "(SELECT id FROM follow_up WHERE campaign_id = :campaign)"
            ),
            {"campaign": campaign},
        )
        day = "DATE " if engine.dialect.name == "postgresql" else ""
        days = [f"{day}'2026-06-30'", f"{day}'2026-07-03'"]
        danger = "CASE WHEN id % 180 = 0 THEN {} ELSE {} END"
        urgency = danger.format("'safety'", "'ordinary'")
        start_by, close_by = (danger.format(one, "NULL") for one in days)
        connection.execute(
            text(
                "UPDATE follow_up SET state = 'open', stage = 'accepted', closed_at = NULL, "
                "on_list = CASE WHEN id % 5 = 0 THEN 'head_office' ELSE 'community' END, "
                "hint = CASE WHEN id % 90 = 0 THEN 'safety' ELSE 'ordinary' END, "
                f"urgency = {urgency}, start_by = {start_by}, close_by = {close_by} "
                "WHERE campaign_id = :campaign"
            ),
            {"campaign": campaign},
        )
        code = connection.scalar(text("SELECT code FROM campaign WHERE id = :id"), {"id": campaign})
        place = connection.execute(
            text(
                "SELECT community_id, count(*), max(id) FROM follow_up WHERE campaign_id = :id "
                "AND on_list = 'community' GROUP BY community_id ORDER BY 2 DESC LIMIT 1"
            ),
            {"id": campaign},
        ).one()
        total = connection.scalar(
            text("SELECT count(*) FROM follow_up WHERE campaign_id = :id"), {"id": campaign}
        )
        say(f"{total} cases, {place[1]} on the list of the largest community")
    engine.dispose()
    return str(code), place[0], place[2]


def measure(url: str, folder: Path, *, requests: int) -> list[Taken]:
    """Open each page of follow-up as often as asked."""
    code, community, case = open_again(url)
    app = make_application(url, folder)
    with app.app_context():
        engine = db.engine
    lists = f"/desk/follow-ups?campaign={code}"
    one = f"{lists}&list=community&community={community}"
    pages = {
        "list of a community": one,
        "its second page": f"{one}&page=2",
        "its overdue cases": f"{one}&overdue=1",
        "its list by building": f"{one}&building=1",
        "nobody's yet": f"{one}&whose=nobody",
        "list of head office alone": lists,
        "choose a community": f"{lists}&list=community",
        "triage": f"/desk/triage/?campaign={code}",
        "a case": f"/desk/follow-ups/{case}",
    }
    try:
        visitor = Visitor(app, HEAD_OFFICE, Meter(engine))
        found = [Taken(name) for name in pages]
        for taken, path in zip(found, pages.values(), strict=True):
            for _ in range(WARM):
                visitor.open(Taken("warm"), path)
            for _ in range(requests):
                visitor.open(taken, path)
        return found
    finally:
        engine.dispose()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="sqlite")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each page")
    parser.add_argument("--small", action="store_true", help="a few seconds")
    given = parser.parse_args()
    size = SMALL if given.small else COMPANY
    with tempfile.TemporaryDirectory(prefix="linsheng-cases-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server of PostgreSQL runs as somebody else
        with database(given.database, folder) as url:
            build(url, folder, size)
            make_durable(url)
            found = measure(url, folder, requests=3 if given.small else given.requests)
    sys.exit(0 if report(found, GOAL) else 1)


if __name__ == "__main__":
    main()
