"""What scanners find on the TLS port: nothing that is weak. sslscan always; testssl.sh, which takes
minutes, with TROUPE_LONG_TESTS=1."""

import json
import os
import subprocess
import xml.etree.ElementTree as xml

import pytest
from certificates import Authority, client_context, tls_section

# What testssl.sh may say besides OK and INFO: about its own openssl command, about the DNS of a host that
# has a name, and that it left before the ticket of TLS 1.3 had come (tls_test.py has a test of tickets).
ABOUT_OTHERS = {("engine_problem", "WARN"), ("DNS_CAArecord", "LOW"), ("sessionresumption_ticket", "WARN")}


@pytest.fixture(params=["ec", "rsa"])
def scanned(request, serve, product, tmp_path):
    """A server to look at, and who issued its certificate."""
    authority = Authority(tmp_path)
    identity = authority.issue("server", algorithm=request.param)
    server = serve(tls_section(identity), binary=product, tls=client_context(authority))
    return f"127.0.0.1:{server.address[1]}", authority.certificate, request.param


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_sslscan_finds_nothing_weak(scanned):
    target, _, algorithm = scanned
    text = run("sslscan", "--xml=-", "--no-colour", target)
    found = xml.fromstring(text[text.index("<?xml"):]).find("ssltest")
    assert found is not None, text
    enabled = {f"{one.get('type')}{one.get('version')}" for one in found.iter("protocol")
               if one.get("enabled") != "0"}
    assert enabled == {"tls1.2", "tls1.3"}, text
    assert all(one.get("supported") == "0" for name in ("renegotiation", "compression")
               for one in found.iter(name)), text
    assert all(one.get("vulnerable") == "0" for one in found.iter("heartbleed")), text
    ciphers = [(one.get("sslversion"), one.get("cipher"), int(one.get("bits"))) for one in found.iter("cipher")]
    assert {version for version, _, _ in ciphers} == {"TLSv1.2", "TLSv1.3"}, text
    for version, name, bits in ciphers:
        kind = "TLS_" if version == "TLSv1.3" else {"ec": "ECDHE-ECDSA-", "rsa": "ECDHE-RSA-"}[algorithm]
        assert name.startswith(kind) and ("GCM" in name or "POLY1305" in name) and bits >= 128, text
    assert all(int(one.get("bits")) >= 128 for one in found.iter("group")), text
    weak = [one.attrib for one in found.iter() if one.get("strength") not in (None, "strong", "acceptable")]
    assert not weak, text


@pytest.mark.skipif(os.environ.get("TROUPE_LONG_TESTS", "0") in ("", "0"), reason="takes minutes")
def test_testssl_finds_nothing_that_is_not_ok(scanned, tmp_path):
    target, authority, _ = scanned
    report = tmp_path / "testssl.json"
    text = run("testssl", "--warnings", "off", "--color", 0, "--quiet", "--add-ca", authority, "--jsonfile", report,
               "-p", "-s", "-f", "-P", "-S", "-U", target)
    findings = json.loads(report.read_text())
    assert len(findings) > 60, text  # that it looked at all
    bad = [one for one in findings if one["severity"] not in ("OK", "INFO")
           and (one["id"], one["severity"]) not in ABOUT_OTHERS]
    assert not bad, (bad, text)
    assert "NOT ok" not in text, text
