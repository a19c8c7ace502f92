"""A real S3 server on loopback, for tests of buckets. Proves nothing itself."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
import pytest


@contextmanager
def s3_server(home: Path) -> Iterator[Any]:
    """A client of an S3 server that runs in this process and keeps what it is given in memory.

    Its bucket is ``news``. The environment names the server, for this process and what it starts.
    """
    for name in ("boto3", "s3fs", "flask", "moto.server"):
        pytest.importorskip(name, reason="needs moto[server] and s3fs")
    boto3 = importlib.import_module("boto3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    environment = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(home / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch, fresh_connections():
        for name, value in environment.items():
            patch.setenv(name, value)
        client = boto3.client("s3", endpoint_url=address)
        client.create_bucket(Bucket="news")
        yield client
    server.stop()


@contextmanager
def fresh_connections() -> Iterator[None]:
    """Buckets are met again in the block, and after it.

    A file system is kept by its process, with the endpoint that the environment named when it was
    made, and tests of one process name several.
    """
    system = fsspec.get_filesystem_class("s3")
    system.clear_instance_cache()
    try:
        yield
    finally:
        system.clear_instance_cache()


def keys_heard(patch: pytest.MonkeyPatch, call: str) -> list[str]:
    """Names of the objects of every such call that the server gets from here on: get_object …"""
    from moto.s3.models import S3Backend

    keys: list[str] = []
    original = getattr(S3Backend, call)

    def noted(self: Any, bucket_name: str, key_name: str, *rest: Any, **named: Any) -> Any:
        keys.append(key_name)
        return original(self, bucket_name, key_name, *rest, **named)

    patch.setattr(S3Backend, call, noted)
    return keys
