"""create_app: the only module that knows every page."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import clock, i18n
from app.config import Config
from app.db import db, engine_options, make_engine
from app.installation import open_vault
from app.storage import Storage
from app.vault import Vault
from app.web import (
    auth_account,
    auth_code,
    auth_links,
    auth_pages,
    contacts,
    coverage,
    errors,
    guard,
    health,
    papers,
    preview,
    reviews,
    security,
)
from app.web.admin import audit as admin_audit
from app.web.admin import integrations as admin_integrations
from app.web.admin import integrations_hooks as admin_hooks
from app.web.admin import people as admin_people
from app.web.admin import people_acts as admin_acts
from app.web.agency import checks as agency_checks
from app.web.agency import files as agency_files
from app.web.agency import interviews as agency_interviews
from app.web.agency import views as agency
from app.web.api import routes as api_routes
from app.web.callbacks import calls as call_backs
from app.web.callbacks import links as call_back_links
from app.web.callbacks import records as call_back_records
from app.web.callbacks import results as call_back_results
from app.web.complaints import acts as complaint_acts
from app.web.complaints import codes as complaint_codes
from app.web.complaints import erasing as complaint_erasing
from app.web.complaints import groups as complaint_groups
from app.web.complaints import lists as complaints
from app.web.complaints import page as complaint_page
from app.web.complaints import taking as complaint_taking
from app.web.complaints_papers import announcements as complaint_announcements
from app.web.complaints_papers import figures as complaint_figures
from app.web.complaints_papers import months as complaint_months
from app.web.complaints_papers import plans as complaint_plans
from app.web.complaints_papers import prints as complaint_prints
from app.web.complaints_papers import training as complaint_training
from app.web.desk import calendar as desk_visit_week
from app.web.desk import case_acts, case_sheets, followups, praise, replies, triage, visits
from app.web.desk import doors as desk_doors
from app.web.desk import offline as desk_offline
from app.web.desk import photos as desk_photos
from app.web.desk import visit_record as desk_visit_record
from app.web.entry import (
    keying,
    scan_checks,
    scan_office,
    scan_pages,
    scan_review,
    scans,
)
from app.web.hq import actions as hq_actions
from app.web.hq import alarms as hq_alarms
from app.web.hq import answers as hq_answers
from app.web.hq import bulletins as hq_bulletins
from app.web.hq import calendar as hq_calendar
from app.web.hq import campaigns as hq_campaigns
from app.web.hq import coding as hq_coding
from app.web.hq import company_pages as hq_company
from app.web.hq import evidence as hq_evidence
from app.web.hq import exports as hq_exports
from app.web.hq import forms_book as hq_forms
from app.web.hq import gate_voids as hq_voids
from app.web.hq import gates as hq_gates
from app.web.hq import history as hq_history
from app.web.hq import history_files as hq_history_files
from app.web.hq import household_acts as hq_household_acts
from app.web.hq import household_types as hq_household_types
from app.web.hq import households as hq_households
from app.web.hq import instruments as hq_instruments
from app.web.hq import instruments_drafts as hq_instrument_drafts
from app.web.hq import integrity as hq_integrity
from app.web.hq import integrity_acts as hq_integrity_acts
from app.web.hq import integrity_calls as hq_calls
from app.web.hq import integrity_office as hq_integrity_office
from app.web.hq import letters_book as hq_bundles
from app.web.hq import market as hq_market
from app.web.hq import market_results as hq_market_results
from app.web.hq import market_setup as hq_market_setup
from app.web.hq import messages as hq_messages
from app.web.hq import messages_reach as hq_reach
from app.web.hq import pilots as hq_pilots
from app.web.hq import plan_tasks as hq_plan_tasks
from app.web.hq import plans as hq_plans
from app.web.hq import problem_steps as hq_problem_steps
from app.web.hq import problems as hq_problems
from app.web.hq import promises as hq_promises
from app.web.hq import register as hq_register
from app.web.hq import register_buildings as hq_register_buildings
from app.web.hq import register_places as hq_register_places
from app.web.hq import results as hq_results
from app.web.hq import rights as hq_rights
from app.web.hq import rights_copy as hq_rights_copy
from app.web.hq import rights_timers as hq_rights_timers
from app.web.hq import start as hq_start
from app.web.hq import tracker as hq_tracker
from app.web.hq import words as hq_words
from app.web.interview import views as interview
from app.web.keys import KeyConverter
from app.web.owner import after as owner_after
from app.web.owner import ahead as owner_ahead
from app.web.owner import alarm as owner_alarm
from app.web.owner import board as owner_board
from app.web.owner import call_back as owner_call_back
from app.web.owner import entering as owner_entering
from app.web.owner import guide as owner_guide
from app.web.owner import later as owner_later
from app.web.owner import photos as owner_photos
from app.web.owner import views as owner_views
from app.web.records import views as records
from app.web.repairs import acts as repair_acts
from app.web.repairs import files as repair_files
from app.web.repairs import flags as repair_flags
from app.web.repairs import orders as repairs
from app.web.repairs import rates as repair_rates
from app.web.repairs import tray as repair_tray
from app.web.repairs import visits as repair_visits
from app.web.repairs import watch as repair_watch
from app.web.services import KEY, Services
from app.web.standards import board as standards
from app.web.standards import guide as standard_guide
from app.web.standards import kpi as standard_kpi
from app.web.standards import losses as standard_losses
from app.web.talks import activities as talks_activities
from app.web.talks import board as talks_board
from app.web.talks import committee as talks_committee
from app.web.talks import contacts as talks_contacts
from app.web.talks import forum as talks_forum
from app.web.talks import prints as talks_prints
from app.web.talks import reports as talks_reports
from app.web.talks import talk as talk_acts
from app.web.today import page as today

PAGES = (
    health,
    auth_pages,
    auth_links,
    auth_account,
    auth_code,
    admin_people,
    admin_acts,
    admin_audit,
    admin_integrations,
    admin_hooks,
    owner_entering,
    owner_views,
    owner_ahead,
    owner_later,
    owner_after,
    owner_alarm,
    owner_board,
    owner_guide,
    owner_photos,
    owner_call_back,
    hq_start,
    hq_campaigns,
    hq_plans,
    hq_plan_tasks,
    hq_evidence,
    hq_pilots,
    hq_calendar,
    hq_gates,
    hq_voids,
    hq_integrity,
    hq_integrity_acts,
    hq_calls,
    hq_integrity_office,
    hq_bundles,
    hq_forms,
    hq_messages,
    hq_reach,
    hq_tracker,
    hq_register,
    hq_register_buildings,
    hq_register_places,
    hq_households,
    hq_household_acts,
    hq_household_types,
    hq_rights,
    hq_rights_copy,
    hq_rights_timers,
    hq_market,
    hq_market_setup,
    hq_market_results,
    agency,
    agency_interviews,
    agency_files,
    agency_checks,
    hq_company,
    hq_results,
    hq_exports,
    hq_history,
    hq_history_files,
    hq_alarms,
    hq_words,
    hq_answers,
    hq_bulletins,
    hq_coding,
    hq_problems,
    hq_problem_steps,
    hq_actions,
    hq_promises,
    contacts,
    followups,
    case_acts,
    case_sheets,
    triage,
    praise,
    desk_doors,
    replies,
    desk_photos,
    visits,
    desk_visit_week,
    desk_visit_record,
    desk_offline,
    papers,
    repair_acts,
    repairs,
    repair_visits,
    repair_flags,
    repair_files,
    repair_tray,
    repair_watch,
    repair_rates,
    call_backs,
    call_back_results,
    call_back_records,
    call_back_links,
    complaints,
    complaint_taking,
    complaint_page,
    complaint_acts,
    complaint_codes,
    complaint_groups,
    complaint_erasing,
    complaint_announcements,
    complaint_figures,
    complaint_months,
    complaint_plans,
    complaint_prints,
    complaint_training,
    standards,
    standard_losses,
    standard_guide,
    standard_kpi,
    records,
    talks_board,
    talk_acts,
    talks_forum,
    talks_activities,
    talks_contacts,
    talks_reports,
    talks_prints,
    talks_committee,
    hq_instruments,
    hq_instrument_drafts,
    preview,
    today,
    coverage,
    reviews,
    keying,
    scans,
    scan_pages,
    scan_review,
    scan_checks,
    scan_office,
    interview,
    api_routes,
)


def _open_vault(config: Config) -> Vault:
    engine = make_engine(config.database_url)
    try:
        return open_vault(engine, config.key_file, is_demo=config.demo)
    finally:
        engine.dispose()


def create_app(config: Config) -> Flask:
    """Build the application for these settings. The database must be migrated already.

    Raises:
        VaultKeyError: The key file is not the one the data was sealed with.
        DemoDataError: The database is the demo's and `config.demo` is not set.
    """
    app = Flask("app.web")
    vault = _open_vault(config)
    app.config.update(
        SECRET_KEY=vault.keyed_hash("flask-session", "v1"),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        SESSION_COOKIE_NAME="ls",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        # Only an answer that changed the session sends it: the late answer of a picture or style
        # sheet must not put back what another tab has changed meanwhile.
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=600,
        WTF_CSRF_TIME_LIMIT=None,
        # Over HTTPS the check would ask for a Referer, which our own pages tell browsers to leave
        # out: behind a proxy that says https no form could be sent.
        WTF_CSRF_SSL_STRICT=False,
    )
    if config.proxies:
        # Only the address: host and scheme come from the settings, never from a header.
        fixed = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0)
        app.wsgi_app = fixed  # type: ignore[method-assign]
    app.extensions[KEY] = Services(config, vault, Storage(config.files), clock.now)
    app.jinja_env.globals.update(_=i18n.gettext, config_demo=config.demo, company=config.company)
    app.context_processor(lambda: {"lang": i18n.current_language()})
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    csrf = CSRFProtect(app)
    security.install(app)
    errors.install(app)
    api_routes.install(app, csrf)
    app.url_map.converters["int"] = KeyConverter
    for page in PAGES:
        app.register_blueprint(page.bp)
    guard.check_every_route_is_guarded(app)
    return app
