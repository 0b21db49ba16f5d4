"""As much of httpx (https://www.python-httpx.org) as the samples use, for machines that lack it."""

import urllib.error
import urllib.parse
import urllib.request
from json import dumps, loads


class Response:
    def __init__(self, status, content):
        self.status_code = status
        self.content = content

    def raise_for_status(self):
        if self.status_code >= 400:
            raise RuntimeError(f"HTTP {self.status_code}: {self.content!r}")

    def json(self):
        return loads(self.content)


def get(url, *, headers, params, timeout):
    query = urllib.parse.urlencode(params)
    if query:
        url += ("&" if "?" in url else "?") + query
    return send(urllib.request.Request(url, headers=headers), timeout)


def post(url, *, json, timeout):
    content = dumps(json).encode()
    return send(urllib.request.Request(url, content, {"Content-Type": "application/json"}), timeout)


def send(request, timeout):
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return Response(reply.status, reply.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.read())
