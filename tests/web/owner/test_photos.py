"""Photos with an owner's words: taken without JavaScript, bound to the answer, shown to few."""

import io
import re
from datetime import timedelta

import pytest
from flask import request
from PIL import Image
from sqlalchemy import select

from app.clock import end_of
from app.followup.models import FollowUp
from app.staff.models import AuditEntry, Role
from app.surveys.register.models import Community
from app.surveys.response.models import Comment, Response
from app.surveys.response.photos.models import Photo
from app.surveys.response.photos.queries import list_photos_of_comments
from app.surveys.response.photos.services import LOOSE_FOR, add_photo, open_photo
from app.surveys.response.services import flush_drafts
from tests.browser import open_browser, serve
from tests.factories import NOW, members_of, perception_instrument
from tests.web.owner.conftest import Owner, World, middle, read
from tests.web.staff_pages import enter_as

PLACE_TAKEN = b"30 deg 18' secret place"


def a_photo(width: int = 400, height: int = 300, colour: str = "red") -> bytes:
    """Return a JPEG that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = PLACE_TAKEN.decode()
    exif.get_ifd(0x8825)[2] = (30.0, 18.0, 0.0)
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "JPEG", exif=exif, comment=PLACE_TAKEN)
    return made.getvalue()


def write_words(owner: Owner, words: str = "电梯有异响") -> None:
    """Write a comment and go to the page of its photos, as the button does."""
    page = read(owner.client.get("/a/comment"))
    answer = owner.client.post(
        "/a/photos/open",
        data={**page.hidden, "comment.wish": words, "contact": "office_or_hq"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/a/photos")


def send_all(owner: Owner):
    """Answer every page, with the words once more, and send the answer."""
    owner.answer_all(middle, comment="电梯有异响")
    return owner.submit()


def add(owner: Owner, content: bytes):
    page = read(owner.client.get("/a/photos"))
    fields = {**page.hidden, "photo": (io.BytesIO(content), "IMG_0001.jpg")}
    fields.pop("place", None)
    return owner.client.post("/a/photos/add", data=fields, content_type="multipart/form-data")


@pytest.fixture
def writer(owner: Owner) -> Owner:
    """An owner who has written a comment and stands before its photos."""
    write_words(owner)
    return owner


def test_a_photo_is_stored_small_sealed_and_without_its_place(writer, session, vault):
    assert add(writer, a_photo(3000, 1500)).status_code == 303
    photo = session.scalars(select(Photo)).one()
    content = open_photo(vault, photo)
    assert content not in photo.content_sealed
    assert PLACE_TAKEN not in content
    made = Image.open(io.BytesIO(content))
    assert (made.format, made.size, dict(made.getexif())) == ("JPEG", (1600, 800), {})


def test_the_words_are_saved_before_the_photos_are_shown(writer):
    page = writer.client.get("/a/photos")
    back = re.search(r'href="([^"]+)">Back to my words|href="([^"]+)">回到我写的话', page.text)
    assert back
    assert "电梯有异响" in writer.client.get(next(filter(None, back.groups()))).text


def test_three_photos_are_taken_and_a_fourth_is_refused_until_one_is_removed(writer, session):
    for _ in range(3):
        assert add(writer, a_photo()).status_code == 303
    page = writer.client.get("/a/photos")
    assert 'type="file"' not in page.text
    hidden = read(page).hidden
    refused = writer.client.post(
        "/a/photos/add",
        data={**hidden, "photo": (io.BytesIO(a_photo()), "4.jpg")},
        content_type="multipart/form-data",
    )
    assert refused.status_code == 422
    assert writer.client.post("/a/photos/remove", data={**hidden, "place": "2"}).status_code == 303
    assert sorted(session.scalars(select(Photo.place))) == [1, 3]
    session.rollback()
    assert add(writer, a_photo()).status_code == 303
    assert sorted(session.scalars(select(Photo.place))) == [1, 2, 3]


def test_a_photo_without_words_is_not_asked_for(owner):
    assert 'type="file"' not in owner.client.get("/a/photos").text


def test_another_device_of_the_home_sees_no_photo_of_this_one(writer, world: World):
    add(writer, a_photo())
    assert writer.client.get("/a/photos/1").mimetype == "image/jpeg"
    assert writer.client.get(f"/a/photos/{2**70}").status_code == 404
    other = world.owner()
    other.open()
    assert other.client.get("/a/photos/1").status_code == 404


def test_a_photo_above_twelve_megabytes_is_refused_with_its_reason(writer, session):
    body = b"--x\r\n" + bytes(13 * 1024 * 1024)
    answer = writer.client.post(
        "/a/photos/add", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413
    assert "12" in answer.text
    assert session.scalars(select(Photo)).all() == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"not a photo", 422), (a_photo()[:900], 422), (b"<svg/>", 422)],
    ids=["empty", "text", "cut", "svg"],
)
def test_what_is_no_photo_is_refused_and_the_words_stay(writer, content, status):
    answer = add(writer, content)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert send_all(writer).status_code == 303


def test_a_sent_photo_is_seen_by_who_may_read_the_words_and_by_nobody_else(
    writer, world: World, session, client
):
    add(writer, a_photo())
    assert send_all(writer).status_code == 303
    assert writer.client.get("/a/photos/1").status_code == 303  # the answer is sent: landing page
    response = session.scalars(select(Response)).one()
    case = FollowUp(
        frame_member_id=response.frame_member_id,
        campaign_id=world.campaign.id,
        community_id=world.gate.community_id,
        on_list="head_office",
        created_at=response.received_at,
    )
    session.add(case)
    session.commit()
    photo_id = session.scalars(select(Photo.id)).one()
    address = f"/desk/follow-ups/{case.id}/photos/{photo_id}"

    enter_as(client, session, Role.HEAD_OFFICE)
    assert address in client.get(f"/desk/follow-ups/{case.id}").text
    seen = client.get(address)
    assert (seen.status_code, seen.mimetype) == (200, "image/jpeg")
    assert seen.headers["Content-Disposition"] == "inline"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    session.rollback()
    actions = session.scalars(select(AuditEntry.action)).all()
    assert "view_photo" in actions
    assert client.get(f"/desk/follow-ups/{case.id}/photos/{photo_id + 1}").status_code == 404

    session.rollback()
    enter_as(client, session, Role.OFFICE)  # no community given
    assert client.get(address).status_code == 404
    community = session.get_one(Community, world.gate.community_id)
    enter_as(client, session, Role.OFFICE, [community])  # the case is on head office's list
    assert client.get(address).status_code == 404
    enter_as(client, session, Role.CLERK, all_communities=True)
    assert client.get(address).status_code == 403


def test_photos_of_a_draft_counted_at_the_deadline_are_for_head_office_alone(
    writer, world: World, session, vault
):
    add(writer, a_photo())
    writer.answer_all(middle, comment="电梯有异响")
    flush_drafts(
        session, vault, world.gate, perception_instrument(), now=end_of(world.campaign.closes_on)
    )
    comment_id = session.scalars(select(Comment.id)).one()
    assert list_photos_of_comments(session, [comment_id], with_flushed=False) == []
    assert len(list_photos_of_comments(session, [comment_id], with_flushed=True)) == 1


def test_a_phone_that_opens_another_home_in_between_keeps_its_photos(writer, world: World, session):
    add(writer, a_photo())
    writer.client.get(f"/t/{world.tokens[1]}")
    assert writer.client.get("/a/photos/1").status_code == 404
    writer.client.get(f"/t/{world.tokens[0]}")
    assert writer.client.get("/a/photos/1").status_code == 200
    assert send_all(writer).status_code == 303
    comment_id = session.scalars(select(Comment.id)).one()
    assert len(list_photos_of_comments(session, [comment_id], with_flushed=False)) == 1


def test_photos_that_never_became_part_of_an_answer_are_forgotten_after_sixty_days(
    writer, world: World, session, vault
):
    add(writer, a_photo())
    member = members_of(session, world.campaign)[1]
    later = NOW + LOOSE_FOR + timedelta(seconds=1)
    add_photo(session, vault, member=member, device="x", content=b"y", now=later)
    assert session.scalars(select(Photo.frame_member_id)).all() == [member.id]


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_phone_makes_a_photo_small_and_nameless_before_it_sends_it(world: World, session):
    original = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = PLACE_TAKEN.decode()
    exif[0x0112] = 6  # held upright
    noise = Image.effect_noise((3000, 2000), 60).convert("RGB")
    noise.save(original, "JPEG", quality=95, exif=exif)
    assert len(original.getvalue()) > 3_000_000
    sent: list[bytes] = []

    def look() -> None:
        if request.path == "/a/photos/add":
            sent.append(request.get_data())

    world.app.before_request_funcs[None].insert(0, look)  # before the form is read
    with serve(world.app) as address, open_browser(address) as page:
        page.goto(f"/t/{world.tokens[0]}")
        page.goto("/a/comment")
        page.locator("textarea").first.fill("电梯晚上常停")
        page.locator("[name=contact]").first.check(force=True)
        page.locator("button[formaction*=photos]").click()
        page.wait_for_url("**/a/photos")
        page.locator("[type=file]").set_input_files(
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": original.getvalue()}
        )
        page.locator("main img").wait_for()
        page.locator("a[href='/a/comment']").last.click()
        assert page.locator("textarea").first.input_value() == "电梯晚上常停"
    assert [PLACE_TAKEN in body for body in sent] == [False]
    assert len(sent[0]) < len(original.getvalue()) / 2
    assert b"photo.jpg" in sent[0]
    assert session.scalars(select(Photo.place)).all() == [1]
