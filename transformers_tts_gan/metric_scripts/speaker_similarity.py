"""For `evaluate.load` by path: how alike two speakers are.

The second argument is the sampling rate in Hz.
"""

from transformers_tts_gan.evaluate_metrics import SpeakerSimilarity


__all__ = ["SpeakerSimilarity"]
