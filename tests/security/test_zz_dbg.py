import sys, collections
sys.path.insert(0,"/work/main/tests/security")
from test_uploads import *
from support.arena.reply import Reply
async def test_dbg(race_arena):
    caller = await race_arena.person()
    for _ in range(3):
        t=time.monotonic()
        replies = await race_arena.at_once(20, lambda n: sent(caller.on(n), picture(size=(20 + n, 20)), f"{n}.png"))
        print(race_arena.backend, collections.Counter((r.outcome, r.json["message"][:60]) for r in replies), time.monotonic()-t)
