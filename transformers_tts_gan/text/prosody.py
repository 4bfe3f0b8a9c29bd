"""How the writer of a text wants it spoken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProsodyControls:
    """How a stretch of text is spoken.

    Args:
        rate: Speaking rate; 2.0 is twice as fast.
        pitch_shift: In semitones; positive is higher.
        gain_db: In dB; positive is louder.
    """

    rate: float = 1.0
    pitch_shift: float = 0.0
    gain_db: float = 0.0

    def attributes(self) -> str:
        """The attributes of `<prosody>` that say the same.

        >>> ProsodyControls(pitch_shift=2.0).attributes()
        ' pitch="+2.0st"'
        """
        rate = f' rate="{self.rate!r}"' if self.rate != 1 else ""
        pitch = f' pitch="{self.pitch_shift:+}st"' if self.pitch_shift else ""
        return rate + pitch + (f' volume="{self.gain_db:+}dB"' if self.gain_db else "")


@dataclass(frozen=True)
class PhoneProsody(ProsodyControls):
    """The controls of one phone.

    Args:
        pause_seconds: Length of a pause that the writer fixed; None for a phone whose length the model decides.
    """

    pause_seconds: float | None = None
