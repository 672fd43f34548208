"""How a command reports that it failed."""


class CommandFailed(Exception):
    """One line for the person who ran the command; the exit code is 1."""
