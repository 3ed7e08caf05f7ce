"""A real Chromium behind a network that is cut while a card is saved and while sending."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from app.surveys.response.vector import decode
from tests import factories
from tests.end_to_end.street import Street, open_chromium, phone
from tests.fault.cutting_proxy import CuttingProxy, Way

pytestmark = pytest.mark.browser
CUT = ("Failed to load resource", "ERR_")
OVERALL = 7


@pytest.fixture(scope="module")
def proxy(street: Street) -> Iterator[CuttingProxy]:
    address = urlsplit(street.address)
    assert address.hostname
    assert address.port
    with CuttingProxy((address.hostname, address.port)) as proxy:
        street.address = f"http://{proxy.host}"
        yield proxy


@pytest.fixture(scope="module")
def chromium(street: Street, proxy: CuttingProxy) -> Iterator[Browser]:
    with open_chromium(street.address) as browser:
        yield browser


@pytest.mark.parametrize(
    ("way", "share"),
    [(Way.UP, 0.98), (Way.DOWN, 0.02)],
    ids=["question-nearly-sent", "answer-begun"],  # everywhere else: `make cut-test`
)
def test_a_cut_while_sending_ends_in_one_answer_and_its_receipt(
    street: Street, proxy: CuttingProxy, chromium: Browser, way: Way, share: float
) -> None:
    sizes = {Way.UP: 1500, Way.DOWN: 3000}  # of the submit with its receipt, at least
    home, before = street.home(), proxy.cuts
    owner = street.owner(home)
    owner.answer_all(comment="")
    with phone(chromium, street.address, allowed=CUT) as page:
        street.hand_over(owner, page)
        page.goto("/a/review")
        page.wait_for_load_state("networkidle")
        proxy.arm(way, int(share * sizes[way]))
        page.locator(".act [type=submit]").tap()
        page.wait_for_url("**/a/receipt")
        code = page.locator(".code").inner_text().replace("-", "")
    (answer,) = street.answers(home)
    assert (answer.receipt, answer.is_counted) == (code, True)
    assert proxy.cuts == before + 1


def test_a_cut_while_a_card_is_saved_never_says_received_too_early_and_loses_nothing(
    street: Street, proxy: CuttingProxy, chromium: Browser
) -> None:
    home, before = street.home(), proxy.cuts
    owner = street.owner(home)
    owner.answer_all(comment="")
    with phone(chromium, street.address, allowed=CUT) as page:
        street.hand_over(owner, page)
        with page.expect_response("**/a/pages*"):  # nothing else is under way afterwards
            page.goto("/a/overall")
        proxy.arm(Way.UP, 300)
        page.locator(f'input[name="overall"][value="{OVERALL}"]').tap()
        page.locator("[data-state=wait]").wait_for()
        assert proxy.cuts == before + 1
        page.locator("[data-state=got]").wait_for()
        page.goto("/a/review")
        page.locator(".act [type=submit]").tap()
        page.wait_for_url("**/a/receipt")
    (answer,) = street.answers(home)
    assert decode(factories.perception_instrument(), answer.vector).values["overall"] == OVERALL
