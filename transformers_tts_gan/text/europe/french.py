"""French: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


_ORDINAL = "spellout-ordinal-"
FRENCH = Wording(
    code="fr",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("euro", "euros", "centime", "centimes")),
        **dict.fromkeys(("$", "USD"), Currency("dollar", "dollars", "cent", "cents")),
        **dict.fromkeys(("£", "GBP"), Currency("livre", "livres", "penny", "pence", feminine=True)),
        **dict.fromkeys(("¥", "JPY"), Currency("yen", "yens")),
        "CHF": Currency("franc suisse", "francs suisses", "centime", "centimes"),
    },
    ordinals={
        **dict.fromkeys(("er", "ᵉʳ"), _ORDINAL + "masculine"),
        "ers": _ORDINAL + "masculine-plural",
        **dict.fromkeys(("re", "ère", "ʳᵉ"), _ORDINAL + "feminine"),
        **dict.fromkeys(("res", "ères"), _ORDINAL + "feminine-plural"),
        **dict.fromkeys(("e", "ᵉ", "è", "ème", "eme", "nd", "nde"), _ORDINAL + "masculine"),
        **dict.fromkeys(("es", "èmes"), _ORDINAL + "masculine-plural"),
    },
    months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    date="{day} {month} {year}",
    first=_ORDINAL + "masculine",
    time="{hours} {hour} {minutes}",
    hour=("heure", "heures"),
    hour_signs=("h", "H"),
    to="à",
    millions_of=("de ", "d'"),
    signs={
        **{"%": "pour cent", "‰": "pour mille", "€": "euros", "$": "dollars", "£": "livres", "&": "et", "+": "plus"},
        **{"=": "égale", "°": "degrés", "@": "arobase", "#": "dièse", "§": "paragraphe", "×": "fois", "/": "sur"},
        **{"<": "inférieur à", ">": "supérieur à", "½": "un demi", "¼": "un quart", "¾": "trois quarts"},
    },
    abbreviations={"n°": "numéro", "N°": "numéro", "etc.": "et cetera", "°C": "degrés Celsius"},
    roman=True,
)
LANGUAGE = Language(
    code="fr",
    name="French",
    aliases=("fra", "fre", "french"),
    sample="Il fait très beau aujourd'hui.",
    normalize=normalizer(FRENCH),
    transcript=transcriber(FRENCH),
)
