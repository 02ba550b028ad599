"""``python -m verify``."""

import io
import signal
import sys


def entry() -> None:
    """Run the command line and leave with its exit code."""
    from verify.cli import main

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as an interruption: no worker process is left behind
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character is no reason to fail
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    entry()
