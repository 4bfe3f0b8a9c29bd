"""Speaking: the pipeline from text of any length to a waveform."""
