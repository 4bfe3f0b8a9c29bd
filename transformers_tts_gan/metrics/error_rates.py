"""Error rates of what a recogniser heard: words (English), characters, and Chinese syllables with their tone.

Enter: the text that was to be said and the text that was heard. Leaves: errors as a share of the first; 0.0 is
perfect, more than 1.0 is possible where more was heard than said. Both texts are normalised alike: "Mr. Lee's 2
colours" is "mister lee's two colors". Nothing heard counts as everything deleted: no sentence is ever left out.
"""

import functools
import re
import unicodedata

import numpy as np
from transformers.models.whisper.english_normalizer import BasicTextNormalizer, EnglishTextNormalizer

from ..text.han import HAN_RANGES
from ..text.normalize import normalize
from ..utils.require import require


UNITS = ("word", "character", "tone")
LANGUAGE = re.compile("[a-z]{2,3}")
NOT_HANZI = re.compile(f"[^{HAN_RANGES}]+")
NOT_READ = re.compile(f"[^{HAN_RANGES}〇0-9.,:%+/$€£¥°-]+")  # letters and marks that no Chinese reading is counted for

# British to American spelling, by families of words. Whisper's own list is a file of its tokenizer on the Hub; these
# rules agree with most of its words (the rest are rare) and need no download.
SPELLINGS = [
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


def count_errors(said: str, heard: str | None, unit: str, language: str) -> tuple[int, int]:
    """Errors (substitutions, deletions, insertions) in `heard`, and the number of units in `said`.

    Morris, Maier and Green (2004), "From WER and RIL to MER and WIL". `None` is nothing heard.

    >>> count_errors("The colour of money.", "the color money", "word", "en")
    (1, 4)

    Raises:
        ImportError: Without the extra `eval`.
        ValueError: `unit` or `language` is none.
    """
    jiwer = require("jiwer", "Counting errors", extra="eval")
    reference, hypothesis = split_units(said, unit, language), split_units(heard or "", unit, language)
    result = jiwer.process_words([" ".join(reference)], [" ".join(hypothesis)])
    return result.substitutions + result.deletions + result.insertions, len(reference)


def split_units(text: str, unit: str, language: str) -> list[str]:
    """The units that are counted: words, characters, or syllables in pinyin with tone (5: the neutral one).

    >>> split_units("你好，25！", "tone", "zh")
    ['ni3', 'hao3', 'er4', 'shi2', 'wu3']
    """
    if unit not in UNITS:
        raise ValueError(f"`unit` is `{unit}`; take one of {', '.join(f'`{known}`' for known in UNITS)}.")
    if not LANGUAGE.fullmatch(language):
        raise ValueError(f"`language` is `{language}`; needs a code of two or three letters, such as `en` or `zh`.")
    if unit == "tone":
        import pypinyin  # a second that other voices need not wait for

        style = pypinyin.Style.TONE3
        return pypinyin.lazy_pinyin(normalize_chinese(text), style, neutral_tone_with_five=True, errors="ignore")
    if language == "zh":
        return list(normalize_chinese(text))
    text = normalize_english(text) if language == "en" else _basic_normalizer()(text).strip()
    return text.split() if unit == "word" else list(text.replace(" ", "▁"))


def normalize_english(text: str) -> str:
    """Whisper's normalisation of English (Radford et al., 2022, arXiv:2212.04356, appendix C), American spelling.

    >>> normalize_english("Mr. Lee's favourite colours: twenty-five!")
    'mister lee is favorite colors 25'
    """
    words = _english_normalizer()(text).split()
    return " ".join(_american(word) for word in words if any(char.isalnum() for char in word))  # "..." leaves dots


def normalize_chinese(text: str) -> str:
    """Hanzi only; numbers as the frontend reads them. Traditional characters are not turned into simplified ones.

    >>> normalize_chinese("2008年，涨了25%。")
    '二零零八年涨了百分之二十五'
    """
    text = NOT_READ.sub(" ", unicodedata.normalize("NFKC", text))
    return NOT_HANZI.sub("", "".join(spoken.text for spoken in normalize(text, "zh")))


def bootstrap_interval(counts, resamples: int = 1_000, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """Bounds of the corpus error rate if other sentences of the same kind had been drawn.

    Bisani and Ney (2004), "Bootstrap estimates for confidence intervals in ASR performance evaluation".

    Args:
        counts: `(N, 2)`, whole numbers: errors and length of each sentence; sentences are drawn with replacement.
        resamples: Number of corpora drawn.
        seed: Of the draws.
        level: Share of the drawn corpora between the bounds.

    Raises:
        ValueError: no sentence, or no units in the references.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if len(counts) and (counts.shape[1:] != (2,) or not np.isfinite(counts).all()):
        raise ValueError(f"`counts` has shape {counts.shape}; needs `(N, 2)`, errors and length, none of them NaN.")
    if not len(counts) or counts[:, 1].sum() == 0:
        raise ValueError(f"The {len(counts)} references hold nothing to count: pass at least one with words in it.")
    drawn = np.random.default_rng(seed).integers(len(counts), size=(resamples, len(counts)))
    errors, length = counts[drawn].sum(axis=1).T
    rates = errors / np.maximum(length, 1)
    low, high = np.quantile(rates, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _american(word: str) -> str:
    for pattern, replacement in SPELLINGS:
        word = re.sub(pattern, replacement, word)
    return word


@functools.cache
def _english_normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer({})


@functools.cache
def _basic_normalizer() -> BasicTextNormalizer:
    return BasicTextNormalizer()
