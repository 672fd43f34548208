"""The report as one HTML page: no script, no network, readable in the dark, on paper and with a screen reader."""

from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from marquee_cli.report import model, offline_parts, quality
from marquee_cli.report.pointing import At


def page(document: Mapping[str, Any]) -> str:
    """The page of a document; every number and text of the document on it says where it stands there."""
    at = At(document)
    sections = [(name, title, "".join(body)) for name, title, body in _sections(at)]
    contents = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections)
    parts = "".join(
        f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{title}</h2>{body}</section>'
        for name, title, body in sections
    )
    style = files("marquee_cli.report").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Marquee model {escape(str(at.document['version']))}</title><style>{style}</style></head>"
        f"<body><header>{''.join(model.lead(at))}</header>"
        f'<nav aria-label="Contents"><ul>{contents}</ul></nav><main>{parts}</main></body></html>\n'
    )


def _sections(at: At) -> Iterator[tuple[str, str, Iterator[str]]]:
    training = at / "training"
    yield "verdict", "Verdict", model.verdict(at / "verdict")
    if (training / "systems").value:
        yield "headline", "Headline", quality.headline(training)
        yield "systems", "Beside single models", quality.systems(training, what="all lists")
    if (training / "by_kind").value:
        yield "kinds", "Known users and newcomers", quality.by_kind(training)
    if (training / "slices").value is not None:
        yield "slices", "Slices", quality.slices(training)
    if (at / "offline").value is not None:
        yield "strong", "Users never seen in training", offline_parts.strong(at / "offline" / "strong")
        yield "similar", "Similar movies", offline_parts.similar(at / "offline" / "similar")
    if (training / "importance").value:
        yield "importance", "What the ranker looks at", model.importance(training / "importance")
    if (training / "ndcg_by_trees").value:
        yield "trees", "Trees", model.trees(training)
    if (training / "onnx").value:
        yield "onnx", "ONNX parity", model.onnx(training / "onnx")
    yield "made", "How it was made", model.made(at)
