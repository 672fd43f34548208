"""Everything that decides how a model comes out, as one value: it is written into the bundle's manifest."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import NonNegativeInt, ValidationError

from marquee.errors import Misconfigured
from marquee.retrieval.config import HyperParameters, RetrievalConfig
from trainer.examples import ExamplesConfig
from trainer.gate import GateConfig
from trainer.lambdarank import LambdaRankConfig
from trainer.part_lists import PartListsConfig
from trainer.similar_ranker import SimilarRankerConfig
from trainer.windows import WindowsConfig


class TrainingConfig(HyperParameters):
    """The hyper-parameters of a training, the seed of its draws, and the limits by which its model is judged."""

    seed: NonNegativeInt = 0
    """Another seed draws other examples and other trees, from the same distributions."""
    retrieval: RetrievalConfig = RetrievalConfig()
    windows: WindowsConfig = WindowsConfig()
    examples: ExamplesConfig = ExamplesConfig()
    part_lists: PartListsConfig = PartListsConfig()
    ranker: LambdaRankConfig = LambdaRankConfig()
    similar: SimilarRankerConfig = SimilarRankerConfig()
    gate: GateConfig = GateConfig()

    def with_settings(self, settings: Sequence[str]) -> "TrainingConfig":
        """The same configuration with other values.

        Args:
            settings: KEY=VALUE each, such as "retrieval.per_source=120"; the parts of a list are separated by commas.
                If a key is given twice, the last value counts.
        Raises:
            Misconfigured: a key does not exist or a value is impossible; the message is one line and names the key.
        """
        nested = self.model_dump()
        for setting in settings:
            key, is_pair, text = setting.partition("=")
            if not is_pair:
                raise Misconfigured(f"--set takes KEY=VALUE, got {setting!r}")
            holder, name = _place_of(key, nested)
            holder[name] = text.split(",") if isinstance(holder[name], tuple | list) else text
        try:
            return TrainingConfig.model_validate(nested)
        except ValidationError as error:
            raise Misconfigured(f"--set {_first_problem(error)}") from None


def _place_of(key: str, nested: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The dictionary that holds the value of a dotted key, and the key's last part."""
    known = list(_keys(nested))
    if key not in known:
        raise Misconfigured(f"--set {key}: no such hyper-parameter{_hint(key, known)}")
    *path, name = key.split(".")
    for part in path:
        nested = nested[part]
    return nested, name


def _keys(nested: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted keys of all values."""
    for name, value in nested.items():
        if isinstance(value, Mapping):
            yield from _keys(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _hint(key: str, known: Sequence[str]) -> str:
    """Near matches: members of a group, keys with the same last part, then keys that are spelt alike."""
    last = key.rpartition(".")[2]
    members = [one for one in known if one.startswith(f"{key}.")]
    namesakes = [one for one in known if one.rpartition(".")[2] == last]
    found = members or list(dict.fromkeys([*namesakes, *difflib.get_close_matches(key, known, n=3)]))
    return f"; did you mean {', '.join(found)}?" if found else ""


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(part for part in problem["loc"] if isinstance(part, str))
    message = problem["msg"].removeprefix("Value error, ")
    return f"{key}: {message}" if isinstance(problem["input"], Mapping) else f"{key}={problem['input']}: {message}"
