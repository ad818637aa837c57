import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest

from ablation.app.data.data import load_images
from ablation.app.data.idx import MNIST, read_published
from ablation.errors import UsageError
from tests.app.networks.published import MIRRORS, mentions, write_set

FIRST = "train-images-idx3-ubyte"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache folder of the user."""
    monkeypatch.setenv("ABLATION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """The address of a server on this machine and the folder that it serves."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


def refuse(monkeypatch, error):
    """Let every download fail in this way; return the list of addresses that were tried."""
    tried = []

    def retrieve(url, *_, **__):
        tried.append(url)
        raise error

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    return tried


def test_files_are_downloaded_once_and_then_read_from_the_cache(cache, mirror, monkeypatch):
    address, folder = mirror
    published = write_set(folder, gz=True, mirrors=(address,))
    downloaded = read_published("tiny", published, None)
    tried = refuse(monkeypatch, ConnectionError())
    cached = read_published("tiny", published, None)
    assert all((downloaded[file] == cached[file]).all() for file in published.checksums)
    assert tried == []
    assert {path.name for path in (cache / "tiny").iterdir()} == {f"{f}.gz" for f in published.checksums}


def test_the_second_mirror_answers_when_the_first_lacks_the_file(mirror):
    address, folder = mirror
    published = write_set(folder / "good", gz=True, mirrors=(f"{address}gone/", f"{address}good/"))
    assert list(read_published("tiny", published, None)) == list(published.checksums)


def test_the_second_mirror_answers_when_the_first_serves_another_file(mirror):
    address, folder = mirror
    mirrors = (f"{address}bad/", f"{address}good/")
    published = write_set(folder / "good", gz=True, compressed=True, mirrors=mirrors)
    (folder / "bad").mkdir()
    for file in published.checksums:
        (folder / "bad" / f"{file}.gz").write_bytes(b"<html>Sign in to this network</html>")
    assert list(read_published("tiny", published, None)) == list(published.checksums)


@pytest.mark.parametrize("error", [ConnectionError("no route"), TimeoutError(), OSError("disk full")])
def test_without_a_network_every_mirror_is_tried_and_the_ways_out_are_named(tmp_path, monkeypatch, error):
    tried = refuse(monkeypatch, error)
    published = write_set(tmp_path, gz=True)
    way_out = ("data.folder=", "data=mnist_sample")
    with pytest.raises(UsageError, match=mentions(FIRST, *MIRRORS, type(error).__name__, *way_out)):
        read_published("tiny", published, None)
    assert tried == [f"{mirror}{FIRST}.gz" for mirror in MIRRORS]


def test_a_mirror_that_nobody_serves_is_no_crash(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    published = write_set(tmp_path, gz=True, mirrors=("http://127.0.0.1:9/",))
    with pytest.raises(UsageError, match=mentions(FIRST, "http://127.0.0.1:9/", "ConnectionError")):
        read_published("tiny", published, None)


def test_a_truncated_file_left_in_the_cache_is_named_with_what_to_do(cache, mirror):
    address, folder = mirror
    published = write_set(folder, gz=True, mirrors=(address,))
    read_published("tiny", published, None)
    path = cache / "tiny" / f"{FIRST}.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UsageError, match=mentions(path, "damaged", "Delete it and run again")):
        read_published("tiny", published, None)
    path.unlink()
    assert list(read_published("tiny", published, None)) == list(published.checksums)


def test_mnist_without_folder_and_network_names_the_file(monkeypatch):
    tried = refuse(monkeypatch, ConnectionError())
    with pytest.raises(UsageError, match=mentions(f"{FIRST}.gz could not be downloaded", "mnist_sample")):
        load_images("mnist")
    assert len(tried) == len(MNIST.mirrors) >= 2
