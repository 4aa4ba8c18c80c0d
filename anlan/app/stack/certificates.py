"""An authority of our own for TLS, where a bureau has none: its server's and its gateways' certificates.

EC P-256, SHA-256, PEM. A bureau with an authority of its own puts its files in their place.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from anlan.app.stack.nats_users import write_private
from anlan.kernel.base.clock import now

AUTHORITY_DAYS = 3_650
#: Browsers and gateways take none that is valid for longer.
SERVER_DAYS = 397
CLIENT_DAYS = 825
#: Clocks of gateways run behind.
EARLIER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, as files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """The folder of an authority; its own certificate is what others trust."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """What a gateway must be given to know us by."""
        return self.folder / "ca.pem"

    @property
    def _key(self) -> Path:
        return self.folder / "ca.key"

    def make(self) -> None:
        """Make the authority; one that is there already stays."""
        if self.certificate.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Anlan gateway authority")
        certificate = (
            _begun(name, name, key.public_key(), AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(key, SHA256())
        )
        _write_key(self._key, key)
        _write(self.certificate, certificate)

    def server(self, hosts: Iterable[str]) -> Pair:
        """Give the server's certificate for these names and addresses, made anew each time."""
        hosts = list(hosts)
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._give("server", hosts[0], SERVER_DAYS, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, common_name: str) -> Pair:
        """Give a client's certificate with the subject `CN=<common name>`, made anew each time."""
        return self._give(common_name, common_name, CLIENT_DAYS, ExtendedKeyUsageOID.CLIENT_AUTH)

    def _give(
        self,
        file: str,
        common_name: str,
        days: int,
        purpose: x509.ObjectIdentifier,
        names: x509.SubjectAlternativeName | None = None,
    ) -> Pair:
        authority = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        signer = load_pem_private_key(self._key.read_bytes(), None)
        if not isinstance(signer, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self._key} is not a key that this program made")
        key = ec.generate_private_key(ec.SECP256R1())
        begun = (
            _begun(_name(common_name), authority.subject, key.public_key(), days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if names is not None:
            begun = begun.add_extension(names, critical=False)
        pair = Pair(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        _write_key(pair.key, key)
        _write(pair.certificate, begun.sign(signer, SHA256()))
        return pair


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    moment = now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - EARLIER)
        .not_valid_after(moment + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(file, pem.decode())


def _write(file: Path, certificate: x509.Certificate) -> None:
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    file.chmod(0o644)
