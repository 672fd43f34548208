"""Reading LightGBM's trees into arrays, with what every split on the path to a leaf adds to the score.

A node is worth the mean of its leaves, weighted by their training rows. Each split on the path changes that worth, and
the change belongs to the family of the feature that is split on (Saabas 2014, "Interpreting random forests"). The path,
and with it the whole account, is a function of the leaf, so it is computed once per leaf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, Int32Array
from marquee.explanation.trees import Trees


def read_dump(dump: dict[str, Any], family_of: Sequence[str]) -> Trees:
    """The trees of LightGBM's `Booster.dump_model()`; `family_of` names each feature's family.

    NaN goes where the ONNX model sends it: left on a default-left split, except that a split which saw no NaN in
    training and whose threshold is below 0 sends it right (LightGBM reads such a NaN as 0).
    """
    families = tuple(dict.fromkeys(family_of))
    code = np.array([families.index(name) for name in family_of], np.int32)
    parts = [_tree(info["tree_structure"], code, len(families)) for info in dump["tree_info"]]
    n = max((len(part.feature) for part in parts), default=1) or 1
    leaves = max((len(part.account) for part in parts), default=1)
    shape = (len(parts), n)
    trees = Trees(
        feature=np.zeros(shape, np.int32),
        threshold=np.full(shape, np.inf, np.float32),
        missing_left=np.ones(shape, bool),
        child=np.full((*shape, 2), ~0, np.int32),
        account=np.zeros((len(parts), leaves, len(families))),
        base=float(sum(part.base for part in parts)),
        families=families,
    )
    for at, part in enumerate(parts):
        size = len(part.feature)
        trees.feature[at, :size], trees.threshold[at, :size] = part.feature, part.threshold
        trees.missing_left[at, :size], trees.child[at, :size] = part.missing_left, part.child
        trees.account[at, : len(part.account)] = part.account
    return trees


def float32_below(values: FloatArray) -> Float32Array:
    """The largest float32 not above each value.

    As a threshold it splits float32 features as the float64 value does: x <= value and x <= float32_below(value) are
    the same question.
    """
    with np.errstate(over="ignore"):  # LightGBM writes 1.8e308 for "anything but NaN"
        single = values.astype(np.float32)
    return np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)


@dataclass(frozen=True, slots=True)
class _Tree:
    feature: Int32Array
    threshold: Float32Array
    missing_left: BoolArray
    child: Int32Array
    account: FloatArray
    base: float


def _tree(root: dict[str, Any], code: Int32Array, n_families: int) -> _Tree:
    splits, n_leaves = _flattened(root)
    worth: dict[int, float] = {}
    base = _worth(root, worth)[0]
    account = np.zeros((max(n_leaves, 1), n_families))

    def walk(node: dict[str, Any], so_far: FloatArray) -> None:
        if "split_index" not in node:
            account[node.get("leaf_index", 0)] = so_far
            return
        for side in ("left_child", "right_child"):
            added = so_far.copy()
            added[code[node["split_feature"]]] += worth[id(node[side])] - worth[id(node)]
            walk(node[side], added)

    walk(root, np.zeros(n_families))
    return _Tree(
        feature=np.array([s["split_feature"] for s in splits], np.int32),
        threshold=float32_below(np.array([s["threshold"] for s in splits], np.float64)),
        missing_left=np.array([_missing_left(s) for s in splits], bool),
        child=np.array([[_ref(s["right_child"]), _ref(s["left_child"])] for s in splits], np.int32).reshape(-1, 2),
        account=account,
        base=base,
    )


def _flattened(root: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The splits by their index, and the number of leaves."""
    found: dict[int, dict[str, Any]] = {}
    n_leaves, queue = 0, [root]
    while queue:
        node = queue.pop()
        if "split_index" in node:
            found[node["split_index"]] = node
            queue += [node["left_child"], node["right_child"]]
        else:
            n_leaves += 1
    return [found[index] for index in sorted(found)], n_leaves


def _worth(node: dict[str, Any], worth: dict[int, float]) -> tuple[float, float]:
    """Mean of the leaves below, and their training rows; noted by node."""
    if "split_index" not in node:
        mean, rows = float(node["leaf_value"]), float(node.get("leaf_count", 1))
    else:
        (left, n_left), (right, n_right) = _worth(node["left_child"], worth), _worth(node["right_child"], worth)
        rows = n_left + n_right
        mean = (left * n_left + right * n_right) / rows if rows else (left + right) / 2
    worth[id(node)] = mean
    return mean, rows


def _ref(node: dict[str, Any]) -> int:
    return int(node["split_index"]) if "split_index" in node else ~int(node.get("leaf_index", 0))


def _missing_left(split: dict[str, Any]) -> bool:
    saw_none = split["missing_type"] == "None"
    return bool(split["default_left"]) and not (saw_none and float(split["threshold"]) < 0)
