"""Dutch: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


DUTCH = Wording(
    code="nl",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("euro", "euro", "cent", "cent")),
        **dict.fromkeys(("$", "USD"), Currency("dollar", "dollar", "cent", "cent")),
        **dict.fromkeys(("£", "GBP"), Currency("pond", "pond", "penny", "pence")),
        **dict.fromkeys(("¥", "JPY"), Currency("yen", "yen")),
        "CHF": Currency("Zwitserse frank", "Zwitserse frank", "rappen", "rappen"),
    },
    ordinals=dict.fromkeys(("e", "de", "ste"), "spellout-ordinal"),
    months=tuple("januari februari maart april mei juni juli augustus september oktober november december".split()),
    date="{day} {month} {year}",
    time="{hours} {hour} {minutes}",
    hour=("uur", "uur"),
    hour_signs=("uur", "u"),
    to="tot",
    masculine="spellout-cardinal",
    feminine="spellout-cardinal",
    signs={
        **{"%": "procent", "‰": "promille", "€": "euro", "$": "dollar", "£": "pond", "&": "en", "+": "plus"},
        **{"=": "is", "°": "graden", "@": "apenstaartje", "#": "hekje", "§": "paragraaf", "×": "keer"},
        **{"/": "gedeeld door", "<": "kleiner dan", ">": "groter dan"},
        **{"½": "een half", "¼": "een kwart", "¾": "drie kwart"},
    },
    abbreviations={"nr.": "nummer", "enz.": "enzovoort", "bijv.": "bijvoorbeeld", "°C": "graden Celsius"},
    years=True,
)
LANGUAGE = Language(
    code="nl",
    name="Dutch",
    aliases=("nld", "dut", "dutch"),
    sample="Het weer is vandaag erg mooi.",
    normalize=normalizer(DUTCH),
    transcript=transcriber(DUTCH),
)
