#!/bin/sh
# svg and html in headless Chromium: they draw, the script runs and finds, guest text stays text.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip_all "no Chromium"
capture=$tmp/hostile.bst
perl "$src/tests/cli/export-capture.pl" "$capture"

browse() {
    timeout -k 5 90 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
        --virtual-time-budget=2000 "$@" 2>"$tmp/browser.log"
}

"$BOOTSTAMP" export -F html -o "$tmp/boot.html" "$capture"
"$BOOTSTAMP" export -F svg -o "$tmp/boot.svg" "$capture"

browse --dump-dom "file://$tmp/boot.html" >"$tmp/dom"
[ -s "$tmp/dom" ] || skip_all "Chromium does not run here: $(tail -n 1 "$tmp/browser.log")"
like "$(cat "$tmp/dom")" '>31 of 31 lines<' "html: its own script runs"
is "$(grep -c '<script' "$tmp/dom")" 1 "html: and no other is in the page"
like "$(cat "$tmp/dom")" '&lt;script&gt;alert\(1\)&lt;/script&gt;' "html: guest text is text"

# The search, as a user would: a page around it types into the field (the policy allows no further script)
sed 's/<meta http-equiv[^>]*>//; s|</body>|<script>var q=document.getElementById("q");q.value="BOOTING from";q.dispatchEvent(new Event("input"))</script></body>|' \
    "$tmp/boot.html" >"$tmp/search.html"
like "$(browse --dump-dom "file://$tmp/search.html")" '>1 of 31 lines<' "html: the search finds"
sed 's|</body>|<script>document.title="ran"</script></body>|' "$tmp/boot.html" >"$tmp/inject.html"
is "$(browse --dump-dom "file://$tmp/inject.html" | grep -c '<title>Boot<')" 1 "html: the policy stops a script of somebody else's"

for theme in 1 0; do
    for file in boot.svg boot.html; do
        browse --hide-scrollbars --blink-settings=preferredColorScheme=$theme --window-size=1140,900 \
            --screenshot="$tmp/$file.$theme.png" "file://$tmp/$file"
        ok "$file is drawn, scheme $theme" sh -c 'test "$(stat -c %s "$1")" -gt 20000' - "$tmp/$file.$theme.png"
    done
done
ok "dark is not light" sh -c '! cmp -s "$1" "$2"' - "$tmp/boot.svg.1.png" "$tmp/boot.svg.0.png"

# No label leaves the picture, none lies on another
cat >"$tmp/labels.html" <<'E2'
<!DOCTYPE html><body><pre id="out"></pre>
E2
{
    cat "$tmp/labels.html"
    sed 1d "$tmp/boot.svg"
    cat <<'E2'
<script>
var t = [].slice.call(document.querySelectorAll('svg text')), s = document.querySelector('svg').getBoundingClientRect(), bad = [];
t.forEach(function (a, i) {
    var r = a.getBoundingClientRect();
    if (r.left < s.left || r.right > s.right || r.bottom > s.bottom) bad.push('outside: ' + a.textContent);
    t.slice(i + 1).forEach(function (b) {
        var q = b.getBoundingClientRect();
        if (r.left < q.right - 1 && q.left < r.right - 1 && r.top < q.bottom - 3 && q.top < r.bottom - 3)
            bad.push('overlap: ' + a.textContent + ' / ' + b.textContent);
    });
});
document.getElementById('out').textContent = 'checked ' + t.length + ' labels; ' + (bad.join('; ') || 'all free');
</script></body>
E2
} >"$tmp/check.html"
like "$(browse --dump-dom "file://$tmp/check.html" | grep -o 'checked.*</pre')" 'labels; all free</pre' \
    "svg: labels are inside and free of each other"

done_testing
