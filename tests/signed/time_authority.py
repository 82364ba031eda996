"""A time-stamp authority for tests: a small server around `openssl ts -reply`."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from tests.signed.signers import Person

_CONFIGURATION = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
"""


class TimeAuthority:
    """Answers requests; `answer` and `status` can be replaced, so that it is wrong."""

    def __init__(self, folder: Path, authority: Person) -> None:
        folder.mkdir()
        self._folder = folder
        authority.write(folder, "tsa")
        above = b"".join(one.public_bytes(Encoding.PEM) for one in authority.above)
        (folder / "above.pem").write_bytes(above)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder))
        self.requests: list[bytes] = []
        self.url = ""

    def answer(self, request: bytes) -> bytes:
        """The response to a request, in DER."""
        (self._folder / "query").write_bytes(request)
        words = (
            f"openssl ts -reply -config {self._folder}/tsa.cnf -section tsa "
            f"-queryfile {self._folder}/query -signer {self._folder}/tsa.pem "
            f"-inkey {self._folder}/tsa.key -chain {self._folder}/above.pem"
        )
        return subprocess.run(words.split(), capture_output=True, check=True).stdout

    @contextmanager
    def serving(self) -> Iterator[TimeAuthority]:
        """Answers under `url` for the duration of a block."""
        server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{server.server_port}/tsa"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/timestamp-query"
                request = self.rfile.read(int(self.headers["Content-Length"]))
                authority.requests.append(request)
                answer = authority.answer(request)
                self.send_response(200 if answer else 503)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler
