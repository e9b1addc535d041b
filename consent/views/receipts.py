"""Proof of one statement: the text shown, its place in the chain, and the receipt."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from c360.http import StaffRequest
from c360.showing import Action, note_access, shows
from consent.models import LedgerEntry
from consent.stating.proof import EvidenceAltered, EvidenceGone, evidence_of
from consent.stating.receipts import receipt
from consent.stating.threads import NoReceipt, thread_of

SEE_LEDGER = "consent.view_ledgerentry"


def _entry(entry_id: UUID) -> LedgerEntry:
    found = LedgerEntry.objects.select_related(
        "record__source", "record__membership", "purpose", "policy_version", "actor", "corrects"
    )
    entry = get_object_or_404(found, entry_id=entry_id)
    note_access(records=[entry.record_id])
    return entry


@shows(Action.VIEW)
@require_http_methods(["GET", "POST"])
@permission_required(SEE_LEDGER, raise_exception=True)
def proof(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """All that proves one statement; its evidence only when asked for by POST."""
    entry = _entry(entry_id)
    later = LedgerEntry.objects.filter(corrects=entry).select_related("record__source", "actor")
    context: dict[str, Any] = {
        "entry": entry,
        "later": later.order_by("pk"),
        "has_receipt": bool(entry.purpose_id and entry.channel),
        "row_hash": bytes(entry.row_hash).hex(),
    }
    if request.method == "POST":
        note_access(action=Action.REVEAL, fields=["evidence"])
        context["evidence"] = _evidence_words(entry)
    return render(request, "consent/proof.html", context)


def _evidence_words(entry: LedgerEntry) -> str:
    """The evidence as people read it, or why there is none."""
    try:
        found = evidence_of(entry)
    except EvidenceGone:
        return _("It can no longer be read: its key was destroyed.")
    except EvidenceAltered:
        return _("It is not what the ledger committed to. Somebody changed it.")
    if found is None:
        return _("None came with this statement.")
    return json.dumps(found.payload, indent=2, ensure_ascii=False, sort_keys=True)


@shows(Action.EXPORT)
@require_GET
@permission_required(SEE_LEDGER, raise_exception=True)
def jsonld(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """The receipt of one statement by ISO/IEC TS 27560."""
    try:
        thread, event = thread_of(_entry(entry_id))
    except NoReceipt as problem:
        raise Http404 from problem
    answer = JsonResponse(
        receipt(thread, event, now=timezone.now()),
        content_type="application/ld+json",
        json_dumps_params={"indent": 1, "ensure_ascii": False},
    )
    answer["Content-Disposition"] = f'attachment; filename="receipt-{entry_id}.jsonld"'
    return answer
