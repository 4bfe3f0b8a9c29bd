"""Error rates of transcripts: words (English), characters, and Chinese syllables with their tone.

Enter: the reference text and the transcript. Leaves: errors as a share of the reference; 0.0 is perfect, and more than
1.0 is possible, since units may be inserted. Both texts are normalized alike: "Mr. Lee's 2 colours" is "mister lee is
2 colors". An empty transcript counts as everything deleted: no sentence is ever left out.
"""

import functools
import re

import numpy as np
from transformers.models.whisper.english_normalizer import BasicTextNormalizer

from ..text import languages
from ..text.zh.transcript import tone_syllables
from ..utils.require import require


RATE_NAMES = {"word": "wer", "character": "cer", "tone": "tpe"}
LANGUAGE = re.compile("[a-z]{2,3}")


def count_errors(reference: str, transcript: str | None, unit: str, language: str) -> tuple[int, int]:
    """Count the substitutions, deletions and insertions in a transcript, and the units in the reference.

    Morris, Maier and Green (2004), "From WER and RIL to MER and WIL".

    Args:
        reference: The text that was to be said.
        transcript: What a recognizer wrote; `None` is no words.
        unit: `word`, `character` or `tone` (Chinese syllables with their tone).
        language: Of both texts, as "en" or "zh".

    Raises:
        ImportError: The extra `eval` is not installed.
        ValueError: `unit` or `language` is not known.

    Example:
        >>> count_errors("The colour of money.", "the color money", "word", "en")
        (1, 4)
    """
    jiwer = require("jiwer", "Counting errors", extra="eval")
    units, found = split_units(reference, unit, language), split_units(transcript or "", unit, language)
    result = jiwer.process_words([" ".join(units)], [" ".join(found)])
    return result.substitutions + result.deletions + result.insertions, len(units)


def split_units(text: str, unit: str, language: str) -> list[str]:
    """Split a text into the units that are counted: words, characters, or syllables in pinyin with tone (5: neutral).

    Args:
        text: Plain text; it is normalized.
        unit: `word`, `character` or `tone`.
        language: As "en" or "zh".

    Raises:
        ValueError: `unit` or `language` is not known.

    Example:
        >>> split_units("你好，25！", "tone", "zh")
        ['ni3', 'hao3', 'er4', 'shi2', 'wu3']
    """
    if unit not in RATE_NAMES:
        raise ValueError(f"`unit` is `{unit}`; choose one of {', '.join(f'`{known}`' for known in RATE_NAMES)}.")
    if not LANGUAGE.fullmatch(language):
        raise ValueError(f"`language` is `{language}`; needs a code of two or three letters, such as `en` or `zh`.")
    if unit == "tone":
        return tone_syllables(text)
    rules = languages.find(language)
    text = (rules.transcript or _basic_normalizer())(text).strip()
    if not rules.separator:
        return list(text)
    return text.split() if unit == "word" else list(text.replace(" ", "▁"))


def rate_units(language: str) -> dict[str, str]:
    """The error rates that are reported for a language, the main one first, and what each counts.

    >>> rate_units("en"), rate_units("zh")
    ({'wer': 'word', 'cer': 'character'}, {'cer': 'character', 'tpe': 'tone'})
    """
    return {RATE_NAMES[unit]: unit for unit in languages.find(language).error_units}


def bootstrap_interval(counts, resamples: int = 1_000, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """The bounds of the corpus error rate if other sentences of the same kind had been drawn.

    Bisani and Ney (2004), "Bootstrap estimates for confidence intervals in ASR performance evaluation".

    Args:
        counts: `(N, 2)`, whole numbers: errors and length of each sentence; sentences are drawn with replacement.
        resamples: Number of corpora drawn.
        seed: Of the draws.
        level: Share of the drawn corpora between the bounds.

    Raises:
        ValueError: There is no sentence, or no units in the references.

    Example:
        >>> bootstrap_interval([(0, 10), (2, 10), (1, 10)])
        (0.0, 0.2)
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


@functools.cache
def _basic_normalizer() -> BasicTextNormalizer:
    return BasicTextNormalizer()
