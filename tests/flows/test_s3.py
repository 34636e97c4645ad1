"""Source and store in buckets of a real S3 server on this machine."""

from __future__ import annotations

import json

import pytest

from flows.batchreport import write_report
from flows.manifest import latest_records
from flows.store import store_at
from tests.flows.batches import run

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def bucket(monkeypatch, archive):
    """An S3 file system with an archive in a bucket; child processes find the server, too."""
    s3fs = pytest.importorskip("s3fs")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()
    filesystem = s3fs.S3FileSystem()
    filesystem.mkdir("archive")
    filesystem.mkdir("results")
    filesystem.put(f"{archive(a='good', b='menu', c='good')}/", "archive/year/", recursive=True)
    yield filesystem
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_from_bucket_to_bucket_and_on_from_there(bucket):
    head, listener = run("s3://archive/year", "s3://results/out", limit=2)
    assert (head["read"]["documents"], head["left"]) == (2, 1)
    assert {record.uri for record in listener.records} == {
        "s3://archive/year/a.txt",
        "s3://archive/year/b.txt",
    }
    head, listener = run("s3://archive/year", "s3://results/out")
    assert (head["read"]["documents"], head["failures"]) == (1, 1)
    assert listener.documents == 3
    found = [path.rpartition("/")[2] for path in bucket.find("results/out/documents")]
    assert [name.count(".error") for name in sorted(found)].count(1) == 1
    assert len(found) == 3
    result = json.loads(
        bucket.cat_file(next(f"results/out/documents/{n}" for n in found if "error" not in n))
    )
    assert result["source"]["uri"].startswith("s3://archive/year/")
    store = store_at("s3://results/out")
    assert len(latest_records(store)) == 3
    assert b"NotADisclosure" in bucket.cat_file(write_report(store))
    assert len(bucket.find("results/out/batches")) == 2
