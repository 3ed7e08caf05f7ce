"""Data files of other tools: what is read, and what is said about a bad one."""

from pathlib import Path

import duckdb
import pytest

from app.analysis.data.dataset import BLANK, NO_EXPERIENCE, Dataset, Role
from app.i18n import set_language
from app.surveys.instrument.load import LoadedInstrument, load_instrument
from app.surveys.snapshot.column_map import NamedColumns
from app.surveys.snapshot.datafile import (
    BadEncodingError,
    BadValueError,
    BadWhereError,
    ExternalDataError,
    MissingColumnError,
    NoRowsError,
    RepeatedColumnError,
    UnknownKeyError,
    UnreadableFileError,
)
from app.surveys.snapshot.external import (
    ExternalStudy,
    load_external,
    run_external,
    study_external,
)
from app.surveys.snapshot.plan_file import PlanFileError

INSTRUMENT = """\
instrument: small
version: 1
kind: external
languages: [en]
title: {en: Small}
scales:
  five:
    points: [1, 2, 3, 4, 5]
    satisfied: [4, 5]
    missing: {na: {en: no experience}}
  ten: {points: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], satisfied: [8, 9, 10]}
areas:
  - code: fees
  - code: repairs
sections:
  - id: overall
    ask: {rate: overall, on: ten}
    measures: overall
  - id: areas
    ask: {rate: areas, on: five}
    measures: performance
  - id: priorities
    ask: {pick: areas, up to: 2}
    measures: importance
columns:
"""
COLUMNS = """\
  overall: o
  performance.fees: f
  performance.repairs: r
  importance: [p1, p2]
  none_words: [none, "-"]
  community: c
  wave: w
"""
HEADER = "o,f,r,p1,p2,c,w,g\n"
ROWS = "7,1,5,fees,,east,2,0\n10,na,4.0,none,-,west,1,1\n,,3,repairs,fees,east,1,2\n"


def instrument(columns: str = COLUMNS) -> LoadedInstrument:
    return load_instrument(INSTRUMENT + columns, "small.yaml")


def read(tmp_path: Path, text: str, columns: str = COLUMNS, **options: str) -> Dataset:
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode())
    loaded = instrument(columns)
    return load_external(path, loaded.columns, loaded.instrument, **options)


def codes(data: Dataset, role: Role, item: str) -> list[int]:
    keys = [column.key for column in data.columns]
    return data.values[:, keys.index((role, item))].tolist()


def test_points_words_and_blanks_become_position_codes(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + ROWS)
    assert codes(data, Role.OVERALL, "overall") == [7, 10, BLANK]
    assert codes(data, Role.PERFORMANCE, "fees") == [1, NO_EXPERIENCE, BLANK]
    assert codes(data, Role.PERFORMANCE, "repairs") == [5, 4, 3]


def test_an_area_is_picked_in_any_of_the_pick_columns(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + ROWS)
    assert codes(data, Role.PRIORITY, "fees") == [1, 2, 1]
    assert codes(data, Role.PRIORITY, "repairs") == [2, 2, 1]


def test_waves_and_communities_keep_their_names(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + ROWS)
    assert (data.waves, data.communities) == (("1", "2"), ("east", "west"))
    assert data.wave.tolist() == [1, 0, 0]
    assert data.community.tolist() == [0, 1, 0]


def test_without_a_column_of_replicates_rows_are_dealt_into_30_groups(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + ROWS * 11)
    assert data.group[data.wave == 1].tolist() == list(range(11))
    assert data.group[data.wave == 0].tolist() == list(range(22))  # each wave from the first on
    assert not data.are_linked
    assert not data.own_groups


def test_groups_come_from_the_map_or_from_the_command(tmp_path: Path) -> None:
    for data in (
        read(tmp_path, HEADER + ROWS, COLUMNS + "  replicates: g\n"),
        read(tmp_path, HEADER + ROWS, replicates="g"),
    ):
        assert data.group.tolist() == [0, 1, 2]
        assert data.own_groups


def test_a_filter_keeps_the_rows_with_one_value(tmp_path: Path) -> None:
    data = read(tmp_path, HEADER + ROWS, where="c=east")
    assert data.households == 2
    assert codes(data, Role.PERFORMANCE, "repairs") == [5, 3]


def test_words_of_the_file_are_translated(tmp_path: Path) -> None:
    words = "{importance: {Money: fees, Mending: repairs}, performance: {good: 4, 9: na}}"
    columns = f"{COLUMNS}  value_map: {words}\n"
    data = read(tmp_path, HEADER + "7,good,9,Money,Mending,e,1,0\n", columns)
    assert codes(data, Role.PERFORMANCE, "fees") == [4]
    assert codes(data, Role.PERFORMANCE, "repairs") == [NO_EXPERIENCE]
    assert codes(data, Role.PRIORITY, "fees") == [1]
    assert codes(data, Role.PRIORITY, "repairs") == [1]


def test_a_byte_order_mark_and_quoted_line_breaks_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeff" + HEADER + '7,1,5,fees,,"east\nside",2,0\n'
    assert read(tmp_path, text).communities == ("east\nside",)


def test_parquet_with_numbers_reads_like_text(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 7 AS o, 1.0 AS f, NULL::INT AS r, 'fees' AS p1, NULL::VARCHAR AS p2, "
            f"3 AS c, 1 AS w) TO '{path}' (FORMAT parquet)"
        )
    loaded = instrument()
    data = load_external(path, loaded.columns, loaded.instrument)
    assert data.values.tolist() == [[7, 1, BLANK, 1, 2]]
    assert data.communities == ("3",)


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("11,1,5,fees,,e,1,0\n", "o", "11"),
        ("7,0,5,fees,,e,1,0\n", "f", "0"),
        ("7,1,4.5,fees,,e,1,0\n", "r", "4.5"),
        ("7,1,5,parking,,e,1,0\n", "p1", "parking"),
        ("7,1,5,fees,,e,1,x\n", "g", "x"),
        ("7,1,5,fees,,e,1,\n", "g", ""),
    ],
)
def test_a_bad_value_is_named_with_line_and_column(
    tmp_path: Path, row: str, column: str, value: str
) -> None:
    with pytest.raises(BadValueError) as caught:
        read(tmp_path, HEADER + ROWS + row, replicates="g")
    assert (caught.value.line, caught.value.column, caught.value.value) == (5, column, value)


def test_the_line_of_a_bad_value_counts_line_breaks_in_cells_and_filtered_rows(
    tmp_path: Path,
) -> None:
    text = HEADER + '7,1,5,fees,,"a\nb",1,0\n' + ROWS + "7,9,5,fees,,east,1,0\n"
    with pytest.raises(BadValueError) as caught:
        read(tmp_path, text, where="c=east")
    assert caught.value.line == 7


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    for options in ({}, {"where": "nowhere=1"}, {"replicates": "nowhere"}):
        header = HEADER if options else HEADER.replace("r,", "nowhere2,")
        with pytest.raises(MissingColumnError) as caught:
            read(tmp_path, header + ROWS, **options)
        assert caught.value.column == ("nowhere" if options else "r")


@pytest.mark.parametrize(
    "columns", ["  performance.lifts: f\n", "  joy.fees: f\n", "  surprise: f\n"]
)
def test_a_key_the_instrument_does_not_know_is_named(tmp_path: Path, columns: str) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        read(tmp_path, HEADER + ROWS, columns)
    assert caught.value.key == columns.split(":", maxsplit=1)[0].strip()


def test_a_level_without_a_scale_in_the_instrument_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownKeyError) as caught:
        read(tmp_path, HEADER + ROWS, "  adequate.fees: f\n")
    assert caught.value.key == "adequate.fees"


def test_a_file_that_is_not_utf8_names_its_first_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes((HEADER + ROWS).encode() + "7,1,5,fees,,东,1,0\n".encode("gb18030"))
    loaded = instrument()
    with pytest.raises(BadEncodingError) as caught:
        load_external(path, loaded.columns, loaded.instrument)
    assert caught.value.line == 5


@pytest.mark.parametrize("where", ["wave", "=1", " =1"])
def test_a_filter_of_another_form_is_refused(tmp_path: Path, where: str) -> None:
    with pytest.raises(BadWhereError):
        read(tmp_path, HEADER + ROWS, where=where)


@pytest.mark.parametrize(
    "text",
    [
        HEADER.replace("p1", "r") + ROWS,
        "\ufeffo;f;r;f\n7;1;5;2\n8;1;5;2\n",
        'o,f,r,"r"\n7,1,5,2\n',
    ],
)
def test_a_name_that_stands_twice_in_the_header_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RepeatedColumnError) as caught:
        read(tmp_path, text, "  performance.fees: f\n")
    assert caught.value.column == ("f" if ";" in text else "r")


def test_a_repeated_name_is_told_in_both_languages(tmp_path: Path) -> None:
    said = {"en": "the header of the data file names column f twice"}
    said["zh-Hans"] = "数据文件的表头里 f 这一列出现了两次"
    try:
        for language, words in said.items():
            set_language(language)
            with pytest.raises(RepeatedColumnError) as caught:
                read(tmp_path, "f,f\n1,2\n", "  performance.fees: f\n")
            assert str(caught.value) == words
    finally:
        set_language("zh-Hans")


def test_columns_without_a_name_do_no_harm(tmp_path: Path) -> None:
    data = read(tmp_path, "o,f,,\n7,1,,\n8,2,,\n", "  performance.fees: f\n")
    assert codes(data, Role.PERFORMANCE, "fees") == [1, 2]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoRowsError):
        read(tmp_path, HEADER)
    with pytest.raises(NoRowsError):
        read(tmp_path, HEADER + ROWS, where="c=north")


def test_what_is_no_data_file_is_refused(tmp_path: Path) -> None:
    loaded = instrument()
    with pytest.raises(UnreadableFileError):
        load_external(tmp_path / "nothing.csv", loaded.columns, loaded.instrument)
    path = tmp_path / "false.parquet"
    path.write_bytes(b"this is text")
    with pytest.raises(UnreadableFileError) as caught:
        load_external(path, loaded.columns, loaded.instrument)
    assert caught.value.name == "false.parquet"


def test_a_missing_instrument_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        run_external(tmp_path / "nothing.yaml", tmp_path / "data.csv")


def test_a_study_names_instrument_and_code_by_digest(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(INSTRUMENT + COLUMNS, "utf-8")
    (tmp_path / "data.csv").write_text(HEADER + ROWS * 40, "utf-8")
    result = run_external(tmp_path / "small.yaml", tmp_path / "data.csv")
    assert result.n == 120
    assert len(result.instrument) == 64
    assert len(result.engine) == 16
    assert [item.code for item in result.items] == ["fees", "repairs"]
    # Two of three households pick fees, one repairs.
    assert [item.importance for item in result.items] == pytest.approx([2 / 3, 1 / 3])


def test_errors_speak_to_people_in_the_language_of_the_moment(tmp_path: Path) -> None:
    set_language("en")
    try:
        with pytest.raises(ExternalDataError) as caught:
            read(tmp_path, HEADER + "7,9,5,fees,,e,1,0\n")
        assert str(caught.value) == "line 2, column f: '9' is no answer of this scale"
    finally:
        set_language("zh-Hans")


PLAN = "plan: small\ninstrument: small.yaml\n"


def study(
    tmp_path: Path, plan: str, rows: str = ROWS * 40, **options: NamedColumns
) -> ExternalStudy:
    (tmp_path / "small.yaml").write_text(INSTRUMENT + COLUMNS, "utf-8")
    (tmp_path / "data.csv").write_text(HEADER.replace("g", "seg") + rows, "utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN + plan, "utf-8")
    return study_external(tmp_path / "data.csv", plan_file=tmp_path / "plan.yaml", **options)


def test_a_plan_names_its_instrument_its_wave_and_its_columns(tmp_path: Path) -> None:
    found = study(tmp_path, "wave: 1\nsegments: [seg]\ncolumns: {community: seg}\n")
    # Two of three rows are of wave 1; every row has a "seg" of its own.
    assert found.result.n == 80
    assert found.result.plan["wave"] == "1"
    assert [one.value for one in found.result.segments[0].entries] == ["1", "2"]
    assert found.instrument.code == "small"


def test_columns_of_the_command_come_before_those_of_the_plan(tmp_path: Path) -> None:
    named = NamedColumns(community="w", wave="c", segments=("seg",))
    plan = "columns: {community: seg}\ncommunities: true\nwave: east\n"
    found = study(tmp_path, plan, named=named)
    assert found.result.n == 80
    assert [one.code for one in found.result.communities[0].entries] == ["1", "2"]


def test_segments_of_the_map_split_the_cells(tmp_path: Path) -> None:
    for text, name in (("  segments: [g]\n", "g"), ("  segments: {phase: g}\n", "phase")):
        data = read(tmp_path, HEADER + ROWS, COLUMNS + text)
        assert (data.cell_variables, data.cell_names) == ((name,), (("0",), ("1",), ("2",)))
        assert data.cell is not None
        assert data.cell.tolist() == [0, 1, 2]


def test_a_household_has_one_group_in_all_waves(tmp_path: Path) -> None:
    header = "f,w,h\n"
    rows = "".join(f"{1 + k % 5},{wave},home {k}\n" for wave in (1, 2) for k in range(200))
    data = read(tmp_path, header + rows, "  performance.fees: f\n  wave: w\n  household: h\n")
    assert data.group[:200].tolist() == data.group[200:].tolist()
    assert set(data.group.tolist()) == set(range(30))
    assert not data.own_groups


def test_weights_that_do_not_fit_the_data_are_named_with_their_line(tmp_path: Path) -> None:
    margin = "weighting:\n  margins:\n    - by: community\n      households: "
    for households, code in (
        ("{east: 10}", "missing_key"),
        ("{east: 10, west: 5, north: 5}", "no_answers"),
    ):
        with pytest.raises(PlanFileError) as caught:
            study(tmp_path, margin + households + "\n")
        assert [(one.line, one.code) for one in caught.value.problems] == [(6, code)]
    other = "\n    - by: wave\n      households: {1: 10, 2: 6}\n"
    with pytest.raises(PlanFileError) as caught:
        study(tmp_path, margin + "{east: 10, west: 5}" + other)
    assert [one.code for one in caught.value.problems] == ["margins_differ"]


def test_raking_that_meets_no_totals_is_named_with_its_line(tmp_path: Path) -> None:
    # East answered in wave 1 only and west in wave 2: both margins are the same split.
    rows = "7,4,5,fees,,east,1,0\n6,2,4,fees,,west,2,1\n" * 60
    margins = (
        "weighting:\n  margins:\n    - {by: community, households: {east: 50, west: 50}}\n"
        "    - {by: wave, households: {1: 20, 2: 80}}\n"
    )
    with pytest.raises(PlanFileError) as caught:
        study(tmp_path, margins, rows)
    assert [(one.line, one.path, one.code) for one in caught.value.problems] == [
        (4, "weighting.margins", "raking_fails")
    ]


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ("segments: [seg, colour]\n", "segments[1]"),
        ("columns: {segments: colour}\n", "columns.segments"),
        ("columns: {wave: colour}\n", "columns.wave"),
        (
            "weighting: {margins: [{by: [c, colour], households: {a: {b: 1}}}]}\n",
            "weighting.margins[0].by[1]",
        ),
    ],
)
def test_a_column_that_a_plan_names_in_vain_is_shown_there(
    tmp_path: Path, plan: str, path: str
) -> None:
    set_language("en")
    with pytest.raises(PlanFileError, match=r"line 3, .* no column “colour”") as caught:
        study(tmp_path, plan)
    (problem,) = caught.value.problems
    assert problem.path.startswith(path)


def test_a_column_that_the_command_names_in_vain_is_no_fault_of_the_plan(tmp_path: Path) -> None:
    with pytest.raises(MissingColumnError):
        study(tmp_path, "segments: [seg]\n", named=NamedColumns(wave="colour"))


def test_weights_that_the_data_cannot_carry_are_named_with_their_line(tmp_path: Path) -> None:
    columns = COLUMNS.replace("  overall: o\n", "")
    (tmp_path / "small.yaml").write_text(INSTRUMENT + columns, "utf-8")
    (tmp_path / "data.csv").write_text(HEADER + ROWS * 40, "utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN + "headline:\n  weights: derived\n", "utf-8")
    with pytest.raises(PlanFileError) as caught:
        study_external(tmp_path / "data.csv", plan_file=tmp_path / "plan.yaml")
    assert [(one.line, one.code) for one in caught.value.problems] == [(4, "unknown_word")]
    assert caught.value.problems[0].data["allowed"] == "emphasis, equal"


def test_loyalty_is_asked_by_the_code_of_its_question(tmp_path: Path) -> None:
    section = (
        "  - id: loyalty\n    ask: {rate: statements}\n    measures: loyalty\n    questions:\n"
        "      - code: recommend\n        text: {en: Would you recommend us}\n        on: eleven\n"
    )
    text = INSTRUMENT.replace(
        "areas:\n", "  eleven: {points: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\nareas:\n", 1
    )
    text = text.replace("columns:\n", section + "columns:\n")
    columns = "  performance.fees: f\n  loyalty.recommend: r\n"
    (tmp_path / "small.yaml").write_text(text + columns, "utf-8")
    # 60 promoters, 30 passives, 30 detractors of 120: NPS = 25.
    rows = "4,10\n4,9\n4,8\n3,6\n" * 30
    (tmp_path / "data.csv").write_text("f,r\n" + rows, "utf-8")
    (tmp_path / "plan.yaml").write_text(PLAN + "nps: recommend\n", "utf-8")
    found = study_external(tmp_path / "data.csv", plan_file=tmp_path / "plan.yaml").result.nps
    assert found is not None
    assert found.score.value == pytest.approx(25.0)
    assert found.promoters.value == pytest.approx(0.5)
