"""What Harbour & Pine sells: name, price in pence, section."""

from dataclasses import dataclass

UNITS = ("cm", "m", "l", "g", "kg")


@dataclass(frozen=True)
class Product:
    """One article. `sku` is what the shop and the app call it."""

    sku: str
    name: str
    pence: int
    section: str

    @property
    def short_name(self) -> str:
        """As a customer would call it: "cedar planter", not "Cedar planter 40 cm"."""
        words = self.name.split(",")[0].lower().split()
        whole = [word for word in words if not word[0].isdigit() and word not in UNITS]
        return " ".join(whole)


_SHELVES = {
    "Planters": "Cedar planter 40 cm:3450|Cedar planter 60 cm:4900|Slate trough:5600|"
    "Terracotta pot, set of three:2699|Zinc window box:2250|Hanging basket with liner:1699",
    "Tools": "Hand trowel, ash handle:1450|Bypass secateurs:2799|Stainless border fork:4250|"
    "Long-handled hoe:3199|Leaf rake:2450|Garden kneeler:1999|Hose reel 25 m:5900|"
    "Watering can 9 l:2400",
    "Seeds & bulbs": "Wildflower seed mix 100 g:899|Tulip bulbs, 50 mixed:1850|"
    "Heritage tomato seeds:349|Sweet pea collection:1099|Snowdrop bulbs in the green:1599|"
    "Herb garden starter kit:1799",
    "Furniture": "Harbour bench, two seats:18900|Folding bistro set:14900|Steamer chair:12900|"
    "Parasol 2.7 m, sage:9900|Fire bowl 60 cm:11900|Storage box 300 l:8900|Swing seat:24900",
    "Lighting": "Solar path lights, set of six:3900|Storm lantern, large:3250|"
    "Festoon lights 10 m:4400|Candle jar, pine and salt:1600|Wall lantern, black:5200",
    "Kitchen": "Stoneware mug, set of four:2800|Oak chopping board:3400|Linen tea towels:1650|"
    "Enamel pie dish:1450|Cast iron casserole 4.2 l:7900|Bread bin, cream:3600|"
    "Glass storage jars, set of five:2990",
    "Textiles": "Wool throw, heather:6500|Linen cushion, sea green:2950|Cotton bedspread:8900|"
    "Door mat, coir:1850|Picnic blanket:3850|Bath towels, pair:2700",
    "Wildlife": "Bird feeder, copper:2150|Nest box, larch:1950|Hedgehog house:4400|"
    "Sunflower hearts 5 kg:1799|Bee hotel:1650|Bird bath, stone effect:5900",
    "Sheds": "Shed paint 5 l, sage:3499|Pine shelving unit:5600|Potting bench:11900|"
    "Cold frame:7400|Water butt 200 l:5200",
}


def _catalogue() -> tuple[Product, ...]:
    found = []
    for row, (section, shelf) in enumerate(_SHELVES.items(), start=1):
        for place, entry in enumerate(shelf.split("|"), start=1):
            name, _, pence = entry.rpartition(":")
            found.append(Product(f"HP{row}{place:02d}", name, int(pence), section))
    return tuple(found)


PRODUCTS = _catalogue()
SHOPS = ("Saltmere Quay", "Pinehaven Mill", "Brackenford", "Port Ellan", "Market Oxley")
SEARCHES = (
    "planter large", "bird feeder squirrel proof", "bench 2 seater", "solar lights",
    "wool throw", "secateurs", "tulip bulbs", "casserole dish", "parasol base", "water butt",
    "door mat outdoor", "raised bed", "gift for gardener", "festoon lights warm white",
    "storage box cushions", "seed potatoes", "fire pit", "shed paint", "returns",
    "delivery times", "picnic blanket",
    "hedgehog house", "oak board", "track my order",
)  # fmt: skip
