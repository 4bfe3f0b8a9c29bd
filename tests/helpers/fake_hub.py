"""A Hub on this machine's loopback, so that the real `huggingface_hub` client can push and pull without the network.

It knows what Transformers needs: making a repository, one commit with files in it, and reading files at a revision.
"""

import base64
import hashlib
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class FakeHub:
    """Use as a context manager; `endpoint` is for HF_ENDPOINT, `repos[id]["files"]` holds what was pushed."""

    def __init__(self):
        self.repos: dict[str, dict] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.hub = self
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def create(self, body: dict) -> dict:
        name = "/".join(filter(None, [body.get("organization") or "user", body["name"]]))
        self.repos.setdefault(name, {"files": {}, "sha": hashlib.sha1(name.encode()).hexdigest()})
        return {"url": f"{self.endpoint}/{name}", "id": name, "name": name}

    def commit(self, name: str, lines: bytes) -> dict:
        repo = self.repos[name]
        for line in lines.splitlines():
            operation = json.loads(line)
            if operation["key"] == "file":
                repo["files"][operation["value"]["path"]] = base64.b64decode(operation["value"]["content"])
        repo["sha"] = hashlib.sha1(uuid.uuid4().bytes).hexdigest()
        url = f"{self.endpoint}/{name}/commit/{repo['sha']}"
        return {"success": True, "commitOid": repo["sha"], "commitUrl": url, "hookOutput": ""}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Say nothing."""

    def do_POST(self):
        path, body = urlsplit(self.path).path, self.body()
        if path == "/api/repos/create":
            return self.send(200, self.server.hub.create(json.loads(body)))
        if path == "/api/validate-yaml":
            return self.send(200, {"errors": [], "warnings": []})
        name, verb = self.repository(path.removeprefix("/api/models/"))
        if verb.startswith("preupload/"):
            regular = {"uploadMode": "regular", "shouldIgnore": False}
            files = [{"path": file["path"], **regular} for file in json.loads(body)["files"]]
            return self.send(200, {"files": files})
        if verb.startswith("commit/"):
            return self.send(200, self.server.hub.commit(name, body))
        return self.send(404, {"error": f"no such call: {path}"})

    def do_GET(self):
        path = urlsplit(self.path).path
        if not path.startswith("/api/"):
            return self.send_file(*self.repository(path.lstrip("/")))
        name, verb = self.repository(path.removeprefix("/api/models/"))
        repo = self.server.hub.repos.get(name)
        if repo is None:
            return self.send(404, {"error": "not found"}, X_Error_Code="RepoNotFound")
        if not verb or verb.startswith("revision/"):
            siblings = [{"rfilename": file} for file in repo["files"]]
            return self.send(200, {"id": name, "sha": repo["sha"], "private": False, "siblings": siblings})
        folder = unquote("/".join(verb.split("/")[2:]))
        names = [file for file in repo["files"] if file.startswith(f"{folder}/" if folder else "")]
        if verb.startswith("tree/") and names:
            return self.send(200, [{"type": "file", "path": file, "size": 1, "oid": repo["sha"]} for file in names])
        return self.send(404, {"error": "not found"}, X_Error_Code="EntryNotFound")

    do_HEAD = do_GET

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    @staticmethod
    def repository(path: str) -> tuple[str, str]:
        """`user/name/rest` as (`user/name`, `rest`)."""
        parts = path.split("/", 2)
        return "/".join(parts[:2]), parts[2] if len(parts) > 2 else ""

    def send_file(self, name: str, verb: str):
        """`resolve/REVISION/FILE`."""
        repo = self.server.hub.repos.get(name)
        if repo is None:
            return self.send(404, {"error": "not found"}, X_Error_Code="RepoNotFound")
        content = repo["files"].get(unquote("/".join(verb.split("/")[2:])))
        if content is None:
            return self.send(404, {"error": "not found"}, X_Error_Code="EntryNotFound", X_Repo_Commit=repo["sha"])
        return self.send(200, content, X_Repo_Commit=repo["sha"], ETag=f'"{hashlib.sha1(content).hexdigest()}"')

    def send(self, status: int, content: bytes | dict | list, **headers):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
