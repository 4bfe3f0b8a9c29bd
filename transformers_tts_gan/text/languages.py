"""The languages that this package knows. [`add`] makes another one known.

A language of this package is one folder with a [`Language`] in it, and one line below.
"""

from .en.language import ENGLISH
from .europe.dutch import LANGUAGE as DUTCH
from .europe.french import LANGUAGE as FRENCH
from .europe.german import LANGUAGE as GERMAN
from .europe.italian import LANGUAGE as ITALIAN
from .europe.portuguese import LANGUAGE as PORTUGUESE
from .europe.spanish import LANGUAGE as SPANISH
from .language import CODE, Language
from .zh.language import CHINESE


_ALL = (ENGLISH, CHINESE, FRENCH, GERMAN, SPANISH, ITALIAN, PORTUGUESE, DUTCH)
_KNOWN = {language.code: language for language in _ALL}


def add(language: Language) -> None:
    """Make a language known to the frontend, the processor, error rates and cards. It replaces one of the same code.

    A model of this language needs the same call before it is loaded.

    Example:

    >>> add(Language(code="la", name="Latin", aliases=("lat",), sample="Salve, amice."))
    >>> find("lat").sample
    'Salve, amice.'
    """
    _KNOWN[language.code] = language


def find(code: str) -> Language:
    """The language of a code such as `en`, `zh`, `en-US`, `zh_CN`, `cmn` or `chinese`.

    A code that nobody has added is a language without rules: its words are read letter by letter, or by espeak-ng,
    and its numbers by CLDR's rules where there are any.

    Raises:
        ValueError: `code` is no code of a language.

    Example:

    >>> find("zh-CN").name, find("cmn").code, find("xx").pronounce
    ('Chinese', 'zh', None)
    """
    plain = code.lower().replace("_", "-").split("-")[0]
    if plain in _KNOWN:
        return _KNOWN[plain]
    for language in _KNOWN.values():
        if plain in language.aliases:
            return language
    if not CODE.fullmatch(plain):
        raise ValueError(f"`language` is {code!r}, but a code such as `en`, `zh` or `de` is needed.")
    return Language(code=plain, name=plain)


def known() -> dict[str, Language]:
    """The languages that have rules, by code; `en` and `zh` are the first."""
    return dict(_KNOWN)
