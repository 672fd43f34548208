"""The event log's threads: few of ours, one in each of Arrow's pools."""

import subprocess
import sys

COUNTS = """
import pyarrow as pa
from marquee.stores.log_threads import few_log_threads
with few_log_threads() as executor:
    names = {future.result() for future in [executor.submit(__import__("threading").get_ident) for _ in range(50)]}
print(pa.cpu_count(), pa.io_thread_count(), len(names) <= 2)
"""


def test_few_threads_touch_the_log_so_that_memory_stays_flat() -> None:
    """In a process of its own, since Arrow's pools are the whole process's."""
    done = subprocess.run([sys.executable, "-c", COUNTS], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["1", "1", "True"]
