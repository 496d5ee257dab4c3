"""Every mistake in a configuration is one line that names the file, the key and the way out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.errors import ConfigError
from chat_tui.registry import Registry

CANARY = "sk-canary-4f1d0b"

P = "[providers.p]\nkind = 'cloud'\n"

# name, text, line (None: no line), words that the error says, first of them the key where one is
BAD: list[tuple[str, str, int | None, list[str]]] = [
    ("syntax", "[app]\ntheme = dusk\n", 2, ["not valid TOML", "column 9"]),
    ("unclosed table", "[app\n", 1, ["not valid TOML", "column 5"]),
    ("unclosed text", "[app]\ntheme = '", 2, ["not valid TOML", "end of the file"]),
    ("twice", "[app]\nmeasure = 1\nmeasure = 2\n", 3, ["not valid TOML", "second time"]),
    ("table twice", "[app]\n[app]\n", 2, ["not valid TOML", "second time"]),
    ("deep", "a = " + "[" * 5000 + "]" * 5000, None, ["too deeply"]),
    ("deep parameters", P + "parameters" + ".a" * 200 + " = 1", 3, ["too deeply"]),
    ("endless number", "a = " + "9" * 5000, None, ["too many digits"]),
    ("bad escape", '[app]\nsystem_prompt = "\\q"\n', 2, ["not valid TOML"]),
    ("unknown table", "[ap]\n", 1, ["ap: unknown key", "'app'"]),
    ("provider for providers", "[provider.x]\nkind='cloud'\n", 1, ["provider", "'providers'"]),
    ("unknown top key", "theme = 'dusk'\n", 1, ["theme: unknown key", "it belongs below [app]"]),
    ("unknown top word", "col = 1\n", 1, ["col: unknown key", "app, keys, prices, providers"]),
    ("section is text", "app = 'dusk'\n", 1, ["app: expected a table, got text"]),
    ("sections are a list", "[[providers]]\nkind='cloud'\n", 1, ["expected a table, got a list"]),
    ("provider is text", "[providers]\np = 'x'\n", 2, ["providers.p: expected a table"]),
    ("unknown app key", "[app]\n\nthemes = 'x'\n", 3, ["app.themes: unknown key", "'theme'"]),
    ("measure is text", "[app]\nmeasure = '80'\n", 2, ["app.measure", "an integer", "got text"]),
    ("measure is true", "[app]\nmeasure = true\n", 2, ["app.measure", "got true or false"]),
    ("measure is a fraction", "[app]\nmeasure = 1.5\n", 2, ["app.measure", "an integer"]),
    ("measure negative", "[app]\nmeasure = -1\n", 2, ["app.measure", "0 to 10000", "got -1"]),
    ("measure huge", f"[app]\nmeasure = 1{'0' * 30}\n", 2, ["app.measure", "too large"]),
    ("idle negative", "[app]\nidle_timeout_s = -0.5\n", 2, ["app.idle_timeout_s", "got -0.5"]),
    ("idle NaN", "[app]\nidle_timeout_s = nan\n", 2, ["app.idle_timeout_s", "finite", "nan"]),
    ("idle infinite", "[app]\nidle_timeout_s = inf\n", 2, ["app.idle_timeout_s", "finite"]),
    ("idle is a date", "[app]\nidle_timeout_s = 2024-01-01\n", 2, ["app.idle_timeout_s", "date"]),
    ("event zero", "[app]\nmax_event_mb = 0\n", 2, ["app.max_event_mb", "above 0", "got 0"]),
    ("event negative", "[app]\nmax_event_mb = -64\n", 2, ["app.max_event_mb", "got -64"]),
    ("images unknown", "[app]\nimages = 'kity'\n", 2, ["app.images", "'kity'", "'kitty'"]),
    ("images empty", "[app]\nimages = ''\n", 2, ["app.images", "one of auto, kitty"]),
    ("images is a list", "[app]\nimages = ['auto']\n", 2, ["app.images", "got a list"]),
    ("notify unknown", "[app]\nnotify = 'sometimes'\n", 2, ["app.notify", "always, never"]),
    ("prompt is a number", "[app]\nsystem_prompt = 3\n", 2, ["app.system_prompt", "text"]),
    ("no such provider", f"[app]\nprovider = 'pp'\n{P}", 2, ["app.provider", "did you mean 'p'"]),
    ("kind missing", "[providers.p]\nmodel = 'x'\n", 1, ["providers.p.kind: is missing", "cloud"]),
    ("kind unknown", "[providers.p]\nkind = 'clud'\n", 2, ["providers.p.kind", "'clud'", "'cloud'"]),
    ("kind far off", "[providers.p]\nkind = 'zzz'\n", 2, ["cloud, flow, local, plain"]),
    ("kind is a number", "[providers.p]\nkind = 7\n", 2, ["providers.p.kind", "an integer"]),
    ("misspelt key", P + "bse_url = 'x'\n", 3, ["providers.p.bse_url: unknown", "'base_url'"]),
    ("misspelt api_key", P + "apikey = 'x'\n", 3, ["providers.p.apikey", "'api_key'"]),
    ("key of another kind", "[providers.p]\nkind='plain'\nmodel='x'\n", 3, ["providers.p.model"]),
    ("required key", "[providers.p]\nkind = 'flow'\n", 1, ["providers.p.chatflow_id: is missing"]),
    ("kind refuses", "[providers.p]\nkind='flow'\nchatflow_id=''\n", 1, ["chatflow_id is empty"]),
    ("choice of a kind", P + "endpoint = 'image'\n", 3, ["providers.p.endpoint", "'images'"]),
    ("streaming is text", P + "streaming = 'yes'\n", 3, ["providers.p.streaming", "true or false"]),
    ("list of numbers", P + "graph_ids = [1]\n", 3, ["providers.p.graph_ids: expected text, got an in"]),
    ("model is a list", P + "model = ['a']\n", 3, ["providers.p.model", "expected text"]),
    ("timeout zero", P + "timeout_s = 0\n", 3, ["providers.p.timeout_s", "above 0"]),
    ("timeout negative", P + "timeout_s = -1\n", 3, ["providers.p.timeout_s", "-1"]),
    ("timeout NaN", P + "timeout_s = nan\n", 3, ["providers.p.timeout_s", "finite"]),
    ("timeout is text", P + "timeout_s = '1'\n", 3, ["providers.p.timeout_s", "a number"]),
    ("parameters is text", P + "parameters = 'x'\n", 3, ["providers.p.parameters", "a table"]),
    ("parameter NaN", P + "[providers.p.parameters]\nt = nan\n", 4, ["providers.p.parameters.t"]),
    ("parameter date", P + "parameters.d = 2024-01-01\n", 3, ["parameters.d", "in quotes"]),
    ("parameter huge", P + f"parameters.seed = {2**64}\n", 3, ["parameters.seed", "too large"]),
    ("parameter in a list", P + "parameters.x = [{y = inf}]\n", 3, ["parameters.x.y", "finite"]),
    ("headers in a list", P + "headers = [1]\n", 3, ["headers", "a table of text, got a list"]),
    ("header is a number", P + "headers.X = 1\n", 3, ["providers.p.headers.X", "expected text"]),
    ("header name", P + "headers.'X Y' = 'a'\n", 3, ['headers."X Y"', "name of a header"]),
    ("header break", P + f'headers.X = "{CANARY}\\r\\nY: 1"\n', 3, ["headers.X", "one line"]),
    ("url scheme", P + "base_url = 'ftp://h/v1'\n", 3, ["providers.p.base_url", "http", "'ftp'"]),
    ("url without scheme", P + "base_url = 'localhost:80'\n", 3, ["base_url", "begins with http://"]),
    ("url file", P + "base_url = 'file:///etc'\n", 3, ["providers.p.base_url", "'file'"]),
    ("url without host", P + "base_url = 'http://'\n", 3, ["base_url: not a URL", "https://host"]),
    ("url empty", P + "base_url = ''\n", 3, ["providers.p.base_url", "http"]),
    ("url port", P + "base_url = 'http://h:99999'\n", 3, ["providers.p.base_url: not a URL"]),
    ("url bracket", P + "base_url = 'http://[::1'\n", 3, ["providers.p.base_url: not a URL"]),
    ("url space", P + "base_url = 'http://a b/v1'\n", 3, ["providers.p.base_url: not a URL"]),
    ("url control", P + 'base_url = "http://h/\\u001b[2J"\n', 3, ["base_url: not a URL"]),
    ("url user", P + f"base_url = 'https://u:{CANARY}@h/v1'\n", 3, ["no user name or password"]),
    ("url query", P + f"base_url = 'https://h/v1?key={CANARY}'\n", 3, ["without ? and #"]),
    ("url is a number", P + "base_url = 1\n", 3, ["providers.p.base_url", "expected text"]),
    ("key without source", P + "api_key = {}\n", 3, ["providers.p.api_key", "got 0 of them"]),
    ("two sources", P + "api_key = {env='A',keyring='b'}\n", 3, ["api_key", "got 2 of them"]),
    ("unknown source", P + "api_key = {evn='A'}\n", 3, ["providers.p.api_key.evn", "'env'"]),
    ("key is a number", P + "api_key = 12345\n", 3, ["providers.p.api_key", "an integer"]),
    ("key is a list", P + f"api_key = ['{CANARY}']\n", 3, ["providers.p.api_key", "a list"]),
    ("key empty", P + "api_key = ''\n", 3, ["providers.p.api_key: is empty", "leave it out"]),
    ("key with break", P + f'api_key = "{CANARY}\\nx"\n', 3, ["providers.p.api_key: not a key"]),
    ("key with escape", P + f'api_key = "{CANARY}\\u001b"\n', 3, ["api_key: not a key"]),
    ("key as variable", P + f"api_key = {{env='{CANARY}'}}\n", 3, ["api_key.env", "not the key"]),
    ("env empty", P + "api_key = {env=''}\n", 3, ["providers.p.api_key.env"]),
    ("env is a number", P + "api_key = {env=1}\n", 3, ["api_key.env: expected text"]),
    ("keyring empty", P + "api_key = {keyring=' '}\n", 3, ["providers.p.api_key.keyring"]),
    ("command is text", P + "api_key = {command='op read'}\n", 3, ["a list of texts", "got text"]),
    ("command empty", P + "api_key = {command=[]}\n", 3, ["api_key.command", "an empty one"]),
    ("command no program", P + "api_key = {command=['']}\n", 3, ["api_key.command"]),
    ("command number", P + "api_key = {command=['op', 1]}\n", 3, ["api_key.command"]),
    ("provider name space", "[providers.'a b']\nkind='cloud'\n", 1, ['"a b"', "1 to 64 letters"]),
    ("provider name path", "[providers.'../x']\nkind='cloud'\n", 1, ["letters, digits"]),
    ("provider name dots", "[providers.'..']\nkind='cloud'\n", 1, ["letters, digits"]),
    ("provider name empty", "[providers.'']\nkind='cloud'\n", 1, ["letters, digits"]),
    ("provider name long", f"[providers.{'a' * 65}]\nkind='cloud'\n", 1, ["1 to 64"]),
    ("provider name control", '[providers."a\\u001b\\n"]\nkind="cloud"\n', 1, ["\\u001b"]),
    ("unknown action", "[keys]\n'app.quitt' = 'f9'\n", 2, ['keys."app.quitt"', "'app.quit'"]),
    ("action unquoted", "[keys]\napp.quit = 'f9'\n", 2, ["keys.app: unknown action"]),
    ("binding is a list", "[keys]\n'app.quit' = ['f9']\n", 2, ["name of a key, got a list"]),
    ("unknown key name", "[keys]\n'app.quit' = 'hyper+q'\n", 2, ["ctrl, alt or shift", "hyper+q"]),
    ("no such key", "[keys]\n'app.quit' = 'ctrl+foo'\n", 2, ["not the name of a key", "ctrl+n"]),
    ("empty key name", "[keys]\n'app.quit' = ''\n", 2, ["empty", "ctrl+n"]),
    ("key beyond f24", "[keys]\n'app.quit' = 'f25'\n", 2, ["not the name of a key"]),
    ("typing key", "[keys]\n'app.quit' = 'q'\n", 2, ["needs ctrl or alt"]),
    ("one key twice", "[keys]\n'app.quit'='f9'\n'app.help'='F9'\n", 3, ["'f9'", "'app.quit'"]),
    ("key of a default", "[keys]\n'app.quit' = 'f1'\n", 2, ["'f1'", "'app.help'", "another key"]),
    ("same byte", "[keys]\n'app.quit' = 'ctrl+m'\n", 2, ["'enter'", "'prompt.send'"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_a_mistake_is_one_line_with_file_line_key_and_hint(
    loaded: Callable[[str], Config],
    config_file: Path,
    text: str,
    line: int | None,
    words: list[str],
) -> None:
    with pytest.raises(ConfigError) as raised:
        loaded(text)
    said = str(raised.value)
    place = f"{config_file}:{line}: " if line else f"{config_file}: "
    assert said.startswith(place)
    assert said.isprintable()
    assert len(said) < 400 + len(str(config_file))
    for word in words:
        assert word in said
    assert CANARY not in said
    assert CANARY not in repr(raised.value)


def test_a_named_file_that_is_not_there_is_an_error(config_file: Path, registry: Registry) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(config_file, registry=registry, explicit=True)


def test_a_folder_is_not_a_configuration(tmp_path: Path, registry: Registry) -> None:
    with pytest.raises(ConfigError, match="is a folder, not a file"):
        load(tmp_path, registry=registry, explicit=True)


def test_a_path_with_a_nul_is_an_error(registry: Registry) -> None:
    with pytest.raises(ConfigError, match="is not a path"):
        load(Path("a\0b"), registry=registry, explicit=True)


def test_a_path_through_a_file_is_an_error(config_file: Path, registry: Registry) -> None:
    config_file.write_text("")
    with pytest.raises(ConfigError, match="cannot be read: not a directory"):
        load(config_file / "x", registry=registry, explicit=True)


def test_a_file_that_is_not_utf8_names_the_line(config_file: Path, registry: Registry) -> None:
    config_file.write_bytes(b"[app]\ntheme = '\xff'\n")
    with pytest.raises(ConfigError, match=r":2: is not UTF-8"):
        load(config_file, registry=registry, explicit=True)


def test_a_huge_file_is_not_read_whole(registry: Registry) -> None:
    with pytest.raises(ConfigError, match="over 1 MiB"):
        load(Path("/dev/zero"), registry=registry, explicit=True)
