"""What the corpus doctor cannot ask a VITS checkpoint."""

import pytest
from helpers.vits import tiny_vits

from transformers_tts_gan.data.quality.report import load_aligner


def test_a_vits_checkpoint_is_no_judge_of_texts(tmp_path):
    tiny_vits().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="is a VITS checkpoint.*`--recognizer`"):
        load_aligner(str(tmp_path), "en")
