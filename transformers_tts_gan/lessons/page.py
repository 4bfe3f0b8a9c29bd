"""The page of a lesson: one file with sound, text and script in it, which opens from a disk and on a phone.

Enter: a [`Lesson`] and the [`Speaker`] who spoke it. Leaves: an HTML file. The page itself is `page/lesson.html`.
"""

import base64
import html
import json
from pathlib import Path
from typing import Any

from ..audio.encode import encode_audio
from .cast import NARRATOR
from .clips import Clip
from .lesson import Block, Dialogue, Explanation, Lesson, Vocabulary
from .speaker import Speaker


TEMPLATE = Path(__file__).parent / "page" / "lesson.html"


def write_page(lesson: Lesson, speaker: Speaker, path: Path) -> Path:
    """Write the page of a lesson.

    Args:
        lesson: As `read_lesson` gives it.
        speaker: Says what the page needs and was not said before.
        path: Of the file.

    Raises:
        ValueError: Something cannot be spoken.
        OSError: The file cannot be written.
    """
    sections = [
        {
            "title": _item(section.title, NARRATOR, speaker),
            "blocks": [_block(block, speaker) for block in section.blocks],
        }
        for section in lesson.sections
    ]
    content = {"title": lesson.title, "roles": lesson.roles(), "sections": sections}
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")  # no tag may end the script
    page = TEMPLATE.read_text(encoding="utf-8")
    page = page.replace("{{title}}", html.escape(lesson.title), 1).replace("{{lesson}}", data, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def _block(block: Block, speaker: Speaker) -> dict[str, Any]:
    if isinstance(block, Explanation):
        return {"kind": "explanation", "items": [_item(text, NARRATOR, speaker) for text in block.sentences]}
    if isinstance(block, Dialogue):
        turns = [
            {
                "role": turn.role,
                "items": [_item(text, turn.role, speaker, slow=True) for text in turn.sentences],
                "translation": turn.translation,
            }
            for turn in block.turns
        ]
        return {"kind": "dialogue", "turns": turns}
    if isinstance(block, Vocabulary):
        entries = [
            {
                "word": _item(entry.word, NARRATOR, speaker, slow=True),
                "meaning": _item(entry.meaning, NARRATOR, speaker) if entry.meaning else None,
                "example": _item(entry.example, NARRATOR, speaker, slow=True) if entry.example else None,
            }
            for entry in block.entries
        ]
        return {"kind": "vocabulary", "entries": entries}
    options = [_item(text, NARRATOR, speaker) for text in block.options]
    return {
        "kind": "question",
        "text": _item(block.text, NARRATOR, speaker),
        "options": options,
        "right": block.right,
    }


def _item(text: str, role: str, speaker: Speaker, slow: bool = False) -> dict[str, Any]:
    """A sentence as the page knows it; words are first character, one past the last, start and end in seconds."""
    item: dict[str, Any] = {"text": text, "natural": _sound(speaker.say(text, role))}
    if slow:
        item["slow"] = _sound(speaker.say(text, role, slow=True))
    return item


def _sound(clip: Clip) -> dict[str, Any]:
    data = base64.b64encode(encode_audio(clip.audio, clip.sampling_rate, "mp3")).decode("ascii")
    words = [[*word.span, round(word.start, 3), round(word.end, 3)] for word in clip.words]
    return {"audio": f"data:audio/mpeg;base64,{data}", "seconds": round(clip.seconds, 3), "words": words}
