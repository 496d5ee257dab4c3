"""The Flowise dialect: flows of every sort, and the ways in which they do not stream.

Follows what Flowise 3.1.2 sends (recorded 2026-11-20), byte by byte. Only one thing is kinder: a
stream of a flow that is not there is refused, where a real server would leave it open for ever.
"""

import hmac
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from chat_tui.simulator.dialect import Answer, Call, Outcome, Prompt, Question, Route, Turn
from chat_tui.simulator.flowise_run import FAILED, Run, RunEncoder, as_json, failure, refusal
from chat_tui.simulator.uploads import NoPicture, picture_at

VERSION = "3.1.2"
CHATFLOW = "bf825435-0f6d-4bd0-a39e-123482359178"
AGENTFLOW = "52b26308-d4fd-429c-8ab5-058e1e362d8a"
WHOLE_FLOW = "cf282ee6-3974-4d9a-8a41-400e4c8ffea5"
"""Does not stream, and says so."""
MUTE_FLOW = "7a7985dc-c8d3-4400-b262-0815c35f7ef6"
"""Streams, but its words only go to the database."""
TEAM_FLOW = "e0b42a4c-54f7-4f0a-9e1d-3a6c2d1f9b70"
"""Agents in turn (V1), which answer in one piece."""
WORKFLOW = "3d9a1c52-7d0e-4a86-8f35-61b0c4d7e2a9"
"""An Agentflow V2 with something of everything."""
APPROVAL_FLOW = "91c5f0de-2b64-4c1b-b7a8-05e3d86f4c12"
"""An Agentflow V2 that waits for a human."""
TOOL_FLOW = "6f27b8e3-9c40-4d5e-a1f2-c83b7d906e54"
"""A chatflow with a Tool Agent that tells all it does."""
RUNS_KEPT = 200
"""Answers and files of older runs are forgotten."""

_FLOWS = {
    CHATFLOW: ("Support", "CHATFLOW"),
    AGENTFLOW: ("Research", "AGENTFLOW"),
    WHOLE_FLOW: ("Summary", "CHATFLOW"),
    MUTE_FLOW: ("Archive", "CHATFLOW"),
    TEAM_FLOW: ("Team", "MULTIAGENT"),
    WORKFLOW: ("Workflow", "AGENTFLOW"),
    APPROVAL_FLOW: ("Approval", "AGENTFLOW"),
    TOOL_FLOW: ("Tools", "CHATFLOW"),
}
_SEEING = frozenset({CHATFLOW, AGENTFLOW})
"""Flows whose chat model was told to look at pictures."""
_PICTURE_TYPES = ["image/gif", "image/jpeg", "image/png", "image/webp"]
_FLOW = "(?P<flow>[^/]*)"
_PAGE = b"<!doctype html><html><head><title>Flowise</title></head><body></body></html>"


def routes(*, key: str | None = None) -> tuple[Route, ...]:
    """The dialect's routes.

    Args:
        key: What the flows are bound to, and what lists ask for; nothing is asked for when null.
    """
    dialect = _Dialect(key)
    return (
        Route("POST", f"/api/v1/prediction/{_FLOW}", dialect.predict),
        Route("GET", f"/api/v1/chatflows-streaming/{_FLOW}", dialect.say_mode),
        Route("GET", f"/api/v1/chatflows-uploads/{_FLOW}", dialect.say_uploads),
        Route("GET", "/api/v1/chatflows", dialect.list_flows),
        Route("GET", f"/api/v1/chatflows/{_FLOW}", dialect.describe_flow),
        Route("GET", f"/api/v1/public-chatflows/{_FLOW}", dialect.describe_public_flow),
        Route("GET", "/api/v1/ping", _ping),
        Route("GET", "/api/v1/version", _version),
        Route("GET", f"/api/v1/chatmessage/{_FLOW}", dialect.list_messages),
        Route("PUT", f"/api/v1/chatmessage/abort/{_FLOW}/(?P<chat>[^/]+)", _abort),
        Route("GET", "/api/v1/get-upload-file", dialect.send_file),
        *(Route(method, "/api/v1/.*", dialect.nowhere) for method in ("GET", "POST", "PUT")),
    )


class _Dialect:
    def __init__(self, key: str | None) -> None:
        self._key = key
        self._runs: dict[str, Run] = {}

    def predict(self, call: Call, names: Mapping[str, str]) -> Outcome:
        try:
            body = call.json
        except ValueError as error:
            return refusal(400, str(error))
        flow = names["flow"]
        if not isinstance(body, dict):
            return refusal(
                412, "Error: predictionsController.createPrediction - body not provided!"
            )
        if not flow:
            return refusal(412, "Error: predictionsController.createPrediction - id not provided!")
        if not _is_uuid(flow):
            return refusal(400, "Invalid Chatflow ID")
        if flow not in _FLOWS:
            return refusal(404, f"Chatflow {flow} not found in the database!")
        streamed = body.get("streaming") in (True, "true") and flow != WHOLE_FLOW
        if not self._admits(call):
            if streamed:
                return Answer(failure("Unauthorized"), content_type="text/event-stream")
            return refusal(500, f"{FAILED}Unauthorized")
        try:
            images = _uploaded(body)
        except NoPicture as error:
            return refusal(500, f"{FAILED}{error}")
        run = self._begun(flow, body)
        # A flow that was not told to look at pictures leaves them unseen, without a word.
        images = images if flow in _SEEING else 0
        turn = Turn("user", _asked(body), images)
        prompt = Prompt(flow, (turn,), decision=_decided(body))
        return Question(prompt, RunEncoder(run), streamed)

    def say_mode(self, call: Call, names: Mapping[str, str]) -> Answer:
        flow = names["flow"]
        if flow not in _FLOWS:
            place = "chatflowsService.checkIfChatflowIsValidForStreaming"
            return refusal(500, f"Error: {place} - Chatflow {flow} not found")
        return as_json({"isStreaming": flow != WHOLE_FLOW})

    def say_uploads(self, call: Call, names: Mapping[str, str]) -> Answer:
        flow = names["flow"]
        if flow not in _FLOWS:
            place = "chatflowsService.checkIfChatflowIsValidForUploads"
            return refusal(500, f"Error: {place} - Chatflow {flow} not found")
        sees = flow in _SEEING
        types = [{"fileTypes": _PICTURE_TYPES, "maxUploadSize": 5}] if sees else []
        return as_json(
            {
                "isSpeechToTextEnabled": False,
                "isImageUploadAllowed": sees,
                "isRAGFileUploadAllowed": False,
                "imgUploadSizeAndTypes": types,
                "fileUploadSizeAndTypes": [],
            }
        )

    def list_flows(self, call: Call, names: Mapping[str, str]) -> Answer:
        if not self._admits(call):
            return _stranger()
        flows = [_described(flow) for flow in _FLOWS]
        query = parse_qs(call.query)
        try:
            number, limit = (int(query[name][0]) for name in ("page", "limit"))
        except (KeyError, ValueError):
            return as_json(flows)
        first = (number - 1) * limit
        page = flows[first : first + limit]
        return as_json({"data": page, "total": len(flows)})

    def describe_flow(self, call: Call, names: Mapping[str, str]) -> Answer:
        if not self._admits(call):
            return _stranger()
        flow = names["flow"]
        if flow not in _FLOWS:
            place = "chatflowsService.getChatflowById"
            return refusal(404, f"Error: {place} - Chatflow {flow} not found in the database!")
        return as_json(_described(flow))

    def describe_public_flow(self, call: Call, names: Mapping[str, str]) -> Answer:
        """Flows that are bound to no key are public, too."""
        flow = names["flow"]
        if self._key is not None or flow not in _FLOWS:
            return as_json({"message": "Unauthorized"}, status=401)
        return as_json(_described(flow))

    def list_messages(self, call: Call, names: Mapping[str, str]) -> Answer:
        if not self._admits(call):
            return _stranger()
        run = self._runs.get(parse_qs(call.query).get("chatId", [""])[0])
        if run is None or run.flow != names["flow"] or not run.message_id:
            return as_json([])
        place = {"chatflowid": run.flow, "chatId": run.chat_id, "sessionId": run.session_id}
        return as_json(
            [
                {"role": "userMessage", "content": run.question or "", **place},
                {
                    "id": run.message_id,
                    "role": "apiMessage",
                    "content": "".join(run.said),
                    **run.details,
                    **place,
                },
            ]
        )

    def send_file(self, call: Call, names: Mapping[str, str]) -> Answer:
        query = {name: values[0] for name, values in parse_qs(call.query).items()}
        run = self._runs.get(query.get("chatId", ""))
        data = run.files.get(query.get("fileName", "")) if run is not None else None
        if run is None or data is None or query.get("chatflowId") != run.flow:
            return refusal(500, "Error: File not found")
        return Answer(data, content_type="application/octet-stream")

    def nowhere(self, call: Call, names: Mapping[str, str]) -> Answer:
        """Any other address: the web interface for those with a key, and nothing for others."""
        shown = "authorization" in call.headers and self._admits(call)
        return Answer(_PAGE, content_type="text/html; charset=utf-8") if shown else _stranger()

    def _admits(self, call: Call) -> bool:
        shown = call.headers.get("authorization", "").encode()
        return self._key is None or hmac.compare_digest(shown, f"Bearer {self._key}".encode())

    def _begun(self, flow: str, body: Mapping[str, Any]) -> Run:
        override = body.get("overrideConfig")
        session = override.get("sessionId") if isinstance(override, dict) else None
        chat = body.get("chatId") or session or uuid.uuid4()
        question = body.get("question")
        run = Run(
            flow,
            sort=_FLOWS[flow][1],
            is_mute=flow == MUTE_FLOW,
            is_traced=flow == TOOL_FLOW,
            chat_id=str(chat),
            session_id=str(session or chat),
            question=str(question) if question else None,
        )
        self._runs[run.chat_id] = run
        while len(self._runs) > RUNS_KEPT:
            del self._runs[next(iter(self._runs))]
        return run


def _described(flow: str) -> dict[str, object]:
    name, kind = _FLOWS[flow]
    return {"id": flow, "name": name, "flowData": "{}", "type": kind, "apikeyid": None}


def _asked(body: Mapping[str, Any]) -> str:
    match body:
        case {"humanInput": {"type": str(decision), **rest}}:
            return str(rest.get("feedback") or decision)
        case {"question": str(question)}:
            return question
        case _:
            return "undefined"  # what a model really gets to read then


def _decided(body: Mapping[str, Any]) -> str:
    match body:
        case {"humanInput": {"type": str(decision)}}:
            return decision
        case _:
            return ""


def _uploaded(body: Mapping[str, Any]) -> int:
    """Count the pictures that go along.

    Raises:
        NoPicture: an upload is none.
    """
    uploads = body.get("uploads") or []
    for upload in uploads:
        match upload:
            case {"type": "file", "name": str(), "mime": str(mime), "data": str(data)}:
                if not data.startswith(f"data:{mime};"):
                    raise NoPicture("the mime of an upload is not that of its data")
                picture_at(data)
            case {"type": "url", "data": str()}:
                pass
            case _:
                raise NoPicture("an upload has a type, a name, a mime and data")
    return len(uploads)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _stranger() -> Answer:
    return as_json({"error": "Unauthorized Access"}, status=401)


def _ping(call: Call, names: Mapping[str, str]) -> Answer:
    return Answer(b"pong", content_type="text/html; charset=utf-8")


def _version(call: Call, names: Mapping[str, str]) -> Answer:
    return as_json({"version": VERSION})


def _abort(call: Call, names: Mapping[str, str]) -> Answer:
    return as_json({"status": 200, "message": "Chat message aborted"})
