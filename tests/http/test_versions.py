"""Entity tags: unchanged reads are not sent again, outdated writes are refused."""

import pytest

from support.asgi import JSON_TYPE, Client, Reply

TOOLS = "/api/v1/tools"


@pytest.fixture
async def saw(alice: Client) -> Reply:
    """A new tool of Alice's, as answered."""
    return await alice.post(TOOLS, {"name": "saw"})


def path(tool: Reply) -> str:
    return f"{TOOLS}/{tool.data['id']}"


def tag(tool: Reply) -> bytes:
    return (tool.header("etag") or "").encode()


async def rename(client: Client, tool: Reply, if_match: bytes) -> Reply:
    headers = (JSON_TYPE, (b"if-match", if_match))
    return await client.send("PATCH", path(tool), body=b'{"name":"axe"}', headers=headers)


async def test_a_tag_names_the_version_and_the_entity(alice: Client, saw: Reply) -> None:
    bare = saw.data["id"].replace("-", "")

    changed = await alice.patch(path(saw), {"name": "axe"})

    assert tag(saw).startswith(f'"v1-{bare}-'.encode())
    assert tag(changed).startswith(f'"v2-{bare}-'.encode())
    assert tag(await alice.get(path(saw))) == tag(changed)


@pytest.mark.parametrize("form", [b"%b", b"W/%b", b'"other", %b', b"*"])
async def test_a_reader_who_has_it_gets_no_body(alice: Client, saw: Reply, form: bytes) -> None:
    sent = form % tag(saw) if b"%" in form else form

    reply = await alice.get(path(saw), headers=((b"if-none-match", sent),))

    assert (reply.status, reply.body) == (304, b"")
    assert tag(reply) == tag(saw)


@pytest.mark.parametrize("sent", [b'"other"', b"", b"garbage"])
async def test_a_reader_who_has_something_else_gets_it_all(
    alice: Client, saw: Reply, sent: bytes
) -> None:
    reply = await alice.get(path(saw), headers=((b"if-none-match", sent),))

    assert reply.status == 200


async def test_somebody_elses_tag_opens_nothing(bob: Client, saw: Reply) -> None:
    reply = await bob.get(path(saw), headers=((b"if-none-match", tag(saw)),))

    assert reply.status == 404


@pytest.mark.parametrize("form", [b"%b", b'"other", %b', b"*", b""])
async def test_a_writer_who_knows_the_version_may_change_it(
    alice: Client, saw: Reply, form: bytes
) -> None:
    reply = await rename(alice, saw, form % tag(saw) if b"%" in form else form)

    assert (reply.status, reply.data["name"]) == (200, "axe")


async def test_a_writer_who_knows_an_older_version_is_refused(alice: Client, saw: Reply) -> None:
    await alice.patch(path(saw), {"count": 1})

    reply = await rename(alice, saw, tag(saw))

    assert (reply.status, reply.code) == (412, "PRECONDITION_FAILED")
    assert (await alice.get(path(saw))).data["name"] == "saw"


async def test_a_removal_can_be_bound_to_a_version_too(alice: Client, saw: Reply) -> None:
    await alice.patch(path(saw), {"count": 1})

    reply = await alice.delete(path(saw), headers=((b"if-match", tag(saw)),))

    assert reply.status == 412


@pytest.mark.parametrize("form", [b"W/%b", b'"other"', b"garbage", b'"v1-x-y"'])
async def test_a_tag_that_cannot_be_the_current_one_is_refused(
    alice: Client, saw: Reply, form: bytes
) -> None:
    reply = await rename(alice, saw, form % tag(saw) if b"%" in form else form)

    assert reply.status == 412


async def test_the_tag_of_another_entity_is_refused(alice: Client, saw: Reply) -> None:
    other = await alice.post(TOOLS, {"name": "other"})

    reply = await rename(alice, saw, tag(other))

    assert reply.status == 412


async def test_a_patch_changes_what_was_sent_and_leaves_the_rest(alice: Client, saw: Reply) -> None:
    reply = await alice.patch(path(saw), {"price": "2.50", "mark": "ABC"})

    changed = {key: value for key, value in reply.data.items() if value != saw.data[key]}
    assert (changed["price"], changed["mark"]) == ("2.5", "abc")
    assert set(changed) == {"version", "updated_at", "price", "mark"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"id": "x"}, "id"),
        ({"user_id": "x"}, "user_id"),
        ({"version": 7}, "version"),
        ({"deleted_at": None}, "deleted_at"),
        ({"blades": [{"length": 0}]}, "blades.0.length"),
    ],
)
async def test_a_patch_keeps_to_the_payloads_rules(
    alice: Client, saw: Reply, changes: dict[str, object], fault: str
) -> None:
    reply = await alice.patch(path(saw), changes)

    assert (reply.status, set(reply.faults)) == (422, {fault})


async def test_an_empty_patch_is_a_change_to_nothing(alice: Client, saw: Reply) -> None:
    reply = await alice.patch(path(saw), {})

    assert reply.data["name"] == "saw"


async def test_what_was_removed_is_not_found(alice: Client, saw: Reply) -> None:
    removed = await alice.delete(path(saw))

    assert (removed.status, removed.data) == (200, None)
    assert (await alice.get(path(saw))).status == 404
    assert (await alice.delete(path(saw))).status == 404
