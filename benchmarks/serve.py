"""Load a server for some minutes, and send it what is no request.

python benchmarks/serve.py --model examples/voices/bilingual examples/voices/kathleen
python benchmarks/serve.py --minutes 1 --malformed 100

Starts `tts-gan serve` at a free port of this machine and talks to nothing else. Clients ask for texts in turn, each
again and again; every answer must be, byte for byte, what the same server said to that text when it was asked alone,
so that mixed-up sound is noticed. Malformed requests are sent meanwhile. The last line is
`summary clients=… requests=… errors=… mixed_up=… malformed=… refused=… megabytes_start=… megabytes_end=…`; memory at
the start is that after a tenth of the time, when all clients have been served for a while. It ends with code 1 where a
request failed, sound was mixed up, a malformed request was not refused in words, or memory grew by a twentieth.
"""

import argparse
import hashlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter

import httpx


TEXTS = [
    "Good morning.",
    "The train to the coast leaves at ten past nine, from platform four.",
    "It costs $25, which is not much. Who is it?",
    "We took the early train because the roads were covered with ice. He plays the piano every evening.",
    "你好。",
    "今天天气很好，我们去公园吧。",
    "2024年3月5日，银行行长花了¥5999。",
    "<speak>Wait<break time='700ms'/> for <prosody rate='slow'>it</prosody>.</speak>",
]
LOOKS = 10  # at the memory, evenly over the time
MOST_GROWTH = 1.05  # of memory from the first look to the end


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", help="folders of voices. Default: those of the repository")
    parser.add_argument("--minutes", type=float, default=5.0, help="of load. Default: 5")
    parser.add_argument("--clients", type=int, default=8, help="that ask at one time. Default: 8")
    parser.add_argument("--malformed", type=int, default=1_000, help="requests that are none. Default: 1000")
    return parser.parse_args()


class Server:
    """`tts-gan serve` in a process of its own."""

    def __init__(self, models: list[str] | None):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        code = "import sys; from transformers_tts_gan.cli.main import main; main(sys.argv[1:])"
        command = [sys.executable, "-c", code, "serve", "--port", str(port), *(["--model", *models] if models else [])]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=300, trust_env=False)

    def wait(self) -> None:
        with self.client() as client:
            for _ in range(3_000):
                try:
                    client.get("/health").raise_for_status()
                    return
                except httpx.TransportError:
                    if self.process.poll() is not None:
                        raise SystemExit("The server did not start.") from None
                    time.sleep(0.1)

    def megabytes(self) -> float:
        """Of memory that the process holds; 0 where the system does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        except OSError:
            return 0.0

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


def ask(client: httpx.Client, text: str) -> tuple[str, float, float]:
    """A digest of the sound, seconds to its first bytes, and seconds to its last."""
    started, first = time.perf_counter(), 0.0
    digest = hashlib.sha256()
    body = {"input": text, "response_format": "wav"}
    with client.stream("POST", "/v1/audio/speech", json=body) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            first = first or time.perf_counter() - started
            digest.update(part)
    return digest.hexdigest(), first, time.perf_counter() - started


def malformed(rng: random.Random) -> bytes:
    """A body that is no request: damaged JSON, wrong types, unknown fields, numbers out of range, nothing to say."""
    good = {"input": "Good morning.", "model": "tts-gan", "voice": "default"}
    kind = rng.randrange(5)
    if kind == 0:
        data = bytearray(json.dumps(good).encode())
        data[rng.randrange(len(data) // 2)] = rng.choice(b"\x00\xff}{,")
        return bytes(data[: rng.randrange(len(data) - 1)])
    if kind == 1:
        field, value = rng.choice(["speed", "response_format", "stream_format"]), rng.choice([[], {}, "", "nope"])
    elif kind == 2:
        field, value = f"x{rng.random()}", rng.choice([None, 3, [], "", -1, 1e999, True, "\ud800"])
    elif kind == 3:
        field, value = "input", rng.choice([None, 3, [], {}, "", " ", "...", "a" * 5_000])
    else:
        field, value = rng.choice(["model", "voice"]), rng.choice(["nope", "\ud800", "x" * 300, 7, []])
    return json.dumps({**good, field: value}).encode()


class Load:
    """What clients ask of a server, and how it answers.

    Args:
        server: Is asked for each text alone first.
        minutes: How long its clients ask.
    """

    def __init__(self, server: Server, minutes: float):
        self.server, self.counts = server, Counter[str]()
        self.firsts: list[float] = []
        self.lasts: list[float] = []
        with server.client() as client:
            self.alone = {text: ask(client, text)[0] for text in TEXTS}
        self.seconds = 60 * minutes
        self.end = time.monotonic() + self.seconds

    def client(self, number: int) -> None:
        """Ask for one text after the other until the time is over."""
        with self.server.client() as client:
            while time.monotonic() < self.end:
                text = TEXTS[number % len(TEXTS)]
                number += 1
                try:
                    digest, first, last = ask(client, text)
                except httpx.HTTPError as error:
                    self.counts["errors"] += 1
                    print(f"error: {error!r}")
                    continue
                self.counts["requests"] += 1
                self.counts["mixed_up"] += digest != self.alone[text]
                self.firsts.append(first)
                self.lasts.append(last)

    def annoy(self, requests: int) -> None:
        """Send what is no request."""
        rng = random.Random(0)
        with self.server.client() as client:
            for _ in range(requests):
                headers = {"content-type": "application/json"}
                answer = client.post("/v1/audio/speech", content=malformed(rng), headers=headers)
                words = answer.json()["error"]["message"] if 400 <= answer.status_code < 500 else ""
                self.counts["refused"] += bool(words)
                self.counts[f"status {answer.status_code}"] += 1

    def run(self, clients: int, requests: int) -> list[float]:
        """All of it at once; the megabytes that the server held meanwhile."""
        threads = [threading.Thread(target=self.client, args=[number]) for number in range(clients)]
        threads.append(threading.Thread(target=self.annoy, args=[requests]))
        for thread in threads:
            thread.start()
        megabytes = []
        for look in range(1, LOOKS):
            time.sleep(max(self.end - self.seconds * (1 - look / LOOKS) - time.monotonic(), 0))
            megabytes.append(self.server.megabytes())
        for thread in threads:
            thread.join()
        with self.server.client() as client:
            client.get("/health").raise_for_status()
        return [*megabytes, self.server.megabytes()]


def main():
    args = parse_arguments()
    server = Server(args.model)
    try:
        server.wait()
        load = Load(server, args.minutes)
        megabytes = load.run(args.clients, args.malformed)
    finally:
        code = server.stop()
    counts = load.counts
    print({name: count for name, count in counts.items() if name.startswith("status")}, f"ended with code {code}")
    medians = [statistics.median(times) for times in (load.firsts, load.lasts)]
    print(f"medians: {medians[0]:.3f} s to the first sound, {medians[1]:.3f} s to the last")
    print("megabytes:", *(f"{each:.0f}" for each in megabytes))
    print(
        f"summary clients={args.clients} requests={counts['requests']} errors={counts['errors']} "
        f"mixed_up={counts['mixed_up']} malformed={args.malformed} refused={counts['refused']} "
        f"megabytes_start={megabytes[0]:.0f} megabytes_end={megabytes[-1]:.0f}"
    )
    failed = counts["errors"] or counts["mixed_up"] or counts["refused"] < args.malformed
    if failed or not counts["requests"] or megabytes[-1] > MOST_GROWTH * megabytes[0]:
        raise SystemExit("The server did not stand the load: see above.")


if __name__ == "__main__":
    main()
