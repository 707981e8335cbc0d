"""Certificates for tests of TLS, made with the openssl command."""

import pathlib
import ssl
import subprocess
from typing import NamedTuple


class Identity(NamedTuple):
    """A certificate with its issuer's, and its key."""

    certificate: pathlib.Path
    key: pathlib.Path


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_key(path, algorithm="ec"):
    kind = {"ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[algorithm]
    openssl("genpkey", *kind, "-out", path)
    path.chmod(0o600)


class Authority:
    """Issues certificates into its folder."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.certificate = self.folder / "authority.pem"
        self._key = self.folder / "authority.key"
        make_key(self._key)
        openssl("req", "-x509", "-new", "-key", self._key, "-subj", f"/CN={name}", "-days", 365,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", self.certificate)

    def issue(self, name, expired=False, algorithm="ec"):
        """A certificate for 127.0.0.1 and localhost."""
        made = Identity(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        make_key(made.key, algorithm)
        request = self.folder / f"{name}.csr"
        openssl("req", "-new", "-key", made.key, "-subj", f"/CN={name}", "-out", request)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
                              "authorityKeyIdentifier=keyid\n"
                              "crlDistributionPoints=URI:http://127.0.0.1/none.crl\n")
        if expired:
            self._sign_of_the_past(request, extensions, made.certificate)
        else:
            openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                    "-CAcreateserial", "-days", 365, "-extfile", extensions, "-out", made.certificate)
        return made

    def _sign_of_the_past(self, request, extensions, certificate):
        """Of openssl's commands only `ca` takes dates in all versions."""
        (self.folder / "index.txt").touch()
        settings = self.folder / "ca.conf"
        settings.write_text(f"[ca]\ndefault_ca=own\n[own]\ndatabase={self.folder}/index.txt\n"
                            f"new_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
                            "[any]\ncommonName=supplied\n")
        openssl("ca", "-batch", "-config", settings, "-in", request, "-cert", self.certificate, "-keyfile", self._key,
                "-extfile", extensions, "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-notext",
                "-out", certificate)


def client_context(authority, own=None, alpn=None, version=None):
    """What a client checks the server against; `own`: its certificate, `version`: the only one."""
    context = ssl.create_default_context(cafile=authority.certificate)
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    if alpn is not None:
        context.set_alpn_protocols(alpn)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def tls_section(identity, **more):
    return {"tls": {"certificate_file": str(identity.certificate), "key_file": str(identity.key), **more}}
