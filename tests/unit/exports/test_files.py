"""Exported answers read back by other programs: equal values, equal means, a codebook that fits."""

import json
import shutil
import subprocess
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import duckdb
import jsonschema
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from lxml import etree

from app.analysis.results.canonical import from_json
from app.i18n import gettext
from app.reports.exports.answers_zip import write_answers
from app.reports.exports.ddi import NAMESPACE
from app.reports.study import compute, compute_company
from app.storage import Storage
from app.surveys.snapshot.manifest import (
    CommunityEntry,
    CompanyManifest,
    company_to_json,
)
from tests.factories import perception_instrument
from tests.unit.exports.build import MADE_AT, T0, WAVE, about_of, lay_down

FORMS = ("csv", "xlsx", "sav", "parquet", "json")
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ITEMS = [item for item in perception_instrument().items if item.in_vector]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Storage(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def laid(store):
    return (
        lay_down(store, "A", buildings=[("1", 24), ("2", 16)], base=60, seed=5),
        lay_down(store, "B", buildings=[("=1+1", 30)], base=90, seed=6),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, store, laid) -> Path:
    place = tmp_path_factory.mktemp("made")
    made = write_answers(place / "a.zip", store, about_of(laid), FORMS, folder="f")
    assert (made.rows, made.left_out) == (70, {})
    with zipfile.ZipFile(place / "a.zip") as archive:
        archive.extractall(place)
    return place / "f"


@pytest.fixture(scope="module")
def codes(folder) -> pd.DataFrame:
    return pd.read_csv(
        folder / "answers-wide-codes.csv", encoding="utf-8-sig", keep_default_na=False
    )


def test_the_manifest_names_every_file_by_its_digest(folder, laid):
    manifest = json.loads((folder / "manifest.json").read_text())
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del found["manifest.json"]
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == found
    assert [one["digest"] for one in manifest["communities"]] == [one.digest for one in laid]
    assert manifest["export"] == "X00TEST"
    assert manifest["instrument"] == laid[0].manifest.instrument


def test_every_program_reads_the_same_codes(folder, codes):
    wanted = codes.set_index("pseudonym")
    columns = [name for name in codes.columns if name.startswith(tuple(i.code for i in ITEMS))]
    whole = wanted[columns].replace("", None).astype("Float64")
    frame, meta = pyreadstat.read_sav(str(folder / "answers.sav"), user_missing=True)
    assert meta.notes == ["export X00TEST"]
    _same(frame.set_index("pseudonym")[columns].astype("Float64"), whole)
    table = duckdb.execute("SELECT * FROM read_parquet(?)", [str(folder / "answers.parquet")]).df()
    _same(table.set_index("pseudonym")[columns].astype("Float64"), whole)
    told = json.loads((folder / "answers.json").read_text())
    read = pd.DataFrame(told["rows"], columns=told["columns"]).set_index("pseudonym")
    _same(read[columns].astype("Float64"), whole)
    book = openpyxl.load_workbook(folder / "answers.xlsx", read_only=True)
    head, *rows = list(book.worksheets[0].iter_rows())
    assert not [cell for row in rows for cell in row if cell.data_type == "f"]
    head, *rows = [[cell.value for cell in row] for row in (head, *rows)]
    read = pd.DataFrame(rows, columns=head).set_index("pseudonym")
    _same(read[columns].astype("Float64"), whole)
    # Of 24 and 16 homes the 16 are too few, and alone they would be known by their empty cells.
    assert set(read["building"].dropna()) == {"=1+1"}
    for path in folder.glob("*.csv"):
        assert ",=1+1" not in path.read_text("utf-8-sig")


def _same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found.loc[wanted.index], wanted, check_names=False)


def test_the_long_file_has_a_row_for_each_question_that_was_asked(folder, codes):
    long = pd.read_csv(folder / "answers-long-codes.csv", encoding="utf-8-sig")
    asked = sum(int((codes[item.code] != -99).sum()) for item in ITEMS)
    assert len(long) == asked
    wide = codes.set_index("pseudonym")["area.security"].loc[lambda one: one != -99]
    own = long[long["item"] == "area.security"].set_index("pseudonym")["value"]
    assert own.to_dict() == wide.to_dict()


def test_groups_are_renumbered_and_hold_the_same_homes(store, laid, codes):
    own = codes[codes["community"] == "A"].set_index("pseudonym")["replicate_group"]
    path = str(store.path(laid[0].manifest.file("answers.parquet").digest))
    query = "SELECT pseudonym, replicate_group FROM read_parquet(?)"
    frozen = duckdb.execute(query, [path]).df().set_index("pseudonym")["replicate_group"]
    pairs = set(zip(frozen.loc[own.index], own, strict=True))
    assert len(pairs) == frozen.nunique() == own.nunique() == 30
    assert codes["week"].replace("", None).dropna().astype(int).between(0, 1).all()  # days 0 to 8


def test_an_empty_cell_is_said_in_the_codebook(folder):
    book = pd.read_csv(folder / "codebook.csv", encoding="utf-8-sig", keep_default_na=False)
    said = book[(book["code"] == "") & (book["is_missing"] == "1")]
    assert set(said["name"]) == {"building", "property", "week"}
    assert len(set(said["word"])) == 1
    assert "20" in said["word"].iloc[0]


def test_words_stand_where_the_codes_are(folder, codes):
    words = pd.read_csv(
        folder / "answers-wide-labels.csv", encoding="utf-8-sig", keep_default_na=False
    )
    book = pd.read_csv(folder / "codebook.csv", encoding="utf-8-sig", keep_default_na=False)
    for name in ("area.security", "priority.fees", "profile.years", "overall.outside"):
        own = book[(book["name"] == name) & (book["code"] != "")]
        said = {str(int(code)): word for code, word in zip(own["code"], own["word"], strict=True)}
        known = [said.get(str(one), "") for one in codes[name].tolist()]
        assert words[name].tolist() == known


def test_means_of_the_csv_are_those_of_the_study(store, laid, codes):
    result = from_json(compute(store, laid[0].digest, target=None).result)
    own = codes[codes["community"] == "A"]
    assert len(result.items) == 9
    for item in result.items:
        answered = own.loc[own[f"area.{item.code}"] > -50, f"area.{item.code}"]
        assert item.n == len(answered)
        assert item.mean == pytest.approx(answered.mean(), abs=1e-9)


def test_the_weight_makes_the_companys_means(store, laid, codes):
    entries = tuple(
        CommunityEntry(
            one.manifest.community, one.digest, 1, one.manifest.base, one.manifest.returned, False
        )
        for one in laid
    )
    base, returned = sum(one.base for one in entries), sum(one.returned for one in entries)
    text = company_to_json(
        CompanyManifest(WAVE, 1, None, base, returned, 600, T0, entries, (), "test", MADE_AT)
    )
    result = from_json(compute_company(store, store.put(text.encode()), target=None).result)
    weight = codes["weight"]
    # Every home answered the overall question on its ten points, 1 to 10.
    mean = (weight * codes["overall"]).sum() / weight.sum()
    assert result.overall.value == pytest.approx((mean - 1) / 9 * 100, abs=1e-9)


def test_spss_knows_words_missing_values_and_measure(folder):
    _frame, meta = pyreadstat.read_sav(str(folder / "answers.sav"), user_missing=True)
    words = meta.variable_value_labels["area.security"]
    assert words[5.0] == "很满意"
    assert words[-51.0] == "没接触过"
    assert words[-99.0] == gettext("not asked")
    assert meta.missing_ranges["area.security"] == [{"lo": -99.0, "hi": -50.0}]
    assert meta.variable_measure["area.security"] == "ordinal"
    assert meta.variable_measure["priority.fees"] == "nominal"
    answered, _meta = pyreadstat.read_sav(str(folder / "answers.sav"), usecols=["area.security"])
    assert answered["area.security"].dropna().between(1, 5).all()


def test_r_reads_the_csv_to_the_same_mean(folder, codes):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed here")
    path = folder / "answers-wide-codes.csv"
    script = (
        f'd <- read.csv("{path}", fileEncoding = "UTF-8-BOM", check.names = FALSE); '
        'x <- d[["area.security"]]; cat(format(mean(x[x > -50]), digits = 15))'
    )
    run = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    column = codes["area.security"]
    assert float(run.stdout) == pytest.approx(column[column > -50].mean(), abs=1e-12)


def test_the_codebook_is_ddi_and_counts_the_answers(folder, codes):
    tree = etree.parse(folder / "codebook.xml")
    # Our own grammar of the part of DDI-Codebook 2.5 that is written, read from its schema.
    etree.RelaxNG(etree.parse(HERE / "ddi_part.rng")).assertValid(tree)
    space = {"d": NAMESPACE}
    names = tree.xpath("//d:var/@name", namespaces=space)
    assert names == list(codes.columns)
    for code in ("area.security", "profile.years"):
        found = {
            int(one.findtext(f"{{{NAMESPACE}}}catValu")): int(
                one.findtext(f"{{{NAMESPACE}}}catStat")
            )
            for one in tree.xpath(f"//d:var[@name='{code}']/d:catgry", namespaces=space)
        }
        counted = Counter(codes[code].tolist())
        assert {key: count for key, count in found.items() if count} == counted
    said = tree.xpath("//d:respRate[@xml:lang='en']/text()", namespaces=space)
    letters = "I=60, P=4, R=3, NC=30, O=2, UO=1, NE=4"
    assert said == [f"70 of 150 homes (4 excluded by rule). AAPOR dispositions: {letters}"]


def test_the_codebook_fits_the_official_schema(folder):
    official = ROOT.parent / "shared" / "reference" / "ddi-codebook-2.5" / "codebook.xsd"
    if not official.exists():
        pytest.skip("the schema of the DDI Alliance is not here; our grammar of its part is")
    schema = etree.XMLSchema(etree.parse(official))
    schema.assertValid(etree.parse(folder / "codebook.xml"))


def test_json_is_what_the_documents_say(folder):
    schema = json.loads((ROOT / "docs" / "export-answers.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(
        json.loads((folder / "answers.json").read_text())
    )
