"""Commands that start much, as processes."""

import subprocess
from collections.abc import Mapping, Sequence


def output_of(command: Sequence[str], *, env: Mapping[str, str], limit_s: float) -> tuple[int, str]:
    """Exit code and output; a command that is cut short gets the time to stop what it has started."""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            output, _ = process.communicate(timeout=limit_s)
        except BaseException:
            process.terminate()
            process.communicate(timeout=120)
            raise
    return process.returncode, output
