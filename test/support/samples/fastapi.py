"""As much of FastAPI (https://fastapi.tiangolo.com) as the samples use, for machines that lack it, and a server for it."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HTTPException(Exception):
    def __init__(self, status_code, detail):
        super().__init__(detail)
        self.status_code = status_code
        self.detail = detail


class Request:
    def __init__(self, headers, content):
        self.headers = headers
        self.content = content

    async def body(self):
        return self.content

    async def json(self):
        return json.loads(self.content)


class FastAPI:
    def __init__(self):
        self.handlers = {}

    def post(self, path):
        def register(handler):
            self.handlers[path] = handler
            return handler

        return register

    def serve(self):
        """Answers on a free port of loopback, which it prints, until the process is ended."""
        handlers = self.handlers

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    status, reply = 200, asyncio.run(handlers[self.path](Request(self.headers, content)))
                except HTTPException as error:
                    status, reply = error.status_code, {"detail": error.detail}
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(reply, separators=(",", ":")).encode())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
