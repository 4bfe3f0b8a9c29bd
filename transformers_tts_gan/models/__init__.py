"""The networks: text encoder, acoustic model and vocoder as one `PreTrainedModel`, and the discriminators."""
