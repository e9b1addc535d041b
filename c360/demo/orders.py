"""Orders from basket to door, and what comes back."""

from dataclasses import dataclass
from datetime import datetime

from c360.demo import texts
from c360.demo.journal import Customer, Journal, hours, listed, pounds
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
    def item(self) -> str:
        """The dearest thing in it, as a customer would call it."""
        name = max((product for _, product in self.basket), key=lambda each: each.pence).name
        return name.split(",")[0].lower()


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
    head = {"order_no": number, "currency": "GBP"}
    journal.note(
        "shop_events",
        customer,
        at,
        event_type="order_placed",
        order_status="placed",
        amount=pounds(pence),
        summary=listed(basket),
        **head,
    )
    journal.note(
        "shop_events",
        customer,
        at + hours(0.01, 0.1, rng),
        amount=pounds(pence),
        event_type="payment_taken",
        summary=rng.choice(PAYMENTS),
        **head,
    )
    done, stage = _move_on(journal, customer, at, head, until)
    if stage == "delivered":
        _earn(journal, customer, done, number, pence)
    return Order(number, at, done, stage, pence, basket)


PAYMENTS = (
    "Card ending 4402",
    "Card ending 1187",
    "Wallet in the app",
    "Gift card and card",
    "Card ending 9035",
)


def _move_on(
    journal: Journal, customer: Customer, at: datetime, head: dict[str, str], until: str
) -> tuple[datetime, str]:
    """Pack, send and deliver, or cancel; return when and where it stands now."""
    rng, stage = journal.rng, "placed"
    carrier = rng.choice(CARRIERS)
    parcel = f"FP{rng.randrange(10**9):09d}"
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
        later = at + hours(low, high, rng)
        noted = journal.note(
            "shop_events",
            customer,
            later,
            event_type=f"order_{step}",
            order_status=step,
            summary=said,
            carrier=carrier if step == "shipped" else "",
            parcel=parcel if step == "shipped" else "",
            order_no=head["order_no"],
        )
        if not noted:
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
    """One item goes back; return the number of the return. `until` is the state it reaches."""
    rng = journal.rng
    _number, product = rng.choice(order.basket)
    number = journal.number("R-", 5_000, 4_000, at)
    head = {"return_no": number, "order_no": order.number}
    money = {"amount": pounds(product.pence), "currency": "GBP"}
    reason = f"{product.name}: {texts.pick(rng, texts.RETURN_REASONS)}"
    journal.note(
        "shop_returns_events",
        customer,
        at,
        step="requested",
        reason=reason,
        return_status="requested",
        **head,
        **money,
    )
    received = at + hours(40, 150, rng)
    if until == "requested" or not journal.note(
        "shop_returns_events",
        customer,
        received,
        step="received",
        return_status="received",
        reason=f"{product.name} booked in at the warehouse",
        **head,
    ):
        return number
    if until == "completed":
        step = "rejected" if rng.random() < 0.06 else "refunded"
        state = "rejected" if step == "rejected" else "completed"
        said = "Used, cannot be taken back" if step == "rejected" else "Back to the card"
        paid = {} if step == "rejected" else money
        journal.note(
            "shop_returns_events",
            customer,
            received + hours(20, 120, rng),
            step=step,
            return_status=state,
            reason=said,
            **head,
            **paid,
        )
    return number


def buy_at_till(
    journal: Journal, customer: Customer, at: datetime, *, shop: str, uploaded: str = ""
) -> None:
    """A purchase in a shop with the card shown: a till row and the points."""
    rng = journal.rng
    product = rng.choice(PRODUCTS)
    receipt = f"{shop[:3].upper()}-{rng.randrange(10**6):06d}"
    head = {"STORE": shop, "RECEIPT_NO": receipt, "UPLOADED": uploaded}
    journal.note(
        "loyalty_events",
        customer,
        at,
        TXN_TYPE="TILL",
        SPEND=pounds(product.pence),
        DESCRIPTION=f"{product.name}, {shop} shop",
        **head,
    )
    journal.note(
        "loyalty_events",
        customer,
        at + hours(0.01, 0.05, rng),
        TXN_TYPE="EARN",
        POINTS=f"{product.pence // 100}",
        DESCRIPTION=f"{product.pence // 100} points for {receipt}",
        **head,
    )
