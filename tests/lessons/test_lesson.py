"""Lessons in Markdown: what is read, and what is refused."""

from pathlib import Path

import pytest

from transformers_tts_gan.lessons.cast import Part
from transformers_tts_gan.lessons.lesson import (
    Dialogue,
    Entry,
    Explanation,
    Question,
    Section,
    Turn,
    Vocabulary,
    parse_lesson,
    read_lesson,
)


STATION = Path(__file__).parents[2] / "examples" / "lessons" / "at_the_station.md"
TEXT = """# Cats 猫

今天学习 **猫**。好吗？

## Talk

**Ann:** Good morning. Who is it?
早上好。是谁？

**Bob**: It is a [cat](http://a.b).

- **Ann：** Good.
- Not a turn.

```python
print("never said")
```

## Words

| word | meaning | example |
|---|---|---|
| cat | 猫 | The cat is good. |
| dog | 狗 | |

Who is it?

1. [ ] A dog.
2. [x] A cat.
"""


def test_all_kinds_of_blocks_are_read():
    lesson = parse_lesson(TEXT, "file")
    assert (lesson.title, lesson.roles()) == ("Cats 猫", ["Ann", "Bob"])
    first, talk, words = lesson.sections
    assert first == Section("Cats 猫", (Explanation(("今天学习 猫。", "好吗？")),))
    turns = (
        Turn("Ann", ("Good morning.", "Who is it?"), "早上好。是谁？"),
        Turn("Bob", ("It is a cat.",), ""),
        Turn("Ann", ("Good.",), ""),
    )
    assert talk == Section("Talk", (Dialogue(turns), Explanation(("Not a turn.",))))
    entries = (Entry("cat", "猫", "The cat is good."), Entry("dog", "狗", ""))
    assert words == Section("Words", (Vocabulary(entries), Question("Who is it?", ("A dog.", "A cat."), 1)))


def test_bold_words_without_a_colon_are_no_role():
    lesson = parse_lesson("**Never** say: I want.\n\n**Good** cats.", "file")
    assert lesson.title == "file" and lesson.roles() == []
    assert [block.sentences for block in lesson.sections[0].blocks] == [("Never say: I want.",), ("Good cats.",)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hi.\n\n| a |\n|---|\n| b |\n", "table in line 3 has 1 rows of 1 columns"),
        ("| a | b |\n|---|---|\n", "table in line 1 has 0 rows"),
        ("Who?\n\n- [ ] Ann.\n- [ ] Bob.\n", "list in line 3 has 0 right answers"),
        ("Who?\n\n- [x] Ann.\n- [x] Bob.\n", "list in line 3 has 2 right answers"),
        ("- [x] Ann.\n- [ ] Bob.\n", "write a question"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(text, says):
    with pytest.raises(ValueError, match=says):
        parse_lesson(text, "file")


def test_files_without_text_and_in_other_encodings_are_refused(tmp_path):
    (tmp_path / "a.md").write_text("# Cats\n", encoding="utf-8")
    with pytest.raises(ValueError, match="nothing to say"):
        read_lesson(tmp_path / "a.md")
    (tmp_path / "b.md").write_bytes("# 猫\n\n好。".encode("gbk"))
    with pytest.raises(ValueError, match="UTF-8"):
        read_lesson(tmp_path / "b.md")


def test_the_lesson_of_the_repository_has_everything():
    lesson = read_lesson(STATION)
    kinds = [type(block) for section in lesson.sections for block in section.blocks]
    assert lesson.roles() == ["Clerk", "Anna", "Guard"]
    assert {kind: kinds.count(kind) for kind in (Dialogue, Vocabulary, Question)} == {
        Dialogue: 2,
        Vocabulary: 1,
        Question: 5,
    }
    turns = [t for s in lesson.sections for b in s.blocks if isinstance(b, Dialogue) for t in b.turns]
    assert all(turn.translation for turn in turns)


HEAD = "---\nroles:\n  narrator: {zh: bob, rate: 0.9}\n  Ann: {speaker: ann, pitch: -2}\n---\n"


def test_a_lesson_says_how_its_roles_sound():
    lesson = parse_lesson(f"{HEAD}\n# Cats\n\n**Ann:** Good.", "cats")
    assert lesson.parts == {"narrator": Part(rate=0.9, natives={"zh": "bob"}), "Ann": Part("ann", -2.0)}
    assert (lesson.title, len(lesson.sections)) == ("Cats", 1)
    assert parse_lesson("# Cats\n\nGood.\n\n---\n\nGood.\n\n---\n", "cats").parts == {}
    with pytest.raises(ValueError, match="The table in line 8"):
        parse_lesson(f"{HEAD}\n\n| one |\n|---|\n| cat |\n", "cats")


@pytest.mark.parametrize(
    "roles", ["Ann", "{Ann: loud}", "{Ann: {volume: 2}}", "{Ann: {pitch: high}}", "{Ann: {}}", "["]
)
def test_roles_that_cannot_be_read_are_refused(roles):
    with pytest.raises(ValueError, match="write `roles:` and below it"):
        parse_lesson(f"---\nroles: {roles}\n---\n\nGood.", "cats")
