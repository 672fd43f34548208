"""Promotes models that are made from the one in use: two that cannot be served, and twenty that can."""

import asyncio
import hashlib
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from marquee.bundle import MANIFEST, ONNX
from marquee_cli.chaos.looking import CannotLook, Looking
from marquee_cli.chaos.plan import Kind
from marquee_cli.chaos.systems import NotRunning
from marquee_cli.failures import CommandFailed

SWAPS = 20
REACTION_LIMIT_S = 60.0
LOOK_EVERY_S = 0.1
OF_DOMAIN = b"\x0a\x0aai.onnx.ml\x10"
"""In an ONNX file, before the version of the operators that trees are made of (an OperatorSetIdProto)."""
UNKNOWN_OPSET = b"\x7f"


@dataclass(frozen=True, slots=True)
class Models:
    """The model folder of a run, and how the ranker reacts to what is promoted.

    Attributes:
        ranker: its address. log: its log, in which it refuses a bundle.
        hands: publishes the promotions.
    """

    folder: Path
    ranker: str
    log: Path
    hands: Looking

    async def promote(self, kind: Kind) -> str:
        """Promote what the kind of fault says, and wait until the ranker has refused or taken it.

        Returns:
            The model that was refused, or how many were taken.
        Raises:
            NotRunning: ranker or broker do not answer.
            CommandFailed: the ranker neither refused nor took it within REACTION_LIMIT_S.
        """
        served = await self._served()
        if kind is Kind.SWAPS:
            for number in range(SWAPS):
                name = await self._copy(served, f"swap-{number}")
                await self._published(name)
                await self._until(f"{name} is not used", name, self._is_served)
            return f"{SWAPS} models"
        spoil = cut_short if kind is Kind.DAMAGED_MODEL else of_unknown_opset
        name = await self._copy(served, "bad", spoil, is_noted=kind is Kind.UNKNOWN_OPSET)
        await self._published(name)
        await self._until(f"{name} is not refused", name, self._is_refused)
        return name

    async def _copy(
        self, version: str, what: str, spoil: Callable[[bytes], bytes] = bytes, *, is_noted: bool = True
    ) -> str:
        """A copy of a bundle under a name of its own."""
        name = f"{what}-{time.time_ns()}"
        await asyncio.to_thread(copy_bundle, self.folder / version, self.folder / name, spoil, is_noted=is_noted)
        return name

    async def _published(self, name: str) -> None:
        try:
            await self.hands.ask("promote", version=name)
        except CannotLook as error:
            raise NotRunning(f"{name} cannot be promoted: {error}") from error

    async def _served(self) -> str:
        try:
            found = (await self.hands.ask("get", url=self.ranker + "/v1/serving"))["body"]["model"]
        except (CannotLook, KeyError) as error:
            raise NotRunning("ranker") from error
        if found is None:
            raise NotRunning("model")
        return str(found["version"])

    async def _is_served(self, name: str) -> bool:
        return await self._served() == name

    async def _is_refused(self, name: str) -> bool:
        lines = (await asyncio.to_thread(self.log.read_text, errors="replace")).splitlines()
        return any("bundle_refused" in line and name in line for line in lines)

    async def _until(self, otherwise: str, name: str, condition: Callable[[str], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + REACTION_LIMIT_S
        while not await condition(name):
            if time.monotonic() > deadline:
                raise CommandFailed(f"{otherwise} within {REACTION_LIMIT_S:.0f} s")
            await asyncio.sleep(LOOK_EVERY_S)


def copy_bundle(source: Path, target: Path, spoil: Callable[[bytes], bytes] = bytes, *, is_noted: bool = True) -> None:
    """A copy of a bundle under another version.

    Args:
        spoil: what the copy has in place of the model.
        is_noted: whether the copy's manifest has the digest of that, as if the trainer had written it.
    """
    draft = target.with_name(f".{target.name}.draft")
    shutil.copytree(source, draft)
    model = draft / ONNX
    model.write_bytes(spoil(model.read_bytes()))
    manifest = json.loads((draft / MANIFEST).read_text(encoding="utf-8"))
    manifest["version"] = target.name
    if is_noted:
        manifest["files"][ONNX] = hashlib.sha256(model.read_bytes()).hexdigest()
    (draft / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    draft.rename(target)


def cut_short(onnx: bytes) -> bytes:
    """Half of a model, as after a full disk."""
    return onnx[: len(onnx) // 2]


def of_unknown_opset(onnx: bytes) -> bytes:
    """The model, made for operators of a version that no onnxruntime knows yet.

    Raises:
        ValueError: the bytes name no such operators.
    """
    before, found, after = onnx.partition(OF_DOMAIN)
    if not found:
        raise ValueError("the model has no operators of the domain ai.onnx.ml")
    return before + found + UNKNOWN_OPSET + after[1:]
