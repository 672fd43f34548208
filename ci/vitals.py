"""How fast every page loads: `make vitals`, or `python ci/vitals.py [--pages home user] [--loads 3]`.

On the running system of MARQUEE_E2E_GATEWAY and MARQUEE_E2E_FRONTEND, or on an embedded one of its own. Prints the
median of some loads with an empty cache, on a desktop and on a slow phone, and ends with 1 if a budget is broken.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "ci")]

from shots import running  # noqa: E402  # the same

from marquee_cli.chromium import FLAGS, find_chromium  # noqa: E402  # tests/ has to be on the path first
from support.pages import PAGES, Cast, a_cast  # noqa: E402  # the same
from support.vitals import DESKTOP, LCP_MS, SCRIPT_BYTES, SHIFT, SLOW_PHONE, Device, Load, load, visitor  # noqa: E402  # the same

DEVICES = {"desktop": DESKTOP, "slow phone": SLOW_PHONE}
TITLES = f"{'page':<14}{'device':<12}{'TTFB':>6}{'FCP':>7}{'LCP':>7}{'CLS':>9}{'JS gz':>9}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", nargs="*", choices=PAGES, default=list(PAGES))
    parser.add_argument("--loads", type=int, default=3)
    asked = parser.parse_args()
    found = find_chromium()
    if found is None:
        sys.exit("no Chromium on this machine: `make setup-test` installs one")
    broken = 0
    with running() as system, httpx.Client(base_url=system.gateway, timeout=30) as api, sync_playwright() as playwright:
        cast = a_cast(api)
        browser = playwright.chromium.launch(executable_path=str(found), args=list(FLAGS))
        sys.stdout.write(TITLES + "\n")
        for name in asked.pages:
            for device_name, device in DEVICES.items():
                loads = list(loads_of(browser, system.frontend, cast, name, device, asked.loads))
                if loads:
                    line, is_kept = row(name, device_name, loads, LCP_MS[device])
                    broken += not is_kept
                    sys.stdout.write(line + "\n")
                    sys.stdout.flush()
        browser.close()
    return int(broken > 0)


def loads_of(browser: Browser, base: str, cast: Cast, name: str, device: Device, count: int) -> Iterator[Load]:
    """Loads of a page, after one that warms the server up; none if the page is about a person and nobody is known."""
    address = cast.address(PAGES[name].address)
    if address is None:
        return
    for at in range(count + 1):
        with visitor(browser, base, device, me=cast.user) as context:
            loaded = load(context, address, PAGES[name].content, device)
        if at > 0:
            yield loaded


def row(name: str, device: str, loads: Sequence[Load], lcp_budget: float) -> tuple[str, bool]:
    """A line of the table, and whether the page keeps its budgets."""
    ttfb, fcp, lcp = (median(getattr(each, part) for each in loads) for part in ("ttfb", "fcp", "lcp"))
    shift, script = median(each.shift for each in loads), max(each.script_bytes for each in loads)
    is_kept = lcp <= lcp_budget and shift <= SHIFT and script <= SCRIPT_BYTES
    line = f"{name:<14}{device:<12}{ttfb:>6.0f}{fcp:>7.0f}{lcp:>7.0f}{shift:>9.4f}{script / 1024:>7.0f} K"
    return line + ("" if is_kept else "  over budget"), is_kept


if __name__ == "__main__":
    sys.exit(main())
