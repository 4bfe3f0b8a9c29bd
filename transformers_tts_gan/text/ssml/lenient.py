"""SSML of other speech services, made into the SSML that `parse` takes.

Enters: a document. Leaves: one that says the same: elements and attributes without a meaning here are passed over, and
what they hold is kept. After the W3C's SSML 1.1 (2010), of which Azure, Google and Polly take dialects.
"""

import html
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .. import languages
from ..lexicon import read_phones
from ..prosody import ProsodyControls
from .values import MAX_BREAK_SECONDS, ElementError, date_parts, pause_seconds, prosody_within, say_as_kind


Say = Callable[[str, int], str]

_START = re.compile(r"[\s\ufeff]*(?:<[?!][^>]{0,2000}>\s*)*+<(?:\w+:)?speak[\s/>]")
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<[?!][^>]{0,2000}>"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>",
    re.S,
)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]\w{0,30});")
_SIZE = re.compile(r"([-+]?)(\d+(?:\.\d*)?|\.\d+)\s*(Hz|hz|HZ|%|st|dB|db|ms|s|)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")

SAME = {"paragraph": "p", "sentence": "s"}  # of SSML's drafts
SILENT = ("metadata", "meta", "lexicon", "desc")  # what they hold is not said
KINDS = {"verbatim": "characters", "spell": "spell-out", "letters": "characters", "currency": "currency"}
EMPHASIS = {"strong": ("90%", "+3dB"), "moderate": ("95%", "+1.5dB"), "reduced": ("105%", "-3dB")}
ALPHABETS = {"x-amazon-pinyin": "pinyin", "cmu": "x-arpabet", "cmu-arpabet": "x-arpabet"}
MIDDLE_HZ = 180.0  # between men's and women's voices: what a pitch in Hz is compared with
MOST_ATTRIBUTE_CHARS = 10_000


class NoteTaker(Protocol):
    """Where it is noted what was passed over."""

    def add(self, position: int, message: str) -> None: ...


@dataclass
class _Open:
    name: str
    closing: str = ""
    prosody: ProsodyControls = ProsodyControls()
    silent: bool = False


def is_document(text: str) -> bool:
    """Whether a text is SSML, by its first element."""
    return _START.match(text) is not None


def simplify(text: str, say: Say, notes: NoteTaker) -> str:
    """The document in elements and attributes that `parse` takes.

    Args:
        text: An SSML document of any service.
        say: What becomes of the text inside: of a part of it and the part's position.
        notes: What is passed over is noted here.

    >>> from ..foreign import Notes
    >>> simplify("<speak><voice name='x'>A<break time='2'/></voice></speak>", lambda part, start: part, Notes())
    '<speak>A<break time="2s"/></speak>'
    """
    return _Simplifier(text, say, notes).run()


class _Simplifier:
    """Walks through the document once, from one tag to the next."""

    def __init__(self, text: str, say: Say, notes: NoteTaker):
        self.text, self.say, self.notes = text, say, notes
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.root = "<speak>"

    def run(self) -> str:
        done = 0
        skip_to = 0
        for token in _TOKEN.finditer(self.text):
            if token.start() < skip_to:
                continue
            self.words(done, token.start())
            done = token.end()
            if token["data"] is not None:
                self.put(token["data"], token.start("data"))
            elif token["name"]:
                done = skip_to = self.tag(token)
        self.words(done, len(self.text))
        while self.open:
            self.out.append(self.open.pop().closing)
        return f"{self.root}{''.join(self.out)}</speak>"

    def put(self, words: str, start: int) -> None:
        """Add plain text."""
        if words and not (self.open and self.open[-1].silent):
            self.out.append(html.escape(self.say(_CONTROL.sub(" ", words), start), quote=False))

    def plain(self, words: str, start: int) -> str:
        """Text for a place where `parse` takes no short forms, and so no backslashes before them."""
        return self.say(words, start).replace("\\[[", "[[").replace("\\{", "{")

    def words(self, start: int, end: int) -> None:
        """Add the text between two tags, with its entities decoded; a lone `&` or `<` is that sign."""
        for match in _ENTITY.finditer(self.text, start, end):
            self.put(self.text[start : match.start()], start)
            self.put(html.unescape(match[0]), match.start())
            start = match.end()
        rest = self.text[start:end]
        if self.open or rest.strip("\ufeff \n\r\t"):
            self.put(rest, start)

    def tag(self, token: re.Match) -> int:
        """Add what a tag means here; the position after what has been read."""
        name = token["name"].removeprefix("ssml:")
        name = SAME.get(name, name)
        if token["close"]:
            self.close(name)
            return token.end()
        position = token.start()
        attributes = self.attributes(token)
        empty = token["attributes"].rstrip().endswith("/")
        opening = _Open(name, "", self.prosody, bool(self.open and self.open[-1].silent) or name in SILENT)
        if name == "speak":
            code = attributes.get("xml:lang", "")
            if not self.open and not self.out and self.speaks(code, position):
                self.root = f'<speak xml:lang="{code}">'
        elif name == "break" and not opening.silent:
            self.out.append(self.pause(attributes, position))
        elif name in ("sub", "say-as", "phoneme") and not empty and not opening.silent:
            if (end := self.replaced(name, attributes, token)) is not None:
                return end
        elif name in ("p", "s", "prosody", "emphasis", "lang", "voice"):
            self.enter(opening, attributes, position)
        elif name not in ("break", "mark"):
            kept = "is left out" if name in SILENT else "is passed over; what it holds is read"
            self.note(position, f"`<{name}>` {kept}.")
        if name == "break":
            opening.silent = True  # a break holds nothing that is said
        if empty:
            self.out.append(opening.closing)
        else:
            self.open.append(opening)
        return token.end()

    @property
    def prosody(self) -> ProsodyControls:
        return self.open[-1].prosody if self.open else ProsodyControls()

    def speaks(self, code: str, position: int) -> bool:
        """Whether `code` is a language that has a pronunciation here."""
        if not code:
            return False
        if not _CODE.fullmatch(code) or not languages.find(code).phones:
            self.note(position, f"`xml:lang` is passed over: `{code[:40]}` has no pronunciation here.")
            return False
        return True

    def note(self, position: int, message: str) -> None:
        self.notes.add(position, message)

    def close(self, name: str) -> None:
        if not any(opened.name == name for opened in self.open[-50:]):
            return
        while self.open:
            last = self.open.pop()
            self.out.append(last.closing)
            if last.name == name:
                break

    def attributes(self, token: re.Match) -> dict[str, str]:
        text = token["attributes"]
        if len(text) > MOST_ATTRIBUTE_CHARS:
            self.note(token.start(), f"the attributes of `<{token['name']}>` have {len(text)} characters: left out.")
            return {}
        return {found[1]: html.unescape(found[2] or found[3] or "").strip() for found in _ATTRIBUTE.finditer(text)}

    def pause(self, attributes: dict[str, str], position: int) -> str:
        time, strength = attributes.get("time"), attributes.get("strength")
        size = _SIZE.fullmatch(time or "")
        if size and size[3] in ("", "s", "ms"):
            seconds = float(size[2]) / (1_000 if size[3] == "ms" or not size[3] and float(size[2]) >= 50 else 1)
            if seconds > MAX_BREAK_SECONDS:
                self.note(position, f"a break of {time} is cut to {MAX_BREAK_SECONDS:g} seconds.")
            return f'<break time="{min(seconds, MAX_BREAK_SECONDS):g}s"/>'
        try:
            return f'<break time="{pause_seconds(None, strength):g}s"/>'
        except ElementError as error:
            self.note(position, f"a break of medium length is made: {error}")
            return "<break/>"

    def enter(self, opening: _Open, attributes: dict[str, str], position: int) -> None:
        """Open an element around other ones."""
        name, code = opening.name, attributes.get("xml:lang", "")
        if name in ("p", "s"):
            self.out.append(f"<{name}>")
            opening.closing = f"</{name}>"
        elif name == "voice":
            self.note(position, "`<voice>` is passed over: one speaker says the whole text; choose it by `speaker`.")
        elif name == "emphasis":
            rate, volume = EMPHASIS.get(attributes.get("level", "moderate"), ("", ""))
            self.change(opening, {"rate": rate, "volume": volume} if rate else {}, position)
        elif name == "prosody":
            self.change(opening, attributes, position)
        if self.speaks(code, position):
            self.out.append(f'<lang xml:lang="{code}">')
            opening.closing = f"</lang>{opening.closing}"

    def change(self, opening: _Open, attributes: dict[str, str], position: int) -> None:
        """Open a `<prosody>` with those attributes that can be spoken."""
        kept = {}
        for name, value in attributes.items():
            try:
                if name not in ("rate", "pitch", "volume"):
                    raise ElementError("it has no meaning here.")
                value = _plain_value(name, value)
                opening.prosody = prosody_within(opening.prosody, {name: value})
            except ElementError as error:
                self.note(position, f"`{name}` of `<{opening.name}>` is passed over: {error}")
            else:
                kept[name] = value
        if kept:
            self.out.append("<prosody" + "".join(f' {name}="{value}"' for name, value in kept.items()) + ">")
            opening.closing = "</prosody>"

    def replaced(self, name: str, attributes: dict[str, str], token: re.Match) -> int | None:
        """Add an element that holds plain text; the position after it, or None where its text is read as it is."""
        start, position = token.end(), token.start()
        end = self.text.find("<", start)
        closing = _TOKEN.match(self.text, end) if end >= 0 else None
        if closing is None or not closing["close"] or closing["name"].removeprefix("ssml:") != name:
            self.note(position, f"`<{name}>` is passed over: it holds other tags.")
            return None
        inside = html.unescape(self.text[start:end])
        try:
            if name == "sub":
                added = {"alias": self.plain(attributes["alias"], position)}
                if not added["alias"].strip() or not inside.strip():
                    raise ElementError("it is empty.")
            elif name == "phoneme":
                added = _phones(attributes)
            else:
                added = _say_as(attributes, inside)
        except (KeyError, ValueError) as error:
            self.note(position, f"`<{name}>` is passed over, and its text is read as it is: {error}")
            return None
        quoted = "".join(f' {key}="{html.escape(value)}"' for key, value in added.items())
        self.out.append(f"<{name}{quoted}>{html.escape(self.plain(inside, start), quote=False)}</{name}>")
        return closing.end()


def _phones(attributes: dict[str, str]) -> dict[str, str]:
    alphabet = attributes.get("alphabet", "ipa")
    alphabet = ALPHABETS.get(alphabet, alphabet)
    read_phones(attributes["ph"], alphabet)
    return {"alphabet": alphabet, "ph": attributes["ph"]}


def _say_as(attributes: dict[str, str], text: str) -> dict[str, str]:
    kind = attributes["interpret-as"].lower()
    found = {"interpret-as": KINDS.get(kind, kind)}
    style = attributes.get("format", "").lower()
    if kind == "date" and style:
        style = re.sub(r"(.)\1+", r"\1", re.sub(r"[^ymd]", "", style))
        try:
            date_parts(text, style)
            found["format"] = style
        except ElementError:
            pass  # read as any other date
    say_as_kind(found, text)
    return found


def _plain_value(name: str, value: str) -> str:
    """A value of `<prosody>` as `parse` takes it: pitch from Hz, loudness from percent or from 0 to 100."""
    size = _SIZE.fullmatch(value)
    if size is None:
        return value
    sign, number, unit = size[1], float(size[2]), size[3]
    signed = -number if sign == "-" else number
    if name == "pitch" and unit.lower() == "hz":
        ratio = (MIDDLE_HZ + signed) / MIDDLE_HZ if sign else number / MIDDLE_HZ
        if ratio <= 0:
            raise ElementError(f"`pitch` is `{value}`, which is below 0 Hz.")
        return f"{12 * math.log2(ratio):+.2f}st"
    if name == "volume" and unit in ("%", ""):
        ratio = 1 + signed / 100 if sign else number / 100
        return f"{20 * math.log10(ratio):+.2f}dB" if ratio > 0.01 else "silent"
    if name == "volume":
        return value.replace("db", "dB")
    return value
