"""Why a text is said the way it is, as the page shows it.

Enter: a text and the frontend of a voice. Leaves: a table, whose rows are the words of one sentence after the other.
"""

from ..text.explanation import rows
from ..text.lenient import make_readable
from ..text.rows import SpeechRows


def explain(frontend: SpeechRows, text: str, language: str | None) -> dict:
    """The table of a text: it is read sentence by sentence, as it is when it is spoken.

    Args:
        frontend: The processor of the voice.
        text: Plain or SSML.
        language: A code, or nothing: each sentence has the language of its letters then.

    Returns:
        `columns`, their names; `rows`, the cells; `notes`, what was passed over or written in another way.

    Raises:
        ValueError: The text cannot be spoken.
    """
    code = language or frontend.language_of(text)
    text, notes = make_readable(text, code)
    columns: list[str] = []
    cells: list[list[str]] = []
    for sentence in frontend.sentences(text, code):
        own = language or (frontend.language_of(sentence.text) if isinstance(sentence.text, str) else None)
        header, *lines = rows(frontend.read(sentence.text, own))
        columns = max(columns, header, key=len)
        cells += lines
    filled = [[*line, *[""] * (len(columns) - len(line))] for line in cells]
    return {"columns": columns, "rows": filled, "notes": [note.message for note in notes]}
