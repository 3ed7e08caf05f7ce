"""The script that answers for the server while a phone or tablet has no network."""

import hashlib
from collections.abc import Sequence

from flask import Response, make_response, render_template, url_for


def worker_script(
    kind: str, *, page: str, markup: str, files: Sequence[str], stands_in: bool = False
) -> Response:
    """Return the service worker that keeps one page with its files.

    Args:
        kind: Word its caches begin with, so that each page drops its own old ones.
        page: Address of the page that works without a network.
        markup: That page as it is now: another one makes another version.
        files: Static files it needs.
        stands_in: The page answers for every page below it while there is no network.
    """
    addresses = [url_for("static", filename=name) for name in files]
    version = hashlib.sha256("".join([markup, *addresses]).encode()).hexdigest()[:12]
    answer = make_response(
        render_template(
            "offline_worker.js.txt",
            kind=f"{kind}-",
            cache=f"{kind}-{version}",
            page=page,
            files=addresses,
            stands_in=stands_in,
        )
    )
    answer.mimetype = "text/javascript"
    return answer
