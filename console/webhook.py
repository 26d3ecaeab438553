"""`./chitra webhook sign`: a webhook signed as its provider would sign it, for curl to send to a test installation."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from services.provider_gateway.connectors.keys import ProviderKeys
from services.provider_gateway.connectors.registry import CONNECTORS
from services.provider_gateway.connectors.samples import SignedSample, WebhookSamples
from services.provider_gateway.connectors.transport import Transport
from services.provider_gateway.domain.refusals import UNKNOWN_PROVIDER
from shared.kernel.clock import wall_now
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.kernel.ids import new_id
from shared.settings import read_settings

NOT_HERE = ErrorCode("no-test-keys", Kind.INVALID, "Webhooks are signed with test keys only", "Chỉ ký thử bằng khóa thử nghiệm")
NOT_A_WEBHOOK = ErrorCode("not-a-webhook", Kind.INVALID, "Not a webhook of this provider", "Không phải thông báo của đơn vị này")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    sign = actions.add_parser("sign", help="write a curl configuration: ... | curl --config - URL")
    sign.add_argument("--provider", required=True, help=", ".join(sorted(CONNECTORS)))
    sign.add_argument("--example", help="an example of the gateway's docs, by name, in place of FILE")
    sign.add_argument("--id", help="the delivery's id; default: a new one")
    sign.add_argument("--keys", type=Path, help="folder with the keys of both sides; default: that of `./chitra up`")
    sign.add_argument("file", nargs="?", metavar="FILE", help="the body, unsigned, as the docs show it; - for standard input")


def run(arguments: argparse.Namespace) -> int:
    """Print the configuration."""
    samples = _samples(arguments.provider, arguments.keys or _keys_folder())
    body = _body(arguments, samples)
    try:
        signed = samples.sign(body, arguments.id or f"test_{new_id().hex}", wall_now())
    except OSError as error:
        raise Refusal(NOT_HERE, f"{error.filename} is missing: the provider alone can sign here") from None
    except ValueError as error:
        raise Refusal(NOT_A_WEBHOOK, str(error)) from None
    sys.stdout.write(curl_configuration(signed))
    return 0


def curl_configuration(signed: SignedSample) -> str:
    """Headers and body as `curl --config -` reads them."""
    headers = [f'header = "{_quoted(f"{name}: {value}")}"' for name, value in signed.headers.items()]
    return "\n".join([*headers, f'data-binary = "{_quoted(signed.body.decode())}"', ""])


def _quoted(text: str) -> str:
    for letter, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(letter, written)
    return text


def _samples(provider: str, keys: Path) -> WebhookSamples:
    if provider not in CONNECTORS:
        raise Refusal(UNKNOWN_PROVIDER, f"providers are {', '.join(sorted(CONNECTORS))}")
    samples = CONNECTORS[provider](Transport(None, 1.0), ProviderKeys(keys)).samples
    if samples is None:
        raise Refusal(NOT_A_WEBHOOK, f"{provider} posts no webhooks")
    return samples


def _body(arguments: argparse.Namespace, samples: WebhookSamples) -> bytes:
    if (arguments.example is None) == (arguments.file is None):
        raise Refusal(NOT_A_WEBHOOK, "give FILE, or --example NAME")
    if arguments.file == "-":
        return sys.stdin.buffer.read()
    if arguments.file is not None:
        return Path(arguments.file).read_bytes()
    by_name = {sample.name: sample.body for sample in samples.samples}
    if arguments.example not in by_name:
        raise Refusal(NOT_A_WEBHOOK, f"examples are {', '.join(by_name)}")
    return by_name[arguments.example]


def _keys_folder() -> Path:
    """The keys of `./chitra up`, or those named in the environment; never those of an installation where real money moves."""
    settings = read_settings()
    if settings.distributed and settings.environment != "test":
        raise Refusal(NOT_HERE, "this is an installation with a database of its own")
    return (settings.keys_dir if os.environ.get("CHITRA_KEYS_DIR") else settings.home / "up" / "keys") / "providers"
