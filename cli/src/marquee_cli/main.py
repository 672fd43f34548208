"""The `marquee` command: a table of subcommands, each imported only when it is used."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from marquee_cli.failures import CommandFailed


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its module has `add_arguments(parser)` and `run(args) -> int`."""

    module: str
    help: str
    joins_run: bool = False  # uses the broker and stores of the embedded run, if one is running


COMMANDS = {
    "demo": Command("marquee_cli.demo", "start the whole system on this machine and load a data set"),
    "stop": Command("marquee_cli.stop", "stop the system of this state directory (also: demo-down)"),
    "status": Command("marquee_cli.status", "show what is running, where, and how far it has got"),
    "backtest": Command("marquee_cli.backtest", "train on given ratings and write rankings for users or movies as CSV"),
    "rolls": Command("marquee_cli.rolls", "measure ranking quality on time windows, beside baselines"),
    "synth": Command("marquee_cli.synth", "write made-up MovieLens files with a known structure"),
    "ingest": Command("ingest.command", "load a data set into a running system", joins_run=True),
    "models": Command("marquee_cli.models", "list models and their verdicts, promote one, roll back", joins_run=True),
    "report": Command(
        "marquee_cli.report.command", "write all that is known of a model as JSON and HTML", joins_run=True
    ),
    "dlq": Command("marquee_cli.dlq", "list dead letters, and send them back to their topic", joins_run=True),
    "chaos": Command("marquee_cli.chaos.command", "inject random faults and check that nothing is lost"),
    "soak": Command("marquee_cli.chaos.soak", "send ratings for a long time and watch memory, restarts and trainings"),
    "bench": Command("marquee_cli.bench", "measure latency, throughput, freshness and memory of a running system"),
}
ALIASES = {"demo-down": "stop"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    name = ALIASES.get(argv[0], argv[0]) if argv else ""
    if name not in COMMANDS:
        return _overview(argv)
    parser = argparse.ArgumentParser(prog=f"marquee {name}", description=COMMANDS[name].help)
    try:
        if COMMANDS[name].joins_run:
            import_module("marquee_cli.joining").join()
        module = import_module(COMMANDS[name].module)
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(argv[1:])) or 0)
    except CommandFailed as error:
        print(f"marquee {name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `marquee … | head`
        return 0


def _overview(argv: Sequence[str]) -> int:
    """Help on all subcommands; an unknown one is an error."""
    parser = argparse.ArgumentParser(
        prog="marquee",
        description="Marquee, a movie recommender that explains every score.",
        epilog="`marquee COMMAND --help` shows the options of one command.",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparsers.add_parser(name, help=command.help, add_help=False)
    parser.parse_args(argv)
    parser.print_help()
    return 0 if argv else 2


if __name__ == "__main__":
    sys.exit(main())
