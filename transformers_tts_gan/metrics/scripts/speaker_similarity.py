"""For `evaluate.load` by path: how alike two speakers are.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.metrics.hf_evaluate import SpeakerSimilarity


__all__ = ["SpeakerSimilarity"]
