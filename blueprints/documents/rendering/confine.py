"""Lays limits on its own process and then becomes the command it was given.

Run as `python -I -S confine.py ORDERS command …`; ORDERS is JSON: `{"limits": {"AS": bytes, "CPU":
seconds, …}, "alone": bool, "parent": pid or null}`. `alone` asks for a network and a user of its
own, where bubblewrap has not given them already.
"""

import ctypes
import json
import os
import resource
import signal
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def main() -> None:
    orders, command = json.loads(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if orders["alone"] and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC):
        raise OSError(ctypes.get_errno(), "unshare")
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if orders["parent"] not in (None, os.getppid()):
        sys.exit("the parent died before it could take us along")
    for name, most in orders["limits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


main()
