"""The parts of the page on the model itself: verdict, importance of the features, trees, ONNX, how it was made."""

from collections.abc import Iterator

from marquee_cli.report.drawing import bars, line, whiskers
from marquee_cli.report.figures import figure, whisker_of
from marquee_cli.report.pointing import At
from marquee_cli.report.tables import table
from trainer.soundness import NO_FUTURE


def lead(at: At) -> Iterator[str]:
    """What it is."""
    yield f"<p>Marquee, model report</p><h1>{(at / 'version').words()}</h1>"
    yield (
        f"<p>Ranker: {(at / 'ranker').words()}. Created {(at / 'created_at').words()}, "
        f"from ratings until {(at / 'ratings_until').words()}.</p>"
    )
    if (at / "reason").value:
        yield f'<p class="note">{(at / "reason").words()}</p>'


def verdict(at: At) -> Iterator[str]:
    """The outcome with its reasons, and every check."""
    if at.value is None:
        yield "<p>Nobody has judged this model.</p>"
        return
    serves = "it may serve" if (at / "is_promoted").value else "it does not serve"
    champion = f", against {(at / 'champion').words()}" if (at / "champion").value else ""
    outcome = (at / "outcome").value
    counted = f"{(at / 'lists').number('d')} lists of {(at / 'users').number('d')} users"
    yield (
        f'<p><strong class="outcome {outcome}">{(at / "outcome").words()}</strong> {serves}{champion}; '
        f"{'judged on' if (at / 'is_judged').value else 'its quality was not judged:'} {counted}.</p>"
    )
    reasons = [(at / "reasons" / number).words() for number in range(len((at / "reasons").value))]
    if reasons:
        yield "<ul>" + "".join(f"<li>{reason}</li>" for reason in reasons) + "</ul>"
    checks = [at / "checks" / number for number in range(len((at / "checks").value))]
    paired = [check for check in checks if (check / "mean").value is not None]
    if paired:
        dots = [whisker_of(check, (check / "name").value) for check in paired]
        title = "Differences of nDCG@10 that the gate looked at"
        yield figure(whiskers(dots, title=title, unit="difference of nDCG@10"), title)
    rows = [
        [
            (check / "name").words(),
            (check / "outcome").words(),
            (check / "detail").words(),
            *(_compared(check / key, (check / "name").value) for key in ("value", "limit")),
        ]
        for check in checks
    ]
    if rows:
        yield table("Checks", ("check", "outcome", "what was found", "value", "limit"), rows, left=3)


def _compared(at: At, check: str) -> str:
    return at.moment() if check == NO_FUTURE else at.number(".4g")


def importance(at: At) -> Iterator[str]:
    """Share of the split gain by feature family, the largest first."""
    families = sorted(at.value, key=lambda family: -at.value[family])
    shown = [(family.replace("_", " "), at.value[family], (at / family).pointer) for family in families]
    title = "Share of the split gain by feature family"
    yield figure(bars(shown, title=title, unit="share of the gain"), title)
    rows = [[family.replace("_", " "), (at / family).number(".1%")] for family in families]
    yield table(title, ("family", "share"), rows)


def trees(training: At) -> Iterator[str]:
    """nDCG@10 by the number of trees, and the number that was chosen."""
    at, chosen = training / "ndcg_by_trees", (training / "trees").value
    tried = sorted(at.value, key=int)
    points = [(float(number), float(at.value[number]), (at / number).pointer) for number in tried]
    title = "nDCG@10 on the newest window by the number of trees of the trial"
    yield f"<p>{(training / 'trees').number('d')} trees were chosen.</p>"
    if points:
        yield figure(line(points, marked=float(chosen), title=title, units=("trees", "nDCG@10")), title)
        rows = [[(at / number).key(), (at / number).number(".4f")] for number in tried]
        yield table(title, ("trees", "nDCG@10"), rows)


def onnx(at: At) -> Iterator[str]:
    """How far the served form is from LightGBM's."""
    rows = [
        ["lists compared", (at / "lists").number("d")],
        ["scores that are the same within the tolerance", (at / "share_within").number(".4%")],
        ["largest difference", (at / "worst").number(".2e")],
    ]
    yield table("The served ONNX model and LightGBM's own scores", ("what", "value"), rows)


def made(at: At) -> Iterator[str]:
    """The counts, and what is needed to get the same model again."""
    counts = at / "counts"
    yield table(
        "Made from",
        ("what", "number"),
        [[(counts / name).key(), (counts / name).number(",d")] for name in counts.value],
    )
    made_with = at / "made_with"
    if made_with.value is None:
        yield "<p>The bundle does not say with which code and configuration it was made.</p>"
        return
    yield (
        f"<p>The training is deterministic: code {(made_with / 'code_version').words()} with the ratings until "
        f"{(at / 'ratings_until').words()}, the same movies and this configuration gives the same model.</p>"
    )
    changed = made_with / "changed"
    if changed.value:
        rows = [[f"<code>{(changed / key).key()}</code>", (changed / key).words()] for key in changed.value]
        yield table("Other than this code's defaults", ("setting", "value"), rows, left=2)
    else:
        yield "<p>The configuration is this code's default.</p>"
