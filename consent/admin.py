"""Purposes in the admin. The ledger is never registered: nobody edits it."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from consent.models import Purpose


@admin.register(Purpose)
class PurposeAdmin(admin.ModelAdmin):
    """Names and descriptions can be mended; keys are what mappings and the ledger hold."""

    list_display = ("name", "key", "description")
    search_fields = ("name", "key")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(
        self, request: HttpRequest, obj: Purpose | None = None
    ) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Purpose | None = None) -> bool:
        return False
