"""Every page of the product, and how somebody gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import ViewportSize

from tests.e2e.people import Person
from tests.e2e.ways import agents, officers, second_step, stewards

WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=360, height=740)
NOBODY = "P-000000000000"


@dataclass(frozen=True)
class Stop:
    """One page as `who` sees it; `reach` opens it, ready to be looked at."""

    name: str
    who: str
    reach: Callable[[Person], object]

    def __str__(self) -> str:
        return self.name


def at(path: str) -> Callable[[Person], None]:
    return lambda person: person.goes_to(path)


def refused(path: str, status: int) -> Callable[[Person], Any]:
    def reach(person: Person) -> None:
        assert person.is_refused(path, status)

    return reach


STOPS = [
    Stop("sign-in", "", at("/login/")),
    Stop("sign-in-refused", "", agents.sign_in_refused),
    Stop("search", "ana", at("/search/")),
    Stop("search-hits", "ana", agents.hits),
    Stop("search-nobody", "ana", agents.nobody_found),
    Stop("search-suggestions", "ana", agents.suggestions),
    Stop("user-menu", "ana", agents.user_menu),
    Stop("customer", "ana", agents.customer),
    Stop("customer-steward", "sol", agents.customer),
    Stop("customer-why", "ana", agents.popover),
    Stop("customer-reason", "ana", agents.reason),
    Stop("customer-revealed", "ana", agents.revealed),
    Stop("customer-steps", "ana", agents.steps),
    Stop("customer-narrowed", "ana", agents.narrowed),
    Stop("customer-noted", "ana", agents.noted),
    Stop("customer-note-refused", "ana", agents.note_refused),
    Stop("customer-german", "ana", agents.german),
    Stop("relations", "ana", agents.related),
    Stop("wrong", "ana", agents.wrong),
    Stop("propose", "ana", agents.propose),
    Stop("report", "ana", agents.report),
    Stop("report-refused", "ana", agents.report_refused),
    Stop("reports", "ana", at("/reports/")),
    Stop("brief", "ana", agents.brief),
    Stop("embed", "ana", agents.framed),
    Stop("embed-call", "ana", agents.call_of_nobody),
    Stop("settings", "ana", at("/preferences/")),
    Stop("second-step", "otto", second_step.offered),
    Stop("second-step-refused", "otto", second_step.offer_refused),
    Stop("second-step-on", "otto", second_step.turned_on),
    Stop("second-step-kept", "otto", second_step.kept),
    Stop("sign-in-code", "otto", second_step.at_the_code),
    Stop("sign-in-code-refused", "otto", second_step.code_refused),
    Stop("tokens", "ana", at("/tokens/")),
    Stop("token-made", "ana", agents.token_made),
    Stop("interface", "ana", at("/api/")),
    Stop("palette", "sol", agents.palette),
    Stop("keys", "sol", agents.list_of_keys),
    Stop("review", "sol", stewards.pair),
    Stop("review-evidence", "sol", stewards.evidence),
    Stop("review-consent", "sol", stewards.effect),
    Stop("review-group", "sol", stewards.group),
    Stop("split", "sol", stewards.split),
    Stop("split-preview", "sol", stewards.preview),
    Stop("studio-graph", "sol", stewards.graph),
    Stop("studio-compared", "sol", stewards.compared),
    Stop("studio-then", "sol", stewards.then),
    Stop("studio-any-two", "sol", stewards.any_two),
    Stop("studio-lock", "sol", stewards.lock),
    Stop("choose", "sol", stewards.choose),
    Stop("choose-seen", "sol", stewards.choose_seen),
    Stop("choose-refused", "sol", stewards.choose_refused),
    Stop("chosen", "sol", stewards.chosen),
    Stop("quality", "sol", at("/quality/")),
    Stop("notices", "sol", stewards.notices),
    Stop("quality-admin", "ada", at("/quality/")),
    Stop("quality-records", "sol", stewards.figures),
    Stop("history", "sol", stewards.history),
    Stop("how-it-came-about", "sol", stewards.came_about),
    Stop("ledger", "pia", officers.ledger),
    Stop("ledger-day", "pia", officers.day_of_ledger),
    Stop("say", "ana", officers.say),
    Stop("say-refused", "ana", officers.say_refused),
    Stop("consent", "pia", at("/consent/")),
    Stop("consent-filtered", "pia", at("/consent/?channel=email&decision=granted")),
    Stop("consent-proof", "pia", officers.proof),
    Stop("consent-correct", "pia", officers.correction),
    Stop("own-data", "pia", officers.own_data),
    Stop("own-data-report", "pia", officers.own_data_report),
    Stop("purposes", "pia", at("/consent/purposes/")),
    Stop("purpose", "pia", officers.purpose),
    Stop("texts", "pia", at("/consent/texts/")),
    Stop("text", "pia", officers.draft),
    Stop("activities", "pia", at("/consent/activities/")),
    Stop("activity", "pia", officers.activity),
    Stop("bases", "pia", at("/consent/bases/")),
    Stop("no-role", "otto", at("/")),
    Stop("rules", "sol", stewards.rules),
    Stop("rules-draft", "sol", stewards.rules_draft),
    Stop("rules-report", "sol", stewards.rules_report),
    Stop("values", "sol", stewards.values),
    Stop("values-draft", "sol", stewards.values_draft),
    Stop("values-draft-refused", "sol", stewards.values_draft_refused),
    Stop("values-version", "sol", stewards.values_version),
    Stop("values-report", "sol", stewards.values_report),
    Stop("values-examples", "sol", stewards.values_examples),
    Stop("refused-403", "ana", refused("/review/", 403)),
    Stop("nothing-404", "ana", refused(f"/c/{NOBODY}/", 404)),
    Stop("audit", "pia", at("/audit/")),
    Stop("audit-customer", "pia", officers.who_looked),
    Stop("audit-admin", "ada", at("/audit/")),
    Stop("admin", "ada", at("/admin/")),
    Stop("admin-sources", "ada", at("/admin/profiles/source/")),
    Stop("admin-source", "ada", officers.source),
    Stop("admin-token", "ada", officers.token),
    Stop("admin-quarantine", "ada", officers.quarantine),
    Stop("admin-people", "ada", at("/admin/c360/user/")),
]
