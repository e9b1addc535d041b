"""Amounts in minor units to the text people read."""

# ISO 4217: currencies whose minor unit is not a hundredth.
DIGITS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3} | dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
     "VUV", "XAF", "XOF", "XPF"), 0
)  # fmt: skip
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}


def format_minor(amount: int, currency: str) -> str:
    """`format_minor(8400, "GBP")` is `£84.00`; other currencies follow as a code."""
    digits = DIGITS.get(currency, 2)
    whole, part = divmod(abs(amount), 10**digits)
    number = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    minus = "−" if amount < 0 else ""
    sign = SIGNS.get(currency)
    return f"{minus}{sign}{number}" if sign else f"{minus}{number} {currency}".rstrip()
