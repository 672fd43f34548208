"""A training process for tests: it speaks the trainer's protocol and needs no time. A script; its first argument is
the folder of a finished bundle. It does what the file `behaviour` beside that folder says, and notes each start
in `starts`, and what it was given in `given`.
"""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path


def say(kind: str, **fields: object) -> None:
    print(json.dumps({"kind": kind, **fields}), flush=True)


REFUSED = {"outcome": "failed", "is_promoted": False, "reasons": ["it ranks worse"], "is_judged": True}


def deliver(bundle: Path, model_dir: Path, version: str, counts: dict[str, int], verdict: object = None) -> None:
    """The finished bundle under its new name, with its own verdict or this one."""
    draft = model_dir / f".{version}.copy"
    shutil.copytree(bundle, draft)
    manifest = json.loads((draft / "manifest.json").read_text())
    manifest |= {"version": version, "counts": manifest["counts"] | counts}
    manifest["verdict"] = verdict or manifest["verdict"]
    (draft / "manifest.json").write_text(json.dumps(manifest))
    draft.rename(model_dir / version)


def main() -> None:
    bundle = Path(sys.argv[1])
    given = dict(zip(sys.argv[2:], sys.argv[3:], strict=False))
    version, model_dir = given["--version"], Path(given["--model-dir"])
    with (bundle.parent / "starts").open("a") as starts:
        starts.write(version + "\n")
    (bundle.parent / "given").write_text(json.dumps(given))
    behaviour = json.loads((bundle.parent / "behaviour").read_text())
    say("progress", message="working")
    match behaviour["does"]:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "silent":
            return
        case "crash":
            raise RuntimeError("a bug of ours")
        case "no such bundle":
            say("done", location="nowhere", metrics={})
            return
        case "a vanished file":
            say("failed", error="no such file: 0-1.parquet", is_passing=True)
            sys.exit(1)
        case "print":
            print("[LightGBM] [Info] a line of a library")
            print('{"kind": "done"}')
            print('{"kind": "unheard of"}\n[1, 2]\nnull\n\n{"kind": "progress"}')
            sys.stdout.buffer.write(b"\xff\xfe\x00 no text\n" + b"x" * 3_000_000 + b"\n")
        case "wait":
            while not (bundle.parent / "go").exists():
                time.sleep(0.02)
        case "hang":
            time.sleep(600)
    is_refused = behaviour["does"] == "refused"
    deliver(bundle, model_dir, version, behaviour.get("counts", {}), REFUSED if is_refused else None)
    if behaviour["does"] == "damage":
        file = model_dir / version / "catalog.npz"
        damaged = bytearray(file.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        file.write_bytes(damaged)
    say("done", location=version, metrics={"ndcg_at_10": 0.5})


if __name__ == "__main__":
    main()
