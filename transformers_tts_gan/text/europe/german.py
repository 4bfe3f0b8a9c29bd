"""German: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


GERMAN = Wording(
    code="de",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("Euro", "Euro", "Cent", "Cent")),
        **dict.fromkeys(("$", "USD"), Currency("Dollar", "Dollar", "Cent", "Cent")),
        **dict.fromkeys(("£", "GBP"), Currency("Pfund", "Pfund", "Penny", "Pence")),
        **dict.fromkeys(("¥", "JPY"), Currency("Yen", "Yen")),
        "CHF": Currency("Franken", "Franken", "Rappen", "Rappen"),
    },
    ordinals={
        **dict.fromkeys(("te", "ste"), "spellout-ordinal"),
        **dict.fromkeys(("ten", "sten"), "spellout-ordinal-n"),
        **dict.fromkeys(("ter", "ster"), "spellout-ordinal-r"),
        **dict.fromkeys(("tes", "stes"), "spellout-ordinal-s"),
    },
    months=tuple("januar februar märz april mai juni juli august september oktober november dezember".split()),
    date="{day} {month} {year}",
    time="{hours} {hour} {minutes}",
    hour=("Uhr", "Uhr"),
    hour_signs=("Uhr", "h"),
    to="bis",
    feminine="spellout-cardinal-masculine",
    signs={
        **{"%": "Prozent", "‰": "Promille", "€": "Euro", "$": "Dollar", "£": "Pfund", "&": "und", "+": "plus"},
        **{"=": "gleich", "°": "Grad", "@": "at", "#": "Raute", "§": "Paragraf", "×": "mal", "/": "durch"},
        **{"<": "kleiner als", ">": "größer als", "½": "einhalb", "¼": "ein Viertel", "¾": "drei Viertel"},
    },
    abbreviations={
        **{"z.B.": "zum Beispiel", "z. B.": "zum Beispiel", "d.h.": "das heißt", "d. h.": "das heißt"},
        **{"usw.": "und so weiter", "bzw.": "beziehungsweise", "ca.": "circa", "Nr.": "Nummer", "°C": "Grad Celsius"},
    },
    years=True,
    ordinal_dot=True,
)
LANGUAGE = Language(
    code="de",
    name="German",
    aliases=("deu", "ger", "german"),
    sample="Das Wetter ist heute schön.",
    normalize=normalizer(GERMAN),
    transcript=transcriber(GERMAN),
)
