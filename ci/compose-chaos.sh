#!/usr/bin/env bash
# Faults at random on Docker Compose with Apache Kafka: breaks a stack of its own under traffic. No accepted rating may be
# lost here at all. Arguments go to `marquee chaos`; 30 faults unless they say otherwise. SIGKILL of a container's process
# needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

name=chaos
source ci/compose-stack.sh

.venv/bin/marquee chaos --compose "$project" --gateway "$gateway" --data "$MARQUEE_DATA" \
  --faults 30 --settle-s 120 --digest-every 5 "$@"
