"""Which reading of an English heteronym fits its sentence: `I read it yesterday`, `to record a record`.

Enters: the words of a sentence. Leaves: the phones of those with several readings. Parts of speech come from the
conditional random field in the data of `gruut-lang-en` (MIT), run by `python-crfsuite` (MIT); sentences without a
heteronym are not tagged. A few words need more than a part of speech: `lead`, `bow`, `tear`, `read`. Where the model
of `heteronym_model` knows a word, it decides, and what the rules say is one of the things that it looks at.
"""

import base64
import functools
import string

from .heteronym_model import HeteronymModel, heteronym_model
from .lexicon import data_folder, exceptions, readings_by_role


# Parts of speech in the lexicon that may stand for a tag of the Penn treebank, the nearest first.
_ROLES = {
    "VB": ("VB",), "VBP": ("VB", "VBD"), "VBZ": ("VB",), "VBG": ("VB",), "VBD": ("VBD", "VB"), "VBN": ("VBD", "VB"),
    "NN": ("NN", "JJ"), "NNS": ("NN", "JJ"), "NNP": ("NN", "JJ"), "NNPS": ("NN", "JJ"), "FW": ("NN", "JJ"),
    "JJ": ("JJ", "NN", "VBD"), "JJR": ("JJ", "NN"), "JJS": ("JJ", "NN"), "RB": ("RB", "JJ", "NN"), "RP": ("RB", "JJ"),
}  # fmt: skip
# One reading is so rare that a wrong tag would do more harm than the right one good.
_SINGLE = frozenset(
    "a an the de dos me nemo re thou number nice mouth buffet sewer slough putter concert complex affect supply "
    "multiply recreation axes bases does houses outside overhead outright crooked hinder row sow retard consort "
    "commune axis entrance incense articulate impress discard apply consist consists real won lied marked irony "
    "evening evenings pussy simulate nominate inaugurate radiate radiates reverberate pontificate pontificates "
    "abbreviate abbreviates numerate domesticate domesticates profuse remediate consult consults confine "
    "leasing leasings prospect prospects impresses hinders subvert subverts concerts communes cussed tarry were "
    "do".split()
)
_HAVE = frozenset(
    "have has had having 've i've we've you've they've he'd she'd i'd we'd they'd haven't hasn't hadn't".split()
)
_BE = frozenset("am is are was were be been being get gets got getting i'm he's she's it's we're you're they're "
                "isn't aren't wasn't weren't".split())  # fmt: skip
_BEFORE_BASE = frozenset(
    "to will would can could shall should may might must cannot can't won't don't didn't doesn't do does did let's "
    "let please i'll you'll we'll they'll he'll she'll it'll couldn't wouldn't shouldn't never".split()
)
_BETWEEN = frozenset("already just not never ever always also only often all both been since even then you i we they "
                     "he she it".split())  # fmt: skip
_PAST = frozenset("yesterday ago last was were had did went said once earlier previously".split())
_HABIT = frozenset("every often usually always sometimes rarely daily weekly now".split())
_SINGULAR = frozenset("he she it who everyone everybody someone somebody nobody".split())
_DETERMINERS = frozenset("a an the this that these those my your his her its our their no some any every each".split())
_METAL = frozenset(
    "pipe pipes paint pencil pencils metal metals zinc iron steel copper tin poisoning bullet bullets acid battery "
    "batteries toxic roof gold silver mercury melted ore glass weight weights shielding sheet sheets of".split()
)
_FISH = frozenset("fish fishing caught catch lake sea river fried striped largemouth pond hook grilled".split())
_BOWING = frozenset("take took taking takes deep low slight final polite ship stern actors curtain audience".split())
_WINDOW = 64  # words that are looked at together, so that time stays linear


def heteronyms(words: list[str], model: HeteronymModel | None = None) -> dict[int, tuple[str, ...]]:
    """Place and phones of each word that has several readings; `words` are those of one sentence, as written.

    `model` is the package's own where left out; a benchmark passes another one.

    >>> " ".join(heteronyms(["They", "want", "to", "record", "it"])[3])
    'R IH0 K AO1 R D'
    """
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(words), _WINDOW):
        part = _in_window(words[start : start + _WINDOW], model or heteronym_model())
        found |= {start + place: phones for place, phones in part.items()}
    return found


def _in_window(words: list[str], model: HeteronymModel) -> dict[int, tuple[str, ...]]:
    lower = [word.lower() for word in words]
    known = model.readings
    places = [place for place, word in enumerate(lower) if word in known or word in _choices() or word in _BY_SENSE]
    if not places:
        return {}
    tags = part_of_speech(words)
    found = {}
    for place in places:
        phones = by_rule(words, lower, tags, place)
        found[place] = model(words, lower, tags, place, phones) if lower[place] in known else phones
    return {place: phones for place, phones in found.items() if phones}


def by_rule(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...] | None:
    """What the part of speech says, or for some words a rule of their own; None where neither knows."""
    word = lower[place]
    if word in _BY_SENSE:
        return _BY_SENSE[word](words, lower, tags, place)
    return _by_tag(word, _corrected(lower, tags, place)) if word in _choices() else None


@functools.lru_cache(maxsize=1)
def _choices() -> dict[str, dict[str, tuple[str, ...]]]:
    """Words whose readings differ by part of speech: the first reading of each part."""
    found = {}
    for word, readings in readings_by_role().items():
        roles = dict(reversed(readings))
        right = exceptions().get(word)
        if right not in (None, *roles.values()):  # the lexicon has it wrong
            continue
        if word not in _SINGLE and len({roles[role] for role in roles if role in ("NN", "VB", "JJ", "VBD")}) > 1:
            found[word] = roles
    found["upset"]["JJ"] = found["upset"]["VB"]
    found["contract"] = {"NN": found["contract"]["NN"], "VB": found["contract"]["JJ"]}
    return found


def _by_tag(word: str, tag: str) -> tuple[str, ...] | None:
    roles = _choices()[word]
    return next((roles[role] for role in _ROLES.get(tag, ()) if role in roles), None)


def _corrected(lower: list[str], tags: list[str], place: int) -> str:
    """The tag of a word, put right where its neighbor leaves no doubt."""
    before = lower[place - 1] if place else ""
    after = tags[place + 1] if place + 1 < len(tags) else ""
    tag = tags[place]
    if before in _DETERMINERS - {"that", "this"} and tag.startswith("V"):
        return "JJ" if after.startswith(("NN", "JJ")) else "NN"
    if before in _BEFORE_BASE - {"let", "do", "does", "did", "to", "never"} and not tag.startswith("V"):
        return "VB"
    if before == "to" and tag[:2] in ("NN", "JJ") and lower[place + 1 : place + 2] and after in ("DT", "PRP", "PRP$"):
        return "VB"
    if before in _DETERMINERS and tag == "JJ" and after[:2] not in ("NN", "JJ", "CD"):
        return "NN"
    if place == 0 and tag[:2] in ("NN", "JJ") and after in ("DT", "PRP", "PRP$"):
        return "VB"
    return tag


def _reading(word: str, number: int) -> tuple[str, ...]:
    return readings_by_role()[word][number][1]


def _read(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    """Past after `have` and `be`, after a third person, or beside another past; else present."""
    present, past = _reading("read", 0), _reading("read", 1)
    back = place - 1
    while back >= 0 and lower[back] in _BETWEEN and lower[back] not in _SINGULAR:
        back -= 1
    helper = lower[back] if back >= 0 else ""
    if helper in _HAVE | _BE:
        return past
    if helper in _BEFORE_BASE or place == 0:
        return present
    rest = set(lower[:place] + lower[place + 1 :])
    if rest & _HABIT and lower[place - 1] not in _SINGULAR and not rest & _PAST:
        return present
    subject = lower[place - 1] if lower[place - 1] not in _BETWEEN - _SINGULAR else helper
    if subject in _SINGULAR or tags[place] in ("VBD", "VBN"):
        return past
    if rest & _PAST or any(tag == "VBD" for index, tag in enumerate(tags) if index != place):
        return past
    return past if tags[max(0, place - 1)] in ("NN", "NNP") and tags[place] != "NN" else present


def _lead(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    metal = tags[place][:2] in ("NN", "JJ") and _near(lower, place) & (_METAL - {"of"})
    metal = metal or lower[place - 1 : place] == ["of"]
    return _reading("lead", 1 if metal and lower[max(0, place - 1)] not in _BEFORE_BASE else 0)


def _bow(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    bends = tags[place].startswith("V") or _near(lower, place, 3) & _BOWING or lower[place + 1 : place + 2] == ["to"]
    return _reading("bow", 1 if bends else 0)


def _tear(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    rips = _corrected(lower, tags, place).startswith("V") or lower[max(0, place - 2) : place] == ["wear", "and"]
    rips = rips or lower[place - 1 : place] in (["to"], ["please"])
    return ("T", "EH1" if rips else "IH1", "R") + (("Z",) if lower[place] == "tears" else ())


def _bass(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    return _reading("bass", 1 if set(lower) & _FISH else 0)


def _polish(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    """The people and their language in capitals, but a first word in capitals may be the verb."""
    after = tags[place + 1] if place + 1 < len(tags) else ""
    people = words[place][:1].isupper() and (place or after[:2] in ("NN", "JJ", "VB", "MD"))
    return _reading("polish", 0 if people else 1)


def _used(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    """`used to smoke` and `be used to noise`, but `a knife used to cut`, `it is used to cut`."""
    if lower[place + 1 : place + 2] != ["to"]:
        return _reading("used", 1)
    passive = bool(set(lower[max(0, place - 2) : place]) & _BE)
    verb = tags[place + 2 : place + 3] == ["VB"]
    return _reading("used", 1 if passive and verb else 0)


def _attribute(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...] | None:
    """`a learned man`: an adjective before its noun has one syllable more than the verb."""
    roles = dict(readings_by_role()[lower[place]])
    after = tags[place + 1 : place + 2]
    attribute = place > 0 and after and after[0][:2] in ("NN", "JJ")
    attribute = attribute and (lower[place - 1] in _DETERMINERS or tags[place] == "JJ")
    return roles["JJ"] if attribute else next(phones for role, phones in roles.items() if role != "JJ")


def _minute(words: list[str], lower: list[str], tags: list[str], place: int) -> tuple[str, ...]:
    after = tags[place + 1 : place + 2]
    tiny = tags[place] == "JJ" or (lower[place - 1 : place] in (["so"], ["very"], ["most"], ["of"]))
    tiny = tiny or after == ["NNS"] and lower[place - 1 : place] != ["a"]
    return _reading("minute", 1 if tiny else 0)


def _near(lower: list[str], place: int, reach: int = 6) -> set[str]:
    return set(lower[max(0, place - reach) : place] + lower[place + 1 : place + 1 + reach])


_BY_SENSE = {
    "read": _read, "lead": _lead, "bow": _bow, "tear": _tear, "tears": _tear, "bass": _bass, "polish": _polish,
    "used": _used, "minute": _minute, "learned": _attribute, "aged": _attribute, "blessed": _attribute,
}  # fmt: skip


def part_of_speech(words: list[str]) -> list[str]:
    """Tags of the Penn treebank for the words of a sentence, as written."""
    local = [_local(word) for word in words]
    features = []
    for place in range(len(words)):
        feature = dict(local[place])
        for offset in (-2, -1, 1, 2):
            if 0 <= place + offset < len(words):
                feature |= _shifted(words[place + offset], offset)
        if place == 0:
            feature["BOS"] = True
        if place == len(words) - 1:
            feature["EOS"] = True
        features.append(feature)
    return _tagger().tag(features)


@functools.lru_cache(maxsize=16384)
def _local(word: str) -> dict[str, str | float | bool]:
    """The features that the model of gruut was trained with: the word in base64, its ends as they are."""
    return {
        "bias": 1.0,
        "word": base64.b64encode(word.encode()).decode(),
        "len(word)": len(word),
        "word[:2]": word[:2],
        "word[:3]": word[:3],
        "word[-2:]": word[-2:],
        "word[-3:]": word[-3:],
        "word.ispunctuation": word in string.punctuation,
        "word.isdigit()": word.isdigit(),
    }


@functools.lru_cache(maxsize=65536)
def _shifted(word: str, offset: int) -> dict[str, str | float | bool]:
    return {f"{offset:+d}:{name}": value for name, value in _local(word).items()}


@functools.lru_cache(maxsize=1)
def _tagger():
    from pycrfsuite import Tagger

    tagger = Tagger()
    tagger.open(str(data_folder() / "pos" / "model.crf"))
    return tagger
