"""Market-standing surveys from files, to a table and to JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from app.cli.market import market
from app.i18n import set_language
from app.surveys.snapshot.market_file import MarketFileError, read_market

PLACES = """\
community,provider,city,fee,age,area
East,Ours,N,2.5,10,1000
West,Theirs,S,,,
"""
INTERVIEWS = """\
community,overall,performance.clean,importance.clean,image.keeps,step.known,step.first,need.pet,\
fit,previous,previous.clean
East,8,7,9,Ours;Theirs,Ours; Theirs,Ours,1,6,Theirs,-2
West,,10,,,Theirs,,0,,,
"""


def test_every_column_finds_its_place():
    found = read_market(PLACES, INTERVIEWS, own="Ours")
    assert found.providers == ("Ours", "Theirs")
    assert found.places[0].fee == 2.5
    assert (found.places[1].fee, found.places[1].age, found.places[1].area) == (None, None, None)
    assert found.place.tolist() == [0, 1]
    np.testing.assert_array_equal(found.overall.values, [8, np.nan])
    assert [one.item for one in (*found.performance, *found.importance)] == ["clean", "clean"]
    assert found.ticks.tolist() == [[[True], [True]], [[False], [False]]]
    assert found.steps == ("known", "first")
    assert found.reached.tolist() == [
        [[True, True], [True, False]],
        [[False, False], [True, False]],
    ]
    assert found.has_need.tolist() == [[True], [False]]
    (other,) = found.elsewhere
    assert (other.source, other.items, other.provider.tolist()) == ("previous", ("clean",), [1, -1])
    np.testing.assert_array_equal(other.ratings, [[-2], [np.nan]])


def test_what_was_not_asked_is_not_there():
    found = read_market(
        "community,provider\nEast,Ours\n", "community,overall\nEast,8\n", own="Ours"
    )
    assert (found.ticks, found.reached, found.has_need, found.fit) == (None, None, None, None)
    assert (found.performance, found.elsewhere) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "file", "line", "column"),
    [
        ("community,provider,city", "name,provider,city", "places", None, "community"),
        ("2.5,10", "much,10", "places", 2, "fee"),
        ("2.5,10", "0,10", "places", 2, "East"),
        ("2.5,10", "inf,10", "places", 2, "fee"),
        ("West,Theirs,S", "East,Theirs,S", "places", 3, "community"),
        ("West,,10", "North,,10", "interviews", 3, "community"),
        ("East,8,7", "East,11,7", "interviews", 2, "overall"),
        ("community,overall", "community,score", "interviews", None, "overall"),
        ("importance.clean", "performance.clean", "interviews", None, "performance.clean"),
        (",Ours;Theirs,", ",Ours;Nobody,", "interviews", 2, "image.keeps"),
        ("Ours,1,6", "Ours,yes,6", "interviews", 2, "need.pet"),
        ("6,Theirs,-2", "6,Nobody,-2", "interviews", 2, "previous"),
        ("6,Theirs,-2", "6,Theirs,-3", "interviews", 2, "clean"),
    ],
)
def test_a_problem_is_named_with_file_line_and_column(
    old: str, new: str, file: str, line: int | None, column: str
):
    places, interviews = (text.replace(old, new) for text in (PLACES, INTERVIEWS))
    with pytest.raises(MarketFileError) as caught:
        read_market(places, interviews, own="Ours")
    error = caught.value
    assert (error.file, error.line, error.column) == (file, line, column)


def test_a_company_that_is_not_in_the_market_cannot_be_the_own_one():
    with pytest.raises(MarketFileError) as caught:
        read_market(PLACES, INTERVIEWS, own="Nobody")
    assert caught.value.word == "Nobody"


def written(folder: Path) -> list[str]:
    """Write a market of three companies, one of them small, and return the options."""
    rng = np.random.default_rng(1)
    names = ("Ours", "Bee", "Cee")
    places, rows = ["community,provider,city,fee,age,area"], []
    for k, name in enumerate(names):
        for j in range(4 if name == "Cee" else 12):
            places.append(f"{name}{j},{name},{'NS'[j % 2]},{2 + 0.2 * (j % 5)},{5 + j},1000")
            for _ in range(14):
                score = int(np.clip(round(5 + 2 * k + 2 * rng.normal()), 1, 10))
                ticks = [";".join(n for n in names if rng.random() < 0.5) for _ in range(3)]
                known = ";".join(names)
                rows.append(
                    f"{name}{j},{score},{score},{score},{','.join(ticks)},{known},{name},"
                    f"{int(rng.random() < 0.5)},{score},{'Bee' if k == 0 else ''},1"
                )
    head = INTERVIEWS.partition("\n")[0].replace("image.keeps", "image.a,image.b,image.c")
    (folder / "places.csv").write_text("\n".join(places) + "\n", encoding="utf-8")
    (folder / "data.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    files = ["--places", str(folder / "places.csv"), "--data", str(folder / "data.csv")]
    return [*files, "--own", "Ours"]


def test_the_command_prints_every_table_and_writes_the_result(tmp_path: Path):
    out = tmp_path / "market.json"
    options = [*written(tmp_path), "--table", "--language", "en", "--out", str(out)]
    try:
        said = CliRunner().invoke(market, [*options, "--share", "clean", "1"])
    finally:
        set_language("zh-Hans")
    assert said.exit_code == 0, said.output
    for heading in (
        "Companies by overall", "Companies by clean", "Where a rival is ahead",
        "Share of the market", "From knowing a company to choosing it",
        "Image among those who know the company", "How well special needs are met",
        "The same person on two companies",
    ):  # fmt: skip
        assert f"== {heading} ==" in said.output
    assert "fewer than 10 communities, fewer than 150 interviews" in said.output
    assert "previous home" in said.output
    found = json.loads(out.read_text("utf-8"))
    assert (found["interviews"], found["competitive"]["weights"]) == (392, "given")
    assert found["competitive"]["items"][0]["best"] == "Bee"
    assert found["competitive"]["items"][0]["gaps"][0]["verdict"] == "behind"


def test_a_market_that_cannot_be_adjusted_says_so(tmp_path: Path):
    options = written(tmp_path)
    places = (
        (tmp_path / "places.csv").read_text("utf-8").replace(",N,", ",X,").replace(",S,", ",X,")
    )
    lines = [line.replace(",X,", f",{line.split(',')[1]},") for line in places.splitlines()]
    (tmp_path / "places.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        said = CliRunner().invoke(market, [*options, "--table", "--language", "en"])
    finally:
        set_language("zh-Hans")
    assert "Nothing could be held alike" in said.output
    assert "companies that cannot be told from city, fee or age" in said.output


def test_the_command_names_what_is_wrong(tmp_path: Path):
    options = written(tmp_path)
    assert "--out, --table" in CliRunner().invoke(market, options).output
    said = CliRunner().invoke(market, [*options[:-1], "Nobody", "--table"])
    assert said.exit_code == 1
    assert "places: provider 'Nobody'" in said.output
