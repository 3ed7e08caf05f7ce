"""Job of the worker: printed questionnaires, one sealed file for each building.

The sheets get their numbers in a transaction of their own before anything is printed; a job that
is run twice finds them there. Printing happens outside of every transaction, and a building that
has its file is never printed again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES
from app.reports.context import date_text
from app.reports.forms.cover import Cover, Door, print_cover
from app.reports.forms.setting import make_press
from app.reports.forms.stamping import PageMark, Press, Sheet
from app.reports.paper import in_language
from app.reports.wording import address_of
from app.reports.work import Workshop
from app.staff.audit import record_many
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.queries import find_gate, get_campaign, get_instrument
from app.surveys.distribution.rules import walking_place
from app.surveys.distribution.wording import day_text
from app.surveys.paper.codes import PageCode, make_code, make_typed
from app.surveys.paper.layout.model import Layout
from app.surveys.paper.layout.words import say
from app.surveys.paper.printing import orders, queries
from app.surveys.paper.printing.layouts import draw_layout, keep_layout
from app.surveys.paper.printing.models import FormOrder, OrderState, PaperSheet
from app.surveys.register.models import Community
from app.surveys.register.queries import list_uids
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all buildings of an order share.

    Attributes:
        order_id: The order.
        language: Of the forms.
        layouts: Block -> layout.
        words: Slot name -> the community's words.
        left: Buildings without a file yet.
    """

    order_id: int
    language: str
    layouts: Mapping[int, Layout]
    words: Mapping[str, str]
    left: Sequence[str]


def make_forms(workshop: Workshop, payload: dict[str, object]) -> None:
    """Make the files of an order; what is made stays as it is.

    Args:
        workshop: What to work with.
        payload: ``order_id``.
    """
    order_id = int(str(payload["order_id"]))
    plan = _prepare(workshop, order_id)
    if plan is None:
        return
    if plan.left:
        press = make_press(list(plan.layouts.values()), plan.words)
        for building in plan.left:
            _make_building(workshop, plan, press, building)
    with write_session(workshop.engine) as session:
        order = session.get_one(FormOrder, order_id)
        orders.end_order(session, order, now=workshop.clock())


def drop_old_forms(workshop: Workshop) -> None:
    """Delete the files that are a day old."""
    with write_session(workshop.engine) as session:
        storage = orders.form_storage(workshop.config.instance)
        orders.drop_old_orders(session, storage, now=workshop.clock())


def _prepare(workshop: Workshop, order_id: int) -> _Plan | None:
    """Keep the layouts of an order and say what is left to print; None when it is done."""
    today = beijing_date(workshop.clock())
    with write_session(workshop.engine) as session:
        order = queries.find_order(session, order_id)
        if order is None or order.state is not OrderState.WAITING:
            return None
        campaign = get_campaign(session, order.campaign_id)
        gate = find_gate(session, order.campaign_id, order.community_id)
        if gate is None:
            raise LookupError(order.community_id)
        language = order.language if order.language in LANGUAGES else DEFAULT_LANGUAGE
        instrument = get_instrument(session, campaign.instrument_digest)
        layouts = {}
        for block in queries.list_blocks(session, order, today):
            layout = draw_layout(
                instrument,
                campaign.instrument_digest,
                form=order.form.value,
                block=block,
                areas_offered=gate.areas_offered,
                language=language,
            )
            keep_layout(
                session,
                campaign.instrument_digest,
                layout,
                block=block,
                areas_offered=gate.areas_offered,
            )
            layouts[block] = layout
        buildings = queries.list_buildings(session, order, today)
        made = {file.building for file in queries.list_files(session, [order.id])}
        order.buildings = len(made | set(buildings))
        return _Plan(
            order_id=order.id,
            language=language,
            layouts=layouts,
            words=_words(workshop, session, order, campaign, language),
            left=[building for building in buildings if building not in made],
        )


def _make_building(workshop: Workshop, plan: _Plan, press: Press, building: str) -> None:
    """Number the sheets of a building, print them, keep the file."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        order = session.get_one(FormOrder, plan.order_id)
        homes = queries.list_homes(session, order, building, beijing_date(now))
        keys = {block: layout.key for block, layout in plan.layouts.items()}
        sheets = orders.number_sheets(
            session, workshop.vault, order, building, homes, keys, now=now
        )
        members = {
            one.frame_member_id: session.get_one(FrameMember, one.frame_member_id) for one in sheets
        }
        ordered = sorted(sheets, key=lambda one: _place(members[one.frame_member_id], one))
        cover = _cover(workshop, session, plan, order, building, ordered, members)
        by_key = {layout.key: layout for layout in plan.layouts.values()}
        printed = [_sheet(workshop.vault, one, by_key[one.layout_key]) for one in ordered]
        household_ids = [member.household_id for member in members.values()]
    with in_language(plan.language):
        front = print_cover(cover)
    content, pages = press.print_sheets(printed, front=front)
    with write_session(workshop.engine) as session:
        order = session.get_one(FormOrder, plan.order_id)
        orders.keep_file(
            session,
            orders.form_storage(workshop.config.instance),
            workshop.vault,
            order,
            building=building,
            sheets=len(printed),
            pages=pages,
            content=content,
            now=workshop.clock(),
        )
        record_many(
            session,
            actor=f"staff:{order.asked_by}",
            action="print_forms",
            subjects=list_uids(session, household_ids),
            detail=f"{order.form.value} order {order.id}",
            now=workshop.clock(),
        )


def _place(member: FrameMember, sheet: PaperSheet) -> tuple[tuple[int, int, int, str], int]:
    return walking_place(member.room, has_lift=member.has_lift), sheet.copy


def _sheet(vault: Vault, sheet: PaperSheet, layout: Layout) -> Sheet:
    marks = [
        PageMark(
            make_code(
                vault,
                PageCode(sheet.number, page.number, sheet.copy, layout.key, sheet.campaign_id),
            ),
            make_typed(sheet.number, page.number),
        )
        for page in layout.pages
    ]
    return Sheet(layout, marks)


def _cover(
    workshop: Workshop,
    session: Session,
    plan: _Plan,
    order: FormOrder,
    building: str,
    sheets: Sequence[PaperSheet],
    members: Mapping[int, FrameMember],
) -> Cover:
    community = session.get_one(Community, order.community_id)
    pages = {len(layout.pages) for layout in plan.layouts.values()}
    with in_language(plan.language):
        return Cover(
            company=workshop.config.company,
            phone=workshop.config.phone,
            is_demo=workshop.config.demo,
            campaign=plan.words["campaign"],
            community=community.name,
            building=address_of(building, "").strip(),
            order=order.id,
            form=order.form.value,
            language=plan.language,
            made_on=date_text(beijing_date(workshop.clock())),
            pages=max(pages),
            layouts=sorted(Counter(one.layout_key for one in sheets).items()),
            doors=[
                Door(
                    number,
                    members[one.frame_member_id].room,
                    make_typed(one.number, 1).split("-")[0],
                    one.copy,
                )
                for number, one in enumerate(sheets, 1)
            ],
        )


def _words(
    workshop: Workshop, session: Session, order: FormOrder, campaign: Campaign, language: str
) -> dict[str, str]:
    community = session.get_one(Community, order.community_id)
    title = campaign.title_en if language == "en" else campaign.title
    about = [title, community.name, workshop.config.company]
    if workshop.config.demo:
        about.append(say("demo", language))
    return {
        "campaign": title,
        "about": " · ".join(about),
        "deadline": say("deadline", language, day=day_text(campaign.closes_on, language)),
    }
