"""Takes the documents' pictures from a running demo: ``python docs/pictures/shoot.py``.

The path of the demo's sheet may be given (``instance/demo.json`` otherwise). The owner's pictures
use up two of its unused links.
"""

import io
import json
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
COMMUNITY = "桂语苑"
HELD = "松涧雅居"
MATTER = "突发事件 · 高空坠物"
HOME = "桂语苑 2栋 1-0802"
COLOURS = 64
GAP = 24  # between two phones of a picture, in its own pixels


def main() -> None:
    """Sign in for the matrix page, open unused links for the phone pages."""
    sheet = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else "instance/demo.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        shoot_matrix(browser, sheet)
        shoot_campaign(browser, sheet)
        shoot_doors(browser, sheet)
        shoot_phone(browser, sheet)
        shoot_owner(browser, sheet["owner_links"][-2], "full")
        shoot_owner(browser, sheet["owner_links"][-3], "elder")
        browser.close()


def sign_in(page: Page, sheet: dict, login: str) -> None:
    """Sign somebody of the demo in."""
    account = next(one for one in sheet["accounts"] if one["login"] == login)
    page.goto(sheet["login"])
    page.fill("input[name=login]", account["login"])
    page.fill("input[name=password]", account["password"])
    page.click("form button")


def shoot_campaign(browser: Browser, sheet: dict) -> None:
    """Take the pages of a campaign as head office sees them, each as far down as it says."""
    page = browser.new_page(viewport={"width": 1180, "height": 900}, locale="zh-CN")
    sign_in(page, sheet, "hq")
    url, campaigns = sheet["public_url"], sheet["campaigns"]
    running, finished = campaigns["running"], campaigns["finished"]
    for name, path, link, height in (
        ("due", "/today", None, 960),
        ("plan", f"/hq/campaigns/{running}/plan", None, 900),
        ("register", "/hq/register/", None, 900),
        ("letters", f"/hq/letters/{running}", COMMUNITY, 900),
        ("messages", f"/hq/messages/{running}", "短信 2", 800),
        ("tracker", f"/hq/tracker/?campaign={running}", None, 1700),
        ("community", f"/hq/tracker/?campaign={running}", COMMUNITY, 1420),
        ("gate", f"/hq/gates/?campaign={finished}", HELD, 820),
        ("complaint", "/complaints/?flag=major", MATTER, 1150),
    ):
        page.goto(f"{url}{path}")
        if link is not None:
            page.click(f"main a:text-is('{link}')")
        save(page, name, height)
    page.goto(f"{url}/hq/households/")
    page.fill("main input[name=q]", HOME)
    page.press("main input[name=q]", "Enter")
    page.click(f"main a:has-text('{HOME.rsplit(maxsplit=1)[-1]}')")
    save(page, "household", 1180)
    page.context.close()


def shoot_doors(browser: Browser, sheet: dict) -> None:
    """Take the list of doors and one home as a steward sees them on a phone."""
    page = open_phone(browser)
    sign_in(page, sheet, "steward")
    page.goto(f"{sheet['public_url']}/desk/")
    page.goto(f"{sheet['public_url']}/contacts/?campaign={sheet['campaigns']['running']}")
    place = page.url if page.url.rsplit("/", 1)[-1].isdigit() else ""
    if not place:
        page.click(f"main a:text-is('{COMMUNITY}')")
        place = page.url
    page.goto(place.replace("/contacts/", "/desk/doors/"))
    page.wait_for_load_state("networkidle")
    shots = [page.screenshot()]
    page.evaluate("document.querySelector('.stop').scrollIntoView()")
    shots.append(page.screenshot())
    first = page.get_attribute(".doors .addr >> nth=0", "href")
    page.goto(f"{sheet['public_url']}{first}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # a phone fits a page into its width a moment after it is there
    shots.append(page.screenshot())
    side_by_side(shots).save(FOLDER / "doors.png")
    page.context.close()


def save(page: Page, name: str, height: int) -> None:
    """Save the upper part of a page, with few colours."""
    page.wait_for_load_state("networkidle")
    whole = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    upper = whole.crop((0, 0, whole.width, min(height, whole.height)))
    upper.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def shoot_matrix(browser: Browser, sheet: dict) -> None:
    """Take the importance-performance matrix of one community."""
    page = browser.new_page(viewport={"width": 1180, "height": 900}, locale="zh-CN")
    sign_in(page, sheet, "hq")
    page.goto(f"{sheet['public_url']}/hq/results?campaign={sheet['campaigns']['finished']}")
    page.click(f"a:has-text('{COMMUNITY}')")
    page.goto(f"{page.url}/matrix")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / "matrix.png"))


def open_phone(browser: Browser) -> Page:
    """Open a page on a phone of its own."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
    )
    return context.new_page()


def shoot_phone(browser: Browser, sheet: dict) -> None:
    """Take one tolerance question, with the lowest and the ideal level already set."""
    page = open_phone(browser)
    page.goto(sheet["owner_links"][-1])
    page.tap(".act a")
    page.wait_for_url("**/a/overall")
    answer(page, "overall")
    go_on(page)
    answer(page, "priorities")
    go_on(page)
    set_levels(page, "9", "4", "8")
    page.screenshot(path=str(FOLDER / "phone.png"))


def shoot_owner(browser: Browser, link: str, form: str) -> None:
    """Take the way from the letter to the receipt, four phones side by side to a picture."""
    page, shots = open_phone(browser), {}
    page.goto(link)
    if form == "elder":
        page.goto(page.url + "?form=elder")
    shots["landing"] = page.screenshot()
    page.tap(".act a")
    page.wait_for_url("**/a/overall")
    while not page.url.endswith("/a/review"):
        name = page.url.split("/a/")[1].split("/")[0]
        answer(page, name)
        if name not in shots:
            page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
            page.wait_for_timeout(400)
            shots[name] = page.screenshot()
        go_on(page)
    shots["review"] = page.screenshot()
    page.tap(".act [type=submit]")
    page.wait_for_url("**/a/receipt")
    shots["receipt"] = page.screenshot()
    first = ("landing", "overall", "areas", "priorities")
    last = ("tolerance", "comment", "review", "receipt")
    suffix = "-elder" if form == "elder" else ""
    side_by_side([shots[name] for name in first]).save(FOLDER / f"owner{suffix}-1.png")
    side_by_side([shots[name] for name in last if name in shots]).save(
        FOLDER / f"owner{suffix}-2.png"
    )
    page.context.close()


def answer(page: Page, name: str) -> None:
    """Answer the page shown, as somebody does who is mostly content."""
    if name == "tolerance":
        set_levels(page, "9", "4", "8", "5")
    elif name == "comment":
        page.fill("[name='comment.wish']", "三号楼的电梯晚上常停，请看看。")
        page.tap("input[name=contact][value=hq_only]")
    elif page.locator("[data-ticks]").count():
        for box in page.locator("[data-ticks] input").all()[:3]:
            box.press(" ")  # by keys: the last tap would open the next page
    else:
        questions = page.locator(".q").all()
        for question in questions:
            choices = question.locator("input")
            choice = choices.nth(6 if choices.count() > 7 else 1)
            if question is questions[-1]:
                choice.press(" ")
            else:
                choice.tap()
                page.wait_for_timeout(1000)


def set_levels(page: Page, *points: str) -> None:
    """Tap the levels of a tolerance page one after the other."""
    for point in points:
        page.wait_for_timeout(500)
        choice = page.locator(f"fieldset:not([hidden]) input[value='{point}']")
        if point is points[-1] and len(points) == 4:
            choice.press(" ")  # tapped once it would open the next page
        choice.tap()
    page.wait_for_timeout(600)


def go_on(page: Page) -> None:
    """Tap "Next" and wait for the next page, which may open in place."""
    before = page.url
    page.tap(".act [type=submit]")
    page.wait_for_url(lambda url: url != before)


def side_by_side(shots: list[bytes]) -> Image.Image:
    """Put phones side by side, with few colours: small, and sharp enough to read."""
    phones = [Image.open(io.BytesIO(one)).convert("RGB") for one in shots]
    width = sum(one.width + GAP for one in phones) - GAP
    whole = Image.new("RGB", (width, phones[0].height), "#ddd6c9")
    place = 0
    for one in phones:
        whole.paste(one, (place, 0))
        place += one.width + GAP
    small = whole.resize((width // 2, whole.height // 2), Image.Resampling.LANCZOS)
    return small.quantize(COLOURS, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
