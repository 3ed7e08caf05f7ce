"""A printed file is checked against its snapshot, digit by digit; a changed digit is named."""

import json
import zlib
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from sqlalchemy import select

from app.analysis.results.canonical import from_json
from app.clock import beijing_date
from app.installation import DEMO, store_fact
from app.reports import files
from app.reports import verify as checking
from app.reports.extras import Theme
from app.reports.gather import Printer, gather
from app.reports.kinds import KINDS, document_of, printed
from app.reports.models import StudyRun
from app.reports.numbers import Source
from app.reports.paper import in_language
from app.reports.pdf_reader import read_pdf
from app.reports.study import run_gate_study
from app.reports.verify import CannotVerifyError, verify
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from tests.factories import gate_of, make_campaign, make_community, members_of
from tests.integration.snapshot.answering import AFTER, answer_all

pytestmark = pytest.mark.heavy


@pytest.fixture
def source(session, vault, storage):
    """A frozen community of 30 answers with its result, as it is printed."""
    store_fact(session, DEMO, "{}")
    community = make_community(session, households=40)
    campaign = make_campaign(session, vault)
    answer_all(session, vault, campaign, members_of(session, campaign, community)[:30])
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    snapshot = freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    run = run_gate_study(session, storage, snapshot, target=campaign.target, now=AFTER)
    result = from_json(run.result)
    printer = Printer("示例物业", is_demo=True, now=AFTER)
    context = gather(session, vault, run, result, printer=printer, language="zh-Hans")
    return Source(result, context)


def print_one(kind: str, source: Source) -> bytes:
    with in_language(source.context.language):
        return printed(document_of(kind, (source,)), (source,))


def with_other_figures(content: bytes, old: str, new: str) -> bytes:
    """Return a PDF whose embedded numbers say something else; the length may not change."""
    before = read_pdf(content).attachment()
    assert old in before
    after = before.replace(old, new, 1).encode()
    place = next(at for at in _streams(content) if _unpacked(content, at) == before.encode())
    start, end = place
    packed = zlib.compress(after, 9)
    head = content[:start].rpartition(b"/Length ")
    return (
        head[0]
        + b"/Length "
        + str(len(packed)).encode()
        + head[2].partition(str(end - start).encode())[2]
        + packed
        + content[end:]
    )


def _streams(content: bytes):
    at = 0
    while (found := content.find(b"stream\n", at)) >= 0:
        length = int(content[:found].rpartition(b"/Length ")[2].split(b">")[0].split(b"/")[0])
        start = found + len(b"stream\n")
        at = start + length
        yield start, at
        at = content.find(b"endobj", at)


def _unpacked(content: bytes, place: tuple[int, int]) -> bytes:
    try:
        return zlib.decompress(content[place[0] : place[1]])
    except zlib.error:
        return b""


def test_every_printed_file_agrees_with_its_snapshot_in_every_digit(session, storage, source):
    for kind in KINDS:
        found = verify(session, storage, print_one(kind, source))
        assert (found.kind, found.difference, found.is_same_file) == (kind, None, True)
        assert found.cells > 10


def test_one_changed_digit_is_found_in_the_numbers_of_a_file_and_on_its_pages(
    session, storage, source
):
    content = print_one("notice", source)
    said = json.loads(read_pdf(content).attachment())["figures"]["R-N.1"]
    index = said[2][1]
    other = index[:-1] + ("1" if index[-1] != "1" else "2")
    changed = with_other_figures(content, f'"{index}"', f'"{other}"')
    found = verify(session, storage, changed).difference
    assert found is not None
    assert found.where == "R-N.1, row 2, cell 1"
    assert (found.printed, found.rebuilt) == (other, index)

    # The page lies, the numbers carried along are right.
    value = source.result.index.value
    forged = replace(source.result, index=replace(source.result.index, value=value + 0.1))
    wrong = print_one("notice", Source(forged, source.context))
    attached = read_pdf(wrong).attachment(), read_pdf(content).attachment()
    page = verify(session, storage, with_other_figures(wrong, *attached)).difference
    assert page is not None
    assert (page.where, page.rebuilt) == ("page 1", f"{value:.1f}")


def test_counts_are_checked_against_the_manifest_and_another_code_version_is_refused(
    session, storage, source, monkeypatch
):
    more = replace(source.context, returned=31)
    found = verify(session, storage, print_one("notice", Source(source.result, more))).difference
    assert found is not None
    assert (found.where.split()[-1], found.printed, found.rebuilt) == ("returned", "31", "30")
    content = print_one("notice", source)
    ours = "".join("".join(page) for page in read_pdf(content).pages()[:-1])
    with pypdfium2.PdfDocument(content) as document:
        theirs = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert sorted("".join(ours.split())) == sorted("".join(theirs.split()))  # another reader agrees
    monkeypatch.setattr(checking, "code_version", lambda: "0000000000000000")
    with pytest.raises(CannotVerifyError) as raised:
        verify(session, storage, content)
    assert (raised.value.why, raised.value.found) == ("other_code", source.context.code_version)


@pytest.mark.parametrize(
    ("name", "forged"),
    [
        ("community", "别的小区"),
        ("campaign", "2027年6月业主满意度调查"),
        ("closes_on", date(2027, 6, 22)),
        ("is_demo", False),
    ],
)
def test_a_forged_name_or_day_is_found_though_it_follows_from_no_answer(
    session, storage, source, name, forged
):
    other = replace(source.context, **{name: forged})
    found = verify(session, storage, print_one("notice", Source(source.result, other))).difference
    assert found is not None
    assert found.where.endswith(name)


def test_what_is_only_quoted_is_counted_apart_until_these_very_bytes_were_issued(
    session, storage, source
):
    extras = replace(source.context.extras, themes=(Theme("电梯常坏", "电梯", "7", True),))
    content = print_one("report", Source(source.result, replace(source.context, extras=extras)))
    found = verify(session, storage, content)
    assert (found.difference, found.issued_on) == (None, None)
    assert found.quoted >= 3
    run = session.scalars(select(StudyRun)).one()
    files.store(session, storage, run_id=run.id, files={"pdf-zh-Hans": content}, now=AFTER)
    assert verify(session, storage, content).issued_on == beijing_date(AFTER)


def test_a_flipped_byte_is_called_damage(session, storage, source):
    content = print_one("notice", source)
    place = next(at for at in _streams(content) if b'"schema"' in _unpacked(content, at))
    broken = (
        content[: place[0] + 20] + bytes([content[place[0] + 20] ^ 1]) + content[place[0] + 21 :]
    )
    with pytest.raises(CannotVerifyError, match="damaged"):
        verify(session, storage, broken)


@pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", b"no pdf at all", b""])
def test_a_file_that_is_not_ours_is_refused(session, storage, content):
    with pytest.raises(CannotVerifyError, match="not_ours"):
        verify(session, storage, content)
