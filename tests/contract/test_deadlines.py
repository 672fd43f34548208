"""Each deadline lies inside that of its caller; the table in docs/architecture.md has the settings' values."""

import re
from pathlib import Path

from gateway.settings import GatewaySettings
from ingest.settings import IngestSettings
from marquee.http.operations import PING_TIMEOUT_S
from marquee.settings import ServiceSettings
from ranker.settings import RankerSettings
from trainer.model_registry import ANSWER_S

ROOT = Path(__file__).resolve().parents[2]


def default(settings: type[ServiceSettings], name: str) -> float:
    return float(settings.model_fields[name].default)


def page_limit() -> float:
    """How long the page waits for the gateway."""
    [milliseconds] = re.findall(r"timeoutMs: ([0-9_]+)", (ROOT / "frontend/src/lib/env.ts").read_text(encoding="utf-8"))
    return int(milliseconds) / 1_000


def proxy_limit(setting: str, section: str) -> float:
    """A timeout of the proxy on Compose, from a section of its configuration."""
    text = (ROOT / "proxy/haproxy.cfg").read_text(encoding="utf-8")
    own = text.split(f"\n{section}\n", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    [(count, unit)] = re.findall(rf"^    {setting} (\d+)(ms|s)\b", own, re.MULTILINE)
    return int(count) / (1_000 if unit == "ms" else 1)


PAGE_S = page_limit()
PROXY_S = proxy_limit("timeout server", "defaults")
TO_GATEWAY_S, TO_RANKER_S = (proxy_limit("timeout connect", f"backend {name}") for name in ("gateways", "rankers"))
RANKER_S = default(GatewaySettings, "ranker_timeout_s")
OPTIONAL_S, REQUIRED_S = default(GatewaySettings, "optional_read_s"), default(GatewaySettings, "required_read_s")
EXPLAIN_S = default(GatewaySettings, "explain_timeout_s")
INGEST_S = default(GatewaySettings, "ingest_timeout_s")
RECEIPTS_S = default(RankerSettings, "receipt_wait_s")
PIN_S = default(RankerSettings, "page_read_s")
USER_S = default(RankerSettings, "user_timeout_s")
SEARCH_S, PLACE_S = default(RankerSettings, "explain_search_s"), default(RankerSettings, "explain_wait_s")
TRAINER_S = default(GatewaySettings, "trainer_timeout_s")
PIPELINE_S = default(GatewaySettings, "pipeline_timeout_s")
CLAIM_S, PUBLISH_S = default(IngestSettings, "claim_timeout_s"), default(IngestSettings, "publish_timeout_s")


def test_every_deadline_lies_inside_that_of_its_caller() -> None:
    assert RECEIPTS_S + USER_S < RANKER_S
    assert PIN_S < RANKER_S
    assert RECEIPTS_S + USER_S + PLACE_S + SEARCH_S < EXPLAIN_S < PAGE_S
    assert PAGE_S > RANKER_S + OPTIONAL_S, "after the ranker the gateway may still read what the user has rated"
    assert CLAIM_S + PUBLISH_S < INGEST_S < PAGE_S
    assert ANSWER_S < TRAINER_S < PAGE_S
    assert PAGE_S > REQUIRED_S
    assert PING_TIMEOUT_S < PIPELINE_S < PAGE_S


def test_the_proxy_waits_longer_than_who_answers_and_gives_up_sooner_than_who_asks() -> None:
    assert max(INGEST_S, EXPLAIN_S, TRAINER_S, default(GatewaySettings, "client_wait_s")) < PROXY_S
    assert proxy_limit("timeout http-request", "defaults") == default(GatewaySettings, "client_wait_s")
    assert 2 * TO_RANKER_S < RANKER_S


def test_the_table_of_deadlines_has_the_values_of_the_settings() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.split("\n## Who waits how long for whom\n", maxsplit=1)[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line][2:]

    listed = [(who, whom.split(":")[0], float(limit.split(" s")[0])) for who, whom, limit, _ in rows]

    assert listed == [
        ("page", "gateway", PAGE_S),
        ("proxy (Compose)", "gateway", TO_GATEWAY_S),
        ("proxy (Compose)", "ranker", TO_RANKER_S),
        ("gateway", "ranker", RANKER_S),
        ("gateway", "ranker", EXPLAIN_S),
        ("gateway", "Redis", OPTIONAL_S),
        ("gateway", "Redis", REQUIRED_S),
        ("gateway", "ingest", INGEST_S),
        ("gateway", "trainer", TRAINER_S),
        ("gateway", "all services", PIPELINE_S),
        ("ranker", "Redis", RECEIPTS_S),
        ("ranker", "Redis", PIN_S),
        ("ranker", "Redis", USER_S),
        ("ranker", "Redis", USER_S),
        ("ranker", "the search for what would change a place", SEARCH_S),
        ("ranker", "a place for one more explanation (two at a time)", PLACE_S),
        ("ingest", "Redis", CLAIM_S),
        ("ingest", "Kafka's ack", PUBLISH_S),
        ("trainer", "all of a decision or a list of models", ANSWER_S),
    ]
