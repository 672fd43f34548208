"""/docs without a network: Swagger UI from an installed package, under a policy that allows only our own files."""

import json
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Response

from marquee.errors import not_found

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = "SwaggerUIBundle({});\n"
OPTIONS = {"url": "/openapi.json", "dom_id": "#swagger-ui", "deepLinking": True, "validatorUrl": None}
KINDS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


def install_docs(app: FastAPI) -> None:
    """Serve the page and its files below /docs."""
    router = APIRouter(include_in_schema=False)
    vendored = files("fastapi_swagger") / "resources"

    @router.get("/docs")
    async def page() -> Response:
        return Response(
            PAGE.format(title=app.title), media_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    @router.get("/docs/start.js")
    async def start() -> Response:
        return Response(START.format(json.dumps(OPTIONS)), media_type="text/javascript")

    @router.get("/docs/{name}")
    def asset(name: str) -> Response:
        kind = KINDS.get(name)
        if kind is None:
            raise not_found("file", "the API's page has no such file")
        content = vendored.joinpath(name).read_bytes()
        return Response(content, media_type=kind, headers={"Cache-Control": "max-age=86400"})

    app.include_router(router)
