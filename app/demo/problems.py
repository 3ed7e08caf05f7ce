"""Shared problems of the demo: comments coded, public answers in all states, actions, promises."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.demo.accounts import scope_of
from app.demo.company import COMMUNITIES
from app.demo.problem_words import (
    ACTIONS,
    ANSWERS,
    CODES,
    FACTS,
    LAST_WORD,
    PROGRESS,
    PROMISES,
    QUOTES,
    SET_ASIDE,
)
from app.followup.problems import queries
from app.followup.problems.coding import queries as coding_queries
from app.followup.problems.coding import services as coding
from app.followup.problems.handling import services as handling
from app.followup.problems.handling.finding import Place, find_problems, raise_coded
from app.followup.problems.handling.services import Posting
from app.followup.problems.models import Remedy, SharedProblem
from app.followup.problems.promises import queries as promise_queries
from app.followup.problems.promises import services as promises
from app.followup.problems.promises.services import ActionInput, GapInput, PromiseInput
from app.followup.published.models import ProgressKind
from app.reports.coding_work import levels_of, make_suggester, suggest_some
from app.staff.scope import Scope
from app.surveys.campaign.models import OPENED, Campaign
from app.surveys.campaign.queries import find_campaign, list_campaigns
from app.surveys.register.models import Community
from app.surveys.register.queries import find_community_by_code
from app.surveys.response.queries import company_count, count_returns
from app.vault import Vault

# Who drafts in a community; where the demo has no office of its own, head office adds and waits.
_OFFICES = {
    **dict.fromkeys(("GYY", "YQL"), "office"),
    **dict.fromkeys(("SJY", "XYG"), "office3"),
    **dict.fromkeys(("JTW", "WLT"), "office2"),
}
_SHOWN = "GYY"  # where the answers stand in every state
_SORTED_OF_LATER = 3  # every third comment of a running campaign still waits
_DAY, _MORNING = timedelta(days=1), timedelta(hours=10)


def share_problems(
    session: Session, vault: Vault, code: str, *, after: datetime, seed: int
) -> None:
    """Sort the comments of a campaign and answer in public what many raised.

    The first campaign of the company is over: its answers are closed. In the one after it answers
    stand in every state.

    Args:
        session: A writing transaction.
        vault: Opens the comments.
        code: The campaign.
        after: When the clocks started.
        seed: Not used: everything follows from the comments.
    """
    del seed
    campaign = _campaign(session, code)
    if queries.list_places(session, campaign.id):
        return
    head = scope_of(session, "hq")
    _sort(session, vault, head, campaign, now=after + _DAY + _MORNING)
    for community in _communities(session):
        place = Place(
            community.id,
            count_returns(session, campaign.id, community.id).returned,
            levels_of(session, campaign.id, community.id),
        )
        find_problems(session, campaign.id, place, now=after + 2 * _DAY)
        raise_coded(session, campaign.id, community.id)
        _answer(
            session, vault, campaign, community, after=after, is_over=_is_first(session, campaign)
        )
    whole = Place(None, company_count(session, campaign.id).returned)
    find_problems(session, campaign.id, whole, now=after + 2 * _DAY)
    _act(session, head, campaign, after=after)


def sort_running(session: Session, vault: Vault, code: str, *, after: datetime, seed: int) -> None:
    """Sort most comments of a running campaign; the others wait for somebody to look at them.

    Args: as `share_problems`; `after` is now.
    """
    del seed
    campaign = _campaign(session, code)
    if queries.list_places(session, campaign.id):
        return
    head = scope_of(session, "hq")
    _sort(session, vault, head, campaign, now=after, leave=_SORTED_OF_LATER)


def _sort(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign: Campaign,
    *,
    now: datetime,
    leave: int = 0,
) -> None:
    """Give every comment the codes its words are about; the rest of them the first suggestion."""
    suggester = make_suggester(session, vault)
    while suggest_some(session, vault, suggester, now=now):
        pass
    at = 0
    for community in _communities(session):
        while rows := coding_queries.list_next(session, campaign.id, community.id, limit=1):
            at += 1
            row = rows[0]
            texts = json.loads(vault.open(row.texts_sealed, "comment")).values()
            codes = [code for text in texts for code in CODES.get(text, ())]
            suggested = [code for code, _score in json.loads(row.coding.suggested)]
            if leave and at % leave == 0:
                break
            key = row.coding.comment_id
            coding.decide(session, scope, [key], codes or suggested[:1], now=now)
            if codes and not at % 9:
                text = next(iter(texts))
                words = QUOTES.get(text, text)
                coding.release_quote(session, vault, scope, key, codes[0], words, now=now)


def _answer(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    community: Community,
    *,
    after: datetime,
    is_over: bool,
) -> None:
    login = _OFFICES.get(community.code)
    if login is None:
        return
    office, head = scope_of(session, login, community), scope_of(session, "hq")
    all_ = queries.list_problems_of_place(session, campaign.id, community.id)
    found = [one for one in all_ if one.code in ANSWERS][:6]
    # As far as each of them has come, the most frequent one the furthest.
    stages = (5, 4, 3, 2, 1, 0) if community.code == _SHOWN else (5, 5, 5, 5, 5, 3)
    for problem, stage in zip(found, (5,) * 6 if is_over else stages, strict=False):
        _bring(session, vault, office, head, problem, stage=stage, after=after)
    for problem in all_:
        if problem not in found:
            now = after + 6 * _DAY + _MORNING
            handling.set_aside(session, head, problem.id, SET_ASIDE, now=now)


def _bring(
    session: Session,
    vault: Vault,
    office: Scope,
    head: Scope,
    problem: SharedProblem,
    *,
    stage: int,
    after: datetime,
) -> None:
    """Bring a problem as far as its stage: 1 drafted, 2 checked, 3 approved, 4 out, 5 closed."""
    key, draft = problem.id, ANSWERS[problem.code]
    if draft.why_not == "":
        draft = replace(draft, due_on=beijing_date(after + 35 * _DAY))
    at = after + 4 * _DAY + _MORNING
    if stage >= 1:
        handling.save_draft(session, office, key, draft, now=at)
    if stage >= 2:
        handling.check_facts(session, head, key, FACTS, now=at + _DAY)
    if stage >= 3:
        handling.approve(session, head, key, now=at + 2 * _DAY)
    if stage >= 4:
        handling.publish(session, head, key, now=at + 3 * _DAY)
        day = beijing_date(at + 4 * _DAY)
        posting = Posting("各单元大堂公告栏", day)
        handling.record_posting(session, vault, office, key, posting, now=at + 5 * _DAY)
        words, then = PROGRESS[problem.code], at + 33 * _DAY
        handling.add_progress(session, office, key, ProgressKind.DAY_30, words, now=then)
    if stage >= 5:
        handling.close(session, head, key, LAST_WORD, now=at + 61 * _DAY)


def _act(session: Session, head: Scope, campaign: Campaign, *, after: datetime) -> None:
    community = find_community_by_code(session, "GYY")
    if community is None:
        raise LookupError(campaign.code)
    if not promise_queries.list_promises(session, head, with_ended=True):
        for text, item, source, is_over, note in PROMISES:
            made = PromiseInput(text, item, source, beijing_date(after), is_over, note)
            promises.add_promise(session, head, made, community_id=None, now=after)
    kept = {one.item: one.id for one, _name in promise_queries.list_promises(session, head)}
    for title, item, gap, remedy, who, days, note in ACTIONS:
        given = ActionInput(
            title=title,
            item=item,
            gap=gap,
            remedy=Remedy(remedy),
            responsible=who,
            due_on=beijing_date(after + days * _DAY),
            promise_id=kept.get(item),
        )
        key = promises.add_action(
            session,
            head,
            given,
            campaign_id=campaign.id,
            community_id=community.id,
            now=after + 8 * _DAY + _MORNING,
        )
        tag = GapInput(item.partition(".")[0], gap, Remedy(remedy), note)
        promises.tag_item(
            session,
            head,
            tag,
            campaign_id=campaign.id,
            community_id=community.id,
            now=after + 8 * _DAY + _MORNING,
        )
        if note:
            day = after + days * _DAY + _MORNING
            promises.finish_action(session, head, key, note, done_on=beijing_date(day), now=day)


def _is_first(session: Session, campaign: Campaign) -> bool:
    opened = [one.opens_on for one in list_campaigns(session) if one.state in OPENED]
    return campaign.opens_on == min(opened)


def _communities(session: Session) -> list[Community]:
    found = [find_community_by_code(session, one.code) for one in COMMUNITIES]
    return [one for one in found if one is not None]


def _campaign(session: Session, code: str) -> Campaign:
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    return campaign
