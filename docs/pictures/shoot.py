"""Takes the README's pictures from a running demo: ``python docs/pictures/shoot.py``."""

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent
COMMUNITY = "桂语苑"


def main() -> None:
    """Sign in for the matrix page, open an unused link for the phone page."""
    sheet = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else "instance/demo.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        shoot_matrix(browser, sheet)
        shoot_phone(browser, sheet)
        browser.close()


def shoot_matrix(browser: Browser, sheet: dict) -> None:
    """Take the importance-performance matrix of one community."""
    page = browser.new_page(viewport={"width": 1180, "height": 900}, locale="zh-CN")
    account = sheet["accounts"][0]
    page.goto(sheet["login"])
    page.fill("input[name=login]", account["login"])
    page.fill("input[name=password]", account["password"])
    page.click("form button")
    page.goto(f"{sheet['public_url']}/hq/results?campaign={sheet['campaigns']['finished']}")
    page.click(f"a:has-text('{COMMUNITY}')")
    page.goto(f"{page.url}/matrix")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / "matrix.png"))


def shoot_phone(browser: Browser, sheet: dict) -> None:
    """Take one tolerance question, with the lowest and the ideal level already set."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
    )
    page = context.new_page()
    page.goto(sheet["owner_links"][-1])
    page.tap("a.p, button.p")
    page.tap("input[value='7']")
    page.tap("button[type=submit]")
    for box in page.query_selector_all("input[type=checkbox]")[:3]:
        box.tap()
    page.tap("button[type=submit]")
    for point in ("9", "4", "8"):
        page.wait_for_timeout(500)
        page.tap(f"fieldset:not([hidden]) input[value='{point}']")
    page.wait_for_timeout(600)
    page.screenshot(path=str(FOLDER / "phone.png"))


if __name__ == "__main__":
    main()
