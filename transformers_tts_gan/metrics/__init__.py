"""Numbers about speech: error rates, distances, predicted MOS, speaker similarity, speed."""
