"""Made-up secrets of every kind that is redacted by default, and strings of the inside that users must never see.

They are put together at random, with a seed: nothing that looks like a key stands in a file of the project.
"""

from __future__ import annotations

import base64
import random
import string
from typing import NamedTuple

_RANDOM = random.Random(20251109)
_ALNUM = string.ascii_letters + string.digits
_WORD = _ALNUM + "_-"


class Canary(NamedTuple):
    """One made-up secret."""

    rule: str
    """The rule that has to find it."""
    secret: str
    """What must not be found anywhere."""
    text: str
    """How it stands in a text."""


def some(length: int, alphabet: str = _ALNUM) -> str:
    """Random characters, a digit among them, that begin and end with a letter."""
    middle = "".join(_RANDOM.choice(alphabet) for _ in range(length - 3))
    return _RANDOM.choice(string.ascii_letters) + middle + _RANDOM.choice(string.digits) + "q"


def _keys() -> list[Canary]:
    upper = string.ascii_uppercase + string.digits
    made = [
        *[("anthropic-key", f"sk-ant-{kind}-{some(93, _WORD)}") for kind in ("api03", "admin01", "sid01", "oat01")],
        *[("openai-key", f"sk-{kind}-{some(64, _WORD)}") for kind in ("proj", "svcacct", "admin", "or-v1")],
        ("openai-key", f"sk-{some(48)}"),
        ("openai-key", f"sk-{some(32)}"),
        ("google-key", f"AIza{some(35, _WORD)}"),
        ("google-key", f"AIza{some(35)}"),
        ("google-secret", f"GOCSPX-{some(28, _WORD)}"),
        ("aws-key", f"AKIA{''.join(_RANDOM.choice(upper) for _ in range(16))}"),
        ("aws-key", f"ASIA{''.join(_RANDOM.choice(upper) for _ in range(16))}"),
        *[("github-token", f"gh{kind}_{some(36)}") for kind in "pousr"],
        ("github-token", f"github_pat_{some(22)}_{some(59)}"),
        ("gitlab-token", f"glpat-{some(20, _WORD)}"),
        *[("slack-token", f"xox{kind}-{_RANDOM.randrange(10**11, 10**12)}-{some(24)}") for kind in "bpaesr"],
        ("slack-token", f"xapp-1-A0{some(10)}-{some(40)}"),
        *[("stripe-key", f"{kind}_{some(24)}") for kind in ("sk_live", "sk_test", "rk_live", "rk_test", "whsec")],
        ("huggingface-token", f"hf_{some(34)}"),
        ("npm-token", f"npm_{some(36)}"),
        ("pypi-token", f"pypi-AgEIcHlwaS5vcmc{some(60, _WORD)}"),
        ("groq-key", f"gsk_{some(52)}"),
        ("xai-key", f"xai-{some(80)}"),
        ("perplexity-key", f"pplx-{some(48)}"),
        ("replicate-token", f"r8_{some(37)}"),
        ("digitalocean-token", f"dop_v1_{'0123456789abcdef' * 4}"),
        ("shopify-token", f"shpat_{'0123456789abcdef' * 2}"),
        ("web-token", f"eyJ{some(30)}.eyJ{some(60)}.{some(43, _WORD)}"),
    ]
    return [Canary(rule, key, key) for rule, key in made]


def _in_text() -> list[Canary]:
    basic = base64.b64encode(f"bob:{some(14)}".encode()).decode().rstrip("=") + "7q"
    pem = "\n".join(some(64) for _ in range(6))
    shapes = [
        ("aws-secret", some(40), "aws_secret_access_key = {}"),
        ("aws-secret", some(40), 'AWS_SECRET_ACCESS_KEY="{}"'),
        ("aws-secret", some(40), '{{"secretAccessKey": "{}"}}'),
        ("azure-key", some(86), "AccountName=shop;AccountKey={}==;EndpointSuffix=core"),
        ("azure-key", some(43), "SharedAccessKeyName=all;SharedAccessKey={}="),
        ("bearer-token", some(40), "curl -H 'X: Bearer {}'"),
        ("bearer-token", some(24), "it said Bearer {} and then no more"),
        ("credential-header", basic, "Authorization: Basic {}"),
        ("credential-header", some(32), "Proxy-Authorization: Basic {}"),
        ("credential-header", some(32), "authorization: bearer {}"),
        ("credential-header", f"sid={some(32)}", '{{"cookie": "{}"}}'),
        ("credential-header", f"sid={some(32)}", "Headers({{'set-cookie': '{}'}})"),
        ("credential-header", some(32), '{{"x-api-key": "{}"}}'),
        ("credential-header", some(32), '{{"X-Auth-Token": "{}"}}'),
        ("credential-header", some(32), '{{"api-key": "{}"}}'),
        ("url-password", some(14), "postgres://bob:{}@db.example.org:5432/shop"),
        ("url-password", some(14), "https://bob:{}@proxy.example.org/path?q=1"),
        ("url-password", some(30), "git clone https://{}@git.example.org/shop.git"),
        ("private-key", pem, "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----"),
        ("private-key", pem, "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----"),
    ]
    return [Canary(rule, secret, shape.format(secret)) for rule, secret, shape in shapes]


CANARIES: tuple[Canary, ...] = (*_keys(), *_in_text())
"""Sixty and some."""

INTERNAL: tuple[str, ...] = (
    *[f"/srv/agents/support-{number}/config/providers.toml" for number in range(8)],
    *[
        f"You are the persona {name}; never mention rule {name}."
        for name in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gil")
    ],
    *[f'File "/opt/shop/flow{number}.py", line {number}, in charge' for number in range(7)],
    *[f"orders.internal_{verb}_v2" for verb in ("refund", "search", "cancel", "audit")],
    *[f"secret-model-{number}b-preview" for number in range(4)],
)
"""Paths, prompts, lines of tracebacks, names of tools and models."""


def pieces(secret: str) -> list[str]:
    """The parts of a secret that count as it: itself, and any line of it."""
    return [line for line in secret.split("\n") if line]
