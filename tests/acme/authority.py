"""The certificates of a test: a root of its own, one for the directory, and one for the website that is soon too old."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def make(folder, site):
    """Writes root.pem, root.key, directory.pem (with its key) and old.pem (key first, as serve keeps it) into the folder."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "iRoam test root")])
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = (
        _builder(root_name, root_name, root_key, -1, 30)
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), False)
        .add_extension(usage, True)
        .sign(root_key, hashes.SHA256())
    )
    (folder / "root.pem").write_text(_pem(root))
    (folder / "root.key").write_text(_key_pem(root_key))

    def leaf(name, first_day, last_day):
        key = ec.generate_private_key(ec.SECP256R1())
        cert = (
            _builder(x509.Name([]), root_name, key, first_day, last_day)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
            .sign(root_key, hashes.SHA256())
        )
        return _key_pem(key) + _pem(cert)

    (folder / "directory.pem").write_text(leaf("localhost", -1, 30))
    (folder / "old.pem").write_text(leaf(site, -60, 5))


def _builder(subject, issuer, key, first_day, last_day):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now + first_day * DAY).not_valid_after(now + last_day * DAY)


def _pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
