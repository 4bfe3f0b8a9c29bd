"""The page for a Space, asked by Gradio's own client."""

import importlib.util

import pytest
from helpers.example_scripts import EXAMPLES


gradio = pytest.importorskip("gradio", reason="the page for a Space is made by `gradio`")
client = pytest.importorskip("gradio_client", reason="the page for a Space is made by `gradio`")


def test_it_speaks_writes_subtitles_and_says_why(voice_folder, monkeypatch):
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    spec = importlib.util.spec_from_file_location("app", EXAMPLES / "space" / "app.py")
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    page = app.build([str(voice_folder)])
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    try:
        asked = client.Client(address, verbose=False)
        voice = f"{voice_folder.name}/bob"
        job = asked.submit("Good morning. Who is it?", voice, 1.5, 0.0, api_name="/speak")
        job.result(timeout=120)
        sounds, (*_, subtitles) = zip(*job.outputs(), strict=True)
        assert len(sounds) == 3 and any(sounds)
        with open(subtitles, encoding="utf-8") as file:
            assert file.read().count("-->") == 2
        assert "M AO1 R N IH0 NG" in asked.predict("Good morning.", voice, api_name="/why")
        with pytest.raises(Exception, match="nothing to say"):
            asked.predict("...", voice, 1.0, 0.0, api_name="/speak")
    finally:
        page.close()
