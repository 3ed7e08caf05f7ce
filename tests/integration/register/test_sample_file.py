"""The sample register of the documentation is a file one can import."""

from pathlib import Path

from app.surveys.register import importing
from app.surveys.register.table import HEADERS

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_sample_file_imports_without_a_problem(session, vault, now):
    content = (DOCS / "samples" / "register.csv").read_bytes()
    plan = importing.plan_import(session, importing.read_table(content, "register.csv"), vault)
    assert plan.errors == ()
    assert plan.ignored == ()
    assert plan.homes == 12
    assert plan.important == 3


def test_the_page_about_the_file_names_every_column():
    page = (DOCS / "register-file.md").read_text("utf-8")
    assert [field for field in HEADERS if f"`{field}` | {HEADERS[field][0]} |" not in page] == []
