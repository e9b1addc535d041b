"""What customers and agents write and say, put together so that no two read alike.

Slots in braces are filled by `compose`: {order}, {item}, {town}, {days}, {agent}, {shop}.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Issue:
    """One reason to get in touch: subjects, what is said, and how it ends. Parts by `|`."""

    key: str
    subjects: str
    asks: str
    answers: str
    ends: str
    needs_order: bool = True


OPENINGS = (
    "Hello,|Hi there,|Good morning,|Good afternoon,|Dear team,|Hi,|To whom it may concern,|"
    "Hello again,||"
)
PLEAS = (
    "Please could you let me know.|Could someone ring me back?|I'd be grateful for a quick "
    "reply.|Thanks in advance.|Many thanks.|I look forward to hearing from you.|Please "
    "advise, I am at home most mornings.||Can you sort this please?|Thank you for your help."
)
ISSUES = (
    Issue(
        "where_is_it",
        "Where is my order {order}?|Order {order} not arrived|Parcel still missing|"
        "Delivery of {order}|Tracking has stopped",
        "I ordered the {item} {days} days ago and have heard nothing since the confirmation.|"
        "Tracking for {order} has said \"at depot\" since the weekend.|"
        "My {item} was meant to come on Tuesday, I waited in and nobody rang the bell.|"
        "The carrier says {order} was left in a safe place but there is nothing here.|"
        "It's been {days} days for {order} and the app only says it is on its way.",
        "Checked with the carrier: the parcel missed its route, out again tomorrow.|"
        "Depot in {town} has found it, new slot agreed with the customer.|"
        "Carrier asked for a search, told the customer to expect news within two days.",
        "Delivered, customer confirmed by e-mail.|Neighbour had it. Customer is happy.|"
        "Parcel arrived a day later, no further action.",
    ),
    Issue(
        "damaged",
        "{item} arrived damaged|Broken on arrival|Damage to order {order}|Cracked {item}",
        "The {item} came today and one corner is chipped. I have photographs.|"
        "Opened the box from {order} and the {item} is cracked right through.|"
        "Lovely {item} but it has a long scratch, the packing was torn when it arrived.|"
        "Two of the pieces in the box were broken, the rest are fine.",
        "Photographs received, replacement offered or money back.|"
        "Asked for a picture of the label, {agent} is checking stock for a replacement.|"
        "Told the customer to keep the {item}; replacement to go out from {town}.",
        "Replacement sent, customer keeps the damaged one.|Refund agreed and paid.|"
        "Customer took 20 % off and keeps it.",
    ),
    Issue(
        "wrong_item",
        "Wrong item in {order}|Not what I ordered|You sent somebody else's parcel",
        "I was sent a different colour of the {item} to the one on the invoice.|"
        "{order} had someone else's things in it, mine was the {item}.|"
        "The box says {item} but inside was something quite different.",
        "Mix-up at the packing bench confirmed. Right item reserved.|"
        "Collection booked for the wrong one, {agent} will send the {item} today.",
        "Right item delivered, wrong one collected.|Swapped at the {shop} shop.",
    ),
    Issue(
        "refund",
        "Where is my refund?|Refund for {order}|Money not back yet",
        "I sent the {item} back {days} days ago and my account still shows nothing.|Your "
        "e-mail said five working days for the refund on {order}. It has been {days}.|I "
        "dropped off the {item} at the {shop} shop and was told the money would be back by "
        "now.",
        "Return found in the warehouse, passed to accounts.|"
        "Refund had been stopped for a check, {agent} released it.",
        "Refund paid to the card, customer told.|Bank confirms the money arrived.",
    ),
    Issue(
        "change_address",
        "Change of address|We have moved|New delivery address for {order}",
        "We moved last month, can {order} go to the new house please?|"
        "Please update my address, the last parcel went to our old place.|"
        "I've a new address in {town}. The website will not let me save it.",
        "Address checked with the customer on the telephone.|"
        "Parcel caught in time and sent to the new address.",
        "Address updated.|Updated, customer will check the app.",
    ),
    Issue(
        "assembly",
        "Missing screws|Instructions for the {item}|Part missing from {order}",
        "There is a bag of fittings missing from the {item}.|"
        "The instructions show eight bolts and I have six. Is there a spares number?|"
        "I cannot for the life of me see how panel C fits on the {item}.",
        "Spare fittings posted first class.|Sent the newer instruction sheet as a PDF.",
        "Fittings arrived, bench is up.|Customer managed with the new sheet.",
    ),
    Issue(
        "points",
        "Points missing|Loyalty card question|Points for {order} not there",
        "I forgot my card at the till in {shop}, can the points be added?|"
        "{order} shows no points although I was signed in.|"
        "My wife and I use the same card, has somebody stopped it?",
        "Receipt checked, points can be added by hand.|"
        "Card is fine; the order was made without signing in.",
        "Points added.|Explained, points added as goodwill.",
    ),
    Issue(
        "advice",
        "Advice on the {item}|Is it frost proof?|Before I buy|Question about sizes",
        "Will the {item} survive a winter by the sea?|"
        "Is the {item} big enough for two small trees?|"
        "Does the {item} come in the darker green, the picture is hard to judge?",
        "Looked it up with the buyers, {agent} wrote back.|Sent measurements and care notes.",
        "Customer thanked us.|Answered, no further question.",
        needs_order=False,
    ),
    Issue(
        "account",
        "Cannot sign in|Password reset does not come|Two accounts|Change my e-mail please",
        "The reset mail goes to an address I no longer have.|"
        "I seem to have two accounts, one under my old name. Can they be put together?|"
        "The app signs me out every time I open it.",
        "Identity checked by two questions, e-mail changed.|Sent to the web team by {agent}.",
        "Customer can sign in again.|Solved by the reset link.",
        needs_order=False,
    ),
    Issue(
        "plan",
        "Garden Care Plan visit|When is my next visit?|Garden Care Plan price",
        "When will someone come for the autumn visit under my Garden Care Plan?|"
        "The renewal letter shows a higher price than last year, is that right?|"
        "The gardener did not turn up on Thursday, could we have a new date?",
        "Diary checked with the {town} team.|Price explained, customer is thinking about it.",
        "New date agreed.|Customer keeps the plan.",
        needs_order=False,
    ),
)  # fmt: skip
COMPLAINT_SUBJECTS = (
    "Complaint: three parcels and not one of them here|Formal complaint about deliveries|"
    "Very disappointed with your service|Complaint – still waiting, still nobody rings back|"
    "This is my third message about my orders"
)
COMPLAINTS = (
    "I have been a customer for years and this is the worst I have known. {order} was promised "
    "for last week, two more parcels are somewhere as well, and each time I ring I am told "
    "something else.|"
    'Three orders, three "on its way" messages, nothing at the door. I took a day off for '
    "{order}. I would like a manager to call me.|"
    "Nobody has answered my last two e-mails about {order}. The other parcels I am waiting for "
    "seem to be stuck in the same place. Please treat this as a formal complaint.|"
    "I was told on the telephone that {order} would come on Saturday. It did not. The {item} "
    "was a birthday present and the birthday has gone."
)
COMPLAINT_CALLS = (
    "Customer rang again about {order}. Upset, wants a manager. Promised a call back by "
    "Friday.|Second call this week. All three parcels show as sent, none delivered. "
    "Apologised.|Asked whether to cancel the lot. Persuaded to wait until the carrier answers."
)
COMPLAINT_CHATS = (
    "Customer: Is {order} lost?\n{agent}: It shows as sent, I can ask the carrier again.\n"
    "Customer: That is what your colleague said on Monday.|"
    "Customer: three parcels, no news, again\n{agent}: I am sorry. I have added a note to "
    "your complaint.\nCustomer: A note does not bring the {item}|"
    "Customer: Has anybody read my complaint?\n{agent}: It is with the team, they answer "
    "within five days.\nCustomer: I would rather have {order}."
)
REFUND_CALLS = (
    "Asks where the refund for {order} is. Warehouse has had the {item} since last week. "
    "Chased accounts.|"
    "Third time of asking: the {item} went back, money has not. Told it is with accounts.|"
    '"Where is my refund?" Return shows as received, nothing paid. Raised with {agent}.'
)
CHAT_STARTS = (
    "Customer: Hi, is anyone there?|Customer: hello|Customer: Quick question please|"
    "Customer: Good evening|Customer: are you a real person"
)
CHAT_REPLIES = (
    "{agent}: Hello, how can I help?|{agent}: Hi, you're through to {agent}.|"
    "{agent}: Good evening, what can I do for you?"
)
CHAT_ENDS = (
    "Customer: brilliant thanks|Customer: ok will wait then|Customer: That's great, bye|"
    "Customer: Not ideal but thank you|Customer: Fine."
)
CALL_NOTES = (
    "Rang about {order}. {answer}|Call back requested earlier. {answer}|"
    "Caller had the order number to hand: {order}. {answer}|{answer} Caller was friendly.|"
    "Long wait in the queue, caller a bit short with us. {answer}"
)
CRM_NOTES = (
    "Prefers to be rung after four.|Asked for the spring catalogue by post.|Is redoing the "
    "whole garden this year, interested in a design visit.|Hard of hearing, please write "
    "rather than ring.|Has a key safe, code with the visiting team.|Dog in the garden, ring "
    "before coming.|Met at the Pinehaven garden show, took a brochure.|Wants invoices to the "
    "e-mail on file only.|Buys for the village hall as well.|Told us about a new kitchen, "
    "mention the stoneware."
)
CALL_OUTS = (
    "Welcome call, answered two questions about delivery.|No answer, left a message.|"
    "Checked satisfaction after the bench delivery, all well.|"
    "Asked about the Garden Care Plan, will think about it.|Wrong moment, call back in a month."
)
RETURN_REASONS = (
    "Too large for the terrace|Colour not as in the picture|Bought two, needed one|"
    "Arrived after the birthday|Faulty: catch does not close|Changed my mind|"
    "Unwanted present|Chipped on arrival|Found the same at a neighbour's sale"
)
REVIEWS = (
    "Sturdy and looks better than in the picture.|Took an age to arrive but worth it.|"
    "Bit smaller than I thought. Nice finish.|My second one, says it all.|"
    "Lid does not close properly, otherwise fine.|Exactly as described, thank you.|"
    "Assembly was a two-person job, the paper says one.|Lovely colour, the cat has claimed it."
)
NEWSLETTERS = (
    "Bulbs to plant before the frost|Ten days of light: lanterns from £16|"
    "Your garden in January|What the birds need now|New: the Harbour bench in sea green|"
    "Mother's Day, wrapped|First warm weekend? Get the table out|Seed swap at Saltmere Quay|"
    "Long evenings, festoon lights|Our summer sale starts at seven|"
    "Jam jars, pie dishes and other August things|Tidy shed, tidy mind|"
    "A throw for every sofa"
)
AGENTS = ("Moira", "Dev", "Tomas", "Ines", "Callum", "Bea")


def pick(rng: random.Random, parts: str) -> str:
    """One of the parts between bars."""
    return rng.choice(parts.split("|"))


def compose(
    rng: random.Random, parts: str, slots: dict[str, str], *, letter: bool = False
) -> str:
    """Fill one of the parts; a `letter` gets a greeting and a plea, or neither."""
    said = pick(rng, parts).format(**slots)
    if letter:
        said = " ".join(filter(None, (pick(rng, OPENINGS), said, pick(rng, PLEAS))))
    return said
