"""Users and their roles in the admin. Nobody can give themselves more rights here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from c360.models import PersonalToken, User
from c360.roles import role_words, roles_of
from c360.second_step.keeping import end
from c360.sentences import in_words
from c360.tokens.making import revoke

admin.site.site_header = "Customer 360"
admin.site.site_title = "Customer 360"
admin.site.index_title = _("Settings, people and sources")
admin.site.enable_nav_sidebar = False  # the few pages are all named in the header

LACKING = (  # in Django's own German
    gettext_noop("Reset password"),
    gettext_noop(
        "Raw passwords are not stored, so there is no way to see the user’s password."
    ),
)
ONLY_SUPERUSERS_GIVE = ("is_superuser", "user_permissions")
NOT_FOR_ONESELF = ("is_active", "is_staff", *ONLY_SUPERUSERS_GIVE, "groups")


class _OneAddressPerPerson(forms.ModelForm):
    """Refuses an e-mail address somebody signs in with, also in other capitals."""

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        others = User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("Somebody signs in with this address already."))
        return email


class NewUserForm(_OneAddressPerPerson, BaseUserCreationForm):
    """A person with a first password; roles follow on the next page."""

    class Meta:
        model = User
        fields = ("email", "name")


class Roles(forms.ModelMultipleChoiceField):
    """Roles to tick, in the language of the reader."""

    widget = CheckboxSelectMultiple

    def label_from_instance(self, obj: Group) -> str:
        return role_words(obj.name)


class UserForm(_OneAddressPerPerson, UserChangeForm):
    """A person as they are."""

    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose
        field_classes = {"groups": Roles}
        widgets = {"groups": CheckboxSelectMultiple}
        labels = {"groups": _("Roles"), "is_staff": _("Admin pages")}
        help_texts = {
            "groups": _("What someone may see and do."),
            "is_staff": _("May open these pages; what can be done here comes from roles."),
            "is_active": _("Untick this instead of deleting someone: what they did stays."),
        }


class RoleFilter(admin.SimpleListFilter):
    """The list of people, narrowed to a role."""

    title = _("Roles")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = Group.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), role_words(name)) for pk, name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        asked = self.value() or ""
        known = dict(self.lookup_choices)
        return queryset.filter(groups=int(asked)) if asked in known else queryset


@admin.register(User)
class StaffAdmin(UserAdmin):
    """People are made, changed and made inactive here; they are never deleted."""

    form = UserForm
    add_form = NewUserForm
    add_form_template = None  # the plain form of the admin
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("What they may do"),
            {"fields": ("groups", "is_active", "is_staff", *ONLY_SUPERUSERS_GIVE)},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")
    list_display = (
        "email",
        "name",
        "roles",
        "is_active",
        "is_staff",
        "has_second_step",
        "last_login",
    )
    list_filter = ("is_active", RoleFilter)
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    actions = ("reset_second_step",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request).select_related("second_step")
        return people.prefetch_related("groups")

    @admin.display(description=_("Roles"))
    def roles(self, user: User) -> str:
        return ", ".join(sorted(role_words(name) for name in roles_of(user)))

    @admin.display(description=_("Second step"), boolean=True)
    def has_second_step(self, user: User) -> bool:
        return hasattr(user, "second_step")

    @admin.action(
        description=_("Reset the second step: until set up again, the password is enough"),
        permissions=("change",),
    )
    def reset_second_step(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """End the second step of people who lost their phone, noting who did.

        Nobody's own: a code ends that. Of superusers only by superusers.
        """
        reset = 0
        for person in people:
            if person == request.user or not self.has_change_permission(request, person):
                told = gettext("You may not reset the second step of %s.") % person
                self.message_user(request, told, messages.ERROR)
            elif end(person, by=f"user {request.user.pk}"):
                self.log_change(request, person, gettext("Reset the second step."))
                reset += 1
        told = ngettext("%d second step was reset.", "%d second steps were reset.", reset)
        self.message_user(request, told % reset)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The fieldsets, without what only a superuser may give."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, {**more, "fields": _without(more["fields"], ONLY_SUPERUSERS_GIVE)})
            for title, more in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody changes their own rights, or locks themselves out."""
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *NOT_FOR_ONESELF) if obj == request.user else fixed

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is changed by superusers only; this covers their password too."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


def _without(fields: Any, left_out: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in left_out)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """What each role may do, to read. Roles come with the product's migrations."""

    list_display = ("role", "people")
    fields = ("role", "people", "allows")
    readonly_fields = fields
    filter_horizontal = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(people=Count("user"))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Group | None:
        """The group with its name in words, for the head of its page; it is never saved."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.name = role_words(found.name)
        return found

    @admin.display(description=_("Name"), ordering="name")
    def role(self, group: Group) -> str:
        return role_words(group.name)

    @admin.display(description=_("People"))
    def people(self, group: Group) -> int:
        return int(getattr(group, "people", 0))

    @admin.display(description=_("Allows"))
    def allows(self, group: Group) -> SafeString:
        names = group.permissions.values_list("name", flat=True)
        told = sorted(in_words(name) for name in names)
        return format_html_join("", "<p>{}</p>", [(each,) for each in told])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False


@admin.register(PersonalToken)
class PersonalTokenAdmin(admin.ModelAdmin):
    """Tokens of all people, to read and to withdraw; only owners make them, for themselves."""

    list_display = (
        "name",
        "owner",
        "allows",
        "hint",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("revoked_at",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email", "owner__name")
    fields = list_display
    readonly_fields = fields
    actions = ("withdraw",)

    @admin.display(description=_("Scopes"))
    def allows(self, token: PersonalToken) -> str:
        return ", ".join(token.scopes)

    @admin.action(description=_("Revoke the selected tokens"), permissions=("withdraw",))
    def withdraw(self, request: HttpRequest, tokens: QuerySet[PersonalToken]) -> None:
        """Revoke tokens at once, noting who did."""
        for token in tokens:
            if revoke(token):
                self.log_change(request, token, gettext("Revoked."))

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("c360.change_personaltoken")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: PersonalToken | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: PersonalToken | None = None
    ) -> bool:
        return False
