"""Who speaks: the voices of a lesson by language, and how each role of it sounds.

Enter: pipelines, the roles, and wishes for some of them. Leaves: for a role and a language a pipeline and its
arguments. Roles take the speakers of a voice in turn; pitch tells them apart where there are more roles than speakers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..inference.any_voice import Voice
from ..inference.pieces import refuse_numbers
from ..text.han import HAN


NARRATOR = "narrator"
LANGUAGES = ("en", "zh")
PITCHES = (0.0, -3.0, 2.0, -5.0)  # semitones, for the first, second, ... role of one speaker
_OPENING = re.compile(r"[“‘「『《（(\[]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Part:
    """How a role is to speak.

    Args:
        speaker: Of the voice; None takes the voice's speakers in turn.
        pitch: Semitones up or down; None chooses what tells roles of one speaker apart.
        rate: 1.1 speaks a tenth faster than other roles.
        natives: Speakers by language, before `speaker`.
    """

    speaker: str | None = None
    pitch: float | None = None
    rate: float = 1.0
    natives: Mapping[str, str] = field(default_factory=dict)

    def speakers(self) -> list[str]:
        """All that it names."""
        return [*self.natives.values(), *([] if self.speaker is None else [self.speaker])]


def read_part(settings: Mapping[str, Any]) -> Part:
    """What `speaker`, `pitch`, `rate` and codes of languages say of a role.

    Raises:
        ValueError: A key is none of these, or a number is none.

    >>> read_part({"zh": "zm_yunxi", "pitch": "-4"})
    Part(speaker=None, pitch=-4.0, rate=1.0, natives={'zh': 'zm_yunxi'})
    """
    kinds = {"speaker": str, "pitch": float, "rate": float}
    if not settings or not settings.keys() <= {*kinds, *LANGUAGES}:
        names = ", ".join(settings) or "nothing"
        raise ValueError(f"A role has `speaker`, `pitch`, `rate`, `en` or `zh`, not {names}.")
    natives = {code: str(settings[code]) for code in LANGUAGES if code in settings}
    part = Part(**{key: kind(settings[key]) for key, kind in kinds.items() if key in settings}, natives=natives)
    refuse_numbers({"speaking_rate": part.rate, "pitch_shift": part.pitch or 0.0})
    return part


def known_parts(parts: Mapping[str, Part], voices: Sequence[Voice]) -> dict[str, Part]:
    """The same without the speakers that no voice has: a lesson may be spoken by other voices than its author's."""
    known = {speaker for voice in voices for speaker in voice.processor.speakers}
    return {
        role: replace(
            part,
            speaker=part.speaker if part.speaker in known else None,
            natives={code: speaker for code, speaker in part.natives.items() if speaker in known},
        )
        for role, part in parts.items()
    }


class Cast:
    """The voices of a lesson.

    Args:
        voices: Pipelines or exported voices; the first that speaks a language speaks it.
        roles: Names, in the order in which they speak first.
        wishes: The [`Part`] of some roles, and of the [`NARRATOR`].

    Raises:
        ValueError: There is no voice, a wish is for a role that is not there, or for a speaker that no voice has.

    Example:

    ```python
    voice = TTSGanPipeline.from_pretrained("examples/voices/bilingual")
    cast = Cast([voice], ["Anna", "Clerk"], {"Clerk": Part(pitch=-4.0)})
    speak, controls = cast.find("Clerk", "en")
    ```
    """

    def __init__(self, voices: Sequence[Voice], roles: Sequence[str], wishes: Mapping[str, Part]):
        if not voices:
            raise ValueError("There is no voice: a lesson needs one or more.")
        self.voices, self.roles, self.wishes = list(voices), list(roles), dict(wishes)
        names = [NARRATOR, *self.roles]
        if strangers := [name for name in wishes if name not in names]:
            raise ValueError(f"There is no role `{strangers[0]}` in the lesson, which has {', '.join(names)}.")
        speakers = {speaker for voice in voices for speaker in voice.processor.speakers}
        for name, part in wishes.items():
            if strangers := [speaker for speaker in part.speakers() if speaker not in speakers]:
                known = ", ".join(sorted(speakers))
                raise ValueError(f"No voice has the speaker `{strangers[0]}` of role `{name}`; there are {known}.")

    @property
    def sampling_rate(self) -> int:
        """In Hz: the highest of the voices, in which all are joined."""
        return max(voice.sampling_rate for voice in self.voices)

    def voice(self, language: str) -> Voice:
        """The voice that speaks a language.

        Raises:
            ValueError: None does.
        """
        found = next((voice for voice in self.voices if language in voice.processor.languages), None)
        if found is None:
            known = sorted({code for voice in self.voices for code in voice.processor.languages})
            raise ValueError(
                f"No voice speaks `{language}`, which is in the lesson, only {', '.join(known)}: name one more voice."
            )
        return found

    def find(self, role: str, language: str) -> tuple[Voice, dict[str, Any]]:
        """The voice of a role in a language, and what it is to be called with.

        Raises:
            ValueError: No voice speaks the language.
        """
        voice, wish = self.voice(language), self.wishes.get(role, Part())
        speakers: list[str | None] = [*voice.processor.speakers] or [None]
        number = self.roles.index(role) if role in self.roles else 0
        wished = wish.natives.get(language, wish.speaker)
        speaker = wished if wished in speakers else speakers[number % len(speakers)]
        pitch = PITCHES[number // len(speakers) % len(PITCHES)] if wish.pitch is None else wish.pitch
        return voice, {
            "language": language,
            "speaker": speaker,
            "pitch_shift": pitch,
            "speaking_rate": wish.rate,
        }

    def describe(self, role: str) -> str:
        """How a role sounds in each language, such as `en kathleen, -3 semitones; zh hsk, +0 semitones`."""
        codes = list(dict.fromkeys(code for voice in self.voices for code in voice.processor.languages))
        found = [(code, self.find(role, code)[1]) for code in codes]
        return "; ".join(
            f"{code} {each['speaker'] or 'one speaker'}, {each['pitch_shift']:+g} semitones" for code, each in found
        )

    def runs(self, text: str, role: str) -> list[tuple[int, int, str]]:
        """Where a sentence passes from one speaker to another: first character, one past the last, and language.

        A speaker who speaks all languages of a sentence for a role says it as a whole.

        Raises:
            ValueError: No voice speaks one of its languages.
        """
        runs = language_runs(text)
        found = [self.find(role, code) for _, _, code in runs]
        who = {(id(voice), controls["speaker"]) for voice, controls in found}
        return [(0, len(text), "zh")] if len(runs) > 1 and len(who) == 1 else runs


def language_runs(text: str) -> list[tuple[int, int, str]]:
    """The English and the Chinese parts of a text; digits and signs belong to what stands before them.

    >>> [("说 “yes” 吧"[start:end], code) for start, end, code in language_runs("说 “yes” 吧")]
    [('说 ', 'zh'), ('“yes” ', 'en'), ('吧', 'zh')]
    """
    runs: list[tuple[int, int, str]] = []
    place = 0  # one past the last letter
    for letter in _LETTER.finditer(text):
        code = "zh" if HAN.match(letter[0]) else "en"
        if runs and runs[-1][2] != code:
            opening = _OPENING.search(text, place, letter.start())
            cut = opening.start() if opening else letter.start()
            runs[-1] = (runs[-1][0], cut, runs[-1][2])
            runs.append((cut, len(text), code))
        elif not runs:
            runs.append((0, len(text), code))
        place = letter.end()
    return runs or [(0, len(text), "en")]
