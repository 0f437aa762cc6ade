//! Made-up samples beside each other that differ in one thing: the one is read, and the other is not, or otherwise.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // Words of JSON that are almost literals.
    line("text", r#"{"user":"eve","admin":trxe}"#, &[]),
    line("text", r#"{"user":"eve","admin":fxlse}"#, &[]),
    line("text", r#"{"user":"eve","admin":nuxl}"#, &[]),
    line("json", r#"{"user_agent":"a\tb\bc\fd\re\nf\\g\"h"}"#, &["user_agent.original=a\tb\u{8}c\u{c}d\re\nf\\g\"h"]),
    // Access logs: users in quotes, a lone quote, the port of a host, and quotes before the request.
    line(
        "access",
        r#"192.0.2.7 - "eve doe" [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5"#,
        &["source.ip=192.0.2.7", "user.name=eve doe"],
    ),
    line(
        "access",
        r#"192.0.2.7 - " [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5"#,
        &["source.ip=192.0.2.7", "user.name=\"", "url.path=/a"],
    ),
    line(
        "access",
        r#"shop.test:8443 192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5"#,
        &["url.domain=shop.test", "destination.port=8443", "source.ip=192.0.2.7"],
    ),
    line(
        "access",
        r#"192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "-" "GET /a HTTP/1.1" 200 5"#,
        &["source.ip=192.0.2.7", "url.path=/a", "http.response.status_code=200"],
    ),
    line(
        "text",
        r#"192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "ab" "GET /a HTTP/1.1" 200 5"#,
        &["source.ip=192.0.2.7", "http.response.status_code"],
    ),
    // Pairs: quotes around names, two names in a value, escaped separators, and brackets and signs behind a value.
    line(
        "pairs",
        r#"type=x, "usrName"="eve", "src"="192.0.2.7", ""="a", dst=203.0.113.5"#,
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        r"src=192.0.2.7|url=/a\|b|dst=203.0.113.5",
        &["source.ip=192.0.2.7", r"url.path=/a\|b", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        r"src=192.0.2.7|user=\|eve|dst=203.0.113.5",
        &["source.ip=192.0.2.7", r"user.name=\|eve", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        "src=192.0.2.7, user=eve., dst=203.0.113.5",
        &["source.ip=192.0.2.7", "user.name=eve.", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        "src=192.0.2.7 user=eve. dst=203.0.113.5: act=deny;",
        &["user.name=eve", "destination.ip=203.0.113.5", "event.action=deny"],
    ),
    line("pairs", "src=192.0.2.7 dst=2001:db8:: act=deny", &["source.ip=192.0.2.7", "destination.ip=2001:db8::"]),
    line("pairs", "src=192.0.2.7 dst=203.0.113.5 user=. act=deny", &["user.name=."]),
    line("pairs", "src=192.0.2.7 user=eve, dst=203.0.113.5", &["user.name=eve"]),
    line("pairs", "src=192.0.2.7|user=eve;|dst=203.0.113.5", &["user.name=eve;"]),
    line(
        "pairs",
        "src=192.0.2.7|user=eve |dst=203.0.113.5\t|act=deny",
        &["user.name=eve", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        r#"src="192.0.2.7" user="e""ve" dst="203.0.113.5""#,
        &["user.name=e\"\"ve", "destination.ip=203.0.113.5"],
    ),
    line("pairs", r#"src="192.0.2.7" user="" dst="203.0.113.5""#, &["user.name", "destination.ip=203.0.113.5"]),
    // Host names in W3C logs of IIS, and near misses.
    line(
        "text",
        "2026-05-12 10:02:03 203.0.113.5 GET a/b - 443 eve 192.0.2.7 Mozilla/5.0 200",
        &["http.response.status_code"],
    ),
    line(
        "w3c",
        "2026-05-12 10:02:03 203.0.113.5 get /a/b - 443 eve 192.0.2.7 Mozilla/5.0 200",
        &["http.response.status_code=200"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 203.0.113.5 G-T /a/b - 443 eve 192.0.2.7 Mozilla/5.0 200",
        &["http.response.status_code"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 203.0.113.5 GET /a/b - 70000 eve 192.0.2.7 Mozilla/5.0 200",
        &["http.response.status_code"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 203.0.113.5 GET /a/b - 443 eve pc1 Mozilla/5.0 200",
        &["http.response.status_code"],
    ),
    // PAN-OS: fewer columns, and columns that are no times or numbers.
    line("panos", "1,2026/05/12 10:02:03,001,HIPMATCH,0,1,2026/05/12 10:02:02,eve", &["user.name=eve"]),
    line("text", "1,2026/05/12 10:02:03,001,HIPMATCH,0,1,2026/05/12 10:02:02", &["user.name"]),
    line("text", "1,noon,001,HIPMATCH,0,1,2026/05/12 10:02:02,eve", &["user.name"]),
    line("text", "1,2026/05/12 10:02:03,001,HIPMATCH,0,1,noon,eve", &["user.name"]),
    line("text", "x,2026/05/12 10:02:03,001,HIPMATCH,0,1,2026/05/12 10:02:02,eve", &["user.name"]),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,USERID,login,1,2026/05/12 10:02:02,vsys1,192.0.2.7,eve,x,0,0,1,user bob from 192.0.2.9,40000",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line(
        "panos",
        "1,2026/05/12 10:02:03,001,SYSTEM,auth,1,2026/05/12 10:02:02,,auth-fail,gw,0,0,general,medium",
        &["@timestamp=2026-05-12T10:02:02Z", "source.ip"],
    ),
    // Exim: a server, and clients with a name in brackets or none.
    line(
        "mail",
        "2026-05-12 10:02:03 1abcDE-000001-XY <= a@evil.test H=(helo) [192.0.2.7]:40000 P=esmtp S=1234",
        &["source.ip=192.0.2.7", "source.port=40000", "source.domain", "email.from.address=a@evil.test"],
    ),
    line(
        "mail",
        "2026-05-12 10:02:03 1abcDE-000001-XY <= a@evil.test H=[192.0.2.7]:40000 P=esmtp S=1234",
        &["source.ip=192.0.2.7", "source.port=40000", "source.domain"],
    ),
    line(
        "mail",
        "2026-05-12 10:02:03 no host name found for IP address 192.0.2.9 H=pc1.test [192.0.2.7] x",
        &["source.ip=192.0.2.7", "source.domain=pc1.test"],
    ),
    line("text", "2026-05-12 10:02:03 1abcDE H=pc1.test [192.0.2.7] x=1", &["source.domain"]),
    // DHCP: names in brackets after the address of an interface, and what only resembles one.
    line(
        "dhcp",
        "May 12 10:02:03 gw dhcpd[5]: DHCPACK on 192.0.2.7 to 00:00:5e:00:53:01 (pc1) via eth0",
        &["source.ip=192.0.2.7", "source.domain=pc1"],
    ),
    // Name servers: rewrites far behind, and names without a type.
    line("dns", "client 192.0.2.7#5555 (evil.test): x", &["source.ip=192.0.2.7", "dns.question.name=evil.test"]),
    line("dns", "client 192.0.2.7#5555 (evil.test) x", &["source.ip=192.0.2.7", "dns.question.name=evil.test"]),
    // Proxies: peers with and without how they were found.
    line(
        "squid",
        "1778580123.123 5 192.0.2.7 TCP_MISS/200 512 GET http://evil.test/a eve HIER_DIRECT/203.0.113.5 text/html",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "user.name=eve"],
    ),
    line(
        "squid",
        "1778580123.123 5 192.0.2.7 TCP_MISS/200 512 GET http://evil.test/a eve 203.0.113.5 text/html",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line("text", "1778580123.123 5 192.0.2.7 tcp_miss/200 512 GET http://evil.test/a eve - text/html", &[]),
    // Labels in text.
    line("text", "2026-05-12 10:02:03 failed user:eve from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 failed user:\"eve\" from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 failed: User[eve]: from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 failed: User[5]: from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 login user:-eve from 192.0.2.7", &["source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 login user: from 192.0.2.7", &["source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 login user : eve from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 denied user id eve from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 changed [user] eve from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 changed [user] [eve] from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 User name/host: eve from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line(
        "text",
        "2026-05-12 10:02:03 conn from 192.0.2.7 ClientPort 5555 closed",
        &["source.ip=192.0.2.7", "source.port=5555"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 conn from 192.0.2.7 ClientPort 70000 closed",
        &["source.ip=192.0.2.7", "source.port"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 conn from 192.0.2.7 source port: 5555 closed",
        &["source.ip=192.0.2.7", "source.port=5555"],
    ),
    // Requests over TLS without a method.
    line("text", "2026-05-12 10:02:03 192.0.2.7 TLSv1.3 AES \"/gate\" 199", &["source.ip=192.0.2.7", "url.path=/gate"]),
    line("text", "2026-05-12 10:02:03 192.0.2.7 SSLv2 AES \"/gate\" 199", &["source.ip=192.0.2.7", "url.path"]),
    line("text", "2026-05-12 10:02:03 192.0.2.7 TLSv1.3 AES \"gate\" 199", &["source.ip=192.0.2.7", "url.path"]),
    line("text", "2026-05-12 10:02:03 192.0.2.7 TLSv1.3 AES \"/gate 199", &["source.ip=192.0.2.7", "url.path"]),
    // Date and time in columns of their own.
    line(
        "text",
        "05/12/2026, 10:02:03, login from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "\"12May2026\" \"10:02:03\" login from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7"],
    ),
    line("text", "login from 192.0.2.7 on 05/12/2026, 10:02:03", &["source.ip=192.0.2.7"]),
    // Separators of LEEF after the header, escaped bars, and pairs that lost their tabs.
    line("leef", "LEEF:1.0|Acme|Gate|1|9|src=192.0.2.7\tusrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", "LEEF:2.0|Acme|Gate|1|9||src=192.0.2.7\tusrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", "LEEF:2.0|Acme|Gate|1|9|src=192.0.2.7 usrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    line("leef", "LEEF:1.0|Acme|Gate|1|9|src=192.0.2.7#011usrName=eve", &["source.ip=192.0.2.7", "user.name=eve"]),
    // Ends of packets with names of ports, and without any.
    line(
        "tcpdump",
        "10:02:03.000001 IP 192.0.2.7.5555 > 203.0.113.5.https: Flags [S], seq 1, length 0",
        &["source.ip=192.0.2.7", "source.port=5555", "destination.ip=203.0.113.5"],
    ),
    // Labels behind a time that is no header.
    line("text", "[2026-05-12 10:02:03] failed: User[eve]: from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line(
        "text",
        "[2026-05-12 10:02:03] User: eve from 192.0.2.7, User: eve2",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", "[2026-05-12 10:02:03] changed [user] from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] FAIL user eve from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] user, eve from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] user account 'eve' from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] closed by eve on vty0 (192.0.2.7)", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] closed by eve on gw1 (192.0.2.7)", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] seen as eve on vty0 (192.0.2.7)", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] seen as eve at vty0 (192.0.2.7)", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] seen as eve on gw1 (192.0.2.7)", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] blocked by gw1 from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] ended by eve from src IP 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line(
        "text",
        "[2026-05-12 10:02:03] lookup for evil.test from 192.0.2.7",
        &["dns.question.name=evil.test", "source.ip=192.0.2.7", "user.name"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] ticket for eve from 192.0.2.7",
        &["user.name=eve", "dns.question.name", "source.ip=192.0.2.7"],
    ),
    line("text", "[2026-05-12 10:02:03] eve@CORP.EXAMPLE from 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] eve@CORP from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] eve@1CORP.EXAMPLE from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] EVE@CORP.EXAMPLE from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", r"[2026-05-12 10:02:03] (192.0.2.7/443)(CORP\eve) x", &["user.name=eve", "user.domain=CORP"]),
    line(
        "text",
        r"[2026-05-12 10:02:03] x(CORP\eve from 192.0.2.7",
        &["user.name=eve", "user.domain=CORP", "source.ip=192.0.2.7"],
    ),
    line("text", "[2026-05-12 10:02:03] [eve] FAIL LOGIN: Client 192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] [eve] FAIL LOGOUT: Client 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line(
        "text",
        "[2026-05-12 10:02:03] evil.test/A/IN from 192.0.2.7",
        &["dns.question.name=evil.test", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] evil.test/IN/AAAA from 192.0.2.7",
        &["dns.question.name=evil.test", "source.ip=192.0.2.7"],
    ),
    line("text", "[2026-05-12 10:02:03] evil.test/IN/X from 192.0.2.7", &["dns.question.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] evil.test/A/B from 192.0.2.7", &["dns.question.name", "source.ip=192.0.2.7"]),
    // Ports by name, and the client of a network device.
    line("text", "Login OK: [eve] (from client nas1 port 17 cli 00-00)", &["user.name=eve", "source.port=17"]),
    line("text", "Login OK: [eve] (from client nas1 part 17 cli 00-00)", &["user.name=eve", "source.port"]),
    line(
        "text",
        "[2026-05-12 10:02:03] from 192.0.2.7 DestPort 5555 x",
        &["source.ip=192.0.2.7", "destination.port=5555"],
    ),
    line("text", "[2026-05-12 10:02:03] from 192.0.2.7 port : 5555 x", &["source.ip=192.0.2.7"]),
    // An action before the first pair, and words that are none.
    line("pairs", "deny src=192.0.2.7 dst=203.0.113.5 sport=5555", &["event.action=deny", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] deny =x 192.0.2.7", &["event.action", "source.ip=192.0.2.7"]),
    // Flows in columns, ends of flows, and networks.
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7 203.0.113.5 5555 443 x",
        &["source.ip=192.0.2.7", "source.port=5555", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7 203.0.113.5 5555 x 443",
        &["source.ip=192.0.2.7", "source.port", "destination.ip=203.0.113.5", "destination.port"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7 5555 203.0.113.5 443 x",
        &["source.ip=192.0.2.7", "source.port=5555", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7 5555 203.0.113.5 x",
        &["source.ip=192.0.2.7", "source.port=5555", "destination.ip=203.0.113.5", "destination.port"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7 192.0.2.7 203.0.113.5 x",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7:5555->203.0.113.5:443 x",
        &["source.ip=192.0.2.7", "source.port=5555", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line("text", "[2026-05-12 10:02:03] 192.0.2.0/24->203.0.113.0/24 x", &["source.ip", "destination.ip"]),
    line(
        "text",
        "[2026-05-12 10:02:03] 192.0.2.7/55->203.0.113.5/44 x",
        &["source.ip=192.0.2.7", "source.port=55", "destination.ip=203.0.113.5", "destination.port=44"],
    ),
    line("text", "[2026-05-12 10:02:03] \"eve\" 192.0.2.7 x", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] \"7eve\" 192.0.2.7 x", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] \"eve\"  192.0.2.7 x", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] eve@192.0.2.7 x", &["user.name=eve", "source.ip=192.0.2.7"]),
    line(
        "text",
        "client01/192.0.2.7:5555 peer info",
        &["user.name=client01", "source.ip=192.0.2.7", "source.port=5555"],
    ),
    line("text", "client01/192.0.2.7 peer info", &["user.name"]),
    line("text", "/192.0.2.7:5555 peer info", &["user.name", "source.ip=192.0.2.7", "source.port=5555"]),
    line("text", "[2026-05-12 10:02:03] via 203.0.113.1 from 192.0.2.7", &["source.ip=192.0.2.7", "destination.ip"]),
    line("text", "[2026-05-12 10:02:03] (pc1 [192.0.2.8]) [192.0.2.7] x", &["source.ip=192.0.2.7"]),
    line("text", "192.0.2.7,443", &["source.ip=192.0.2.7", "source.port=443"]),
    line("text", "192.0.2.7,443,x", &["source.ip=192.0.2.7", "source.port"]),
    line("text", "[2026-05-12 10:02:03] x 192.0.2.7|443| y", &["source.ip=192.0.2.7", "source.port=443"]),
    line("text", "[2026-05-12 10:02:03] x 192.0.2.7|443 y", &["source.ip=192.0.2.7", "source.port"]),
    line("text", "[2026-05-12 10:02:03] x 192.0.2.7; port 443 y", &["source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] Chrome/192.0.2.1 from 192.0.2.7", &["source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] version 192.0.2.1 from 192.0.2.7", &["source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] release 192.0.2.7 of eve", &["source.ip=192.0.2.7"]),
    line("text", "[2026-05-12 10:02:03] release: 192.0.2.1 from 192.0.2.7", &["source.ip=192.0.2.7"]),
    // URLs: what was requested, where from, and what was cut.
    line(
        "text",
        "[2026-05-12 10:02:03] see http://evil.test/a... from 192.0.2.7",
        &["url.full=http://evil.test/a...", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] see http://evil.test/a. from 192.0.2.7",
        &["url.full=http://evil.test/a", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] referer: http://evil.test/a from 192.0.2.7",
        &["http.request.referrer=http://evil.test/a", "url.full"],
    ),
    line("text", "[2026-05-12 10:02:03] x://evil.test/a from 192.0.2.7", &["url.full", "source.ip=192.0.2.7"]),
    line(
        "text",
        "[2026-05-12 10:02:03] longschemes://evil.test/a from 192.0.2.7",
        &["url.full", "source.ip=192.0.2.7"],
    ),
    // Headers: Cisco's marks, zones and numbers, and structured data with escapes.
    line(
        "text",
        "<189>gw1: *May 12 10:02:03.123 XST: %SYS-5-CONFIG_I: from 192.0.2.7",
        &["host.name=gw1", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03.123Z"],
    ),
    line(
        "text",
        "<189>000123: gw1: *May 12 10:02:03.123: %SYS-5-CONFIG_I: from 192.0.2.7",
        &["host.name=gw1", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03.123Z"],
    ),
    line(
        "text",
        "<189>000123: .May 12 10:02:03.123: %SYS-5-CONFIG_I: from 192.0.2.7",
        &["host.name", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03.123Z"],
    ),
    line(
        "text",
        "<189>:May 12 10:02:03: %SYS-5-CONFIG_I: from 192.0.2.7",
        &["host.name", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "text",
        r#"<34>1 2026-05-12T10:02:03Z gw app 5 id [a@1 user="e\"] ve" src="192.0.2.7"] x"#,
        &["source.ip=192.0.2.7", r#"user.name=e"] ve"#],
    ),
    line(
        "text",
        r#"<34>1 2026-05-12T10:02:03Z gw app 5 id [a@1 src="192.0.2.7"][b user="eve"] x"#,
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line(
        "text",
        "<34>May 12 10:02:03 Message forwarded from pc1: login from 192.0.2.7",
        &["host.name=pc1", "source.ip=192.0.2.7"],
    ),
    line("text", "<34>May 12 10:02:03 daemon.info gw1 app: from 192.0.2.7", &["host.name=gw1", "source.ip=192.0.2.7"]),
    line("text", "<34>May 12 10:02:03 gw1: %ACE-3-251010: from 192.0.2.7", &["host.name=gw1", "source.ip=192.0.2.7"]),
    line(
        "sshd",
        "sshd[25]: Accepted password for eve from 192.0.2.7 port 5555 ssh2",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=5555"],
    ),
    // Names in pairs: in quotes, brackets and with spaces.
    line(
        "pairs",
        r#"a.("b c")=1, src=192.0.2.7, dst=203.0.113.5, cs(Referer)=http://ref.test/"#,
        &["source.ip=192.0.2.7", "http.request.referrer=http://ref.test/"],
    ),
    line(
        "pairs",
        "type=x, source ip=192.0.2.7, destination ip=203.0.113.5, user name=eve",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "user.name=eve"],
    ),
    line(
        "pairs",
        r#"src=192.0.2.7 msg="user=eve dst=203.0.113.5" act=deny"#,
        &["source.ip=192.0.2.7", "user.name=eve", "destination.ip=203.0.113.5", "event.action=deny"],
    ),
    // Users with a realm or a port behind a colon.
    line("json", r#"{"user":"eve@corp.example","src":"192.0.2.7"}"#, &["user.name=eve@corp.example", "user.domain"]),
    line("json", r#"{"user":"@corp.example","src":"192.0.2.7"}"#, &["user.name=@corp.example", "user.domain"]),
    line("json", r#"{"user":"eve@","src":"192.0.2.7"}"#, &["user.domain"]),
    line("json", r#"{"user":"corp:eve","src":"192.0.2.7"}"#, &["source.ip=192.0.2.7"]),
    line("json", r#"{"user":"eve:7","src":"192.0.2.7"}"#, &["user.name=eve:7"]),
    line("json", r#"{"query":"evil.test.","src":"192.0.2.7"}"#, &["dns.question.name=evil.test"]),
    line("json", r#"{"query":".","src":"192.0.2.7"}"#, &["source.ip=192.0.2.7"]),
    // The two ends as the machine that logs sees them, with their ports after a slash. The other end alone is the one that came.
    line(
        "text",
        "flow local:192.0.2.7/40000 remote:203.0.113.5/443 closed",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "flow remote:203.0.113.5/40000 closed",
        &["source.ip=203.0.113.5", "source.port=40000", "destination.ip"],
    ),
    line("text", "flow local:192.0.2.7/40000 closed", &["source.ip=192.0.2.7", "source.port=40000", "destination.ip"]),
];
