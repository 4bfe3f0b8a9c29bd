"""The voices that a server speaks with, and which of them a request means.

Enter: folders of voices, and the `model`, `voice` and `language` of a request. Leaves: a [`Choice`].
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..inference.any_voice import Voice, load_any_voice
from ..text import languages
from ..text.han import HAN
from ..text.rows import SpeechRows
from .errors import RequestError


AUTOMATIC = "tts-gan"  # the voice is chosen by the language of the text
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")  # what clients send that know no other names: AUTOMATIC
OPENAI_VOICES = frozenset(
    "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse".split()  # the first speaker
)


@dataclass(frozen=True)
class Choice:
    """Who says a text.

    Args:
        name: Of the model.
        speak: Its pipeline, or the exported voice.
        frontend: Its frontend.
        speaker: One of its speakers.
        language: That the request names; each sentence has the language of its letters otherwise.
    """

    name: str
    speak: Voice
    frontend: SpeechRows
    speaker: str
    language: str | None


class Voices:
    """Pipelines and exported voices by name.

    Args:
        pipelines: By the names that clients choose them by; the first is the default.

    Raises:
        ValueError: There is none.
    """

    def __init__(self, pipelines: Mapping[str, Voice]):
        if not pipelines:
            raise ValueError("A server needs at least one voice: name one with `--model`.")
        self.pipelines = dict(pipelines)
        self.frontends: dict[str, SpeechRows] = {name: speak.processor for name, speak in pipelines.items()}

    @classmethod
    def load(cls, folders: Sequence[str | Path]) -> "Voices":
        """The voices in some folders, exported or not, or on the Hub, each named like the last part of its path.

        Raises:
            ValueError: Two have the same name, or one cannot be loaded.
        """
        pipelines: dict[str, Voice] = {}
        for folder in folders:
            name = Path(folder).resolve().name if Path(folder).is_dir() else str(folder).rpartition("/")[2]
            if name in pipelines or name == AUTOMATIC:
                raise ValueError(f"There are two voices named `{name}`: rename the folder `{folder}`.")
            pipelines[name] = load_any_voice(folder)
        return cls(pipelines)

    def warm_up(self) -> None:
        """Say a sentence in each language of each voice: dictionaries and the like are loaded when they are first
        needed, and the first request would wait some seconds for them.
        """
        for name, speak in self.pipelines.items():
            for code in self.frontends[name].languages:
                with contextlib.suppress(ValueError):  # a voice need not have the phones of a sample
                    speak(languages.find(code).sample, language=code)

    def names(self) -> list[dict]:
        """Every voice as `GET /v1/audio/voices` lists it."""
        return [
            {
                "id": f"{name}/{speaker}",
                "name": speaker,
                "model": name,
                "languages": frontend.languages,
                "sampling_rate": self.pipelines[name].sampling_rate,
            }
            for name, frontend in self.frontends.items()
            for speaker in frontend.speakers
        ]

    def choose(self, text: str, model: str = AUTOMATIC, voice: str = "", language: str | None = None) -> Choice:
        """Who says a text.

        Args:
            text: It decides where nothing else does: Chinese characters need a voice that speaks Chinese.
            model: A name, `tts-gan` for a voice by the language of the text, or a model's name at OpenAI.
            voice: A speaker of the model, or `model/speaker`; empty, `default` or a voice's name at OpenAI for the
                first speaker.
            language: A code, or nothing.

        Raises:
            RequestError: There is no such model, voice or language.
        """
        if "/" in voice:
            model, _, voice = voice.rpartition("/")
        named = self._language(language) if language else None
        code = named or ("zh" if HAN.search(text) else "en")
        if model in (AUTOMATIC, *OPENAI_MODELS):
            by_speaker = [name for name, each in self.frontends.items() if voice in each.speakers]
            by_language = [name for name, each in self.frontends.items() if code in each.languages]
            model = [*by_speaker, *by_language, *self.pipelines][0]
        if model not in self.pipelines:
            known = ", ".join(f"`{name}`" for name in (AUTOMATIC, *self.pipelines))
            raise RequestError(404, f"There is no model `{model[:100]}`; this server has {known}.", "model")
        frontend = self.frontends[model]
        speakers = frontend.speakers
        if voice in OPENAI_VOICES and voice not in speakers or voice in ("", "default"):
            voice = speakers[0]
        if voice not in speakers:
            known = ", ".join(f"`{name}`" for name in speakers)
            raise RequestError(400, f"There is no voice `{voice[:100]}` in model `{model}`; it has {known}.", "voice")
        return Choice(model, self.pipelines[model], frontend, voice, named)

    @staticmethod
    def _language(code: str) -> str:
        try:
            return languages.find(code).code
        except ValueError as error:
            raise RequestError(400, str(error), "language") from None
