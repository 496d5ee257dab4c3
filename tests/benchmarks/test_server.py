import httpx
import httpx_sse

from benchmarks import corpus
from benchmarks.server import serving


def read(url: str) -> str:
    body = {"model": "harbour", "stream": True, "messages": []}
    text = ""
    with (
        httpx.Client() as client,
        httpx_sse.connect_sse(client, "POST", f"{url}/chat/completions", json=body) as source,
    ):
        for event in source.iter_sse():
            if event.data != "[DONE]":
                text += event.json()["choices"][0]["delta"].get("content", "")
    return text


def test_the_server_streams_at_its_rate_and_says_when() -> None:
    with serving() as server:
        for number, rate in enumerate((0.0, 500.0)):
            assert read(server.url(100, rate)) == "".join(corpus.deltas(100, stream=number))
            streamed = server.streamed(10)
            assert streamed is not None
            assert (streamed.number, streamed.deltas) == (number, 103)
            assert streamed.first_s <= streamed.last_s
            if rate:
                assert streamed.last_s - streamed.first_s >= 102 / rate
