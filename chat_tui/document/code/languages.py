"""The languages of code that are coloured, by the names that fences use.

An allow-list: among the hundreds of lexers in Pygments are some that need minutes for a page, or
for a line. In Pygments 2.21 Scala's takes twice as long for each backslash after a quote, and
Terraform's takes the square of the spaces; those of HTTP and e-mail choose any other by what the
text says.
"""

from typing import Final

_BY_LINE: Final = {
    "awk": "gawk",
    "bash": "sh shell zsh ksh shell-script",
    "c": "h",
    "clojure": "clj cljs",
    "cmake": "",
    "cpp": "c++ cc cxx hpp",
    "csharp": "cs c#",
    "css": "",
    "dart": "",
    "diff": "patch udiff",
    "docker": "dockerfile containerfile",
    "erlang": "erl",
    "fsharp": "fs f#",
    "go": "golang",
    "graphql": "gql",
    "haskell": "hs",
    "ini": "cfg dosini properties editorconfig",
    "java": "",
    "js": "javascript mjs cjs node",
    "json": "jsonc json5 jsonl ndjson",
    "jsx": "react",
    "julia": "jl",
    "kotlin": "kt kts",
    "less": "",
    "lua": "",
    "markdown": "md",
    "nginx": "nginxconf",
    "objective-c": "objc obj-c objectivec",
    "ocaml": "ml",
    "perl": "pl pm",
    "powershell": "pwsh ps1 posh",
    "protobuf": "proto",
    "python": "py python3 py3 pyi sage",
    "r": "rlang splus",
    "rust": "rs",
    "scss": "",
    "sql": "mysql sqlite postgresql postgres plpgsql",
    "swift": "",
    "toml": "",
    "ts": "typescript mts cts",
    "tsx": "",
    "zig": "",
}
"""Lexers that can go on from where the last line ended, with their other names."""

_AS_A_WHOLE: Final = {
    "console": "shell-session sh-session bash-session",
    "elixir": "ex exs",
    "html": "htm xhtml",
    "make": "makefile mf bsdmake",
    "php": "",
    "pycon": "python-console",
    "ruby": "rb",
    "vue": "",
    "xml": "svg xsl rss plist",
    "yaml": "yml",
}
"""Lexers that have to see all of a text, with their other names."""


def canonical(name: str) -> str | None:
    """Return the name under which Pygments has a language, or nothing where it stays plain.

    Args:
        name: The first word after a fence, in any case.
    """
    return _NAMES.get(name.lower())


def goes_by_line(language: str) -> bool:
    """Whether a language can be lexed line by line.

    Args:
        language: As `canonical` returns it.
    """
    return language in _BY_LINE


def languages() -> tuple[str, ...]:
    """Return every language, under its canonical name."""
    return (*_BY_LINE, *_AS_A_WHOLE)


_NAMES: Final = {
    name: language
    for table in (_BY_LINE, _AS_A_WHOLE)
    for language, aliases in table.items()
    for name in (language, *aliases.split())
}
