"""From text to rows of numbers, one for each sentence that is spoken in one go, without torch and Transformers.

Enter: text, plain or SSML. Leave: phones as ids, what a text encoder reads and which of it belongs to which phone, and
the prosody that the text asks for.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .frontend import TextFrontend
from .han import HAN
from .ipa import ipa_symbols
from .languages import find
from .lexicon import read_lexicon
from .lines import LINE_BREAK, Line, read_lines
from .nearest import with_nearest
from .sentences import Sentence, placed_sentences
from .ssml.parse import has_markup, is_ssml
from .token_alignment import token_ranges, windows
from .utterance import Utterance
from .zh.segment import Segmenter


SILENCE = "<sil>"
LATIN = re.compile(r"[A-Za-z]")
NEUTRAL = [1.0, 0.0, 0.0]  # rate, semitones, dB
NO_PAUSE = -1


class SpeechRows:
    """What the text of a voice becomes. The processor is one, and so is a voice without torch.

    A subclass has the fields below, `reads_text`, and the methods that raise `NotImplementedError` here.
    """

    speakers: list[str]
    languages: list[str]
    max_phones: int
    text_level: str
    lexicon: dict[str, str]
    user_dict: list[str]
    emoji: str
    phonemes: str

    @property
    def frontend(self) -> TextFrontend:
        """The text frontend with this voice's lexicon and words."""
        if "_frontend" not in self.__dict__:
            words = (self.lexicon, self.user_dict)
            self.__dict__["_frontend"] = TextFrontend(self.languages[0], *words, self.emoji, self.phonemes)
        return self.__dict__["_frontend"]

    def add_words(
        self, lexicon: Mapping[str, str] | str | Path | None = None, user_dict: list[str] | str | Path | None = None
    ) -> None:
        """More entries for `lexicon` and `user_dict`, as [`TTSGanProcessor`] takes them; new ones win over old."""
        self.lexicon.update(read_lexicon(lexicon or {}))
        self.user_dict = sorted({*self.user_dict, *Segmenter(user_dict or ()).words})
        self.__dict__.pop("_frontend", None)

    @property
    def reads_text(self) -> bool:
        """Whether there is a text encoder."""
        raise NotImplementedError

    @property
    def token_limit(self) -> int:
        """Tokens that the text encoder reads at once."""
        raise NotImplementedError

    def phone_ids(self, phones: list[str]) -> list[int | None]:
        """The ids of phones; `None` for an unknown one."""
        raise NotImplementedError

    def phone_vocabulary(self) -> Mapping[str, int]:
        """The ids of all phones."""
        raise NotImplementedError

    def text_symbols(self) -> tuple[Mapping[str, int], int]:
        """The ids of the symbols that a phoneme-level text encoder reads, and that of its padding."""
        raise NotImplementedError

    def text_tokens(self, text: str) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Ids of the tokens that a word-level text encoder reads, 1 for special ones, and their characters."""
        raise NotImplementedError

    def encode_speech(self, text: str | Utterance, language: str | None, speaker: str | None) -> dict[str, list | int]:
        """What `encode` gives, and the prosody that the markup of a text asks for."""
        utterance = self.read(text, language)
        return {**self.encode(utterance, language, speaker), **self.encode_prosody_controls(utterance)}

    def read(self, text: str | Utterance, language: str | None = None) -> Utterance:
        """What the frontend makes of `text`, unless it has done so already; unseen letters become the nearest ones."""
        utterance = self.frontend(text, language or self.languages[0]) if isinstance(text, str) else text
        phones = sorted(set(utterance.phones))
        unseen = [phone for phone, number in zip(phones, self.phone_ids(phones), strict=True) if number is None]
        if not unseen:
            return utterance
        return with_nearest(utterance, unseen, self.phone_vocabulary(), self.__dict__.setdefault("_warned", set()))

    def language_of(self, text: str) -> str:
        """The language of a text by its letters where a voice knows English and Mandarin, else the voice's first."""
        first, written = self.languages[0], "zh" if HAN.search(text) else "en" if LATIN.search(text) else ""
        return written if first in ("en", "zh") and written in self.languages else first

    def sentences(self, text: str | Utterance, language: str | None = None) -> list[Sentence]:
        """`text` in pieces that each can be spoken in one go; one with markup is cut between its tags."""
        if isinstance(text, Utterance) or is_ssml(text):
            utterance = self.read(text, language)
            return [Sentence(part, "sentence", range(len(utterance.text))) for part in utterance.split()]
        cut: list[Sentence] = []
        for line in read_lines(text) if LINE_BREAK.search(text) else [Line(text, list(range(len(text))))]:
            parts = placed_sentences(line.text, line.places)
            if parts and has_markup(line.text):
                marked = self.read(line.text, language).split()
                parts = [Sentence(part, "sentence", line.places) for part in marked]
            cut += [*parts[:-1], *(part._replace(end=line.end) for part in parts[-1:])]
        return cut or [Sentence(text, "sentence", range(len(text)))]

    def encode(
        self, text: str | Utterance, language: str | None = None, speaker: str | None = None
    ) -> dict[str, list | int]:
        """One text as lists of numbers: phones, speaker, language, and what the text encoder reads."""
        utterance = self.read(text, language)
        language = utterance.language if language is None else language
        phones = [SILENCE, *utterance.phones, SILENCE]
        if len(phones) > self.max_phones:
            raise ValueError(
                f"The text has {len(phones)} phones, but this voice takes at most {self.max_phones} at once; it "
                f"starts `{utterance.text[:40]}`: split it into sentences, as `TTSGanPipeline` does."
            )
        ids = self.phone_ids(phones)
        if unknown := {phone for phone, number in zip(phones, ids, strict=True) if number is None}:
            lacks = f"has not learned the phones {sorted(unknown)} of `{utterance.text[:40]}`"
            if find(language).code in self.languages:
                raise ValueError(
                    f"This voice {lacks}: give the words another spelling, or train it on text that has them."
                )
            known = ", ".join(f"`{code}`" for code in self.languages)
            raise ValueError(
                f"This voice speaks {known} and not `{language}`: it {lacks}. Choose a voice of that language, or "
                "leave `language` out."
            )
        speaker_id, language_id = self.speaker_id(speaker), self.language_id(language)
        row: dict[str, Any] = {"input_ids": ids, "speaker_id": speaker_id, "language_id": language_id}
        if not self.reads_text:
            return row
        encode_context = self.encode_words if self.text_level == "word" else self.encode_symbols
        return {**row, **encode_context(utterance)}

    def encode_prosody_controls(self, utterance: Utterance) -> dict[str, list]:
        """Rate, semitones and dB of each phone, and its milliseconds of silence; empty for a text that asks for none.

        Beside a break at either end there is no other silence.
        """
        if not utterance.prosody:
            return {}
        controls = [[phone.rate, phone.pitch_shift, phone.gain_db] for phone in utterance.prosody]
        seconds = [phone.pause_seconds for phone in utterance.prosody]
        pauses = [NO_PAUSE if length is None else round(length * 1_000) for length in seconds]
        first, last = (0 if pauses[end] != NO_PAUSE else NO_PAUSE for end in (0, -1))
        return {"prosody_controls": [NEUTRAL, *controls, NEUTRAL], "pause_ms": [first, *pauses, last]}

    def encode_symbols(self, utterance: Utterance) -> dict[str, list]:
        """IPA symbols for a phoneme-level encoder, padded at both ends as for PL-BERT, and those of each phone."""
        known, pad = self.text_symbols()
        ids, spans = [pad], [(0, 0)]
        for phone in utterance.phones:
            start = len(ids)
            ids += [known[symbol] for symbol in ipa_symbols(phone, known)]
            spans.append((start, len(ids)) if len(ids) > start else (0, 0))
        return self.windowed([*ids, pad], [1, *[0] * (len(ids) - 1), 1], [*spans, (0, 0)])

    def encode_words(self, utterance: Utterance) -> dict[str, list]:
        """Tokens of a word-level encoder and, for each phone, the first of its word's tokens and one past the last."""
        ids, special, offsets = self.text_tokens(utterance.plain)
        spans = [(0, 0), *token_ranges(utterance.plain_spans, offsets), (0, 0)]
        return self.windowed(ids, special, spans)

    def windowed(self, ids: list[int], special: list[int], spans: list[tuple[int, int]]) -> dict[str, list]:
        """Tokens in windows that the encoder can read; `text_window_ids` numbers the windows from 1."""
        rows = windows(ids, special, spans, self.token_limit)
        numbers = [number for number, size in enumerate(rows.sizes, start=1) for _ in range(size)]
        return {"text_input_ids": rows.ids, "text_window_ids": numbers, "token_spans": rows.ranges}

    def speaker_id(self, speaker: str | None) -> int:
        """Row of a speaker's name; the first for `None`."""
        return index_of(speaker, self.speakers, "speaker")

    def language_id(self, language: str | None) -> int:
        """Row of a language; the first for one that this voice has not been trained on."""
        return self.languages.index(language) if language in self.languages else 0


def no_prosody_controls(count: int) -> dict[str, list]:
    """What `encode_prosody_controls` would say of `count` phones that nobody marked."""
    return {"prosody_controls": [NEUTRAL] * count, "pause_ms": [NO_PAUSE] * count}


def with_prosody_controls(rows: list[dict]) -> list[dict]:
    """The rows, all of them with prosody from markup where one has it."""
    if not any("prosody_controls" in row for row in rows):
        return rows
    return [{**no_prosody_controls(len(row["input_ids"])), **row} for row in rows]


def index_of(name: str | None, names: list[str], kind: str) -> int:
    """Position of `name`, 0 for `None`; an unknown one is refused with the known ones."""
    if name is None:
        return 0
    if name not in names:
        raise ValueError(f"There is no {kind} `{name}` in this voice; it knows {', '.join(f'`{n}`' for n in names)}.")
    return names.index(name)
