/**
 * What the server answers: written by `python -m clew.web.wire_types` from the structs of Python, not by hand.
 *
 * Money is a decimal text, times are milliseconds since the epoch, a span is a text with the name of a style.
 */

/** A local day, or an hour of all days. */
export interface Active {
  /** ``2026-11-22``, or the hour: ``09``. */
  readonly when: string;
  /** That began then. */
  readonly sessions: number;
  /** Those of them that failed or were interrupted. */
  readonly failed: number;
  /** All that they used. */
  readonly tokens: number;
  /** US dollars, as far as known. */
  readonly cost: string | null;
}

/** One thing that took time, or several that are too short to be told apart. */
export interface Bar {
  readonly kind: 'attempt' | 'backoff' | 'bundle' | 'child' | 'idle' | 'step' | 'tool' | 'turn';
  /** From the session; of a bundle that of one of them; empty for time in which nothing was done. */
  readonly path: string;
  /** As everywhere; ``rejected`` for an answer that was, ``failed`` for a bundle in which something failed. */
  readonly status: string;
  /** Of the tool, the model, the agent, the step. */
  readonly name: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** ``None`` for what is running. */
  readonly endedAt: number | null;
  /** How many there are in a bundle. */
  readonly count: number;
  /** How many of them did not end well. */
  readonly failed: number;
}

/** A node of A beside the node of B that it corresponds to. */
export interface Beside {
  readonly pathA: string | null;
  readonly pathB: string | null;
  readonly node: 'attempt' | 'fin' | 'init' | 'session' | 'step' | 'tool' | 'turn';
  readonly change: 'added' | 'changed' | 'removed' | 'same';
}

/** One piece of a message. */
export interface Block {
  readonly kind: 'file' | 'image' | 'other' | 'text' | 'thinking' | 'tool_result' | 'tool_use';
  /** What was said, thought, answered; the parameters of a call as JSON. Its beginning if it is long. */
  readonly text: string;
  /** Whether there is more of the text than stands here. */
  readonly isCut: boolean;
  /** Where the text, or the whole block, stands in the payload. */
  readonly at: readonly (string | number)[];
  /** Of a call the tool. */
  readonly name: string | null;
  /** Of a call or its result. */
  readonly callId: string | null;
  /** Whether a result says that the call failed. */
  readonly isError: boolean;
  /** Of an image or a file, ``image/png``. */
  readonly mediaType: string | null;
}

/** A payload in an exported file; `[shelf, first, count]` stands for so many of the lines or messages of a shelf. */
export interface CarriedPart {
  /** Of its JSON. */
  readonly lines?: readonly (string | readonly [string, number, number])[];
  /** Its lines as text; not there for what is no text, and where the JSON says the same. */
  readonly text?: readonly string[] | null;
  /** Of a conversation. Those of a shelf are numbered anew. */
  readonly messages?: readonly (readonly [string, number, number] | Message)[] | null;
  /** The address of another part, of which everything is meant. */
  readonly same?: string | null;
}

/** One failure. */
export interface Cause {
  readonly path: string;
  readonly slug: string | null;
  readonly origin: 'agent' | 'configuration' | 'context' | 'host' | 'model' | 'tool' | 'user' | 'workflow';
  readonly what: string;
}

/** Two sessions beside each other, with a page of differences and a page of nodes. */
export interface Compared {
  readonly a: SessionRow;
  readonly b: SessionRow;
  readonly differences: readonly Unlike[];
  readonly differenceCount: number;
  readonly pairs: readonly Beside[];
  readonly pairCount: number;
  /** Where both pages begin. */
  readonly first: number;
  readonly deltas: readonly Delta[];
  /** Places that differ only because of a difference reported before them. */
  readonly echoes: number;
}

/** One way to go on with a query: ``text[:start] + insert + text[cursor:]`` is the query with it. */
export interface Completed {
  readonly insert: string;
  readonly start: number;
  /** What it means; empty for a plain value. */
  readonly says: string;
}

/** How a query may go on, the likeliest first. */
export interface Completions {
  readonly items: readonly Completed[];
  /** What is wrong with it as it stands. */
  readonly problem: QueryProblem | null;
}

/** What a node cost, and how that is known. */
export interface Cost {
  /** ``None`` if unknown. */
  readonly dollars: string | null;
  /** ``told`` by whoever recorded it, ``estimated`` from prices, ``summed`` from what is below. */
  readonly source: 'estimated' | 'summed' | 'told' | 'unknown';
  /** Answers below whose cost is unknown. */
  readonly unpriced: number;
  /** Of a single call: what each part of it costs, by the prices that are known. */
  readonly quote: Quote | null;
}

/** Where tokens and dollars went: a page of shares, which sum up to the total. */
export interface Costs {
  readonly shares: readonly Share[];
  /** How many shares come before them. */
  readonly first: number;
  /** How many there are. */
  readonly count: number;
  readonly total: Share;
}

/** A sum over each of two sessions. */
export interface Delta {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly delta: string | null;
}

/** One node. */
export interface Detail {
  /** Of the session that it belongs to. */
  readonly sessionId: string;
  /** From the session of the view. */
  readonly path: string;
  readonly kind: 'attempt' | 'fin' | 'init' | 'session' | 'step' | 'tool' | 'turn';
  readonly facts: readonly Fact[];
  readonly parts: readonly PartFacts[];
  readonly logs: readonly LogLine[];
  /** With what is below it; ``None`` if unknown, or nothing uses tokens here. */
  readonly usage: Usage | null;
  /** ``None`` where nothing costs anything. */
  readonly cost: Cost | null;
  /** What cannot be true of its usage and cost. */
  readonly suspicions: readonly Suspicion[];
  readonly links: readonly Link[];
}

/** One thing that is known of a node. Its text is cleaned and may have several lines. */
export interface Fact {
  /** In a word or two: ``status``, ``HTTP status``. */
  readonly name: string;
  /** For people. */
  readonly value: string;
  /** A name of :data:`clew.text.signs.STYLES`. */
  readonly style: string;
}

/** The body of every answer that is none. */
export interface Failed {
  readonly error: Fault;
}

/** Failures that are alike. */
export interface FailurePattern {
  readonly slug: string | null;
  readonly origin: 'agent' | 'configuration' | 'context' | 'host' | 'model' | 'tool' | 'user' | 'workflow';
  readonly agentId: string | null;
  readonly count: number;
  /** How many of them ended their session. */
  readonly ended: number;
  readonly recovered: number;
  readonly sessions: number;
  /** How many on each day. */
  readonly days: readonly number[];
  readonly trend: 'falling' | 'gone' | 'new' | 'rising' | 'steady';
  /** The newest session with one. */
  readonly last: string;
}

/** Patterns of failure by day; those that ended most sessions come first. */
export interface Failures {
  /** Local days, the last of which is today. */
  readonly days: readonly string[];
  readonly patterns: readonly FailurePattern[];
}

/** What is told of a failure. */
export interface Fault {
  /** Its stable name. */
  readonly slug: string;
  /** The incident, which the server's log knows. */
  readonly id: string;
}

/** A session, or one below it, went on. */
export interface Grown {
  /** ``None`` if it is no more there, or was not read yet. */
  readonly row: SessionRow | null;
}

/** Bars that do not overlap, in the order of time. */
export interface Lane {
  readonly group: 'models' | 'rounds' | 'sessions' | 'tools';
  readonly bars: readonly Bar[];
}

/** A way to another node. */
export interface Link {
  /** ``request_before``: the request sent to the model before this one. */
  readonly kind: 'after' | 'before' | 'child' | 'parent' | 'request_before' | 'round';
  readonly sessionId: string;
  /** From the session of the view; of a parent from that session. */
  readonly path: string;
}

/** A log entry. Its texts are cleaned. */
export interface LogLine {
  /** Among all entries of its node, from 0. */
  readonly place: number;
  /** ISO 8601 in UTC. */
  readonly at: string | null;
  readonly severity: 'ERR' | 'FIN' | 'THK' | 'TRC' | 'VRB' | 'WRN';
  readonly slug: string;
  readonly message: string;
  /** ``file:line function``. */
  readonly source: string | null;
  /** Whether its slug was declared. */
  readonly isDeclared: boolean;
  /** Its details, and the payloads in force when it was logged. */
  readonly parts: readonly PartFacts[];
}

/** Where something was found. */
export interface Match {
  /** From 0. */
  readonly line: number;
  /** From 0, in characters. */
  readonly column: number;
  /** Characters, which may reach into further lines. */
  readonly length: number;
}

/** Where a text stands in a part. */
export interface Matches {
  /** At most one for each line. */
  readonly matches: readonly Match[];
  /** Whether there are no more after these. */
  readonly isLast: boolean;
}

/** One message. */
export interface Message {
  /** From 0 within its payload. */
  readonly number: number;
  /** ``system``, ``user``, ``assistant``, ``tool`` … as the payload says. */
  readonly role: string;
  readonly blocks: readonly Block[];
}

/** What changed in the folder: the client asks again for what it shows. */
export interface Moved {
  /** Sessions that are new or went on, newest first; of very many the first. */
  readonly rows: readonly SessionRow[];
  readonly gone: readonly string[];
  /** How many are being written. */
  readonly live: number;
  /** Whether nothing was left out; else ask for everything that is shown. */
  readonly isAll: boolean;
}

/** What is new in a request beside the one before. */
export interface New {
  /** How many messages at the beginning are the same. */
  readonly same: number;
  /** How many come after them. */
  readonly added: number;
  /** How many of the request before are no more there. */
  readonly gone: number;
  /** Other fields that differ: ``model``, ``tools`` … */
  readonly changed: readonly string[];
}

/** What is new in a request. */
export interface Newer {
  /** The path of the request before it; ``None`` if it is the first. */
  readonly before: string | null;
  /** ``None`` if there is none before it, or one of them sent nothing. */
  readonly new: New | null;
}

/** Where a way on leads. */
export interface NextNode {
  /** ``None`` if there is nothing more. */
  readonly path: string | null;
}

/** A node, with a page of its log entries. */
export interface NodePage {
  readonly detail: Detail;
  /** How many entries it has. */
  readonly logCount: number;
}

/** Sessions at a glance. */
export interface Overview {
  readonly sessions: number;
  /** Those of them that others started. */
  readonly below: number;
  /** Sessions by how they stand, the most frequent first. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly turns: number;
  readonly retries: number;
  readonly tools: number;
  readonly toolsFailed: number;
  /** What they used, in all. */
  readonly spending: Spending;
  /** Why the most of them failed. */
  readonly reasons: readonly Reason[];
  /** Every day from the first to the last. */
  readonly days: readonly Active[];
  /** Every hour of the day. */
  readonly hours: readonly Active[];
}

/** What is known of a part before it is opened. */
export interface PartFacts {
  /** ``request``, ``response``, ``report``, ``log 2 details`` …; the same name asks for it. */
  readonly name: string;
  /** How it is shown best; as JSON any part can be shown. */
  readonly kind: 'conversation' | 'json' | 'text';
  /** Bytes of its compact JSON. */
  readonly size: number;
}

/** A page of a part: lines, or messages. */
export interface PartPage {
  readonly name: string;
  /** How it is shown best. */
  readonly kind: 'conversation' | 'json' | 'text';
  /** Bytes of its compact JSON. */
  readonly size: number;
  readonly first: number;
  readonly lines: readonly string[] | null;
  readonly messages: readonly Message[] | null;
  /** How many lines or messages there are, as far as is known. */
  readonly known: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** Dollars of one call, part by part. */
export interface Parts {
  /** For fresh input. */
  readonly input: string;
  /** For what was read from the cache. */
  readonly cache_read: string;
  /** For what was written to the cache. */
  readonly cache_write: string;
  /** For all output, reasoning included. */
  readonly output: string;
  /** For the call itself. */
  readonly request: string;
}

/** What is wrong with a query. */
export interface QueryProblem {
  readonly sentence: string;
  /** From 1. */
  readonly column: number;
}

/** A cost, and how it comes about. */
export interface Quote {
  /** US dollars: the sum of the parts. */
  readonly cost: string;
  /** Dollars, part by part. */
  readonly parts: Parts;
  /** The unit prices, of the bracket that the call falls into. */
  readonly rates: Rates;
  /** Where they were found: ``genai-prices 0.2.3 anthropic/claude-haiku-4-5`` or ``prices.toml: claude-*``. */
  readonly source: string;
}

/** Unit prices: dollars per million tokens, except ``request``. */
export interface Rates {
  /** Fresh input; ``None`` if unknown. */
  readonly input: string | null;
  /** Input read from the cache; ``None`` if it has no price of its own and costs what fresh input does. */
  readonly cache_read: string | null;
  /** Input written to the cache; ``None`` if it has no price of its own and costs what fresh input does. */
  readonly cache_write: string | null;
  /** Output; ``None`` if unknown. */
  readonly output: string | null;
  /** The reasoning in the output; ``None`` if it has no price of its own, as nearly everywhere. */
  readonly reasoning: string | null;
  /** Dollars for the call itself. */
  readonly request: string;
}

/** How far the catalog is. */
export interface Reading {
  /** Sessions read. */
  readonly done: number;
  /** Sessions to read. */
  readonly of: number;
}

/** Why sessions failed, as they said themselves. */
export interface Reason {
  /** ``None`` where they did not say. */
  readonly slug: string | null;
  readonly origin: string | null;
  readonly sessions: number;
}

/** A slice of the rows of a tree. */
export interface RowPage {
  readonly rows: readonly TreeRow[];
  /** How many come before them. */
  readonly first: number;
  readonly total: number;
  /** Where the row is that was asked for; ``None`` if it is not to be seen as things are opened. */
  readonly at: number | null;
  /** The keys to be opened for that row to be seen. */
  readonly above: readonly string[];
  /** How many nodes the query means; ``None`` without one. */
  readonly matching: number | null;
}

/** Something to know about the record itself. */
export interface SaidNote {
  readonly kind: string;
  readonly message: string;
  readonly segment: number;
  readonly offset: number | null;
  readonly size: number | null;
}

/** A page of hits, newest session first. */
export interface SearchPage {
  readonly hits: readonly Spotted[];
  /** What to leave out to get those after; ``None`` if these are the last. */
  readonly next: number | null;
}

/** One session, and where it belongs. */
export interface SessionHead {
  readonly row: SessionRow;
  /** The sessions that it is in, the outermost first. */
  readonly above: readonly SessionRow[];
  /** Sessions that it started itself, oldest first; of very many the first. */
  readonly below: readonly SessionRow[];
  /** What happened to its record; of very many the first. */
  readonly notes: readonly SaidNote[];
}

/** A page of sessions. */
export interface SessionPage {
  readonly rows: readonly SessionRow[];
  /** How many come before them. */
  readonly offset: number;
  /** How many the query means. */
  readonly total: number;
  /** How many of the folder are being written. */
  readonly live: number;
  /** How far the folder is read, while that takes long; the page may then lack some. */
  readonly reading: Reading | null;
}

/** One row of a list of sessions. */
export interface SessionRow {
  readonly sessionId: string;
  readonly agentId: string | null;
  readonly model: string | null;
  readonly title: string | null;
  /** The beginning of what the user typed first. */
  readonly opening: string | null;
  /** What the agent last said of itself. */
  readonly latestStatus: string | null;
  readonly status: 'abandoned' | 'failed' | 'interrupted' | 'ok' | 'running' | 'unreadable';
  /** The failure in words; for an unreadable session the sentence that says why. */
  readonly error: string | null;
  readonly failureSlug: string | null;
  readonly failurePath: string | null;
  readonly failureOrigin:
    | 'agent'
    | 'configuration'
    | 'context'
    | 'host'
    | 'model'
    | 'tool'
    | 'user'
    | 'workflow'
    | null;
  readonly incident: string | null;
  /** The session that started it. */
  readonly parentId: string | null;
  readonly parentPath: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Time of its newest act. */
  readonly seenAt: number;
  /** Of its own. */
  readonly turns: number;
  /** Of its own. */
  readonly steps: number;
  readonly attempts: number;
  readonly retries: number;
  readonly tools: number;
  readonly toolsFailed: number;
  /** Sessions below it, at any depth. */
  readonly children: number;
  readonly usage: Usage;
  /** US dollars, told or estimated; ``None`` if nothing is known. */
  readonly cost: string | null;
  /** Answers with usage whose cost is unknown. */
  readonly unpriced: number;
  /** Things to know about the record itself. */
  readonly notes: number;
  /** Those that say something was lost. */
  readonly damaged: number;
  /** Bytes of its own journals. */
  readonly size: number;
  readonly tags: readonly string[];
}

/** A part of what was used and spent. */
export interface Share {
  /** The model, the agent, the tool …; empty for what belongs to none. */
  readonly key: string;
  readonly usage: Usage;
  /** US dollars, told or estimated; ``None`` if none of it is known. */
  readonly cost: string | null;
  /** Answers whose cost is unknown. */
  readonly unpriced: number;
  /** Attempts with known usage or cost. */
  readonly calls: number;
  /** Its part of the known cost, 0 to 1; ``None`` if unknown. */
  readonly ofCost: number | null;
  /** Its part of all tokens, 0 to 1; ``None`` if there are none. */
  readonly ofTokens: number | null;
}

/** A piece of a row. */
export type Span = readonly [string, string];

/** What was used under one key. */
export interface Spending {
  /** One for each thing that was asked for; ``None`` if unknown. */
  readonly keys: readonly (string | null)[];
  readonly attempts: number;
  /** Attempts that failed. */
  readonly failed: number;
  readonly usage: Usage;
  /** US dollars, told or estimated; ``None`` if nothing is known. */
  readonly cost: string | null;
  /** Answers with usage whose cost is unknown. */
  readonly unpriced: number;
}

/** A hit of a search, in its place. */
export interface Spotted {
  readonly sessionId: string;
  readonly agentId: string | null;
  /** ``None`` if the catalog does not have the session yet. */
  readonly status: 'abandoned' | 'failed' | 'interrupted' | 'ok' | 'running' | 'unreadable' | null;
  /** The node; empty for the session itself. */
  readonly path: string;
  readonly event: string;
  readonly field: string;
  /** Where in the value, ``messages[3].content``, if that could be told. */
  readonly where: string;
  readonly before: string;
  readonly match: string;
  readonly after: string;
  /** How often it occurs in this value. */
  readonly count: number;
}

/** One thing that cannot be true. */
export interface Suspicion {
  /** Which rule it breaks. */
  readonly kind:
    | 'cached_twice'
    | 'cost_apart'
    | 'cost_impossible'
    | 'input_over_request'
    | 'negative_count'
    | 'no_output'
    | 'no_usage'
    | 'output_over_limit'
    | 'reasoning_over_output'
    | 'too_little_output'
    | 'totals'
    | 'unlike_answer';
  /** A sentence with the figures. */
  readonly message: string;
}

/** What the record holds of the first cause. */
export interface Testimony {
  /** Of the log entry, if there is one. */
  readonly severity: 'ERR' | 'FIN' | 'THK' | 'TRC' | 'VRB' | 'WRN' | null;
  readonly slug: string | null;
  readonly message: string | null;
  readonly httpStatus: number | null;
}

/** A window of time. */
export interface Timeline {
  /** When the session began. */
  readonly startedAt: number;
  /** When it ended, or was heard of last. */
  readonly endedAt: number;
  /** What is shown of it. */
  readonly window: readonly [number, number];
  readonly lanes: readonly Lane[];
}

/** One row. Texts are cleaned: they hold nothing that a terminal would obey. */
export interface TreeRow {
  /** Its name among the rows of this tree: the path of a node, else one made of it. It stays while a session grows. */
  readonly key: string;
  /** The full path of the node from the outermost session; empty for that session itself and for what has none. */
  readonly path: string;
  /** The full path of the node to show for it: its own, or that of the node which a log entry or a note hangs on. */
  readonly holder: string;
  /** Of a log entry: its place among all entries of its holder, from 0. */
  readonly log: number | null;
  readonly kind: 'attempt' | 'ending' | 'fin' | 'init' | 'log' | 'note' | 'session' | 'step' | 'tool' | 'turn';
  /** What it is. */
  readonly label: readonly Span[];
  /** How it went; blocks say it in their label. */
  readonly status: Span;
  /** How long, as shown. */
  readonly took: string;
  /** What else there is to say; of a round what went wrong in it. */
  readonly notes: readonly Span[];
  /** Of a round that is not opened: the tools that it called. */
  readonly inside: readonly Span[];
  /** Whether it is a line of words instead of columns. */
  readonly block: boolean;
  /** Levels below the outermost session. */
  readonly depth: number;
  /** The lines that lead to it, as ``clew show`` draws them. */
  readonly guide: string;
  /** Whether there are rows below it. */
  readonly expandable: boolean;
  /** Whether they are shown. */
  readonly expanded: boolean;
  /** Whether the query means it. */
  readonly matched: boolean;
  /** How many nodes below it the query means. */
  readonly found: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  /** ``None`` for what has not ended, and for what takes no time. */
  readonly endedAt: number | null;
  /** US dollars, told or estimated; of a tool call what the sessions below it cost; ``None`` if unknown. */
  readonly cost: string | null;
  /** All tokens of the same; ``None`` if unknown. */
  readonly tokens: number | null;
}

/** One difference. Long values are cut; the nodes have them whole. */
export interface Unlike {
  readonly kind:
    | 'action_changed'
    | 'action_outcome_changed'
    | 'agent_changed'
    | 'answer_break_changed'
    | 'answer_changed'
    | 'answer_text_changed'
    | 'answering_model_changed'
    | 'asked_call_changed'
    | 'attempt_error_changed'
    | 'attempt_slugs_changed'
    | 'attempt_status_changed'
    | 'attributes_changed'
    | 'child_session_added'
    | 'child_session_removed'
    | 'cost_changed'
    | 'exchange_added'
    | 'exchange_removed'
    | 'failure_changed'
    | 'http_status_changed'
    | 'latest_status_changed'
    | 'log_added'
    | 'log_removed'
    | 'model_changed'
    | 'outcome_changed'
    | 'parameter_changed'
    | 'prompt_changed'
    | 'provider_changed'
    | 'providers_changed'
    | 'reasoning_changed'
    | 'report_changed'
    | 'request_changed'
    | 'request_message_added'
    | 'request_message_changed'
    | 'request_message_removed'
    | 'retry_added'
    | 'retry_removed'
    | 'round_status_changed'
    | 'step_added'
    | 'step_changed'
    | 'step_removed'
    | 'stop_reason_changed'
    | 'system_prompt_changed'
    | 'tags_changed'
    | 'title_changed'
    | 'tool_accounting_changed'
    | 'tool_call_added'
    | 'tool_call_removed'
    | 'tool_calls_reordered'
    | 'tool_command_changed'
    | 'tool_definition_added'
    | 'tool_definition_changed'
    | 'tool_definition_removed'
    | 'tool_definitions_reordered'
    | 'tool_description_changed'
    | 'tool_error_changed'
    | 'tool_kind_changed'
    | 'tool_parameters_changed'
    | 'tool_result_changed'
    | 'tool_schema_changed'
    | 'tool_slugs_changed'
    | 'tool_status_changed'
    | 'turn_added'
    | 'turn_removed'
    | 'usage_changed'
    | 'user_message_changed'
    | 'verdict_changed';
  readonly meaning: string;
  readonly node: 'attempt' | 'fin' | 'init' | 'session' | 'step' | 'tool' | 'turn';
  readonly pathA: string | null;
  readonly pathB: string | null;
  readonly what: string;
  /** The value in A in lines; ``None`` where there is none. */
  readonly before: readonly string[] | null;
  readonly after: readonly string[] | null;
  /** Where both are texts, the lines that changed, each with its sign. */
  readonly diff: readonly string[] | null;
  readonly isCut: boolean;
}

/** Tokens of one model call, or a sum of such. */
export interface Usage {
  /** Fresh, uncached input. */
  readonly input_tokens?: number;
  /** Input read from the provider's cache. */
  readonly cache_read_tokens?: number;
  /** Input written to the provider's cache. */
  readonly cache_write_tokens?: number;
  /** Everything the model wrote, reasoning included. */
  readonly output_tokens?: number;
  /** The part of the output that was reasoning; never added to it. */
  readonly reasoning_tokens?: number;
}

/** Why a session failed, or what it recovered from. */
export interface Why {
  readonly status: 'abandoned' | 'failed' | 'interrupted' | 'ok' | 'running';
  readonly cause: Cause | null;
  readonly evidence: Testimony;
  /** From the first cause to the end, both included. */
  readonly chain: readonly Cause[];
  readonly recovered: readonly Cause[];
  /** What was not made good and did not lead to the end. */
  readonly aside: readonly Cause[];
  readonly incident: string | null;
  readonly recordIncomplete: boolean;
  readonly advice: string | null;
  /** The same in ten lines, as ``clew why`` says it. */
  readonly lines: readonly (readonly Span[])[];
}

/** Why a request was refused. */
export type Slug =
  | 'web.host_refused'
  | 'web.bad_request'
  | 'web.token_needed'
  | 'web.token_wrong'
  | 'web.origin_refused'
  | 'web.no_route'
  | 'web.no_session'
  | 'web.no_node'
  | 'web.no_part'
  | 'web.method_refused'
  | 'web.unreadable'
  | 'web.body_too_large'
  | 'web.media_type'
  | 'web.bad_range'
  | 'web.bad_parameter'
  | 'web.bad_query'
  | 'web.too_much'
  | 'web.internal'
  | 'web.busy'
  | 'web.reading'
  | 'web.ending'
  | 'web.folder_unreadable'
  | 'web.too_many_streams';

/** Every address below `api/`, with what may be asked and what is answered. */
export interface Routes {
  /** A page of the sessions that a query means. */
  readonly 'sessions': {
    readonly params: {
      readonly q?: string;
      readonly limit?: number;
      readonly offset?: number;
      readonly order?: 'agent' | 'cost' | 'duration' | 'failures' | 'live' | 'newest' | 'oldest' | 'status' | 'tokens' | 'turns';
      readonly children?: boolean;
    };
    readonly answer: SessionPage;
  };
  /** The few figures that say how agents are doing. */
  readonly 'overview': {
    readonly params: { readonly q?: string; readonly days?: number | null };
    readonly answer: Overview;
  };
  /** What was used by one key or several, the most expensive first, days and hours in order. */
  readonly 'spending': {
    readonly params: {
      readonly q?: string;
      readonly days?: number | null;
      readonly by?: readonly ('agent' | 'day' | 'hour' | 'kind' | 'model' | 'provider' | 'session' | 'status' | 'tag' | 'tool')[];
    };
    readonly answer: readonly Spending[];
  };
  /** How a query may go on at the cursor, and what is wrong with it as it stands. */
  readonly 'complete': {
    readonly params: { readonly text?: string; readonly cursor?: number };
    readonly answer: Completions;
  };
  /** Where a text occurs in payloads, newest session first, in the sessions that a query means. */
  readonly 'search': {
    readonly params: {
      readonly text: string;
      readonly q?: string;
      readonly after?: number;
      readonly limit?: number;
      readonly ignoreCase?: boolean;
    };
    readonly answer: SearchPage;
  };
  /** The same of the sessions that a query means, each counted once. */
  readonly 'costs': {
    readonly params: {
      readonly q?: string;
      readonly by?: 'agent' | 'day' | 'kind' | 'model' | 'tool';
      readonly from?: number;
      readonly to?: number;
    };
    readonly answer: Costs;
  };
  /** Patterns of failure by day: which slug, from which origin, of which agent. */
  readonly 'failures': {
    readonly params: { readonly q?: string; readonly days?: number };
    readonly answer: Failures;
  };
  /** Session B beside session A: a page of differences, and a page of the nodes of both. */
  readonly 'compare': {
    readonly params: { readonly a: string; readonly b: string; readonly from?: number; readonly to?: number };
    readonly answer: Compared;
  };
  /** What changed in the folder, as it changes; the first event says how many sessions are being written. */
  readonly 'live': {
    readonly params: Record<never, never>;
    readonly answer: Moved;
  };
  /** One session, where it belongs, and what happened to its record. */
  readonly 'sessions/{id}': {
    readonly params: Record<never, never>;
    readonly answer: SessionHead;
  };
  /** A slice of the rows of its tree, as far as they are opened. */
  readonly 'sessions/{id}/rows': {
    readonly params: {
      readonly open?: readonly string[];
      readonly q?: string;
      readonly only?: boolean;
      readonly every?: boolean;
      readonly from?: number;
      readonly to?: number;
      readonly at?: string | null;
    };
    readonly answer: RowPage;
  };
  /** Its bars in lanes, for a window of time; bars narrower than a pixel come as bundles. */
  readonly 'sessions/{id}/timeline': {
    readonly params: { readonly from?: number | null; readonly to?: number | null; readonly pixels?: number };
    readonly answer: Timeline;
  };
  /** Where its tokens and dollars went, sessions below it included; the most expensive first, turns in order. */
  readonly 'sessions/{id}/costs': {
    readonly params: {
      readonly by?: 'agent' | 'child' | 'day' | 'kind' | 'model' | 'tool' | 'turn';
      readonly from?: number;
      readonly to?: number;
    };
    readonly answer: Costs;
  };
  /** The next node that a query means, or the next failure; or the one before. */
  readonly 'sessions/{id}/next': {
    readonly params: { readonly here?: string; readonly q?: string; readonly back?: boolean };
    readonly answer: NextNode;
  };
  /** Why it failed, or what it recovered from: the cause, the evidence, the chain. */
  readonly 'sessions/{id}/why': {
    readonly params: Record<never, never>;
    readonly answer: Why;
  };
  /** That it, or a session below it, went on, as it does; the first event says how it stands. */
  readonly 'sessions/{id}/live': {
    readonly params: Record<never, never>;
    readonly answer: Grown;
  };
  /** A node: facts, the names of its parts, usage, cost, suspicions, links, and a page of its log entries. */
  readonly 'sessions/{id}/nodes/{path}': {
    readonly params: { readonly logsFrom?: number; readonly logsTo?: number };
    readonly answer: NodePage;
  };
  /** What is new in the request of an attempt, beside the request before it. */
  readonly 'sessions/{id}/nodes/{path}/new': {
    readonly params: Record<never, never>;
    readonly answer: Newer;
  };
  /** A page of a part: lines of its text or of its JSON, or messages of a conversation. */
  readonly 'sessions/{id}/nodes/{path}/parts/{part}': {
    readonly params: {
      readonly at?: string;
      readonly as?: 'conversation' | 'json' | 'text';
      readonly from?: number;
      readonly to?: number;
    };
    readonly answer: PartPage;
  };
  /** Where a text stands in a part, from a line on. */
  readonly 'sessions/{id}/nodes/{path}/parts/{part}/find': {
    readonly params: {
      readonly at?: string;
      readonly needle: string;
      readonly as?: 'json' | 'text';
      readonly from?: number;
      readonly limit?: number;
      readonly ignoreCase?: boolean;
    };
    readonly answer: Matches;
  };
  /** A part as a file: its exact JSON, the text that it is, or the bytes that this text stands for in base64. */
  readonly 'sessions/{id}/nodes/{path}/parts/{part}/raw': {
    readonly params: { readonly at?: string; readonly as?: 'bytes' | 'json' | 'text' };
    readonly answer: string;
  };
}
