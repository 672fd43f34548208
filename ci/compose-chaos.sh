#!/usr/bin/env bash
# Random faults on Docker Compose with Apache Kafka, in a stack of its own under traffic. No accepted rating may be lost
# here. Arguments go to `marquee chaos`; the default is 30 faults. SIGKILL of a container's process needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

name=chaos
source ci/compose-stack.sh

.venv/bin/marquee chaos --compose "$project" --gateway "$gateway" --data "$MARQUEE_DATA" \
  --faults 30 --settle-s 120 --digest-every 5 "$@"
