"""A way to a Prefect server on which the server can be made to fail from a chosen call on."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

UNCOUNTED = ("/health", "/logs", "/events", "/csrf-token")
"""Calls that are made before a run, or by threads beside it at any time."""

FAULTS = ("errors", "gone", "hangs")


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that no longer waits for its answer."""


class FaultyServer:
    """Passes calls on to a server. A context manager."""

    def __init__(self, api: str) -> None:
        self._behind = urlsplit(api)
        self._served = _Quiet(("127.0.0.1", 0), self._handler())
        self._served.daemon_threads = True
        self._lock = threading.Lock()
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._served.server_port}{self._behind.path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._served.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.mend()
        self._served.shutdown()
        self._served.server_close()

    def mend(self) -> None:
        """Answer again, and count from the beginning."""
        self.counted, self.fault, self.first_bad = 0, "", -1

    def fail(self, fault: str, call: int) -> None:
        """From the counted call of that number on (0 is the first)."""
        self.mend()
        self.fault, self.first_bad = fault, call

    def is_bad(self, path: str) -> bool:
        """Count a call; whether it fails. Uncounted ones fail once others do."""
        with self._lock:
            if not any(part in path for part in UNCOUNTED):
                self.counted += 1
            return bool(self.fault) and self.counted > self.first_bad and "/health" not in path

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words: object) -> None:
                """Say nothing."""

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if faulty.is_bad(self.path):
                    self._fail()
                    return
                behind = http.client.HTTPConnection(faulty._behind.netloc, timeout=60)
                left_out = ("host", "accept-encoding")
                headers = {n: v for n, v in self.headers.items() if n.lower() not in left_out}
                behind.request(self.command, self.path, body, headers)
                answer = behind.getresponse()
                self._answer(answer.status, answer.read(), answer.getheader("content-type", ""))
                behind.close()

            def _fail(self) -> None:
                if faulty.fault == "errors":
                    self._answer(500, b'{"exception_message": "broken"}', "application/json")
                    return
                while faulty.fault == "hangs":
                    time.sleep(0.05)
                self.close_connection = True

            def _answer(self, status: int, body: bytes, content_type: str) -> None:
                self.send_response(status)
                self.send_header("content-type", content_type)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.pass_on)
        return Handler
