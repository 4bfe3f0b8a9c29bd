"""Text to phones in one call: normalization, words, and pronunciation, with the way back to the original characters.

What a writer may say about it, such as `<break time="500ms"/>` or `[[K AE1 T]]`, is in `text.ssml.parse`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path

from . import languages
from .espeak import espeak_phones
from .han import HAN, is_han
from .language import Language, Phones
from .lexicon import read_lexicon, read_phones, syllables
from .lines import unwrapped
from .normalization import normalize
from .phoneset import BOUNDARY, PAUSES, letter_phones
from .prosody import PhoneProsody
from .spoken import PAUSES as PAUSE_MARKS
from .spoken import Spoken
from .ssml.parse import MarkupError, Piece, has_markup, parse
from .utterance import Span, Utterance, Word
from .zh.numbers import simplify
from .zh.segment import Segmenter


PHONEMES = ("letters", "espeak")
_POSITION = re.compile(r"(?<=osition )\d+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class TextFrontend:
    """Callable from text to [`Utterance`].

    Args:
        language: Of the text as a whole: `en`, `zh` (each may hold words of the other), one that `languages.add` made
            known, or another code.
        lexicon: Words whose phones you know better, `{"银行": "yin2 hang2", "gan": "G AE1 N"}`, or a file of them; it
            wins over all else. Chinese entries may be whole syllables, in simplified or traditional characters, and
            hold for both; English ones are found in any case.
        user_dict: Chinese words to keep whole: a list, or a file as jieba takes it.
        emoji: `drop` passes over them, `name` says their names.
        phonemes: What is a phone of a language without a pronunciation of its own: each of its `letters`, or each IPA
            character of what `espeak` (espeak-ng, in the extra `espeak`, under the GPL) makes of its words and
            numbers. English, Chinese and other known languages keep their own pronunciation with either.

    Raises:
        ValueError: For an option that is none of the above, and on a call for text that cannot be read.

    Example:

    >>> [word.phones for word in TextFrontend("en")("A cat.").words]
    [('AH0',), ('K', 'AE1', 'T')]
    """

    def __init__(
        self,
        language: str = "en",
        lexicon: Mapping[str, str | list[str]] | str | Path | None = None,
        user_dict: list[str] | str | Path | None = None,
        emoji: str = "drop",
        phonemes: str = "letters",
    ):
        if emoji not in ("drop", "name"):
            raise ValueError(f"`emoji` is {emoji!r}, but `drop` or `name` is needed.")
        if phonemes not in PHONEMES:
            raise ValueError(f"`phonemes` is {phonemes!r}, but `letters` or `espeak` is needed.")
        self.emoji = emoji
        self.phonemes = phonemes
        self.language = languages.find(language).code
        given = {word: tuple(phones.split()) for word, phones in read_lexicon(lexicon or {}).items()}
        self.lexicon = {_simplified(word): phones for word, phones in given.items()} | given
        self._lower = {word.lower(): phones for word, phones in self.lexicon.items()}
        words = {_simplified(word) for word in Segmenter(user_dict or ()).words}.union(self.lexicon)
        self._whole = frozenset(word for word in words if not word.isascii())

    def __call__(self, text: str, language: str | None = None) -> Utterance:
        """Phones of `text`. ValueError for nothing to say, and for markup or a character that nobody can read."""
        if not isinstance(text, str):
            raise TypeError(f"`text` is a {type(text).__name__}, but one string is needed; call once per text.")
        if half := _SURROGATE.search(text):
            raise ValueError(
                f"The text has half a character, U+{ord(half[0]):04X}, at position {half.start()}: it was cut or "
                "decoded wrongly; read it again as UTF-8."
            )
        language = languages.find(language).code if language else self.language
        builder = _Builder()
        if has_markup(text):
            utterance = self._marked(text, language, builder)
        else:
            utterance = self._plain(text, language, builder)
        if not builder.words:
            raise ValueError(f"There is nothing to say in {text[:40]!r}: `text` needs at least one word or number.")
        return utterance

    def _plain(self, text: str, language: str, builder: "_Builder") -> Utterance:
        """A text without markup; the lines of a wrapped paragraph are read as one."""
        plain, places = unwrapped(text)
        try:
            self._read(self._normalize(plain, language), builder, {})
        except ValueError as error:  # its positions are those of the unwrapped text
            raise ValueError(_POSITION.sub(lambda at: str(places[int(at[0])]), str(error))) from None
        words, phones, spans = tuple(builder.words), tuple(builder.phones), tuple(builder.spans)
        if plain is text:
            return Utterance(text, language, words, phones, spans, text, spans)
        ends = [*places, len(text)]
        of_text = tuple((ends[a], places[b - 1] + 1 if b > a else ends[a]) for a, b in spans)
        words = tuple(replace(w, span=(places[w.span[0]], places[w.span[1] - 1] + 1)) for w in words)
        return Utterance(text, language, words, phones, of_text, plain, spans)

    def _normalize(self, text: str, language: str) -> list[Spoken]:
        return normalize(text, language, self.emoji, numbers=self.phonemes == "espeak")

    def _marked(self, text: str, language: str, builder: "_Builder") -> Utterance:
        pieces = parse(text)
        whole = pieces[0].language if len({piece.language for piece in pieces}) == 1 else None
        if whole is not None:  # `<speak xml:lang="zh">`
            language = languages.find(whole).code
            pieces = tuple(replace(piece, language=None) for piece in pieces)
        plain, origins = "".join(piece.text for piece in pieces), _Origins(pieces)
        given: dict[int, tuple[Phones, Piece]] = {}
        try:
            items = list(self._items(pieces, plain, language, given))
            self._read(items, builder, {place: reading for place, (reading, _) in given.items()})
        except MarkupError:
            raise
        except ValueError as error:  # its positions are those of the plain text
            raise ValueError(_POSITION.sub(lambda at: str(origins.position(int(at[0]))), str(error))) from None
        for place, (_, piece) in given.items():
            if place not in builder.given:
                raise MarkupError(text, piece.span[0], f"`{plain[place]}` is not read by itself here; use `<sub>`.")
        words = tuple(
            replace(word, span=builder.made[n].span if n in builder.made else origins.span(word.span))
            for n, word in enumerate(builder.words)
        )
        spans = tuple(
            origins.span(span) if source is None or span[0] != span[1] or source.text and phone == BOUNDARY
            else (source.span[0], source.span[0] if phone == BOUNDARY else source.span[1])
            for phone, span, source in zip(builder.phones, builder.spans, builder.sources, strict=True)
        )  # fmt: skip
        phones, places = tuple(builder.phones), tuple(builder.spans)
        return Utterance(text, language, words, phones, spans, plain, places, builder.prosody(origins))

    def _items(self, pieces: Iterable[Piece], plain: str, language: str, given: dict) -> Iterable[Spoken]:
        """What is spoken, in characters of the plain text; `given` collects readings by place."""
        waiting: list[Piece] = []  # neighbors are read as one text, whatever their prosody
        for piece in pieces:
            spoken_in = languages.find(piece.language).code if piece.language else language
            if waiting and (piece.kind not in ("text", "reading", "phoneme") or piece.language != waiting[0].language):
                yield from _normalized(waiting, plain, language, self._normalize)
                waiting = []
            if piece.kind == "text":
                waiting.append(piece)
            elif piece.kind == "reading":
                read = syllables(read_phones(piece.value[0], "pinyin"))
                given.update((piece.plain - len(read) + n, (part, piece)) for n, part in enumerate(read))
            elif piece.kind == "phoneme":
                phones = read_phones(piece.value[1], piece.value[0] or None)
                read = syllables(phones)
                if len(read) == len(piece.text) and is_han(piece.text):
                    given.update((piece.plain + n, (part, piece)) for n, part in enumerate(read))
                    waiting.append(piece)
                    continue
                yield from _normalized(waiting, plain, language, self._normalize)
                waiting = []
                yield _Control(piece.text or piece.value[1], _place(piece), spoken_in, piece, phones)
            elif piece.kind in ("sub", "say-as"):
                say_as = languages.find(spoken_in).say_as
                words = piece.value[0] if piece.kind == "sub" else say_as(piece.text, *piece.value)
                spelled = piece.value[0] in ("characters", "spell-out") and piece.kind == "say-as"
                spoken = [
                    item for item in _alias(words, spoken_in, piece, self._normalize) if item.language or not spelled
                ]
                yield from (replace(item, span=_place(piece)) for item in spoken)
            else:
                yield _Control("", _place(piece), "", piece)
        yield from _normalized(waiting, plain, language, self._normalize)

    def _read(self, spoken: Iterable[Spoken], builder: "_Builder", given: dict[int, tuple[str, ...]]) -> None:
        for (control, code), run in groupby(spoken, key=lambda item: (isinstance(item, _Control), item.language)):
            items = list(run)
            language = languages.find(code) if code and not control else None
            if control:
                for item in items:
                    if isinstance(item, _Control):
                        builder.control(item)
            elif language is None:
                builder.pause(items[-1])
            elif language.segment is not None and language.pronounce_characters is not None:
                words = language.segment("".join(item.text for item in items), self._whole)
                self._character_run(items, words, language.pronounce_characters, builder, given)
            else:
                self._word_run(items, language, builder)

    def _word_run(self, items: list[Spoken], language: Language, builder: "_Builder") -> None:
        texts = [item.text for item in items]
        if language.pronounce is not None:
            read = language.pronounce(texts)
        elif self.phonemes == "espeak":
            read = [espeak_phones(text, language.code) for text in texts]
        else:
            read = [letter_phones(text) for text in texts]
        for item, phones in zip(items, read, strict=True):
            word = item.text.replace(".", "")  # letters to be spelled are written `G.A.N.`
            phones = self.lexicon.get(word) or self._lower.get(word.lower()) or phones
            builder.word(Word(item.text, item.span, item.language, phones), [(phones, item.span)])

    def _character_run(
        self, items: list[Spoken], words: list[str], pronounce: Callable, builder: "_Builder", given: dict[int, Phones]
    ) -> None:
        """Words of a language without spaces; `given` holds readings of single characters by their places."""
        spans = [item.span for item in items for _ in item.text]
        start = 0
        try:
            readings = pronounce(words, self.lexicon)
        except ValueError as error:
            raise ValueError(f"At position {_unknown_at(items, pronounce)} of the text: {error}") from None
        for word, read in zip(words, readings, strict=True):
            places = spans[start : start + len(word)]
            start += len(word)
            span = (places[0][0], places[-1][1])
            parts = list(zip(read, places, strict=True))
            if word in self.lexicon:
                spelled = syllables(self.lexicon[word])
                whole = [(self.lexicon[word], span)]
                parts = list(zip(spelled, places, strict=True)) if len(spelled) == len(places) else whole
            if given:
                parts = builder.as_given(parts, given)
            phones = tuple(chain.from_iterable(part for part, _ in parts))
            builder.word(Word(word, span, items[0].language, phones), parts)


@dataclass(frozen=True)
class _Control(Spoken):
    """A pause, an end of a sentence, or phones, that a piece of markup asks for."""

    piece: Piece
    phones: tuple[str, ...] = ()


class _Builder:
    """Collects words and phones, and puts a boundary between two words that no pause separates."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.phones: list[str] = []
        self.spans: list[Span] = []
        self.sources: list[Piece | None] = []  # the markup that made a phone
        self.made: dict[int, Piece] = {}  # and a word without characters of its own
        self.seconds: dict[int, float] = {}
        self.given: set[int] = set()

    def add(self, phone: str, span: Span, source: Piece | None = None) -> None:
        self.phones.append(phone)
        self.spans.append(span)
        self.sources.append(source)

    def word(self, word: Word, parts: list[tuple[tuple[str, ...], Span]], source: Piece | None = None) -> None:
        if not word.phones:
            raise ValueError(
                f"`{word.text}` at position {word.span[0]} has no reading; give it in `lexicon` or leave it out."
            )
        if self.phones and self.phones[-1] not in PAUSES:
            self.add(BOUNDARY, (word.span[0], word.span[0]), source)
        if source is not None and not source.text:
            self.made[len(self.words)] = source
        self.words.append(word)
        self.phones += word.phones
        self.sources += [source] * len(word.phones)
        for phones, span in parts:
            self.spans += [span] * len(phones)

    def as_given(self, parts: list[tuple[tuple[str, ...], Span]], given: dict[int, tuple[str, ...]]) -> list:
        """Parts with the readings that the writer gave to characters."""
        hits = {span[0] for _, span in parts if span[1] - span[0] == 1} & given.keys()
        self.given |= hits
        return [(given[span[0]] if span[0] in hits else phones, span) for phones, span in parts]

    def pause(self, item: Spoken, source: Piece | None = None) -> None:
        if self.phones and self.phones[-1] not in PAUSES:
            self.add(item.text, item.span, source)
        elif self.phones and len(self.phones) - 1 in self.seconds and item.text != ",":
            self.phones[-1] = item.text  # a break in front of a full stop still ends the sentence

    def control(self, item: _Control) -> None:
        """Phones as they are given; a break takes the place of the pause before it, and adds to a break."""
        if item.phones:
            word = Word(item.text, item.span, item.language, item.phones)
            self.word(word, [(item.phones, item.span)], item.piece)
        elif item.piece.kind == "end":
            self.pause(replace(item, text="."), item.piece)
        else:
            if not self.phones or self.phones[-1] not in PAUSES:
                self.add(",", item.span, item.piece)
            last = len(self.phones) - 1
            self.seconds[last] = self.seconds.get(last, 0.0) + item.piece.value[0]

    def prosody(self, origins: "_Origins") -> tuple[PhoneProsody, ...]:
        prosody = []
        for number, (span, source) in enumerate(zip(self.spans, self.sources, strict=True)):
            around = (source or origins.piece(span[0])).prosody
            seconds = self.seconds.get(number)
            prosody.append(PhoneProsody(around.rate, around.pitch_shift, around.gain_db, seconds))
        return tuple(prosody) if any(phone != PhoneProsody() for phone in prosody) else ()


class _Origins:
    """From characters of the plain text back to the original."""

    def __init__(self, pieces: tuple[Piece, ...]):
        self.pieces = [piece for piece in pieces if piece.text] or list(pieces)
        self.starts = [piece.plain for piece in self.pieces]

    def piece(self, place: int) -> Piece:
        return self.pieces[max(bisect_right(self.starts, place) - 1, 0)]

    def position(self, place: int) -> int:
        piece = self.piece(place)
        return piece.origin(place - piece.plain, place - piece.plain)[0]

    def span(self, span: Span) -> Span:
        if span[0] == span[1]:
            return (self.position(span[0]),) * 2
        last = self.piece(span[1] - 1)
        return self.position(span[0]), last.origin(span[1] - 1 - last.plain, span[1] - last.plain)[1]


def _place(piece: Piece) -> Span:
    return piece.plain, piece.plain + len(piece.text)


def _normalized(pieces: list[Piece], plain: str, language: str, normalize: Callable) -> list[Spoken]:
    """Neighboring pieces as one text; what holds no letters is read in the language around it."""
    if not pieces:
        return []
    start, end = pieces[0].plain, _place(pieces[-1])[1]
    text = plain[start:end]
    beside = languages.find(language).language_beside
    if pieces[0].language:
        language = languages.find(pieces[0].language).code
    elif beside is not None and not any(char.isalpha() for char in text):
        near = [char for char in plain[max(0, start - 40) : start][::-1] if char.isalpha()][:1]
        near += [char for char in plain[end : end + 40] if char.isalpha()][:1]
        language = beside("".join(near)) or language
    try:
        spoken = normalize(text, language)
    except ValueError as error:
        raise ValueError(_POSITION.sub(lambda at: str(int(at[0]) + start), str(error))) from None
    spoken = [replace(item, span=(item.span[0] + start, item.span[1] + start)) for item in spoken]
    first = start + len(text) - len(text.lstrip())  # the normalizer knows nothing to pause after there
    if plain[first : first + 1] in PAUSE_MARKS and not plain[first : first + 2][1:].isdigit():
        spoken.insert(0, Spoken(PAUSE_MARKS[plain[first]], (first, first + 1), ""))
    return spoken


def _alias(words: str, language: str, piece: Piece, normalize: Callable) -> list[Spoken]:
    try:
        return normalize(words, language)
    except ValueError as error:
        message = _POSITION.sub(str(piece.plain), str(error))
        raise ValueError(f"What is said for `{piece.text[:40]}` has no reading: {message}") from None


def _unknown_at(items: list[Spoken], pronounce: Callable) -> int:
    """Where the first character without a reading stands."""
    for item in items:
        try:
            pronounce([item.text], {})
        except ValueError:
            return item.span[0]
    return items[0].span[0]


def _simplified(word: str) -> str:
    """A word of your own as the normalizer hands it over."""
    return simplify(word) if HAN.search(word) else word
