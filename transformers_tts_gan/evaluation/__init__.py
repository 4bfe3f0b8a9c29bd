"""A model evaluated on held-out sentences, beside ground truth, copy synthesis and other systems."""
