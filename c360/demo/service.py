"""Tickets, calls and chats: somebody has a question, somebody answers."""

from datetime import datetime

from c360.demo import names, texts
from c360.demo.journal import Customer, Journal, daytime, hours
from c360.demo.orders import Order
from c360.demo.products import PRODUCTS, SHOPS

CHANNELS = ("email", "web form", "phone", "app")


def slots(journal: Journal, order: Order | None) -> dict[str, str]:
    """Words for the gaps in texts; an agent, and the order it is about if there is one."""
    rng = journal.rng
    item = order.item if order else rng.choice(PRODUCTS).short_name
    return {
        "order": order.number if order else "the last order",
        "item": item,
        "days": str(rng.randint(6, 19)),
        "town": rng.choice(names.TOWNS)[0],
        "shop": rng.choice(SHOPS),
        "agent": rng.choice(texts.AGENTS),
    }


def get_in_touch(journal: Journal, customer: Customer, order: Order | None) -> None:
    """One matter, by ticket, call or chat; about the order where there is one."""
    fitting = [each for each in texts.ISSUES if order or not each.needs_order]
    issue = journal.rng.choice(fitting)
    at = (
        journal.ago(500) if order is None else daytime(order.done + hours(10, 200, journal.rng))
    )
    way = journal.rng.choices((ticket, call, chat), (52, 28, 20))[0]
    way(journal, customer, at, issue, slots(journal, order))


def ticket(
    journal: Journal,
    customer: Customer,
    at: datetime,
    issue: texts.Issue,
    words: dict[str, str],
) -> str:
    """A ticket that is answered and solved, unless time is too short; return its number."""
    rng = journal.rng
    number = journal.ticket_number(at)
    write = journal.pen(
        "support_events",
        customer,
        type="ticket",
        ticket_no=number,
        channel=rng.choice(CHANNELS),
        subject=texts.compose(rng, issue.subjects, words),
        agent=words["agent"],
        order_ref=words["order"] if words["order"].startswith("HP-") else "",
        priority="normal",
    )
    asks = texts.compose(rng, issue.asks, words, letter=True)
    steps = [
        ("open", 0.0, 0.0, asks),
        ("waiting", 1, 40, texts.compose(rng, issue.answers, words)),
        ("solved", 5, 100, texts.compose(rng, issue.ends, words)),
    ]
    if rng.random() < 0.3:
        steps.append(("closed", 72, 100, "Closed automatically after three quiet days."))
    for status, low, high, body in steps:
        at = daytime(at + hours(low, high, rng)) if low else at
        write(at, ticket_status=status, body=body)
    return number


def call(
    journal: Journal,
    customer: Customer,
    at: datetime,
    issue: texts.Issue,
    words: dict[str, str],
) -> None:
    """A telephone call with the note an agent leaves."""
    rng = journal.rng
    answer = texts.compose(rng, issue.answers, words)
    said = texts.compose(rng, texts.CALL_NOTES, words | {"answer": answer})
    telephone(journal, customer, at, texts.compose(rng, issue.subjects, words), said)


def telephone(
    journal: Journal,
    customer: Customer,
    at: datetime,
    subject: str,
    said: str,
    ticket_no: str = "",
) -> None:
    """Write down a call of some minutes, on a ticket where there is one."""
    rng = journal.rng
    minutes, agent = str(rng.randint(2, 17)), rng.choice(texts.AGENTS)
    write = journal.pen("support_events", customer, type="call", channel="phone", agent=agent)
    write(at, subject=subject, body=said, minutes=minutes, ticket_no=ticket_no)


def chat(
    journal: Journal,
    customer: Customer,
    at: datetime,
    issue: texts.Issue,
    words: dict[str, str],
) -> None:
    """A short exchange in the chat window."""
    rng = journal.rng
    lines = [
        texts.pick(rng, texts.CHAT_STARTS),
        texts.compose(rng, texts.CHAT_REPLIES, words),
        f"Customer: {texts.compose(rng, issue.asks, words)}",
        f"{words['agent']}: {texts.compose(rng, issue.answers, words)}",
        texts.pick(rng, texts.CHAT_ENDS),
    ]
    journal.note(
        "support_events",
        customer,
        at,
        type="chat",
        body="\n".join(lines),
        subject=texts.compose(rng, issue.subjects, words),
        channel="chat",
        agent=words["agent"],
        minutes=str(rng.randint(3, 20)),
    )
