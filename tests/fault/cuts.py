"""The cut test: a connection lost at any byte ends in exactly one stored answer.

A robot answers as the script of the pages does: every page is saved in the background, the answer
is sent with its key, and what was not confirmed is sent again unchanged. A proxy cuts the exchange
once, at points spread over all its bytes in both directions. Afterwards there is one response of
the home with everything the robot was told was received, and the receipt it read is the stored one.

    python -m tests.fault.cuts --cuts 500
"""

import argparse
import http.client
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urljoin, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.surveys.instrument.answers import check_answers
from app.surveys.instrument.flow import ELDER, make_offer
from app.surveys.response.models import Comment, Response
from app.surveys.response.vector import decode
from tests import factories
from tests.end_to_end.street import Home, Street, open_street
from tests.fault.cutting_proxy import CuttingProxy, Way
from tests.robot import RECEIPT
from tests.web.owner.conftest import Page, read

TRIES = 6
WISH = "三号楼的电梯晚上常停 𠮷"


class GaveUpError(AssertionError):
    """The robot met something its script has no answer to."""


@dataclass(slots=True)
class Phone:
    """One owner's phone behind a bad network.

    Attributes:
        host: The proxy.
        rng: Decides what is answered.
        told: What the server has confirmed, by field.
        resent: Requests sent again because nothing came back.
    """

    host: str
    rng: random.Random
    told: dict[str, list[str]] = field(default_factory=dict)
    resent: int = 0
    _cookies: dict[str, str] = field(default_factory=dict)

    def answer(self, link: str) -> str:
        """Answer everything in large text and return the receipt code read at the end."""
        self._get(link)
        path, text = self._get("/a/?form=elder")
        page = _page(text)
        path = text.split('<div class="act"><a class="b p" href="', 1)[1].split('"', 1)[0]
        while path != "/a/review":
            _, text = self._get(path)
            page = _page(text)
            # A card at a time: first half of the page, then all of it.
            chosen = {name: [self.rng.choice(values)] for name, values in page.choices.items()}
            if "comment.wish" in page.texts:
                chosen |= {"comment.wish": [WISH], "contact": ["hq_only"]}
                chosen = {n: v for n, v in chosen.items() if n in ("comment.wish", "contact")}
            elif len(chosen) > 1:
                half = dict(list(chosen.items())[: len(chosen) // 2])
                self._save(path, page, half)
            path = self._save(path, page, chosen)
        _, text = self._get(path)
        return self._submit(_page(text))

    def _save(self, path: str, page: Page, chosen: dict[str, list[str]]) -> str:
        fields = [*page.hidden.items(), *((n, v) for n, all_ in chosen.items() for v in all_)]
        status, headers, text = self._insist("POST", path, urlencode(fields))
        if status != 204:
            raise GaveUpError(path, status, text)
        self.told |= chosen
        return headers["X-Next"] or ""

    def _submit(self, page: Page) -> str:
        body = urlencode(list(page.hidden.items()))
        for _ in range(TRIES):
            try:
                _, text = self._follow("POST", "/a/submit", body)
            except OSError:
                self.resent += 1
                continue
            found = RECEIPT.search(text)
            if not found:
                raise GaveUpError(text)
            return found[1].replace("-", "")
        raise GaveUpError("no answer to the submit")

    def _get(self, path: str) -> tuple[str, str]:
        for _ in range(TRIES):
            try:
                return self._follow("GET", path, None)
            except OSError:
                self.resent += 1
        raise GaveUpError(path)

    def _follow(self, method: str, path: str, body: str | None) -> tuple[str, str]:
        for _ in range(5):
            status, headers, text = self._once(method, path, body)
            if status not in (302, 303):
                if status != 200:
                    raise GaveUpError(path, status, text)
                return path, text
            path, method, body = urljoin(path, headers["Location"] or ""), "GET", None
        raise GaveUpError("too many redirects")

    def _insist(
        self, method: str, path: str, body: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        for _ in range(TRIES):
            try:
                return self._once(method, path, body)
            except OSError:
                self.resent += 1
        raise GaveUpError(path)

    def _once(
        self, method: str, path: str, body: str | None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        parts = urlsplit(path)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            if address != "/a/submit":
                headers["X-Save"] = "1"
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except http.client.HTTPException as error:  # cut in the middle of an answer
            raise ConnectionError(repr(error)) from error
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        return answer.status, answer.headers, text


def _page(text: str) -> Page:
    return read(SimpleNamespace(text=text))


def measure(street: Street, proxy: CuttingProxy, seed: int) -> dict[Way, int]:
    """Answer once without a cut and return how many bytes pass each way."""
    proxy.arm()
    Phone(proxy.host, random.Random(seed)).answer(street.home().link)
    return dict(proxy.passed)


def spread(sizes: dict[Way, int], count: int) -> list[tuple[Way, int]]:
    """Spread cut points evenly over the exchange, half of them in each direction."""
    points = []
    for way, share in ((Way.UP, count // 2), (Way.DOWN, count - count // 2)):
        points += [(way, 1 + place * (sizes[way] - 1) // share) for place in range(share)]
    return points


def cut_once(street: Street, proxy: CuttingProxy, way: Way, at: int, seed: int) -> list[str]:
    """Answer for a new home with one cut and return everything that is not as it must be."""
    home, before = street.home(), proxy.cuts
    proxy.arm(way, at)
    phone = Phone(proxy.host, random.Random(seed))
    try:
        code = phone.answer(home.link)
    except GaveUpError as error:
        return [f"{way} {at}: {error!r:.300}"]
    wrong = check(street, home, code, phone.told)
    if proxy.cuts != before + 1:
        wrong.append("the cut was not reached")
    return [f"{way} {at}: {words}" for words in wrong]


def check(street: Street, home: Home, code: str, told: dict[str, list[str]]) -> list[str]:
    """Compare what is stored of a home with what its phone was told."""
    answers = street.answers(home)
    if len(answers) != 1:
        return [f"{len(answers)} rows instead of one"]
    (answer,), instrument = answers, factories.perception_instrument()
    wrong = []
    if answer.receipt != code:
        wrong.append("the receipt shown is not the stored one")
    if not answer.is_counted:
        wrong.append("not counted")
    stored = decode(instrument, answer.vector)
    offer = make_offer(instrument, block=0, areas_offered=3)
    sent = check_answers(instrument, told, offer=offer, form=ELDER)
    lost = {name for name, value in sent.values.items() if stored.values.get(name) != value}
    extra = stored.values.keys() - sent.values.keys()
    lost |= {name for name, value in sent.missing.items() if stored.missing.get(name) != value}
    if lost or extra:
        wrong.append(f"lost {sorted(lost)}, appeared {sorted(extra)}")
    with Session(street.engine) as session:
        query = select(Comment).where(Comment.response_id == answer.id)
        comments = list(session.scalars(query))
        texts = [json.loads(street.vault.open(one.texts_sealed, "comment")) for one in comments]
    if texts != [{"comment.wish": WISH}]:
        wrong.append(f"the words are {texts}")
    return wrong


def run(street: Street, cuts: int, seed: int) -> tuple[int, dict[Way, int], list[str]]:
    """Cut `cuts` exchanges; return the cuts made, the bytes of one exchange and what was wrong."""
    address = urlsplit(street.address)
    assert address.hostname
    assert address.port
    wrong: list[str] = []
    with CuttingProxy((address.hostname, address.port)) as proxy:
        # The shortest of a few exchanges, so that every point lies within every exchange.
        sizes = [measure(street, proxy, seed + place) for place in range(3)]
        least = {way: int(0.97 * min(one[way] for one in sizes)) for way in Way}
        for number, (way, at) in enumerate(spread(least, cuts)):
            wrong += cut_once(street, proxy, way, at, seed + number)
        made = proxy.cuts
    return made, least, wrong + _extra_rows(street)


def _extra_rows(street: Street) -> Iterable[str]:
    with Session(street.engine) as session:
        rows = session.scalar(select(func.count()).select_from(Response)) or 0
    return [] if rows == street.taken else [f"{rows} rows for {street.taken} homes"]


def main() -> None:
    """Cut, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_street(Path(folder), homes=given.cuts + 10) as street,
    ):
        made, sizes, wrong = run(street, given.cuts, given.seed)
    for words in wrong:
        print(words)
    print(
        f"{made} cuts over {sizes[Way.UP]} bytes up and {sizes[Way.DOWN]} down: "
        f"{len(wrong)} wrong, {time.perf_counter() - begun:.0f} s"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
