"""What listeners would say, guessed by networks that learnt it from listeners: naturalness, and whose voice it is.

Enter: waveforms `(S,)`, floats in [-1, 1]. Leaves: a mean opinion score from 1 (bad) to 5 (excellent), or the
similarity of two speakers from -1 to 1. A guess ranks systems; it does not replace ears. Both predictors are optional
packages with their weights inside: `distillmos` (MIT) and `Resemblyzer` (Apache-2.0).
"""

import numpy as np
import torch

from .recognition import resample


try:
    import datasets
    import evaluate
except ImportError as error:
    raise ImportError(
        f"Judging a voice needs `{error.name}`, which is not installed: `pip install transformers-tts-gan[eval]`."
    ) from error

RATE = 16_000
LOWEST_SCORE = 1.0


class MosPredictor:
    """Mean opinion scores by DistillMOS (Stahl and Gamper, 2025, arXiv:2502.05356), calibrated on human ratings.

    Raises:
        ImportError: `distillmos` is not installed; the message has the line that installs it.
    """

    def __init__(self, device: str = "cpu"):
        try:
            import distillmos
        except ImportError as error:
            raise ImportError(
                "Predicting opinion scores needs `distillmos`: `pip install --no-deps distillmos xls-r-sqa`."
            ) from error
        self.model = distillmos.ConvTransformerSQAModel().eval().to(device)
        self.device = device

    @torch.inference_mode()
    def __call__(self, wave: np.ndarray, sampling_rate: int) -> float:
        """The score of `(S,)` samples from 1 to 5; what is silent, empty or not finite has the lowest."""
        if not audible(wave := np.asarray(wave, dtype=np.float32)):
            return LOWEST_SCORE
        wave = np.pad(resample(wave, sampling_rate), (0, max(0, RATE - len(wave))))  # it needs a second
        score = self.model(torch.from_numpy(wave)[None].to(self.device)).item()
        return float(np.clip(score, LOWEST_SCORE, 5.0))


class SpeakerEncoder:
    """Speakers as vectors, by Resemblyzer's GE2E network (Wan et al., 2018, arXiv:1710.10467).

    Raises:
        ImportError: `resemblyzer` is not installed; the message has the line that installs it.
    """

    def __init__(self, device: str = "cpu"):
        try:
            from resemblyzer import VoiceEncoder, preprocess_wav
        except ImportError as error:
            raise ImportError(
                "Comparing speakers needs `resemblyzer`: `pip install librosa webrtcvad-wheels && "
                "pip install --no-deps Resemblyzer`."
            ) from error
        self.model, self.preprocess = VoiceEncoder(device, verbose=False), preprocess_wav

    def __call__(self, wave: np.ndarray, sampling_rate: int) -> np.ndarray:
        """A vector of length 1 for `(S,)` samples; zeros for what is silent, empty or not finite."""
        if audible(wave := np.asarray(wave, dtype=np.float32)):
            wave = self.preprocess(resample(wave, sampling_rate))
            if len(wave):
                return self.model.embed_utterance(wave)
        return np.zeros(256, dtype=np.float32)


def audible(wave: np.ndarray) -> bool:
    """Whether a network can say anything of `(S,)` samples: neither empty nor silent, all of them finite."""
    return bool(len(wave) and np.isfinite(wave).all() and np.abs(wave).max())


class PredictorMetric(evaluate.Metric):
    """Base of the metrics that a network guesses; `compute` returns the mean and `values`, one for each waveform."""

    def __init__(self, sampling_rate: int = RATE, **kwargs):
        super().__init__(config_name=str(sampling_rate), **kwargs)


class PredictedOpinionScore(PredictorMetric):
    """Mean opinion score that listeners would give, from 1 to 5: `mos`; of `predictions` alone."""

    def _info(self):
        return _info(self.__doc__, "predictions")

    def _compute(self, predictions):
        predictor = MosPredictor()
        values = [predictor(np.asarray(wave), int(self.config_name)) for wave in predictions]
        return {"mos": float(np.mean(values)), "values": values}


class SpeakerSimilarity(PredictorMetric):
    """Cosine of the angle between speaker vectors, 1 for the same voice: `speaker_similarity`."""

    def _info(self):
        return _info(self.__doc__, "predictions", "references")

    def _compute(self, predictions, references):
        encoder, rate = SpeakerEncoder(), int(self.config_name)
        pairs = zip(predictions, references, strict=True)
        values = [float(encoder(np.asarray(one), rate) @ encoder(np.asarray(other), rate)) for one, other in pairs]
        return {"speaker_similarity": float(np.mean(values)), "values": values}


def _info(description: str, *columns: str):
    samples = datasets.Sequence(datasets.Value("float32"))
    return evaluate.MetricInfo(
        description=description,
        citation="",
        inputs_description="Lists of waveforms `(S,)`, floats in [-1, 1].",
        features=datasets.Features({column: samples for column in columns}),
    )
