"""Plotly's script as its package brings it: no page asks the internet for anything."""

from __future__ import annotations

import gzip
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

PLOTLY_PATH = f"assets/plotly-{version('plotly')}.min.js"
"""Relative to the page, so that it holds behind a front door too. The version in it lets a browser keep the file for good."""

STYLE_HASHES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",  # nothing: an empty sheet that is filled rule by rule
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",  # of the maps that come with it and are not drawn here
)
"""The style sheets that the script puts into a page, for its security policy. A browser test tells when they have changed.
It sets a style attribute in words for nothing but bold and the like in its own texts: so the figures have none."""

_KEPT = "public, max-age=31536000, immutable"
_ZIP_LEVEL = 6


def plotly_script() -> bytes:
    """The script, with all kinds of charts in it (4.8 MB; 1.5 MB on the wire)."""
    return files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


@lru_cache(maxsize=1)
def _zipped() -> tuple[bytes, str]:
    script = plotly_script()
    return gzip.compress(script, _ZIP_LEVEL, mtime=0), sha256(script).hexdigest()[:32]


def asset_routes() -> APIRouter:
    """The script's route. It asks for no token: it is the same for everybody and says nothing."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"/{PLOTLY_PATH}")
    def plotly(request: Request) -> Response:
        zipped, digest = _zipped()
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        etag = f'"{digest}-gzip"' if takes_gzip else f'"{digest}"'
        headers = {"ETag": etag, "Cache-Control": _KEPT, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if etag in {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        if takes_gzip:
            return Response(zipped, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})
        return Response(plotly_script(), media_type="text/javascript", headers=headers)

    return router
