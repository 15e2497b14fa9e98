"""Become a server that dies with its parent: `launch.py PARENT SIGNAL UID GID COMMAND…`."""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop to the given user (-1: stay), ask to be signalled at the parent's end, and exec."""
    parent, signal, uid, gid = map(int, sys.argv[1:5])
    libc = ctypes.CDLL(None, use_errno=True)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)  # before prctl: a change of user clears the request
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() == parent:
        os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606  (the command is the caller's own)


if __name__ == "__main__":
    main()
