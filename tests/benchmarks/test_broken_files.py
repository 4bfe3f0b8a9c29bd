"""The broken files are of 40 kinds, and each program takes or names one of each."""

import pytest


@pytest.fixture(scope="module")
def folders(script, tmp_path_factory):
    corpus, tables = tmp_path_factory.mktemp("corpus"), tmp_path_factory.mktemp("tables")
    script.make_corpus(corpus, 1)
    script.make_tables(tables, 1)
    return corpus, tables


def test_there_are_40_kinds_and_good_recordings_beside_them(script, folders):
    assert len([*script.SOUNDS, *script.TEXTS, *script.PATHS, *script.TABLES]) == 40
    corpus, tables = folders
    stems = {path.stem for folder in folders for path in folder.iterdir()}
    assert {script.stem(kind, 0) for kind in [*script.SOUNDS, *script.PATHS, *script.TABLES]} < stems
    assert (corpus / "good_2.wav").is_file() and (tables / "1.wav").is_file()


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("load_and_prepare", ["empty_0.wav", "cut_flac_0.flac", "nan_0.wav", "pipe_0.wav", "foreign_text_0.wav"]),
        ("make", ["empty_0.wav", "cut_flac_0.flac", "nan_0.wav", "pipe_0.wav", "gbk_text_0.txt"]),
        ("check", ["empty_0.wav", "cut_flac_0.flac", "nan_0.wav", "pipe_0.wav", "too_long_0.flac"]),
        ("load_tables", ["open_quote_0.csv", "deep_json_0.jsonl", "junk_parquet_0.parquet", "huge_number_0.jsonl"]),
    ],
)
def test_each_program_names_what_it_cannot_take(script, folders, program, names):
    said = getattr(script, program)(*folders)
    for name in names:
        assert any(name in sentence for sentence in said), name
    assert not any("good_" in sentence for sentence in said)
