"""Which questions are answered by yes or no: their melody rises at the end, that of the others does not."""

import re


END = re.compile(r"[\s\"'”’」』)）!！?？]+$")
SENTENCE_END = re.compile(r"[.。!！?？;；…]")
CLAUSE_END = re.compile(r"[,，、:：—]")
BEGINNING = re.compile(r"^\W*(?:(?:and|but|so|then|well|oh|now|or)\b\W*)*", re.IGNORECASE)
AUXILIARY = re.compile(
    r"(?:(?:am|is|are|was|were|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must)"
    r"(?:n['’]t)?|(?:ai|ca|wo|sha)n['’]t)\b",
    re.IGNORECASE,
)
ENGLISH_OPEN = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
ENGLISH_CHOICE = re.compile(r"\bor\b(?!\s+(?:not|so|something)\b)", re.IGNORECASE)
CHINESE_YES_NO = re.compile(r"[吗嗎]$")
CHINESE_OPEN = re.compile(r"[谁誰哪几幾怎咋啥]|什么|什麼|为何|為何|如何|多[少大久远遠长長高]|还是|還是|呢$")


def is_yes_no_question(text: str) -> bool:
    """Whether the last sentence of an English or Chinese text is a question that is answered by yes or no.

    The last clause that tells decides: one that begins with an auxiliary, or ends in 吗, asks for yes or no; one with
    `what` or 什么 does not. A choice (`or`, 还是) is none. What has no such word asks whether it is so.

    >>> is_yes_no_question("Is it yours?"), is_yes_no_question("Where is it?")
    (True, False)
    >>> is_yes_no_question("你想吃什么吗？"), is_yes_no_question("你想吃什么？")
    (True, False)
    """
    end = END.search(text)
    if end is None or not set(end.group()) & set("?？"):
        return False
    sentence = SENTENCE_END.split(text[: end.start()])[-1]
    if CHINESE_YES_NO.search(sentence):
        return True
    if CHINESE_OPEN.search(sentence):
        return False
    clauses = [BEGINNING.sub("", clause) for clause in CLAUSE_END.split(sentence)]
    asking = [bool(AUXILIARY.match(clause)) for clause in clauses]
    telling = [place for place, clause in enumerate(clauses) if asking[place] or ENGLISH_OPEN.search(clause)]
    if not telling:
        return bool(clauses[-1].strip())
    choice = ENGLISH_CHOICE.search(", ".join(CLAUSE_END.split(sentence)[telling[-1] :]))
    return asking[telling[-1]] and choice is None
