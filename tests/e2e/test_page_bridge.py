"""The page's own /api: it serves its own pages only, and a fault of the system behind it names no address."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from marquee_cli.home import read_json
from marquee_cli.ports import internal_ports
from support.system import System
from support.visitors import counted, new_user, some_movies


@pytest.fixture
def rating(api: httpx.Client) -> dict[str, object]:
    movie = some_movies(api, 1)[0]
    return {"ratings": [{"event_id": str(uuid4()), "user_id": new_user(), "movie_id": movie, "rating": 4}]}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1:9"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"sec-fetch-site": "same-origin"}, 202),
        ({"content-type": "application/json; charset=utf-8"}, 202),
        ({}, 202),
    ],
)
def test_a_write_from_another_page_or_without_json_is_refused(
    system: System, api: httpx.Client, rating: dict[str, object], headers: dict[str, str], status: int
) -> None:
    body = httpx.Request("POST", "http://any", json=rating).content

    answer = httpx.post(
        f"{system.frontend}/api/ratings", content=body, headers={"content-type": "application/json"} | headers
    )

    assert answer.status_code == status, answer.text
    if status != 202:
        assert answer.headers["content-type"].startswith("application/problem+json")
        user = json.loads(body)["ratings"][0]["user_id"]
        assert counted(api, user) == 0


def test_a_write_from_our_own_page_passes_over_plain_http(system: System, rating: dict[str, object]) -> None:
    answer = httpx.post(f"{system.frontend}/api/ratings", json=rating, headers={"origin": system.frontend})

    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_on_another_site_cannot_change_who_the_visitor_is(system: System, site: str) -> None:
    answer = httpx.post(f"{system.frontend}/session", data={"user_id": "1"}, headers={"sec-fetch-site": site})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.fixture
def cut_off(system: System) -> Iterator[httpx.Client]:
    """The same page beside the running one, with nothing at its gateway's address."""
    if system.home is None:
        pytest.skip("the page of this system is not on this machine")
    part = next(part for part in read_json(system.home.parts)["parts"] if part["name"] == "frontend")
    ports = internal_ports(["frontend", "nothing"], {})
    env = {**os.environ, **part["env"], "PORT": str(ports["frontend"])}
    env["MARQUEE_GATEWAY_URL"] = f"http://127.0.0.1:{ports['nothing']}"
    process = subprocess.Popen(
        part["command"], cwd=part["cwd"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{ports['frontend']}", timeout=30) as client:
        try:
            deadline = time.monotonic() + 60
            while not is_up(client):
                assert time.monotonic() < deadline, "the page does not start within 60 s"
                time.sleep(0.1)
            yield client
        finally:
            process.kill()
            process.wait()


def is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/api/healthz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("path", ["/", "/users/1", "/movies/1", "/search?q=the", "/api/users/1", "/api/search?q=the"])
def test_a_page_without_a_gateway_says_so_and_names_no_address(cut_off: httpx.Client, path: str) -> None:
    answer = cut_off.get(path)

    assert answer.status_code == (502 if path.startswith("/api") else 200)
    assert "does not answer" in answer.text
    for secret in ("127.0.0.1", "localhost", "GATEWAY_URL"):
        assert secret not in answer.text
