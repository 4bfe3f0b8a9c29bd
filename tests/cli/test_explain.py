"""`tts-gan explain`: a table of a text, with all that a voice has of its own."""

import pytest

from transformers_tts_gan.cli.explain import run


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.splitlines()]


def test_a_table_is_printed(capsys):
    run(["cats 好"])
    table = capsys.readouterr().out
    assert "K AE1 T S" in table
    assert "h ao3" in table


def test_the_lexicon_language_and_tokenizer_of_a_voice_count(capsys, tmp_path, voice_folder):
    lexicon = tmp_path / "lexicon.txt"
    lexicon.write_text("cats\tK AA1 T S\n", encoding="utf-8")
    run(["cats 好", "--voice", str(voice_folder), "--lexicon", str(lexicon)])
    table = cells(capsys.readouterr().out)
    assert table[0][-1] == "tokens"
    assert table[2] == ["cats", "cats", "cats", "K AA1 T S", "cats"]


def test_an_unspeakable_text_is_refused():
    with pytest.raises(ValueError, match="never closed"):
        run(["<speak>cats"])


@pytest.mark.parametrize("name", ["lexicon", "user_dict"])
def test_a_voice_that_names_files_is_refused(name, tmp_path):
    """Whoever wrote the voice does not choose what is read on this machine."""
    (tmp_path / "processor_config.json").write_text(f'{{"{name}": "/etc/passwd"}}', encoding="utf-8")
    with pytest.raises(ValueError, match=f"`{name}` of .* is '/etc/passwd', but a saved voice holds its words itself"):
        run(["cats", "--voice", str(tmp_path)])
