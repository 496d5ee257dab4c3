"""Markdown of every kind, mixed, broken and in many scripts."""

CORPUS = {
    "mixed": """# Title with *em* and `code`

A paragraph with **bold**, ~~gone~~, a [link](https://x.test/a?b=c), <mailto:a@b.test> and
![a picture](https://x.test/p.png). A hard break  
follows, and a [late][late] one, and [late] once more.

1. one
2. two
   - nested *a*
   - nested b

     a paragraph in it

     ```python
     def f(x):
     \treturn \"\"\"many
     lines\"\"\"
     ```
3. three

- [ ] to do
- [x] done
* another list

> quoted
lazily
> > deeper
>
> - in a quote
>   > and again

| a | b | long |
|---|:-:|-----:|
| 1 | **2** | `3 \\| 4` |
| only one
text after [^1] and [^no]

[^1]: A note
    with a second line

    and a paragraph

[late]: https://late.test 'T'

Setext *one*
===
Setext two
---
***
    indented code

    goes on

<div>*html*</div>
""",
    "cjk": "# 標題\n\n"
    + "你好，世界。**粗體**和`代碼`。" * 30
    + "\n\n| 甲 | 乙 |\n|--|--|\n| 你好 | "
    + "字" * 60,
    "emoji": "👩‍💻 **👩‍👩‍👧‍👦** ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪*🇫*🇷 e\u0301*\u0301* 1️⃣\n\n- 👍🏽\n- ✈️" * 5,
    "rtl": "# שלום עולם\n\nمرحبا **بالعالم** كيف [حالك](https://x.test)؟\n\n- א\n- ב\n",
    "tabs": "-\tfoo\n\n\tbar\n>\t\tcode\n\n\tcode\n1.\tx\n\n  a\tb\tc\n\n```\n\tx\ty\n```\n| a\tb | c |\n|--|--|\n|\t1|2\t|\n",
    "unclosed": "**bold *em `code [link](http://x ![img](y ~~s\n\n> - 1. ```py\n> x = (\n\n| a | b\n|--",
    "unclosed fence": "text\n~~~js\nlet a = `\n\n- no list\n| no | table |\n|--|--|\n``",
    "unclosed table": "before\n| a | b |\n|---|---|\n| x | **y",
    "deep": "- " * 30
    + "x\n"
    + "> " * 30
    + "y\n"
    + "".join(f"{'  ' * n}- n{n}\n" for n in range(30)),
    "entities": "&amp; &#27;[31m &lt;b&gt; &nbsp;x &#x202e;abc &#0; `&amp;` [a&#10;b](http://x.test/&quot;)",
    "links": "[a](javascript:x) [b](ftp://x.test) [c](/rel) <http://x.test/<> [d](<http://x.test/a b>) "
    "[**e**](HTTPS://X.test) [](http://x.test) ![](data:image/png;base64," + "A" * 200 + ")",
    "definitions": "[a] [b] [c d]\n\n[a]: /x\n[b]: http://b.test\n[C  D]: <http://c.test>\nrest [a]\n\n"
    "> [q]\n>\n> [q]: http://q.test\n\n- [e]: http://e.test\n\n[e]\n\n[a]: http://not.test\n===\n",
    "tight and loose": "- a\n- b\n\n- c\n  d\n\n  e\n- f\n\n\n- g\n1) x\n2) y\n5. z\n\n   > q\n\n   w\n",
    "empty items": "-\n- \n-\n\n  x\n1.\n2.\n>\n>\n\n-\n\n> -\n",
    "table in list": "- x\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n- y\n  | c | d |\n  |---|---|\n",
    "long words": "a" * 300
    + " "
    + "https://x.test/"
    + "b" * 200
    + "\n\n```\n"
    + "c" * 300
    + "\n```\n",
    "wide table": "|" + "|".join(f" column {n} " for n in range(12)) + "|\n" + "|--" * 12 + "|\n"
    "|" + "|".join(f" value {n} with words " for n in range(12)) + "|\n",
    "headings": "#\n# \n## a ##\n### b #c\n####### no\n#no\n # x\n    # code\ny\n-\nz\n=\n",
    "rules": "***\n---\n___\n- - -\n* * *\n--\n**\n_ _ _ a\n",
    "crlf": "a\r\nb\r\n\r\n- c\r\n- d\r```\r\ncode\r\n```\r",
    "long line": "word *em* `c` " * 700
    + "\n\n- "
    + "字" * 5000
    + "\n\n```json\n"
    + '{"a": 1}, ' * 900
    + "\n```\n",
    "long paragraph": "".join(f"line {n} of *one* `long` paragraph\n" for n in range(400)),
    "long quote": "".join(f"> line {n} [x] **y\n" for n in range(600)),
    "long table row": "| a | b |\n|--|--|\n| " + "x " * 3000 + " | y |\n| 1 | 2 |\n",
}
