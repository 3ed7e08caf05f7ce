"""The command that writes an instrument in another format, or makes a draft from one."""

from click.testing import CliRunner

from app.cli.instruments import convert
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.load import load_instrument
from tests.unit.instrument.examples import SMALL, small


def run(*words: str):
    return CliRunner().invoke(convert, [*words, "--language", "en"])


def test_an_instrument_goes_through_an_xlsform_and_comes_back(tmp_path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, "utf-8")
    out = run(str(file), "--to", "xlsform")
    assert out.exit_code == 0, out.output
    assert "alone: " in out.output
    back = tmp_path / "back.yaml"
    assert run(str(tmp_path / "small.xlsx"), "--to", "yaml", "--out", str(back)).exit_code == 0
    assert digest(load_instrument(back.read_text("utf-8"), "back").instrument) == digest(small())


def test_a_file_that_cannot_be_read_ends_with_its_reason_and_writes_nothing(tmp_path) -> None:
    file = tmp_path / "broken.xlsx"
    file.write_bytes(b"PK\x03\x04 broken")
    out = run(str(file), "--to", "yaml")
    assert out.exit_code == 1
    assert "damaged, locked or too large" in out.output
    assert list(tmp_path.iterdir()) == [file]
