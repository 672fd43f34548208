"""How a command says that it could not do what was asked."""


class CommandFailed(Exception):
    """One line for the person who asked; the exit code is 1."""
