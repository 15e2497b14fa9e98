"""The real thing under attack: server processes on a store, and people who use them.

How a test is written with it: `tests/security/README.md`.
"""

from support.arena.arena import Arena
from support.arena.caller import Caller
from support.arena.opening import STRICT, Arenas, open_arena
from support.arena.reply import Reply

__all__ = ["STRICT", "Arena", "Arenas", "Caller", "Reply", "open_arena"]
