"""Mailed links: made once, used once, dead when a newer one is mailed."""

from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from moniqo.adapters.security.hmac_mail_links import HmacMailLinks
from moniqo.application.identity.check_link import CheckLink
from moniqo.application.identity.link import Link
from moniqo.application.identity.mail_tokens import LinkTerms, MailTokens, Wish, withdraw
from moniqo.application.shared.conflicts import settled
from moniqo.domain.identity.credentials import Email
from moniqo.domain.identity.mail_token import MailPurpose, MailToken, MailTokenId
from moniqo.domain.shared.errors import EmailAlreadyRegistered, InvalidToken
from moniqo.domain.shared.ids import UserId
from support.people import KEYS, People, open_people

EMAIL = Email("ada@example.com")


class Post:
    """Ada's mails."""

    def __init__(self, people: People, user_id: UserId, tokens: MailTokens) -> None:
        self.people = people
        self.user_id = user_id
        self.tokens = tokens

    async def mailed(
        self,
        purpose: MailPurpose = MailPurpose.RESET,
        token_id: MailTokenId | None = None,
        asked_at: datetime | None = None,
    ) -> str | None:
        wish = Wish(
            user_id=self.user_id,
            purpose=purpose,
            email=EMAIL,
            asked_at=asked_at or self.people.clock.now(),
        )
        token_id = token_id or MailTokenId(self.people.ids.new())
        return await self.tokens.issue(token_id=token_id, wish=wish)

    async def redeemed(self, text: str, purpose: MailPurpose = MailPurpose.RESET) -> MailToken:
        async def attempt() -> MailToken:
            async with self.people.uow() as tx:
                return await self.tokens.redeem(tx, text, purpose)

        return await settled(attempt)

    async def withdrawn(self) -> None:
        async with self.people.uow() as tx:
            await withdraw(tx, self.user_id)


@pytest_asyncio.fixture
async def post() -> Post:
    people = await open_people()
    user = await people.register()
    tokens = MailTokens(people.uow, people.clock, HmacMailLinks(keys=KEYS))
    return Post(people, user.id, tokens)


async def refused(post: Post, text: str, purpose: MailPurpose = MailPurpose.RESET) -> str:
    with pytest.raises(InvalidToken) as problem:
        await post.redeemed(text, purpose)
    return problem.value.message


async def test_a_link_proves_whose_it_is_and_which_address(post: Post) -> None:
    token = await post.redeemed(await post.mailed())

    assert (token.user_id, token.email) == (post.user_id, EMAIL)


async def test_the_same_mail_gets_the_same_link(post: Post) -> None:
    token_id = MailTokenId(post.people.ids.new())

    first, again = [await post.mailed(token_id=token_id) for _ in range(2)]

    assert first == again
    assert len(await post.people.all(MailToken)) == 1


async def test_a_link_whose_key_was_retired_is_made_anew(post: Post) -> None:
    token_id = MailTokenId(post.people.ids.new())
    first = await post.mailed(token_id=token_id)
    post.tokens = MailTokens(post.people.uow, post.people.clock, HmacMailLinks(keys=(b"n" * 32,)))

    again = await post.mailed(token_id=token_id)

    assert again != first
    assert (await post.redeemed(again)).id == token_id


async def test_every_fault_of_a_link_is_told_alike(post: Post) -> None:
    verify = await post.mailed(MailPurpose.VERIFY)
    superseded = await post.mailed()
    used = await post.mailed()
    await post.redeemed(used)

    told = {
        await refused(post, used),
        await refused(post, superseded),
        await refused(post, verify),
        await refused(post, used[:-1]),
        await refused(post, HmacMailLinks(keys=KEYS).issue(unknown(post), MailPurpose.RESET).text),
    }
    assert len(told) == 1


def unknown(post: Post) -> MailTokenId:
    return MailTokenId(post.people.ids.new())


@pytest.mark.parametrize("purpose", MailPurpose)
async def test_a_link_is_good_up_to_its_time(post: Post, purpose: MailPurpose) -> None:
    text = await post.mailed(purpose)
    lifetime = LinkTerms().of(purpose)

    post.people.clock.advance(seconds=(lifetime - timedelta(seconds=1)).total_seconds())

    assert (await post.redeemed(text, purpose)).purpose is purpose


@pytest.mark.parametrize("purpose", MailPurpose)
async def test_a_link_is_dead_after_its_time(post: Post, purpose: MailPurpose) -> None:
    text = await post.mailed(purpose)

    post.people.clock.advance(seconds=LinkTerms().of(purpose).total_seconds())

    assert "not valid" in await refused(post, text, purpose)


async def test_a_newer_link_of_another_purpose_supersedes_nothing(post: Post) -> None:
    reset = await post.mailed(MailPurpose.RESET)

    await post.mailed(MailPurpose.VERIFY)

    assert (await post.redeemed(reset)).purpose is MailPurpose.RESET


async def test_withdrawn_links_are_dead_for_every_purpose(post: Post) -> None:
    texts = {purpose: await post.mailed(purpose) for purpose in MailPurpose}

    await post.withdrawn()

    for purpose, text in texts.items():
        await refused(post, text, purpose)


async def test_nothing_of_a_link_is_kept_in_the_clear(post: Post) -> None:
    text = await post.mailed()

    (kept,) = await post.people.all(MailToken)

    assert text not in repr(kept)
    assert text not in kept.token_hash.value


async def test_a_link_asked_for_earlier_does_not_supersede_one_asked_for_later(post: Post) -> None:
    now = post.people.clock.now()
    later = await post.mailed(asked_at=now)

    earlier = await post.mailed(asked_at=now - timedelta(seconds=1))

    assert later is not None
    assert earlier is None
    assert (await post.redeemed(later)).used_at is not None


async def test_a_link_that_is_looked_at_is_not_used_up(post: Post) -> None:
    check, text = CheckLink(post.people.uow, post.tokens), await post.mailed()
    assert text is not None

    for _ in range(2):
        await check(link=Link(text), purpose=MailPurpose.RESET)

    assert (await post.redeemed(text)).user_id == post.user_id
    with pytest.raises(InvalidToken):
        await check(link=Link(text), purpose=MailPurpose.RESET)


async def test_a_link_to_an_address_says_if_somebody_else_has_it_by_now(post: Post) -> None:
    check, other = CheckLink(post.people.uow, post.tokens), "new@example.com"
    wish = Wish(
        user_id=post.user_id,
        purpose=MailPurpose.EMAIL_CHANGE,
        email=Email(other),
        asked_at=post.people.clock.now(),
        replaces=EMAIL,
    )
    text = await post.tokens.issue(token_id=MailTokenId(post.people.ids.new()), wish=wish)
    assert text is not None

    await check(link=Link(text), purpose=MailPurpose.EMAIL_CHANGE)
    await post.people.register(email=other)

    with pytest.raises(EmailAlreadyRegistered):
        await check(link=Link(text), purpose=MailPurpose.EMAIL_CHANGE)
