"""Words and sentences: jieba words for Chinese, and where a long text may be cut.

`segment` splits a run of Chinese characters; `split_sentences` cuts text into pieces short enough to speak in one go.
"""

import functools
import logging
import re


_END = re.compile(r"[。！？!?…]+[\"'”’」』）)]*|\.+[\"'”’)]*(?=\s|$)|\n+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Gen|Col|Capt|Lt|vs|No|Rev|Mt|Fig|Gov|Sen|Sgt)|(?<!\w)[A-Z]|\.[A-Za-z])\.$"
)


@functools.lru_cache(maxsize=1)
def _tokenizer():
    import jieba  # here: a voice without Chinese need not wait 0.7 s for the dictionary

    tokenizer = jieba.Tokenizer()
    logger = logging.getLogger("jieba")
    level = logger.level
    logger.setLevel(logging.WARNING)  # it reports the loading of its dictionary; restored below
    try:
        tokenizer.initialize()
    finally:
        logger.setLevel(level)
    return tokenizer


def segment(text: str, lexicon: frozenset[str] | dict = frozenset()) -> list[str]:
    """Split Chinese text into words; entries of `lexicon` stay whole, the longest first.

    >>> segment("我们明天去银行")
    ['我们', '明天', '去', '银行']
    """
    if not lexicon:
        return _tokenizer().lcut(text)
    longest = max(map(len, lexicon))
    words, gap, index = [], 0, 0
    while index < len(text):
        size = next(
            (n for n in range(min(longest, len(text) - index), 0, -1) if text[index : index + n] in lexicon), 0
        )
        if size:
            words += (_tokenizer().lcut(text[gap:index]) if gap < index else []) + [text[index : index + size]]
            gap = index + size
        index += size or 1
    return words + (_tokenizer().lcut(text[gap:]) if gap < len(text) else [])


def split_sentences(text: str, max_chars: int = 200) -> list[str]:
    """Cut `text` after sentences, and those longer than `max_chars` at commas, then spaces, then anywhere.

    >>> split_sentences("Mr. Lee came. 他走了。Why?")
    ['Mr. Lee came.', '他走了。', 'Why?']
    """
    if max_chars < 1:
        raise ValueError(f"`max_chars` is {max_chars}, but a piece needs at least 1 character.")
    sentences, start = [], 0
    for end in _END.finditer(text):
        if end[0] == "." and _ABBREVIATED.search(text, max(start, end.end() - 12), end.end()):
            continue
        sentences.append(text[start : end.end()])
        start = end.end()
    pieces = [piece for sentence in [*sentences, text[start:]] for piece in _shorten(sentence.strip(), max_chars)]
    return [piece for piece in pieces if any(char.isalnum() for char in piece)]


def _shorten(sentence: str, max_chars: int) -> list[str]:
    pieces = []
    while len(sentence) > max_chars:
        window = sentence[:max_chars]
        cut = max(window.rfind(mark) for mark in ",;:，；：、—")
        cut = cut if cut >= max_chars // 4 else window.rfind(" ")
        cut = cut + 1 if cut > 0 else max_chars
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*pieces, sentence]
