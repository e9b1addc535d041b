"""The demo: the same files from the same seed, invented throughout, with its stories inside."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import phonenumbers
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from c360.demo.accounts import SIGN_INS, SignInsRefused, make_sign_ins
from c360.demo.generate import Manifest, generate
from c360.demo.load import SOURCES, first_day, make_sources
from c360.demo.stories import HEROES
from c360.models import User
from profiles.desk.attention.banner import attention
from profiles.desk.values import joined_records
from profiles.finding.search import search
from profiles.ingest.events import store_events
from profiles.ingest.reading import Row
from profiles.mappings import normalise
from profiles.mappings.records import EventMapping, ReadEvent, ReadRecord, RecordMapping
from profiles.models import Event, Source, SourceMapping, SourceRecord
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff

TODAY = date(2026, 5, 3)
MIDNIGHT = datetime.combine(TODAY, time(), UTC)
MAIL = re.compile(r"(?i)[^@\s]+@([a-z]+\.example|example\.(com|org|net))")
LANDLINE = re.compile(
    r"0(11[3-8]4960|1[2-6]14960|2079460|1914980|2920180|1632960)\d{3}"
    r"|02079460\d{3}"
)
DOCS = Path(__file__).parents[2] / "docs" / "demo.md"


class Demo:
    """Generated files, read through their own mappings."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self.truth = self.rows("truth.csv")
        self.records = dict(self._records())
        self.events = list(self._events())

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _records(self) -> Iterator[tuple[tuple[str, str], ReadRecord]]:
        for file in self.manifest.files:
            if file.reads == "records":
                mapping = RecordMapping.parse(json.loads(self._text(file.mapping)))
                for row in self.rows(file.rows):
                    found = mapping.read(row)
                    yield (file.source, found.external_id), found

    def _events(self) -> Iterator[tuple[str, ReadEvent]]:
        for file in self.manifest.files:
            if file.reads == "events":
                mapping = EventMapping.parse(json.loads(self._text(file.mapping)))
                yield from ((file.source, mapping.read(row)) for row in self.rows(file.rows))

    def _text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def tagged(self, tag: str) -> dict[str, set[tuple[str, str]]]:
        """Record keys by person, for everyone with the tag."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in self.truth:
            if tag in row["tags"].split("|"):
                found[row["entity_id"]].add((row["source"], row["external_id"]))
        return found

    def lives(self, story: str) -> list[list[tuple[str, ReadEvent]]]:
        """The events of everyone in a story, a list for each."""
        by_record = defaultdict(list)
        for source, event in self.events:
            by_record[source, event.record_key].append((source, event))
        people = self.tagged(f"story_{story}").values()
        return [[each for key in keys for each in by_record[key]] for keys in people]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    return Demo(folder, generate(folder, people=400, today=TODAY))


def states(life: list[tuple[str, ReadEvent]], namespace: str) -> Counter[str]:
    """How many objects of a namespace are in which state now."""
    now = {}
    for _source, event in sorted(life, key=lambda each: each[1].occurred_at):
        if event.object and event.object.namespace == namespace and event.object.state:
            now[event.object.id] = event.object.state
    return Counter(now.values())


def since(life: list[tuple[str, ReadEvent]], days: int) -> list[ReadEvent]:
    return [event for _, event in life if event.occurred_at > MIDNIGHT - timedelta(days=days)]


def test_one_seed_gives_one_demo_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        generate(tmp_path / name, seed=seed, people=60, today=TODAY)
    files = sorted(path.name for path in (tmp_path / "first").iterdir())

    assert len(files) == 2 * 11 + 2
    for name in files:
        first, again = ((tmp_path / run / name).read_bytes() for run in ("first", "again"))
        assert first == again
    truths = [(tmp_path / run / "truth.csv").read_bytes() for run in ("first", "other")]
    assert truths[0] != truths[1]


def test_the_whole_demo_is_of_the_promised_size(tmp_path: Path) -> None:
    manifest = generate(tmp_path, today=TODAY)

    assert manifest.people == 2000
    assert 5_700 <= manifest.records <= 6_700
    assert 54_000 <= manifest.events <= 66_000
    assert {file.source for file in manifest.files} == set(SOURCES)


def test_every_row_is_read_and_every_mapping_finds_its_columns(demo: Demo) -> None:
    assert len(demo.records) == demo.manifest.records
    assert len(demo.events) == demo.manifest.events
    for file in demo.manifest.files:
        spec = json.loads((demo.folder / file.mapping).read_text(encoding="utf-8"))
        reader = RecordMapping if file.reads == "records" else EventMapping
        assert reader.parse(spec).missing_columns(demo.rows(file.rows)[0]) == []


def test_the_truth_names_every_record_once_and_no_other(demo: Demo) -> None:
    keys = [(row["source"], row["external_id"]) for row in demo.truth]

    assert len(set(keys)) == len(keys)
    assert set(keys) == set(demo.records)
    people = {row["entity_id"] for row in demo.truth if "junk" not in row["tags"].split("|")}
    assert len(people) == demo.manifest.people


def test_everything_happens_to_a_known_record_before_today(demo: Demo) -> None:
    for source, event in demo.events:
        assert (source, event.record_key) in demo.records
        assert MIDNIGHT - timedelta(days=600) < event.occurred_at < MIDNIGHT
    for record in demo.records.values():
        assert record.updated_at is not None
        assert record.updated_at < MIDNIGHT
    newest = max(event.occurred_at for _, event in demo.events)
    assert newest > MIDNIGHT - timedelta(days=1)


def test_no_message_is_written_twice(demo: Demo) -> None:
    keys = Counter((source, event.message_id) for source, event in demo.events)

    assert keys.most_common(1)[0][1] == 1


def test_mail_addresses_cannot_belong_to_anyone(demo: Demo) -> None:
    found = [
        each for record in demo.records.values() for each in record.attributes.get("email", [])
    ]

    assert len(set(found)) > 300
    assert [each for each in found if not MAIL.fullmatch(each)] == []


def test_telephone_numbers_are_fictional(demo: Demo) -> None:
    found = {
        each for record in demo.records.values() for each in record.attributes.get("phone", [])
    }
    mobiles = {each for each in found if each.startswith("+447")}

    assert len(mobiles) > 200
    for number in mobiles:
        parsed = phonenumbers.parse(number)
        assert number.startswith("+4477009")
        assert phonenumbers.is_possible_number(parsed)
        assert not phonenumbers.is_valid_number(parsed)
    for number in found - mobiles:
        assert LANDLINE.fullmatch(number.replace("+44", "0")), number


def test_junk_is_typed_in_and_does_not_survive_reading(demo: Demo) -> None:
    rows = [row for slug in ("crm", "shop", "support") for row in demo.rows(f"{slug}.csv")]
    raw = [value for row in rows for value in row.values()]

    assert "test@test.com" in raw
    assert all(
        "@test.com" not in each
        for record in demo.records.values()
        for each in record.attributes.get("email", [])
    )


@pytest.mark.parametrize(
    "trap",
    ["old_email", "old_address", "maiden_name", "nickname", "initial", "misspelt", "twin",
     "father_son", "shared_email", "shared_card", "landline", "recycled_phone", "role_email",
     "shop_number", "common_name", "junk", "twice"],
)  # fmt: skip
def test_the_traps_of_real_data_are_laid(trap: str, demo: Demo) -> None:
    assert demo.tagged(trap), trap


def test_most_people_are_in_several_systems_and_some_twice_in_one(demo: Demo) -> None:
    by_person: dict[str, list[str]] = defaultdict(list)
    for row in demo.truth:
        by_person[row["entity_id"]].append(row["source"])
    several = [sources for sources in by_person.values() if len(set(sources)) > 1]

    assert len(several) > 0.8 * demo.manifest.people
    assert any(len(sources) > len(set(sources)) for sources in by_person.values())


def test_people_contradict_themselves_about_consent(demo: Demo) -> None:
    said: dict[str, set[bool]] = defaultdict(set)
    entities = {(row["source"], row["external_id"]): row["entity_id"] for row in demo.truth}
    for key, record in demo.records.items():
        for each in record.consent:
            if (each.purpose, each.channel) == ("marketing", "email"):
                assert each.stated_at is not None
                said[entities[key]].add(each.granted)

    assert {frozenset(answers) for answers in said.values()} >= {
        frozenset({True}), frozenset({False}), frozenset({True, False})
    }  # fmt: skip
    assert len(said) < demo.manifest.people  # some were never asked


def test_a_storys_timeline_mixes_at_least_four_sources(demo: Demo) -> None:
    for story in HEROES:
        lives = demo.lives(story)
        assert len(lives) >= 2
        for life in lives:
            assert len({source for source, _ in life}) >= 4, story


def test_a_complaint_stays_open_while_three_parcels_are_on_their_way(demo: Demo) -> None:
    for life in demo.lives("open_complaint"):
        assert states(life, "shop:order")["shipped"] == 3
        assert states(life, "support:ticket")["open"] == 1


def test_a_return_was_received_two_weeks_ago_and_nothing_was_paid(demo: Demo) -> None:
    for life in demo.lives("return_without_refund"):
        assert states(life, "shop:return") == {"received": 1}
        assert not [event for event in since(life, 60) if event.kind == "refund"]
        received = [event for event in since(life, 60) if event.name == "Return received"]
        assert received[0].occurred_at < MIDNIGHT - timedelta(days=14)


def test_a_renewal_lapsed(demo: Demo) -> None:
    for life in demo.lives("lapsed_renewal"):
        assert states(life, "crm:plan") == {"lapsed": 1}


def test_who_unsubscribed_is_mailed_all_the_same(demo: Demo) -> None:
    for life in demo.lives("opted_out_yet_mailed"):
        left = next(event for _, event in life if event.kind == "consent").occurred_at
        later = [event for _, event in life if event.name == "Newsletter sent"]
        assert sum(event.occurred_at > left for event in later) >= 2
    for keys in demo.tagged("story_opted_out_yet_mailed").values():
        app = next(demo.records[key] for key in keys if key[0] == "app")
        email = [each for each in app.consent if each.channel == "email"]
        assert [each.granted for each in email] == [False]


def test_two_different_offers_are_good_today(demo: Demo) -> None:
    for life in demo.lives("two_offers"):
        codes = {
            event.properties["offer_code"]
            for _, event in life
            if event.properties.get("valid_until", "") >= TODAY.isoformat()
            and "offer_code" in event.properties
        }
        assert codes == {"AUTUMN10", "COMEBACK20"}


def test_one_article_has_two_prices_that_are_both_good_today(demo: Demo) -> None:
    for life in demo.lives("two_offers"):
        prices = {
            (source, event.properties["sku"], event.amount_minor)
            for source, event in life
            if event.properties.get("valid_until", "") >= TODAY.isoformat()
            and "sku" in event.properties
        }
        assert prices == {("crm", "HP403", 10_900), ("shop", "HP403", 11_900)}


@pytest.mark.django_db
def test_the_two_prices_of_the_demo_are_told_with_their_proof(demo: Demo) -> None:
    records = []
    for source, name in (("crm", "crm_events"), ("shop", "shop_events")):
        told = [row for row in demo.rows(f"{name}.csv") if row["product"]]
        key = "customer_no" if source == "crm" else "user_id"
        record = make_record(source, given_name="Rosalind")
        SourceRecord.objects.filter(pk=record.pk).update(external_id=told[0][key])
        spec = json.loads((demo.folder / f"{name}.mapping.json").read_text(encoding="utf-8"))
        mapping = SourceMapping.objects.create(
            source=record.source, reads="events", version=1, spec=spec
        )
        store_events(record.source, mapping, [Row(told[0])], origin=name)
        records.append(record)
    profile = make_customer(*records)

    with translation.override("en-gb"):
        (item,) = attention(staff("ana"), profile, joined_records(profile), MIDNIGHT)

    assert item.title == "Different prices for Steamer chair"
    assert [reason.split(" until ")[0] for reason in item.reasons] == [
        "Crm: £109.00", "Shop: £119.00"
    ]  # fmt: skip
    assert item.proof.at == Event.objects.get(source__slug="shop").occurred_at


def test_visits_become_fewer_until_there_are_none(demo: Demo) -> None:
    for life in demo.lives("declining_visits"):
        visits = [event.occurred_at for _, event in life if event.kind == "visit"]
        early = sum(at < MIDNIGHT - timedelta(days=90) for at in visits)
        assert early > 3 * (len(visits) - early)
        assert max(visits) < MIDNIGHT - timedelta(days=25)


def test_somebody_bought_three_times_this_month(demo: Demo) -> None:
    for life in demo.lives("frequent_buyer"):
        assert sum(event.name == "Order placed" for event in since(life, 31)) == 3


def test_till_receipts_came_days_after_the_purchase(demo: Demo) -> None:
    for life in demo.lives("late_events"):
        late = [event for _, event in life if event.properties.get("UPLOADED")]
        assert late
        for event in late:
            nine_days_later = event.occurred_at.date() + timedelta(days=9)
            assert event.properties["UPLOADED"] == f"{nine_days_later:%d/%m/%Y}"


def test_what_people_write_does_not_read_like_a_form(demo: Demo) -> None:
    written = [
        event.text
        for _, event in demo.events
        if event.kind == "ticket" and event.object and event.object.state == "open"
    ]

    assert len(set(written)) > 0.9 * len(written)
    assert not [text for text in written if "{" in text or "  " in text]


def test_order_and_ticket_numbers_look_like_the_real_thing(demo: Demo) -> None:
    shapes = {
        "shop:order": r"HP-\d{6}", "support:ticket": r"T-\d{4,5}", "shop:return": r"R-\d{4}",
        "crm:plan": r"GC-\d{4}",
    }  # fmt: skip
    for _source, event in demo.events:
        if event.object:
            assert re.fullmatch(shapes[event.object.namespace], event.object.id)


def test_the_documented_people_exist_under_their_names(demo: Demo) -> None:
    page = DOCS.read_text(encoding="utf-8")
    by_name = defaultdict(set)
    for (source, _key), record in demo.records.items():
        names = (record.attributes.get(part, "") for part in ("given_name", "family_name"))
        by_name[normalise.fold(" ".join(names))].add(source)

    for hero in HEROES.values():
        assert f"{hero.given} {hero.family}" in page
        assert f"`{hero.search_for}`" in page
        assert by_name[normalise.fold(f"{hero.given} {hero.family}")] == set(SOURCES)


@pytest.mark.django_db
def test_the_documented_misspellings_find_their_people_among_all_others(demo: Demo) -> None:
    for (source, _key), record in demo.records.items():
        if source == "crm" and {"given_name", "family_name"} <= record.attributes.keys():
            make_customer(make_record("crm", **record.attributes))

    for hero in HEROES.values():
        names = [hit.profile.display_name for hit in search(hero.search_for).hits[:3]]
        assert any(f"{hero.given} {hero.family}" in name for name in names), hero.search_for


@pytest.mark.django_db
def test_the_sources_have_owners_and_are_made_once() -> None:
    assert make_sources() == 5
    assert make_sources() == 0
    assert not Source.objects.filter(owner="").exists()


@pytest.mark.django_db
def test_the_sign_ins_have_their_roles_and_keep_a_changed_password() -> None:
    assert make_sign_ins() == len(SIGN_INS)
    ana = User.objects.get(email="ana@harbourpine.example")
    ana.set_password("my own words")
    ana.save()

    assert make_sign_ins() == 0
    ana.refresh_from_db()
    assert ana.check_password("my own words")
    for each in SIGN_INS:
        user = User.objects.get(email=each.email)
        assert [group.name for group in user.groups.all()] == [each.role]
        assert user.is_staff == (each.role == "Admins")


@pytest.mark.django_db
def test_a_production_server_refuses_public_passwords_unless_forced(settings: Settings) -> None:
    settings.C360_HTTPS = True

    with pytest.raises(SignInsRefused, match="--force-sign-ins"):
        make_sign_ins()

    assert not User.objects.filter(email__in=[each.email for each in SIGN_INS]).exists()
    assert make_sign_ins(forced=True) == len(SIGN_INS)


@pytest.mark.django_db
def test_the_first_day_is_kept_only_for_a_demo_that_was_loaded(tmp_path: Path) -> None:
    generate(tmp_path, seed=5, people=60, today=TODAY)
    assert first_day(tmp_path, seed=5, people=60) is None  # nothing was loaded

    make_sources()

    assert first_day(tmp_path, seed=5, people=60) == TODAY
    assert first_day(tmp_path, seed=6, people=60) is None
    assert first_day(tmp_path / "elsewhere", seed=5, people=60) is None


def test_too_few_people_for_the_stories_are_refused() -> None:
    with pytest.raises(CommandError, match="at least 50"):
        call_command("demo", people=10)
