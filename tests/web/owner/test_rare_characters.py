"""What an owner writes comes back sign by sign, wherever it is read again.

No file of rows (CSV, Parquet) ever holds an owner's words, so these are the places there are: the
database, the pages of owner and staff, the follow-up list as XLSX, and the own answers as PDF.
"""

import html
import json
import re
import subprocess
from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.followup.queries import list_cases
from app.followup.services import make_follow_ups, open_case
from app.reports.glyphs import merged, unprintable, with_names
from app.reports.lists import ListHead, follow_up_workbook
from app.reports.work import Workshop
from app.storage import Storage
from app.surveys.campaign import queries as campaign_queries
from app.surveys.response.models import Comment
from app.vault import Vault
from app.worker import run_one
from tests import factories
from tests.factories import NOW
from tests.web.owner.conftest import Owner, World, read

RARE = {
    "four bytes in GB18030": "𠮷𪚥㐂",
    "joined emoji": "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "joiners": "क्\u200dष می\u200cخواهم",
    "right to left": "\u200fשלום\u200e \u2067العربية\u2069 \u202eabc\u202c",
    "combining": "e\u0301 \u00fc u\u0308 \u0e17\u0e35\u0e48",  # not normalised, in either direction
    "variation": "葛\U000e0100 ☎\ufe0e",
    "compatibility": "ﬁ Ⅳ ㎡ Ａ １ 兀",
    "spaces": "a\u00a0b\u3000c\u2009d\u2028e",
    "formula and mark-up": "=1+1 <b>&amp;</b> {{ 7 * 7 }} %s \\N '\"--",
    "private and unassigned": "\ue000 \U000f0000 \u0378",
}
WORDS = "\n".join(RARE.values())
# What can be copied out of the file as text; emoji are pictures, but see the attachment.
DRAWN = ("𠮷", "㐂", "العربية", "e\u0301", "㎡", "{{ 7 * 7 }}", "<b>&amp;</b>")
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def sent(world: World, owner: Owner) -> Owner:
    owner.answer_all(comment=WORDS)
    assert owner.submit().status_code == 303
    world.session.rollback()
    return owner


def test_rare_characters_come_back_from_the_database_the_pages_and_the_list(
    world: World, sent: Owner, session: Session, vault: Vault
) -> None:
    stored = json.loads(vault.open(session.scalars(select(Comment)).one().texts_sealed, "comment"))
    assert stored["comment.wish"].split("\n") == list(RARE.values())
    page = html.unescape(sent.client.get("/a/receipt/answers").text)
    assert [name for name, text in RARE.items() if text not in page] == []

    factories.make_staff(session)
    make_follow_ups(session, world.campaign.id, now=NOW)
    scope = factories.head_office()
    (case,) = list_cases(session, scope, world.campaign.id)
    view = open_case(session, vault, scope, case.id, NOW)
    instrument = campaign_queries.get_instrument(session, world.campaign.instrument_digest)
    head = ListHead("名单", "公司", "小区", "调查", NOW.date())
    book = load_workbook(BytesIO(follow_up_workbook([view], instrument, head)))
    cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    session.rollback()
    assert WORDS in cells


@ONE_DATABASE
def test_rare_characters_come_back_in_the_own_answers_as_pdf(
    world: World, sent: Owner, session: Session, vault: Vault, storage: Storage, config: Config
) -> None:
    hidden = read(sent.client.get("/a/receipt/answers")).hidden
    sent.client.post("/a/receipt/answers", data=hidden)
    assert run_one(Workshop(session.get_bind(), vault, storage, config, lambda: NOW), "w")
    with pypdfium2.PdfDocument(sent.client.get("/a/receipt/answers.pdf").data) as pdf:
        words = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        attached = {
            one.get_name(): bytes(one.get_data()).decode()
            for one in map(pdf.get_attachment, range(pdf.count_attachments()))
        }
    assert [text for text in DRAWN if text not in words] == []
    assert attached == {"comment.wish.txt": WORDS}
    assert "[U+F0000] [U+0378]" in words  # no font has a form for these: their numbers stand there
    for code in ("1F468", "0E17"):  # an emoji and a Thai letter: fonts a machine may be without
        assert (f"[U+{code}]" in words) is not has_font_for(code)


def has_font_for(code: str) -> bool:
    """Say whether some font of this machine has a form for a character, given in hexadecimal."""
    command = ["fc-list", f":charset={code}", "file"]
    return bool(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def test_a_character_without_a_form_is_named_and_one_never_drawn_is_not() -> None:
    assert unprintable(["楼 \u200d\ufe0f\u202e\n", "\u0378楼\u0378"]) == ("\u0378",)
    assert with_names("a\u0378b", ["\u0378"]) == "a\u2066[U+0378]\u2069b"


def test_the_stretches_fonts_cover_are_joined_in_order() -> None:
    assert merged("61-7a 20-22 23 41 21-30 61") == ([0x20, 0x41, 0x61], [0x30, 0x41, 0x7A])


@pytest.mark.parametrize("sign", ["%00", "%ED%A0%80"])
def test_a_sign_that_cannot_be_stored_never_gets_in_unsaid(
    world: World, owner: Owner, sign: str
) -> None:
    owner.client.get("/a/?lang=en")
    page = read(owner.client.get("/a/comment"))
    token = page.hidden["csrf_token"]
    body = f"csrf_token={token}&home_key={page.hidden['home_key']}&contact=hq_only"
    answer = owner.client.post(
        "/a/comment",
        data=f"{body}&comment.wish=lift{sign}stuck",
        content_type="application/x-www-form-urlencoded",
    )
    shown = read(owner.client.get("/a/comment"))
    kept = re.search(r"<textarea[^>]*>\n?([^<]*)", owner.client.get("/a/comment").text)
    assert kept
    if sign == "%00":
        assert answer.status_code == 422
        assert "a sign that cannot be stored" in answer.text
        assert (kept[1], shown.chosen) == ("", {})
    else:  # no UTF-8: kept as it was sent, percent signs and all
        assert answer.status_code == 303
        assert kept[1] == f"lift{sign}stuck"
