# Sourced: sets test_data, the folder with the real data, if this machine has them at all (CONTRIBUTING.md).
test_data=${MARQUEE_TEST_DATA:-$(cd .. && pwd)/shared/data}
