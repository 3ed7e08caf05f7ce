"""Every page and state of the owner pages, reached as an owner reaches it.

A segment is a walk that stops wherever a page looks different. Whoever runs it looks at the page
between the stops: the check with axe, and the pictures for the documents.
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from playwright.sync_api import Page, Route
from sqlalchemy.orm import Session

from app.followup.answering import services as answering
from app.followup.answering.services import PublicAnswerInput
from app.followup.queries import list_cases
from app.followup.services import make_follow_ups
from app.surveys.response import copies
from app.surveys.response.queries import find_comment, find_counted
from tests import factories
from tests.end_to_end.street import INTERVIEWER, Home, Street, answer_page, step_on

BEFORE = factories.NOW - timedelta(days=5)
LATE = factories.NOW + timedelta(days=30)
# The smallest PNG there is: one grey point.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
WISH = "三号楼的电梯晚上常停，请看看。"

Stops = Iterator[str]


@dataclass(slots=True)
class Walk:
    """One phone on the street, in one language and size of text."""

    street: Street
    page: Page
    language: str = "zh-Hans"
    form: str = "full"

    @property
    def choice(self) -> str:
        """Return what chooses language and size in an address."""
        return f"lang={self.language}&form={self.form}"

    def choose(self) -> None:
        """Choose language and size of text, as the page for typed codes lets one do."""
        self.page.goto(f"/c?{self.choice}")

    def arrive(self, home: Home) -> None:
        """Open the letter of a home."""
        self.choose()
        self.page.goto(home.link)

    def tap(self, selector: str) -> None:
        """Tap something that leads to another page, which may have the same address."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.tap()

    def filled(self, home: Home, until: str = "/a/review") -> None:
        """Take over the phone of somebody who has answered up to a page, and open that page."""
        owner = self.street.owner(home)
        owner.client.get(f"/a/?{self.choice}")
        owner.answer_all(comment=WISH, until=until)
        self.street.hand_over(owner, self.page)
        self.page.goto(until)

    def sent(self, home: Home) -> None:
        """Take over the phone of somebody who has sent his answer, and open the receipt."""
        owner = self.street.owner(home)
        owner.client.get(f"/a/?{self.choice}")
        owner.answer_all(comment=WISH)
        assert owner.submit().status_code == 303
        self.street.hand_over(owner, self.page)
        self.page.goto("/a/receipt")


def entering(walk: Walk) -> Stops:
    """The ways in that lead nowhere, and the page for typed codes."""
    page, street = walk.page, walk.street
    walk.choose()
    yield "code"
    page.locator("details.menu summary").tap()
    yield "code, languages open"
    page.fill("#code", "ABC")
    walk.tap("main [type=submit]")
    yield "code, mistyped"
    page.goto("/t/no-such-link")
    yield "unknown link"
    page.goto("/a/")
    yield "no home known"
    street.at(BEFORE)
    walk.arrive(street.home())
    yield "not open yet"
    street.at(LATE)
    page.goto("/a/")
    yield "after the deadline"
    street.at(factories.NOW)
    page.goto("/a/")
    yield "landing"
    page.goto("/a/not-mine")
    yield "not my home"
    walk.tap("main form [type=submit]")
    yield "forgotten"


def form(walk: Walk) -> Stops:
    """Every page of the form, blank, answered, and refused."""
    page = walk.page
    walk.arrive(walk.street.home())
    before = page.url
    page.locator(".act a").tap()
    page.wait_for_url(lambda url: url != before)
    while not page.url.split("?")[0].endswith("/a/review"):
        name = page.url.split("/a/")[1].split("?")[0]
        yield name
        if name == "overall":
            walk.tap(".act [type=submit]")
            yield "overall, left blank"
        if page.locator("[data-max]").count():
            *first, fourth = page.locator("[data-max] input").all()[:4]
            for box in first:
                box.press(" ")  # by keys: the third tap would open the next page
            fourth.tap()
            yield f"{name}, one too many"
            page.locator("[data-max] input:checked").first.tap()
            answer = page.locator("[data-max] input:checked").count()
            assert answer < 3
        elif name == "comment":
            page.fill('[name="comment.wish"]', WISH)
            walk.tap(".act [type=submit]")
            yield "comment, who may reply is missing"
            page.locator('input[name="contact"][value="hq_only"]').tap()
            yield "comment, how to reply"
        elif not name.startswith("tolerance"):
            answer_page(page)
            yield f"{name}, answered"
        else:
            answer_page(page, choice=4)
            yield f"{name}, summed up"
        step_on(page)
    yield "review"


def mixed_up(walk: Walk) -> Stops:
    """The tolerance page when the least stands above the ideal, and the review without answers."""
    page = walk.page
    walk.arrive(walk.street.home())
    page.goto("/a/review")
    yield "review, nothing answered"
    change = page.locator('a[href^="/a/tolerance/"]')
    if change.count() == 0:  # large text does not ask it
        return
    change.first.tap()
    page.wait_for_url("**/a/tolerance/**")
    for role, level in (("importance", 9), ("adequate", 8), ("desired", 5)):
        question = page.locator(f'.q[data-k="{role}"]')
        question.locator(f'input[value="{level}"]').tap()
        question.wait_for(state="hidden")
        yield f"tolerance, {role} given"


def without_network(walk: Walk) -> Stops:
    """The network is lost on the way, and while sending."""
    page = walk.page
    walk.filled(walk.street.home())
    page.goto("/a/overall")
    page.context.set_offline(True)
    page.locator("input").nth(6).tap()
    page.locator(".off").wait_for(state="visible")
    yield "a page without network"
    page.context.set_offline(False)
    page.goto("/a/review")
    page.context.set_offline(True)
    page.locator(".act [type=submit]").tap()
    page.locator(".wait").wait_for(state="visible")
    yield "sent without network"
    page.context.set_offline(False)
    page.wait_for_url("**/a/receipt")
    yield "receipt after waiting"


def later(walk: Walk) -> Stops:
    """Going on later, and on another phone of the same home."""
    page, street, home = walk.page, walk.street, walk.street.home()
    walk.filled(home, "/a/areas")
    page.goto("/a/later")
    yield "go on later"
    walk.tap("main form [type=submit]")
    yield "go on later, with a code"
    page.context.clear_cookies()
    walk.arrive(home)
    yield "landing of a second phone"
    page.goto("/a/resume")
    yield "resume"
    page.fill("#code", "0000")
    walk.tap("main form [type=submit]")
    yield "resume, mistyped"
    _other_home(walk, home, street.home())
    yield "another home in this browser"


def _other_home(walk: Walk, first: Home, second: Home) -> None:
    page = walk.page
    page.goto(first.link)
    page.goto("/a/resume")
    other = page.context.new_page()
    other.goto(second.link)
    other.close()
    page.fill("#code", "00000000")
    walk.tap("main form [type=submit]")


def afterwards(walk: Walk) -> Stops:
    """The receipt and what grows out of it; the second phone; the alarm."""
    page, street, home = walk.page, walk.street, walk.street.home()
    walk.sent(home)
    yield "receipt"
    page.goto("/a/receipt/answers")
    yield "own answers"
    walk.tap("#file [type=submit]")
    yield "own answers, the file is being made"
    _make_file(street, home)
    page.goto("/a/receipt/answers")
    yield "own answers, the file is there"
    _publish(street, home)
    street.at(factories.NOW + timedelta(days=9))
    page.goto("/a/receipt")
    yield "receipt with reply and public answer"
    page.locator('input[name="verdict"]').first.tap()
    walk.tap("#reply [type=submit]")
    walk.tap('[name="solved"][value="no"]')
    yield "receipt, rated"
    page.context.clear_cookies()
    walk.arrive(home)
    street.at(factories.NOW)
    yield "already answered"
    page.fill("#receipt", "0000")
    walk.tap("main form [type=submit]")
    yield "already answered, wrong code"
    page.goto("/a/alarm")
    yield "alarm"
    walk.tap("main form [type=submit]")
    yield "alarm, nothing chosen"
    page.locator('input[name="kind"]').first.tap()
    walk.tap("main form [type=submit]")
    yield "alarm, told"


def without_script(walk: Walk) -> Stops:
    """The form as a phone shows it whose scripts did not arrive."""
    page = walk.page
    page.context.route("**/static/*.js*", _refuse)
    walk.arrive(walk.street.home())
    walk.tap(".act a")
    while not page.url.split("?")[0].endswith("/a/review"):
        name = page.url.split("/a/")[1]
        yield f"{name}, without script"
        if name == "areas":
            page.locator("details.menu summary").tap()
            walk.tap("details.menu button")
            yield "areas, without script, in another language"
        if name == "overall":
            walk.tap(".act [type=submit]")
            yield "overall, left blank, without script"
        if page.locator('[name="order_seen"]').count():
            for question, level in zip(page.locator(".q").all(), (9, 8, 5, 4), strict=True):
                question.locator(f'input[value="{level}"]').tap()
            walk.tap(".act [type=submit]")
            yield f"{name}, the order is asked, without script"
        elif name == "comment":
            page.fill('[name="comment.wish"]', WISH)
            page.locator('input[name="contact"]').first.tap()
        else:
            for question in page.locator(".q").all():
                question.locator("input").nth(1).tap()
        walk.tap(".act [type=submit]")
    yield "review, without script"


def photos(walk: Walk) -> Stops:
    """Photos with the words: none yet, refused, there, as many as fit."""
    page = walk.page
    walk.filled(walk.street.home(), "/a/comment")
    page.fill('[name="comment.wish"]', "")
    walk.tap('[formaction*="photos"]')
    yield "photos, no words yet"
    page.goto("/a/comment")
    page.fill('[name="comment.wish"]', WISH)
    page.locator('input[name="contact"][value="hq_only"]').tap()
    walk.tap('[formaction*="photos"]')
    yield "photos, none yet"
    for content, name in ((b"no picture", "refused"), (PIXEL, "one"), (PIXEL, "two"), (PIXEL, "")):
        file = {"name": "lift.png", "mimeType": "image/png", "buffer": content}
        with page.expect_navigation():
            page.set_input_files("#photo", [file])
        if name:
            yield f"photos, {name}"
    yield "photos, three"
    page.goto("/a/comment")
    yield "comment with photos"


def interviewing(walk: Walk) -> Stops:
    """The interviewer's tablet: the day's list, the consent, questions, the end."""
    page = walk.page
    page.set_viewport_size({"width": 820, "height": 1180})
    page.goto(f"/login?next=/interview/&lang={walk.language}")
    page.fill("[name=login]", INTERVIEWER)
    page.fill("[name=password]", factories.PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/interview/")
    page.locator("main h1").wait_for()
    yield "interviews, no list yet"
    page.locator("main button.go").click()
    page.locator(".homes").first.wait_for()
    yield "interviews, the day's list"
    page.locator(".homes li.silent button").first.click()
    page.locator(".aloud").wait_for()
    yield "interviews, consent"
    page.locator(".acts .go").nth(0 if walk.form == "elder" else 1).click()
    page.locator("progress").wait_for()
    seen = set()
    while page.locator("input[name=helped]").count() == 0:
        before = page.locator("main .dim").first.inner_text()
        kind = page.evaluate(_KIND_OF_QUESTION)
        if kind not in seen:
            seen.add(kind)
            yield f"interviews, {kind}"
        if page.locator("main input[type=radio]").count():
            page.locator("main label").nth(1).click()
        else:
            page.wait_for_timeout(450)  # right after a choice "Next" is meant for the one before
            page.locator(".acts .go").click()
        page.locator("main .dim", has_not_text=before).or_(
            page.locator("input[name=helped]")
        ).first.wait_for()
    yield "interviews, who helped"
    page.locator("label:has(input[value=family])").click()
    page.locator(".acts .go").click()
    page.locator(".homes").first.wait_for()
    yield "interviews, one done"


_KIND_OF_QUESTION = """() => [...document.querySelectorAll('main input, main textarea')]
  .map(e => e.type).filter((t, i, all) => all.indexOf(t) == i).join(' and ') + ' question'"""


def _refuse(route: Route) -> None:
    route.abort()


def _make_file(street: Street, home: Home) -> None:
    with Session(street.engine) as session:
        answer = find_counted(session, home.member_id)
        assert answer is not None
        copy = copies.find_copy(session, answer, now=factories.NOW)
        assert copy is not None
        copies.store_copy(session, street.vault, answer.id, copy.language, b"%PDF-1.7")
        session.commit()


def _publish(street: Street, home: Home) -> None:
    """Let head office reply, and answer a problem in public that this home had raised."""
    scope, now = factories.head_office(), factories.NOW
    with Session(street.engine) as session:
        answer = find_counted(session, home.member_id)
        assert answer is not None
        comment = find_comment(session, answer.id)
        assert comment is not None
        make_follow_ups(session, street.campaign_id, now=now)
        cases = list_cases(session, scope, street.campaign_id)
        case = next(one for one in cases if one.frame_member_id == home.member_id)
        answering.publish_reply(
            session, street.vault, scope, case.id, comment.id, "电梯已经修好，请您留意。", now=now
        )
        problem = answering.publish_answer(
            session,
            scope,
            PublicAnswerInput(
                title="三号楼电梯晚上停运",
                cause="门机接触不良。",
                action="更换门机，每周巡检一次。",
                responsible="工程部",
                due_on=date(2026, 11, 10),
            ),
            campaign_id=street.campaign_id,
            community_id=street.community_id,
            now=now,
        )
        answering.raise_problems(session, scope, case.id, comment.id, [problem], now=now)
        session.commit()


Segment = Callable[[Walk], Stops]
SEGMENTS: tuple[Segment, ...] = (
    entering,
    form,
    mixed_up,
    without_network,
    later,
    afterwards,
    without_script,
    photos,
    interviewing,
)
