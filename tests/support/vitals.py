"""How a page loads in a real browser: when it paints, whether it jumps, how much script it brings."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Request, Response

ME = "marquee_user"
POSTERS = "/t/p/"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Device:
    """A screen, and how much slower than this machine its processor and its connection are."""

    width: int
    height: int
    cpu_slowdown: int = 1
    down_bits_per_s: int | None = None
    latency_ms: int = 0


SHIFT, SCRIPT_BYTES = 0.02, 180 * 1024
"""Budgets of every page."""

DESKTOP = Device(1440, 900)
SLOW_PHONE = Device(390, 844, cpu_slowdown=4, down_bits_per_s=1_600_000, latency_ms=150)
LCP_MS = {DESKTOP: 1_000, SLOW_PHONE: 2_000}
"""Budgets of the largest contentful paint."""


@dataclass(slots=True)
class Load:
    """One load of a page with an empty cache. Times are milliseconds after the request."""

    ttfb: float = 0
    fcp: float = 0
    lcp: float = 0
    shift: float = 0
    script_bytes: int = 0
    policy: str = ""
    foreign: list[str] = field(default_factory=list)  # other requests than pictures, to other hosts
    complaints: list[str] = field(default_factory=list)  # errors and warnings on the console


OBSERVE = """
window.vitals = { lcp: 0, shift: 0 };
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.vitals.lcp = entry.startTime;
}).observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.vitals.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
READ = """async () => {
  await document.fonts.ready;
  await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  const [navigation] = performance.getEntriesByType('navigation');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const scripts = performance.getEntriesByType('resource').filter(each => new URL(each.name).pathname.endsWith('.js'));
  const sizes = new Map(scripts.map(each => [each.name, each.encodedBodySize]));
  return {
    ttfb: navigation.responseStart, fcp: paint?.startTime ?? 0, lcp: window.vitals.lcp, shift: window.vitals.shift,
    script_bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}"""


@contextmanager
def visitor(browser: Browser, base: str, device: Device = DESKTOP, me: int | None = None) -> Iterator[BrowserContext]:
    """A visitor with an empty cache, by default nobody in particular."""
    context = browser.new_context(base_url=base, viewport={"width": device.width, "height": device.height})
    context.set_default_timeout(20_000)
    if me is not None:
        context.add_cookies([{"name": ME, "value": str(me), "url": base}])
    yield context
    context.close()


def give_pictures(context: BrowserContext) -> None:
    """Posters from elsewhere are a pixel."""
    context.route(f"**{POSTERS}**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))


def _give_pictures_to(session: CDPSession) -> None:
    """The same for a load that is measured: a route would hold up every request of the page, this only its posters."""

    def fulfill(paused: dict[str, Any]) -> None:
        headers = [{"name": "content-type", "value": "image/png"}]
        body = b64encode(PIXEL).decode()
        session.send(
            "Fetch.fulfillRequest",
            {"requestId": paused["requestId"], "responseCode": 200, "responseHeaders": headers, "body": body},
        )

    session.on("Fetch.requestPaused", fulfill)
    session.send("Fetch.enable", {"patterns": [{"urlPattern": f"*{POSTERS}*"}]})


def load(context: BrowserContext, address: str, content: str, device: Device = DESKTOP) -> Load:
    """Opens an address and waits until its content is there and nothing more is loaded."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    _give_pictures_to(session)
    _slow_down(session, device)
    page.add_init_script(OBSERVE)
    loaded = Load()
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108  # a built-in cannot be marked
    page.on("console", lambda said: loaded.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: loaded.complaints.append(str(error)))
    response = page.goto(address)
    assert isinstance(response, Response)
    own = urlsplit(response.url).netloc
    page.get_by_test_id(content).first.wait_for()
    page.wait_for_load_state("networkidle")
    for name, value in page.evaluate(READ).items():
        setattr(loaded, name, value)
    loaded.policy = response.headers.get("content-security-policy", "")
    loaded.foreign = [
        each.url
        for each in requests
        if each.resource_type != "image"
        and not each.url.startswith(("data:", "blob:"))
        and urlsplit(each.url).netloc != own
    ]
    page.close()
    return loaded


def _slow_down(session: CDPSession, device: Device) -> None:
    if device.cpu_slowdown == 1 and device.down_bits_per_s is None:
        return
    session.send("Emulation.setCPUThrottlingRate", {"rate": device.cpu_slowdown})
    bytes_per_s = -1 if device.down_bits_per_s is None else device.down_bits_per_s / 8
    conditions = {"offline": False, "latency": device.latency_ms, "downloadThroughput": bytes_per_s}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": bytes_per_s})
