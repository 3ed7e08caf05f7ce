"""The cut test in short: forty places of the exchange instead of five hundred."""

import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.street import Street, open_street
from tests.fault import cuts
from tests.fault.cutting_proxy import Way

CUTS = 16


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    database = folder / "street.sqlite"
    database.write_bytes(sqlite_template.read_bytes())
    with open_street(folder, homes=CUTS + 10, database=database) as street:
        yield street


def test_a_cut_at_any_byte_ends_in_one_answer_with_everything_received(street: Street) -> None:
    made, sizes, wrong = cuts.run(street, CUTS, seed=7)
    assert wrong == []
    assert made == CUTS
    assert sizes[Way.DOWN] > sizes[Way.UP] > 1000


def test_the_check_finds_a_lost_answer_and_a_false_receipt(street: Street) -> None:
    home, phone = street.home(), cuts.Phone(urlsplit(street.address).netloc, random.Random(1))
    assert cuts.check(street, home, "", {}) == ["0 rows instead of one"]
    code = phone.answer(home.link)
    assert cuts.check(street, home, code, phone.told) == []
    assert phone.resent == 0
    other = {**phone.told, "overall": ["1" if phone.told["overall"] != ["1"] else "2"]}
    (lost,) = cuts.check(street, home, code, other)
    assert lost.startswith("lost ['overall']")
    (false,) = cuts.check(street, home, "22222222222", phone.told)
    assert "receipt" in false
