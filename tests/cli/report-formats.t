#!/bin/sh
# Every format of stats and diff, read by a program that nobody here wrote, of boots whose text is out to break it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

hostile='Searching <boot>|`order` @team *all* ]]> &amp; "q" \ for: 7'
mkdir "$tmp/a" "$tmp/b" || exit
n=0
for ms in 20 40 40 40 50 50 70 90; do
    n=$((n + 1))
    perl "$src/tests/cli/boot-capture.pl" "$tmp/a/boot-$n.bst" post=$ms line="$hostile" || exit
    perl "$src/tests/cli/boot-capture.pl" "$tmp/b/boot-$n.bst" post=$((ms + 60)) line="$hostile" line='New in b' || exit
done
perl "$src/tests/cli/boot-capture.pl" "$tmp/a/boot-9.bst" stops=boot || exit

stats() { "$BOOTSTAMP" stats --budget 'Total<=0.62s' --budget 'BIOS post<=1s' -F "$1" "$tmp/a"; }
diff_ab() { "$BOOTSTAMP" diff --budget 'Total<=0.62s' -F "$1" "$tmp/a" "$tmp/b"; }

names_of() { "$BOOTSTAMP" "$1" --format help | sed 's/ .*//'; }
for command in stats diff; do
    ok "$command lists its formats ($(names_of $command | paste -sd ' '))" test "$(names_of $command | wc -l)" -ge 8
    for format in $(names_of $command); do
        [ $command = stats ] && run=stats || run=diff_ab
        $run "$format" >"$tmp/$command.$format" 2>"$tmp/err"
        is "$? $(cat "$tmp/err")" "1 " "$command -F $format: written, with the exit status of the report"
        $run "$format" >"$tmp/again" 2>&1
        ok "$command -F $format: the same again" cmp "$tmp/$command.$format" "$tmp/again"
    done
done
"$BOOTSTAMP" run -q -n 1 -c "$tmp/none" -F junit -- "$tmp/no-qemu" >"$tmp/failed.junit" 2>"$tmp/err"
"$BOOTSTAMP" run -q -n 1 -c "$tmp/bad" -F junit -- "$QEMU" -M none -bogus >"$tmp/failed.junit" 2>"$tmp/err"
is $? 1 "run -F junit: no boot is good"
is "$("$BOOTSTAMP" run --format help)" "$("$BOOTSTAMP" stats --format help)" "run has the formats of stats"
is "$("$BOOTSTAMP" ab --format help)" "$("$BOOTSTAMP" diff --format help)" "ab has those of diff"

# In JSON: values of the measures; each is a dot
if command -v jq >/dev/null; then
    stats_dots=$(jq '[.measures[].values | length] | add' "$tmp/stats.json")
    diff_dots=$(jq '[.measures[] | .n_a + .n_b] | add' "$tmp/diff.json")
else
    stats_dots='no jq' diff_dots='no jq'
fi

# --- junit: what Jenkins, GitLab and the schema of surefire have in common
cat >"$tmp/junit.xsd" <<'XSD'
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="seconds"><xs:restriction base="xs:decimal"><xs:minInclusive value="0"/></xs:restriction></xs:simpleType>
  <xs:complexType name="result" mixed="true">
    <xs:attribute name="type" type="xs:string" use="required"/>
    <xs:attribute name="message" type="xs:string" use="required"/>
  </xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:sequence>
        <xs:element name="properties" minOccurs="0"><xs:complexType><xs:sequence>
          <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
            <xs:attribute name="name" type="xs:string" use="required"/>
            <xs:attribute name="value" type="xs:string" use="required"/>
          </xs:complexType></xs:element>
        </xs:sequence></xs:complexType></xs:element>
        <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
          <xs:choice minOccurs="0">
            <xs:element name="failure" type="result"/>
            <xs:element name="error" type="result"/>
            <xs:element name="skipped"><xs:complexType mixed="true">
              <xs:attribute name="message" type="xs:string"/>
            </xs:complexType></xs:element>
          </xs:choice>
          <xs:attribute name="classname" type="xs:string" use="required"/>
          <xs:attribute name="name" type="xs:string" use="required"/>
          <xs:attribute name="time" type="seconds"/>
        </xs:complexType></xs:element>
        <xs:element name="system-out" type="xs:string" minOccurs="0"/>
      </xs:sequence>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="time" type="seconds"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
XSD
xpath() { xmllint --xpath "$2" "$tmp/$1.junit"; }
if command -v xmllint >/dev/null; then
    like "$(xpath failed 'string(//testcase/error/@message)')" 'status 1: .*-bogus: invalid option' "junit: a boot that failed is an error"
    for command in stats diff failed; do
        ok "$command junit: by the schema" xmllint --nonet --noout --schema "$tmp/junit.xsd" "$tmp/$command.junit"
        for kind in failure error skipped; do
            counter=$(echo ${kind}s | sed s/skippeds/skipped/)
            is "$(xpath $command "count(//testcase/$kind)")" "$(xpath $command "number(//@$counter)")" "$command junit: counts $kind"
        done
    done
    is "$(xpath stats 'string(//testcase[failure]/@name)')" "Total<=0.62s" "junit: the budget that is broken fails"
    is "$(xpath stats 'count(//testcase[@name="BIOS post<=1s"]/failure)')" 0 "junit: the other one does not"
    like "$(xpath stats 'string(//testcase[skipped]/skipped)')" "boot-9.bst" "junit: the boot that did not get there is named"
    like "$(xpath diff 'string(//testcase[@name="BIOS post"]/failure)')" "BIOS post +50.000 +105.000 +60.000 .*slower" \
        "junit: a failure has the table"
    is "$(xpath diff 'count(//testcase[failure])')" 3 "junit: slower phases and the broken budget fail"
else
    skip "junit" "no xmllint"
fi

# --- openmetrics, by Prometheus
if command -v promtool >/dev/null; then
    for command in stats diff; do
        out=$(promtool check metrics <"$tmp/$command.openmetrics" 2>&1)
        is "$? $out" "0 " "$command openmetrics: promtool check metrics"
        # Its parser of OpenMetrics itself wants times
        sed '/^#/!s/$/ 1700000000/' "$tmp/$command.openmetrics" >"$tmp/timed"
        ok "$command openmetrics: promtool's OpenMetrics parser" \
            promtool tsdb create-blocks-from openmetrics "$tmp/timed" "$tmp/tsdb-$command"
    done
    # A newer one wants a folder data/ for what it writes meanwhile
    mkdir -p "$tmp/tsdb-diff/wal" "$tmp/data"
    is "$(cd "$tmp" && promtool tsdb dump tsdb-diff 2>/dev/null | sed -n 's/^{.*bootstamp_shift_seconds.*name="BIOS post".*} \([0-9.]*\) .*/\1/p')" 0.06 \
        "openmetrics: the shift that Prometheus has stored"
else
    skip "openmetrics" "no promtool"
fi

# --- markdown, by GitHub's parser
if command -v cmark-gfm >/dev/null && command -v xmllint >/dev/null; then
    for command in stats diff; do
        { echo '<html>'; cmark-gfm --unsafe -e table "$tmp/$command.markdown"; echo '</html>'; } >"$tmp/$command.md.html"
        ok "$command markdown: well-formed when rendered" xmllint --noout "$tmp/$command.md.html"
    done
    is "$(xmllint --xpath 'string(//tr[td[1]/code="BIOS post"]/td[8])' "$tmp/diff.md.html")" slower "markdown: a row of the table"
    is "$(xmllint --xpath 'count(//em | //a | //boot | //code/*)' "$tmp/stats.md.html")" 0 "markdown: a guest's text is no markup"
    "$BOOTSTAMP" stats -F markdown --lines 100 "$tmp/a" >"$tmp/long.markdown"
    { echo '<html>'; cmark-gfm --unsafe -e table "$tmp/long.markdown"; echo '</html>'; } >"$tmp/long.html"
    is "$(xmllint --xpath 'string(//td/code[contains(., "Searching")])' "$tmp/long.html")" \
        "$(printf '%s' "$hostile" | sed 's/7$/#/')" "markdown: and comes back as it was"
else
    skip "markdown" "no cmark-gfm"
fi

# --- html, by two parsers
if command -v xmllint >/dev/null; then
    for command in stats diff; do
        page() { xmllint --html --nonet --xpath "$1" "$tmp/$command.html" 2>/dev/null; }
        is "$(page 'count(//script | //*[@src or @href] | //boot)')" 0 "$command html: no script, loads nothing, a guest's text is no markup"
        is "$(page 'count(//table[1]//circle)')" "$([ $command = stats ] && echo "$stats_dots" || echo "$diff_dots")" "$command html: a dot for each boot"
    done
    is "$(page 'string(//tr[@class="slower"][1]/td[1])')" "BIOS post" "html: what is slower is marked"
else
    skip "html" "no xmllint"
fi
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
if [ -n "$browser" ]; then
    timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/chromium" --dump-dom "file://$tmp/diff.html" \
        >"$tmp/dom.html" 2>"$tmp/browser.log"
    like "$(tr '>' '\n' <"$tmp/dom.html" | grep -c '^<circle')" '^[1-9][0-9]+$' "html: Chromium draws the dots"
else
    skip "html: Chromium" "no Chromium"
fi

# --- trend charts
if command -v jq >/dev/null; then
    # github-action-benchmark, src/extract.ts: BenchmarkResult
    rules='type == "array" and length > 5 and all((.name | type == "string") and (.unit | type == "string") and
        (.value | type == "number") and ((.range // "") | type == "string") and ((.extra // "") | type == "string"))'
    # Bencher Metric Format: benchmark -> measure -> value and bounds
    bmf='type == "object" and length > 5 and all(.[]; type == "object" and all(.[]; (.value | type == "number") and
        ((.lower_value // 0) <= .value) and ((.upper_value // 1e18) >= .value)))'
    for command in stats diff; do
        is "$(jq "$rules" "$tmp/$command.github-benchmark")" true "$command github-benchmark: the rules of its entries"
        is "$(jq "$bmf" "$tmp/$command.bmf")" true "$command bmf: the rules of its metrics"
    done
    is "$(jq -r '.[] | select(.name == "BIOS post") | "\(.value + 0) \(.unit)"' "$tmp/diff.github-benchmark")" "105 ms" "github-benchmark: B is now"
    is "$(jq -r '.["copy of kernel"].latency.value + 0' "$tmp/stats.bmf")" 4000000 "bmf: nanoseconds"
else
    skip "trend charts" "no jq"
fi

# --- otlp, by OpenTelemetry's own code
"$BOOTSTAMP" export -F otlp "$tmp/a/boot-1.bst" >"$tmp/one.otlp"
is "$(cat "$tmp/a/boot-1.bst" >"$tmp/copy.bst" && "$BOOTSTAMP" export -F otlp "$tmp/copy.bst" | grep -o '"\(trace\|span\)Id":"[0-9a-f]*"')" \
    "$(grep -o '"\(trace\|span\)Id":"[0-9a-f]*"' "$tmp/one.otlp")" "otlp: a copy of a capture has the same ids"
if command -v jq >/dev/null; then
    is "$(jq -s length "$tmp/stats.otlp") $(jq -s length "$tmp/diff.otlp")" "9 17" "otlp: a request for each capture"
    is "$(jq -r '.resourceSpans[].resource.attributes[] | select(.key == "bootstamp.side").value.stringValue' "$tmp/diff.otlp" | sort | uniq -c | tr -s ' \n' ' ')" \
        " 9 a 8 b " "otlp: with the side"
    is "$(jq -r '[.resourceSpans[].scopeSpans[].spans[].spanId] | length - (unique | length)' "$tmp/one.otlp")" 0 "otlp: span ids differ"
    spans=".resourceSpans[].scopeSpans[].spans"
    is "$(jq -r "$spans | . as \$all | map(select(.parentSpanId)) | all(.parentSpanId as \$p | any(\$all[]; .spanId == \$p))" "$tmp/one.otlp")" true \
        "otlp: parents are there"
    is "$(jq -r "$spans | map(select(.name == \"BIOS post\"))[0] | (.endTimeUnixNano | tonumber) - (.startTimeUnixNano | tonumber)" "$tmp/one.otlp")" 20000000 \
        "otlp: a phase lasts what it lasted"
    is "$(jq -r "[${spans}[].events[]?.attributes[] | select(.key == \"bootstamp.text\").value.stringValue] | join(\"|\")" "$tmp/one.otlp")" \
        "$("$BOOTSTAMP" export -F json "$tmp/a/boot-1.bst" | jq -rs 'map(select(.type == "line").text) | join("|")')" "otlp: every line is an event"
fi
otel=@opentelemetry/otlp-transformer@0.57.2
modules=$build/tests/npm
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip "otlp: OpenTelemetry's library" "no node, or no npm"
elif [ ! -d "$modules/node_modules/@opentelemetry/otlp-transformer" ] &&
    ! timeout 60 npm install --prefix "$modules" --no-audit --no-fund --ignore-scripts --fetch-retries 0 $otel >"$tmp/npm.log" 2>&1; then
    skip "otlp: OpenTelemetry's library" "npm does not install $otel here: $(tail -n 1 "$tmp/npm.log")"
else
    cat >"$tmp/check.js" <<'JS'
// Ids are hexadecimal in OTLP's JSON, where protobuf's has base64: the one thing to change for it.
const fs = require('fs');
const root = require('@opentelemetry/otlp-transformer/build/src/generated/root');
const Request = root.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
const requests = fs.readFileSync(process.argv[2], 'utf8').split(/(?<=\]\}\]\}\]\}\n)/);
let spans = 0, events = 0;
for (const text of requests) {
    const request = JSON.parse(text);
    for (const r of request.resourceSpans) for (const s of r.scopeSpans) for (const span of s.spans) {
        if (!/^[0-9a-f]{32}$/.test(span.traceId) || !/^[0-9a-f]{16}$/.test(span.spanId)) throw new Error('id');
        for (const key of ['traceId', 'spanId', 'parentSpanId'])
            if (key in span) span[key] = Buffer.from(span[key], 'hex');
    }
    const message = Request.fromObject(request);
    const wrong = Request.verify(message);
    if (wrong) throw new Error(wrong);
    const back = Request.toObject(Request.decode(Request.encode(message).finish()), { longs: String, bytes: Buffer, defaults: false });
    // Nothing that was written is unknown to it and dropped
    const sorted = (o) => JSON.stringify(o, (k, v) => v && typeof v === 'object' && !Array.isArray(v) && !Buffer.isBuffer(v) && v.type !== 'Buffer'
        ? Object.fromEntries(Object.keys(v).sort().map((n) => [n, v[n]])) : v);
    const drop = (o) => sorted(o).replace(/,?"(events|attributes)":\[\]/g, '').replace(/\{,/g, '{');
    if (drop(back) !== drop(request)) throw new Error('not the same: ' + drop(back).slice(0, 2000) + '\n' + drop(request).slice(0, 2000));
    for (const r of back.resourceSpans) for (const s of r.scopeSpans) for (const span of s.spans) {
        spans++;
        events += (span.events || []).length;
        if (BigInt(span.endTimeUnixNano) < BigInt(span.startTimeUnixNano)) throw new Error('time');
    }
}
console.log(requests.length, spans > 5, events > 3);
JS
    for file in one.otlp stats.otlp diff.otlp; do
        is "$(NODE_PATH=$modules/node_modules node "$tmp/check.js" "$tmp/$file" 2>&1 | tail -n 5)" \
            "$(echo "$file" | sed 's/one.*/1/; s/stats.*/9/; s/diff.*/17/') true true" "otlp: OpenTelemetry's library takes $file and gives back the same"
    done
fi

done_testing
