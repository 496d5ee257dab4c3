"""The dialect of fal's apps, without a socket."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed, Rejected
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    Started,
    StreamError,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.message import user_message
from chat_tui.net.frames import Frame
from chat_tui.providers.fal.dialect import FalDecoder, is_result
from chat_tui.providers.fal.request import app_path, encode
from chat_tui.simulator.pictures import landscape
from tests.providers.asking import request
from tests.providers.frames import frame

PNG, COARSE = landscape("x", cells=2), landscape("x", cells=1)
STARTED = Started("p", "m")
ADDRESS = "https://x.test/a.png"
SKIPPED = Notice("skipped an event from the server that cannot be understood")


def inline(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def decoded(*documents: Any, prompt: str = "") -> list[StreamEvent]:
    decoder = FalDecoder(provider="p", model="m", job="j", prompt=prompt)
    events: list[StreamEvent] = []
    try:
        for document in documents:
            events += decoder.decode(document if isinstance(document, Frame) else frame(document))
        events += decoder.end()
    except ProviderError as error:
        events.append(StreamError(error.kind, error.message))
    return events


def whole(document: object, prompt: str = "") -> list[StreamEvent]:
    return list(FalDecoder(provider="p", model="m", job="j", prompt=prompt).whole(document))


def words(output: str, *, partial: bool = True, **more: Any) -> dict[str, Any]:
    return {"output": output, "reasoning": None, "partial": partial, "error": None, **more}


def preview(data: bytes = PNG, index: int = 0) -> ImagePreview:
    return ImagePreview("j", index, "image/png", data=data)


def result(data: bytes = PNG, index: int = 0) -> ImageResult:
    return ImageResult("j", index, url="data:image/png", media_type="image/png", data=data)


@pytest.mark.parametrize(
    ("model", "app"),
    [
        ("fal-ai/flux/dev", "fal-ai/flux/dev"),
        (" /fal-ai/flux/dev/ ", "fal-ai/flux/dev"),
        ("fal-ai/flux-lora/stream", "fal-ai/flux-lora"),
        ("workflows/me/mine", "workflows/me/mine"),
        ("110602490-lora", "110602490/lora"),
    ],
)
def test_an_app_has_a_path(model: str, app: str) -> None:
    assert app_path(model, path="/stream") == app


@pytest.mark.parametrize(
    "model", ["flux", "a/../b", "a/b?c", "a/b#c", "https://x.test/a", "a//b", "a/b c", "a/é"]
)
def test_what_is_no_app_id_is_refused(model: str) -> None:
    with pytest.raises(Rejected, match="is not the id of a fal app") as caught:
        app_path(model, path="/stream")
    assert "fal-ai/flux/schnell" in caught.value.hint


def test_without_a_model_the_error_says_so() -> None:
    with pytest.raises(Rejected, match="no model is set"):
        app_path("", path="/stream")


def test_the_last_turn_is_the_prompt_and_parameters_win() -> None:
    turns = [user_message(text, parent=None) for text in ("a cat", "a \x1bdog")]
    asked = request(*turns, parameters={"num_images": 2, "seed": 7}, system_prompt="Be brief.")
    assert encode(asked, app="fal-ai/flux") == {"prompt": "a ␛dog", "num_images": 2, "seed": 7}
    assert encode(request(parameters={"prompt": "mine"}), app="fal-ai/flux") == {"prompt": "mine"}


@pytest.mark.parametrize("app", ["fal-ai/any-llm", "openrouter/router"])
def test_apps_that_talk_get_the_system_prompt(app: str) -> None:
    body = encode(request(system_prompt="Be brief."), app=app)
    assert body == {"prompt": "hi", "system_prompt": "Be brief."}


@pytest.mark.parametrize(
    "document",
    [{"images": [ADDRESS]}, {"video": {"url": "https://x"}}, {"output": "x"}, {"text": ""}],
)
def test_a_result_is_known_by_what_is_in_it(document: object) -> None:
    assert is_result(document)


@pytest.mark.parametrize("document", [{}, [], None, {"detail": "x"}, {"status": "ok"}])
def test_a_remark_is_no_result(document: object) -> None:
    assert not is_result(document)


def test_each_picture_is_shown_and_the_last_is_the_result() -> None:
    events = decoded({"image": {"url": inline(COARSE)}}, {"image": {"url": inline(PNG)}})
    assert events == [STARTED, preview(COARSE), preview(PNG), result(PNG), Finished("stop")]


def test_a_result_elsewhere_has_no_preview() -> None:
    document = {
        "images": [{"url": ADDRESS, "width": 8, "height": 6, "content_type": "image/webp"}],
        "seed": 7,
        "has_nsfw_concepts": [True],
    }
    assert decoded({"images": [inline(COARSE)]}, document) == [
        STARTED,
        preview(COARSE),
        ImageResult(
            "j",
            0,
            url=ADDRESS,
            media_type="image/webp",
            width_px=8,
            height_px=6,
            seed=7,
            flagged=True,
        ),
        Finished("stop"),
    ]


def test_several_pictures_of_one_event_are_numbered() -> None:
    events = decoded({"images": [inline(COARSE), inline(PNG)]})
    assert events == [
        STARTED,
        preview(COARSE, 0),
        preview(PNG, 1),
        result(COARSE, 0),
        result(PNG, 1),
        Finished("stop"),
    ]


def test_facts_may_come_in_an_event_of_their_own() -> None:
    picture = decoded({"images": [ADDRESS]}, {"seed": 3, "has_nsfw_concepts": [False]})[1]
    assert picture == ImageResult("j", 0, url=ADDRESS, seed=3, flagged=False)


def test_progress_is_told() -> None:
    events = decoded(
        {"progress": 0.25, "message": "Drawing"}, {"message": "Saving"}, {"image": ADDRESS}
    )
    assert events[1:3] == [
        ImageProgress("j", "running", 0.25, note="Drawing"),
        ImageProgress("j", "running", note="Saving"),
    ]


@pytest.mark.parametrize(
    ("progress", "fraction"), [(0, 0.0), (1, 1.0), (40, 0.4), (250, 1.0), (0.5, 0.5)]
)
def test_progress_may_be_a_percentage(progress: float, fraction: float) -> None:
    assert decoded({"progress": progress}, {"image": ADDRESS})[1] == ImageProgress(
        "j", "running", fraction
    )


@pytest.mark.parametrize("progress", [True, "half", -1, None, {}])
def test_progress_that_means_nothing_is_passed_over(progress: object) -> None:
    events = decoded({"progress": progress}, {"image": ADDRESS})
    assert not [event for event in events if isinstance(event, ImageProgress)]


def test_growing_words_are_told_as_deltas() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.5}
    events = decoded(
        words("Gro"),
        words("Growth"),
        words("Growth.", partial=False, reasoning="Think.", usage=usage),
        words("after the end"),
    )
    assert events == [
        STARTED,
        TextDelta("Gro"),
        TextDelta("wth"),
        ReasoningDelta("Think."),
        TextDelta("."),
        Usage(1, 2, 0.5),
        Finished("stop"),
    ]


def test_words_that_are_replaced_follow_the_old_ones() -> None:
    assert decoded(words("Hello"), words("Bye", partial=False))[1:] == [
        TextDelta("Hello"),
        Notice("the server replaced its answer; the new one follows the old"),
        TextDelta("\n\nBye"),
        Finished("stop"),
    ]


def test_an_end_between_two_partial_answers_is_incomplete() -> None:
    assert decoded(words("Gro"))[-2:] == [
        Notice("the connection ended before the answer was complete"),
        Finished("incomplete"),
    ]


def test_an_app_that_does_not_say_partial_ends_with_its_stream() -> None:
    assert decoded({"output": "Gro"}, {"output": "Growth"})[-1] == Finished("stop")


@pytest.mark.parametrize(
    "error",
    [
        words("Gro", partial=False, error="it broke"),
        words("Gro", error={"message": "it broke"}),
        {"error": "it broke"},
        {"detail": "it broke"},
        {"detail": [{"msg": "it broke"}]},
        Frame("error", "it broke"),
        Frame("error", '{"error": {"message": "it broke"}}'),
    ],
)
def test_an_error_keeps_the_words_before_it(error: Any) -> None:
    assert decoded(words("Gro"), error) == [
        STARTED,
        TextDelta("Gro"),
        StreamError("provider", "it broke"),
    ]


def test_an_error_names_its_type() -> None:
    error = {"detail": "Runner disconnected", "error_type": "runner_disconnected"}
    assert decoded(error)[-1] == StreamError(
        "provider", "Runner disconnected (runner_disconnected)"
    )


@pytest.mark.parametrize("nonsense", ["{nope", "[1]", {"image": "data:image/png;base64,***"}])
def test_nonsense_is_skipped_twice(nonsense: Any) -> None:
    events = decoded(nonsense, nonsense, {"image": ADDRESS})
    assert events.count(SKIPPED) == 2
    assert events[-1] == Finished("stop")
    last = decoded(nonsense, nonsense, nonsense)[-1]
    assert isinstance(last, StreamError)
    assert last.kind == "protocol"


@pytest.mark.parametrize("keepalive", [Frame("ping", "{}"), Frame("message", " ")])
def test_keepalives_are_passed_over(keepalive: Frame) -> None:
    assert decoded(keepalive, {"image": ADDRESS})[0] == STARTED


@pytest.mark.parametrize("documents", [[], ["[DONE]"], [{"progress": 0.5}]])
def test_no_result_is_an_error(documents: list[Any]) -> None:
    assert decoded(*documents)[-1] == StreamError(
        "protocol", "the server's stream ended without a result"
    )


def test_done_ends_a_stream_too() -> None:
    assert decoded({"image": ADDRESS}, "[DONE]", "{nope")[-1] == Finished("stop")


def test_a_video_is_named_by_its_address() -> None:
    assert whole({"video": {"url": "https://x.test/a.mp4"}}) == [
        STARTED,
        Notice("the result has video: https://x.test/a.mp4"),
        Finished("stop"),
    ]


def test_a_video_that_is_streamed_is_a_result_too() -> None:
    events = decoded({"progress": 0.5}, {"audio_file": {"url": "data:audio/mp3;base64,AAAA"}})
    assert events[-2:] == [Notice("the result has audio file: data:audio/mp3"), Finished("stop")]


@pytest.mark.parametrize("name", ["output", "text"])
def test_words_may_be_a_whole_result(name: str) -> None:
    assert whole({name: "Hello.", "chunks": []}) == [
        STARTED,
        TextDelta("Hello."),
        Finished("stop"),
    ]


def test_an_answer_without_words_is_mentioned() -> None:
    assert decoded(words("", partial=False))[1:] == [
        Notice("the app answered with no words at all"),
        Finished("stop"),
    ]


def test_words_may_stand_beside_pictures() -> None:
    events = whole({"images": [ADDRESS], "description": "A hill."})
    assert events[1:] == [
        ImageResult("j", 0, url=ADDRESS),
        TextDelta("A hill."),
        Finished("stop"),
    ]


def test_a_prompt_of_the_apps_own_is_told() -> None:
    assert Notice("the server drew its own version of the prompt: a red hill") in whole(
        {"images": [ADDRESS], "prompt": "a red hill"}, prompt="a hill"
    )
    assert len(whole({"images": [ADDRESS], "prompt": "a hill "}, prompt="a hill")) == 3


def test_a_result_of_another_sort_is_shown_as_it_came() -> None:
    events = whole({"embedding": [1.5]})
    assert events[1] == Notice("the result has neither text nor pictures; it is shown as it came")
    text = events[2]
    assert isinstance(text, TextDelta)
    fence, *lines, end = text.text.split("\n")
    assert (fence, end) == ("```json", "```")
    assert json.loads("\n".join(lines)) == {"embedding": [1.5]}


def test_a_long_result_of_another_sort_is_cut() -> None:
    text = whole({"numbers": list(range(100_000)), "fence": "```"})[2]
    assert isinstance(text, TextDelta)
    assert len(text.text) < 30_000
    assert text.text.endswith("\n…\n```")


@pytest.mark.parametrize("document", [[], None, "x", 3])
def test_what_is_no_document_is_no_result(document: object) -> None:
    with pytest.raises(ProtocolViolation, match="not a result"):
        whole(document)


def test_an_error_in_a_document_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="it broke"):
        whole({"detail": "it broke"})


def test_a_picture_that_is_no_base64_is_an_error_in_a_result() -> None:
    with pytest.raises(ProtocolViolation, match="not base64"):
        whole({"image": "data:image/png;base64,***"})


def test_a_picture_without_an_address_is_told() -> None:
    assert Notice("the server sent a picture at an address that is not http or https") in whole(
        {"image": {"url": "ftp://x.test/a.png"}}
    )


def test_a_broken_connection_leaves_the_latest_picture() -> None:
    decoder = FalDecoder(provider="p", model="m", job="j")
    list(decoder.decode(frame({"images": [ADDRESS]})))
    assert list(decoder.broken_off()) == [ImageResult("j", 0, url=ADDRESS)]


def test_a_broken_connection_leaves_nothing_after_the_end() -> None:
    decoder = FalDecoder(provider="p", model="m", job="j")
    list(decoder.decode(frame({"images": [ADDRESS]})))
    list(decoder.end())
    assert list(decoder.broken_off()) == []
    assert list(decoder.end()) == []


@given(st.text(), st.lists(st.integers(0, 40)))
def test_the_text_does_not_depend_on_where_the_server_cuts_it(
    text: str, places: Sequence[int]
) -> None:
    cuts = sorted({min(place, len(text)) for place in places})
    frames = [words(text[:at]) for at in cuts]
    events = decoded(*frames, words(text, partial=False))
    assert "".join(one.text for one in events if isinstance(one, TextDelta)) == text
    assert events[-1] == Finished("stop")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                ["output", "partial", "error", "progress", "message", "images", "image", "seed"]
            ),
            st.none() | st.booleans() | st.floats(0, 1) | st.text(max_size=5) | st.just([ADDRESS]),
        ),
        max_size=6,
    )
)
def test_any_documents_give_one_terminal_event(documents: list[dict[str, Any]]) -> None:
    events = decoded(*documents)
    ends = [one for one in events if isinstance(one, Finished | StreamError)]
    assert ends == [events[-1]]
