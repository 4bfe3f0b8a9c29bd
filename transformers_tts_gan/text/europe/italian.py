"""Italian: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


ITALIAN = Wording(
    code="it",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("euro", "euro", "centesimo", "centesimi")),
        **dict.fromkeys(("$", "USD"), Currency("dollaro", "dollari", "centesimo", "centesimi")),
        **dict.fromkeys(("£", "GBP"), Currency("sterlina", "sterline", "penny", "pence", feminine=True)),
        **dict.fromkeys(("¥", "JPY"), Currency("yen", "yen")),
        "CHF": Currency("franco svizzero", "franchi svizzeri", "centesimo", "centesimi"),
    },
    ordinals={"º": "spellout-ordinal-masculine", "ª": "spellout-ordinal-feminine"},
    months=tuple(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()
    ),
    date="{day} {month} {year}",
    first="spellout-ordinal-masculine",
    time="{hours} e {minutes}",
    hour=("ora", "ore"),
    hour_signs=("h",),
    to="a",
    cents="{whole} e {cents} {cent}",
    millions_of=("di ", "di "),
    signs={
        **{"%": "per cento", "‰": "per mille", "€": "euro", "$": "dollari", "£": "sterline", "&": "e", "+": "più"},
        **{"=": "uguale a", "°": "gradi", "@": "chiocciola", "#": "cancelletto", "§": "paragrafo", "×": "per"},
        **{"/": "su", "<": "minore di", ">": "maggiore di", "½": "un mezzo", "¼": "un quarto", "¾": "tre quarti"},
    },
    abbreviations={"n°": "numero", "ecc.": "eccetera", "°C": "gradi Celsius"},
)
LANGUAGE = Language(
    code="it",
    name="Italian",
    aliases=("ita", "italian"),
    sample="Oggi il tempo è molto bello.",
    normalize=normalizer(ITALIAN),
    transcript=transcriber(ITALIAN),
)
