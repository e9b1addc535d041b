"""Sources in the admin: settings, tokens, mappings and what could not be read.

Nothing here shows customer data: of a row in quarantine only where it stood and what is wrong.
Records, events and profiles are never registered.
"""

import json
from typing import Any

import phonenumbers
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from c360.sentences import in_words
from profiles.models import Event, QuarantinedRow, Source, SourceRecord, SourceToken
from profiles.tokens import TokensChanged, newest_valid, renew_token, revoke_token

ROWS_SHOWN = 200
IS_KEPT = gettext_lazy(
    "%(source)s has sent data, so it cannot be deleted. Untick “Is active” instead: nothing "
    "more is taken from it then."
)


class SourceForm(forms.ModelForm):
    """Settings of a source."""

    class Meta:
        model = Source
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean_region(self) -> str:
        """Two letters telephone numbers are known for, in capitals."""
        region: str = self.cleaned_data["region"].upper()
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError(_("Give a country as two letters, such as GB or DE."))
        return region


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    """One page per source; its slug is what senders write, so it never changes."""

    form = SourceForm
    change_form_template = "admin/profiles/source/change_form.html"
    list_display = (
        "name",
        "stage",
        "trust_class",
        "owner",
        "newest",
        "live_records",
        "in_quarantine",
        "is_active",
    )
    list_filter = ("is_active", "stage")
    search_fields = ("name", "slug", "owner")
    actions = None
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "owner", "is_active")}),
        (
            gettext_lazy("How far it is trusted"),
            {"fields": ("stage", "trust_class", "priority")},
        ),
        (gettext_lazy("How it is read"), {"fields": ("region", "max_age_days")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """Sources with the figures of the list, all in one query."""
        records = SourceRecord.objects.filter(source=OuterRef("pk"))
        rows = QuarantinedRow.objects.filter(source=OuterRef("pk"), settled_at=None)
        sources: QuerySet[Source] = super().get_queryset(request)
        return sources.annotate(
            newest=Subquery(records.order_by("-received_at").values("received_at")[:1]),
            live_records=_counted(records.live()),
            in_quarantine=_counted(rows),
        )

    @admin.display(description=gettext_lazy("Newest data"), ordering="newest")
    def newest(self, source: Any) -> Any:
        return source.newest

    @admin.display(description=gettext_lazy("Live records"), ordering="live_records")
    def live_records(self, source: Any) -> Any:
        return source.live_records

    @admin.display(description=gettext_lazy("In quarantine"), ordering="in_quarantine")
    def in_quarantine(self, source: Any) -> Any:
        return source.in_quarantine

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return {} if obj else {"slug": ("name",)}

    def response_post_save_add(self, request: HttpRequest, obj: Source) -> HttpResponseRedirect:
        """Go on to the source's own page, where its first token is made."""
        return HttpResponseRedirect(_page("change", obj))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        source = self.get_object(request, object_id)
        more = self._parts(request, source) if source else {}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **more}
        )

    def _parts(self, request: HttpRequest, source: Source) -> dict[str, Any]:
        """What the page shows below the form."""
        user = request.user
        mappings = source.mappings.order_by("reads", "-version")
        return {
            "show_delete": not has_data(source),
            "tokens": source.tokens.order_by("-created_at", "-pk"),
            "newest_token": newest_valid(source),
            "may_see_tokens": user.has_perm("profiles.view_sourcetoken"),
            "may_renew": user.has_perm("profiles.add_sourcetoken"),
            "may_revoke": user.has_perm("profiles.change_sourcetoken"),
            "mappings": [(each, pretty(each.spec)) for each in mappings],
        }

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Delete a source that never sent anything; refuse others before listing anything."""
        source = self.get_object(request, object_id)
        if source is None or not has_data(source):
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, source):
            raise PermissionDenied
        self.message_user(request, IS_KEPT % {"source": source}, messages.ERROR)
        return redirect(_page("change", source))

    def get_urls(self) -> list[Any]:
        guarded = self.admin_site.admin_view
        return [
            path("<int:pk>/token/", guarded(self.renew), name="profiles_source_renew"),
            path(
                "<int:pk>/token/<int:token>/revoke/",
                guarded(self.revoke),
                name="profiles_source_revoke",
            ),
            path(
                "<int:pk>/quarantine/",
                guarded(self.quarantine),
                name="profiles_source_quarantine",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def renew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a token and show its secret, in this one answer and nowhere else."""
        _ask(request, "profiles.add_sourcetoken")
        source = get_object_or_404(Source, pk=pk)
        seen = request.POST.get("newest", "")
        try:
            secret = renew_token(source, newest_seen=int(seen) if seen.isdecimal() else None)
        except TokensChanged:
            told = _("The tokens have changed since this page was opened. No token was made.")
            self.message_user(request, told, messages.ERROR)
            return redirect(_page("change", source))
        self.log_change(request, source, _("Made a token ending in %s.") % secret[-4:])
        context = self._context(request, source, _("New token of %s") % source)
        return render(
            request, "admin/profiles/source/token.html", {**context, "secret": secret}
        )

    @method_decorator(require_POST)
    def revoke(self, request: HttpRequest, pk: int, token: int) -> HttpResponse:
        """Withdraw a token; what is sent with it is refused from now on."""
        _ask(request, "profiles.change_sourcetoken")
        found = get_object_or_404(
            SourceToken.objects.select_related("source"), pk=token, source=pk
        )
        if revoke_token(found):
            told = _("Revoked the token ending in %s.") % found.hint
            self.log_change(request, found.source, told)
            self.message_user(request, told, messages.SUCCESS)
        return redirect(_page("change", found.source))

    @method_decorator(require_safe)
    def quarantine(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows that could not be read: where each stood and why, never what it held."""
        source = get_object_or_404(Source, pk=pk)
        if not self.has_view_permission(request, source):
            raise PermissionDenied
        waiting = QuarantinedRow.objects.filter(source=source, settled_at=None)
        shown = waiting.order_by("-received_at", "-pk").values(
            "origin", "line", "column", "reason", "received_at"
        )
        rows = [{**row, "reason": in_words(row["reason"])} for row in shown[:ROWS_SHOWN]]
        context = self._context(
            request, source, _("Rows of %s that could not be read") % source
        )
        context |= {"rows": rows, "count": waiting.count(), "limit": ROWS_SHOWN}
        return render(request, "admin/profiles/source/quarantine.html", context)

    def _context(self, request: HttpRequest, source: Source, title: str) -> dict[str, Any]:
        """What the admin's frame needs on a page of ours."""
        context = self.admin_site.each_context(request)
        return {**context, "title": title, "source": source, "opts": self.opts}


def _counted(rows: QuerySet) -> Coalesce:
    """How many rows belong to the source at hand, as part of the one query."""
    groups = rows.order_by().values("source").annotate(count=Count("pk"))
    return Coalesce(Subquery(groups.values("count")), 0)


def has_data(source: Source) -> bool:
    """Whether the source ever sent anything; such a source is kept."""
    return any(
        model.objects.filter(source=source).exists()
        for model in (SourceRecord, QuarantinedRow, Event)
    )


def pretty(spec: Any) -> str:
    """A mapping as people read it."""
    return json.dumps(spec, indent=2, ensure_ascii=False)


def _page(name: str, source: Source) -> str:
    return reverse(f"admin:profiles_source_{name}", args=[source.pk])


def _ask(request: HttpRequest, permission: str) -> None:
    """Raise `PermissionDenied` for those who lack a permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
