"""Speech for Home Assistant, by the Wyoming protocol.

Enter: events `describe` and `synthesize`. Leave: `info`, and `audio-start`, `audio-chunk` and `audio-stop`.
"""

import logging

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, TtsProgram, TtsVoice, TtsVoiceSpeaker
from wyoming.server import AsyncEventHandler
from wyoming.tts import Synthesize

from .. import __version__  # type: ignore[attr-defined]
from .errors import RequestError
from .formats import to_pcm
from .http import SpeechApi
from .schemas import SpeechRequest
from .voices import AUTOMATIC


logger = logging.getLogger(__name__)

WIDTH = 2  # bytes of a sample
SAMPLES = 4_096  # of an audio chunk


class WyomingHandler(AsyncEventHandler):
    """One connection.

    Args:
        api: Whose voices speak, within its limits.
    """

    def __init__(self, reader, writer, api: SpeechApi):
        super().__init__(reader, writer)
        self.api = api

    async def handle_event(self, event: Event) -> bool:
        """Answer one event; the connection stays open."""
        if Describe.is_type(event.type):
            await self.write_event(information(self.api).event())
        elif Synthesize.is_type(event.type):
            try:
                await self._speak(Synthesize.from_event(event))
            except RequestError as error:
                await self.write_event(Error(text=error.message, code=str(error.status)).event())
        return True

    async def _speak(self, wanted: Synthesize) -> None:
        voice = wanted.voice
        request = SpeechRequest(
            input=wanted.text,
            model=(voice.name if voice else None) or AUTOMATIC,
            voice=(voice.speaker if voice else None) or "",
            language=(voice.language if voice else None) or None,
            response_format="pcm",
        )
        ticket, _, first, chunks = await self.api.start(request)
        try:
            sound = {"rate": first.sampling_rate, "width": WIDTH, "channels": 1}
            await self.write_event(AudioStart(**sound).event())
            await self._send(to_pcm(first.audio), sound)
            async for chunk in chunks:
                await self._send(to_pcm(chunk.audio), sound)
            await self.write_event(AudioStop().event())
        finally:
            ticket.close()

    async def _send(self, data: bytes, sound: dict) -> None:
        step = WIDTH * SAMPLES
        for start in range(0, len(data), step):
            await self.write_event(AudioChunk(audio=data[start : start + step], **sound).event())


def information(api: SpeechApi) -> Info:
    """The voices as Wyoming lists them."""
    attribution = Attribution(name="transformers_tts_gan", url="")
    voices = [
        TtsVoice(
            name=name,
            attribution=attribution,
            installed=True,
            description=f"The voice `{name}`",
            version=__version__,
            languages=frontend.languages,
            speakers=[TtsVoiceSpeaker(name=speaker) for speaker in frontend.speakers],
        )
        for name, frontend in api.voices.frontends.items()
    ]
    program = TtsProgram(
        name="transformers_tts_gan",
        attribution=attribution,
        installed=True,
        description="Text-to-speech trained inside Transformers",
        version=__version__,
        voices=voices,
    )
    return Info(tts=[program])
