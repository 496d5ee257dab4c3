"""What an error body says."""

import pytest

from chat_tui.net.error_text import body_message, error_message, html_text, redact


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "boom", "type": "x"}, "message": "outer"}, "boom"),
        ({"error": "boom"}, "boom"),
        ({"error": "Bad Request", "message": "boom"}, "Bad Request: boom"),
        ({"error": {"code": 5}, "message": "boom"}, "boom"),
        ({"error": {"detail": "boom"}}, "boom"),
        ({"error": None, "message": "boom"}, "boom"),
        ({"message": "boom", "detail": "other"}, "boom"),
        ({"detail": "boom"}, "boom"),
        ({"detail": "boom", "error_type": "bad_request"}, "boom (bad_request)"),
        ({"detail": "bad_request: boom", "error_type": "bad_request"}, "bad_request: boom"),
        (
            {"detail": [{"msg": "required", "loc": ["body", "prompt", 0]}]},
            "body.prompt.0: required",
        ),
        ({"detail": [{"msg": "a"}, {"msg": "b"}]}, "a; b"),
        ({"detail": ["plain"]}, "plain"),
        ({"detail": [3]}, "3"),
        ({"detail": {"message": "boom"}}, "boom"),
        ({"detail": {"x": 1}}, '{"x":1}'),
        ({"code": 401, "msg": "boom"}, "boom"),
        ([{"error": {"message": "boom"}}], "boom"),
        ({"x": 1}, '{"x":1}'),
        ({"errors": [{"description": "boom", "key": "fail.x"}]}, "boom"),
        ({"errors": [{"description": " ", "key": "fail.x"}]}, "fail.x"),
        (
            {"errors": [{"description": "no", "extras": {"guardrail_name": "PII"}}]},
            "no (guardrail 'PII')",
        ),
        ({"errors": [{"message": "boom", "key": "k"}, {"message": "more"}]}, "boom"),
        ({"errors": ["boom"]}, "boom"),
        ({"errors": [{}]}, '{"errors":[{}]}'),
        ({"errors": [3]}, '{"errors":[3]}'),
        ("boom", "boom"),
        (None, "null"),
        ({"message": " two\n  lines "}, "two lines"),
        ({"message": "\n"}, r'{"message":"\n"}'),
        ("\n", r'"\n"'),
    ],
)
def test_the_message_is_found_in_any_vendors_shape(body: object, message: str) -> None:
    assert error_message(body) == message


def test_a_message_is_cut() -> None:
    assert len(error_message({"a": "x" * 1000})) == 300


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":{"message":"boom"}}', "boom"),
        (b'\xef\xbb\xbf\n\n{"message":"boom"}', "boom"),
        (b'event: error\ndata: {"error":{"message":"boom"}}\n\n', "boom"),
        (b"no  healthy\nupstream", "no healthy upstream"),
        (b'{"error": cut o', '{"error": cut o'),
        (b"<html><title>502 Bad &amp; Gone</title><p>x", "502 Bad & Gone"),
        (b'{"tpe":"X","errors":[{"description":"say \\"no\\" \\u26', 'say "no" u26'),
        (b'{"tpe":"X","errors":[{"description":"say \\"no\\"\\n","key":"k"},{"desc', 'say "no"'),
        (b'{"tpe":"X","errors":[{"des', '{"tpe":"X","errors":[{"des'),
        (b"\xff", "\ufffd"),
        (b"", ""),
    ],
)
def test_a_body_is_read_whatever_it_is(body: bytes, message: str) -> None:
    assert body_message(body) == message


def test_a_page_without_a_title_shows_what_one_would_see() -> None:
    page = "<!-- c --><style>p{}</style><script>x()</script><h1>Down</h1>\n<p>for&nbsp;now<br"
    assert html_text(page) == "Down for now"
    assert len(html_text("<p>" + "word " * 1000)) == 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the key hunter22 is wrong", "the key *** is wrong"),
        ("hunter22hunter22x", "***"),
        ("sk-proj-abcdefghijklmnop is wrong", "*** is wrong"),
        (
            "Incorrect API key provided: sk-abcde***********wxyz.",
            "Incorrect API key provided: ***.",
        ),
        ("AIzaSyA1234567890abcdefghijklmnop", "***"),
        ("ask-me-about-anything", "ask-me-about-anything"),
        ("an x stays", "an x stays"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    secrets = ["x", "", "hunter22", "hunter22hunter22x"]
    assert redact(text, secrets) == shown
