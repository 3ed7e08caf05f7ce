"""Rendering of the owner pages: every page a person can end up on, with its status."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from flask import render_template, request, url_for
from markupsafe import Markup, escape

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.instrument.answers import AnswerProblem, AnswersError
from app.surveys.instrument.flow import ELDER, promised_minutes
from app.surveys.instrument.model import PHRASE_MARK, ItemRole
from app.surveys.response.leftovers.services import is_words_alone
from app.surveys.response.models import Response
from app.web.instrument_forms import InstrumentForm, problem_words
from app.web.owner import pages, quiet
from app.web.owner.forms import LeaveForm, SubmitForm
from app.web.owner.pages import Raw, Step
from app.web.owner.stamps import make_stamp
from app.web.owner.visitor import Visit, chosen_form
from app.web.services import services

Page = tuple[str, int]
REVIEW = "review"
_BEHIND = {  # the page to look at behind each address that takes a form
    "owner.save": "owner.page",
    "owner.submit": "owner.review",
    "owner_in.forget": "owner_in.not_mine",
    "owner_in.open_code": "owner_in.ask_code",
    "owner_later.carry_on": "owner_later.ask",
    "owner_later.make_code": "owner_later.show",
    "owner_alarm.send": "owner_alarm.ask",
    "owner_call_back.send": "owner_call_back.show",
}


class Kept(Enum):
    """What a phone goes on keeping of the answers that the server does not have yet."""

    OWN = auto()  # those of the home it answers for now
    ALL = auto()  # those just sent and refused, too
    NOTHING = auto()


def template_words() -> dict[str, object]:
    """Give the templates of the owner face what all of them need.

    Never reads the posted form: the page that refuses a body is made here too.
    """
    return {
        "elder": chosen_form() == ELDER,
        "keep": _kept(request.args.get("go", "")),
        "here": _here(),
        "phrases": phrases,
        "plain": lambda text: text.replace(PHRASE_MARK, ""),
        "short_name": pages.short_name,
        "role_hint": pages.role_hint,
        "url_of": url_of,
    }


def phrases(text: str) -> Markup:
    """Let a heading break at its phrase marks, and only there."""
    return escape(text).replace(PHRASE_MARK, Markup("<wbr>"))


def url_of(step: str) -> str:
    """Return the address of a page of the form."""
    section, _slash, area = step.partition("/")
    return url_for("owner.page", section=section, area=area or None)


def _kept(go: str) -> str:
    """Return what links to the same page in another language or size carry along."""
    return f"&go={REVIEW}" if go == REVIEW else ""


def _here() -> str:
    """Return the address the present page can be looked at; empty when it is the present one.

    A page that answers a sent form stands at an address that often takes nothing but forms.
    """
    if request.method != "POST":
        return ""
    behind = _BEHIND.get(request.endpoint or "", "owner.landing")
    return url_for(behind, **(request.view_args or {}))


def home_key(visit: Visit) -> str:
    """Name a home in the browser's own storage, without telling anything about it."""
    return services().vault.keyed_hash("device", f"home:{visit.member.id}").hex()[:16]


def landing(
    visit: Visit,
    *,
    steps: Sequence[Step],
    raw: Raw,
    is_extended: bool,
    can_resume: bool,
    is_draft_counted: bool = False,
) -> Page:
    """Show whose home it is, how long it takes, until when, and who sees what."""
    language = current_language()
    blank = next((s for s in steps if not any(raw.get(name) for name in _names(visit, s))), None)
    start = (blank or steps[0]).name
    return render(
        "landing",
        visit,
        title=visit.instrument.title.plain(language),
        headline=visit.words("landing_heading", language),
        not_mine=visit.words("landing_not_mine", language) or _("Not my home"),
        privacy=[
            (_("Your scores"), visit.words("privacy_scores", language)),
            (_("Your comments"), visit.words("privacy_comments", language)),
        ],
        protection=visit.words("privacy_protection", language),
        campaign=campaign_title(visit.campaign),
        minutes=promised_minutes(
            visit.instrument, areas_offered=visit.gate.areas_offered, form=visit.form
        ),
        deadline=pages.day_words(visit.campaign.closes_on),
        is_extended=is_extended,
        has_begun=bool(raw),
        can_resume=can_resume,
        is_draft_counted=is_draft_counted,
        start=url_of(start) if blank or not raw else url_for("owner.review"),
    )


def form_page(
    visit: Visit,
    step: Step,
    form: InstrumentForm,
    *,
    steps: Sequence[Step],
    order_question: str | None = None,
    status: int = 200,
) -> Page:
    """Show one page of the form."""
    language = current_language()
    place = [one.name for one in steps].index(step.name)
    is_change = request.values.get("go") == REVIEW
    before = url_of(steps[place - 1].name) if place else url_for("owner.landing")
    templates = {"tolerance": "tolerance", "comment": "comment"}
    area = step.area
    return render(
        templates.get(step.section.kind, "section"),
        visit,
        status,
        step=step,
        form=form,
        title=step.title(language),
        heading=step.section.text.in_language(language),
        section_hint=step.section.hint.in_language(language) if step.section.hint else "",
        area_hint=area.hint.in_language(language) if area else "",
        area_names=_area_names(visit, form, language),
        is_deck=pages.is_deck(form),
        is_fork=pages.is_fork(visit.instrument, step),
        is_long=any(asked.item.attribute for asked in form.asked.values()),
        shown=make_stamp(visit),
        number=place + 1,
        total=len(steps) + 1,
        after=url_of(steps[place + 1].name) if place + 1 < len(steps) and not is_change else "",
        plan=quiet.plan_of(steps),
        back=url_for("owner.review") if is_change else before,
        go=REVIEW if is_change else "",
        keep=_kept(REVIEW if is_change else ""),
        order_question=order_question,
        tolerance_words=pages.tolerance_words() if area else "",
    )


def review(
    visit: Visit,
    form: SubmitForm,
    *,
    steps: Sequence[Step],
    raw: Raw,
    is_later: bool = False,
    status: int = 200,
) -> Page:
    """Show every answer once more, what is still missing, and that it will not count."""
    language = current_language()
    try:
        visit.check(raw, final=True)
        problems: Sequence[AnswerProblem] = ()
    except AnswersError as error:
        problems = error.problems
    return render(
        "review",
        visit,
        status,
        form=form,
        heading=visit.words("review_heading", language),
        text=visit.words("review_text", language),
        groups=pages.review_groups(visit.instrument, steps, raw, language),
        problems=[(problem_words(one), _step_of(one, steps)) for one in problems],
        wish_words=_wish_words(raw),
        number=len(steps) + 1,
        total=len(steps) + 1,
        back=url_of(steps[-1].name),
        key=visit.key,
        is_later=is_later,
    )


def not_open(visit: Visit) -> Page:
    """Say when the survey opens."""
    return message(
        _("The survey has not begun yet"),
        [
            _(
                "You can answer from {day} on, with this same link.",
                day=pages.day_words(visit.campaign.opens_on),
            )
        ],
        visit=visit,
    )


def closed(
    visit: Visit,
    *,
    is_unsaved: bool = False,
    counted: Response | None = None,
    shown: Response | None = None,
) -> Page:
    """Say that the survey is over and what became of what was sent or saved.

    Args:
        visit: The home on this device.
        is_unsaved: Something was just sent and not taken.
        counted: A draft of the home that was counted, whichever phone it was saved on.
        shown: What this phone may look at.
    """
    has_words = shown is not None and is_words_alone(shown)
    is_others = counted is not None and shown is None
    receipt = _("What I wrote, and the reply") if has_words else _("My receipt")
    link = (url_for("owner_after.receipt"), receipt) if shown is not None else None
    if is_others:
        link = (url_for("owner_alarm.ask"), _("This was not us"))
    return message(
        _("The survey has closed"),
        [
            visit.words("closed_text", current_language()),
            _("It closed on {day}.", day=pages.day_words(visit.campaign.closes_on)),
            _("What you just sent came too late and was not taken.") if is_unsaved else "",
            _(
                "What your home had saved on a phone by {moment} was counted. It was not sent.",
                moment=pages.moment_words(counted.received_at),
            )
            if counted is not None
            else "",
            _(
                "You had not sent your answers. What you wrote was kept all the same: it is read "
                "and followed up. Your scores were neither kept nor counted."
            )
            if has_words
            else "",
            _("It was not saved on this phone, so nobody sees it here.") if is_others else "",
        ],
        visit=visit,
        link=link,
    )


def other_home(visit: Visit) -> Page:
    """Say that the link of another home was opened meanwhile, and that nothing was saved."""
    return render(
        "message",
        None,
        409,
        title=_("Another home's survey is open in this browser"),
        home=visit.home,
        paragraphs=[
            _(
                "The page you sent belongs to another home, so nothing of it was saved. "
                "What you had sent before is still there."
            ),
            _(
                "To go on for that other home, open the link on its letter once more. "
                "Finish one home before you open the next."
            ),
        ],
        link=(url_for("owner.landing"), _("Go on for {home}", home=visit.home)),
        here=url_for("owner.landing"),
        refused=True,
    )


def lost() -> Page:
    """Say that this browser no longer knows whose home it is."""
    return message(
        _("Please open your link once more"),
        [
            _("This phone no longer knows which home you answer for."),
            _(
                "Scan the code on your letter, or tap the link you were sent. "
                "What you had saved on this phone is still there."
            ),
        ],
        status=403,
        kept=Kept.ALL,
    )


def failure(title: str, words: str, status: int) -> Page:
    """Show a calm page for a request that could not be taken."""
    link = (url_for("owner.landing"), _("Back to my survey"))
    return message(title, [words], status=status, link=link, kept=Kept.ALL)


def campaign_title(campaign: Campaign) -> str:
    """Return the name of the campaign in the language of the moment."""
    return campaign.title_en if current_language() == "en" else campaign.title


def message(
    title: str,
    paragraphs: Sequence[str],
    *,
    status: int = 200,
    visit: Visit | None = None,
    form: LeaveForm | None = None,
    button: str = "",
    link: tuple[str, str] | None = None,
    kept: Kept = Kept.OWN,
) -> Page:
    """Show a page of a few words, with a button or a link to go on."""
    return render(
        "message",
        visit,
        status,
        title=title,
        paragraphs=[words for words in paragraphs if words],
        form=form,
        button=button,
        link=link,
        clears=kept is Kept.NOTHING,
        refused=kept is Kept.ALL,
    )


def render(template: str, visit: Visit | None, status: int = 200, **values: object) -> Page:
    """Show a page of the owner with the home it is about, if any."""
    known: dict[str, object] = {}
    if visit is not None:
        known = {"home": visit.home, "home_key": home_key(visit)}
    return render_template(f"owner/{template}.html", **known, **values), status


def _names(visit: Visit, step: Step) -> Sequence[str]:
    return tuple(step.form_class(visit.instrument, current_language()).asked)


def _area_names(visit: Visit, form: InstrumentForm, language: str) -> Mapping[str, str]:
    """Name the area above each statement about a detail of it."""
    return {
        name: visit.instrument.area(asked.item.area).name.plain(language)
        for name, asked in form.asked.items()
        if asked.item.attribute and asked.item.area
    }


def _step_of(problem: AnswerProblem, steps: Sequence[Step]) -> str | None:
    for step in steps:
        if problem.item == step.section.id or problem.item in {i.code for i in step.items}:
            return step.name
    return None


def _wish_words(raw: Raw) -> list[str]:
    """Say before sending who will know what."""
    scores = _("The management office cannot see the scores of your home.")
    wish = "".join(raw.get(ItemRole.CONTACT.value, ()))
    who = {
        "office_or_hq": _("The management office and the head office can read what you wrote."),
        "hq_only": _("Only the head office learns who wrote your comment."),
        "no_reply": _("You have asked for no reply."),
    }.get(wish)
    return [scores, who] if who else [scores]
