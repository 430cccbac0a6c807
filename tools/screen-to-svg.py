#!/usr/bin/env python3
"""Turns what `tmux capture-pane -e -p` printed into an SVG picture.

  tmux capture-pane -e -p | tools/screen-to-svg.py [TITLE] > screen.svg

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE, MARGIN = 8.4, 17, 14, 10
FOREGROUND, BACKGROUND = "#d4d7dd", "#16181d"
BASIC = ["#1d1f24", "#e06c75", "#8fc27a", "#d9b464", "#5c9fe0", "#b98ad0",
         "#56b6c2", "#c9ccd3", "#6b7280", "#f2878f", "#a8d894", "#f0cf8a",
         "#82bbf0", "#d3aae6", "#7fd3de", "#ffffff"]


def colour(number):
    """The RGB of one of xterm's 256 colours."""
    if number < 16:
        return BASIC[number]
    if number >= 232:
        level = 8 + (number - 232) * 10
        return "#%02x%02x%02x" % (level, level, level)
    number -= 16
    levels = [0, 95, 135, 175, 215, 255]
    return "#%02x%02x%02x" % (levels[number // 36], levels[number // 6 % 6],
                              levels[number % 6])


class Pen:
    """What the escape sequences set so far."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.foreground = self.background = None
        self.bold = self.dim = self.underline = self.reverse = False

    def apply(self, codes):
        codes = [int(c or 0) for c in codes.replace(":", ";").split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 4:
                self.underline = True
            elif code == 7:
                self.reverse = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif code == 27:
                self.reverse = False
            elif code in (38, 48) and codes[:1] == [5]:
                self.set(code == 48, colour(codes[1]))
                codes = codes[2:]
            elif 30 <= code <= 37 or 40 <= code <= 47:
                self.set(code >= 40, BASIC[code % 10])
            elif 90 <= code <= 97 or 100 <= code <= 107:
                self.set(code >= 100, BASIC[8 + code % 10])
            elif code in (39, 49):
                self.set(code == 49, None)

    def set(self, is_background, value):
        if is_background:
            self.background = value
        else:
            self.foreground = value

    def look(self):
        fore = self.foreground or FOREGROUND
        back = self.background
        if self.reverse:
            fore, back = back or BACKGROUND, fore
        return fore, back, self.bold, self.dim, self.underline


def width_of(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def runs(line, pen):
    """(column, cells, text, look) of each stretch of one look."""
    column, start, text, look = 0, 0, "", pen.look()
    for part in re.split(r"(\x1b\[[0-9;:]*m|\x0e|\x0f)", line):
        if part.startswith("\x1b"):
            pen.apply(part[2:-1])
            continue
        for char in part:
            if char < " ":
                continue
            if pen.look() != look:
                if text:
                    yield start, column - start, text, look
                start, text, look = column, "", pen.look()
            text += char
            column += width_of(char)
    if text:
        yield start, column - start, text, look


def draw_run(y, start, cells, text, look):
    fore, back, bold, dim, underline = look
    x = MARGIN + start * CELL_WIDTH
    out = []
    if back:
        out.append('<rect x="%.1f" y="%d" width="%.1f" height="%d" '
                   'fill="%s"/>' % (x, y, cells * CELL_WIDTH + 0.3,
                                    CELL_HEIGHT, back))
    if text.strip():
        style = ' font-weight="bold"' if bold else ""
        style += ' fill-opacity="0.6"' if dim else ""
        style += ' text-decoration="underline"' if underline else ""
        out.append('<text x="%.1f" y="%d" textLength="%.1f" '
                   'fill="%s"%s>%s</text>'
                   % (x, y + 13, cells * CELL_WIDTH, fore, style,
                      escape(text)))
    return out


def main():
    title = sys.argv[1] if len(sys.argv) > 1 else "bootstamp view"
    lines = sys.stdin.buffer.read().decode("utf-8", "replace").split("\n")
    while lines and not lines[-1]:
        lines.pop()
    pen = Pen()
    body, columns = [], 0
    for number, line in enumerate(lines):
        y = MARGIN + number * CELL_HEIGHT
        for run in runs(line, pen):
            columns = max(columns, run[0] + run[1])
            body += draw_run(y, *run)
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = len(lines) * CELL_HEIGHT + 2 * MARGIN
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
          'font-size="%d" xml:space="preserve">'
          # What browsers set for text counts for more than xml:space
          '<style>text{white-space:pre}</style>'
          % (width, height, FONT_SIZE))
    print("<title>%s</title>" % escape(title))
    print('<rect width="100%%" height="100%%" rx="6" fill="%s"/>'
          % BACKGROUND)
    print("\n".join(body))
    print("</svg>")


main()
