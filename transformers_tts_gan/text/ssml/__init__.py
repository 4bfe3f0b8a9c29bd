"""What a writer may say about how a text is spoken: SSML and short forms inside plain text."""
