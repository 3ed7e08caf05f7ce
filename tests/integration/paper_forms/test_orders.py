"""Orders of printed forms: sealed, each sheet once, further copies, gone after a day."""

import json

import pytest
from sqlalchemy import func, select

from app.jobs.models import Job
from app.reports.forms import work
from app.reports.forms.work import drop_old_forms
from app.staff.models import AuditEntry
from app.surveys.campaign.models import CampaignState, Exclusion, ExclusionCode
from app.surveys.distribution.rules import walking_place
from app.surveys.distribution.wording import day_text
from app.surveys.paper.codes import PageCode, make_code, make_typed, read_code
from app.surveys.paper.layout.model import Layout
from app.surveys.paper.printing import orders, queries
from app.surveys.paper.printing.errors import (
    LayoutChangedError,
    NobodyError,
    NotOpenedError,
    TooManyCopiesError,
)
from app.surveys.paper.printing.layouts import keep_layout, layout_of
from app.surveys.paper.printing.models import (
    FormOrder,
    ForWhom,
    OrderState,
    PaperLayout,
    PaperSheet,
    SheetForm,
)
from app.surveys.register.models import CareNeed, CareNeedKind
from tests.factories import NOW
from tests.integration.paper_forms.conftest import DAY_LATER, World
from tests.integration.paper_forms.pictures import (
    check_page,
    count_pages,
    pictures_of,
    read_codes,
    read_markers,
    words_of,
)

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sheets_of(world: World) -> list[PaperSheet]:
    return list(world.session.scalars(select(PaperSheet).order_by(PaperSheet.id)))


@pytest.mark.heavy
@ONE_DATABASE
def test_a_bundle_holds_a_cover_and_a_form_for_every_home_that_reads_back_as_it_was_laid_out(world):
    order_id = world.ask()
    world.make(order_id)
    files = world.files(order_id)
    assert sorted(files) == ["1栋", "2栋"]
    homes = sorted(
        (one for one in world.homes if one.building == "1栋"),
        key=lambda one: walking_place(one.room, has_lift=one.has_lift),
    )
    by_home = {sheet.frame_member_id: sheet for sheet in sheets_of(world)}
    content = files["1栋"]
    layout = layout_of(world.session, by_home[homes[0].id].layout_key)
    leaf = len(layout.pages) + len(layout.pages) % 2
    assert count_pages(content) == 2 + leaf * len(homes)  # the back of the cover is empty
    cover = words_of(content, 0)
    for home in homes:
        sheet = by_home[home.id]
        assert home.room in cover
        assert make_typed(sheet.number, 1).split("-")[0] in cover
    for place, home in enumerate(homes):
        sheet = by_home[home.id]
        first = 2 + place * leaf
        pictures = pictures_of(content, first, len(layout.pages), dots=150 if place else 300)
        for page, picture in zip(layout.pages, pictures, strict=True):
            codes = read_codes(picture)
            assert len(codes) == 2
            code = PageCode(sheet.number, page.number, 1, sheet.layout_key, world.campaign.id)
            assert {read_code(world.vault, text) for text in codes} == {code}
            assert read_markers(picture) == [marker.id for marker in page.markers]
            words = words_of(content, first + page.number - 1)
            assert words.count(make_typed(sheet.number, page.number)) == 2
            assert home.room not in words  # the door stands on the cover alone
            if place == 0:
                check_page(picture, page)
    assert "云栖里" in words_of(content, 2)
    assert day_text(world.campaign.closes_on, "zh-Hans") in words_of(content, 2)


@pytest.mark.heavy
@ONE_DATABASE
def test_a_large_print_form_in_english_reads_back_as_it_was_laid_out(world):
    home = world.homes[0]
    order_id = world.ask(
        ForWhom.ONE, member_id=home.id, form=SheetForm.ELDER, language="en", copies=2
    )
    world.make(order_id)
    content = world.files(order_id)[home.building]
    first, second = sheets_of(world)
    assert (first.copy, second.copy) == (1, 2)
    layout = layout_of(world.session, first.layout_key)
    pictures = pictures_of(content, 2, len(layout.pages))
    for page, picture in zip(layout.pages, pictures, strict=True):
        check_page(picture, page)
    later = pictures_of(content, 2 + len(layout.pages) + len(layout.pages) % 2, 1, dots=150)[0]
    assert read_code(world.vault, read_codes(later)[0]).sheet == second.number
    assert read_markers(later) == [0, 1, 2, 3]


@pytest.mark.heavy
@ONE_DATABASE
def test_a_job_that_was_killed_halfway_numbers_and_prints_nothing_twice(world, monkeypatch):
    order_id = world.ask()
    real = work.print_cover
    calls: list[str] = []

    def dies_at_the_second(cover):
        calls.append(cover.building)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(cover)

    monkeypatch.setattr(work, "print_cover", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        world.make(order_id)
    numbers = [sheet.number for sheet in sheets_of(world)]
    kept = world.files(order_id)
    assert len(numbers) == 4  # the second building was numbered and not printed
    assert len(kept) == 1
    world.session.rollback()
    monkeypatch.setattr(work, "print_cover", real)
    world.make(order_id)
    world.make(order_id)
    assert [sheet.number for sheet in sheets_of(world)] == numbers
    made = world.files(order_id)
    assert len(made) == 2
    assert kept.items() <= made.items()
    order = world.session.get_one(FormOrder, order_id)
    assert (order.state, order.sheets, order.buildings) == (OrderState.READY, 4, 2)


def number(world: World, order_id: int, building: str = "1栋") -> list[PaperSheet]:
    """Number the sheets of a building without printing them."""
    order = world.session.get_one(FormOrder, order_id)
    homes = queries.list_homes(world.session, order, building, NOW.date())
    if queries.find_layout(world.session, "ABC123") is None:
        world.session.add(
            PaperLayout(
                key="ABC123",
                instrument_digest=world.campaign.instrument_digest,
                form=SheetForm.FULL,
                block=0,
                areas_offered=3,
                language="zh-Hans",
                version=1,
                pages=0,
                geometry=json.dumps(
                    {"key": "ABC123", "version": 1, "form": "full", "language": "en", "pages": []}
                ),
            )
        )
        world.session.flush()
    return orders.number_sheets(
        world.session, world.vault, order, building, homes, {1: "ABC123"}, now=NOW
    )


def test_sheets_have_numbers_of_their_own_and_a_reprint_is_a_further_copy(world):
    first, again = world.ask(), world.ask(copies=2)
    one = number(world, first)
    assert number(world, first) == one  # asked again, nothing new
    more = number(world, again)
    assert [sheet.copy for sheet in more] == [2, 3, 2, 3]
    numbers = {sheet.number for sheet in (*one, *more)}
    assert len(numbers) == 6
    assert max(numbers) < 2**45
    assert all(queries.find_sheet(world.session, sheet.number) is sheet for sheet in one)
    assert queries.find_sheet(world.session, 5) is None


def test_a_number_that_is_taken_is_not_given_again(world):
    order_id = world.ask()
    home = next(one for one in world.homes if one.building == "1栋")
    digest = world.vault.keyed_hash("sheet", f"{world.campaign.id}:{home.pseudonym}:1:0")
    taken = int.from_bytes(digest[:8]) >> 19  # the number its first sheet would get
    (theirs, *_rest) = number(world, order_id, "2栋")
    theirs.number = taken
    world.session.flush()
    sheets = number(world, order_id)
    assert taken not in {sheet.number for sheet in sheets}
    assert len({sheet.number for sheet in sheets}) == 2


def test_a_home_gets_no_more_copies_than_a_code_can_number(world):
    order_id = world.ask()
    (sheet, *_rest) = number(world, order_id)
    sheet.copy = 1023
    world.session.flush()
    with pytest.raises(TooManyCopiesError) as caught:
        number(world, world.ask())
    assert caught.value.member_id == sheet.frame_member_id


def homes_of(world: World, whom: ForWhom, **given) -> set[str]:
    """Return the rooms that get a form."""
    order = world.session.get_one(FormOrder, world.ask(whom, **given))
    today = world.clock[0].date()
    return {
        f"{building} {home.room}"
        for building in queries.list_buildings(world.session, order, today)
        for home in queries.list_homes(world.session, order, building, today)
    }


def test_forms_go_to_those_who_are_meant(world):
    one, two, three, four = world.homes

    def door(home):
        return f"{home.building} {home.room}"

    everybody = {door(home) for home in world.homes}
    assert homes_of(world, ForWhom.ALL) == everybody
    two.returned_at = NOW
    world.session.add(
        Exclusion(
            frame_member_id=three.id,
            code=ExclusionCode.VACANT,
            evidence_sealed=b"e",
            requested_by=world.staff_id,
            approved_by=world.staff_id,
            approved_at=NOW,
        )
    )
    for home, until in ((one, None), (four, NOW.date().replace(day=1))):
        world.session.add(
            CareNeed(
                household_id=home.household_id,
                need=CareNeedKind.LARGE_PRINT,
                since=NOW.date().replace(day=1),
                until=until,
                noted_by=world.staff_id,
                noted_at=NOW,
            )
        )
    world.session.commit()
    assert homes_of(world, ForWhom.ALL) == everybody - {door(three)}
    assert homes_of(world, ForWhom.UNANSWERED) == {door(one), door(four)}
    assert homes_of(world, ForWhom.LARGE_PRINT) == {door(one)}
    assert homes_of(world, ForWhom.ONE, member_id=four.id) == {door(four)}
    with pytest.raises(NobodyError):
        world.ask(ForWhom.ONE, member_id=three.id)


def test_an_order_is_logged_and_waits_for_the_worker(world):
    order_id = world.ask()
    entry = world.session.scalars(select(AuditEntry).where(AuditEntry.action == "forms.ask")).one()
    assert entry.community_id == world.community.id
    job = world.session.scalars(select(Job).where(Job.kind == orders.KIND)).one()
    assert json.loads(job.payload) == {"order_id": order_id}


def test_a_campaign_without_a_frame_has_nothing_to_print(world):
    world.campaign.state = CampaignState.DRAFT
    with pytest.raises(NotOpenedError):
        world.ask()


def test_files_are_gone_after_a_day_and_the_sheets_stay(world):
    order_id = world.ask()
    number(world, order_id)
    order = world.session.get_one(FormOrder, order_id)
    storage = orders.form_storage(world.workshop.config.instance)
    for content in (b"one", b"another"):  # the second is too late: the building has its file
        orders.keep_file(
            world.session,
            storage,
            world.vault,
            order,
            building="1栋",
            sheets=2,
            pages=6,
            content=content,
            now=world.clock[0],
        )
    orders.end_order(world.session, order, now=world.clock[0])
    (file,) = queries.list_files(world.session, [order_id])
    assert storage.path(file.digest).read_bytes().find(b"one") < 0  # sealed
    world.session.commit()
    drop_old_forms(world.workshop)
    assert world.files(order_id) == {"1栋": b"one"}
    world.session.rollback()
    world.clock[0] = DAY_LATER
    drop_old_forms(world.workshop)
    assert world.files(order_id) == {"1栋": None}
    assert world.session.get_one(FormOrder, order_id).state is OrderState.GONE
    assert world.session.scalar(select(func.count()).select_from(PaperSheet)) == 2


def test_the_files_a_home_is_in_are_those_of_its_building_alone(world):
    order_id = world.ask()
    order = world.session.get_one(FormOrder, order_id)
    storage = orders.form_storage(world.workshop.config.instance)
    for building in ("1栋", "2栋"):
        number(world, order_id, building)
        orders.keep_file(
            world.session,
            storage,
            world.vault,
            order,
            building=building,
            sheets=2,
            pages=6,
            content=b"x",
            now=NOW,
        )
    home = next(one for one in world.homes if one.building == "2栋")
    found = queries.list_files_of_members(world.session, [home.id])  # what erasing it deletes
    assert [file.building for file in found] == ["2栋"]


def test_the_reader_gets_the_layouts_of_open_campaigns_alone(world):
    number(world, world.ask())
    running = queries.list_layouts_of_open_campaigns(world.session)
    assert [one.key for one in running] == ["ABC123"]
    world.campaign.state = CampaignState.CLOSED
    world.session.flush()
    assert not queries.list_layouts_of_open_campaigns(world.session)
    assert layout_of(world.session, "ABC123").pages == ()
    assert layout_of(world.session, "ZZZZZZ") is None


def test_a_layout_that_changed_under_its_key_is_refused_before_anything_is_printed(world):
    number(world, world.ask())
    other = Layout("ABC123", 1, "full", "zh-Hans", ())
    with pytest.raises(LayoutChangedError):
        keep_layout(
            world.session, world.campaign.instrument_digest, other, block=0, areas_offered=3
        )


def test_a_page_code_of_a_sheet_is_found_by_its_number(world):
    (sheet, *_rest) = number(world, world.ask())
    text = make_code(world.vault, PageCode(sheet.number, 1, 1, "ABC123", world.campaign.id))
    found = queries.find_sheet(world.session, read_code(world.vault, text).sheet)
    assert found is sheet
