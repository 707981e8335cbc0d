"""https: both eras and all versions of TLS, who may connect, reload, and what goes wrong."""

import json
import signal
import socket
import ssl
import subprocess
import time

import pytest
from certificates import Authority, client_context, openssl, tls_section
from mcp.deadline import Deadline, wait_until
from mcp.modern import Modern
from mcp.session import Session
from mcp.wire import Closed, Connection

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def identity(authority):
    return authority.issue("server")


@pytest.fixture
def serve_tls(serve, authority, identity):
    """Starts a server with a certificate; clients check it."""

    def start(config=None, own=None, alpn=None, version=None, use=identity, tls=None, **more):
        return serve({**tls_section(use, **(tls or {})), **(config or {})},
                     tls=client_context(authority, own, alpn, version), **more)

    return start


def peer_serial(connection):
    return connection.socket.getpeercert()["serialNumber"]


def ends(server, reason):
    return server.metric("troupe_connections_closed_total", reason=reason)


# -- what works -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("algorithm", ["ec", "rsa"])
def test_both_eras_are_served(serve_tls, product, authority, version, algorithm):
    server = serve_tls(version=version, use=authority.issue(f"both-{version}-{algorithm}", algorithm=algorithm),
                       binary=product)
    assert f"listening on https://127.0.0.1:{server.address[1]}/mcp" in server.log()
    session = Session.open(server)
    assert session.tool_text("echo", message="over TLS") == "over TLS"
    stream = session.open_stream()
    assert stream.connection.socket.version() == {VERSIONS[0]: "TLSv1.2", VERSIONS[1]: "TLSv1.3"}[version]
    modern = Modern(server)
    assert modern.tool_text("echo", message="without a session") == "without a session"
    large = "x" * 1_000_000
    assert session.tool_text("echo", message=large) == large
    session.call("resources/subscribe", {"uri": "troupe://clock"})
    assert stream.next_of("notifications/resources/updated")["params"]["uri"] == "troupe://clock"


def test_a_session_of_tls_is_resumed_by_a_ticket(serve_tls):
    server = serve_tls(version=ssl.TLSVersion.TLSv1_2)
    with server.connect() as first:
        known = first.socket.session
    again = socket.create_connection(tuple(server.address))
    with server.tls.wrap_socket(again, server_hostname="127.0.0.1", session=known) as resumed:
        assert resumed.session_reused


def test_http_1_1_is_what_is_agreed_on(serve_tls, authority):
    server = serve_tls(alpn=["h2", "http/1.1"])
    with server.connect() as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"
    server.address.tls = client_context(authority, alpn=["h2"])
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        server.connect()
    assert Session.open(serve_tls()).call("ping") == {}


def test_the_oldest_version_can_be_raised(serve_tls, authority):
    server = serve_tls(tls={"min_version": "1.3"})
    assert Session.open(server).call("ping") == {}
    server.address.tls = client_context(authority, version=ssl.TLSVersion.TLSv1_2)
    with pytest.raises(ssl.SSLError, match="(?i)protocol.version"):
        server.connect()


# -- clients' certificates --------------------------------------------------------------------------


def can_use(server, authority, own):
    """Whether a client with this certificate gets an answer. In 1.3 it learns only from the first
    read that it was refused, and it must be told why."""
    server.address.tls = client_context(authority, own)
    try:
        with server.connect() as connection:
            connection.request("GET", "/nowhere")
            return connection.read_response().status == 404
    except ssl.SSLError as error:
        assert "ALERT" in str(error) or "alert" in str(error), error
        return False


@pytest.mark.parametrize("mode, without, stranger", [
    ("none", True, True), ("optional", True, False), ("required", False, False)])
def test_clients_show_certificates(serve_tls, tmp_path, authority, mode, without, stranger):
    clients = Authority(tmp_path, "clients")
    good, bad = clients.issue("good"), Authority(tmp_path, "strangers").issue("bad")
    asks = {} if mode == "none" else {"client_ca_file": str(clients.certificate)}
    server = serve_tls(tls={"client_certificates": mode, **asks})
    assert can_use(server, authority, good)
    assert can_use(server, authority, None) == without
    assert can_use(server, authority, bad) == stranger
    refused = [without, stranger].count(False)
    wait_until(lambda: ends(server, "handshake_failed") == refused, "the refused ones are counted")


# -- reload -----------------------------------------------------------------------------------------


def reload(server, expect):
    server.terminate(signal.SIGHUP)
    server.wait_log(expect)


def test_a_reload_changes_the_certificate_and_drops_nobody(serve_tls, product, authority):
    first, second = authority.issue("first"), authority.issue("second")
    server = serve_tls(use=first, binary=product)
    session = Session.open(server)
    stream = session.open_stream()
    held = server.connect()
    old = peer_serial(held)
    first.certificate.write_bytes(second.certificate.read_bytes())
    first.key.write_bytes(second.key.read_bytes())
    reload(server, "SIGHUP: TLS certificate: CN=second.*")
    server.wait_log("SIGHUP: done")

    def new_one():
        with server.connect() as connection:
            return peer_serial(connection) != old

    # Each I/O thread hears of it by a message.
    for _ in range(20):
        wait_until(new_one, "new connections get the new certificate")
    held.request("GET", "/nowhere")
    assert held.read_response().status == 404
    session.call("resources/subscribe", {"uri": "troupe://clock"})
    assert stream.next_of("notifications/resources/updated")
    assert peer_serial(held) == old


def test_a_reload_that_fails_keeps_what_there_is(serve_tls, authority):
    first, second = authority.issue("kept"), authority.issue("other")
    server = serve_tls(use=first)
    server.expected_errors += ["tls.key_file", "nothing was changed"]
    with server.connect() as connection:
        old = peer_serial(connection)
    first.key.write_bytes(second.key.read_bytes())
    reload(server, "(?s)the key does not belong to the first certificate.*nothing was changed")
    with server.connect() as connection:
        assert peer_serial(connection) == old


def test_tls_is_not_switched_off_by_a_reload(serve_tls):
    server = serve_tls()
    without = {name: value for name, value in server.config.items() if name != "tls"}
    (server.folder / "config.json").write_text(json.dumps(without))
    reload(server, "TLS is switched on and off at the next start; until then it stays on")
    assert Session.open(server).call("ping") == {}


# -- what goes wrong --------------------------------------------------------------------------------


def check_config(product, tmp_path, section):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"tls": section}))
    return subprocess.run([product, "--config", str(path), "--check-config"], capture_output=True, text=True,
                          check=False)


def test_wrong_files_end_the_start(product, tmp_path, authority, identity):
    other = authority.issue("somebody")
    locked = tmp_path / "locked.key"
    openssl("pkey", "-in", identity.key, "-aes256", "-passout", "pass:open", "-out", locked)
    empty = tmp_path / "empty.pem"
    empty.touch()
    good = {"certificate_file": str(identity.certificate), "key_file": str(identity.key)}
    for change, expected in [
        ({"certificate_file": "/no/such.pem"}, ["tls.certificate_file", "/no/such.pem", "No such file"]),
        ({"certificate_file": str(empty)}, ["empty.pem", "there is no certificate in it"]),
        ({"certificate_file": str(identity.key)}, ["there is no certificate in it"]),
        ({"key_file": str(other.key)}, ["tls.key_file", "does not belong", str(identity.certificate)]),
        ({"key_file": str(locked)}, ["pass phrase", "openssl pkey"]),
        ({"key_file": ""}, ["tls.key_file", "expected the key of tls.certificate_file"]),
        ({"certificate_file": ""}, ["tls.certificate_file", "expected the certificate"]),
        ({"client_certificates": "required"}, ["tls.client_ca_file", "expected a file"]),
        ({"client_ca_file": str(authority.certificate)}, ["tls.client_certificates", "nobody would be checked"]),
        ({"client_certificates": "optional", "client_ca_file": str(empty)}, ["tls.client_ca_file", "empty.pem"]),
    ]:
        done = check_config(product, tmp_path, {**good, **change})
        assert done.returncode == 2, (change, done)
        for text in expected:
            assert text in done.stderr, (change, done.stderr)
        assert "config.json:1:" in done.stderr, done.stderr


def test_what_works_but_should_not_stay_so_is_told(serve_tls, product, tmp_path, authority):
    late = authority.issue("late", expired=True)
    late.key.chmod(0o644)
    done = check_config(product, tmp_path, tls_section(late)["tls"])
    assert done.returncode == 0 and "OK" in done.stdout, done
    assert "has expired" in done.stderr and "chmod 600" in done.stderr
    log = serve_tls(use=late).log()
    assert "has expired" in log and "chmod 600" in log


def test_plain_http_is_told_to_use_https(serve_tls):
    server = serve_tls()
    with Connection(tuple(server.address)) as plain:
        plain.request("POST", "/mcp", {"Content-Type": "application/json"}, {"jsonrpc": "2.0"})
        answer = plain.read_response()
        assert answer.status == 400 and "https://" in answer.json()["error"]["message"]
    wait_until(lambda: ends(server, "handshake_failed") == 1, "it is counted")
    assert Session.open(server).call("ping") == {}


def test_a_handshake_has_a_time_of_its_own(serve_tls):
    server = serve_tls(tls={"handshake_timeout_ms": 200}, config={"timeouts": {"header_timeout_ms": 60_000}})
    silent = socket.create_connection(tuple(server.address))
    began = time.monotonic()
    assert silent.recv(1) == b""
    assert time.monotonic() - began < 30
    wait_until(lambda: ends(server, "handshake_timeout") == 1, "it is counted")
    assert Session.open(server).call("ping") == {}


def test_over_the_limit_there_is_no_handshake(serve_tls):
    server = serve_tls({"limits": {"max_connections": 2, "max_sessions": 2}})
    held = [server.connect(), server.connect()]
    with pytest.raises((ssl.SSLError, ConnectionError)):
        server.connect()
    assert server.metric("troupe_connections_refused_total", reason="connection_limit") >= 1
    held[0].close()
    wait_until(lambda: works(server), "there is room again")


def works(server):
    try:
        server.connect().close()
    except (ssl.SSLError, ConnectionError):
        return False
    return True


def test_a_drain_ends_streams_and_connections_properly(serve_tls, product):
    server = serve_tls(binary=product)
    session = Session.open(server)
    stream = session.open_stream()
    idle = server.connect()
    silent = socket.create_connection(tuple(server.address))
    server.terminate()
    while stream.next() is not None:
        pass
    with pytest.raises(Closed, match="end of stream"):  # and not "without close_notify"
        idle.take(1, Deadline())
    assert silent.recv(1) == b""
    assert server.wait_exit()[0] == 0

