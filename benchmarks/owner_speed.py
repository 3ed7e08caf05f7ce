"""How fast and how heavy the owner's pages are on a slow phone: CPU x6, 400 kbit/s, 400 ms.

    python -m benchmarks.owner_speed http://localhost:8000/t/...

Takes an unused link of a running installation (``make demo`` lists some), opens it in a fresh
Chromium, answers the whole form by touch without sending it, and prints bytes over the wire
(headers included) and the time until the first page can be used.
"""

import shutil
import sys
from dataclasses import dataclass, field

from playwright.sync_api import CDPSession, Page, Response, sync_playwright

SLOWER_CPU = 6
KBIT_PER_SECOND = 400
LATENCY_MS = 400
FIRST_PAGE_BYTES = 14_000
WHOLE_FORM_BYTES = 30_000
FIRST_PAGE_SECONDS = 2.0


# When the page could be used and when it was first seen, in ms since the link was tapped.
TIMES = """() => [
  performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
  Math.max(0, ...performance.getEntriesByType('paint').map(e => e.startTime)),
]"""


@dataclass(slots=True)
class Meter:
    """Counts what went over the wire, and to whom."""

    received: int = 0
    requests: int = 0
    hosts: set[str] = field(default_factory=set)

    def attach(self, wire: CDPSession) -> None:
        """Listen to a page."""
        wire.on("Network.loadingFinished", lambda e: self._count(int(e["encodedDataLength"])))
        wire.on("Network.requestWillBeSent", lambda e: self.hosts.add(e["request"]["url"]))
        wire.send("Network.enable")

    def _count(self, size: int) -> None:
        self.received += size
        self.requests += 1


def slow_down(wire: CDPSession) -> None:
    """Make the page's processor and network slow."""
    rate = KBIT_PER_SECOND * 1000 / 8
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )


def body_bytes(response: Response) -> int:
    """Return the size of a body as it was sent."""
    is_body = response.request.method == "GET" and response.status == 200
    return int(response.headers.get("content-length", 0)) if is_body else 0


def answer_page(page: Page) -> None:
    """Answer the page shown, no words; the last answer by a key, which opens no page by itself."""
    if page.locator("form[data-deck]").count():
        *first, last = page.locator(".q").all()
        for question in first:
            question.locator("input").nth(1).tap()
            page.wait_for_timeout(1000)  # sooner it would pass for a double tap
        last.locator("input").nth(1).press(" ")
        if page.locator(".sum").count():
            last.locator("input").nth(1).tap()
            page.wait_for_timeout(350)
    elif page.locator("[data-max]").count():
        for tick in page.locator("[data-max] input").all()[:3]:
            tick.press(" ")
    elif page.locator("textarea").count() == 0:
        for question in page.locator(".q").all():
            question.locator("input").nth(1).press(" ")


def main() -> None:
    """Measure one link and print the figures."""
    link = sys.argv[1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
        )
        page, meter = context.new_page(), Meter()
        bodies: dict[str, int] = {}  # by address: a repeated one comes from the cache
        wire = context.new_cdp_session(page)
        meter.attach(wire)
        slow_down(wire)
        page.on("response", lambda one: bodies.update({one.url: body_bytes(one)}))
        page.goto(link)
        page.wait_for_load_state("networkidle")
        loaded, painted = page.evaluate(TIMES)
        usable = max(loaded, painted) / 1000
        first = meter.received
        print(f"first page: {first} bytes in {meter.requests} requests (goal {FIRST_PAGE_BYTES})")
        print(f"usable {usable:.2f} s after the link was tapped (goal {FIRST_PAGE_SECONDS})")
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        page.locator(".act a").tap()
        with page.expect_response("**/a/pages?*"):
            page.wait_for_url("**/a/overall")
        page.wait_for_load_state("networkidle")
        size = sum(bodies.values())
        print(f"all pages of the form: {size} bytes compressed (goal {WHOLE_FORM_BYTES})")
        pages = 1
        while not page.url.split("?")[0].endswith("/a/review"):
            pages += 1
            before = page.url
            answer_page(page)
            page.locator(".act [type=submit]").tap()
            page.wait_for_url(lambda url, before=before: url != before)
        page.wait_for_load_state("networkidle")
        print(f"answered to the end, every card saved: {meter.received} bytes received in")
        print(f"{meter.requests} requests with headers, {pages + 1} pages")
        print("hosts:", sorted({url.split("/")[2] for url in meter.hosts}))
        context.close()
        browser.close()


if __name__ == "__main__":
    main()
