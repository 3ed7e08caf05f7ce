"""Operations on released results and public answers."""

from pydantic import Field

from app.integrations import queries
from app.integrations.scopes import KeyScope
from app.reports.company.queries import COMPANY, Head, find_company_result, list_summaries
from app.reports.queries import find_latest_result
from app.web.api.operations import Call, Operation, PageQuery, Query
from app.web.api.paging import begin, cursor_behind, cut
from app.web.api.problems import ApiError
from app.web.api.shapes import (
    HeadOut,
    ProgressOut,
    PublicAnswerOut,
    PublicAnswerPage,
    ResultPage,
)
from app.web.api.standing import campaign_of
from app.web.api.study_shapes import StudyOut, figure, level, share, shown
from app.web.transaction import reading


class RegionQuery(Query):
    """The company, or one region."""

    region: str = Field(
        default=COMPANY,
        max_length=32,
        description="Code of a region; without it the company.",
    )


def _results(call: Call) -> ResultPage:
    campaign = campaign_of(call)
    after, limit = begin(call, "results")
    found = [
        one
        for one in list_summaries(reading(), campaign.id, call.who.scope)
        if one.community_id > after
    ]
    found.sort(key=lambda one: one.community_id)
    rows, has_more = cut(found, limit)
    behind = rows[-1].community_id if has_more else None
    return ResultPage(
        items=[_head(one.head, one.community_id, one.code) for one in rows],
        next=cursor_behind(call, "results", behind),
    )


def _result(call: Call) -> StudyOut:
    campaign = campaign_of(call)
    found = find_latest_result(reading(), campaign.id, call.path["community_id"], call.who.scope)
    if found is None:
        raise ApiError(404, "no_result")
    return StudyOut(
        revision=found.manifest.revision,
        snapshot=found.snapshot.digest,
        code_version=found.code_version,
        created_at=found.created_at,
        study=shown(found.result),
    )


def _company(call: Call) -> StudyOut:
    campaign = campaign_of(call)
    query = call.query
    region = query.region if isinstance(query, RegionQuery) else COMPANY
    found = find_company_result(reading(), campaign.id, call.who.scope, region=region)
    if found is None:
        raise ApiError(404, "no_result")
    return StudyOut(
        revision=found.snapshot.revision,
        snapshot=found.snapshot.digest,
        code_version=found.code_version,
        created_at=found.created_at,
        study=shown(found.result),
    )


def _head(head: Head, community_id: int, code: str) -> HeadOut:
    return HeadOut(
        community=community_id,
        code=code,
        standing=head.standing,
        n=head.n,
        base=head.base,
        returned=head.returned,
        index=figure(head.index),
        satisfied=share(head.satisfied),
        overall=level(head.overall),
        change=figure(head.change),
        change_said=head.change_said,
    )


def _answers(call: Call) -> PublicAnswerPage:
    campaign = campaign_of(call)
    after, limit = begin(call, "answers")
    found = queries.page_of_answers(
        reading(), call.who.scope, campaign.id, after=after, limit=limit + 1
    )
    rows, has_more = cut(found, limit)
    words: dict[int, list[ProgressOut]] = {problem.id: [] for problem, _answer in rows}
    for word in queries.list_progress(reading(), sorted(words)):
        words[word.problem_id].append(ProgressOut(text=word.text, published_at=word.published_at))
    items = [
        PublicAnswerOut(
            id=problem.id,
            community=problem.community_id,
            version=answer.version,
            title=answer.title,
            cause=answer.cause,
            action=answer.action,
            responsible=answer.responsible,
            due_on=answer.due_on,
            why_not=answer.why_not,
            published_at=answer.published_at,
            progress=words[problem.id],
        )
        for problem, answer in rows
    ]
    behind = rows[-1][0].id if has_more else None
    return PublicAnswerPage(items=items, next=cursor_behind(call, "answers", behind))


OPERATIONS = (
    Operation(
        name="listResults",
        method="GET",
        path="/campaigns/<code>/results",
        needs=KeyScope.RESULTS,
        summary="Heads of released results; what is not released or held is not in the list.",
        view=_results,
        answer=ResultPage,
        query=PageQuery,
    ),
    Operation(
        name="getResult",
        method="GET",
        path="/campaigns/<code>/results/<int:community_id>",
        needs=KeyScope.RESULTS,
        summary="The whole released result of one community.",
        view=_result,
        answer=StudyOut,
    ),
    Operation(
        name="getCompanyResult",
        method="GET",
        path="/campaigns/<code>/company",
        needs=KeyScope.RESULTS,
        summary="The result of the company or a region, for a key that sees all of it.",
        view=_company,
        answer=StudyOut,
        query=RegionQuery,
    ),
    Operation(
        name="listPublicAnswers",
        method="GET",
        path="/campaigns/<code>/public-answers",
        needs=KeyScope.ANSWERS,
        summary="Public answers as owners read them.",
        view=_answers,
        answer=PublicAnswerPage,
        query=PageQuery,
    ),
)
