"""The catalog's tables: narrow rows about sessions, without a payload in any of them.

A *round* is a turn or a step; an *operation* is an attempt or a tool call. Times are milliseconds since the epoch,
money is whole picodollars (``1e-12`` dollars). What is unknown is NULL. Every table but ``meta`` and ``segment`` can be
made again from the folded session; nothing refers to a row of another release, because another version of the schema
is another file.
"""

from __future__ import annotations

from decimal import Decimal

VERSION = 1
"""Grows with every change of the tables; an index of another version is thrown away and made again."""

PICODOLLARS = Decimal(10) ** 12
"""Picodollars in a dollar."""

_USAGE = """
    input_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    cost INTEGER,
    unpriced INTEGER NOT NULL DEFAULT 0"""
# `cost` sums what was told and what could be estimated; `unpriced` counts answers with usage for which neither was so.

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- A journal's file, as far as it has been read.
CREATE TABLE segment (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    number INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,      -- nanoseconds
    alive INTEGER NOT NULL,         -- whether its writer lived when it was last looked at
    checkpoint BLOB,                -- where to read on; NULL for a segment that is read as a whole
    UNIQUE (session, number)
);

-- One row per session. Counts and sums without prefix are its own, those with `all_` include the sessions below it.
CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    agent_id TEXT,
    model TEXT,
    title TEXT,
    latest_status TEXT,
    status TEXT NOT NULL,           -- running ok failed interrupted abandoned, or unreadable
    error TEXT,                     -- of FIN; for an unreadable session the sentence that says why
    failure_slug TEXT,
    failure_path TEXT,
    failure_origin TEXT,
    incident TEXT,
    parent_id TEXT,                 -- session id of the session that started it
    parent_path TEXT,
    started_at REAL NOT NULL,
    ended_at REAL,
    seen_at REAL NOT NULL,          -- time of its newest act
    turns INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    tools INTEGER NOT NULL,
    tools_failed INTEGER NOT NULL,
    children INTEGER NOT NULL DEFAULT 0,  -- sessions below it, at any depth
    notes INTEGER NOT NULL,         -- what reading found or the writer said of the record itself
    damaged INTEGER NOT NULL,       -- those that say something was lost
    size INTEGER NOT NULL,          -- bytes of its journals
    {_USAGE.strip()},
    all_attempts INTEGER NOT NULL DEFAULT 0,
    all_retries INTEGER NOT NULL DEFAULT 0,
    all_tools INTEGER NOT NULL DEFAULT 0,
    all_tools_failed INTEGER NOT NULL DEFAULT 0,
    all_input_tokens INTEGER NOT NULL DEFAULT 0,
    all_cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    all_cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    all_output_tokens INTEGER NOT NULL DEFAULT 0,
    all_reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    all_cost INTEGER,
    all_unpriced INTEGER NOT NULL DEFAULT 0,
    frame BLOB                      -- offsets of its lines outside rounds; NULL for one that is read as a whole
);
CREATE INDEX session_by_start ON session (started_at);
CREATE INDEX session_by_status ON session (status);
CREATE INDEX session_by_agent ON session (agent_id);
CREATE INDEX session_by_parent ON session (parent_id);
CREATE INDEX session_by_incident ON session (incident) WHERE incident IS NOT NULL;

CREATE TABLE tag (session INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (session, tag)) WITHOUT ROWID;
CREATE INDEX tag_by_name ON tag (tag, session);

-- A turn or a step.
CREATE TABLE round (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    segment INTEGER NOT NULL,       -- number of the segment it began in
    n INTEGER NOT NULL,             -- number of its node in that segment
    kind TEXT NOT NULL,             -- turn, or the kind of a step: system compaction router handoff command
    position INTEGER NOT NULL,      -- its index, from 1 among the turns or among the steps
    path TEXT NOT NULL,             -- 2, s1
    name TEXT,                      -- of a step
    action TEXT,                    -- message menu workflow tool command
    action_name TEXT,
    words TEXT,                     -- beginning of what the user typed
    status TEXT NOT NULL,
    error TEXT,
    started_at REAL NOT NULL,
    ended_at REAL,
    attempts INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    tools INTEGER NOT NULL,
    tools_failed INTEGER NOT NULL,
    warnings INTEGER NOT NULL,      -- WRN entries on it and below it, without child sessions
    errors INTEGER NOT NULL,        -- ERR entries
    {_USAGE.strip()},
    lines BLOB,                     -- byte offsets of its lines; NULL for a session that is read as a whole
    UNIQUE (session, segment, n)
);
CREATE INDEX round_by_start ON round (session, started_at, id);
CREATE INDEX round_by_path ON round (session, path);
CREATE INDEX round_running ON round (session) WHERE status = 'running';

-- An attempt or a tool call.
CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    round INTEGER NOT NULL,
    position INTEGER NOT NULL,      -- from 1 within its round, in time: the path is <round's path>-<position>
    number INTEGER NOT NULL,        -- of an attempt from 0, of a tool call from 1
    kind TEXT NOT NULL,             -- attempt, or the kind of a tool: mcp rest agent command function workflow
    name TEXT,                      -- of a tool; of an attempt the model asked for
    detail TEXT,                    -- of a tool its command; of an attempt the provider
    status TEXT NOT NULL,
    verdict TEXT,
    slugs TEXT,                     -- separated by a blank
    error TEXT,
    http_status INTEGER,
    backoff_ms REAL,
    started_at REAL NOT NULL,
    first_token_at REAL,
    ended_at REAL,
    child_id TEXT,                  -- session id of the session it started
    {_USAGE.strip()}
);
CREATE INDEX operation_by_round ON operation (round, position);
CREATE INDEX operation_by_session ON operation (session);
CREATE INDEX operation_running ON operation (session) WHERE status = 'running';

-- WRN and ERR entries, and the others that an agent wrote on purpose; VRB entries stay in the journal.
CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    round INTEGER,                  -- NULL on INIT, FIN and the session itself
    path TEXT NOT NULL,             -- of the node it hangs on; empty for the session itself
    at REAL NOT NULL,
    severity TEXT NOT NULL,
    slug TEXT NOT NULL,
    message TEXT NOT NULL,          -- its beginning
    offset INTEGER                  -- where its line begins, if it stands outside rounds in a large segment
);
CREATE INDEX log_by_session ON log (session, at);
CREATE INDEX log_by_round ON log (round) WHERE round IS NOT NULL;

-- Which slugs a session has, on log entries and as reasons of operations and of its failure.
CREATE TABLE slug (slug TEXT NOT NULL, session INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (slug, session)) WITHOUT ROWID;
CREATE INDEX slug_by_session ON slug (session);

-- Which tools a session called, and how the calls ended.
CREATE TABLE tool (name TEXT NOT NULL, status TEXT NOT NULL, session INTEGER NOT NULL, kind TEXT NOT NULL,
    calls INTEGER NOT NULL, ms REAL NOT NULL, PRIMARY KEY (name, status, session, kind)) WITHOUT ROWID;
CREATE INDEX tool_by_session ON tool (session);

-- What a session used, by the model asked for.
CREATE TABLE usage (
    session INTEGER NOT NULL,
    provider TEXT NOT NULL,         -- empty if unknown
    model TEXT NOT NULL,            -- empty if unknown
    attempts INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    {_USAGE.strip()},
    PRIMARY KEY (session, provider, model)
) WITHOUT ROWID;
CREATE INDEX usage_by_model ON usage (model, session);

-- Failures as `tree.failure.explain` tells them; made when somebody asks for them.
CREATE TABLE failure (
    session INTEGER NOT NULL,       -- the outermost session
    slug TEXT,
    origin TEXT NOT NULL,
    agent_id TEXT,
    path TEXT NOT NULL,
    fate TEXT NOT NULL              -- ended recovered aside
);
CREATE INDEX failure_by_session ON failure (session);
CREATE TABLE explained (session INTEGER PRIMARY KEY);

-- Where the values of a large segment lie: `count` values of a table, from number `first` on, in the line at `offset`.
CREATE TABLE value (
    segment INTEGER NOT NULL,       -- segment.id
    numbers INTEGER NOT NULL,       -- the table of values
    first INTEGER NOT NULL,
    count INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    bytes INTEGER NOT NULL,         -- sum of their sizes, each with all it refers to
    PRIMARY KEY (segment, numbers, first)
) WITHOUT ROWID;

-- To which round the operations of a large segment belong, by the numbers of their nodes.
CREATE TABLE node (
    segment INTEGER NOT NULL,       -- segment.id
    n INTEGER NOT NULL,
    round INTEGER NOT NULL,         -- the round's own number
    PRIMARY KEY (segment, n)
) WITHOUT ROWID;
"""
"""The statements that make an empty catalog."""


_MOST_DOLLARS = 1_000_000
LARGEST = 1 << 50
"""The largest number that is summed: a foreign record may hold any, and sums must fit 64 bits."""


def to_picodollars(cost: Decimal | None) -> int | None:
    """A cost as the catalog holds it; one that is no amount of money is unknown."""
    if cost is None or not cost.is_finite() or abs(cost) > _MOST_DOLLARS:
        return None
    return int((cost * PICODOLLARS).to_integral_value())


def to_dollars(picodollars: int | None) -> Decimal | None:
    """A cost as the catalog gave it back, without trailing zeros."""
    return None if picodollars is None else (Decimal(picodollars) / PICODOLLARS).normalize()
