"""Sign-up, sign-in, sign-out and plans over HTTP, on the whole application in memory."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.asgi import Client, Reply
from support.house import PASSWORD, House, house_settings, open_house

AUTH = "/api/v1/auth"
PLANS = "/api/v1/users/me/plans"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def ada(house: House) -> Client:
    return await house.user("ada")


def registration(**changes: Any) -> dict[str, Any]:
    fields = {
        "email": "Eve@Example.com",
        "password": PASSWORD,
        "first_name": "Eve",
        "last_name": "Lovelace",
    }
    return fields | changes


async def register(house: House, **changes: Any) -> Reply:
    return await house.client.post(f"{AUTH}/register", registration(**changes))


async def log_in(house: House, **credentials: Any) -> Reply:
    return await house.client.post(f"{AUTH}/login", credentials)


def keys(tree: object) -> set[str]:
    """Every name of an object in an answer."""
    if isinstance(tree, dict):
        return set(tree) | {key for value in tree.values() for key in keys(value)}
    if isinstance(tree, list):
        return {key for value in tree for key in keys(value)}
    return set()


async def test_somebody_signs_up_signs_in_and_sees_themselves(house: House) -> None:
    signed_up = await register(
        house,
        username="Eve_1",
        birthday={"day": 10, "month": 12, "year": 1990},
        phone_number={"country_code": "+49", "mobile_number": "15112345678"},
    )
    signed_in = await log_in(house, email="eve@example.com", password=PASSWORD)
    me = await house.client.signed_in(signed_in.data["access_token"]).get("/api/v1/users/me")

    assert signed_up.status == 201
    assert signed_in.data["token_type"] == "bearer"
    assert signed_in.data["expires_in"] == 1800
    assert signed_in.data["user"]["email"] == "eve@example.com"
    assert me.data["username"] == "eve_1"
    assert me.data["full_name"] == "Eve Lovelace"
    assert me.data["role"] == "User"
    assert "agents:write" in me.data["permissions"]
    assert me.header("etag")


async def test_answers_about_people_hold_nothing_secret(house: House) -> None:
    signed_up = await register(house)
    signed_in = await log_in(house, email="eve@example.com", password=PASSWORD)
    me = await house.client.signed_in(signed_in.data["access_token"]).get("/api/v1/users/me")

    secret = {"password", "password_hash", "hash", "secret", "token", "credentials", "key"}
    assert not secret & (keys(signed_up.json) | keys(me.json))
    assert PASSWORD.encode() not in signed_up.body + signed_in.body + me.body


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({}, "EMAIL_ALREADY_REGISTERED", 400),
        ({"email": "EVE@EXAMPLE.COM"}, "EMAIL_ALREADY_REGISTERED", 400),
        ({"email": "other@example.com", "username": "EVE"}, "USERNAME_TAKEN", 400),
        ({"email": "other@example.com", "password": "weak"}, "WEAK_PASSWORD", 422),
        ({"email": "no address"}, "VALIDATION_ERROR", 422),
        ({"role": "Superadmin"}, "VALIDATION_ERROR", 422),
        ({"is_verified": True}, "VALIDATION_ERROR", 422),
        ({"birthday": {"day": 30, "month": 2, "year": 1990}}, "VALIDATION_ERROR", 422),
    ],
)
async def test_a_sign_up_that_cannot_be_is_refused(
    house: House, changes: dict[str, Any], code: str, status: int
) -> None:
    await register(house, username="eve")

    reply = await register(house, **changes)

    assert (reply.status, reply.code) == (status, code)


async def test_an_unverified_address_is_told_of_after_the_right_password_only() -> None:
    async with open_house(house_settings(auto_verify_email=False)) as house:
        await register(house)

        wrong = await log_in(house, email="eve@example.com", password="Wrong-Horse-7")
        right = await log_in(house, email="eve@example.com", password=PASSWORD)

    assert (wrong.status, wrong.code) == (401, "INVALID_CREDENTIALS")
    assert (right.status, right.code) == (403, "EMAIL_NOT_VERIFIED")


@pytest.mark.parametrize(
    "credentials",
    [
        {"email": {"$gt": ""}, "password": PASSWORD},
        {"email": ["ada@example.com"], "password": PASSWORD},
        {"email": None, "password": PASSWORD},
        {"email": "ada@example.com", "username": "ada", "password": PASSWORD},
        {"password": PASSWORD},
        {"email": "ada@example.com"},
        {"email": "ada@example.com", "password": "x" * 129},
        {"email": "ada@example.com", "password": "x" * 1_000_000},
    ],
)
async def test_credentials_of_another_shape_are_invalid(
    house: House, credentials: dict[str, Any]
) -> None:
    reply = await log_in(house, **credentials)

    assert (reply.status, reply.code) == (422, "VALIDATION_ERROR")


async def test_tokens_are_renewed_and_an_old_one_ends_the_session(house: House) -> None:
    await house.made("ada")
    first = (await log_in(house, email="ada@example.com", password=PASSWORD)).data
    renewed = await house.client.post(f"{AUTH}/refresh", {"refresh_token": first["refresh_token"]})
    again = await house.client.post(
        f"{AUTH}/refresh", {"refresh_token": renewed.data["refresh_token"]}
    )

    reused = await house.client.post(f"{AUTH}/refresh", {"refresh_token": first["refresh_token"]})

    newest = house.client.signed_in(again.data["access_token"])
    assert (reused.status, reused.code) == (401, "TOKEN_REUSED")
    assert (await newest.get("/api/v1/users/me")).status == 401


async def test_tokens_are_good_for_their_own_purpose_only(house: House) -> None:
    await house.made("ada")
    tokens = (await log_in(house, email="ada@example.com", password=PASSWORD)).data

    as_bearer = await house.client.signed_in(tokens["refresh_token"]).get("/api/v1/users/me")
    as_refresh = await house.client.post(
        f"{AUTH}/refresh", {"refresh_token": tokens["access_token"]}
    )

    assert (as_bearer.status, as_refresh.status) == (401, 401)


async def test_signing_out_is_felt_at_once_and_by_this_session_alone(
    house: House, ada: Client
) -> None:
    other = await house.signed_in("ada")

    signed_out = await ada.post(f"{AUTH}/logout")

    assert (signed_out.status, signed_out.data) == (200, None)
    assert (await ada.get("/api/v1/users/me")).status == 401
    assert (await other.get("/api/v1/users/me")).status == 200


async def test_a_deactivated_account_is_out_at_once(house: House) -> None:
    user_id = await house.made("ada")
    ada = await house.signed_in("ada")

    await house.deactivated(user_id)

    reply = await ada.get("/api/v1/users/me")
    assert (reply.status, reply.code) == (403, "ACCOUNT_INACTIVE")


async def test_plans_are_for_everybody_to_see(house: House) -> None:
    plans = (await house.client.get("/api/v1/plans")).data["items"]
    one = await house.client.get(f"/api/v1/plans/{plans[0]['id']}")

    assert [plan["name"] for plan in plans] == ["Free", "Pro", "Enterprise"]
    assert one.data == plans[0]


async def plan_id(house: House, name: str) -> str:
    plans = (await house.client.get("/api/v1/plans")).data["items"]
    found: str = next(plan["id"] for plan in plans if plan["name"] == name)
    return found


async def test_subscribing_ends_the_plan_before(house: House, ada: Client) -> None:
    subscribed = await ada.post(PLANS, {"plan_id": await plan_id(house, "Pro")})
    history = (await ada.get(PLANS)).data["items"]

    assert subscribed.status == 201
    assert [item["status"] for item in history] == ["active", "cancelled"]
    assert (await ada.get(f"{PLANS}?status=active")).data["total"] == 1


@pytest.mark.parametrize(
    ("status", "answer"), [("cancelled", 200), ("expired", 409), ("active", 409)]
)
async def test_a_subscription_ends_as_it_can_and_not_otherwise(
    house: House, ada: Client, status: str, answer: int
) -> None:
    mine = (await ada.post(PLANS, {"plan_id": await plan_id(house, "Pro")})).data

    reply = await ada.put(f"{PLANS}/{mine['id']}", {"status": status})

    assert reply.status == answer
    assert reply.code == "INVALID_STATE" if answer == 409 else reply.data["status"] == status


async def test_leaving_a_plan_falls_back_to_the_free_one(house: House, ada: Client) -> None:
    mine = (await ada.post(PLANS, {"plan_id": await plan_id(house, "Pro")})).data

    left = await ada.delete(f"{PLANS}/{mine['id']}")

    active = (await ada.get(f"{PLANS}?status=active")).data["items"]
    assert (left.status, left.data) == (200, None)
    assert [item["plan_id"] for item in active] == [await plan_id(house, "Free")]
    assert (await ada.delete(f"{PLANS}/{mine['id']}")).status == 409
