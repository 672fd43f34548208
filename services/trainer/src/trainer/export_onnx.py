"""LightGBM to ONNX, and the gate that rejects a model whose ONNX form ranks differently."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import onnxruntime

from marquee.arrays import Float32Array, FloatArray, IntArray
from marquee.errors import MarqueeError
from marquee.explanation.lightgbm_dump import float32_below

TOLERANCE, SHARE_WITHIN, TOP = 1e-4, 0.995, 10
OPSET = 15


class OnnxDiffers(MarqueeError):
    """The ONNX model does not rank as the LightGBM model does, so it must not be served."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How far ONNX and LightGBM agree over the lists checked.

    Attributes:
        share_within: share of rows whose scores differ by at most TOLERANCE. worst: the largest difference.
        lists_agree: lists whose first TOP have the same order, of `lists`.
    """

    share_within: float
    worst: float
    lists_agree: int
    lists: int


def with_float32_thresholds(booster: lgb.Booster) -> lgb.Booster:
    """The same trees with every threshold rounded down to float32.

    For float32 features, x <= threshold then has the same answer in double and in single precision. ONNX has float32
    thresholds only, so without this some rows would take another branch.

    Raises:
        OnnxDiffers: LightGBM's text model does not have one line of thresholds per tree.
    """

    def rounded(line: re.Match[str]) -> str:
        single = float32_below(np.array(line[1].split(), np.float64))
        return "threshold=" + " ".join(repr(float(value)) for value in single)

    text, n_replaced = re.subn(r"^threshold=(.*)$", rounded, booster.model_to_string(), flags=re.MULTILINE)
    if n_replaced != booster.num_trees():  # the text format is LightGBM's own and may change
        raise OnnxDiffers(f"{n_replaced} threshold lines for {booster.num_trees()} trees: LightGBM's text has changed")
    text = re.sub(r"^tree_sizes=.*\n", "", text, flags=re.MULTILINE)  # byte counts; without them trees are read in turn
    return lgb.Booster(model_str=text)


def to_onnx(booster: lgb.Booster) -> bytes:
    """Convert a booster: one float32 input (m, n_features), which may hold NaN, and one output (m, 1).

    The same booster gives the same bytes in every process: the converter lists operator sets in a set's order.
    """
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    inputs = [("features", FloatTensorType([None, booster.num_feature()]))]
    model = convert_lightgbm(booster, name="marquee-ranker", initial_types=inputs, target_opset=OPSET, zipmap=False)
    model.graph.doc_string = ""
    model.opset_import.sort(key=lambda one: str(one.domain))
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def onnx_scores(onnx: bytes, features: Float32Array) -> Float32Array:
    """(m,) float32 scores of the converted model."""
    return onnx_scorer(onnx)(features)


def onnx_scorer(onnx: bytes) -> Callable[[Float32Array], Float32Array]:
    """The converted model as a function, opened once; it scores on the thread that calls it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def score(features: Float32Array) -> Float32Array:
        scores: Float32Array = session.run(None, {name: features})[0]
        return scores.reshape(-1)

    return score


def parity(ours: FloatArray, theirs: Float32Array, size: IntArray) -> Parity:
    """Compare LightGBM's scores with ONNX's, list by list; equal scores may come in either order."""
    gap = np.abs(ours - theirs)
    ends = np.cumsum(size)
    agree = sum(_same_top(ours[end - n : end], theirs[end - n : end]) for end, n in zip(ends, size, strict=True))
    return Parity(float((gap <= TOLERANCE).mean()), float(gap.max(initial=0)), int(agree), len(size))


def gate(found: Parity) -> None:
    """Let a model pass only if its ONNX form ranks the same.

    Raises:
        OnnxDiffers: too many scores differ, or the top of a list is ordered differently.
    """
    if found.share_within < SHARE_WITHIN:
        raise OnnxDiffers(f"ONNX scores agree within {TOLERANCE} on only {found.share_within:.2%} of the rows")
    if found.lists_agree < found.lists:
        raise OnnxDiffers(f"ONNX orders the top {TOP} of {found.lists - found.lists_agree} lists differently")


def _same_top(ours: FloatArray, theirs: Float32Array) -> bool:
    """Whether the top by `theirs` is in descending order by `ours` too, and lacks nothing that `ours` ranks higher."""
    order = np.argsort(-theirs, kind="stable")
    ranked = ours[order]
    best = np.sort(ours)[::-1][:TOP]
    return bool(np.allclose(ranked[:TOP], best, rtol=0, atol=1e-5))
