"""The page of a report, read by a parser of its own: what it shows is what its document has."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marquee.bundle import BundleParts
from marquee_cli.report.compared import compared
from marquee_cli.report.document import document_of
from marquee_cli.report.page import page
from support.report_page import Element, at, parsed

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = re.compile(
    r"(nDCG|Recall|MRR|Coverage|Diversity)@\d+|RP3beta|95 %|1 is best|1 / place|1 − mean|1 the most|0 is none"
)
"""Digits that are no measurement: of names and of what a measure means."""


def an_offline_part(*measures: str, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    systems = ("marquee", "item_knn", "ease")
    values = {system: {name: rng.random(20) for name in measures} for system in systems}
    return {"users": 20, "asked": 60, "seeds": 31, **compared(values)}


@pytest.fixture(scope="module")
def document(trained: BundleParts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of a trained model, with all parts, as it is read back from its file."""
    path = trained.write(tmp_path_factory.mktemp("models"), version="v1", created_at=NOW)
    parts = {name: an_offline_part("ndcg@100", "recall@20", "recall@50", seed=1) for name in ("random", "newest")}
    strong = {"held_out": 21, "trained_on": 80, **parts}
    found = document_of(path, offline={"strong": strong, "similar": an_offline_part("recall@10", seed=2)})
    read: dict[str, Any] = json.loads(json.dumps(found, allow_nan=False))
    return read


@pytest.fixture(scope="module")
def tree(document: dict[str, Any]) -> Element:
    return parsed(page(document))


def number_in(text: str) -> tuple[float, float]:
    """A number as the page writes it, and half of its last digit."""
    plain = text.replace("−", "-").replace(",", "")
    scale = 0.01 if plain.endswith("%") else 1.0
    digits, _, exponent = plain.rstrip("%").partition("e")
    scale *= 10.0 ** int(exponent or 0)
    decimals = len(digits.partition(".")[2])
    return float(digits) * scale, 0.5 * 10.0**-decimals * scale


def test_every_number_is_the_one_in_the_document(tree: Element, document: dict[str, Any]) -> None:
    numbers = tree.all("data")

    assert len(numbers) > 200
    for one in numbers:
        value = at(document, one.attributes["data-of"])
        assert float(one.attributes["value"]) == value, one
        shown, half = number_in(one.words())
        assert abs(shown - value) <= half * 1.001, one


def test_names_of_people_keep_their_capitals(document: dict[str, Any]) -> None:
    text = page(document)

    assert re.search(r"Liang et al\.", text)
    assert re.search(r"Schnabel et al\.", text)
    assert not re.search(r"liang|schnabel", text)


def test_every_time_is_the_one_in_the_document(tree: Element, document: dict[str, Any]) -> None:
    times = tree.all("time")

    assert times
    for one in times:
        milliseconds = at(document, one.attributes["data-of"])
        shown = datetime.strptime(one.words(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        assert 0 <= milliseconds / 1_000 - shown.timestamp() < 1
        assert datetime.fromisoformat(one.attributes["datetime"]).timestamp() == pytest.approx(milliseconds / 1_000)


def test_every_text_of_the_document_stands_there_unchanged(tree: Element, document: dict[str, Any]) -> None:
    spans = [one for one in tree.all("span") if "data-of" in one.attributes]

    assert len(spans) > 20
    for one in spans:
        assert one.words() == str(at(document, one.attributes["data-of"]))
    for one in (one for one in tree.all("span") if "data-key" in one.attributes):
        at(document, one.attributes["data-key"])
        assert one.attributes["data-key"].endswith("/" + one.words().replace("/", "~1"))


def test_no_digit_stands_outside_of_what_the_document_has(tree: Element) -> None:
    outside = [
        text
        for one in tree.all()
        if one.tag not in ("data", "style", "title", "text") and not {"data-of", "data-key"} & set(one.attributes)
        for text in one.text
    ]

    assert [text for text in outside if re.search(r"\d", NAMES.sub("", text))] == []


def test_dots_whiskers_and_bars_are_drawn_where_their_numbers_are(tree: Element, document: dict[str, Any]) -> None:
    drawn = 0
    for svg in tree.all("svg"):
        ticks = [one for one in svg.all("text") if one.attributes.get("class") == "tick"]
        axis = [(float(one.attributes["x"]), one.words().replace("−", "-")) for one in ticks]
        marks = [(x, float(text)) for x, text in axis if re.fullmatch(r"-?[\d.]+", text)]
        groups = [one for one in svg.all("g") if "data-of" in one.attributes]
        if any(one.tag == "path" and one.attributes.get("class") == "line" for one in svg.all()):
            continue  # the line has an axis of its own, see below
        (x0, v0), (x1, v1) = marks[0], marks[-1]
        per_pixel = (v1 - v0) / (x1 - x0)
        for group in groups:
            found = at(document, group.attributes["data-of"])
            places = [float(one.attributes["cx"]) for one in group.all("circle")]
            wanted = [found["mean"]] if places else [found]
            rects = [one.attributes for one in group.all("rect")]
            places += [float(one["x"]) + float(one["width"]) for one in rects]
            for one in group.all("path"):
                low, high = re.match(r"M([-\d.]+) [\d.]+H([-\d.]+)", one.attributes["d"]).groups()  # type: ignore[union-attr]  # the form that is drawn
                places += [float(low), float(high)]
                wanted += [found["low"], found["high"]]
            assert [v0 + (x - x0) * per_pixel for x in places] == pytest.approx(wanted, abs=abs(per_pixel) * 0.02)
            drawn += 1

    assert drawn > 30


def test_the_line_of_trees_rises_where_the_numbers_rise(tree: Element, document: dict[str, Any]) -> None:
    of = "/training/ndcg_by_trees/"
    groups = [one for one in tree.all("g") if one.attributes.get("data-of", "").startswith(of)]

    heights = [-float(one.all("circle")[0].attributes["cy"]) for one in groups]

    values = [at(document, one.attributes["data-of"]) for one in groups]
    assert np.argsort(heights, kind="stable").tolist() == np.argsort(values, kind="stable").tolist()


def test_the_page_needs_nothing_else(document: dict[str, Any]) -> None:
    text = page(document)

    assert not re.search(r"https?:|src=|url\(|@import|<script|<link|<img", text)
    assert "color-scheme: light dark" in text
    assert "@media print" in text


def test_headings_tables_and_plots_can_be_found_without_seeing_them(tree: Element) -> None:
    levels = [int(one.tag[1]) for one in tree.all("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [one.attributes["id"] for one in tree.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert {one.attributes["href"].lstrip("#") for one in tree.all("a")} <= set(ids)
    for table in tree.all("table"):
        assert table.all("caption")[0].words()
        assert {one.attributes["scope"] for one in table.all("th")} == {"col", "row"}
        widths = {len(row.all("th", "td")) for row in table.all("tr")}
        assert len(widths) == 1
    for svg in tree.all("svg"):
        assert svg.attributes["role"] == "img"
        assert svg.attributes["aria-label"]


def test_behind_every_plot_stands_a_table_with_its_numbers(tree: Element) -> None:
    tables = [one for table in tree.all("table") for one in table.all("data", "span")]
    in_tables = {one.attributes["data-of"] for one in tables if "data-of" in one.attributes}

    for group in (one for one in tree.all("g") if "data-of" in one.attributes):
        of = group.attributes["data-of"]
        assert {of, f"{of}/mean", f"{of}/detail"} & in_tables, of


def test_every_part_of_the_report_is_on_the_page(tree: Element) -> None:
    titles = [one.words() for one in tree.all("h2")]

    assert titles == [
        "Verdict",
        "Headline",
        "Beside single models",
        "Known users and newcomers",
        "Slices",
        "Users never seen in training",
        "Similar movies",
        "What the ranker looks at",
        "Trees",
        "ONNX parity",
        "How it was made",
    ]


def test_a_model_without_a_ranker_has_a_page_that_says_why(modelless: BundleParts, tmp_path: Path) -> None:
    document = document_of(modelless.write(tmp_path, version="v1", created_at=NOW))

    tree = parsed(page(document))

    assert [one.words() for one in tree.all("h2")] == ["Verdict", "How it was made"]
    assert modelless.reason in tree.words()


def test_a_report_of_an_earlier_release_has_a_page_of_what_it_has(document: dict[str, Any]) -> None:
    training = {key: value for key, value in document["training"].items() if not key.startswith("slices")}
    known = ("lists", "ndcg@10", "recall@50", "coverage@10", "popularity_percentile@10")
    training["systems"] = {
        name: {key: one[key] for key in known} for name, one in document["training"]["systems"].items()
    }
    earlier = {**document, "training": training, "offline": None, "made_with": None, "verdict": None}

    tree = parsed(page(earlier))

    assert "Slices" not in [one.words() for one in tree.all("h2")]
    assert "Nobody has judged this model." in tree.words()
    assert len(tree.all("data")) > 50


def test_what_a_document_says_is_text_and_never_markup(document: dict[str, Any]) -> None:
    odd = {**document, "version": "<b>v&1</b>", "counts": {"a/b~<i>": 3}}

    tree = parsed(page(odd))

    assert tree.all("h1")[0].words() == "<b>v&1</b>"
    assert any(one.attributes.get("data-key") == "/counts/a~1b~0<i>" for one in tree.all("span"))
