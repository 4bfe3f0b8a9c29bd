"""The page for a Space, asked by Gradio's own client, and what the Hub needs to run it."""

import configparser
import importlib.util
import re
import shutil

import pytest
import soundfile
import yaml
from helpers.example_scripts import EXAMPLES


SPACE = EXAMPLES / "space"


def load_app(path):
    pytest.importorskip("gradio", reason="the page for a Space is made by `gradio`")
    spec = importlib.util.spec_from_file_location("app", path)
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    return app


def test_it_speaks_writes_subtitles_and_says_why(voice_folder, tmp_path, monkeypatch):
    """As a Space has it: the files of the example, and a voice beside them."""
    client = pytest.importorskip("gradio_client", reason="the page for a Space is made by `gradio`")
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    shutil.copytree(SPACE, tmp_path / "space")
    shutil.copytree(voice_folder, tmp_path / "space" / "tiny")
    app = load_app(tmp_path / "space" / "app.py")
    assert app.voices_beside() == [str(tmp_path / "space" / "tiny")]
    page = app.build(app.voices_beside())
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
    try:
        asked = client.Client(address, verbose=False)
        job = asked.submit("Good morning. Who is it?", "tiny/bob", "automatic", 1.5, 0.0, api_name="/speak")
        job.result(timeout=120)
        sounds, readings, files = zip(*job.outputs(), strict=True)
        assert len(sounds) >= 3 and any(sounds)
        wav, subtitles = files[-1]
        assert soundfile.info(wav).samplerate == 16_000
        with open(subtitles, encoding="utf-8") as file:
            assert file.read().count("-->") == 2
        shown = next(each for each in reversed(readings) if isinstance(each, str))
        assert re.findall(r">([^<>]+)</span>", shown) == ["Good", "morning", "Who", "is", "it"]
        assert app.reading("a <b> & c", []) == "a &lt;b&gt; &amp; c"
        assert "M AO1 R N IH0 NG" in asked.predict("Good morning.", "tiny/bob", "automatic", api_name="/why")
        with pytest.raises(Exception, match="nothing to say"):
            asked.predict("...", "tiny/bob", "en", 1.0, 0.0, api_name="/speak")
    finally:
        page.close()


def test_the_hub_is_told_what_to_install_and_run():
    """The extras that `requirements.txt` asks for are there, and the file that the front matter names."""
    lines = (SPACE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (wanted,) = [line for line in lines if line and not line.startswith("#")]
    name, extras = re.fullmatch(r"([\w-]+)\[([\w,]+)\]", wanted).groups()
    setup = configparser.ConfigParser()
    setup.read(EXAMPLES.parent / "setup.cfg", encoding="utf-8")
    assert name == setup["metadata"]["name"] and set(extras.split(",")) <= {*setup["options.extras_require"]}
    _, head, _ = (SPACE / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    settings = yaml.safe_load(head)
    assert settings["sdk"] == "gradio" and settings["sdk_version"].startswith("6.")
    assert (SPACE / settings["app_file"]).is_file() and len(settings["short_description"]) <= 60
