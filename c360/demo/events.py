"""Ordinary life: what most customers do in a year and a half."""

from datetime import datetime, timedelta
from functools import partial

from c360.demo import orders, service, texts
from c360.demo.journal import Customer, Journal, Pen, hours, pounds
from c360.demo.products import PRODUCTS, SEARCHES, SHOPS, Product

PLATFORMS = ("iPhone", "Android", "web")


def live(journal: Journal, customer: Customer) -> None:
    """Everything ordinary one customer does, in every system that knows them."""
    if customer.person.story:
        calm_year(journal, customer)
        return
    zeal = journal.rng.lognormvariate(0, 0.6)
    shop(journal, customer, zeal)
    card(journal, customer, zeal)
    browse(journal, customer, zeal)
    newsletters(journal, customer, wanted=customer.person.wants_news)
    relations(journal, customer)


def calm_year(journal: Journal, customer: Customer) -> None:
    """A past that ends well before a story begins: two orders, a question, some points."""
    for most, least in ((500, 330), (320, 200)):
        bought = orders.place_order(journal, customer, journal.ago(most, least))
    service.ticket(
        journal,
        customer,
        bought.done + hours(20, 90, journal.rng),
        journal.rng.choice(texts.ISSUES[:3]),
        service.slots(journal, bought),
    )
    orders.buy_at_till(journal, customer, journal.ago(300, 120), shop=journal.rng.choice(SHOPS))
    journal.note(
        "app_events",
        customer,
        journal.ago(540, 520),
        event="account_created",
        platform=platform_of(customer),
        detail="Signed up",
    )


def shop(journal: Journal, customer: Customer, zeal: float) -> None:
    """Orders, some of them returned, reviewed or asked about."""
    if "shop" not in customer.keys:
        if journal.rng.random() < 0.6:
            service.get_in_touch(journal, customer, None)
        return
    rng = journal.rng
    for _ in range(min(14, int(rng.expovariate(0.40 / zeal)))):
        bought = orders.place_order(journal, customer, journal.ago(546))
        if bought.stage != "delivered":
            continue
        if rng.random() < 0.09:
            orders.send_back(journal, customer, bought, bought.done + hours(24, 240, rng))
        if rng.random() < 0.08:
            journal.note(
                "shop_events",
                customer,
                bought.done + hours(60, 500, rng),
                event_type="review_posted",
                rating=str(rng.choice((3, 4, 4, 5, 5))),
                summary=texts.pick(rng, texts.REVIEWS),
            )
        if rng.random() < 0.36:
            service.get_in_touch(journal, customer, bought)
    if rng.random() < 0.4:
        service.get_in_touch(journal, customer, None)


def card(journal: Journal, customer: Customer, zeal: float) -> None:
    """Purchases at the till, points spent, vouchers."""
    rng = journal.rng
    if "loyalty" not in customer.keys:
        return
    favourite = rng.choice(SHOPS)
    for _ in range(min(10, int(rng.expovariate(0.47 / zeal)))):
        where = favourite if rng.random() < 0.8 else rng.choice(SHOPS)
        orders.buy_at_till(journal, customer, journal.ago(546), shop=where)
    for kind, share, points, said in (
        ("REDEEM", 0.35, -500, "500 points for a £5 voucher"),
        ("BONUS", 0.4, 100, "Double points weekend"),
        ("VOUCHER", 0.3, 0, "Birthday voucher sent by post"),
    ):
        if rng.random() < share:
            journal.note(
                "loyalty_events",
                customer,
                journal.ago(400),
                TXN_TYPE=kind,
                POINTS=str(points),
                DESCRIPTION=said,
            )


def browse(journal: Journal, customer: Customer, zeal: float) -> None:
    """Visits to app and website while signed in."""
    journal.note(
        "app_events",
        customer,
        journal.ago(546, 500),
        event="account_created",
        platform=platform_of(customer),
        detail="Signed up",
    )
    for _ in range(min(30, int(journal.rng.expovariate(0.155 / zeal)))):
        visit(journal, customer, journal.ago(546))


def platform_of(customer: Customer) -> str:
    """The device somebody always uses."""
    return PLATFORMS[customer.person.born.toordinal() % len(PLATFORMS)]


def visit(journal: Journal, customer: Customer, at: datetime) -> None:
    """One visit: some looking, perhaps a search, perhaps a cart left behind."""
    rng = journal.rng
    platform = platform_of(customer)

    def step(event: str, detail: str, sku: str = "") -> None:
        nonlocal at
        journal.note(
            "app_events", customer, at, event=event, platform=platform, detail=detail, sku=sku
        )
        at += timedelta(seconds=rng.randint(15, 240))

    step("session_start", f"{rng.randint(1, 14)} min on {platform}")
    if rng.random() < 0.3:
        step("searched", rng.choice(SEARCHES))
    seen = rng.sample(PRODUCTS, rng.choices((0, 1, 2, 3), (30, 40, 20, 10))[0])
    for product in seen:
        step("product_viewed", product.name, product.sku)
    if seen and rng.random() < 0.2:
        step("added_to_cart", seen[-1].name, seen[-1].sku)
        if rng.random() < 0.5:
            step("cart_left", f"{seen[-1].name} waits in the cart", seen[-1].sku)


def newsletters(
    journal: Journal, customer: Customer, *, wanted: bool, months: int = 11
) -> None:
    """A newsletter a month to those who want it; some are opened, few followed."""
    if not wanted:
        return
    subjects = texts.NEWSLETTERS.split("|")
    keen = journal.rng.betavariate(2, 3)
    for month in range(months, 0, -1):
        at = journal.now - timedelta(days=30 * month - 9, hours=-7)
        mail(journal, customer, at, subjects[month % len(subjects)], keen)


def mail(journal: Journal, customer: Customer, at: datetime, subject: str, keen: float) -> None:
    """One newsletter, sent and maybe read; `keen` is the share that is opened."""
    rng = journal.rng
    campaign = f"NL-{at:%Y-%m}"
    reactions = [
        ("newsletter_sent", True),
        ("newsletter_opened", rng.random() < keen),
        ("newsletter_clicked", rng.random() < keen / 4),
    ]
    for event, happened in reactions:
        if not happened:
            break
        journal.note(
            "app_events",
            customer,
            at,
            event=event,
            detail=subject,
            platform="email",
            campaign=campaign,
        )
        at += hours(0.1, 30, rng)


def relations(journal: Journal, customer: Customer) -> None:
    """What the CRM holds: the Garden Care Plan, notes, calls, an offer now and then."""
    rng = journal.rng
    write = journal.pen("crm_events", customer)
    if rng.random() < 0.24:
        garden_plan(journal, customer, journal.ago(546, 10))
    if rng.random() < 0.3:
        said = texts.pick(rng, texts.CRM_NOTES)
        write(journal.ago(500), activity="note", subject="Note", note=said)
    if rng.random() < 0.25:
        said, at = texts.pick(rng, texts.CALL_OUTS), journal.ago(500)
        write(at, activity="outbound_call", subject="Call out", note=said, channel="phone")
    if rng.random() < 0.5:
        crm_offer(journal, customer, journal.ago(400, 40), "TENOFF", "10 % off planters", 30)


def garden_plan(
    journal: Journal, customer: Customer, start: datetime, *, renews: bool = True
) -> None:
    """The Garden Care Plan from its first day; it is renewed after a year, or lapses."""
    rng = journal.rng
    number = journal.number("GC-", 2_000, 3_000, start)
    write = journal.pen("crm_events", customer, plan_no=number, channel="letter")
    price = rng.choice(("84.00", "96.00", "120.00"))
    due = start + timedelta(days=365)
    plan_step = partial(_plan_step, write)
    plan_step(start, "started", "Two visits a year", "active", price)
    asked = due - timedelta(days=30)
    plan_step(asked, "reminder", f"Renewal at £{price} due on {due:%d/%m/%Y}")
    if renews and rng.random() < 0.88:
        plan_step(due, "renewed", "For another year", "active", price)
    else:
        lapsed = due + timedelta(days=1)
        plan_step(lapsed, "lapsed", "No answer to the renewal letter", "lapsed")


def _plan_step(
    write: Pen, at: datetime, step: str, said: str, state: str = "", price: str = ""
) -> None:
    subject = f"Garden Care Plan {step}"
    write(
        at, activity=f"plan_{step}", subject=subject, note=said, plan_status=state, value=price
    )


def crm_offer(
    journal: Journal, customer: Customer, at: datetime, code: str, said: str, days: int
) -> None:
    """An offer by the CRM's e-mail, good for `days`."""
    until = (at + timedelta(days=days)).date().isoformat()
    note = f"{said}, code {code}, valid until {until}"
    write = journal.pen("crm_events", customer, offer_code=code, valid_until=until)
    write(at, activity="offer_sent", channel="email", subject=f"Offer: {said}", note=note)


def shop_offer(
    journal: Journal, customer: Customer, at: datetime, code: str, said: str, days: int
) -> None:
    """An offer the shop shows after signing in, good for `days`."""
    until = (at + timedelta(days=days)).date().isoformat()
    summary = f"{said}, code {code}, valid until {until}"
    write = journal.pen("shop_events", customer, offer_code=code, valid_until=until)
    write(at, event_type="offer_issued", summary=summary)


def crm_price(
    journal: Journal, customer: Customer, at: datetime, product: Product, pence: int, days: int
) -> None:
    """A price for one article by the CRM's e-mail, good for `days`."""
    until = (at + timedelta(days=days)).date().isoformat()
    said = f"{product.name} for £{pounds(pence)}, valid until {until}"
    write = journal.pen("crm_events", customer, **_priced(product), valid_until=until)
    subject = f"Price for you: {product.name}"
    write(
        at, activity="offer_sent", channel="email", subject=subject, note=said,
        value=pounds(pence),
    )  # fmt: skip


def shop_price(
    journal: Journal, customer: Customer, at: datetime, product: Product, pence: int, days: int
) -> None:
    """A price for one article that the shop shows after signing in, good for `days`."""
    until = (at + timedelta(days=days)).date().isoformat()
    said = f"{product.name} for £{pounds(pence)}, valid until {until}"
    write = journal.pen("shop_events", customer, **_priced(product), valid_until=until)
    write(at, event_type="offer_issued", summary=said, amount=pounds(pence), currency="GBP")


def _priced(product: Product) -> dict[str, str]:
    return {"sku": product.sku, "product": product.name}
