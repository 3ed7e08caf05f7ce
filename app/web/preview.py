"""The real pages of an owner for a home that does not exist: head office looks, nothing is stored.

The pages are made by the owner face itself; only their addresses lead back here. What is posted
is checked like an owner's answer and forgotten. The frame may stand on our own page and nowhere
else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import LANGUAGES, set_language
from app.i18n import gettext as _
from app.reports.specimen_orders import SpecimenOrder, find_specimen, order_specimen
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.instrument.answers import AnswerProblem, AnswersError
from app.surveys.instrument.flow import ELDER, FORMS, FULL, OfferError, make_offer
from app.surveys.instrument.model import Instrument, ItemRole
from app.surveys.register.models import Community
from app.web.auth import require_role
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.hq.instruments_forms import LookForm
from app.web.hq.instruments_shown import offered_numbers
from app.web.hq.instruments_words import language_name
from app.web.owner import quiet, screens
from app.web.owner.forms import SubmitForm
from app.web.owner.pages import Step, list_steps
from app.web.owner.visitor import Visit
from app.web.questionnaires import Source, find_source
from app.web.security import CONTENT_SECURITY_POLICY
from app.web.services import services
from app.web.transaction import transaction

bp = Blueprint("preview", __name__, url_prefix="/hq/preview")

ALL, NONE = "all", "none"
_OF_STAFF = frozenset({"preview.paper"})
_OWNER = '"/a/'
_AFTER = re.compile(r' data-after="[^"]*"')
_OPTIONS = re.compile(r"(full|elder)\.(\d{1,2})\.(\d{1,3})\.(all|none)\.(js|plain)\.([A-Za-z-]+)")
_IN_FRAME = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
_WITHOUT_SCRIPT = _IN_FRAME.replace("script-src 'self'", "script-src 'none'")
_HOLDS_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"


@dataclass(frozen=True, slots=True)
class Look:
    """What a preview shows.

    Attributes:
        form: ``full`` or ``elder``.
        areas: Areas asked in depth.
        block: Index of the block.
        met: Whether every condition applies to the home, or none.
        script: Whether the browser runs scripts.
        language: Language of the pages.
    """

    form: str
    areas: int
    block: int
    met: str
    script: str
    language: str

    def __str__(self) -> str:
        """Write it as a part of an address."""
        return f"{self.form}.{self.areas}.{self.block}.{self.met}.{self.script}.{self.language}"


@bp.get("/<key>/")
@require_role(Role.HEAD_OFFICE)
def show(key: str) -> Response:
    """Show the phone beside the file, and the door to the paper form."""
    source = find_source(key)
    form = _look_form(source.instrument)
    look = _chosen(source.instrument, form)
    steps = _steps(source.instrument, look)
    page = render_template(
        "hq/instruments_preview.html",
        source=source,
        form=form,
        act=Form(),
        options=str(look),
        address=url_for(".landing", key=key, options=str(look)),
        lines=source.text.split("\n"),
        pages=[
            (
                step.name,
                step.title(look.language),
                _line_of(source.text, step.section.id),
                _address(key, look, step.name),
            )
            for step in steps
        ],
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = _HOLDS_FRAME
    return answer


@bp.post("/<key>/<options>/paper")
@require_role(Role.HEAD_OFFICE)
def order_paper(key: str, options: str) -> Response:
    """Ask the worker for the paper form of this look."""
    if not Form().validate():
        abort(400)
    order = _order(find_source(key), options)
    with transaction() as session:
        order_specimen(session, order, now=services().now())
    return redirect(url_for(".paper", key=key, options=options), 303)


@bp.get("/<key>/<options>/paper")
@require_role(Role.HEAD_OFFICE)
def paper(key: str, options: str) -> str:
    """Say that the paper form is being made, or where it is, or what cannot be printed."""
    source = find_source(key)
    found = find_specimen(services().config.instance, _order(source, options).name)
    return render_template(
        "hq/instruments_paper.html", source=source, options=options, found=found, form=Form()
    )


@bp.get("/<key>/<options>/paper.pdf")
@require_role(Role.HEAD_OFFICE)
def fetch_paper(key: str, options: str) -> Response:
    """Send the paper form."""
    source = find_source(key)
    found = find_specimen(services().config.instance, _order(source, options).name)
    if found is None or not found.content:
        abort(404)
    name = f"{source.instrument.code}-v{source.instrument.version}-{options}.pdf"
    return attachment(found.content, "application/pdf", name)


@bp.get("/<key>/<options>/a/")
@require_role(Role.HEAD_OFFICE)
def landing(key: str, options: str) -> Response:
    """Show the start page."""
    visit, look = _visit(find_source(key), options)
    if _wants_other(look) is not None:
        return _other(key, look, "")
    steps = _steps(visit.instrument, look)
    page, status = screens.landing(visit, steps=steps, raw={}, is_extended=False, can_resume=False)
    return _framed(page, status, key, look)


@bp.get("/<key>/<options>/a/review")
@require_role(Role.HEAD_OFFICE)
def review(key: str, options: str) -> Response:
    """Show the page before sending; what was answered is forgotten already."""
    visit, look = _visit(find_source(key), options)
    if _wants_other(look) is not None:
        return _other(key, look, "review")
    steps = _steps(visit.instrument, look)
    page, status = screens.review(visit, SubmitForm(), steps=steps, raw={})
    return _framed(page, status, key, look)


@bp.get("/<key>/<options>/a/<path:name>")
@require_role(Role.HEAD_OFFICE)
def page(key: str, options: str, name: str) -> Response:
    """Show one page of the form."""
    visit, look = _visit(find_source(key), options)
    steps = _steps(visit.instrument, look)
    step = _find(steps, name)
    if _wants_other(look) is not None:
        return _other(key, look, name)
    if step is None:
        return _end(visit, key, look)
    form = step.filled(visit.instrument, look.language, {})
    content, status = screens.form_page(visit, step, form, steps=steps)
    return _framed(content, status, key, look)


@bp.post("/<key>/<options>/a/<path:name>")
@require_role(Role.HEAD_OFFICE)
def save(key: str, options: str, name: str) -> Response:
    """Check a page as an owner's is checked, forget it, and go on."""
    visit, look = _visit(find_source(key), options)
    steps = _steps(visit.instrument, look)
    step = _find(steps, name)
    if _wants_other(look) is not None:
        return _other(key, look, name)
    if step is None:
        return _end(visit, key, look)
    form = step.form_class(visit.instrument, look.language)()
    is_skipped = request.form.get("skip") is not None
    posted = {field: [] for field in form.asked} if is_skipped else form.raw()
    if not is_skipped:
        form.refuse(_problems(visit, step, posted))
    if form.has_problems:
        if quiet.is_quiet():
            return quiet.refused(form)
        content, status = screens.form_page(visit, step, form, steps=steps, status=422)
        return _framed(content, status, key, look)
    place = [one.name for one in steps].index(step.name) + 1
    after = _address(key, look, steps[place].name if place < len(steps) else "review")
    if quiet.is_quiet():
        return quiet.saved(after, steps, stamp="")
    return redirect(after, 303)


def _look_form(instrument: Instrument) -> LookForm:
    form = LookForm(request.args)
    form.form.choices = [(FULL, _("Normal form")), (ELDER, _("Large text"))]
    form.areas.choices = [(str(one), str(one)) for one in offered_numbers(instrument)]
    count = 1 if instrument.blocks is None else len(instrument.blocks.blocks)
    form.block.choices = [(str(one), str(one + 1)) for one in range(count)]
    form.language.choices = [
        (one, language_name(one)) for one in instrument.languages if one in LANGUAGES
    ] or [(LANGUAGES[0], language_name(LANGUAGES[0]))]
    form.met.choices = [(ALL, _("all apply")), (NONE, _("none applies"))]
    form.script.choices = [("js", _("with scripts")), ("plain", _("without scripts"))]
    for field in form:
        allowed = [value for value, _words in field.choices]
        field.data = field.data if field.data in allowed else allowed[0]
    return form


def _chosen(instrument: Instrument, form: LookForm) -> Look:
    look = Look(
        form=form.form.data,
        areas=int(form.areas.data),
        block=int(form.block.data),
        met=form.met.data,
        script=form.script.data,
        language=form.language.data,
    )
    if look.form == ELDER:  # one short form, whatever the community
        look = replace(look, areas=offered_numbers(instrument)[0])
    return look


def _order(source: Source, options: str) -> SpecimenOrder:
    look = _read_look(options)
    return SpecimenOrder(source.instrument, look.form, look.block, look.areas, look.language)


def _read_look(options: str) -> Look:
    """Return the look an address names, or answer 404."""
    found = _OPTIONS.fullmatch(options)
    if found is None or found[6] not in LANGUAGES:
        abort(404)
    return Look(found[1], int(found[2]), int(found[3]), found[4], found[5], found[6])


def _visit(source: Source, options: str) -> tuple[Visit, Look]:
    """Make the visit of a home that is nowhere in the database."""
    look = _read_look(options)
    set_language(look.language)
    today = beijing_date(services().now())
    try:
        offer = make_offer(source.instrument, block=look.block, areas_offered=look.areas)
    except OfferError:
        abort(404)
    visit = Visit(
        member=FrameMember(id=0, building="8", room="0801"),
        campaign=Campaign(
            id=0,
            title=_("Preview"),
            title_en="Preview",
            opens_on=today,
            closes_on=today + timedelta(days=14),
        ),
        gate=Gate(id=0, areas_offered=look.areas),
        community=Community(id=0, name=_("A community")),
        instrument=source.instrument,
        offer=offer,
        device="preview",
        key="preview",
        form=look.form,
        receipt=None,
        entrance=None,
    )
    return visit, look


def _steps(instrument: Instrument, look: Look) -> tuple[Step, ...]:
    answers: Mapping[str, int] = {}
    if look.met == ALL:
        answers = {one.code: 1 for one in instrument.items if one.role is ItemRole.EXPERIENCE}
    offer = make_offer(instrument, block=look.block, areas_offered=look.areas)
    return list_steps(instrument, offer, look.form, answers)


def _find(steps: tuple[Step, ...], name: str) -> Step | None:
    return next((step for step in steps if step.name == name), None)


def _problems(visit: Visit, step: Step, posted: Mapping[str, list[str]]) -> list[AnswerProblem]:
    try:
        visit.check(posted)
    except AnswersError as error:
        return list(error.problems)
    if step.section.required and not any(posted.values()):
        return [AnswerProblem(step.items[0].code, "blank")]
    return []


def _wants_other(look: Look) -> Look | None:
    """Return the look a link inside the page asks for: another language or size."""
    wanted = replace(
        look,
        form=request.args.get("form", look.form),
        language=request.args.get("words", look.language),
    )
    is_known = wanted.form in FORMS and wanted.language in LANGUAGES
    return wanted if is_known and wanted != look else None


def _other(key: str, look: Look, name: str) -> Response:
    wanted = _wants_other(look) or look
    return redirect(_address(key, wanted, name), 303)


def _address(key: str, look: Look, name: str) -> str:
    return url_for(".landing", key=key, options=str(look)) + name


def _end(visit: Visit, key: str, look: Look) -> Response:
    """Say that the preview ends here: sending, photos and other ways out are not part of it."""
    content, status = screens.message(
        _("The preview ends here"),
        [_("Nothing was sent or stored.")],
        visit=visit,
        link=(url_for("owner.landing"), _("Begin again")),
    )
    return _framed(content, status, key, look)


def _framed(content: str, status: int, key: str, look: Look) -> Response:
    """Return a page of an owner with its addresses leading back here."""
    prefix = f'"{_address(key, look, "")}'
    content = _AFTER.sub(' data-after=""', content)  # nothing is fetched ahead
    content = content.replace(_OWNER, prefix).replace("?lang=", "?words=")
    answer = make_response(content, status)
    is_plain = look.script == "plain"
    answer.headers["Content-Security-Policy"] = _WITHOUT_SCRIPT if is_plain else _IN_FRAME
    return answer


def _line_of(text: str, section: str) -> int:
    """Return the line at which a section begins."""
    found = re.search(rf"^\s*-?\s*id:\s*{re.escape(section)}\s*$", text, re.MULTILINE)
    return 1 if found is None else text.count("\n", 0, found.end()) + 1


@bp.context_processor
def _words_of_templates() -> dict[str, object]:
    """Give the owner's templates what all of them need, without a browser of an owner."""
    options = (request.view_args or {}).get("options", "")
    if not options or request.endpoint in _OF_STAFF:
        return {}
    is_elder = options.startswith(ELDER)
    own = {"elder": is_elder, "keep": "", "here": "", "photo_count": lambda: 0}
    return {**screens.template_words(), **own}
