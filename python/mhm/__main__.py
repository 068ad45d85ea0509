"""The program: `mhm` on a command line, and `python -m mhm`."""

import signal
import sys

from . import _mhm


def main() -> int:
    """Runs the program with the arguments of this process; its exit code."""
    # Ctrl-C is the program's own: it ends what has nothing to keep, and runs leave a checkpoint.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _mhm.program(["mhm", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
