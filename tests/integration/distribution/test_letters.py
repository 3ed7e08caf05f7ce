"""Sealed bundles: every home once, in walking order, readable codes, gone after a day."""

import re
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from app.reports.letter_paper import Home, slips_of
from app.reports.letter_stamp import Void, Words
from app.reports.letter_work import drop_old_letters, make_letters
from app.staff.models import AuditEntry
from app.surveys.campaign.codes import format_code
from app.surveys.campaign.contact.models import ContactChannel, ContactEvent
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.gates.services import change_required
from app.surveys.campaign.lookup import find_by_typed_code
from app.surveys.campaign.tokens import make_typed_code
from app.surveys.distribution.errors import CampaignNotOpenError, PastInstantError
from app.surveys.distribution.models import (
    BatchForm,
    BatchState,
    HandoverKind,
    LetterBatch,
    RunKind,
    RunState,
    SendChannel,
)
from app.surveys.distribution.printed import batches, handovers
from app.surveys.distribution.printed.queries import list_files
from app.surveys.distribution.rules import walking_place
from tests.factories import head_office, make_campaign, token_of
from tests.integration.snapshot.answering import answer

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def order(world, form: BatchForm, kind: RunKind = RunKind.LAUNCH, language: str = "zh-Hans") -> int:
    batch = batches.ask_for_batch(
        world.session,
        world.campaign,
        world.community.id,
        form=form,
        kind=kind,
        language=language,
        staff_id=world.staff_id,
        now=world.clock[0],
    )
    batch_id = batch.id
    world.session.commit()
    make_letters(world.workshop, {"batch_id": batch_id})
    world.session.rollback()
    return batch_id


def files_of(world, batch_id: int) -> dict[str, bytes]:
    storage = batches.letter_storage(world.workshop.config.instance)
    return {
        file.building: batches.open_file(storage, world.vault, file)
        for file in list_files(world.session, [batch_id])
    }


def read(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Return words and codes of each page."""
    with pypdfium2.PdfDocument(content) as document:
        words = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
        codes = [
            [code.text for code in zxingcpp.read_barcodes(page.render(scale=110 / 72).to_pil())]
            for page in document
        ]
    return words, codes


def in_walking_order(homes):
    return sorted(homes, key=lambda home: walking_place(home.room, has_lift=home.has_lift))


@pytest.mark.heavy
@ONE_DATABASE
def test_a_bundle_holds_cover_list_and_one_letter_for_each_home_in_walking_order(world):
    change_required(
        world.session,
        world.vault,
        world.campaign,
        permille=650,
        reason="业委会要求",
        staff_id=world.staff_id,
        now=world.clock[0],
    )
    batch_id = order(world, BatchForm.LETTER)
    found = files_of(world, batch_id)
    assert sorted(found) == ["1栋", "2栋"]
    for building, content in found.items():
        homes = in_walking_order(home for home in world.homes if home.building == building)
        words, codes = read(content)
        assert len(words) == 2 + len(homes)
        assert codes[:2] == [[], []]  # no code on the cover and on the list to tick
        for number, (home, page, seen) in enumerate(
            zip(homes, words[2:], codes[2:], strict=True), start=1
        ):
            token = token_of(world.vault, home)
            assert seen == [f"http://survey.example/t/{token}"]
            code = format_code(make_typed_code(world.vault, home.pseudonym))
            for expected in (f"{home.building}{home.room}", code, "survey.example/c", "打个分"):
                assert expected in page
            assert "要求回收率65%" in page
            assert "以前为60%" in page
            assert f"{number}/{len(homes)}" in page
        for home in homes:
            assert home.room in words[1]
            code = format_code(make_typed_code(world.vault, home.pseudonym))
            assert code not in words[0] + words[1]


@pytest.mark.heavy
@ONE_DATABASE
def test_slips_are_logged_stand_in_the_book_lie_sealed_and_are_gone_after_a_day(world, vault):
    session, campaign = world.session, world.campaign
    for home in world.homes:
        home.code_hash = None  # of a frame that is older than short codes
    session.commit()
    batch_id = order(world, BatchForm.SLIP)
    words, codes = read(files_of(world, batch_id)["1栋"])
    homes = in_walking_order(home for home in world.homes if home.building == "1栋")
    assert len(words) == 3
    for home in homes:
        typed = format_code(make_typed_code(vault, home.pseudonym))
        assert find_by_typed_code(session, vault, typed) is home
    assert set(codes[2]) == {f"http://survey.example/t/{token_of(vault, home)}" for home in homes}
    # Four of the eight places are empty: nothing of a slip is left there.
    assert words[2].count("业主意见调查") == words[2].count("扫不了码") == 8
    logged = session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == "print_letters")
    ).all()
    assert logged == [f"slip batch {batch_id}"] * 8
    session.rollback()
    make_letters(world.workshop, {"batch_id": batch_id})  # the job runs a second time
    session.rollback()
    rows = handovers.list_book(session, campaign.id, head_office(), world.community.id)
    assert [(row.name, row.base, row.printed) for row in rows] == [("1栋", 4, 4), ("2栋", 4, 4)]
    storage = batches.letter_storage(world.workshop.config.instance)
    assert all(b"%PDF" not in storage.get(f.digest) for f in list_files(session, [batch_id]))
    session.rollback()
    world.clock[0] += timedelta(hours=23)
    drop_old_letters(world.workshop)
    assert all(files_of(world, batch_id).values())
    session.rollback()
    world.clock[0] += timedelta(hours=1, seconds=1)
    drop_old_letters(world.workshop)
    assert set(files_of(world, batch_id).values()) == {None}
    assert session.get_one(LetterBatch, batch_id).state is BatchState.GONE


def test_slips_lie_so_that_the_cut_piles_stand_in_walking_order():
    homes = [
        Home(at, f"1-{at}", f"1栋 1-{at}", f"https://s.cn/t/{at}", f"C{at}") for at in range(1, 20)
    ]
    sheets = slips_of(homes, 37.0)
    numbers = [
        [int(mark.text) for mark in sheet if isinstance(mark, Words) and mark.size == 8]
        for sheet in sheets
    ]
    # Worked by hand: 19 slips need 3 sheets; pile 1 holds 1-3, pile 2 holds 4-6, ... pile 7: 19.
    assert numbers == [[1, 4, 7, 10, 13, 16, 19], [2, 5, 8, 11, 14, 17], [3, 6, 9, 12, 15, 18]]
    assert [sum(isinstance(mark, Void) for mark in sheet) for sheet in sheets] == [1, 2, 2]


@pytest.mark.heavy
@ONE_DATABASE
def test_a_reminder_by_letter_prints_silent_homes_only_and_counts_as_their_reminder(world):
    run_id = world.run(channel=SendChannel.LETTER)
    world.approve(run_id)
    answer(world.session, world.vault, world.campaign, world.homes[0])
    world.session.commit()
    world.clock[0] = world.clock[0].replace(hour=15)  # 23:00 in Beijing: letters may be printed
    world.send(run_id)
    assert world.state(run_id) is RunState.DONE
    assert world.counts(run_id) == {"sent": 7, "answered": 1}
    batch = world.session.scalars(select(LetterBatch).where(LetterBatch.run_id == run_id)).one()
    assert (batch.state, batch.homes) == (BatchState.READY, 7)
    _words, codes = read(files_of(world, batch.id)[world.homes[0].building])
    printed = {code for page in codes for code in page}
    assert f"http://survey.example/t/{token_of(world.vault, world.homes[0])}" not in printed
    assert len(printed) == 3
    assert world.counts(world.run(RunKind.REMINDER_2, SendChannel.LETTER, cap=1)) == {
        "answered": 1,
        "at_cap": 7,
    }


@pytest.mark.heavy
@ONE_DATABASE
def test_a_poster_says_the_same_in_two_languages_and_holds_no_code(world):
    folder = world.workshop.config.instance
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "distribution.toml").write_text(
        '[notices]\nservice_guide = "https://www.example.com/guide"\n', "utf-8"
    )
    batch_id = order(world, BatchForm.NOTICE)
    (content,) = files_of(world, batch_id).values()
    words, codes = read(content)
    assert len(words) == 2
    assert "业主满意度调查" in words[0]
    assert "Owners'survey" in words[1]
    assert codes == [["https://www.example.com/guide"]] * 2
    assert all("/t/" not in page for page in words)


@ONE_DATABASE
def test_nothing_is_printed_before_the_campaign_is_opened(world, session, vault):
    draft = make_campaign(session, vault, code="2027-06", opened=False)
    with pytest.raises(CampaignNotOpenError):
        batches.ask_for_batch(
            session,
            draft,
            world.community.id,
            form=BatchForm.LETTER,
            kind=RunKind.LAUNCH,
            language="zh-Hans",
            staff_id=world.staff_id,
            now=world.clock[0],
        )


def test_the_book_counts_pieces_by_building_without_the_lines_struck_out(world, vault):
    session = world.session
    common = {
        "community_id": world.community.id,
        "building": "1栋",
        "staff_id": world.staff_id,
        "now": world.clock[0],
        "happened_on": world.clock[0].date(),
        "is_sure": True,  # nothing was printed here
    }
    for kind, pieces in (
        (HandoverKind.HANDED_OUT, 40),
        (HandoverKind.HANDED_OUT, 4),
        (HandoverKind.BROUGHT_BACK, 1),
    ):
        last = handovers.record_handover(
            session, vault, world.campaign, kind=kind, pieces=pieces, person="李主任", **common
        )
    wrong = handovers.list_lines(session, vault, world.campaign.id, world.community.id)[-1]
    assert (wrong.line.pieces, wrong.person) == (40, "李主任")
    handovers.strike(session, wrong.line, actor=head_office(), now=world.clock[0])
    (row, other) = handovers.list_book(session, world.campaign.id, head_office())
    assert (row.handed_out, row.brought_back, other.handed_out) == (4, 1, 0)
    assert last.struck_at is None
    tomorrow = {**common, "happened_on": (world.clock[0] + timedelta(days=1)).date()}
    with pytest.raises(PastInstantError):
        handovers.record_handover(
            session,
            vault,
            world.campaign,
            kind=HandoverKind.HANDED_OUT,
            pieces=1,
            person="李",
            **tomorrow,
        )


def test_a_building_is_marked_delivered_once(world):
    def mark() -> int:
        return handovers.mark_delivered(
            world.session,
            world.campaign,
            community_id=world.community.id,
            building="1栋",
            channel=ContactChannel.LETTERBOX,
            staff_id=world.staff_id,
            now=world.clock[0],
        )

    assert (mark(), mark()) == (4, 0)
    counts = count_community(world.session, world.campaign.id, world.community.id)
    assert counts.delivered == 4
    events = world.session.scalars(select(ContactEvent)).all()
    assert {event.channel for event in events} == {ContactChannel.LETTERBOX}
    sums = handovers.sum_by_community(
        handovers.list_book(world.session, world.campaign.id, head_office()),
        {world.community.id: "小区"},
    )
    assert [(row.name, row.base, row.delivered) for row in sums] == [("小区", 8, 4)]
