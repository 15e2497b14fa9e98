"""With a bucket behind it the API is the same, and files are downloaded from there."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from moniqo.entrypoints.settings.values import ApiKey
from support.house import House, house_settings, open_house
from support.pictures import opened
from support.servers.s3 import fresh_bucket, s3
from support.uploads import FORM_TYPE, PDF, upload


@pytest.fixture
async def house() -> AsyncIterator[House]:
    with s3() as address:
        bucket, plain = fresh_bucket(address), house_settings()
        files = replace(
            plain.files,
            aws_s3_bucket_name=bucket.name,
            aws_access_key_id=ApiKey(bucket.access_key_id or ""),
            aws_secret_access_key=ApiKey(bucket.secret_access_key or ""),
            aws_endpoint_url=address,
        )
        async with open_house(replace(plain, files=files)) as opened_house:
            yield opened_house


async def test_a_picture_is_set_shown_and_removed(house: House) -> None:
    ada = await house.user()

    made = await ada.send("POST", "/api/v1/users/me/avatar", body=upload(), headers=(FORM_TYPE,))
    shown = await house.client.get(made.data["avatar_url"])
    await ada.delete("/api/v1/users/me/avatar")
    await house.quiet()
    gone = await house.client.get(made.data["avatar_url"])

    assert opened(shown.body).size == (64, 48)
    assert shown.header("content-type") == "image/png"
    assert gone.header("content-type") == "image/svg+xml"


async def test_a_link_leads_to_the_bucket_until_the_file_is_deleted(house: House) -> None:
    ada = await house.user()
    body = upload(PDF, "Größe.pdf")
    stored = (await ada.send("POST", "/api/v1/files", body=body, headers=(FORM_TYPE,))).data

    link = (await ada.get(f"/api/v1/files/{stored['id']}")).header("location") or ""
    async with httpx2.AsyncClient() as client:
        found = await client.get(link)
        await ada.delete(f"/api/v1/files/{stored['id']}")
        await house.quiet()
        missing = await client.get(link)

    assert (found.status_code, found.content) == (200, PDF)
    assert found.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf" in found.headers["content-disposition"]
    assert missing.status_code in (403, 404)
