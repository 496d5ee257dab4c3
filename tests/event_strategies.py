"""Made-up replies: any events in any order, with few ids so that they supersede each other."""

from typing import get_args

from hypothesis import strategies as st

from chat_tui.events import (
    ErrorKind,
    Finished,
    FinishReason,
    ImagePreview,
    ImageProgress,
    ImageResult,
    JobState,
    Notice,
    ReasoningDelta,
    Source,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    Terminal,
    TextDelta,
    ToolCall,
    Usage,
    WorkState,
)

words = st.text(max_size=6)
ids = st.sampled_from("ab")
seconds = st.floats(min_value=0, max_value=1e6)
counts = st.integers(min_value=0, max_value=2**40)
pixels = st.none() | st.integers(min_value=0, max_value=2**20)
work_states = st.sampled_from(get_args(WorkState))

text_deltas = st.builds(TextDelta, words, st.booleans())
reasoning_deltas = st.builds(ReasoningDelta, words, st.none() | seconds)
tool_calls = st.builds(ToolCall, ids, words, words, st.none() | words, work_states)
image_results = st.builds(
    ImageResult,
    job=ids,
    index=st.integers(min_value=0, max_value=1),
    path=st.none() | words,
    url=st.none() | words,
    media_type=st.none() | words,
    width_px=pixels,
    height_px=pixels,
    seed=st.none() | st.integers(min_value=-(2**63), max_value=2**64 - 1),
    flagged=st.none() | st.booleans(),
    data=st.binary(max_size=4),
)
terminals: st.SearchStrategy[Terminal] = st.builds(
    Finished, st.sampled_from(get_args(FinishReason)), seconds, st.none() | seconds
) | st.builds(
    StreamError,
    st.sampled_from(get_args(ErrorKind)),
    words,
    words,
    st.none() | st.integers(min_value=100, max_value=599),
    st.none() | seconds,
)
under_way: st.SearchStrategy[StreamEvent] = st.one_of(
    text_deltas,
    reasoning_deltas,
    tool_calls,
    image_results,
    st.builds(Started, words, words, st.none() | words),
    st.builds(Step, ids, words, work_states, words, st.none() | seconds),
    st.builds(
        SourceRefs,
        st.lists(
            st.builds(Source, st.none() | words, st.none() | words, st.none() | words),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(
        ImageProgress,
        ids,
        st.sampled_from(get_args(JobState)),
        st.none() | st.floats(min_value=0, max_value=1),
        st.none() | counts,
        words,
    ),
    st.builds(
        ImagePreview,
        ids,
        st.integers(min_value=0, max_value=1),
        words,
        pixels,
        pixels,
        st.binary(max_size=4),
    ),
    st.builds(Usage, st.none() | counts, st.none() | counts, st.none() | seconds),
    st.builds(Notice, words),
)
events = under_way | terminals
streams = st.lists(under_way, max_size=12) | st.lists(events, max_size=12)
"""Events in any order, most of them before a terminal one."""
