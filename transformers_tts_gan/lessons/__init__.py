"""From a lesson in Markdown to listening material: sound files, subtitles and a page."""
