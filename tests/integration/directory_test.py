"""A directory served read-only: what is inside can be read, and nothing else."""

import base64
import os
import urllib.parse

import pytest
from mcp.caller import RpcError
from mcp.session import Session


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("served") / "files"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_text("alpha\n")
    (root / "sub" / "b c.md").write_text("# beta \u00fc\n")
    (root / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\xff")
    (root / "large.txt").write_text("x" * 5000)
    (root.parent / "secret.txt").write_text("secret")
    (root.parent / "files-and-more").mkdir()
    (root.parent / "files-and-more" / "x.txt").write_text("secret")
    (root / "link-out.txt").symlink_to(root.parent / "secret.txt")
    (root / "dir-out").symlink_to(root.parent)
    (root / "link-in.txt").symlink_to("a.txt")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture(scope="module")
def files(product, tree, tmp_path_factory):
    from mcp.server import Server

    server = Server(product, tmp_path_factory.mktemp("server"), {
        "resources": {"directories": [{"path": str(tree), "name": "docs", "description": "Files"}],
                      "max_file_bytes": 4096}}).start()
    session = Session.open(server)
    yield session
    server.stop()


def uri(path):
    return "file://" + urllib.parse.quote(str(path))


def read(session, text):
    return session.call("resources/read", {"uri": text})["contents"][0]


def test_files_are_listed_with_their_type(files, tree):
    listed = {one["uri"]: one for one in files.call("resources/list")["resources"]
              if one["uri"].startswith("file:")}
    assert uri(tree / "a.txt") in listed
    assert uri(tree / "sub" / "b c.md") in listed
    assert listed[uri(tree / "a.txt")]["mimeType"] == "text/plain"
    assert listed[uri(tree / "a.txt")].get("size", 6) == 6
    assert all("out" not in one and "pipe" not in one and "secret" not in one for one in listed)


def test_text_and_bytes_are_read(files, tree):
    text = read(files, uri(tree / "a.txt"))
    assert (text["text"], text["uri"]) == ("alpha\n", uri(tree / "a.txt"))
    assert read(files, uri(tree / "sub" / "b c.md"))["text"] == "# beta \u00fc\n"
    picture = read(files, uri(tree / "picture.png"))
    assert base64.b64decode(picture["blob"]) == b"\x89PNG\r\n\x1a\n\0\xff"
    assert picture["mimeType"] == "image/png"


def test_a_new_file_can_be_read_at_once(files, tree):
    (tree / "new.txt").write_text("new")
    assert read(files, uri(tree / "new.txt"))["text"] == "new"


OUTSIDE = [
    "{root}/../secret.txt", "{root}/sub/../../secret.txt", "{root}/%2e%2e/secret.txt",
    "{root}/%2E%2E%2Fsecret.txt", "{root}/..%2fsecret.txt", "{root}/sub/..%5c..%5csecret.txt",
    "{root}/..\\secret.txt", "{root}/link-out.txt", "{root}/dir-out/secret.txt",
    "{root}-and-more/x.txt", "{root}/./../secret.txt", "{root}//../secret.txt",
    "{root}/a.txt%00.png", "{root}/%252e%252e/secret.txt", "{root}/\u2025/secret.txt",
    "{root}/..;/secret.txt", "{root}/.../secret.txt",
    "file:///etc/passwd", "file://evil.example.com{path}/a.txt", "file:{path}/../secret.txt",
    "FILE://{path}/../secret.txt", "file:///proc/self/environ", "file:////etc/passwd",
]


@pytest.mark.parametrize("pattern", OUTSIDE)
def test_nothing_outside_is_read(files, tree, pattern):
    target = pattern.format(root=uri(tree), path=str(tree))
    with pytest.raises(RpcError) as refused:
        read(files, target)
    assert refused.value.code in (-32002, -32602)
    assert "secret" not in str(refused.value).replace("secret.txt", "")


@pytest.mark.parametrize("name", ["", "/", "/sub", "/sub/", "/pipe", "/no-such.txt", "/a.txt/x"])
def test_what_is_no_plain_file_is_refused(files, tree, name):
    with pytest.raises(RpcError) as refused:
        read(files, uri(tree) + name)
    assert refused.value.code in (-32002, -32602)


def test_a_link_to_a_file_inside_leads_nowhere_else(files, tree):
    try:
        assert read(files, uri(tree / "link-in.txt"))["text"] == "alpha\n"
    except RpcError as refused:
        assert refused.code in (-32002, -32602)


def test_too_large_a_file_is_refused_with_a_reason(files, tree):
    with pytest.raises(RpcError) as refused:
        read(files, uri(tree / "large.txt"))
    assert "4096" in refused.value.message or "large" in refused.value.message


def test_the_server_lives_on(files):
    assert files.call("ping") == {}
    templates = files.call("resources/templates/list")["resourceTemplates"]
    assert any(one["uriTemplate"].startswith("file://") for one in templates)
