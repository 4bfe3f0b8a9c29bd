"""What the pipeline of texts refuses, and what it says then."""

import numpy as np
import pytest
import torch
from helpers.models import assert_alike

from transformers_tts_gan import TTSGanPipeline


TEXTS = ["Who is it?", "...", "Good morning.", "<speak>Who <brek/></speak>"]


def test_a_list_is_refused_before_any_of_it_is_spoken(speaker, monkeypatch):
    monkeypatch.setattr(speaker, "forward", lambda *_: pytest.fail("spoke"))
    with pytest.raises(ValueError, match=r"(?s)2 of 4 texts cannot be spoken.*- 1 \(`\.\.\.`\).*- 3 \(`<speak>Who"):
        speaker(TEXTS, strict=True)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_texts_that_cannot_be_spoken_are_skipped_on_request(speaker, batch_size, caplog):
    first, second, third, fourth = speaker(TEXTS, on_error="skip", strict=True, batch_size=batch_size)
    assert second is None and fourth is None
    assert_alike(first["audio"], speaker("Who is it?")["audio"])
    assert_alike(third["audio"], speaker("Good morning.")["audio"])
    assert "Text 1 is skipped: There is nothing to say" in caplog.text and "Text 3 is skipped" in caplog.text


def test_a_generator_is_spoken_as_far_as_it_goes(speaker):
    spoken = speaker(text for text in TEXTS)
    np.testing.assert_array_equal(next(spoken)["audio"], speaker("Who is it?")["audio"])
    with pytest.raises(ValueError, match=r"Text 1 cannot be spoken: There is nothing to say"):
        next(spoken)
    assert [speech is None for speech in speaker((text for text in TEXTS), on_error="skip", strict=True)] == [
        False,
        True,
    ] * 2


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ([], ValueError, "an empty list"),
        (("Good.", "Good."), TypeError, "is a tuple, but a string or a list of strings"),
        (None, TypeError, "is a NoneType"),
        (b"Good.", TypeError, "is a bytes"),
        (["Good.", 3], TypeError, r"`text\[1\]` is a int"),
        ([{"role": "user", "content": "Good."}], TypeError, r"`text\[0\]` is a dict"),
    ],
)
def test_what_is_no_text_is_refused_with_its_type(speaker, texts, error, message):
    with pytest.raises(error, match=message):
        speaker(texts)


@pytest.mark.parametrize("forward_params", [False, True])
@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({"speaking_rate": 0}, "`speaking_rate` is 0, but a number above 0 is needed"),
        ({"speaking_rate": "fast"}, "`speaking_rate` is 'fast', but a number above 0 is needed"),
        ({"speaking_rate": -1.0}, "`speaking_rate` is -1.0"),
        ({"speaking_rate": float("nan")}, "`speaking_rate` is nan"),
        ({"speaking_rate": torch.tensor([1.0, 0.0])}, "`speaking_rate` is tensor"),
        ({"pitch_shift": float("inf")}, "`pitch_shift` is inf, but a finite number is needed"),
        ({"gain_db": float("nan")}, "`gain_db` is nan"),
        ({"noise_scale": -0.1}, "`noise_scale` is -0.1, but 0 or more is needed"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(speaker, controls, message, forward_params):
    with pytest.raises(ValueError, match=message):
        speaker("Who is it?", **({"forward_params": controls} if forward_params else controls))


def test_an_unknown_way_with_errors_is_refused(speaker):
    with pytest.raises(ValueError, match="`on_error` is 'ignore', but `raise` or `skip`"):
        speaker("Who is it?", on_error="ignore")


def test_a_gain_that_clips_is_told(shipped, caplog):
    shipped("Who is it?", gain_db=3.0)
    assert not caplog.text
    shipped("Who is it?", gain_db=60.0)
    assert "% of the samples are clipped" in caplog.text


def test_a_model_of_broken_weights_is_refused_by_their_name(new_model, processor):
    model = new_model()
    with torch.no_grad():
        model.acoustic.phone_embedding.weight[3] = float("nan")
    with pytest.raises(ValueError, match="1 weights of the model .* first `acoustic.phone_embedding.weight`"):
        TTSGanPipeline(model=model, processor=processor)


def test_sound_that_is_no_number_is_refused(new_model, processor):
    """Weights that are finite can overflow, in half precision above all."""
    model = new_model()
    speaker = TTSGanPipeline(model=model, processor=processor)
    with torch.no_grad():
        model.vocoder.get_parameter(next(name for name, _ in model.vocoder.named_parameters())).fill_(1e38)
    with pytest.raises(ValueError, match="samples that the model predicts are not finite"):
        speaker("Who is it?")
