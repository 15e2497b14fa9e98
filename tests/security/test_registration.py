from collections import Counter

from moniqo.application.shared.query import eq
from moniqo.domain.billing.subscription import Subscription
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from support.arena import Arena


async def test_s14_of_fifty_registrations_at_once_one_is_made(race_arena: Arena) -> None:
    arena, who = race_arena, race_arena.stranger()
    form = {"password": who.password, "first_name": "Ada", "last_name": "Byron"}

    replies = await arena.at_once(
        50, lambda n: arena.x.on(n).post("/auth/register", form | {"email": who.email})
    )

    outcomes = Counter(reply.outcome for reply in replies)
    assert outcomes == {(201, ""): 1, (400, "EMAIL_ALREADY_REGISTERED"): 49}
    account = await arena.operator.one(Account, eq("email", who.email))
    user = await arena.operator.one(User, eq("account_id", account.id))
    await arena.operator.one(Subscription, eq("user_id", user.id))
