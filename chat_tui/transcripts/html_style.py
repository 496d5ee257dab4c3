"""How an HTML transcript looks: light or dark as the reader's system, and on paper."""

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --panel: #f4f6f8; --line: #d5dbe1;
  --link: #0b5cad; --bad: #b3261e; --you: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7eb; --soft: #9aa4af; --paper: #15181c; --panel: #1e2329; --line: #343b44;
    --link: #7cb7ff; --bad: #ff8a80; --you: #7cb7ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 50rem; overflow-wrap: anywhere;
  background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dt, time, .small, figcaption, footer { color: var(--soft); font-size: .875rem; }
dd { margin: 0; font-size: .875rem; }
article { border-top: 1px solid var(--line); padding: 1.25rem 0 .5rem; }
article > h2 { font-size: 1rem; margin: 0 0 .5rem; }
article.user > h2 { color: var(--you); }
article > h2 time { font-weight: normal; margin-left: .5rem; }
a { color: var(--link); }
pre, code { font-family: ui-monospace, monospace; font-size: .875rem; }
code { background: var(--panel); padding: .1em .3em; border-radius: 3px; }
pre {
  background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  padding: .75rem 1rem; overflow-x: auto; white-space: pre-wrap;
}
pre code { background: none; padding: 0; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
.center { text-align: center; } .right { text-align: right; }
details { margin: .75rem 0; border-left: 3px solid var(--line); padding-left: 1rem; }
summary { cursor: pointer; color: var(--soft); margin-left: -.25rem; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; border-radius: 6px; }
.notice { color: var(--soft); font-style: italic; }
.error, .failed { color: var(--bad); }
.sources li { margin: .25rem 0; }
@media print {
  :root {
    --ink: #000; --soft: #444; --paper: #fff; --panel: #fff; --line: #bbb; --link: #000;
    --bad: #000; --you: #000;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, summary { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  pre, table { overflow: visible; }
  details::details-content { content-visibility: visible; height: auto; }
  .prose a[href^="http"]::after { content: " (" attr(href) ")"; font-size: .8em; }
}
"""


def policy() -> str:
    """What the page may load: pictures that it holds and its one style, nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )
