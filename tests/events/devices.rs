//! Made-up samples in the manner of routers, gateways and web services, each with its near misses.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // What Cisco's devices write before the time: the node, or the task.
    line(
        "text",
        "<189>123: RP/0/RSP0/CPU0:May 12 10:02:03.456 UTC: SSHD_[65]: %SECURITY-SSHD-6-INFO : authenticated user 'eve' from '192.0.2.7'",
        &["@timestamp=2026-05-12T10:02:03.456Z", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", "<189>123: CPU0:May 12 10:02:03.456 UTC: link up", &["@timestamp"]),
    line("text", "<189>123: a/b May 12 10:02:03.456 UTC: link up", &["host.name"]),
    line(
        "text",
        "<134>wlc1: *apfTask: May 12 10:02:03.456: %APF-6-USER: done",
        &["@timestamp=2026-05-12T10:02:03.456Z", "host.name=wlc1"],
    ),
    line("text", "<134>wlc1: apfTask: May 12 10:02:03.456: %APF-6-USER: done", &["host.name"]),
    line(
        "text",
        "%May 12 10:02:03:456 2026 sw1 SHELL/6/CMD: link up",
        &["@timestamp=2026-05-12T10:02:03.456Z", "host.name=sw1"],
    ),
    // The address of the device is not that of the client.
    line(
        "text",
        "<189>May 12 10:02:03 2026 sw1 %%10SHELL/5/LOGIN(l): -DevIP=198.51.100.3; eve logged in from 192.0.2.7.",
        &["source.ip=192.0.2.7", "host.name=sw1"],
    ),
    // Kubernetes: the level and the day in one word.
    line(
        "text",
        "E0512 10:02:03.123456       1 server.go:45] \"Dropped\" err=\"no route\" from 192.0.2.7:40000",
        &["@timestamp=2026-05-12T10:02:03.123456Z", "source.ip=192.0.2.7", "source.port=40000"],
    ),
    line("text", "E0512 10:02:03 server.go:45] Dropped from 192.0.2.7:40000", &["@timestamp"]),
    // Nobody is named before a client.
    line("text", "[2026-05-12 10:02:03] login: from [192.0.2.7] on tty1", &["source.ip=192.0.2.7", "user.name"]),
    line("text", "[2026-05-12 10:02:03] login: fromm [192.0.2.7]", &["source.ip=192.0.2.7", "user.name=fromm"]),
    // Ports after a sign, and what follows them.
    line(
        "text",
        "[2026-05-12 10:02:03] AXFR, outgoing, remote 192.0.2.7@40000 TCP",
        &["source.ip=192.0.2.7", "source.port=40000"],
    ),
    line("text", "[2026-05-12 10:02:03] closed by eve on 192.0.2.7@pts/0", &["source.ip", "source.port"]),
    line("text", "[2026-05-12 10:02:03] remote 192.0.2.7@70000 TCP", &["source.ip", "source.port"]),
    line(
        "text",
        "list 101 denied tcp 192.0.2.7(40000)(Ethernet 1/1/7 0000.5e00.5301) -> 203.0.113.5(23), 1 event",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=23"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 UTC:192.0.2.7(40000):eve@shop:[812]:LOG:  connection authorized",
        &["source.ip=192.0.2.7", "source.port=40000"],
    ),
    line("text", "list 101 denied tcp 192.0.2.7(40000x)(Ethernet 1/1/7) and more", &["source.port"]),
    // The user of a VPN after the address of the client, and code that looks so.
    line(
        "text",
        "[2026-05-12 10:02:03] gw1 - [192.0.2.7] eve(Realm)[] - Login succeeded",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line("text", "[2026-05-12 10:02:03] gw1 - [ERROR] eve(Realm)[] - Login", &["user.name"]),
    line("text", "[2026-05-12 10:02:03] gw1 - [192.0.2.7] eve(Realm) - Login", &["user.name"]),
    line(
        "pairs",
        "May 12 10:02:03 gw1 httpd: 2026-05-12 10:02:03.456Z [eve]: Login_Allowed - - to=Admin ip=192.0.2.7 auth=LOCAL",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "pairs",
        "May 12 10:02:03 gw1 httpd: 2026-05-12 10:02:03.456Z [main]: Started - - to=Admin ip=192.0.2.7 auth=LOCAL",
        &["user.name", "source.ip=192.0.2.7"],
    ),
    // Lists of Pi-hole: the address is the answer.
    line(
        "dns",
        "May 12 10:02:03 dnsmasq[812]: gravity blocked evil.test is 0.0.0.0",
        &["dns.question.name=evil.test", "source.ip"],
    ),
    line(
        "dns",
        "May 12 10:02:03 dnsmasq[812]: exactly denied evil.test is 0.0.0.0",
        &["dns.question.name=evil.test", "source.ip"],
    ),
    line("text", "May 12 10:02:03 app[812]: gravity moved evil.test is down", &["dns.question.name"]),
    line("text", "May 12 10:02:03 app[812]: gravity blocked evil.test was down", &["dns.question.name"]),
    // A name that was asked for has no colon.
    line("text", "dns,packet question: evil.test:A:IN", &["dns.question.name"]),
    line("text", "dns,packet question: evil.test", &["dns.question.name=evil.test"]),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","dns_req":"evil.test","dns_reqtype":"A","client_ip":"192.0.2.7"}"#,
        &["dns.question.name=evil.test", "dns.question.type=A"],
    ),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","dns_reqs":"12","client_ip":"192.0.2.7"}"#, &["dns.question.name"]),
    // Both ends with their ports in one field; the address in a place.
    line(
        "json",
        r#"{"timestamp":"2026-05-12T10:02:03Z","src_ap":"192.0.2.7:40000","dst_ap":"203.0.113.5:80"}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=80"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","location":{"ip":"192.0.2.7","city":"x"}}"#,
        &["source.ip=192.0.2.7"],
    ),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","location":{"server":{"ip":"192.0.2.7"}}}"#, &["source.ip"]),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","previous":{"ip":"192.0.2.7","city":"x"}}"#, &["source.ip"]),
    line(
        "pairs",
        "2026-05-12 10:02:03 INFO [ip=198.51.100.25;oip=192.0.2.7;ua=x;cid=7;] imap - closed",
        &["source.ip=192.0.2.7"],
    ),
    // When a thing was created is not when the event happened.
    line(
        "json",
        r#"{"started_at":1778580123456,"route":{"created_at":1600000000},"client_ip":"192.0.2.7"}"#,
        &["@timestamp=2026-05-12T10:02:03.456Z"],
    ),
    line("json", r#"{"user":{"name":"eve","created_at":"2020-05-12T10:02:03Z"}}"#, &["@timestamp", "user.name=eve"]),
    line("json", r#"{"user_created_at":"2020-05-12T10:02:03Z","user":"eve"}"#, &["@timestamp", "user.name=eve"]),
    line("json", r#"{"alert":{"created_at":"2026-05-12T10:02:03Z"}}"#, &["@timestamp=2026-05-12T10:02:03Z"]),
    line("json", r#"{"alert_created_at":"2026-05-12T10:02:03Z"}"#, &["@timestamp=2026-05-12T10:02:03Z"]),
    // A number without quotes names no user.
    line("json", r#"{"time":"2026-05-12T10:02:03Z","identity":7}"#, &["user.name"]),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","identity":"7"}"#, &["user.name=7"]),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","identity":"eve7"}"#, &["user.name=eve7"]),
    // A login is more certain than a name in words, which counts where it stands alone.
    line("cef", "CEF:0|Acme|Gate|1|100|Threat|7|suser=Eve Doe loginName=eve src=192.0.2.7", &["user.name=eve"]),
    line("cef", "CEF:0|Acme|Gate|1|100|Threat|7|suser=Eve Doe src=192.0.2.7", &["user.name=Eve Doe"]),
    line("json", r#"{"user":"Eve Doe","owner":"bob","src":"192.0.2.7"}"#, &["user.name=Eve Doe"]),
    line("json", r#"{"user":"NT AUTHORITY\\SYSTEM","login_name":"bob","src":"192.0.2.7"}"#, &["user.name=SYSTEM"]),
    // The first words of pairs are whole: `eve` must not become `ev` or `e`, however far behind it stands.
    line(
        "pairs",
        r#"time="2026-05-12T10:02:03Z" level=error msg="Unsuccessful 1FA authentication attempt by user 'eve'" method=POST remote_ip=192.0.2.7"#,
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "pairs",
        r#"time="2026-05-12T10:02:03Z" level=error msg="Unsuccessful 1FA authentication attempts by user 'eve'" method=POST remote_ip=192.0.2.7"#,
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "pairs",
        r#"time="2026-05-12T10:02:03Z" level=error msg="Unsuccessful attempt by user 'eve'" method=POST remote_ip=192.0.2.7"#,
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    // A level is no host, and neither is a program apart from its number.
    line(
        "pairs",
        "2026-05-12 10:02:03,456 INFO FSName.audit: ugi=eve (auth:x)\tip=/192.0.2.7\tcmd=open",
        &["host.name"],
    ),
    line(
        "pairs",
        "2026-05-12 10:02:03,456 info1 audit: ugi=eve (auth:x)\tip=/192.0.2.7\tcmd=open",
        &["host.name=info1", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "May 12 10:02:03 app [812]: Login from '192.0.2.7' for user 'eve'",
        &["host.name", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "May 12 10:02:03 gw1 [core]: Login from '192.0.2.7' for user 'eve'",
        &["host.name=gw1", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    // The time of the event in what Azure wraps, and that of an answer.
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:09Z","properties":{"event_time":"2026-05-12T10:02:03Z"}}"#,
        &["@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","job":{"event_time":"2026-05-12T10:02:09Z"}}"#,
        &["@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "json",
        r#"{"requestTimestamp":"2026-05-12T10:02:03Z","responseTimestamp":"2026-05-12T10:02:04Z"}"#,
        &["@timestamp=2026-05-12T10:02:03Z"],
    ),
    // URLs behind the one that was asked for, and the network device.
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","RequestPath":"/a","ServiceURL":"http://198.51.100.1:80"}"#,
        &["url.path=/a", "url.full", "url.domain"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","remoteUrl":"http://evil.test/a","redirect_uri":"http://ref.test/cb"}"#,
        &["url.full=http://evil.test/a"],
    ),
    line("pairs", r#"type=x user="eve" nas="198.51.100.3" status="Failed""#, &["user.name=eve", "source.ip"]),
    line(
        "cef",
        "CEF:0|Acme|Gate|1|100|Threat|7|src=192.0.2.7 dhost=evil.test request=https://evil.test/a",
        &["url.full=https://evil.test/a", "destination.domain=evil.test", "host.name"],
    ),
    line(
        "cef",
        "CEF:0|Acme|Gate|1|100|Threat|7|src=192.0.2.7 dhost=pc1 request=https://evil.test/a",
        &["url.full=https://evil.test/a", "host.name=pc1"],
    ),
    // The names of the W3C in JSON: `s-ip` is the server's, and `sip` is not.
    line(
        "json",
        r#"{"date":"2026-05-12","time":"10:02:03","s-ip":"198.51.100.1","s-port":"443","c-ip":"192.0.2.7","cs-uri-stem":"/a"}"#,
        &["source.ip=192.0.2.7", "source.port", "destination.ip=198.51.100.1", "destination.port=443", "url.path=/a"],
    ),
    line(
        "json",
        r#"{"date":"2026-05-12","time":"10:02:03","c-ip":"192.0.2.7","r-ip":"198.51.100.1","r-port":"443"}"#,
        &["source.ip=192.0.2.7", "destination.ip=198.51.100.1", "destination.port=443"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","sip":"192.0.2.7","sport":"40000","dip":"198.51.100.1"}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=198.51.100.1"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","s_ip":"192.0.2.7","s_port":"40000","service":"443","dst":"198.51.100.1"}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=198.51.100.1", "destination.port=443"],
    ),
    // The end that a principal is at, and the text of a URL.
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","principal":{"ip":["192.0.2.7"],"port":40000},"target":{"ip":["203.0.113.5"],"port":443}}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","principle":{"port":40000},"target":{"ip":["203.0.113.5"],"port":443}}"#,
        &["source.port", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","http_request":{"url":{"text":"https://evil.test:443/a","path":"/a"}}}"#,
        &["url.full=https://evil.test:443/a", "url.path=/a"],
    ),
    line("json", r#"{"time":"2026-05-12T10:02:03Z","note":{"text":"https://evil.test:443/a"}}"#, &["url.full"]),
];
