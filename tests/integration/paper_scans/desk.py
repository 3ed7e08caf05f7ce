"""A scan desk without a scanner: printed sheets, and pages as the reader gives them."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.paper.codes import PageCode, make_code
from app.surveys.paper.layout.model import HELPED, Layout, Page
from app.surveys.paper.printing.layouts import draw_layout, keep_layout, layout_of
from app.surveys.paper.printing.models import (
    FormOrder,
    ForWhom,
    OrderState,
    PaperSheet,
    SheetForm,
)
from app.surveys.paper.printing.orders import number_sheets
from app.surveys.paper.reading.result import (
    MarkStyle,
    Problem,
    ReadFrame,
    ReadRow,
    RowState,
    ScannedPage,
    Why,
)
from app.surveys.paper.scans.batches import add_file, open_batch
from app.surveys.paper.scans.intake import take_page
from app.surveys.paper.scans.models import ScanBatch, ScanFile, ScanPage
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import NOW, gate_of, make_staff, members_of, perception_instrument

_files = count(1)
Answers = Mapping[str, Sequence[str]]


def clerk_of(session: Session, **fields: object) -> Scope:
    """Return a clerk of all communities."""
    staff = make_staff(session, Role.CLERK, all_communities=True, **fields)
    return Scope(staff.id, staff.name, staff.role, None)


@cache
def _drawn(digest: str, form: str, block: int, areas: int) -> Layout:
    """Lay out a form once for all tests: words are measured for it."""
    return draw_layout(
        perception_instrument(),
        digest,
        form=form,
        block=block,
        areas_offered=areas,
        language="zh-Hans",
    )


def print_sheets(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    community: Community,
    *,
    form: str = "full",
    copies: int = 1,
) -> list[PaperSheet]:
    """Give every home of a community its numbered sheet, as a printed order does."""
    staff = make_staff(session, Role.HEAD_OFFICE)
    order = FormOrder(
        campaign_id=campaign.id,
        community_id=community.id,
        form=SheetForm(form),
        whom=ForWhom.ALL,
        language="zh-Hans",
        copies=copies,
        asked_by=staff.id,
        asked_at=NOW,
        state=OrderState.READY,
    )
    session.add(order)
    session.flush()
    members = members_of(session, campaign, community)
    areas = gate_of(session, campaign, community).areas_offered
    keys = {}
    for block in {member.block for member in members}:
        layout = _drawn(campaign.instrument_digest, form, block, areas)
        keep_layout(session, campaign.instrument_digest, layout, block=block, areas_offered=areas)
        keys[block] = layout.key
    sheets = []
    for building in sorted({member.building for member in members}):
        homes = [member for member in members if member.building == building]
        sheets += number_sheets(session, vault, order, building, homes, keys, now=NOW)
    return sheets


def open_bundle(
    session: Session, campaign: Campaign, community: Community, actor: Scope, *, sheets: int = 4
) -> ScanBatch:
    """Open a batch of a community."""
    return open_batch(
        session,
        gate_of(session, campaign, community),
        building="",
        bundle="",
        sheets_counted=sheets,
        actor=actor,
        now=NOW,
    )


def upload(session: Session, batch: ScanBatch, actor: Scope) -> ScanFile:
    """Note a file of a batch; its pages are handed over one by one."""
    number = next(_files)
    name = hashlib.sha256(str(number).encode()).hexdigest()
    made = add_file(
        session,
        batch.id,
        name=f"scan-{number}.pdf",
        stored_as=name,
        size=1000,
        digest=name,
        actor=actor,
        now=NOW,
    )
    assert made is not None
    return made


def layout_for(session: Session, sheet: PaperSheet) -> Layout:
    """Return the geometry a sheet was printed with."""
    layout = layout_of(session, sheet.layout_key)
    assert layout is not None
    return layout


def answers_of(layout: Layout, seed: int) -> dict[str, tuple[str, ...]]:
    """Return what somebody could have marked: every row, nothing contradictory."""
    rng = random.Random(seed)
    answers = {}
    for page in layout.pages:
        for row in page.rows:
            values = [box.value for box in row.boxes]
            if row.kind == "many":
                answers[row.field] = (rng.choice(values[:3]),)
            elif row.field == HELPED:
                answers[row.field] = ("family",)
            else:
                answers[row.field] = (rng.choice([one for one in values if one != "na"]),)
    return answers


def scanned(
    vault: Vault,
    sheet: PaperSheet,
    page: Page,
    answers: Answers,
    *,
    number: int = 1,
    doubtful: Sequence[str] = (),
    inked: Sequence[str] = (),
    layout: str | None = None,
) -> ScannedPage:
    """Return a page of a sheet as the reader would: rows sure, empty or doubtful, ink in frames."""
    rows = []
    for row in page.rows:
        values = tuple(answers.get(row.field, ()))
        state = RowState.MARKED if values else RowState.BLANK
        why = Why.CLEAR
        if row.field in doubtful:
            state, why = RowState.UNSURE, Why.FAINT
        rows.append(ReadRow(row.field, values, state, 0.5 if row.field in doubtful else 1.0, why))
    code = PageCode(
        sheet=sheet.number,
        page=page.number,
        copy=sheet.copy,
        layout=layout or sheet.layout_key,
        campaign=sheet.campaign_id,
    )
    return ScannedPage(
        number=number,
        code=make_code(vault, code),
        how="first",
        problem=None,
        rows=tuple(rows),
        frames=tuple(ReadFrame(frame.field, frame.field in inked) for frame in page.frames),
        image=b"\xff\xd8 picture",
        style=MarkStyle(marks=20, darkness=0.8, stroke=0.5, slant=40.0),
        page=page.number,
        quality=0.9,
    )


def lost_page(number: int, problem: Problem, *, code: str | None = None) -> ScannedPage:
    """Return a page that could not be read."""
    return ScannedPage(number, code, None, problem, image=b"\xff\xd8 picture")


def hand_in(
    session: Session, vault: Vault, file: ScanFile, pages: Sequence[ScannedPage]
) -> list[ScanPage]:
    """Take pages in under the numbers they get in this file."""
    start = len(pages_of(session, file))
    taken = []
    for at, page in enumerate(pages, start + 1):
        made = take_page(session, vault, file, replace(page, number=at), now=NOW)
        assert made is not None
        taken.append(made)
    return taken


def pages_of(session: Session, file: ScanFile) -> list[ScanPage]:
    """Return the stored pages of a file."""
    return list(session.scalars(select(ScanPage).where(ScanPage.file_id == file.id)))


def sums_of(session: Session, batch: ScanBatch) -> tuple[int, int, int, int]:
    """Return pages in, accepted, queued and blank as the database counts them."""
    session.flush()
    session.refresh(batch)
    return batch.pages, batch.accepted, batch.queued, batch.blank


def member_of(session: Session, sheet: PaperSheet) -> FrameMember:
    """Return the home of a sheet."""
    return session.get_one(FrameMember, sheet.frame_member_id)
