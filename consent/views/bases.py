"""What every source may be used for, attribute by attribute, and what lacks a basis."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from c360.http import StaffRequest
from c360.showing import shows_no_customer_data
from consent.bases import declare, mapped_attributes
from consent.forms import BasisForm
from consent.models import FieldBasis
from profiles.mappings.declarations import DeclaredBasis
from profiles.models import Source

SEE, ADD = "consent.view_fieldbasis", "consent.add_fieldbasis"


@dataclass(frozen=True)
class Attribute:
    """One attribute of a source; `is_mapped` is false where nothing is read into it now."""

    name: str
    is_mapped: bool
    bases: list[FieldBasis]


@dataclass(frozen=True)
class SourceBases:
    """A source with all its attributes, those without a basis first."""

    source: Source
    attributes: list[Attribute]

    @property
    def missing(self) -> list[str]:
        return [each.name for each in self.attributes if each.is_mapped and not each.bases]


@shows_no_customer_data
@require_http_methods(["GET", "POST"])
@permission_required(SEE, raise_exception=True)
def bases(request: StaffRequest) -> HttpResponse:
    """List the bases of every source, and take a basis for several attributes at once."""
    if request.method == "POST":
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        form = BasisForm(request.POST)
        if form.is_valid():
            return _declared(request, form)
        form.describe()
        return _page(request, form, status=422)
    asked = Source.objects.filter(slug=request.GET.get("source", "")).first()
    return _page(request, BasisForm(initial=_initial(asked)))


def _initial(source: Source | None) -> dict[str, str]:
    if source is None:
        return {}
    return {"source": source.slug, "attributes": ", ".join(_bases_of(source).missing)}


def _page(request: StaffRequest, form: BasisForm, *, status: int = 200) -> HttpResponse:
    sources = [_bases_of(source) for source in Source.objects.all()]
    missing = sum(len(each.missing) for each in sources)
    context = {"sources": sources, "missing": missing, "form": form}
    context["may_add"] = request.user.has_perm(ADD)
    return render(request, "consent/bases.html", context, status=status)


def _declared(request: StaffRequest, form: BasisForm) -> HttpResponse:
    facts = form.cleaned_data
    activity = facts["activity"]
    stored = declare(
        facts["source"],
        [
            DeclaredBasis(
                attribute=name,
                purpose=facts["purpose"].key,
                basis=facts["basis"],
                retention_days=facts["retention_days"],
                special_condition=facts["special_condition"],
                reference=facts["reference"],
                activity=activity.name if activity else "",
            )
            for name in facts["attributes"]
        ],
    )
    told = ngettext("%d basis declared.", "%d bases declared.", stored) % stored
    messages.success(request, _("%(source)s: %(told)s") % {**facts, "told": told})
    return redirect("consent:bases")


def _bases_of(source: Source) -> SourceBases:
    """A source's attributes, in the order of its mapping. Two queries."""
    held: dict[str, list[FieldBasis]] = {}
    rows = source.field_bases.select_related("purpose", "activity")
    for row in rows.order_by("attribute", "purpose"):
        held.setdefault(row.attribute, []).append(row)
    mapped = mapped_attributes(source)
    names = [*mapped, *(name for name in held if name not in mapped)]
    found = [Attribute(name, name in mapped, held.get(name, [])) for name in names]
    return SourceBases(source, sorted(found, key=lambda each: bool(each.bases)))
