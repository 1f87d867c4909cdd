"""The command ``backprop``."""

import signal
import sys

from ._native import run_program


def main() -> None:
    """Run the program with the arguments of the process, and exit with its status."""
    # The program handles signals itself; Python's handler for Ctrl-C would wait for it to end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run_program(["backprop", *sys.argv[1:]]))
