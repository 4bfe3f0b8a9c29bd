"""`tts-gan serve`: it starts, answers, says what is wrong, and ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from transformers_tts_gan.cli.serve import run


pytest.importorskip("fastapi", reason="the server is in the extra `serve`")
pytest.importorskip("uvicorn", reason="the server is in the extra `serve`")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def get(address: str, data: bytes | None = None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    headers = {"content-type": "application/json", "authorization": "Bearer secret"}
    return opener.open(urllib.request.Request(address, data, headers), timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM is no request there")
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop_and_sends_what_it_is_speaking(voice_folder, stop):
    port = free_port()
    command = f"from transformers_tts_gan.cli.main import main; main(['serve', '--model', {str(voice_folder)!r}, "
    command += f"'--port', '{port}'])"
    environment = {**os.environ, "TTS_GAN_API_KEY": "secret", "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen([sys.executable, "-c", command], env=environment, stderr=subprocess.PIPE) as server:
        try:
            for _ in range(3_000):
                try:
                    assert json.load(get(f"http://127.0.0.1:{port}/health"))["status"] == "ok"
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            body = json.dumps({"input": "Good morning. " * 40, "response_format": "wav"}).encode()
            answer = get(f"http://127.0.0.1:{port}/v1/audio/speech", body)
            sound = answer.read(1_000)
            server.send_signal(stop)
            sound += answer.read()
            assert server.wait(60) in (0, -signal.SIGTERM)
        finally:
            server.kill()
        assert b"Traceback" not in server.stderr.read()
    assert len(sound) > 40 * 0.5 * 32_000


def test_two_voices_of_one_name_are_refused(voice_folder):
    with pytest.raises(ValueError, match="There are two voices named"):
        run(["--model", str(voice_folder), str(voice_folder)])


@pytest.mark.parametrize(
    "wrong",
    [("--port", "99999"), ("--wyoming", "-1"), ("--requests", "0"), ("--seconds", "nan"), ("--characters", "-5")],
)
def test_numbers_that_mean_nothing_are_refused(voice_folder, wrong):
    with pytest.raises(ValueError, match=f"is {wrong[1]}, but"):
        run(["--model", str(voice_folder), *wrong])
