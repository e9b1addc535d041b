"""Orders from basket to door, and what comes back."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from c360.demo import texts
from c360.demo.journal import Customer, Journal, Pen, daytime, hours, listed, pounds
from c360.demo.products import PRODUCTS, Product

STAGES = ("placed", "packed", "shipped", "delivered")
CARRIERS = ("Fernway Parcels", "Quickline", "Own van")


@dataclass(frozen=True)
class Order:
    """An order as far as it got; `done` is when it reached its last stage."""

    number: str
    placed: datetime
    done: datetime
    stage: str
    pence: int
    basket: list[tuple[int, Product]]

    @property
    def dearest(self) -> Product:
        return max((product for _, product in self.basket), key=lambda each: each.pence)

    @property
    def item(self) -> str:
        """The dearest thing in it, as a customer would call it."""
        return self.dearest.short_name


def place_order(
    journal: Journal, customer: Customer, at: datetime, *, until: str = ""
) -> Order:
    """An order that goes its way up to `until`, or as far as time allows.

    Writes a row for each stage, the payment, and the points where a card is known.
    """
    rng = journal.rng
    wanted = rng.sample(PRODUCTS, rng.choices((1, 2, 3, 4), (46, 32, 15, 7))[0])
    basket = [(rng.choices((1, 2, 3), (80, 15, 5))[0], product) for product in wanted]
    pence = sum(number * product.pence for number, product in basket)
    pence += 0 if pence >= 5000 else 495
    number = journal.order_number(at)
    write = journal.pen("shop_events", customer, order_no=number)
    money = {"amount": pounds(pence), "currency": "GBP"}
    said = listed(basket)
    write(at, event_type="order_placed", order_status="placed", summary=said, **money)
    paid, means = at + hours(0.01, 0.1, rng), rng.choice(PAYMENTS)
    write(paid, event_type="payment_taken", summary=means, **money)
    done, stage = _move_on(rng, write, at, until)
    if stage == "delivered":
        _earn(journal, customer, done, number, pence)
    return Order(number, at, done, stage, pence, basket)


PAYMENTS = ("Card ending 4402", "Card ending 1187", "Wallet in the app", "Gift card")


def _move_on(rng: Random, write: Pen, at: datetime, until: str) -> tuple[datetime, str]:
    """Pack, send and deliver, or cancel; return when and where it stands now."""
    stage, carrier = "placed", rng.choice(CARRIERS)
    steps = [
        ("packed", 3, 30, "Packed at the Saltmere warehouse"),
        ("shipped", 2, 20, f"With {carrier}"),
        ("delivered", 18, 90, "Handed over at the door"),
    ]
    if not until and rng.random() < 0.05:
        steps = [("cancelled", 1, 20, "Cancelled by the customer")]
    for step, low, high, said in steps:
        if until and stage == until:
            break
        sent = {}
        if step == "shipped":
            sent = {"carrier": carrier, "parcel": f"FP{rng.randrange(10**9):09d}"}
        later = daytime(at + hours(low, high, rng))
        if not write(
            later, event_type=f"order_{step}", order_status=step, summary=said, **sent
        ):
            break
        at, stage = later, step
    return at, stage


def _earn(journal: Journal, customer: Customer, at: datetime, number: str, pence: int) -> None:
    journal.note(
        "loyalty_events",
        customer,
        at + hours(1, 12, journal.rng),
        TXN_TYPE="EARN",
        POINTS=f"{pence // 100}",
        STORE="WEB",
        DESCRIPTION=f"{pence // 100} points for {number}",
    )


def send_back(
    journal: Journal,
    customer: Customer,
    order: Order,
    at: datetime,
    *,
    until: str = "completed",
) -> str:
    """Send the dearest item back; return the number of the return.

    `until` is the state the return reaches.
    """
    rng = journal.rng
    product = order.dearest
    number = journal.number("R-", 5_000, 4_000, at)
    write = journal.pen(
        "shop_returns_events", customer, return_no=number, order_no=order.number
    )
    money = {"amount": pounds(product.pence), "currency": "GBP"}
    said = f"{product.name}: {texts.pick(rng, texts.RETURN_REASONS)}"
    write(at, step="requested", return_status="requested", reason=said, **money)
    if until == "requested":
        return number
    at = daytime(at + hours(40, 150, rng))
    said = f"{product.name} booked in at the warehouse"
    booked_in = write(at, step="received", return_status="received", reason=said)
    if booked_in and until == "completed":
        _settle(rng, write, daytime(at + hours(20, 120, rng)), money)
    return number


def _settle(rng: Random, write: Pen, at: datetime, money: dict[str, str]) -> None:
    """Pay the money back, or now and then refuse to."""
    if rng.random() < 0.06:
        write(
            at, step="rejected", return_status="rejected", reason="Used, cannot be taken back"
        )
    else:
        write(
            at, step="refunded", return_status="completed", reason="Back to the card", **money
        )


def buy_at_till(
    journal: Journal, customer: Customer, at: datetime, *, shop: str, uploaded: str = ""
) -> None:
    """A purchase in a shop with the card shown: a till row and the points."""
    rng = journal.rng
    product = rng.choice(PRODUCTS)
    receipt = f"{shop[:3].upper()}-{rng.randrange(10**6):06d}"
    write = journal.pen(
        "loyalty_events", customer, STORE=shop, RECEIPT_NO=receipt, UPLOADED=uploaded
    )
    said = f"{product.name}, {shop} shop"
    write(at, TXN_TYPE="TILL", SPEND=pounds(product.pence), DESCRIPTION=said)
    points = str(product.pence // 100)
    said = f"{points} points for {receipt}"
    write(at + hours(0.01, 0.05, rng), TXN_TYPE="EARN", POINTS=points, DESCRIPTION=said)
