"""As much of httpx (https://www.python-httpx.org) as the samples use, for machines that lack it."""

import json
import urllib.parse
import urllib.request


class Response:
    def __init__(self, status, content):
        self.status_code = status
        self.content = content

    def raise_for_status(self):
        if self.status_code >= 400:
            raise RuntimeError(f"HTTP {self.status_code}: {self.content!r}")

    def json(self):
        return json.loads(self.content)


def get(url, *, headers, params, timeout):
    query = urllib.parse.urlencode(params)
    if query:
        url += ("&" if "?" in url else "?") + query
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return Response(reply.status, reply.read())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.read())
