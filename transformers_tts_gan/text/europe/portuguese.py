"""Portuguese: what stands around its digits, and the language as one object."""

from ..language import Language
from .reading import normalizer, transcriber
from .wording import Currency, Wording


PORTUGUESE = Wording(
    code="pt",
    currencies={
        **dict.fromkeys(("€", "EUR"), Currency("euro", "euros", "cêntimo", "cêntimos")),
        **dict.fromkeys(("$", "USD"), Currency("dólar", "dólares", "cêntimo", "cêntimos")),
        **dict.fromkeys(("R$", "BRL"), Currency("real", "reais", "centavo", "centavos")),
        **dict.fromkeys(("£", "GBP"), Currency("libra", "libras", "péni", "pence", feminine=True)),
        **dict.fromkeys(("¥", "JPY"), Currency("iene", "ienes")),
        "CHF": Currency("franco suíço", "francos suíços", "cêntimo", "cêntimos"),
    },
    ordinals={
        **dict.fromkeys(("º", ".º"), "spellout-ordinal-masculine"),
        **dict.fromkeys(("ª", ".ª"), "spellout-ordinal-feminine"),
    },
    months=tuple("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split()),
    date="{day} de {month} de {year}",
    first="spellout-ordinal-masculine",
    time="{hours} {hour} e {minutes}",
    hour=("hora", "horas"),
    hour_signs=("h",),
    to="a",
    cents="{whole} e {cents} {cent}",
    millions_of=("de ", "de "),
    signs={
        **{"%": "por cento", "‰": "por mil", "€": "euros", "$": "dólares", "£": "libras", "&": "e", "+": "mais"},
        **{"=": "igual a", "°": "graus", "@": "arroba", "#": "cardinal", "§": "secção", "×": "vezes", "/": "sobre"},
        **{"<": "menor que", ">": "maior que", "½": "um meio", "¼": "um quarto", "¾": "três quartos"},
    },
    abbreviations={"n.º": "número", "nº": "número", "etc.": "etcetera", "°C": "graus Celsius"},
)
LANGUAGE = Language(
    code="pt",
    name="Portuguese",
    aliases=("por", "portuguese"),
    sample="Hoje o tempo está muito bom.",
    normalize=normalizer(PORTUGUESE),
    transcript=transcriber(PORTUGUESE),
)
