"""Spanish: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


_ORDINAL = "spellout-ordinal-"
SPANISH = Wording(
    code="es",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("euro", "euros", "céntimo", "céntimos")),
        **dict.fromkeys(("$", "USD"), Currency("dólar", "dólares", "centavo", "centavos")),
        **dict.fromkeys(("£", "GBP"), Currency("libra", "libras", "penique", "peniques", feminine=True)),
        **dict.fromkeys(("¥", "JPY"), Currency("yen", "yenes")),
        "CHF": Currency("franco suizo", "francos suizos", "céntimo", "céntimos"),
    },
    ordinals={
        **dict.fromkeys(("º", ".º", "o", "ro", "do", "to", "mo", "vo", "no"), _ORDINAL + "masculine"),
        **dict.fromkeys(("ª", ".ª", "a", "ra", "da", "ta", "ma", "va", "na"), _ORDINAL + "feminine"),
        **dict.fromkeys(("er", ".er"), _ORDINAL + "masculine-adjective"),
    },
    months=tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
    date="{day} de {month} de {year}",
    first=_ORDINAL + "masculine",
    time="{hours} y {minutes}",
    hour=("hora", "horas"),
    hour_signs=("h", "hs", "horas"),
    to="a",
    cents="{whole} con {cents} {cent}",
    millions_of=("de ", "de "),
    signs={
        **{"%": "por ciento", "‰": "por mil", "€": "euros", "$": "dólares", "£": "libras", "&": "y", "+": "más"},
        **{"=": "igual a", "°": "grados", "@": "arroba", "#": "almohadilla", "§": "sección", "×": "por"},
        **{"/": "sobre", "<": "menor que", ">": "mayor que", "½": "un medio", "¼": "un cuarto", "¾": "tres cuartos"},
        **{"¿": "", "¡": ""},
    },
    abbreviations={"n.º": "número", "etc.": "etcétera", "°C": "grados Celsius"},
)
LANGUAGE = Language(
    code="es",
    name="Spanish",
    aliases=("spa", "spanish"),
    sample="Hoy hace muy buen tiempo.",
    normalize=normalizer(SPANISH),
    transcript=transcriber(SPANISH),
)
