"""Who we are to a provider and whom we believe, as files: `<name>_tls.crt` with `<name>_tls.key` is our certificate,
`<name>_ca.pem` the authorities that its certificate may come from. Without the last: those that the system trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from services.provider_gateway.connectors.keys import Stamp, file_stamp


class TlsFiles:
    """The files of one provider. `folder` None: there are none."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._certificate = folder / f"{name}_tls.crt" if folder else None
        self._key = folder / f"{name}_tls.key" if folder else None
        self._authorities = folder / f"{name}_ca.pem" if folder else None

    def stamp(self) -> tuple[Stamp | None, ...]:
        """Changes when a file comes, goes or is replaced."""
        return tuple(_stamp(path) for path in (self._certificate, self._key, self._authorities))

    def context(self) -> ssl.SSLContext:
        """How connections are secured. Raises OSError or ValueError where a file is half there, or no certificate or key."""
        authorities = self._authorities if _stamp(self._authorities) else None
        context = ssl.create_default_context(cafile=authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        certificate, key = _stamp(self._certificate), _stamp(self._key)
        if (certificate is None) != (key is None):
            raise ValueError("a certificate and its key go together")
        if certificate is not None:
            assert self._certificate is not None
            context.load_cert_chain(self._certificate, self._key, password=_no_password)
        return context


def _no_password() -> str:
    """A key with a password would have ssl ask on the terminal: it is refused instead."""
    return ""


def _stamp(path: Path | None) -> Stamp | None:
    try:
        return file_stamp(path) if path else None
    except FileNotFoundError:
        return None
