"""Report and workbook: what is printed is what was computed, and nothing more."""

import ctypes
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pypdfium2
import pypdfium2.raw as raw
import pytest

from app.i18n import current_language, set_language
from app.reports import files, queries, wording
from app.reports.context import ReportContext
from app.reports.numbers import cells_of
from app.reports.paper import FetchRefusedError, _refuse
from app.reports.papers.community import community_report
from app.reports.pdf import report_pdf
from app.reports.workbook import Column, Sheet, make_workbook, report_workbook
from tests.factories import head_office, make_campaign, make_community
from tests.unit.reports_charts.build import ENGLISH_NAMES, NAMES, make_result
from tests.web.results.conftest import publish

pytestmark = pytest.mark.heavy


def context_of(result, **changes) -> ReportContext:
    made = ReportContext(
        language="zh-Hans",
        company="示例物业",
        community="桂语苑",
        office="滨江管理处",
        city="杭州",
        campaign="2026年11月业主意见调查",
        campaign_code="2026-11",
        community_code="C01",
        instrument="业主意见调查",
        names=NAMES,
        base=round(result.n / 0.64),
        returned=result.n,
        excluded=12,
        required_permille=600,
        waived=False,
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 11, 20),
        clock_started_on=date(2026, 11, 21),
        revision=1,
        snapshot_digest="ab" * 32,
        code_version="0.1.0",
        plan_digest="cd" * 32,
        seed=0,
        computed_on=date(2026, 11, 21),
        is_demo=True,
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def result():
    return make_result(3)


@pytest.fixture(autouse=True)
def chinese():
    set_language("zh-Hans")


def pages_of(content: bytes) -> list[str]:
    with pypdfium2.PdfDocument(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def flat(texts: list[str]) -> str:
    return re.sub(r"\s", "", "".join(texts))


def has_unreadable(content: bytes) -> bool:
    """Say whether a glyph of the file stands for no character, as unknown ones do."""
    return any(mark in "".join(pages_of(content)) for mark in "\ufffd\ufffe\ufeff\0")


def font_of(content: bytes, sign: str) -> str:
    """Return the name of the font a sign stands in on the first page."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[0].get_textpage()
        place = page.get_text_range().index(sign)
        name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
        raw.FPDFText_GetFontInfo(page.raw, place, name, len(name), flags)
    return name.value.decode().rpartition("+")[2]


def test_the_report_of_a_full_result_has_at_most_ten_pages_of_chinese_with_every_number(result):
    content = report_pdf(result, context_of(result))
    pages = pages_of(content)
    assert 6 <= len(pages) <= 10
    assert len(content) < 2_000_000
    text = flat(pages)
    for word in ("桂语苑", "业主意见", "摘要", "容忍区间", "手算表", "480/750户", "64.0%"):
        assert word in text
    for item in result.items:
        assert NAMES.short(item.code) in text
        assert wording.number(item.pfi, 2) in text
    assert wording.number(result.index.value, 2) in text
    assert not has_unreadable(content)
    assert "仅供参考" not in flat(pages[:2])


def test_a_waived_report_says_on_cover_and_summary_that_it_is_indicative_and_gives_the_reason():
    result = make_result(4, 150, reasons=("waiver",))
    context = context_of(result, waived=True, base=300, waiver_reason="台风后无法入户")
    pages = pages_of(report_pdf(result, context))
    for page in pages:
        assert "仅供参考，不排名" in flat([page])
    assert "台风后无法入户" in flat(pages)
    before_formulas = flat(pages[1:]).partition("算式回收率")[0]
    for word in ("肯定", "先改这里", "越先改", "确在", "第1位"):
        assert word not in before_formulas


def test_a_sign_outside_the_cut_fonts_comes_from_the_whole_font():
    rare = "龘"
    result = make_result(4, 5)
    content = report_pdf(result, context_of(result, community=f"{rare}府"))
    assert f"{rare}府" in flat(pages_of(content))
    assert {font_of(content, rare), font_of(content, "府")} == {
        "Noto-Sans-CJK-SC",
        "Linsheng-Sans",
    }


@pytest.mark.parametrize(("households", "chapters"), [(45, "12345789"), (18, "1239"), (4, "129")])
def test_reports_of_few_answers_leave_out_what_may_not_be_said(households, chapters):
    result = make_result(3, households)
    document = community_report(result, context_of(result))
    assert [one.anchor for one in document.sections] == [f"s{one}" for one in chapters]
    assert "第1位" not in str(cells_of(document))


def test_the_same_report_can_be_printed_in_english(result):
    context = context_of(result, language="en", names=ENGLISH_NAMES, campaign="November 2026")
    pages = pages_of(report_pdf(result, context))
    assert "What to improve first" in "".join(pages)
    assert "摘要" not in "".join(pages)
    assert current_language() == "zh-Hans"


def test_printing_never_fetches_anything():
    with pytest.raises(FetchRefusedError, match="secret"):
        _refuse("file:///etc/secret")


def sheet_rows(content: bytes, name: str, *, above: int = 0) -> list[dict[str, object]]:
    """Return the rows of a sheet by their headings, which stand below so many other rows."""
    page = openpyxl.load_workbook(BytesIO(content))[name]
    head, *rows = page.iter_rows(min_row=1 + above, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_workbook_read_again_has_the_numbers_of_the_study_as_pages_show_them(result):
    content = report_workbook(result, context_of(result))
    rows = sheet_rows(content, "各方面")
    for item, row in zip(result.items, rows, strict=True):
        assert row["代码"] == item.code
        assert row["方面"] == NAMES.area(item.code)
        assert row["n"] == item.n
        assert row["PFI"] == round(item.pfi, 1)
        assert row["PFI，95%下限"] == round(item.pfi_low, 1)
        assert row["重要性"] == round(item.importance, 3)
        assert row["名次下界"] == item.rank_low
    zones = sheet_rows(content, "容忍区间")
    for zone, row in zip(result.zones, zones, strict=True):
        assert row["与最低线的差"] == round(zone.adequacy.value, 2)
    assert len(sheet_rows(content, "题项")) == len(result.attributes)


def test_withheld_numbers_stay_empty_in_the_workbook_and_ranks_of_few_answers_too():
    few = make_result(3, 18)
    tiny = sheet_rows(report_workbook(few, context_of(few)), "各方面", above=1)
    assert all(row["PFI"] is None and row["满意度（0–100）"] is not None for row in tiny)
    small = make_result(3, 60)
    rows = sheet_rows(report_workbook(small, context_of(small)), "各方面", above=1)
    assert all(row["名次下界"] is None and row["PFI"] is not None for row in rows)


def test_the_workbook_does_not_count_few_inverted_answers_and_names_communities_left_out(result):
    told = replace(
        result,
        zones=tuple(replace(zone, inverted=None, inverted_few=True) for zone in result.zones),
        communities_left_out=2,
    )
    set_language("en")
    content = report_workbook(told, context_of(result, language="en", names=ENGLISH_NAMES))
    words = {
        str(cell)
        for page in openpyxl.load_workbook(BytesIO(content)).worksheets
        for row in page.iter_rows(values_only=True)
        for cell in row
    }
    assert {"Communities left out (fewer than 10 answers)", "fewer than 10"} <= words


def test_every_sheet_of_a_waived_workbook_begins_with_what_it_is_worth():
    result = make_result(4, 150, reasons=("waiver",))
    content = report_workbook(result, context_of(result, waived=True))
    book = openpyxl.load_workbook(BytesIO(content))
    assert len(book.worksheets) == 5
    for page in book.worksheets:
        assert str(page["A1"].value).startswith("仅供参考，不排名")
        assert page["A2"].value
    for row in sheet_rows(content, "各方面", above=1):
        assert row["名次下界"] is None
        assert row["组"] is None
        place = row["矩阵位置"]
        assert place == "压线" or place.endswith("（仅供参考）")


def test_the_workbook_names_what_cannot_be_told_apart_and_marks_what_is_only_indicative(result):
    rows = sheet_rows(report_workbook(result, context_of(result)), "各方面")
    for item, row in zip(result.items, rows, strict=True):
        names = "、".join(NAMES.short(code) for code in item.tied)
        assert (row["与其分不出先后的方面"] or "") == names
    middle = make_result(3, 250)
    zones = sheet_rows(report_workbook(middle, context_of(middle)), "容忍区间")
    assert {row["状态"] for row in zones} == {"仅供参考"}


def test_text_in_a_workbook_never_becomes_a_formula_or_a_link():
    words = ('=HYPERLINK("http://evil.example")', "+1+1", "@SUM(A1)", "http://x.example", "007")
    sheet = Sheet("表", (Column("话"),), [(word,) for word in words])
    content = make_workbook([sheet], title="t", company="c", day=date(2026, 11, 21))
    page = openpyxl.load_workbook(BytesIO(content))["表"]
    cells = [row[0] for row in page.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(words)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_files_of_a_result_are_stored_once(session, storage, vault, result):
    community = make_community(session)
    campaign = make_campaign(session, vault)
    run = publish(session, campaign, community, result)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    first = files.make_report_files(session, storage, run=run, context=context_of(result), now=now)
    files.store(session, storage, run_id=run.id, files={"xlsx": b"another"}, now=now)
    stored = {f.kind: f.digest for f in files_of(session, run.id)}
    assert stored == first
    assert storage.get(stored["pdf-zh-Hans"]).startswith(b"%PDF")


def files_of(session, run_id):
    return queries.list_report_files(session, run_id, head_office())
