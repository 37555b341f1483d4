"""A web server on this machine, for tests of downloads."""

import http.server
import queue
import threading


class Server:
    """A web server on this machine that answers every request with ``status`` and ``body``.

    Where the last part of the address is in ``files``, the body is that file. What is sent to it comes to ``posted``.
    """

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        self.files: dict[str, bytes] = {}
        self.announced: int | None = None  # a length that the header promises instead of the body's
        self.may_answer = threading.Event()  # silent until it is set
        self.may_answer.set()
        self.stalls_after: int | None = None  # so many bytes come, and the rest never
        self.closed = threading.Event()
        self.requests = 0
        self.posted: queue.Queue[bytes] = queue.Queue()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                body = outer.files.get(self.path.rpartition("/")[2], outer.body)
                outer.may_answer.wait()
                try:
                    self.send_response(outer.status)
                    self.send_header("Content-Length", str(outer.announced or len(body)))
                    self.end_headers()
                    self.wfile.write(body[: outer.stalls_after])
                    if outer.stalls_after is not None:
                        self.wfile.flush()
                        outer.closed.wait()
                except OSError:  # the client has gone, as a client that looks at the status alone may
                    pass

            def do_POST(self) -> None:
                outer.posted.put(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/file"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.may_answer.set()
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
