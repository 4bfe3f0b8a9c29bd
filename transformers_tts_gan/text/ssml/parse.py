"""What a writer may say about how a text is spoken: a subset of SSML, and short forms inside of plain text.

Text that begins with `<speak` is SSML (W3C, Speech Synthesis Markup Language 1.1, 2010). In any text `[[K AE1 T]]`
speaks phones, and `重{chong2}` gives the character before it a reading; a backslash before `[[` or `{` makes them
plain characters. Enters: the text. Leaves: [`Piece`]s, whose characters are plain and know where they come from.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html.entities import name2codepoint
from typing import NoReturn

from ..han import is_han
from ..lexicon import read_phones, syllables
from ..lines import unwrapped
from ..prosody import ProsodyControls
from .values import ElementError, pause_seconds, prosody_within, say_as_kind


ELEMENTS = ("speak", "p", "s", "break", "prosody", "say-as", "sub", "phoneme", "lang")
ATTRIBUTES = {
    "speak": ("version", "xmlns", "xml:lang"),
    "p": ("xml:lang",),
    "s": ("xml:lang",),
    "break": ("time", "strength"),
    "prosody": ("rate", "pitch", "volume"),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "phoneme": ("alphabet", "ph"),
    "lang": ("xml:lang",),
}
NEEDED = {"say-as": "interpret-as", "sub": "alias", "phoneme": "ph", "lang": "xml:lang"}
MOST_ATTRIBUTE_CHARS = 10_000  # of one tag together
ENTITIES = ("amp", "lt", "gt", "quot", "apos")

_SSML = re.compile(r"\s*(?:<[?!][^>]*>\s*)*(?=<speak[\s/>])")
_TAG = re.compile(r"""<(/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|([A-Za-z]\w*));")
_SPECIAL = re.compile(r"\\(?=\[\[|\{)|\[\[|\{(?=[ \t]*[A-Za-züÜ])")
_SPECIAL_OR_TAG = re.compile(_SPECIAL.pattern + "|[<&]")
_PHONES_END, _READING = re.compile(r"\]\]"), re.compile(r"\{([A-Za-züÜ:0-9 \t]*)\}")
_LITERAL = re.compile(r"\[\[|\{(?=[ \t]*[A-Za-züÜ])")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]+)*")
_BREAKS_LINES = str.maketrans("\n\r\t", "   ")


class MarkupError(ValueError):
    """Markup that cannot be understood; `position` counts characters of the text."""

    def __init__(self, text: str, position: int, message: str):
        self.position = position
        place = f"position {position}"
        if "\n" in text:
            line = text.count("\n", 0, position) + 1
            place += f" (line {line}, column {position - text.rfind(chr(10), 0, position)})"
        super().__init__(f"The markup at {place} of the text cannot be read: {message}")


@dataclass(frozen=True)
class Piece:
    """A stretch of the text that is read in one way.

    `kind` is `text`; `reading` of the characters before it (`value`: syllables); `phoneme` (`value`: alphabet and
    spelling), `sub` (alias) and `say-as` (kind and format), each with the `text` it stands for; `break` (`value`:
    seconds); or `end` of a sentence. `span` counts characters of the original text; `plain` is where `text` begins
    among the characters of all pieces.
    """

    kind: str
    text: str
    span: tuple[int, int]
    plain: int
    value: tuple = ()
    prosody: ProsodyControls = ProsodyControls()
    language: str | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the original text of `text[start:end]`."""
        if len(self.text) != self.span[1] - self.span[0]:  # an entity
            return self.span
        return self.span[0] + start, self.span[0] + end


def is_ssml(text: str) -> bool:
    """Whether `text` begins with `<speak`, after white space."""
    return _SSML.match(text) is not None


def has_markup(text: str) -> bool:
    """Whether `text` is SSML or may hold a short form."""
    return is_ssml(text) or _SPECIAL.search(text) is not None


def parse(text: str) -> tuple[Piece, ...]:
    """The pieces of a text; [`MarkupError`] says where markup cannot be understood and what is needed.

    >>> [(piece.kind, piece.text, piece.value) for piece in parse("<speak>Hi<break time='500ms'/> Al</speak>")]
    [('text', 'Hi', ()), ('break', '', (0.5,)), ('text', ' Al', ())]
    """
    scanner = _Scanner(text)
    start = _SSML.match(text)
    scanner.run(start.end() if start else 0, start is not None)
    return tuple(scanner.pieces)


@dataclass(frozen=True)
class _Open:
    name: str
    position: int
    prosody: ProsodyControls
    language: str | None


class _Scanner:
    """Walks through the text once, from one markup to the next."""

    def __init__(self, text: str):
        self.text = text
        self.pieces: list[Piece] = []
        self.open: list[_Open] = []
        self.plain = 0
        self.ssml = False

    def run(self, position: int, ssml: bool) -> None:
        self.ssml = ssml
        special = _SPECIAL_OR_TAG if ssml else _SPECIAL
        done = False
        while match := special.search(self.text, position):
            self.words(position, match.start())
            if done and not self.text.startswith("<!--", match.start()):
                self.fail(match.start(), "`</speak>` ends the text; put everything before it.")
            step = {"[[": self.inline_phones, "{": self.inline_reading, "&": self.entity, "<": self.tag}
            position = step.get(match[0], self.escaped)(match.start())
            done = ssml and not self.open
        self.words(position, len(self.text))
        if self.open:
            last = self.open[-1]
            self.fail(last.position, f"`<{last.name}>` is never closed; write `</{last.name}>`.")

    def fail(self, position: int, message: str) -> NoReturn:
        raise MarkupError(self.text, position, message)

    def add(self, kind: str, text: str, span: tuple[int, int], value: tuple = ()) -> None:
        around = self.open[-1] if self.open else _Open("", 0, ProsodyControls(), None)
        self.pieces.append(Piece(kind, text, span, self.plain, value, around.prosody, around.language))
        self.plain += len(text)

    def words(self, start: int, end: int) -> None:
        chars = self.text[start:end]
        if self.ssml and not self.open:
            if chars.strip():
                self.fail(start + len(chars) - len(chars.lstrip()), "this stands outside of `<speak>…</speak>`.")
        elif chars:
            self.add("text", chars.translate(_BREAKS_LINES) if self.ssml else chars, (start, end))

    def escaped(self, position: int) -> int:
        length = 2 if self.text.startswith("[[", position + 1) else 1
        end = position + 1 + length
        self.add("text", self.text[position + 1 : end], (position + 1, end))
        return end

    def inline_phones(self, position: int) -> int:
        end = _PHONES_END.search(self.text, position + 2)
        if end is None:
            self.fail(position, r"`[[` is never closed; write `[[K AE1 T]]`, or `\[[` for the brackets themselves.")
        spelling = self.decode_all(position + 2, end.start()) if self.ssml else self.text[position + 2 : end.start()]
        self.phones(position, spelling, None, r" For the brackets themselves write `\[[`.")
        self.add("phoneme", "", (position, end.end()), ("", spelling))
        return end.end()

    def phones(self, position: int, spelling: str, alphabet: str | None, more: str = "") -> tuple[str, ...]:
        try:
            return read_phones(spelling, alphabet)
        except ValueError as error:
            self.fail(position, f"{error}{more}")

    def inline_reading(self, position: int) -> int:
        last = self.pieces[-1] if self.pieces else None
        if last is not None and last.kind == "reading" and last.span[1] == position:
            self.fail(position, "the character before it has a reading already.")
        if last is None or last.kind != "text" or last.span[1] != position or not is_han(last.text[-1]):
            self.add("text", "{", (position, position + 1))
            return position + 1
        match = _READING.match(self.text, position)
        if match is None:
            self.fail(position, r"a reading is written like `重{chong2}`; for the brace itself write `\{`.")
        more = r" For the brace itself write `\{`."
        read = syllables(self.phones(position, match[1], "pinyin", more))
        count = len(read)
        if not read[-1][-1][-1].isdigit():
            self.fail(position, f"`{match[1]}` is no pinyin syllable with its tone, such as `zhong4`.{more}")
        if count > len(last.text) or not is_han(last.text[-count:]):
            self.fail(position, f"it has {count} syllables, but not as many Chinese characters stand before it.{more}")
        self.add("reading", "", match.span(), (match[1].strip(),))
        return match.end()

    def entity(self, position: int) -> int:
        if not self.open:
            self.fail(position, "this stands outside of `<speak>…</speak>`.")
        char, end = self.decode(position)
        self.add("text", char, (position, end))
        return end

    def decode(self, position: int) -> tuple[str, int]:
        match = _ENTITY.match(self.text, position)
        decimal, hexadecimal, name = match.groups() if match else (None, None, None)
        code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
        code = name2codepoint[name] if name in ENTITIES[:4] else ord("'") if name == "apos" else code
        if match is None or not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            self.fail(
                position, "`&` begins an entity such as `&amp;` or `&#8364;`; write `&amp;` for the sign itself."
            )
        return chr(code), match.end()

    def decode_all(self, start: int, end: int) -> str:
        """Characters without tags, such as an attribute's, with their entities decoded."""
        parts = []
        while (at := self.text.find("&", start, end)) >= 0:
            char, following = self.decode(at)
            parts += [self.text[start:at].translate(_BREAKS_LINES), char]
            start = following
        return "".join([*parts, self.text[start:end].translate(_BREAKS_LINES)])

    def tag(self, position: int) -> int:
        if self.text.startswith("<!--", position):
            end = self.text.find("-->", position)
            return end + 3 if end >= 0 else self.fail(position, "`<!--` is never closed; write `-->`.")
        match = _TAG.match(self.text, position)
        if match is None:
            got = self.text[position : position + 20].split("\n")[0]
            self.fail(position, f"`{got}` is no tag; write one like `<break time='500ms'/>`, or `&lt;` for the sign.")
        closing, name, _, empty = match.groups()
        if name not in ELEMENTS:
            known = ", ".join(f"`{element}`" for element in ELEMENTS)
            self.fail(position, f"there is no element `{name}`; known are {known}.")
        if closing:
            return self.close(match)
        attributes = self.attributes(match)
        if name == "speak" and self.open:
            self.fail(position, "`<speak>` begins the text and stands nowhere else.")
        try:
            return self.element(name, match, attributes, bool(empty))
        except ElementError as error:
            self.fail(position, str(error))

    def attributes(self, match: re.Match) -> dict[str, str]:
        name, found = match[2], {}
        if match.end(3) - match.start(3) > MOST_ATTRIBUTE_CHARS:
            size = match.end(3) - match.start(3)
            self.fail(
                match.start(), f"the attributes have {size} characters, but {MOST_ATTRIBUTE_CHARS} are the most."
            )
        for attribute in _ATTRIBUTE.finditer(self.text, match.start(3), match.end(3)):
            key = attribute[1]
            if key not in ATTRIBUTES[name] and not (name == "speak" and key.startswith(("xmlns", "xsi:"))):
                known = ", ".join(f"`{known}`" for known in ATTRIBUTES[name])
                self.fail(attribute.start(), f"`<{name}>` has no attribute `{key}`; known are {known}.")
            found[key] = self.decode_all(*attribute.span(2 if attribute[2] is not None else 3)).strip()
            if key == "xml:lang" and not _LANGUAGE.fullmatch(found[key]):
                self.fail(attribute.start(), f"`xml:lang` is `{found[key]}`; write a code such as `en` or `zh-CN`.")
        if NEEDED.get(name, name) not in (*found, name):
            self.fail(match.start(), f"`<{name}>` needs the attribute `{NEEDED[name]}`.")
        return found

    def element(self, name: str, match: re.Match, attributes: dict[str, str], empty: bool) -> int:
        if name == "break":
            return self.pause(match, pause_seconds(attributes.get("time"), attributes.get("strength")), empty)
        if name in ("sub", "say-as", "phoneme"):
            return self.replaced(name, match, attributes, empty)
        around = self.open[-1] if self.open else _Open("", 0, ProsodyControls(), None)
        prosody = prosody_within(around.prosody, attributes) if name == "prosody" else around.prosody
        if name in ("p", "s"):
            self.end_sentence(match)
        self.open.append(_Open(name, match.start(), prosody, attributes.get("xml:lang", around.language)))
        if empty:
            self.open.pop()
        return match.end()

    def pause(self, match: re.Match, seconds: float, empty: bool) -> int:
        end = match.end()
        if not empty:
            closing = re.compile(r"\s*</break\s*>").match(self.text, end)
            if closing is None:
                self.fail(match.start(), "`<break>` holds nothing; write `<break time='500ms'/>`.")
            end = closing.end()
        self.add("break", "", match.span(), (seconds,))
        return end

    def replaced(self, name: str, match: re.Match, attributes: dict[str, str], empty: bool) -> int:
        """`<sub>`, `<say-as>` and `<phoneme>`: text inside that something else is said for."""
        start = end = following = match.end()
        if not empty:
            end = self.text.find("<", start)
            closing = _TAG.match(self.text, end) if end >= 0 else None
            if closing is None or not closing[1] or closing[2] != name:
                self.fail(match.start(), f"`<{name}>` holds text and no tags, and ends with `</{name}>`.")
            following = closing.end()
        content = self.decode_all(start, end)
        if name == "phoneme":
            self.phones(match.start(), attributes["ph"], attributes.get("alphabet", "ipa"))
            value = (attributes.get("alphabet", "ipa"), attributes["ph"])
        elif not content.strip():
            self.fail(match.start(), f"`<{name}>` is empty; put the text that it is about inside of it.")
        else:
            value = (attributes["alias"],) if name == "sub" else say_as_kind(attributes, content)
        if name == "sub" and not attributes["alias"]:
            self.fail(match.start(), "`alias` is empty; give what is said instead.")
        self.add(name, content, (start, end) if content else match.span(), value)
        return following

    def close(self, match: re.Match) -> int:
        name = match[2]
        if not self.open or self.open[-1].name != name:
            needed = f"`</{self.open[-1].name}>` is needed first" if self.open else "nothing is open"
            self.fail(match.start(), f"`</{name}>` does not fit here: {needed}.")
        if name in ("p", "s"):
            self.end_sentence(match)
        self.open.pop()
        return match.end()

    def end_sentence(self, match: re.Match) -> None:
        if self.pieces and self.pieces[-1].kind != "end":
            self.add("end", "", match.span())


def write(pieces: Iterable[Piece]) -> str:
    """SSML that parses to the same pieces; the short forms stay short.

    >>> write(parse("A [[K AE1 T]] & <b"))
    '<speak>A [[K AE1 T]] &amp; &lt;b</speak>'
    """
    pieces = list(pieces)
    languages = {piece.language for piece in pieces}
    whole = pieces[0].language if len(languages) == 1 else None
    out, prosody, language = [], ProsodyControls(), whole
    for piece in merged(pieces):
        if (piece.prosody, piece.language) != (prosody, language):
            out.append(_closing(prosody, None if language == whole else language))
            prosody, language = piece.prosody, piece.language
            out.append(_opening(prosody, None if language == whole else language))
        out.append(_written(piece))
    out.append(_closing(prosody, None if language == whole else language))
    root = f' xml:lang="{whole}"' if whole else ""
    return f"<speak{root}>{''.join(out)}</speak>"


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbors of plain text as one piece, for `write`; their spans mean nothing any more."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        alike = (piece.kind, piece.prosody, piece.language)
        if last is not None and piece.kind == "text" and (last.kind, last.prosody, last.language) == alike:
            out[-1] = replace(last, text=last.text + piece.text)
        else:
            out.append(piece)
    return out


def _opening(prosody: ProsodyControls, language: str | None) -> str:
    tag = f"<prosody{prosody.attributes()}>" if prosody != ProsodyControls() else ""
    return tag + (f'<lang xml:lang="{language}">' if language else "")


def _closing(prosody: ProsodyControls, language: str | None) -> str:
    return ("</lang>" if language else "") + ("</prosody>" if prosody != ProsodyControls() else "")


def _quoted(text: str) -> str:
    for char, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(char, f"&{name};")
    return re.sub(r"[\n\r\t]", lambda char: f"&#{ord(char[0])};", text)


def _written(piece: Piece) -> str:
    text, value = _quoted(piece.text), [_quoted(item) if isinstance(item, str) else item for item in piece.value]
    if piece.kind == "text":
        return _LITERAL.sub(r"\\\g<0>", text).replace("&quot;", '"')
    if piece.kind == "reading":
        return f"{{{value[0]}}}"
    if piece.kind == "break":
        return f'<break time="{value[0]!r}s"/>'
    if piece.kind == "end":
        return "<s/>"
    if piece.kind == "sub":
        return f'<sub alias="{value[0]}">{text}</sub>'
    if piece.kind == "say-as":
        style = f' format="{value[1]}"' if value[1] else ""
        return f'<say-as interpret-as="{value[0]}"{style}>{text}</say-as>'
    if not value[0]:
        return f"[[{value[1]}]]"
    return f'<phoneme alphabet="{value[0]}" ph="{value[1]}">{text}</phoneme>'


def to_ssml(utterance) -> str:
    """The text of `utterance` as SSML that says the same phones with the same prosody in the same language.

    A part that [`Utterance.split`] made gives the whole text.

    Args:
        utterance: An [`Utterance`], as [`TextFrontend`] makes it.

    Example:

    ```python
    print(to_ssml(TextFrontend("en")("Wait <break time='500ms'/> for it.")))
    ```
    """
    text = utterance.text
    return write(parse(text if has_markup(text) else unwrapped(text)[0]))
