"""The scan desk through its pages: bundles, uploads, review without a mouse, conflicts, rights."""

import io
import re

import pytest

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign.queries import get_household_uid
from app.surveys.paper.codes import make_typed
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import batches, deciding, queries
from app.surveys.paper.scans.deciding import Decision
from app.surveys.paper.scans.errors import DecidedBeforeError
from app.surveys.paper.scans.models import BatchState, ScanBatch, ScanCheck, ScanPage
from app.surveys.paper.scans.rereading import PATIENCE
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.trays import Tray, Verdict
from app.surveys.response.queries import find_counted, list_responses
from app.surveys.response.vector import decode
from tests.browser import open_browser, serve
from tests.factories import (
    NOW,
    PASSWORD,
    gate_of,
    make_campaign,
    make_community,
    members_of,
    perception_instrument,
)
from tests.integration.paper_scans import desk
from tests.integration.snapshot.answering import answer
from tests.web.staff_pages import MAIN, enter_as, hidden_fields, sign_in, words_of

DOOR = MAIN + 1  # the form for building and room on the page of a scan


@pytest.fixture
def clerk(client, scan_desk):
    sign_in(client, scan_desk.clerk)
    scan_desk.session.rollback()
    return client


def overall(session, member_id):
    session.rollback()
    stored = find_counted(session, member_id)
    return (
        None if stored is None else decode(perception_instrument(), stored.vector).values["overall"]
    )


def test_a_bundle_is_opened_filled_and_shown_with_its_sum(clerk, session, scan_desk, config, vault):
    gate = gate_of(session, scan_desk.campaign, scan_desk.community)
    opened = clerk.submit(
        "/entry/scans/", {"gate": str(gate.id), "sheets": "12", "bundle": "A-7"}, form=MAIN
    )
    assert opened.status_code == 302
    files = [
        (io.BytesIO(b"one"), "一.pdf"),
        (io.BytesIO(b"two"), "二.zip"),
        (io.BytesIO(b"one"), "3.pdf"),
    ]
    sent = clerk.submit(opened.location, {"files": files}, form=MAIN)
    assert sent.location == opened.location
    page = words_of(clerk.get(opened.location).text)
    assert [one for one in ("一.pdf", "Being read", "left out") if one not in page] == []
    session.rollback()
    batch = session.query(ScanBatch).order_by(ScanBatch.id.desc()).first()
    stored = queries.list_files(session, batch.id)
    assert [(one.name, one.size) for one in stored] == [("一.pdf", 3), ("二.zip", 3)]
    kept = batches.scan_files(config.instance, vault)
    assert [kept.opener(one.stored_as)().read() for one in stored] == [b"one", b"two"]
    assert b"one" not in (config.instance / "scan-files" / stored[0].stored_as).read_bytes()


@pytest.mark.parametrize("sheets", ["", "5001"])
def test_a_bundle_nobody_counted_is_not_opened(clerk, session, scan_desk, sheets):
    gate = gate_of(session, scan_desk.campaign, scan_desk.community)
    bad = clerk.submit("/entry/scans/", {"gate": str(gate.id), "sheets": sheets}, form=MAIN)
    assert bad.status_code == 422
    assert 'id="sheets-e1"' in bad.text


def test_digits_beside_the_crop_decide_and_the_sheet_counts(clerk, session, scan_desk):
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))
    member_id = scan_desk.sheets[0].frame_member_id
    address = f"/entry/scans/{scan_desk.batch.id}/review"
    page = clerk.get(address).text
    assert page.count("data-field") == 1
    assert re.search(r'<svg class="crop" viewBox="6\.0 [\d.]+ 198\.0 [\d.]+"', page)
    assert overall(session, member_id) is None
    assert clerk.submit(address, {"overall": "4"}, form=MAIN).location == address
    assert overall(session, member_id) == 4
    assert clerk.get(address).location == f"/entry/scans/{scan_desk.batch.id}"


def test_what_cannot_be_read_is_marked_and_nothing_is_decided(clerk, session, scan_desk):
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))
    address = f"/entry/scans/{scan_desk.batch.id}/review"
    bad = clerk.submit(address, {"overall": "11"}, form=MAIN)
    assert bad.status_code == 422
    assert 'value="11"' in bad.text
    assert 'aria-invalid="true"' in bad.text
    assert overall(session, scan_desk.sheets[0].frame_member_id) is None
    clerk.submit(address, {"overall": ""}, form=MAIN)
    assert overall(session, scan_desk.sheets[0].frame_member_id) is None
    clerk.submit(address, {"overall": "="}, form=MAIN)
    layout = desk.layout_for(session, scan_desk.sheets[0])
    marked = desk.answers_of(layout, 0)["overall"][0]
    assert str(overall(session, scan_desk.sheets[0].frame_member_id)) == marked


def test_who_decides_after_somebody_else_is_shown_what_stands_and_nothing_is_dropped(
    clerk, session, scan_desk, vault
):
    made = scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall", "helped"]))
    ids = {one.page: one.id for one in made}
    form = desk.layout_for(session, scan_desk.sheets[0])
    page_id = next(
        ids[one.number] for one in form.pages if any(row.field == "overall" for row in one.rows)
    )
    first = scan_desk.clerk.id
    session.rollback()
    page = clerk.get(f"/entry/scans/pages/{page_id}/review").text
    hidden = hidden_fields(page, "csrf_token", "seen")
    post = f"/entry/scans/pages/{page_id}/decide"
    decided = {"overall": Decision(Verdict.CHOSEN, ("4",))}
    deciding.decide(session, vault, page_id, decided, staff_id=first, now=NOW)
    session.commit()
    late = clerk.post(post, data={**hidden, "overall": "7"})
    assert late.status_code == 409
    told = words_of(late.text)
    assert "Somebody else was here first" in told
    assert re.search(r"Stands now\|4\|.*You typed\|7\|", told, re.DOTALL)
    # The same digits twice are no quarrel, and what is still open is saved.
    assert clerk.post(post, data={**hidden, "overall": "4"}).status_code == 302
    session.rollback()
    assert [one.id for one in queries.list_decisions(session, [page_id])][1:] == []


def test_two_decisions_at_the_same_moment_are_told_apart_under_the_lock(session, scan_desk, vault):
    made = scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))
    page = next(one for one in made if one.tray is Tray.DOUBTFUL)
    page.problem = "reopened"  # all its rows wait again, also those decided meanwhile
    who = {"staff_id": scan_desk.clerk.id, "now": NOW, "seen": 0}
    said = [{"overall": Decision(Verdict.CHOSEN, (value,))} for value in ("4", "7", "4")]
    deciding.decide(session, vault, page.id, said[0], **who)
    with pytest.raises(DecidedBeforeError) as caught:
        deciding.decide(session, vault, page.id, said[1], **who)
    assert caught.value.fields == ("overall",)
    deciding.decide(session, vault, page.id, said[2], **who)
    assert len(queries.list_decisions(session, [page.id])) == 1


def test_a_page_without_a_code_is_tied_to_its_sheet_and_read_again_or_keyed(
    clerk, session, scan_desk
):
    made = scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    page_id, batch_id = made.id, scan_desk.batch.id
    address = f"/entry/scans/pages/{page_id}"
    assert clerk.submit(address, {"code": "abc"}, form=MAIN).status_code == 422
    code = make_typed(scan_desk.sheets[1].number, 1)
    named = clerk.submit(address, {"code": code.upper()}, form=MAIN)
    assert named.location == f"/entry/scans/{batch_id}/trays/no_code"
    assert "being read again" in words_of(clerk.get(named.location).text)
    # The worker has it for the moment; whoever does not want to wait keys the page whole.
    assert clerk.get(f"/entry/scans/{batch_id}/review").location == f"/entry/scans/{batch_id}"
    first = desk.layout_for(session, scan_desk.sheets[1]).pages[0].rows[0].field
    assert f'name="{first}"' in clerk.get(f"{address}/review").text
    later = NOW + PATIENCE * 2
    clerk.application.extensions["linsheng"].clock = lambda: later
    assert f'name="{first}"' in clerk.get(f"/entry/scans/{batch_id}/review").text


def test_without_a_scanner_the_code_printed_on_the_form_opens_its_sheet(clerk, scan_desk):
    code = make_typed(scan_desk.sheets[1].number, 2)
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert clerk.submit("/entry/", {"code": wrong}, form=MAIN).status_code == 422
    opened = clerk.submit("/entry/", {"code": code}, form=MAIN)
    assert opened.location == "/entry/sheet"
    assert clerk.get(opened.location).status_code == 200


def test_a_page_of_which_more_than_the_code_is_lost_is_keyed_at_once(clerk, scan_desk):
    made = scan_desk.hand_in(desk.lost_page(1, Problem.WEAK_PRINT))[0]
    address = f"/entry/scans/pages/{made.id}"
    code = make_typed(scan_desk.sheets[1].number, 1)
    assert clerk.submit(address, {"code": code}, form=MAIN).location == f"{address}/review"


def test_a_home_is_searched_by_its_door_and_only_its_missing_pages_are_offered(
    clerk, session, scan_desk
):
    scan_desk.hand_in(scan_desk.pages(0)[0])
    made = scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    sheet, address = scan_desk.sheets[0], f"/entry/scans/pages/{made.id}"
    member = desk.member_of(session, sheet)
    building, room, page_id = member.building, member.room, made.id
    uid = get_household_uid(session, member.household_id)
    missing = [one.number for one in desk.layout_for(session, sheet).pages][1:]
    typed = [make_typed(sheet.number, number) for number in (1, *missing)]
    session.rollback()
    nobody = clerk.submit(address, {"building": building, "room": "9999"}, form=DOOR)
    assert nobody.status_code == 422
    offered = clerk.submit(address, {"building": building, "room": room}, form=DOOR)
    assert re.findall(r'name="code" value="([^"]+)"', offered.text) == typed[1:]
    session.rollback()
    assert [one.action for one in list_audit_of(session, uid)] == ["find_sheet_of_home"]
    clerk.submit(address, {"code": typed[1]}, form=MAIN)
    session.rollback()
    assert session.get(ScanPage, page_id).frame_member_id == sheet.frame_member_id


def test_a_door_of_another_community_is_nobodys_even_within_the_clerks_scope(
    client, session, scan_desk
):
    made = scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    away = make_community(session, households=1, name="乙小区")
    campaign = make_campaign(session, scan_desk.vault, code="2026-12")
    desk.print_sheets(session, scan_desk.vault, campaign, away)
    home = members_of(session, campaign, away)[0]
    door = {"building": home.building, "room": home.room}
    enter_as(client, session, Role.CLERK, all_communities=True)
    found = client.submit(f"/entry/scans/pages/{made.id}", door, form=DOOR)
    own = {(one.building, one.room) for one in _homes(session, scan_desk)}
    assert (door["building"], door["room"]) in own or found.status_code == 422
    for sheet in session.query(PaperSheet).filter_by(frame_member_id=home.id):
        assert make_typed(sheet.number, 1) not in found.text


def test_the_first_page_of_a_clerk_shows_what_waits_and_leads_there(clerk, session, scan_desk):
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))
    scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))
    batch_id = scan_desk.batch.id
    page = clerk.get("/entry/")
    assert f"/entry/scans/{batch_id}" in page.text
    assert "Doubtful marks" in words_of(page.text)
    ways = re.findall(r'<a href="(/entry/scans/waiting/[a-z_]+)">1<', page.text)
    for place in ("/entry/scans/", "/entry/"):  # each count and each button
        assert clerk.get(place).text.count('"/entry/scans/waiting/no_code"') == 2
    leads = {way.rsplit("/", 1)[1]: clerk.get(way).location for way in ways}
    assert leads["doubtful"] == f"/entry/scans/{batch_id}/review"
    assert leads["no_code"] == f"/entry/scans/{batch_id}/trays/no_code"
    assert clerk.get("/entry/scans/waiting/conflict").location == "/entry/scans/"
    assert clerk.get("/entry/scans/waiting/accepted").status_code == 404


def test_a_look_at_a_picture_is_written_down(clerk, session, scan_desk):
    made = scan_desk.hand_in(*scan_desk.pages(0))[0]
    answer = clerk.get(f"/entry/scans/pages/{made.id}/image")
    assert (answer.mimetype, answer.data) == ("image/jpeg", b"\xff\xd8 picture")
    session.rollback()
    member = desk.member_of(session, scan_desk.sheets[0])
    uid = get_household_uid(session, member.household_id)
    assert [one.action for one in list_audit_of(session, uid)] == ["view_scan"]


def test_a_clerk_of_another_branch_and_the_office_itself_see_no_batch(
    client, session, scan_desk, app
):
    made = scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))[0]
    batch, page = scan_desk.batch.id, made.id
    addresses = [
        f"/entry/scans/{batch}",
        f"/entry/scans/{batch}/review",
        f"/entry/scans/{batch}/trays/doubtful",
        f"/entry/scans/pages/{page}",
        f"/entry/scans/pages/{page}/image",
        f"/entry/scans/pages/{page}/review",
    ]
    away = make_community(session, households=1)
    enter_as(client, session, Role.CLERK, [away])
    assert {client.get(address).status_code for address in addresses} == {404}
    assert scan_desk.community.name not in client.get("/entry/scans/").text
    for role in (Role.OFFICE, Role.STEWARD):
        enter_as(client, session, role, [scan_desk.community])
        refused = {client.get(address).status_code for address in [*addresses, "/entry/scans/"]}
        assert refused == {403}


def test_head_office_settles_a_conflict_with_both_rows_side_by_side(client, session, scan_desk):
    marked = desk.answers_of(desk.layout_for(session, scan_desk.sheets[0]), 0)["overall"]
    other = "1" if marked != ("1",) else "2"
    scan_desk.hand_in(*scan_desk.pages(0), *scan_desk.pages(0, {"overall": (other,)}))
    conflict = session.query(ScanPage).filter_by(tray=Tray.CONFLICT).one()
    page_id = conflict.id
    sign_in(client, scan_desk.clerk)
    scan_desk.session.rollback()
    assert client.get("/entry/scan-office/").status_code == 403
    enter_as(client, session, Role.HEAD_OFFICE)
    text = client.get(f"/entry/scan-office/{scan_desk.campaign.code}/conflicts").text
    assert text.count('<svg class="crop"') == 2
    done = client.submit(f"/entry/scans/pages/{page_id}", {"note": "第二次扫描前被改过"}, form=MAIN)
    assert done.status_code == 302
    session.rollback()
    assert session.get(ScanPage, page_id).tray is Tray.VOID
    assert str(overall(session, scan_desk.sheets[0].frame_member_id)) == marked[0]


def test_a_second_keying_shows_no_answer_and_gives_an_error_rate(client, session, scan_desk, app):
    scan_desk.hand_in(*scan_desk.pages(0))
    sheet = scan_desk.sheets[0]
    if sampled.find_check(session, _all(), sheet.id) is None:
        session.add(
            ScanCheck(
                sheet_id=sheet.id,
                frame_member_id=sheet.frame_member_id,
                campaign_id=sheet.campaign_id,
                community_id=sheet.community_id,
                drawn_at=NOW,
            )
        )
    session.commit()
    sheet_id = sheet.id
    enter_as(client, session, Role.CLERK, all_communities=True)
    address = f"/entry/scans/checks/{sheet_id}"
    assert client.get("/entry/scans/checks/").location == address
    page = client.get(address).text
    assert not re.findall(r'<input type="text"[^>]* value="[^"]+"', page)
    layout = desk.layout_for(session, sheet)
    rows = {row.field for one in layout.pages for row in one.rows}
    assert client.submit(address, {"overall": "1"}, form=MAIN).location == "/entry/scans/checks/"
    session.rollback()
    check = session.get(ScanCheck, sheet_id)
    assert check.reader_fields == len(rows)
    assert 0 < check.reader_wrong <= len(rows)
    enter_as(client, session, Role.HEAD_OFFICE)
    office = words_of(client.get("/entry/scan-office/").text)
    assert f"{check.reader_wrong} / {check.reader_fields}" in office


def test_a_batch_is_closed_and_opened_again_with_a_reason_through_its_page(
    clerk, session, scan_desk
):
    scan_desk.hand_in(*scan_desk.pages(0))
    batches.end_file(session, scan_desk.file.id, problem="", now=NOW)
    session.commit()
    address = f"/entry/scans/{scan_desk.batch.id}"
    unsaid = clerk.submit(address, {"note": ""}, form=2)
    assert unsaid.status_code == 422
    assert "say why" in unsaid.text.split('id="note-e1"')[1]
    clerk.submit(address, {"note": "三份空白"}, form=2)
    session.rollback()
    assert session.get(ScanBatch, scan_desk.batch.id).state is BatchState.CLOSED
    assert "三份空白" in clerk.get(address).text
    assert 'id="note-e1"' in clerk.submit(address, {"note": " "}, form=MAIN).text
    clerk.submit(address, {"note": "又找到一份"}, form=MAIN)
    session.rollback()
    assert session.get(ScanBatch, scan_desk.batch.id).state is BatchState.OPEN


def test_a_note_that_cannot_be_taken_is_marked_where_it_was_written(
    client, session, scan_desk, vault
):
    lost = scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"]))
    code, page_id, sheet = scan_desk.campaign.code, lost.id, scan_desk.sheets[0]
    answer(session, vault, scan_desk.campaign, desk.member_of(session, sheet))
    page = next(one for one in queries.list_live(session, sheet.id) if one.tray is Tray.DOUBTFUL)
    decided = {"overall": Decision(Verdict.CHOSEN, ("4",))}
    deciding.decide(session, vault, page.id, decided, staff_id=scan_desk.clerk.id, now=NOW)
    session.commit()
    place = f"/entry/scan-office/{code}/conflicts"
    sheet_id = sheet.id
    enter_as(client, session, Role.HEAD_OFFICE)
    bad = client.submit(place, {"note": " "}, form=MAIN)
    assert (bad.status_code, f'id="n{sheet_id}-e1"' in bad.text) == (422, True)
    hidden = hidden_fields(client.get(place).text, "csrf_token")
    for _twice in range(2):
        client.post(
            f"/entry/scan-office/{code}/second/{sheet_id}", data={**hidden, "note": "先答手机"}
        )
    assert "Somebody else was here first" in words_of(client.get(place).text)
    token = hidden_fields(client.get(f"/entry/scans/pages/{page_id}").text, "csrf_token")
    bad = client.post(f"/entry/scans/pages/{page_id}/aside", data={**token, "note": "坏" * 301})
    opened = bad.text.split("<details open>")[1].split("</details>")[0]
    assert (bad.status_code, 'id="why-aside-e1"' in opened, "坏坏" in opened) == (422, True, True)


@pytest.mark.heavy
def test_doubtful_marks_are_decided_with_the_keyboard_alone(app, session, scan_desk):
    field = next(
        frame.field
        for page in desk.layout_for(session, scan_desk.sheets[0]).pages
        for frame in page.frames
        if frame.field.startswith("comment")
    )
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall"], inked=[field]))
    scan_desk.hand_in(*scan_desk.pages(1, doubtful=["helped"]))
    member_ids = [sheet.frame_member_id for sheet in scan_desk.sheets[:2]]
    login, batch_id = scan_desk.clerk.login, scan_desk.batch.id
    session.rollback()
    with serve(app) as address, open_browser(address, width=1280, height=800) as page:
        page.goto("/login?lang=en")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/entry/**")
        page.goto(f"/entry/scans/{batch_id}/review")
        for _field in range(3):
            told = page.locator("#told").inner_text()
            name = page.evaluate("document.activeElement.name")
            if name == "overall":
                page.keyboard.type("10")
            elif name == field:
                page.keyboard.type("电梯常坏")
                page.keyboard.press("Enter")
            else:
                assert name == "helped"
                page.keyboard.press("Enter")  # takes what is proposed
            page.wait_for_function(
                "told => document.getElementById('told')?.innerText !== told", arg=told
            )
        page.wait_for_url(f"**/entry/scans/{batch_id}")
        assert "Nothing is doubtful any more" in page.inner_text("main")
    assert overall(session, member_ids[0]) == 10
    assert all(find_counted(session, member_id) for member_id in member_ids)
    assert len(list_responses(session, member_ids[0])) == 1


def _homes(session, scan_desk):
    return members_of(session, scan_desk.campaign, scan_desk.community)


def _all():
    class Everything:
        community_ids = None

    return Everything()
