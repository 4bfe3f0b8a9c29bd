"""A name that no saved model can have is refused in words that name it and its argument."""

import pytest

from transformers_tts_gan.models.sources import check_source, check_sources


def test_ids_and_saved_models_are_accepted(voice_folder):
    check_source("owner/name")
    check_source(voice_folder)
    check_sources(acoustic=str(voice_folder), vocoder=None)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: "nope", r"`vocoder`: There is no folder `nope`, and the id .* looks like `owner/name`"),
        (lambda path: "a/b/c", "There is no folder `a/b/c`"),
        (lambda path: f"{path}/nope", "There is no folder"),
        (lambda path: "./nope", "There is no folder `./nope`"),
        (lambda path: path, "holds no saved model: it has no `config.json`"),
        (lambda path: (path / "voice.json").write_text("{}") and path, "an exported voice, which can only speak"),
        (lambda path: (path / "a.bin").write_text("x") and path / "a.bin", "a.bin` is a file, but the folder"),
    ],
)
def test_what_is_no_saved_model_is_refused(make, says, tmp_path):
    with pytest.raises(ValueError, match=says):
        check_sources(acoustic=None, vocoder=make(tmp_path))
