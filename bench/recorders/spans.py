"""The OpenTelemetry SDK: a span per operation, payloads as JSON strings in attributes, in batches to OTLP JSON lines.

The names are those of the semantic conventions for generative AI. The SDK has no file exporter of its own, so the
batches go the documented way, encoded by ``opentelemetry-exporter-otlp-proto-common`` and written as one JSON document
per line.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from google.protobuf.json_format import MessageToJson
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode, set_span_in_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Span

    from bench.conversation import Call, Exchange
    from bench.recorders.recorder import Recorder


class FileExporter(SpanExporter):
    """Appends each batch to a file as one line of OTLP JSON."""

    def __init__(self, path: Path) -> None:
        """Begin the file."""
        self._file = path.open("ab")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write a batch."""
        self._file.write(MessageToJson(encode_spans(spans), indent=None).encode() + b"\n")
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        self._file.close()


class Spans:
    """One trace, with a span per turn and below it one per operation."""

    def __init__(self, folder: Path) -> None:
        """Set the SDK up with its own defaults."""
        self._provider = TracerProvider()
        self._provider.add_span_processor(BatchSpanProcessor(FileExporter(folder / "otlp.jsonl")))
        self._tracer = self._provider.get_tracer("bench")
        self._session = self._tracer.start_span("session")
        self._turn: Span | None = None

    def turn(self, index: int, _: str | None) -> None:
        """End the turn before and begin the next."""
        if self._turn is not None:
            self._turn.end()
        self._turn = self._tracer.start_span("turn", set_span_in_context(self._session), attributes={"turn": index})

    def request(self, exchange: Exchange) -> Span:
        """Begin a span."""
        request = exchange.request
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "anthropic",
            "gen_ai.request.model": request["model"],
            "gen_ai.request.max_tokens": request["max_tokens"],
            "gen_ai.system_instructions": json.dumps(request["system"]),
            "gen_ai.tool.definitions": json.dumps(request["tools"]),
            "gen_ai.input.messages": json.dumps(request["messages"]),
        }
        return self._start("chat", attributes)

    def answer(self, handle: Span, exchange: Exchange) -> None:
        """End it."""
        answer = exchange.answer
        if answer is None:
            handle.set_status(Status(StatusCode.ERROR, "Overloaded"))
        else:
            handle.set_attribute("gen_ai.output.messages", json.dumps([answer]))
            handle.set_attribute("gen_ai.usage.input_tokens", answer["usage"]["input_tokens"])
            handle.set_attribute("gen_ai.usage.output_tokens", answer["usage"]["output_tokens"])
        handle.end()

    def call(self, call: Call) -> Span:
        """Begin a span."""
        attributes: dict[str, str | int] = {
            "gen_ai.tool.name": call.name,
            "gen_ai.tool.call.id": call.call_id,
            "gen_ai.tool.call.arguments": json.dumps(call.arguments),
        }
        return self._start("execute_tool", attributes)

    def result(self, handle: Span, call: Call) -> None:
        """End it."""
        handle.set_attribute("gen_ai.tool.call.result", json.dumps(call.result))
        handle.end()

    def finish(self) -> None:
        """End all spans and wait until they are written."""
        if self._turn is not None:
            self._turn.end()
        self._session.end()
        self._provider.shutdown()

    def _start(self, name: str, attributes: dict[str, str | int]) -> Span:
        parent = set_span_in_context(self._turn or self._session)
        return self._tracer.start_span(name, parent, attributes=attributes)


def make(folder: Path) -> Recorder:
    """The recorder."""
    return Spans(folder)
