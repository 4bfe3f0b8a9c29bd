"""Speech over a network: an HTTP server as clients of OpenAI expect it, Wyoming for Home Assistant, and a page."""
