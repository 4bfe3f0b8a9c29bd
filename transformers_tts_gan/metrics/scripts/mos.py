"""For `evaluate.load` by path: the MOS that DistillMOS predicts.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import PredictedMOS


__all__ = ["PredictedMOS"]
