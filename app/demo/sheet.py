"""What somebody needs to walk through the demo: sign-ins, links, the two campaigns."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.demo.accounts import ACCOUNTS, OPERATOR, Account, community_of
from app.demo.company import COMMUNITIES
from app.demo.loop import photo_key
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.tokens import link, make_token
from app.surveys.response import queries as response_queries
from app.surveys.response.receipts import format_receipt
from app.vault import Vault

_LINKS_EACH = 10


@dataclass(frozen=True, slots=True)
class DemoSheet:
    """What somebody needs to walk through the demo.

    Attributes:
        owner_links: Homes of the running campaign that have not answered.
        answered_home: Link and receipt code of a home that wrote and was answered; empty in a demo
            built before there was one.
    """

    public_url: str
    accounts: tuple[Account, ...]
    owner_links: tuple[str, ...]
    finished: str
    running: str
    answered_home: dict[str, str]

    def as_data(self) -> dict[str, object]:
        """Return the sheet as plain data for ``demo.json``."""
        return {
            "public_url": self.public_url,
            "login": f"{self.public_url}/login",
            "desk": f"{self.public_url}/desk/",
            "head_office": f"{self.public_url}/hq/",
            "entry": f"{self.public_url}/entry/",
            "healthz": f"{self.public_url}/healthz",
            "accounts": [
                {"login": a.login, "password": a.password, "role": a.role.value, "name": a.name}
                for a in self.accounts
            ],
            "owner_links": list(self.owner_links),
            "answered_home": self.answered_home,
            "campaigns": {"finished": self.finished, "running": self.running},
        }


def make_sheet(
    session: Session, vault: Vault, public_url: str, *, finished: str, running: str
) -> DemoSheet:
    """Return the sheet of a demo that was built."""
    links: list[str] = []
    campaign = campaign_queries.find_campaign(session, running)
    if campaign is None:
        raise LookupError(running)
    for company in COMMUNITIES[1:3]:
        place = community_of(session, company.code).id
        silent = response_queries.list_silent(session, campaign.id, place, OPERATOR)
        links += [link(public_url, make_token(vault, m.pseudonym)) for m in silent[:_LINKS_EACH]]
    home = {}
    answer = response_queries.find_by_key(session, photo_key(finished))
    if answer is not None:
        member = session.get_one(FrameMember, answer.frame_member_id)
        home["link"] = link(public_url, make_token(vault, member.pseudonym))
        home["receipt"] = format_receipt(answer.receipt)
    return DemoSheet(public_url, ACCOUNTS, tuple(links), finished, running, home)
