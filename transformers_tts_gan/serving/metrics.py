"""What a server counts, as Prometheus reads it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Metrics:
    """Counts since the server began.

    Args:
        requests: By path and status.
        in_progress: Requests that are spoken or wait.
        characters: Of texts that were spoken.
        audio_seconds: Of speech.
        first_sounds: Requests whose first sentence was spoken.
        first_sound_seconds: That these took until then, together.
    """

    requests: Counter = field(default_factory=Counter)
    in_progress: int = 0
    characters: int = 0
    audio_seconds: float = 0.0
    first_sounds: int = 0
    first_sound_seconds: float = 0.0

    def first_sound(self, seconds: float) -> None:
        """Count a request whose first sentence took so long."""
        self.first_sounds += 1
        self.first_sound_seconds += seconds

    def text(self) -> str:
        """All of them in Prometheus' text format."""
        lines = ["# TYPE tts_gan_requests_total counter"]
        lines += [
            f'tts_gan_requests_total{{path="{path}",status="{status}"}} {count}'
            for (path, status), count in sorted(self.requests.items())
        ]
        for name, kind, value in (
            ("in_progress", "gauge", self.in_progress),
            ("characters_total", "counter", self.characters),
            ("audio_seconds_total", "counter", round(self.audio_seconds, 3)),
            ("first_sound_seconds_sum", "counter", round(self.first_sound_seconds, 6)),
            ("first_sound_seconds_count", "counter", self.first_sounds),
        ):
            lines += [f"# TYPE tts_gan_{name} {kind}", f"tts_gan_{name} {value}"]
        return "\n".join(lines) + "\n"
