"""Customers about whom an agent would say: I know this one. Each story has dozens of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from c360.demo import events, orders, service, texts
from c360.demo.contacts import ContactBook
from c360.demo.journal import Customer, Journal, hours
from c360.demo.people import Changing, Person
from c360.demo.products import SHOPS
from c360.demo.sources import Record

SHARE = 0.018  # of all people, for each story


@dataclass(frozen=True)
class Hero:
    """The person to look up for a story, and how somebody might misspell the name."""

    given: str
    family: str
    gender: str
    born: date
    search_for: str


HEROES = {
    "open_complaint": Hero(
        "Philippa", "Thistlewood", "f", date(1968, 5, 14), "filipa thistelwood"
    ),
    "return_without_refund": Hero(
        "Jonathan", "Pemberley", "m", date(1979, 9, 2), "jon pemberly"
    ),
    "lapsed_renewal": Hero(
        "Katherine", "Macallister", "f", date(1955, 2, 23), "catherine mcalister"
    ),
    "opted_out_yet_mailed": Hero(
        "Theodore", "Winstanley", "m", date(1988, 11, 30), "theo winstanly"
    ),
    "two_offers": Hero("Rosalind", "Hargreaves", "f", date(1973, 7, 8), "rosalynd hargreves"),
    "declining_visits": Hero(
        "Desmond", "Featherstone", "m", date(1961, 4, 19), "desmond fetherston"
    ),
    "frequent_buyer": Hero(
        "Magdalena", "Brzozowska", "f", date(1991, 12, 5), "magda brzozovska"
    ),
    "late_events": Hero(
        "Gwendolyn", "Abernathy", "f", date(1947, 10, 17), "gwendolin abernethy"
    ),
}


def cast(people: Sequence[Person], book: ContactBook) -> None:
    """Give each story its people; the first of them is the hero, with the hero's name.

    Only people without other trouble are taken, so that their records join.
    """
    calm = [
        each for each in people if not each.tags and not each.home.email and not each.company
    ]
    each_story = max(2, round(len(people) * SHARE))
    for number, (story, hero) in enumerate(HEROES.items()):
        chosen = calm[number * each_story : (number + 1) * each_story]
        for person in chosen:
            person.story = story
            person.tags.add(f"story_{story}")
        if chosen:
            _become(chosen[0], hero, book)


def _become(person: Person, hero: Hero, book: ContactBook) -> None:
    person.given, person.gender, person.born = hero.given, hero.gender, hero.born
    person.family, person.middle = Changing(hero.family), ""
    person.email = Changing(book.email(hero.given, hero.family, hero.born.year))


def tell(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """Let the customer's story happen, if they are in one."""
    if teller := TELLERS.get(customer.person.story):
        teller(journal, customer, records)


def _open_complaint(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """A complaint open for days while three parcels are on their way."""
    rng = journal.rng
    sent = [
        orders.place_order(journal, customer, journal.ago(17, 11), until="shipped")
        for _ in range(3)
    ]
    words = service.slots(journal, sent[0])
    at = journal.ago(6.5, 3)
    head = {
        "type": "ticket",
        "ticket_no": journal.ticket_number(at),
        "channel": "email",
        "ticket_status": "open",
        "priority": "complaint",
        "agent": words["agent"],
        "subject": texts.pick(rng, texts.COMPLAINT_SUBJECTS),
        "order_ref": sent[0].number,
    }
    said = texts.compose(rng, texts.COMPLAINTS, words, letter=True)
    journal.note("support_events", customer, at, body=said, **head)
    service.telephone(
        journal,
        customer,
        at + hours(18, 40, rng),
        "About my complaint",
        texts.compose(rng, texts.COMPLAINT_CALLS, words),
        words,
        head["ticket_no"],
    )
    service.chat(journal, customer, at + hours(44, 60, rng), texts.ISSUES[0], words)
    for _ in range(3):
        events.visit(journal, customer, journal.ago(5))


def _return_without_refund(
    journal: Journal, customer: Customer, records: Sequence[Record]
) -> None:
    """A return booked in two weeks ago, and no money."""
    rng = journal.rng
    bought = orders.place_order(journal, customer, journal.ago(44, 36), until="delivered")
    number = orders.send_back(journal, customer, bought, journal.ago(25, 22), until="received")
    words = service.slots(journal, bought) | {"days": "16"}
    service.telephone(
        journal,
        customer,
        journal.ago(8, 5),
        "Where is my refund?",
        texts.compose(rng, texts.REFUND_CALLS, words),
        words,
    )
    journal.note(
        "support_events",
        customer,
        journal.ago(3, 1),
        type="chat",
        channel="chat",
        subject=f"Refund for return {number}",
        agent=words["agent"],
        body=f"Customer: any news on {number}?\n{words['agent']}: Accounts have it, sorry.",
        minutes="4",
    )
    events.visit(journal, customer, journal.ago(4))


def _lapsed_renewal(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """The Garden Care Plan ran out some weeks ago; the letter went unanswered."""
    start = journal.ago(365 + 40, 365 + 9)
    events.garden_plan(journal, customer, start, renews=False)
    lapsed = start + timedelta(days=366)
    journal.note(
        "crm_events",
        customer,
        lapsed + hours(60, 150, journal.rng),
        activity="outbound_call",
        subject="Call about the renewal",
        channel="phone",
        note="Had not seen the letter. Thought it renewed by itself. Wants to think.",
    )
    service.ticket(
        journal,
        customer,
        lapsed + hours(20, 50, journal.rng),
        texts.ISSUES[-1],
        service.slots(journal, None),
    )
    events.visit(journal, customer, journal.ago(8))


def _opted_out_yet_mailed(
    journal: Journal, customer: Customer, records: Sequence[Record]
) -> None:
    """Said no to the newsletter in the app, and two more came."""
    events.newsletters(journal, customer, wanted=True, months=6)
    left = journal.ago(52, 45)
    journal.note(
        "app_events",
        customer,
        left,
        event="newsletter_unsubscribed",
        platform="email",
        detail="Unsubscribed by the link in the newsletter",
    )
    for days in (24, 3):
        events.mail(
            journal,
            customer,
            journal.ago(days + 1, days),
            texts.pick(journal.rng, texts.NEWSLETTERS),
            keen=0.0,
        )
    words = service.slots(journal, None)
    service.telephone(
        journal,
        customer,
        journal.ago(2, 1),
        "Still getting your newsletter",
        "Unsubscribed weeks ago and had another mail this week. Asked to make sure.",
        words,
    )
    for record in records:
        if record.source == "app":
            record.row["newsletter"] = "N"
            record.row["newsletter_ms"] = f"{int(left.timestamp())}000"
        elif record.source == "crm":
            record.row["newsletter"] = "yes"
            record.row["consent_changed"] = (left - timedelta(days=200)).date().isoformat()


def _two_offers(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """10 % from the CRM and 20 % from the shop, both still good."""
    events.offer(
        journal, customer, journal.ago(12, 8), "crm", "AUTUMN10", "10 % off furniture", days=45
    )
    events.offer(
        journal,
        customer,
        journal.ago(5, 2),
        "shop",
        "COMEBACK20",
        "20 % off furniture",
        days=30,
    )
    for _ in range(4):
        events.visit(journal, customer, journal.ago(9))
    words = service.slots(journal, None)
    service.chat(journal, customer, journal.ago(2), texts.ISSUES[7], words)


def _declining_visits(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """Came several times a week, then seldom, then not at all."""
    for month, visits in ((6, 13), (5, 9), (4, 6), (3, 3), (2, 1)):
        for _ in range(visits):
            events.visit(journal, customer, journal.ago(30 * month, 30 * month - 30))
    bought = orders.place_order(journal, customer, journal.ago(150, 125), until="delivered")
    service.ticket(
        journal,
        customer,
        bought.done + hours(30, 90, journal.rng),
        texts.ISSUES[1],
        service.slots(journal, bought),
    )


def _frequent_buyer(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """Three orders within the month."""
    for most, least in ((27, 22), (17, 12), (8, 3)):
        events.visit(journal, customer, journal.ago(most + 1, most))
        orders.place_order(journal, customer, journal.ago(most, least), until="delivered")
    orders.buy_at_till(journal, customer, journal.ago(10, 2), shop=journal.rng.choice(SHOPS))


def _late_events(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """Till receipts of a shop whose line was down: uploaded nine days after the purchase."""
    for most, least in ((26, 20), (15, 10)):
        at = journal.ago(most, least)
        uploaded = (at + timedelta(days=9)).strftime("%d/%m/%Y")
        orders.buy_at_till(journal, customer, at, shop="Port Ellan", uploaded=uploaded)
    words = service.slots(journal, None)
    service.telephone(
        journal,
        customer,
        journal.ago(9, 7),
        "Points from Port Ellan missing",
        "Bought twice at Port Ellan, points not there. Till line was down, told to "
        "wait for the upload.",
        words,
    )
    events.visit(journal, customer, journal.ago(9))


TELLERS: dict[str, Callable[[Journal, Customer, Sequence[Record]], None]] = {
    "open_complaint": _open_complaint,
    "return_without_refund": _return_without_refund,
    "lapsed_renewal": _lapsed_renewal,
    "opted_out_yet_mailed": _opted_out_yet_mailed,
    "two_offers": _two_offers,
    "declining_visits": _declining_visits,
    "frequent_buyer": _frequent_buyer,
    "late_events": _late_events,
}
