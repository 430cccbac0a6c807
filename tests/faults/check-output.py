#!/usr/bin/env python3
"""Does an output keep a guest's text to itself?  check-output.py KIND FILE; KIND is text, json, jsonl, csv or html.

Written without a look at the program: what a terminal, a parser of JSON, a spreadsheet or a browser would do.
"""
import base64
import csv
import hashlib
import html.parser
import io
import json
import re
import sys
import unicodedata


def die(why):
    raise SystemExit(f"{sys.argv[2]}: {why}")


def check_text(data, also=""):
    text = data.decode("utf-8")  # strict
    for c in set(text) - set("\n" + also):
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            at = text.index(c)
            die(f"U+{ord(c):04X} after {text[max(at - 40, 0):at]!r}")
    return text


def no_constant(name):
    die(f"{name} is no JSON")


def check_json(text):
    return json.loads(text, parse_constant=no_constant)


def check_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    for row in rows:
        if len(row) != len(rows[0]):
            die(f"{len(row)} cells, not {len(rows[0])}: {row!r}")
        for cell in row:
            number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
            if not number and cell[:1] in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"):
                die(f"a spreadsheet takes it for a formula: {cell[:60]!r}")
    if "=cmd" in text and not any("'=cmd" in cell for row in rows for cell in row):
        die("the formula is not there with its apostrophe")


class Page(html.parser.HTMLParser):
    """Elements, attributes and scripts that are there for a browser."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.script, self.policy, self.now = set(), [], "", ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.now = tag
        for name, value in attrs:
            if name.startswith("on") or "javascript:" in (value or "") or name in ("src", "href", "action", "formaction"):
                die(f"<{tag} {name}={value!r}>")
            if tag == "meta" and name == "content" and "default-src" in value:
                self.policy = value

    def handle_endtag(self, tag):
        self.now = ""

    def handle_data(self, data):
        if self.now == "script":
            self.script.append(data)

    def handle_decl(self, decl):
        if decl.lower() != "doctype html":
            die(f"<!{decl}>")

    def handle_comment(self, data):
        die("a comment")

    def unknown_decl(self, data):
        die("a declaration")


def check_html(text):
    page = Page()
    page.feed(text)
    page.close()
    strange = page.tags - {"html", "head", "meta", "title", "style", "body", "svg", "g", "text", "tspan", "rect", "line", "path",
                           "form", "input", "label", "span", "div", "i", "b", "script"}
    if strange:
        die(f"elements {strange}")
    digest = base64.b64encode(hashlib.sha256("".join(page.script).encode()).digest()).decode()
    if f"script-src 'sha256-{digest}'" not in page.policy or "default-src 'none'" not in page.policy:
        die("the policy does not fit the script")


def main():
    kind = sys.argv[1]
    with open(sys.argv[2], "rb") as file:
        data = file.read()
    text = check_text(data, {"text": "\t", "csv": "\r\t", "html": "\t"}.get(kind, ""))
    if kind == "json":
        check_json(text)
    elif kind == "jsonl":
        for line in text.splitlines():
            check_json(line)
    elif kind == "csv":
        check_csv(text)
    elif kind == "html":
        check_html(text)


if __name__ == "__main__":
    main()
