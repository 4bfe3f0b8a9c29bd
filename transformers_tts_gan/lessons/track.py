"""What is heard one after the other: clips and silence, with the times of all words.

Enter: clips. Leaves: a sound file and its subtitles.
"""

from pathlib import Path

import numpy as np

from ..audio.encode import AudioFile
from ..inference.subtitles import write_subtitles
from ..inference.times import TimedWord
from .cast import NARRATOR
from .clips import Clip
from .lesson import Dialogue, Explanation, Question, Section, Vocabulary
from .speaker import Speaker


SENTENCE_SECONDS = 0.35  # of silence after a sentence
BLOCK_SECONDS = 0.9  # after a paragraph, a heading or an entry
THINK_SECONDS = 3.0  # before the answer to a question
REPEAT_SECONDS = 0.8  # that a listener has more than the sentence takes, to begin to repeat it


class Track:
    """A sound that grows.

    Args:
        sampling_rate: In Hz.
        repeat: How long the silence for repeating a sentence is, as a share of the sentence; 0 leaves it out.
    """

    def __init__(self, sampling_rate: int, repeat: float):
        self.sampling_rate, self.repeat = sampling_rate, repeat
        self.parts: list[np.ndarray] = []
        self.texts: list[str] = []
        self.words: list[TimedWord] = []
        self.samples = 0
        self._characters = 0

    @property
    def seconds(self) -> float:
        return self.samples / self.sampling_rate

    def add(self, clip: Clip, silence: float = SENTENCE_SECONDS) -> None:
        """Add a clip and seconds of silence."""
        self.words += [word.moved(self.seconds, self._characters) for word in clip.words]
        self.texts.append(clip.text)
        self._characters += len(clip.text) + 2
        self._append(clip.audio)
        self.silence(silence)

    def add_for_repeating(self, clip: Clip) -> None:
        """Add a clip and the silence in which a listener repeats it."""
        self.add(clip, clip.seconds * self.repeat + REPEAT_SECONDS if self.repeat else SENTENCE_SECONDS)

    def silence(self, seconds: float) -> None:
        self._append(np.zeros(round(seconds * self.sampling_rate), dtype=np.float32))

    def _append(self, samples: np.ndarray) -> None:
        self.parts.append(samples)
        self.samples += len(samples)

    def extend(self, other: "Track") -> None:
        """Add all of another track."""
        self.words += [word.moved(self.seconds, self._characters) for word in other.words]
        self.texts += other.texts
        self._characters += other._characters
        for part in other.parts:
            self._append(part)

    def write(self, path: Path, subtitles: str) -> None:
        """Write the sound, and beside it subtitles, whose file ends in `subtitles`.

        Raises:
            ValueError: For endings of names that are not known.
            OSError: A file cannot be written.
        """
        with AudioFile(path, self.sampling_rate) as file:
            for part in self.parts:
                file.write(part)
        write_subtitles(path.with_suffix(subtitles), "\n\n".join(self.texts), self.words)


def section_track(section: Section, speaker: Speaker, repeat: float) -> Track:
    """What is heard of a section: its title, explanations, and dialogues at once and then slowly with pauses.

    Args:
        section: Of a lesson.
        speaker: Speaks it.
        repeat: As [`Track`] takes it.

    Raises:
        ValueError: Something in it cannot be spoken.
    """
    track = Track(speaker.cast.sampling_rate, repeat)
    track.add(speaker.say(section.title, NARRATOR), BLOCK_SECONDS)
    for block in section.blocks:
        if isinstance(block, Explanation):
            for sentence in block.sentences:
                track.add(speaker.say(sentence, NARRATOR))
            track.silence(BLOCK_SECONDS - SENTENCE_SECONDS)
        elif isinstance(block, Dialogue):
            _dialogue(block, speaker, track)
        elif isinstance(block, Vocabulary):
            _vocabulary(block, speaker, track)
        else:
            _question(block, speaker, track)
    return track


def _dialogue(dialogue: Dialogue, speaker: Speaker, track: Track) -> None:
    for slow in (False, True):
        for turn in dialogue.turns:
            for sentence in turn.sentences:
                clip = speaker.say(sentence, turn.role, slow)
                track.add_for_repeating(clip) if slow else track.add(clip)
        track.silence(BLOCK_SECONDS)


def _vocabulary(vocabulary: Vocabulary, speaker: Speaker, track: Track) -> None:
    for entry in vocabulary.entries:
        track.add(speaker.say(entry.word, NARRATOR))
        if entry.meaning:
            track.add(speaker.say(entry.meaning, NARRATOR))
        track.add_for_repeating(speaker.say(entry.word, NARRATOR, slow=True))
        if entry.example:
            track.add_for_repeating(speaker.say(entry.example, NARRATOR))
        track.silence(BLOCK_SECONDS)


def _question(question: Question, speaker: Speaker, track: Track) -> None:
    track.add(speaker.say(question.text, NARRATOR), BLOCK_SECONDS)
    for option in question.options:
        track.add(speaker.say(option, NARRATOR))
    track.silence(THINK_SECONDS)
    track.add(speaker.say(question.options[question.right], NARRATOR), 2 * BLOCK_SECONDS)
