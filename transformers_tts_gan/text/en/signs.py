"""What English calls signs."""

import unicodedata

from ..signs import FRACTIONS, NUMBER_SIGNS, Signs
from .codes import read_code
from .numbers import match_number
from .numerals import cardinal, digits


NAMES = {
    "&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "#": "hash", "/": "slash", "<": "less than",
    ">": "greater than", "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "is approximately",
    "≠": "is not equal to", "≤": "less than or equal to", "≥": "greater than or equal to", "°": "degrees",
    "℃": "degrees celsius", "$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "§": "section", "→": "to",
    "−": "minus", "^": "caret", "\\": "backslash", "¢": "cents", "½": "one half", "¼": "one quarter",
    "¾": "three quarters", "²": "squared", "³": "cubed", "√": "square root of", "π": "pi", "µ": "mu",
    "©": "copyright", "®": "registered", "™": "trademark", "‰": "per mille", "〇": "zero", "№": "number",
    "∞": "infinity", "↑": "up", "↓": "down", "∑": "sum", "∫": "integral", "∆": "delta", "α": "alpha", "β": "beta",
    "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon", "θ": "theta", "λ": "lambda", "σ": "sigma",
    "Σ": "sigma", "φ": "phi", "ω": "omega", "Ω": "omega", "₹": "rupees", "₩": "won", "₽": "rubles", "₿": "bitcoin",
    "℉": "degrees fahrenheit", "′": "prime", "″": "double prime", "⁻": "minus", "㎏": "kilograms",
    "㎜": "millimeters", "㎝": "centimeters", "㎞": "kilometers", "㎡": "square meters", "㎥": "cubic meters",
}  # fmt: skip
NAMES |= {char: f"to the power of {cardinal(unicodedata.digit(char))}" for char in "⁰¹⁴⁵⁶⁷⁸⁹"}
NAMES |= {char: cardinal(unicodedata.digit(char)) for char in map(chr, range(0x2080, 0x208A))}  # ₀ to ₉
NAMES |= {char: cardinal(int(unicodedata.numeric(char))) for char in NUMBER_SIGNS}
NAMES |= {char: unicodedata.name(char).lower().removeprefix("vulgar fraction ") for char in FRACTIONS}
ADDRESS = {
    ".": "dot", "@": "at", "/": "slash", ":": "colon", "-": "dash", "_": "underscore", "?": "question mark",
    "=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde",
}  # fmt: skip

ENGLISH_SIGNS = Signs(
    code="en",
    names=NAMES,
    match_number=match_number,
    digits=digits,
    to="to",
    dot="dot",
    times="times",
    divided_by="divided by",
    hashtag="hashtag",
    at="at",
    underscore="underscore",
    address=ADDRESS,
    to_the_power="to the power of",
    number_sign="number",
    per="per",
    money_codes=True,
    first=read_code,
)
