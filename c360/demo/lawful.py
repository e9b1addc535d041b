"""Why Harbour & Pine may hold what it holds: purposes, texts, and processing activities."""

from datetime import UTC, datetime
from typing import Any

from consent.models import PolicyVersion, ProcessingActivity, Purpose
from consent.policies import text_hash

PURPOSES: dict[str, dict[str, Any]] = {
    "marketing": {
        "description": "News and offers by e-mail, text, phone and post.",
        "validity_months": 36,
        "dpv_iri": "https://w3id.org/dpv#DirectMarketing",
    },
    "service": {
        "description": "Messages about orders, tickets and the account.",
        "dpv_iri": "https://w3id.org/dpv#CommunicationForCustomerCare",
    },
    "accounts": {
        "name": "Bookkeeping",
        "description": "Invoices and payments, kept because the law says so.",
        "mode": Purpose.Mode.NECESSARY,
        "dpv_iri": "https://w3id.org/dpv#FulfilmentOfObligation",
    },
}
TEXTS: tuple[dict[str, Any], ...] = (
    {
        "purpose_id": "marketing",
        "version": 1,
        "published_at": datetime(2020, 3, 2, 9, tzinfo=UTC),
        "body": "Harbour & Pine would like to send you news and offers. May we?",
        "labels": ["Yes, please", "No, thank you"],
    },
    {
        "purpose_id": "marketing",
        "version": 2,
        "published_at": datetime(2021, 9, 1, 9, tzinfo=UTC),
        "body": (
            "Harbour & Pine would like to send you news and offers from our shops and our web "
            "shop, at most twice a week. You choose how: by e-mail, text message, phone or "
            "post. You can take this back at any time, in one step, in every message we send. "
            "May we?"
        ),
        "labels": ["Yes, please", "No, thank you"],
    },
    {
        "purpose_id": "service",
        "version": 1,
        "published_at": datetime(2020, 3, 2, 9, tzinfo=UTC),
        "body": (
            "We can tell you by text message when your parcel is on its way. These messages "
            "hold no advertising. Would you like them?"
        ),
        "labels": ["Yes, please", "No, thank you"],
    },
)
SECURITY = (
    "Access by role, every look at a customer is logged; values of contacts are masked or "
    "hashed where they need not be read; encrypted back-ups, kept 30 days."
)
PROCESSOR = "Tide Hosting Ltd, processor, United Kingdom"
ACTIVITIES: dict[str, dict[str, Any]] = {
    "Customer relations": {
        "purposes": ["service"],
        "description": "Plans, calls and letters of Customer Relations.",
        "people": ["Customers", "Contacts at companies"],
        "data_categories": ["Names", "Contact details", "Dates of birth", "Plans and notes"],
        "recipients": [PROCESSOR],
        "retention": "Three years after the customer was last seen.",
        "assessment": "LIA-2, 4 March 2024",
    },
    "Orders and deliveries": {
        "purposes": ["service"],
        "description": "Taking orders, sending parcels, taking goods back.",
        "people": ["Customers"],
        "data_categories": ["Names", "Contact details", "Addresses", "Orders and returns"],
        "recipients": ["Northern Parcels Ltd, carrier", PROCESSOR],
        "retention": "Three years after the customer was last seen.",
    },
    "Bookkeeping": {
        "purposes": ["accounts"],
        "description": "Invoices, payments and refunds.",
        "people": ["Customers"],
        "data_categories": ["Names", "Addresses", "Orders and payments"],
        "recipients": ["Bell & Marsh, accountants", "HM Revenue & Customs"],
        "retention": "Seven years, Companies Act 2006, section 388.",
    },
    "Loyalty scheme": {
        "purposes": ["service"],
        "description": "Cards, points and vouchers.",
        "people": ["Card holders"],
        "data_categories": ["Names", "Contact details", "Dates of birth", "Points"],
        "recipients": [PROCESSOR],
        "retention": "Four years after the card was last used.",
        "assessment": "LIA-2, 4 March 2024",
    },
    "Customer service": {
        "purposes": ["service"],
        "description": "Answering who writes, calls or chats.",
        "people": ["Customers", "People who ask"],
        "data_categories": ["Names", "Contact details", "What they asked"],
        "recipients": ["Quayside Support Ltd, processor, Ireland"],
        "transfers": "Ireland: adequacy regulations.",
        "retention": "Three years after the last contact.",
        "assessment": "LIA-1, 11 January 2024",
    },
    "News and offers": {
        "purposes": ["marketing"],
        "description": "The newsletter, the app, text messages, calls and catalogues.",
        "people": ["Subscribers"],
        "data_categories": ["Names", "Contact details", "What they looked at", "Consent"],
        "recipients": ["Gull Mailings Ltd, processor, United Kingdom"],
        "retention": "Two years after the subscriber was last seen.",
        "assessment": "DPIA-3, 20 May 2024",
    },
    "Joining records": {
        "purposes": ["service"],
        "description": "Finding out which records of the five systems are of one person.",
        "people": ["Customers", "Card holders", "Subscribers"],
        "data_categories": ["Names", "Contact details", "Dates of birth", "Card numbers"],
        "recipients": [PROCESSOR],
        "retention": "As long as the records that are joined.",
        "assessment": "LIA-3, 2 May 2024",
    },
}


def make_lawful() -> None:
    """Make what is missing; what somebody changed or published stays as it is."""
    for key, facts in PURPOSES.items():
        purpose, is_new = Purpose.objects.get_or_create(key=key, defaults=facts)
        if not is_new and not purpose.dpv_iri:
            Purpose.objects.filter(pk=key).update(**facts)
    for text in TEXTS:
        facts = {"jurisdiction": "GB", "language": "en", **text}
        found = {name: facts.pop(name) for name in ("purpose_id", "jurisdiction", "language")}
        found["version"] = facts.pop("version")
        facts["body_sha256"] = text_hash(facts["body"])
        PolicyVersion.objects.get_or_create(**found, defaults=facts)
    for name, facts in ACTIVITIES.items():
        _make_activity(name, {"security": SECURITY, **facts})


def _make_activity(name: str, facts: dict[str, Any]) -> None:
    purposes = facts.pop("purposes")
    activity, is_new = ProcessingActivity.objects.get_or_create(name=name, defaults=facts)
    if is_new:
        activity.purposes.set(purposes)
