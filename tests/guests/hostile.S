# hostile.rom: text made to hurt who shows it, a line of 1,000,000 bytes, and no newline at the end; then power off.
#
# Each line of the table is for one sort of reader: terminals, printf(), HTML and SVG, spreadsheets, Unicode.
        .include "rom.inc"
        .ifndef N
        .set N, 1000000                 # bytes of the long line
        .endif

start:  cli
        mov $text, %si
        mov $PORT, %dx
1:      mov %cs:(%si), %al
        out %al, %dx
        inc %si
        cmp $text_end, %si
        jb 1b
        mov $N, %ecx
2:      mov $'<', %al                   # the long line: "<b>" again and again would be markup
        out %al, %dx
        mov $'b', %al
        out %al, %dx
        mov $'>', %al
        out %al, %dx
        sub $3, %ecx
        jg 2b
        mov $'\n', %al
        out %al, %dx
        mov $last, %si
3:      mov %cs:(%si), %al
        out %al, %dx
        inc %si
        cmp $last_end, %si
        jb 3b
        jmp poweroff

        .macro line text:vararg
        .ascii \text
        .byte 10
        .endm

text:   line "SeaBIOS (version \033[31m<b>=1+1\"')"
        # terminals: titles, the clipboard, reports that are typed back, C1, mode changes, a bell, overprinting
        line "\033]0;PWNED\007 title"
        line "\033]52;c;UFdORUQ=\007 clipboard"
        line "\033]8;;file:///etc/passwd\033\\link\033]8;;\033\\"
        line "\033[6n\033[c\033[>c\033[21t\005 reports"
        line "\033P+q544e\033\\\033_x\033\\\033^x\033\\ strings"
        line "\233\062J\033[2J\033[H\033c\033[?1049h C1 and clear"
        line "\302\2332J\302\235\302\205 C1 in UTF-8"
        line "\016\017\033(0\033[?25l\033[8m hidden"
        line "rm -rf /\rnothing here"
        line "abc\b\b\bxyz\013\014\177 overprinted"
        .byte 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 10
        # formats
        line "%s%s%s%n%n%x%d%1$s%99999999d%*.*s %%"
        # markup
        line "<script>alert(1)</script><img src=x onerror=alert(1)>"
        line "</script></style></svg></text>]]>--><!--<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>&a;"
        line "\" onload=\"alert(1)\" x='<svg onload=alert(1)>' &lt;b&gt; &#60;b&#x3e; javascript:alert(1)"
        line "`id` $(id) ${IFS} {{7*7}} ; | & \\ \\x41 \\u0041"
        # spreadsheets
        line "=cmd|' /C calc'!A0"
        line "+1+1"
        line "-2+3"
        line "@SUM(1+1)"
        line "\t=1+1"
        line "\r=1+1"
        line "\"=1+1\",\"=2\""
        line "\357\274\2351+1"
        line " =1+1,;\tx"
        # Unicode: direction, nothing to see, line ends of others, a heap of accents, private use, noncharacters
        line "\342\200\256dlrow\342\200\254 \342\201\246x\342\201\251 \330\234 direction"
        line "a\342\200\213b\342\200\215c\357\273\277d\302\255e\363\240\201\201f zero width"
        line "a\342\200\250b\342\200\251c\302\205d line ends"
        line "e\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201\314\201 accents"
        line "\356\200\200\357\277\277\364\217\277\277 private"
        # what is no UTF-8: bytes, overlong, surrogates, beyond the end, cut
        line "\377\376 \300\257 \340\200\257 \360\200\200\257 \355\240\200\355\260\200 \364\220\200\200 \370\210\200\200\200 \303 \342\202"
        line "\342\202"
text_end:
last:   .ascii "\033]0;PWNED\007\342\202"
last_end:
