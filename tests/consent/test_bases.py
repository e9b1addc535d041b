"""Lawful bases: nothing is taken in without one, and every value answers on what it rests."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from consent.bases import CannotDeclare, declare, is_special
from consent.models import FieldBasis, PolicyVersion, Purpose
from consent.policies import next_draft, publish, text_hash
from profiles.bases import bases_of, retention
from profiles.mappings.columns import MappingError
from profiles.mappings.declarations import DeclaredBasis
from profiles.mappings.records import EventMapping, RecordMapping
from profiles.models import Source, SourceMapping, SourceRecord
from tests.profiles.customers import make_customer, make_record, make_source, may_hold
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
SERVICE = {"purpose": "service", "basis": "contract", "retention_days": 90}
NEWS = {"purpose": "marketing", "basis": "consent", "retention_days": 30}
MAPPING: dict[str, Any] = {
    "key": "id",
    "attributes": {"given_name": "name", "email": "mail"},
    "basis": {"*": SERVICE},
}
ROWS = "id,name,mail,news\n1,Ana,ana@example.org,yes\n"


def bring(folder: Path, spec: dict[str, Any], **options: Any) -> str:
    """Import one row by a mapping into `crm`, which is made."""
    (folder / "m.json").write_text(json.dumps(spec))
    (folder / "rows.csv").write_text(ROWS)
    out = io.StringIO()
    given = {"mapping": folder / "m.json", "create_source": True, "stdout": out, **options}
    call_command("import_records", "crm", str(folder / "rows.csv"), **given)
    return out.getvalue()


def refusal(folder: Path, spec: dict[str, Any], **options: Any) -> str:
    """The one line in which an import is refused, which stored nothing."""
    records = SourceRecord.objects.count()
    with pytest.raises(CommandError) as problem:
        bring(folder, spec, **options)
    assert problem.value.returncode == 2
    assert SourceRecord.objects.count() == records
    return str(problem.value)


def bases() -> set[tuple[str, str, int]]:
    fields = ("attribute", "purpose_id", "retention_days")
    return set(FieldBasis.objects.values_list(*fields))


def test_a_mapping_declares_a_basis_for_all_and_others_by_name(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING | {"basis": {"*": SERVICE, "email": [SERVICE, NEWS]}})

    assert bases() == {
        ("given_name", "service", 90),
        ("email", "service", 90),
        ("email", "marketing", 30),
    }


def test_a_mapping_without_bases_is_refused_and_names_the_attributes(tmp_path: Path) -> None:
    spec = {key: value for key, value in MAPPING.items() if key != "basis"}

    said = refusal(tmp_path, spec)

    assert "given_name, email" in said
    assert not SourceMapping.objects.exists()


def test_a_rehearsal_is_refused_for_the_same_reason(tmp_path: Path) -> None:
    assert "email" in refusal(
        tmp_path, MAPPING | {"basis": {"given_name": SERVICE}}, dry_run=True
    )
    assert not Source.objects.exists()


def test_an_attribute_added_later_needs_a_basis_too(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING)
    spec = {"key": "id", "attributes": {**MAPPING["attributes"], "gender": "name"}}

    assert "gender" in refusal(tmp_path, spec)

    bring(tmp_path, spec | {"basis": {"gender": SERVICE}})
    assert ("gender", "service", 90) in bases()


def test_what_an_officer_changed_stays_when_the_file_says_nothing_new(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING)
    FieldBasis.objects.filter(attribute="email").update(retention_days=7)

    spec = MAPPING | {"attributes": {**MAPPING["attributes"], "gender": "name"}}
    bring(tmp_path, spec)
    assert ("email", "service", 7) in bases()

    bring(tmp_path, spec | {"basis": {"*": {**SERVICE, "retention_days": 60}}})
    assert ("email", "service", 60) in bases()


def test_a_basis_taken_away_stops_the_next_import(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING)
    FieldBasis.objects.filter(attribute="email").delete()

    assert "email" in refusal(tmp_path, MAPPING)
    assert "email" in refusal(tmp_path, MAPPING, mapping=None)


def test_events_of_a_source_are_one_attribute(tmp_path: Path) -> None:
    make_source("crm")
    spec: dict[str, Any] = {"key": "id", "occurred_at": "id", "kind": {"value": "visit"}}
    (tmp_path / "e.json").write_text(json.dumps(spec))
    (tmp_path / "e.csv").write_text("id\n2025-01-01\n")
    words = ("import_events", "crm", str(tmp_path / "e.csv"))

    with pytest.raises(CommandError, match="events"):
        call_command(*words, mapping=tmp_path / "e.json")

    (tmp_path / "e.json").write_text(json.dumps(spec | {"basis": {"*": SERVICE}}))
    call_command(*words, mapping=tmp_path / "e.json", stdout=io.StringIO())
    assert bases() == {("events", "service", 90)}


def test_nobody_makes_a_purpose_in_passing(tmp_path: Path) -> None:
    unknown = {**SERVICE, "purpose": "partner-offers"}

    assert "partner-offers" in refusal(tmp_path, MAPPING | {"basis": {"*": unknown}})

    question = {"column": "news", "purpose": "Gifts", "channel": "email"}
    said = refusal(tmp_path, MAPPING | {"consent": [question]})
    assert "Gifts" in said
    assert "marketing" in said  # those that are known are told
    assert Purpose.objects.count() == 2


def test_nothing_new_is_asked_under_a_retired_purpose(tmp_path: Path) -> None:
    Purpose.objects.filter(pk="service").update(is_retired=True)

    assert "retired" in refusal(tmp_path, MAPPING)


def test_a_column_may_name_the_published_text_people_read(tmp_path: Path) -> None:
    question = {"column": "news", "purpose": "marketing", "channel": "email"}
    spec = MAPPING | {"consent": [question | {"policy": "marketing GB/en v1"}]}
    draft = next_draft(
        PolicyVersion(purpose_id="marketing", jurisdiction="GB", language="en", body="May we?")
    )
    assert "marketing GB/en v1" in refusal(tmp_path, spec)  # a draft is nothing people read

    publish(draft, seen=text_hash("May we?"))
    bring(tmp_path, spec)

    statement = RecordMapping.parse(spec).read({"id": "1", "news": "yes"}).consent[0]
    assert statement.policy == "marketing GB/en v1"


def test_a_text_about_something_else_is_no_text_for_a_question(tmp_path: Path) -> None:
    draft = next_draft(
        PolicyVersion(purpose_id="service", jurisdiction="GB", language="en", body="May we?")
    )
    publish(draft, seen=text_hash("May we?"))
    question = {"column": "news", "purpose": "marketing", "channel": "email"}

    said = refusal(tmp_path, MAPPING | {"consent": [question | {"policy": "service GB/en v1"}]})

    assert "is about service" in said


def test_consent_is_no_basis_where_nobody_is_asked(tmp_path: Path) -> None:
    Purpose.objects.filter(pk="marketing").update(mode="necessary")

    assert "consent cannot be the basis" in refusal(tmp_path, MAPPING | {"basis": {"*": NEWS}})


@pytest.mark.parametrize("name", ["custom.health_note", "custom.Religion", "custom.disability"])
def test_special_data_needs_its_own_condition(name: str) -> None:
    crm = make_source("crm")
    plain = DeclaredBasis(name, "service", "contract", 9)

    with pytest.raises(CannotDeclare, match="article 9"):
        declare(crm, [plain])
    assert bases() == set()

    declare(crm, [replace(plain, special_condition="9(2)(a)")])
    assert bases() == {(name, "service", 9)}


@pytest.mark.parametrize("name", ["gender", "email", "custom.segment"])
def test_other_data_needs_none(name: str) -> None:
    assert not is_special(name)


@pytest.mark.parametrize(
    ("basis", "place"),
    [
        ({}, "basis: expected"),
        ([], "basis: expected"),
        ({"email": []}, "basis.email: the list is empty"),
        ({"email": {"purpose": "service"}}, "'basis' is missing"),
        ({"email": {**SERVICE, "retention_days": 0}}, "basis.email.retention_days"),
        ({"email": {**SERVICE, "retention_days": True}}, "basis.email.retention_days"),
        ({"email": {**SERVICE, "basis": "because"}}, "basis.email.basis"),
        ({"email": {**SERVICE, "purpose": " "}}, "basis.email.purpose"),
        ({"email": {**SERVICE, "reference": "x" * 201}}, "basis.email.reference"),
        ({"email": [SERVICE, SERVICE]}, "name the same purpose"),
    ],
)
def test_a_declaration_that_makes_no_sense_names_its_place(basis: Any, place: str) -> None:
    with pytest.raises(MappingError, match=place):
        RecordMapping.parse(MAPPING | {"basis": basis})


def test_events_know_their_declarations_too() -> None:
    spec = {"key": "id", "occurred_at": "at", "kind": "kind", "basis": {"events": SERVICE}}

    assert [each.attribute for each in EventMapping.parse(spec).bases] == ["events"]


def test_a_value_put_together_has_the_bases_of_its_parts() -> None:
    shop = make_source("shop")
    may_hold(shop, "given_name", "family_name", "address.city")
    may_hold(shop, "family_name", purpose_id="marketing", retention_days=9)

    assert [each.purpose for each in bases_of(shop, "full_name")] == ["Marketing", "Service"]
    assert [each.basis for each in bases_of(shop, "address")] == ["Contract"]
    assert bases_of(shop, "email") == []
    assert retention(shop, "email") is None


def test_a_value_tells_agents_its_purpose_basis_and_how_long_it_is_kept() -> None:
    record = make_record("shop", given_name="Anna", email=["anna@example.org"])
    customer = make_customer(record)
    page = reverse("profiles:field", args=[customer.pk, "email"])
    browser = signed_in("ana")
    assert "None declared" in browser.get(page).content.decode()

    may_hold(record.source, "email", retention_days=400, reference="Terms, section 4")

    told = " ".join(browser.get(page).content.decode().split())
    for words in ("Contract", "for Service", "kept 400 days", "Terms, section 4"):
        assert words in told


def test_officers_see_in_red_what_lacks_a_basis_and_declare_it() -> None:
    crm = make_source("crm")
    SourceMapping.objects.create(source=crm, reads="records", version=1, spec=MAPPING)
    browser, page = signed_in("pia"), reverse("consent:bases")
    assert "2 attributes have no lawful basis" in browser.get(page).content.decode()

    sent = {"source": "crm", "attributes": "given_name, email", "purpose": "service"}
    sent |= {"basis": "contract", "retention_days": "90"}
    answer = browser.post(page, sent, follow=True)

    assert "2 bases declared" in answer.content.decode()
    assert bases() == {("given_name", "service", 90), ("email", "service", 90)}


@pytest.mark.parametrize(
    "wrong",
    [{"attributes": "nose"}, {"attributes": ","}, {"retention_days": "0"}, {"purpose": "gifts"},
     {"attributes": "custom.health"}],
)  # fmt: skip
def test_a_declaration_that_does_not_hold_is_refused_beside_its_field(
    wrong: dict[str, str],
) -> None:
    make_source("crm")
    sent = {"source": "crm", "attributes": "email", "purpose": "service"}
    sent |= {"basis": "contract", "retention_days": "90", **wrong}

    answer = signed_in("pia").post(reverse("consent:bases"), sent)

    assert answer.status_code == 422
    assert "Not saved" in answer.content.decode()
    assert bases() == set()


def test_an_admin_cannot_switch_on_a_source_that_lacks_a_basis() -> None:
    crm = make_source("crm", is_active=False)
    SourceMapping.objects.create(source=crm, reads="records", version=1, spec=MAPPING)
    page = reverse("admin:profiles_source_change", args=[crm.pk])
    sent = {"name": "CRM", "stage": "auto", "trust_class": "file", "priority": "50"}
    sent |= {
        "is_active": "on",
        "field_bases-TOTAL_FORMS": "0",
        "field_bases-INITIAL_FORMS": "0",
    }
    browser = signed_in("ada")

    answer = browser.post(page, sent)

    assert answer.status_code == 200
    assert "No lawful basis of CRM covers email, given_name" in answer.content.decode()
    crm.refresh_from_db()
    assert not crm.is_active

    may_hold(crm, "given_name", "email")
    rows = crm.field_bases.order_by("attribute")
    sent |= {"field_bases-TOTAL_FORMS": "2", "field_bases-INITIAL_FORMS": "2"}
    for number, row in enumerate(rows):
        facts = {"id": row.pk, "source": crm.pk, "attribute": row.attribute}
        facts |= {"purpose": "service", "basis": "contract", "retention_days": 90}
        sent |= {f"field_bases-{number}-{name}": str(value) for name, value in facts.items()}
    assert browser.post(page, sent).status_code == 302
    crm.refresh_from_db()
    assert crm.is_active

    sent["field_bases-0-DELETE"] = "on"  # of an active source, no basis that is needed goes
    assert browser.post(page, sent).status_code == 200
    assert crm.field_bases.count() == 2


def check(**options: Any) -> str:
    out = io.StringIO()
    call_command("lawful_basis", check=True, stdout=out, **options)
    return out.getvalue()


def test_the_check_names_what_lacks_a_basis_and_ends_with_one(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING)
    assert "All 2 mapped attributes have a lawful basis." in check()

    FieldBasis.objects.filter(attribute="email").delete()
    out = io.StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("lawful_basis", check=True, json=True, stdout=out)
    assert problem.value.returncode == 1
    assert json.loads(out.getvalue().splitlines()[-1])["missing"] == {"crm": ["email"]}


def test_the_check_finds_bases_that_no_longer_hold(tmp_path: Path) -> None:
    bring(tmp_path, MAPPING | {"basis": {"*": NEWS}})
    Purpose.objects.filter(pk="marketing").update(mode="opt_out")

    with pytest.raises(CommandError, match="2 that do not hold"):
        check()
