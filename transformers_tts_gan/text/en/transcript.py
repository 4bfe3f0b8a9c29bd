"""English text as error rates compare it."""

import functools
import re


# British to American spelling, by families of words. Whisper's own list is a file of its tokenizer on the Hub; these
# rules agree with most of its words (the rest are rare) and need no download.
_SPELLINGS = [
    (r"(^od|\w\w\w)our(?=(s|ed|ings?|ers?|ab\w+|ful\w*|i[st]\w+|less|hood|al\w*|ly|y|ies)?$)", r"\1or"),  # colour
    (r"(?<=\w\w)([iy])s(?=(e[ds]?|ers?|ing(ly)?|able|ations?|ational)$)", r"\1z"),  # realise, analyse
    (r"(?<=[bt])re(?=s?$)", "er"),  # centre
    (r"([aeiou]\w+[aeiou])ll(?=(ed|ing|e?rs?|ors?|ous|ously|ists?)$)", r"\1l"),  # travelled
    (r"(?<=\w\w)ogue(?=s?$)", "og"),  # dialogue
    (r"([ef]en|cen)ce(?=(s|d|less)?$)", r"\1se"),  # defence, licence
    (r"(manoe|maneu)vre(?=[ds]?$)", "maneuver"),
    (r"gramme(?=s?$)", "gram"),
    (r"^moust", "must"),
    (r"plough", "plow"),
    (r"grey", "gray"),
    (r"mould", "mold"),
    (r"scept", "skept"),
    (r"sulph", "sulf"),
    (r"ewelle?ry", "ewelry"),
    (r"^cheque", "check"),
    (r"^tyre", "tire"),
    (r"^pyj", "paj"),
    (r"^aeropl", "airpl"),
    (r"^alumini", "alumin"),
    (r"^storey", "story"),
]


def english_transcript(text: str) -> str:
    """Whisper's normalization of English (Radford et al., 2022, arXiv:2212.04356, appendix C), American spelling.

    >>> english_transcript("Mr. Lee's favourite colours: twenty-five!")
    'mister lee is favorite colors 25'
    """
    words = _whisper()(text).split()
    return " ".join(_american(word) for word in words if any(char.isalnum() for char in word))  # "..." leaves dots


def _american(word: str) -> str:
    for pattern, replacement in _SPELLINGS:
        word = re.sub(pattern, replacement, word)
    return word


@functools.cache
def _whisper():
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer  # here: speaking needs none

    return EnglishTextNormalizer({})
