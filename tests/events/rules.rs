//! Made-up samples of rules that few messages need, each with its near misses.

use super::Sample;

/// A sample without a header or planted values.
pub(super) const fn line(layout: &'static str, line: &'static str, normal: &'static [&'static str]) -> Sample {
    Sample { head: "", line, layout, normal, planted: &[] }
}

pub(super) const SAMPLES: &[Sample] = &[
    // Escapes of JSON. An invalid one stays as it is.
    line("json", r#"{"user":"e\u0076e","host":"a\/b"}"#, &["user.name=eve"]),
    line("json", r#"{"url":"http://shop.test/a\u003fb=\ud83d\ude00"}"#, &["url.path=/a", "url.query=b=\u{1f600}"]),
    line("json", r#"{"url":"http://shop.test/\ud83d\u0041"}"#, &[r"url.path=/\ud83dA"]),
    line("json", r#"{"url":"http://shop.test/\u00g1"}"#, &[r"url.path=/\u00g1"]),
    line("json", r#"{"url":"http://shop.test/\u+041"}"#, &[r"url.path=/\u+041"]),
    line("json", r#"{"url":"http://shop.test/\u41"}"#, &[r"url.path=/\u41"]),
    line("json", r#"{"user":"eve","admin":true,"x":false,"y":null}"#, &["user.name=eve"]),
    line("text", r#"{"user":"eve","admin":truth}"#, &[]),
    line(
        "json",
        r#"{ "user" : "eve" , "src" : [ "192.0.2.7" ] , "url" : "://shop.test/a" }"#,
        &["user.name=eve", "source.ip=192.0.2.7", "url.scheme"],
    ),
    // An object that names its value has at most eight fields.
    line(
        "json",
        r#"{"all":[{"name":"src_ip","value":"192.0.2.7","c":1,"d":1,"e":1,"f":1,"g":1,"h":1}]}"#,
        &["source.ip=192.0.2.7"],
    ),
    line(
        "json",
        r#"{"all":[{"name":"src_ip","value":"192.0.2.7","c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}]}"#,
        &["source.ip"],
    ),
    // The largest octet, and one beyond; ports of URLs, and a colon without one.
    line("json", r#"{"url":"http://shop.test:/a"}"#, &["url.domain=shop.test", "url.port", "url.path=/a"]),
    line("json", r#"{"url":"http://shop.test:81/a"}"#, &["url.domain=shop.test", "url.port=81", "url.path=/a"]),
    line("pairs", "src=203.0.113.255 dst=203.0.113.256", &["source.ip=203.0.113.255", "destination.ip"]),
    line(
        "json",
        r#"{"url":"http://[2001:db8::7]:8443/a"}"#,
        &["url.domain=2001:db8::7", "url.port=8443", "url.path=/a"],
    ),
    line("json", r#"{"url":"http://[2001:db8::7]/a"}"#, &["url.domain=2001:db8::7", "url.port", "url.path=/a"]),
    // Access logs: text in brackets before the client, an address that a proxy forwarded, and a request without quotes.
    line(
        "access",
        r#"[access] [1] 192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5"#,
        &["source.ip=192.0.2.7", "user.name=eve", "url.path=/a"],
    ),
    Sample {
        planted: &[("198.51.100.1", "x_forwarded_for", "source.ip"), ("192.0.2.7", "client", "source.ip")],
        ..line(
            "access",
            r#"192.0.2.7 (198.51.100.1) - - [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5"#,
            &["source.ip=192.0.2.7", "url.path=/a"],
        )
    },
    line(
        "access",
        "192.0.2.7 - - [12/May/2026:10:02:03 +0000] /a?b=c 404 17",
        &["source.ip=192.0.2.7", "url.path=/a", "url.query=b=c", "http.response.status_code=404"],
    ),
    line("text", "192.0.2.7 - - [12/May/2026:10:02:03 +0000] /a?b=c 99 17", &["http.response.status_code"]),
    line("text", "192.0.2.7 - - [12/May/2026:10:02:03 +0000] /a?b=c 404 x", &["http.response.status_code"]),
    // Quotes around a value of CEF, and quotes that are a part of it.
    line("cef", r#"CEF:0|Acme|Gate|1|100|Threat|7|suser="eve doe" src=192.0.2.7"#, &["user.name=eve doe"]),
    line("cef", r#"CEF:0|Acme|Gate|1|100|Threat|7|suser="eve" doe src=192.0.2.7"#, &[r#"user.name="eve" doe"#]),
    // Separators of LEEF, as a byte and as its code.
    line("leef", "LEEF:2.0|Acme|Gate|1|9|x5E|src=192.0.2.7^usrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", "LEEF:2.0|Acme|Gate|1|9|x+5|src=192.0.2.7\tusrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", "LEEF:2.0|Acme|Gate|1|9|0x7c|src=192.0.2.7|usrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", r"LEEF:2.0|Acme|Gate|1|9|\x7C|src=192.0.2.7|usrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    // Name servers.
    line(
        "dns",
        "client @0x7f 192.0.2.7#5555 (evil.test): query (cache) 'evil.test/A/IN' denied",
        &["source.ip=192.0.2.7", "source.port=5555", "dns.question.name=evil.test", "event.action=denied"],
    ),
    line(
        "dns",
        "client 192.0.2.7#5555 (evil.test): rpz QNAME NXDOMAIN rewrite evil.test/A/IN via evil.test.rpz.example",
        &["source.ip=192.0.2.7", "dns.question.name=evil.test"],
    ),
    line(
        "dns",
        "DNS format error from 203.0.113.5#53 resolving evil.test/AAAA for 192.0.2.7#5555: sideways referral",
        &["dns.question.name=evil.test", "source.ip=192.0.2.7", "destination.ip=203.0.113.5", "destination.port=53"],
    ),
    line(
        "dns",
        "connection refused resolving 'evil.test/A/IN': 203.0.113.5#53",
        &["dns.question.name=evil.test", "destination.ip=203.0.113.5", "source.ip"],
    ),
    line("text", "trouble resolving evil.test from 192.0.2.7", &["dns.question.name"]),
    line(
        "dns",
        "May 12 10:02:03 gw dnsmasq[5]: 17 192.0.2.7/5555 query[A] evil.test from 192.0.2.7",
        &["source.ip=192.0.2.7", "source.port=5555", "dns.question.name=evil.test"],
    ),
    // Log types of PAN-OS other than traffic and threats.
    line(
        "panos",
        r"1,2026/05/12 10:02:03,001,USERID,login,1,2026/05/12 10:02:02,vsys1,192.0.2.7,corp\eve,x,0,0,1,3600,40000,443",
        &["source.ip=192.0.2.7", "user.name=eve", "source.port=40000", "destination.port=443"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,SYSTEM,auth,1,2026/05/12 10:02:02,,auth-fail,gw,0,0,general,medium,failed login for user 'eve' from 192.0.2.7,1",
        &["@timestamp=2026-05-12T10:02:02Z", "source.ip=192.0.2.7", "user.name=eve"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,CONFIG,0,1,2026/05/12 10:02:02,192.0.2.7,,set,eve,Web,Succeeded,x",
        &["@timestamp=2026-05-12T10:02:02Z", "user.name=eve"],
    ),
    line(
        "panos",
        r"1,2026/05/12 10:02:03,001,AUTHENTICATION,login,1,2026/05/12 10:02:02,vsys1,192.0.2.7,corp\eve,eve,x",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,GLOBALPROTECT,0,1,2026/05/12 10:02:02,vsys1,login,a,b,c,eve,DE,laptop,192.0.2.7,::,10.0.0.5",
        &["user.name=eve"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,HIPMATCH,0,1,2026/05/12 10:02:02,eve,vsys1,laptop,Win,192.0.2.7,x",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,GTP,0,1,2026/05/12 10:02:02,a,b,2026-05-12T10:02:01.250+00:00",
        &["@timestamp=2026-05-12T10:02:01.25Z", "source.ip"],
    ),
    line("text", "1,2026/05/12 10:02:03,001,OTHER,0,1,2026/05/12 10:02:02,192.0.2.7,eve,x", &["user.name"]),
    // The message of RFC 5424 may begin with a byte order mark.
    line(
        "pairs",
        "<34>1 2026-05-12T10:02:03Z gw app 5 id - \u{feff}src=192.0.2.7 dst=203.0.113.5",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    // FreeRADIUS: the user in brackets, the network device and its port.
    line(
        "text",
        "May 12 10:02:03 gw radiusd[5]: Login OK: [eve/secret] (from client nas1 port 17 cli 192.0.2.7)",
        &["user.name=eve"],
    ),
    line(
        "text",
        "Login incorrect (bad password): [host/laptop] (from client nas1 port 17)",
        &["user.name=host/laptop"],
    ),
    // Words after a user that are not its name.
    line("text", "2026-05-12 10:02:03 denied user id 'eve' from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 denied user id of eve from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 changed user [after add] from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 changed user [eve] from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 changed user (eve) from 192.0.2.7", &["source.ip=192.0.2.7"]),
    // A path with its query, a host with its port, and the host beside the method of a request.
    line("pairs", "src=192.0.2.7 uri_path=/a?b=c method=GET", &["url.path=/a", "url.query=b=c", "url.original=/a?b=c"]),
    line("pairs", "src=192.0.2.7 url_domain=shop.test:8443", &["url.domain=shop.test", "url.port=8443"]),
    line("pairs", "src=192.0.2.7 url_domain=shop.test:x", &["url.port"]),
    // The ends of a flow by the words beside them.
    line(
        "json",
        r#"{"target":{"src_ip":"203.0.113.5","ip":"203.0.113.9"},"source":{"ip":"192.0.2.7","port":5}}"#,
        &["source.ip=192.0.2.7", "source.port=5"],
    ),
    // An access log without a client, behind the header of syslog.
    line(
        "access",
        "<134> May 12 10:02:03 gw1 app-access: - - [12/May/2026:10:02:03 +0800] \"GET /a HTTP/1.1\" 200 2 \"-\" \"curl/8\"",
        &[
            "host.name=gw1",
            "user.name",
            "source.ip",
            "url.path=/a",
            "http.response.status_code=200",
            "@timestamp=2026-05-12T02:02:03Z",
        ],
    ),
    line(
        "access",
        "May 12 10:02:03 gw1 app-access: - - [12/May/2026:10:02:03 +0800] \"GET /a HTTP/1.1\" 200 2 \"-\" \"curl/8\"",
        &["host.name=gw1", "user.name", "source.ip", "url.path=/a"],
    ),
    line(
        "access",
        "unix: - eve [12/May/2026:10:02:03 +0800] \"GET /a HTTP/1.1\" 200 2 \"-\" \"curl/8\"",
        &["user.name=eve", "source.ip", "url.path=/a"],
    ),
    // The name that alerts, rules and applications are displayed by is no user's.
    line(
        "json",
        r#"{"alert":{"displayName":"Credential theft","ip":"192.0.2.7"},"user":{"displayName":"Eve Doe"},"appDisplayName":"Mail"}"#,
        &["user.name=Eve Doe", "source.ip=192.0.2.7"],
    ),
    line("json", r#"{"alert":{"indicator":{"display_name":"T1035"},"host":{"ip":"192.0.2.7"}}}"#, &["user.name"]),
    // Curly quotes, of which templates at times have the closing one on both sides.
    line(
        "pairs",
        "May 12 10:02:03 gw1 Alert: Blocked=”Passed” Source_IP=“192.0.2.7” Destination_IP=”203.0.113.5 ” User=”eve” Policy=”No copies, please”",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "user.name=eve", "rule.name=No copies, please"],
    ),
    // Commas in such values do not count as separators.
    line(
        "pairs",
        "May 12 10:02:03 gw1 Alert: a=“x, y” b=“x, y” c=“x, y” src=192.0.2.7 dst=203.0.113.5",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    // Pairs of digits are the addresses of interfaces and disks, however many there are.
    line("text", "May 12 10:02:03 gw1 app: seen 50:06:01:60:3b:a0:1d:2f on port 5", &["source.ip"]),
    line(
        "pairs",
        "May 12 10:02:03 gw1 app: IN=eth0 MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 LEN=84 TTL=5",
        &["source.ip"],
    ),
    line("text", "May 12 10:02:03 gw1 app: seen 2001:db8:0:0:0:0:0:7 on port 5", &["source.ip=2001:db8::7"]),
    // A condition about groups names no user; a label in brackets ends with them.
    line(
        "text",
        "May 12 10:02:03 gw1 sshd[5]: pam_succeed_if(sshd:auth): requirement \"user ingroup root\" not met by user \"eve\"",
        &["user.name=eve"],
    ),
    line(
        "pairs",
        "[Device: dp1 198.51.100.1] M_20000: 2 attacks of type \"x\" found; Attack name: y; Source IP: 192.0.2.7; Destination port: 53; Action: drop.",
        &["source.ip=192.0.2.7", "destination.port=53", "host.name=dp1"],
    ),
    // The line that a shipper wraps, by the names that shippers and collectors give it.
    line(
        "json",
        r#"{"timestamp":"2026-05-12T10:02:04Z","agent":{"id":"000"},"full_log":"<30>2026:05:12-10:02:03 gw ulogd[5]: action=\"drop\" srcip=\"192.0.2.7\" dstip=\"203.0.113.5\" dstport=\"443\"","location":"gw"}"#,
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "destination.port=443", "event.action=drop"],
    ),
    line(
        "json",
        r#"{"timeUnixNano":"1778580123000000000","body":"Failed password for invalid user eve from 192.0.2.7 port 40000 ssh2"}"#,
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=40000"],
    ),
    // A zone in a field of its own.
    line("pairs", "date=2026-05-12 time=10:02:03 tz=+0200 src=192.0.2.7", &["@timestamp=2026-05-12T08:02:03Z"]),
    line("pairs", "date=2026-05-12 time=10:02:03 tz=noon src=192.0.2.7", &["@timestamp=2026-05-12T10:02:03Z"]),
    // Every month, and words that only begin like a day or a month.
    line("text", "Jul 12 10:02:03 gw app: x", &["@timestamp=2026-07-12T10:02:03Z"]),
    line("text", "Aug 12 10:02:03 gw app: x", &["@timestamp=2026-08-12T10:02:03Z"]),
    line("text", "Sep 12 10:02:03 gw app: x", &["@timestamp=2026-09-12T10:02:03Z"]),
    line("text", "Oct 12 10:02:03 gw app: x", &["@timestamp=2026-10-12T10:02:03Z"]),
    line("text", "Nov 12 10:02:03 gw app: x", &["@timestamp=2026-11-12T10:02:03Z"]),
    line("text", "Monday, 12 Oct 2026 10:02:03 +0200 x", &["@timestamp=2026-10-12T08:02:03Z"]),
    line("text", "October 12, 2026 at 10:02:03 PM x", &["@timestamp=2026-10-12T22:02:03Z"]),
    line("text", "October 12, 2026 10:02: x", &["@timestamp=2026-10-12T10:02:00Z"]),
    line("text", "2026-10-12 10:02: x", &["@timestamp=2026-10-12T10:02:00Z"]),
    line("text", "2026-10-12 10:02:x", &["@timestamp"]),
    line("text", "October 12, 2026 at 10:02:03 PMX x", &["@timestamp=2026-10-12T10:02:03Z"]),
];
