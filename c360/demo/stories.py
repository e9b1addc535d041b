"""Customers about whom an agent would say: I know this one. Each story has dozens of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from c360.demo import events, orders, service, texts
from c360.demo.contacts import ContactBook
from c360.demo.journal import Customer, Journal, daytime, hours
from c360.demo.people import Changing, Person
from c360.demo.products import PRODUCTS, SHOPS
from c360.demo.sources import Record

SHARE = 0.015  # of all people, for each story
PRICED_TWICE = next(each for each in PRODUCTS if each.name == "Steamer chair")


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
    number = _complain(journal, customer, at, words)
    said = texts.compose(rng, texts.COMPLAINT_CALLS, words)
    rung = daytime(at + hours(18, 40, rng))
    service.telephone(journal, customer, rung, "About my complaint", said, number)
    _chase(journal, customer, daytime(at + hours(44, 60, rng)), words)
    for _ in range(3):
        events.visit(journal, customer, journal.ago(5))


def _complain(journal: Journal, customer: Customer, at: datetime, words: dict[str, str]) -> str:
    """Open a ticket that nobody has answered; return its number."""
    number = journal.ticket_number(at)
    write = journal.pen("support_events", customer, type="ticket", ticket_no=number)
    write(
        at,
        channel="email",
        ticket_status="open",
        priority="complaint",
        agent=words["agent"],
        order_ref=words["order"],
        subject=texts.pick(journal.rng, texts.COMPLAINT_SUBJECTS),
        body=texts.compose(journal.rng, texts.COMPLAINTS, words, letter=True),
    )
    return number


def _chase(journal: Journal, customer: Customer, at: datetime, words: dict[str, str]) -> None:
    """Ask in the chat and learn nothing."""
    said = texts.compose(journal.rng, texts.COMPLAINT_CHATS, words)
    write = journal.pen("support_events", customer, type="chat", channel="chat", minutes="9")
    write(at, subject=f"Still waiting for {words['order']}", body=said, agent=words["agent"])


def _return_without_refund(
    journal: Journal, customer: Customer, records: Sequence[Record]
) -> None:
    """A return booked in two weeks ago, and no money."""
    rng = journal.rng
    bought = orders.place_order(journal, customer, journal.ago(44, 36), until="delivered")
    number = orders.send_back(journal, customer, bought, journal.ago(25, 22), until="received")
    words = service.slots(journal, bought) | {"days": "16"}
    said = texts.compose(rng, texts.REFUND_CALLS, words)
    service.telephone(journal, customer, journal.ago(8, 5), "Where is my refund?", said)
    write = journal.pen("support_events", customer, type="chat", channel="chat", minutes="4")
    agent = words["agent"]
    lines = f"Customer: any news on {number}?\n{agent}: Accounts have it, I am sorry."
    at = journal.ago(3, 1)
    write(at, subject=f"Refund for return {number}", body=lines, agent=agent)
    events.visit(journal, customer, journal.ago(4))


def _lapsed_renewal(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """The Garden Care Plan ran out some weeks ago; the letter went unanswered."""
    rng = journal.rng
    start = journal.ago(365 + 40, 365 + 9)
    events.garden_plan(journal, customer, start, renews=False)
    lapsed = start + timedelta(days=366)
    rung = daytime(lapsed + hours(60, 150, rng))
    said = "Had not seen the letter. Thought it renewed by itself. Wants to think."
    write = journal.pen("crm_events", customer, activity="outbound_call", channel="phone")
    write(rung, subject="Call about the renewal", note=said)
    asked = lapsed + hours(20, 50, rng)
    service.ticket(journal, customer, asked, texts.ISSUES[-1], service.slots(journal, None))
    events.visit(journal, customer, journal.ago(8))


def _opted_out_yet_mailed(
    journal: Journal, customer: Customer, records: Sequence[Record]
) -> None:
    """Said no to the newsletter in the app, and more of them came."""
    events.newsletters(journal, customer, wanted=True, months=6)
    left = journal.ago(52, 45)
    write = journal.pen("app_events", customer, platform="email")
    said = "Unsubscribed by the link in the newsletter"
    write(left, event="newsletter_unsubscribed", detail=said)
    subject = texts.pick(journal.rng, texts.NEWSLETTERS)
    events.mail(journal, customer, journal.ago(4, 3), subject, keen=0.0)
    said = "Unsubscribed weeks ago and had another mail this week. Asked to make sure."
    rung = journal.ago(2, 1)
    service.telephone(journal, customer, rung, "Still getting your newsletter", said)
    for record in records:
        _contradict(record, left)


def _contradict(record: Record, left: datetime) -> None:
    """The app knows the no; the CRM still holds an older yes."""
    if record.source == "app":
        record.row["newsletter"] = "N"
        record.row["newsletter_ms"] = f"{int(left.timestamp())}000"
    elif record.source == "crm":
        record.row["newsletter"] = "yes"
        record.row["consent_changed"] = (left - timedelta(days=200)).date().isoformat()


def _two_offers(journal: Journal, customer: Customer, records: Sequence[Record]) -> None:
    """10 % from the CRM and 20 % from the shop; two prices for one chair; all still good."""
    sent, shown = journal.ago(12, 8), journal.ago(5, 2)
    events.crm_offer(journal, customer, sent, "AUTUMN10", "10 % off furniture", 45)
    events.shop_offer(journal, customer, shown, "COMEBACK20", "20 % off furniture", 30)
    mailed, seen = sent + timedelta(hours=30), shown + timedelta(minutes=2)
    events.crm_price(journal, customer, mailed, PRICED_TWICE, 10_900, 40)
    events.shop_price(journal, customer, seen, PRICED_TWICE, 11_900, 30)
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
    asked = bought.done + hours(30, 90, journal.rng)
    service.ticket(journal, customer, asked, texts.ISSUES[1], service.slots(journal, bought))


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
    said = (
        "Bought twice at Port Ellan, points not there. Till line was down, told to wait for "
        "the upload."
    )
    rung = journal.ago(9, 7)
    service.telephone(journal, customer, rung, "Points from Port Ellan missing", said)
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
