"""What is said over TLS stays between the two ends."""

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bot.explain.model.asking import Failure
from bot.explain.model.settings import ModelSettings
from tests.dsl import MORNING
from tests.llm.scene import KEY, QUESTION, asking


def _signed_by_itself(folder: Path) -> Path:
    """Return a file with a key and a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MORNING)
        .not_valid_after(MORNING + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


async def test_the_environment_can_have_no_session_key_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SSLKEYLOGFILE would let its reader decrypt every call, the key in it included."""
    identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identity.load_cert_chain(_signed_by_itself(tmp_path))
    secrets = tmp_path / "secrets"
    monkeypatch.setenv("SSLKEYLOGFILE", str(secrets))

    async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(ignore, "127.0.0.1", 0, ssl=identity)
    async with server:
        port = server.sockets[0].getsockname()[1]
        settings = ModelSettings(f"https://127.0.0.1:{port}/v1", "m", key=SecretStr(KEY))
        async with asking(settings) as model:
            reply = await model.ask(QUESTION, seconds=5)
    # The greeting went far enough for keys; the certificate ended it.
    assert reply.failure is Failure.NO_CONNECTION
    assert "ConnectError" in reply.detail
    assert not secrets.exists() or "SECRET" not in secrets.read_text()
