r"""Rules: what a secret looks like.

A rule finds secrets in text by a pattern, or under the names of an object's members. Its literals are what every match
contains: a line without any of them is not looked at further, so that a rule costs a recording application next to
nothing. Those of :data:`CERTAIN` are in force by default and only know what cannot be anything else: key formats with
a prefix of their own and a length, credentials behind the name of their header, the password inside an address.
Placeholders (``$TOKEN``, ``<key>``, ``user:password@``) are nobody's secret and stay.

``opening`` is how a secret looks that a stream has not brought to its end yet.
"""

from __future__ import annotations

import msgspec

_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))"
_WORD = r"[A-Za-z0-9_-]"
_TOKEN = r"[A-Za-z0-9._~+/-]"  # noqa: S105 - what tokens are made of
_QUOTE = r"""\\*["']"""
_HAS_DIGIT = r"""(?=[^\s"'\\]*[0-9])"""
_NO_PLACEHOLDER = r"""(?![^\s"'\\]*[<>{}$%*]|\.\.\.|x{4}|X{4}|(?i:your|my-|some-|test-|example|dummy|placeholder))"""
_COMMON_WORDS = "(?:password|passwd|passw|pass|pwd|secret|token|changeme|example|credentials|key|apikey|api_key)"


class Rule(msgspec.Struct, frozen=True):
    """One kind of secret."""

    name: str
    """What stands in the secret's place: ``[redacted name]``."""
    pattern: str = ""
    """A regular expression; only its group ``secret`` is replaced if it has one, else all it matches."""
    literal: str | tuple[str, ...] = ()
    """Strings of which every match contains one; without any, all text is searched, at a price."""
    keys: tuple[str, ...] = ()
    """Names of members whose values are secrets wherever they stand; case, ``-`` and ``_`` do not matter."""
    opening: str = ""
    """A regular expression for the end of a text that may be the beginning of a secret."""
    leads: tuple[str, ...] = ()
    """How a secret begins; what a text ends with may be the beginning of one of these."""

    @property
    def literals(self) -> tuple[str, ...]:
        """The literals, however many."""
        return (self.literal,) if isinstance(self.literal, str) else self.literal


def _keyed(name: str, leads: tuple[str, ...], rest: str, run: str = _WORD) -> Rule:
    """A key that begins with one of some leads; ``rest`` is what follows, ``run`` one character of it."""
    start = f"{_START}(?:{'|'.join(lead.replace('.', '[.]') for lead in leads)})"
    return Rule(name, f"{start}{rest}", leads, (), f"{start}{run}*\\Z", leads)


HEADER = "credential-header"
"""The rule by which the value of a credential header is redacted."""

CERTAIN: tuple[Rule, ...] = (
    _keyed("anthropic-key", ("sk-ant-",), f"(?={_WORD}*[0-9]){_WORD}{{16,}}"),
    _keyed("openai-key", ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-or-v1-"), f"{_WORD}{{20,}}"),
    _keyed("openai-key", ("sk-",), "[A-Za-z0-9]{32,}(?![A-Za-z0-9])", "[A-Za-z0-9]"),
    _keyed("google-key", ("AIza",), f"{_WORD}{{35}}(?!{_WORD})"),
    _keyed("google-secret", ("GOCSPX-",), f"{_WORD}{{24,}}"),
    _keyed("aws-key", ("AKIA", "ASIA"), "(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}(?![A-Za-z0-9])", "[A-Z0-9]"),
    Rule(
        "aws-secret",
        r"(?i:secret_?access_?key)" + f"(?:{_QUOTE})?" + r"\s*[:=]\s*" + f"(?:{_QUOTE})?"
        r"(?P<secret>(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ("ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey"),
        ("aws_secret_access_key", "SecretAccessKey", "secretAccessKey"),
        r"""(?i:secret_?access_?key)[\\"'\s:=]*[A-Za-z0-9/+]*\Z""",
        ("secret_access_key", "secretaccesskey"),
    ),
    _keyed("github-token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), "[A-Za-z0-9]{36,}"),
    _keyed("github-token", ("github_pat_",), f"{_WORD}{{22,}}"),
    _keyed("gitlab-token", ("glpat-",), f"{_WORD}{{20,}}"),
    _keyed(
        "slack-token",
        ("xoxb-", "xoxp-", "xoxa-", "xoxe-", "xoxo-", "xoxr-", "xoxs-", "xapp-"),
        r"(?=[\w-]*[0-9])[\w-]{16,}",
    ),
    _keyed("stripe-key", ("sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"), "[A-Za-z0-9]{16,}"),
    _keyed("huggingface-token", ("hf_",), "(?=[A-Za-z]*[0-9])[A-Za-z0-9]{30,}", "[A-Za-z0-9]"),
    _keyed("npm-token", ("npm_",), "(?=[A-Za-z]*[0-9])[A-Za-z0-9]{36}(?![A-Za-z0-9])", "[A-Za-z0-9]"),
    _keyed("pypi-token", ("pypi-AgEIcHlwaS5vcmc",), f"{_WORD}{{20,}}"),
    _keyed("groq-key", ("gsk_",), "(?=[A-Za-z]*[0-9])[A-Za-z0-9]{40,}", "[A-Za-z0-9]"),
    _keyed("xai-key", ("xai-",), "(?=[A-Za-z]*[0-9])[A-Za-z0-9]{60,}", "[A-Za-z0-9]"),
    _keyed("perplexity-key", ("pplx-",), "(?=[a-zA-Z]*[0-9])[A-Za-z0-9]{40,}", "[A-Za-z0-9]"),
    _keyed("replicate-token", ("r8_",), "[A-Za-z0-9]{37,}", "[A-Za-z0-9]"),
    _keyed("digitalocean-token", ("dop_v1_", "doo_v1_", "dor_v1_"), "[0-9a-f]{64}"),
    _keyed("shopify-token", ("shpat_", "shpss_", "shpca_", "shppa_"), "[0-9a-fA-F]{32}"),
    _keyed("web-token", ("eyJ",), r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", r"[\w.-]"),
    _keyed("azure-key", ("AccountKey=", "SharedAccessKey="), "(?P<secret>[A-Za-z0-9+/]{40,}={0,2})", "[A-Za-z0-9+/=]"),
    _keyed(
        "bearer-token",
        ("Bearer ",),
        f"(?P<secret>{_NO_PLACEHOLDER}(?=[^\\s]*[0-9]){_TOKEN}{{16,}}=*)",
        f"{_TOKEN}*=",
    ),
    Rule(
        HEADER,
        f"{_START}(?i:(?:proxy-)?authorization)(?:{_QUOTE})?\\s*[:=]\\s*(?:{_QUOTE})?"
        f"(?i:basic|bearer|token|digest|negotiate|apikey|api-key) +"
        f"(?P<secret>{_NO_PLACEHOLDER}{_HAS_DIGIT}{_TOKEN}{{8,}}=*)",
        ("uthorization", "UTHORIZATION"),
        (),
        f"{_START}(?i:authorization)[\\\\\"'\\s:=]*[A-Za-z-]*(?: +{_TOKEN}*=*)?\\Z",
        ("authorization",),
    ),
    Rule(
        HEADER,
        f"(?i:(?:set-)?cookie|authorization|x-[a-z-]{{0,40}}token|api-key){_QUOTE}\\s*[:=,]\\s*[bf]?{_QUOTE}"
        f"(?P<secret>{_NO_PLACEHOLDER}{_HAS_DIGIT}[^\"'\\\\]{{12,}})",
        ("ookie", "OOKIE", "uthorization", "-token", "-Token", "-TOKEN", "pi-key", "pi-Key", "PI-Key", "PI-KEY"),
        (),
        "(?i:(?:cookie|authorization|x-[a-z-]{0,40}token|api-key)"
        f"(?:\\\\*|{_QUOTE}[\\s:=,]*[bf]?(?:\\\\*|{_QUOTE}[^\"'\\\\]*))|x-[a-z-]{{0,40}})\\Z",
        ("cookie", "authorization", "x-", "api-key"),
    ),
    Rule(
        "private-key",
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
        r"(?=[\s\S]{0,160}?(?=[A-Za-z+/]{0,63}[0-9])[A-Za-z0-9+/]{24})"
        r"(?:(?:(?!-{5})[\s\S])*-{5}END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-{5}|[A-Za-z0-9+/=\s\\]*)",
        "PRIVATE KEY",
        (),
        r"-----BEGIN (?:(?!-{5}END [A-Z0-9 ]{0,30}KEY(?: BLOCK)?-{5})[\s\S])*\Z",
        ("-----BEGIN ",),
    ),
    Rule(
        "url-password",
        r":(?:\\*/){2}"
        r"(?P<secret>(?:[^\s/@:\"'<>\\]*:(?!" + _COMMON_WORDS + r"@|[^\s/@]*[<>{}$%*\[]|x+@|\.+@)"
        r"""[^\s/@"'\\]{3,}|[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]{19,}))(?=@)""",
        "@",
        (),
        r""":(?:\\*/){2}[^\s/"'<>@]*@?\Z""",
        ("://",),
    ),
)
"""What is a secret beyond doubt."""

CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-goog-api-key"}
)
"""Headers whose values are secrets; so is every one that ends in ``-token``."""

HEADER_COMPANIONS = frozenset({"accept", "accept-encoding", "content-length", "content-type", "host", "user-agent"})
"""Headers by which an object is known to hold headers."""

HEADER_LITERALS = (
    *("uthorization", "UTHORIZATION", "ookie", "OOKIE", "pi-key", "pi-Key", "PI-Key", "PI-KEY"),
    *("pi_key", "PI_KEY", "-token", "-Token", "-TOKEN"),
)
"""What a line with a credential header contains."""
