"""Purposes and lawful bases in the admin. The ledger is never registered: nobody edits it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from consent.bases import lacking_words, mapped_attributes
from consent.forms import FieldBasisForm, NewPurposeForm
from consent.models import FieldBasis, Purpose
from profiles.admin import SourceAdmin


@admin.register(Purpose)
class PurposeAdmin(admin.ModelAdmin):
    """How people are asked can be mended; keys are what mappings and the ledger hold."""

    form = NewPurposeForm
    list_display = ("name", "key", "mode", "validity_months", "is_retired")
    search_fields = ("name", "key")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Purpose | None = None
    ) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Purpose | None = None) -> bool:
        return False


class FieldBases(forms.BaseInlineFormSet):
    """The bases of a source, which an active one has for everything it maps."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Name each field for those who do not see the head of its column."""
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = field.widget
            if isinstance(widget, RelatedFieldWidgetWrapper):  # a choice with a "+" button
                widget = widget.widget
            widget.attrs["aria-label"] = field.label

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.is_active:
            return
        kept = {
            form.cleaned_data["attribute"]
            for form in self.forms
            if form.cleaned_data.get("attribute") and not form.cleaned_data.get("DELETE")
        }
        missing = [name for name in mapped_attributes(self.instance) if name not in kept]
        if missing:
            raise ValidationError(lacking_words(self.instance, missing))


class FieldBasisInline(admin.TabularInline):
    """Why each attribute of a source may be held."""

    model = FieldBasis
    form = FieldBasisForm
    formset = FieldBases
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("attribute", "purpose")


# The page of a source is made below `consent`, which adds what only it knows.
SourceAdmin.inlines = [*SourceAdmin.inlines, FieldBasisInline]
