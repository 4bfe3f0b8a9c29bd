"""For `evaluate.load` by path: the mean opinion score that DistillMOS predicts.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import PredictedOpinionScore


__all__ = ["PredictedOpinionScore"]
