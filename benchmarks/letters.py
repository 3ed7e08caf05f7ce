"""How long letters and slips take: ``python -m benchmarks.letters [homes] [homes a building]``.

Prints real homes of a throw-away database through the worker's own job: links, codes, audit
entries, sealed files and all. The bar is 60 seconds for 2,000 households.
"""

import resource
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import make_engine, write_session
from app.reports.letter_work import make_letters
from app.reports.work import Workshop
from app.staff.models import Role, Staff
from app.storage import Storage
from app.surveys.campaign import services
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.distribution.models import BatchForm, LetterFile, RunKind
from app.surveys.distribution.printed import batches
from app.surveys.instrument.load import load_instrument
from app.surveys.register import services as register
from app.vault import Vault
from migrations.run import upgrade

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
BAR_SECONDS = 60.0
_FILE = Path("instruments/customer-perception/v1.yaml")


def arrange(workshop: Workshop, homes: int, in_building: int) -> tuple[int, int, int]:
    """Make one community and an opened campaign; return community, campaign and staff."""
    with write_session(workshop.engine) as session:
        community = register.add_community(session, code="B", name="云栖里", city="", office="")
        for at in range(-(-homes // in_building)):
            building = register.add_building(session, community, f"{at + 1}栋", has_lift=True)
            for door in range(min(in_building, homes - at * in_building)):
                floor, flat = divmod(door, 4)
                register.add_household(session, building, f"1-{100 * (floor + 1) + flat + 1}")
        staff = Staff(login="b", name="b", role=Role.HEAD_OFFICE, password_hash="x", created_at=NOW)
        session.add(staff)
        loaded = load_instrument(_FILE.read_text("utf-8"), _FILE.name)
        version = services.publish_instrument(session, loaded.instrument, now=NOW)
        campaign = services.create_campaign(
            session,
            code="bench",
            title="业主满意度调查",
            title_en="Owner survey",
            instrument_digest=version.digest,
            opens_on=date(2026, 11, 1),
            closes_on=date(2026, 11, 20),
            now=NOW,
        )
        campaign.state = CampaignState.LOCKED
        services.open_campaign(session, campaign, workshop.vault, now=NOW)
        return community.id, campaign.id, staff.id


def print_form(workshop: Workshop, form: BatchForm, keys: tuple[int, int, int]) -> float:
    """Print one form, tell what it took, and return its seconds."""
    community_id, campaign_id, staff_id = keys
    with write_session(workshop.engine) as session:
        batch_id = batches.ask_for_batch(
            session,
            session.get_one(Campaign, campaign_id),
            community_id,
            form=form,
            kind=RunKind.LAUNCH,
            language="zh-Hans",
            staff_id=staff_id,
            now=NOW,
        ).id
    wall, cpu = perf_counter(), process_time()
    make_letters(workshop, {"batch_id": batch_id})
    wall, cpu = perf_counter() - wall, process_time() - cpu
    with Session(workshop.engine) as session:
        files = session.scalars(select(LetterFile).where(LetterFile.batch_id == batch_id)).all()
    folder = batches.letter_storage(workshop.config.instance)
    size = sum(folder.path(file.digest).stat().st_size for file in files)
    pages = sum(file.pages for file in files)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{form.value:7} {len(files):3} buildings {pages:5} pages {wall:6.1f} s "
        f"{cpu:6.1f} CPU s {size / 1e6:6.1f} MB sealed, peak {peak:4.0f} MB"
    )
    return wall


def main() -> None:
    homes = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    in_building = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        config = Config(
            database_url=f"sqlite:///{folder}/b.sqlite",
            instance=Path(folder),
            key_file=Path(folder) / "vault.key",
            public_url="https://survey.example.com",
            company="邻声物业",
        )
        engine = make_engine(config.database_url)
        upgrade(engine)
        vault = Vault.from_file(config.key_file, create=True)
        workshop = Workshop(engine, vault, Storage(config.files), config, lambda: NOW)
        keys = arrange(workshop, homes, in_building)
        slowest = max(
            print_form(workshop, form, keys) for form in (BatchForm.LETTER, BatchForm.SLIP)
        )
        engine.dispose()
    verdict = "within" if slowest <= BAR_SECONDS * homes / 2000 else "OVER"
    print(f"{homes} homes: {verdict} the bar of {BAR_SECONDS:.0f} s for 2,000")


if __name__ == "__main__":
    main()
