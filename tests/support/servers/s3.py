"""An S3 server that speaks HTTP, in a thread of this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from moniqo.adapters.storage.s3 import Bucket


@contextmanager
def s3() -> Iterator[str]:
    """Its address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def fresh_bucket(endpoint: str) -> Bucket:
    """An empty bucket that nobody else uses."""
    bucket = Bucket(
        name=f"test-{uuid4().hex}",
        region="us-east-1",
        access_key_id="tester",
        secret_access_key="not-a-secret",
        endpoint=endpoint,
    )
    client = boto3.client(
        "s3",
        region_name=bucket.region,
        endpoint_url=endpoint,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
    )
    client.create_bucket(Bucket=bucket.name)
    client.close()
    return bucket
