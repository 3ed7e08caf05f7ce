"""The service loop of the demo: complaints, repairs, their call-backs, talks, standards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.demo.accounts import scope_of
from app.demo.callbacks import make_call_backs
from app.demo.complaint_papers import add_papers
from app.demo.complaints import add_complaints
from app.demo.repairs import make_repairs
from app.demo.standards import make_standards
from app.demo.talks import make_talks
from app.vault import Vault


def service_steps(
    vault: Vault, *, now: datetime, seed: int
) -> Iterator[tuple[str, Callable[[Session], None]]]:
    """Yield the steps of the loop in their order, each with its name."""

    def call_back(session: Session) -> None:
        make_call_backs(session, vault, scope_of(session, "caller"), now=now)

    def talk(session: Session) -> None:
        make_talks(session, vault, scope_of(session, "hq"), now=now)

    def set_standards(session: Session) -> None:
        make_standards(session, vault, scope_of(session, "hq"), now=now)

    yield "service loop: repairs", partial(make_repairs, vault=vault, now=now, seed=seed)
    yield "service loop: complaints", partial(add_complaints, vault=vault, seed=seed, now=now)
    yield "service loop: papers", partial(add_papers, vault=vault, now=now)
    yield "service loop: call-backs", call_back
    yield "service loop: talks", talk
    yield "service loop: standards", set_standards
