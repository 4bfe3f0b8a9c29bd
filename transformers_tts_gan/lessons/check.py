"""Whether a recognizer understands what was spoken for a lesson.

Enter: clips and a recognizer for each language. Leave: counts of errors, and the sentences that were not understood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..metrics.asr import Recognizer, transcribe
from ..metrics.error_rates import count_errors, rate_units
from .clips import Clip


LEAST_LETTERS = 8  # of a part of a sentence: recognizers guess at single words


@dataclass(frozen=True)
class Heard:
    """A part of a sentence as a recognizer understood it.

    Args:
        text: What was to be said.
        transcript: What the recognizer wrote.
        language: Of both.
        errors: Wrong, missing and added units: words of English, characters of Chinese.
        units: Of the text.
        slow: Whether it was spoken slowly.
    """

    text: str
    transcript: str
    language: str
    errors: int
    units: int
    slow: bool


def listen(clips: Sequence[Clip], recognizers: Mapping[str, Recognizer]) -> list[Heard]:
    """Transcribe what was spoken in the languages for which there is a recognizer.

    Single words are left out: recognizers need more than those to go by.

    Args:
        clips: As `Speaker.clips` gives them.
        recognizers: By language.

    Raises:
        ImportError: The extra `eval` is not installed.

    Example:

    ```python
    heard = listen(speaker.clips(), {"en": load_recognizer("Systran/faster-whisper-base", "en")})
    print([each.text for each in not_understood(heard, 0.25)])
    ```
    """
    heard = []
    for clip in clips:
        for run in clip.runs:
            long = len(run.text) >= LEAST_LETTERS if run.language == "en" else len(run.text) >= LEAST_LETTERS // 2
            if run.language not in recognizers or not long:
                continue
            wave = clip.audio[run.first : run.last]
            transcript = transcribe(recognizers[run.language], wave, clip.sampling_rate).text
            unit = next(iter(rate_units(run.language).values()))
            errors, units = count_errors(run.text, transcript, unit, run.language)
            heard.append(Heard(run.text, transcript, run.language, errors, units, clip.slow))
    return heard


def not_understood(heard: Sequence[Heard], share: float) -> list[Heard]:
    """Those with more than a share of their words or characters wrong, the worst first."""
    wrong = [each for each in heard if each.errors > share * max(each.units, 1)]
    return sorted(wrong, key=lambda each: -each.errors / max(each.units, 1))
