//! Made-up samples in the shapes of lines that were read wrong: nothing that is not said may be read from them.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // Columns and sentences of a program's own log are no hosts and programs.
    line(
        "text",
        "2026-05-12 10:02:03.17 Warn Server: AUTH-ERROR: 192.0.2.7 - wrong",
        &["source.ip=192.0.2.7", "host.name"],
    ),
    line(
        "text",
        "12-05-2026 10:02:03   SMTP Server: Authentication failed for user eve ; connecting host 192.0.2.7",
        &["user.name=eve", "source.ip=192.0.2.7", "host.name"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03.17 Logon       Error: 7, Severity: 14",
        &["@timestamp=2026-05-12T10:02:03.17Z", "host.name"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03.5Z: Failed Login: username=eve ip=192.0.2.7",
        &["user.name=eve", "source.ip=192.0.2.7", "host.name"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 gw1 app: login by eve from 192.0.2.7 ",
        &["host.name=gw1", "source.ip=192.0.2.7"],
    ),
    // Words after `user` and `login`.
    line("text", "2026-05-12 10:02:03 Found user but nothing else", &["user.name"]),
    line("text", "2026-05-12 10:02:03 Fehlerhafter Login Versuch von 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line(
        "sshd",
        "2026-05-12 10:02:03 Failed login attempt from IP: [2001:db8::7]",
        &["user.name", "source.ip=2001:db8::7"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03.110+0100 [conn7] Failed to authenticate eve@admin with mechanism X: no such user",
        &["user.name", "@timestamp=2026-05-12T09:02:03.11Z"],
    ),
    line("text", "2026-05-12 10:02:03 [eve] failed to login from 192.0.2.7", &["user.name=eve"]),
    // Access logs: a column more, an address that was forwarded, and a path that begins with two slashes.
    line(
        "access",
        r#"www.shop.test 192.0.2.7 - 95386da8 - [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "x""#,
        &["source.ip=192.0.2.7", "user.name"],
    ),
    line(
        "access",
        r#"2026-05-12T10:02:04Z stdout F [2026-05-12T10:02:03.310Z] "POST /a HTTP/2" 204 - 154 0 226 100 "192.0.2.7" "agent" "id" "host" "tcp://203.0.113.5:80""#,
        &["source.ip=192.0.2.7", "http.request.referrer", "user_agent.original=agent"],
    ),
    line(
        "access",
        r#"192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET //admin/setup.php?a=b HTTP/1.1" 404 5 "-" "-""#,
        &[
            "url.original=//admin/setup.php?a=b",
            "url.path=//admin/setup.php",
            "url.query=a=b",
            "url.domain",
            "destination.domain",
        ],
    ),
    // Signs after the target of a request.
    line(
        "text",
        "2026-05-12 10:02:03: App: 403: POST /api/sessions: 192.0.2.7: wrong",
        &["url.path=/api/sessions", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "May 12 10:02:03 mx app: failed for eve from 192.0.2.7 (POST /mail/?task=login)",
        &["url.original=/mail/?task=login", "url.query=task=login"],
    ),
    // Lists of addresses that passed something on.
    line(
        "text",
        "May 12 10:02:03 app [5]: Login from '192.0.2.7, 198.51.100.1' for user 'eve' might not have worked",
        &["source.ip=192.0.2.7", "destination.ip", "user.name=eve"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 login attempt from 192.0.2.9 (X-Forwarded-For: 192.0.2.7, 198.51.100.1) [agent]",
        &["destination.ip"],
    ),
    line(
        "text",
        r#"2026-05-12T10:02:03Z [ERROR] [auth.go:72][client IP="192.0.2.7, 198.51.100.1" requestID="7"]: failed"#,
        &["source.ip=192.0.2.7", "destination.ip"],
    ),
    // A user at a server, a machine's line, and the name of a client.
    line(
        "text",
        "2026-05-12 10:02:03.7 [WARNING] challenge (INVITE) on profile 'a' for [100@203.0.113.5] from ip 192.0.2.7",
        &["source.ip=192.0.2.7", "client.ip=192.0.2.7", "user.name=100"],
    ),
    line(
        "pairs",
        r#"type=USER_LOGIN msg=audit(1778580123.456:789): pid=1 msg='op=login acct="eve" hostname=? addr=192.0.2.7 terminal=ssh res=failed'"#,
        &["source.ip=192.0.2.7", "user.name=eve", "host.name"],
    ),
    line(
        "pairs",
        "May 12 10:02:03 gw1 sshd[5]: pam_unix(sshd:auth): authentication failure; ruser= rhost=pc7.corp.test user=eve",
        &["source.domain=pc7.corp.test", "destination.domain", "host.name=gw1", "user.name=eve"],
    ),
    line(
        "pairs",
        "May 12 10:02:03 mx imapd[5]: Login failed user=eve auth=eve host=pc7.corp.test [192.0.2.7]",
        &["source.domain=pc7.corp.test", "source.ip=192.0.2.7", "host.name=mx"],
    ),
    line(
        "pairs",
        r#"2026/05/12 10:02:03 [error] 5#0: *3 user "eve": password mismatch, client: 192.0.2.7, server: , request: "GET / HTTP/1.1", host: "localhost:8443""#,
        &["source.ip=192.0.2.7", "host.name", "url.domain=localhost", "url.port=8443"],
    ),
    // Bits of a packet, and the name of an argument.
    line(
        "pairs",
        "May 12 10:02:03 gw1 kernel: IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.5 PROTO=TCP SPT=40000 DPT=22 RES=0x00 SYN URGP=0",
        &["source.ip=192.0.2.7", "event.outcome"],
    ),
    line(
        "text",
        r#"[Tue May 12 10:02:03 2026] [:error] [pid 5] [client 192.0.2.7] Matched phrase "etc/passwd" at ARGS:file. [uri "/a"]"#,
        &["source.ip=192.0.2.7", "url.path=/a", "url.query"],
    ),
    // What follows an address of mail.
    line(
        "pairs",
        "May 12 10:02:03 mx smtpd: error,relay=192.0.2.7,from=<bob@corp.test>,to=<eve@corp.test>: 550 User unknown.",
        &["email.from.address=bob@corp.test", "email.to.address=eve@corp.test"],
    ),
    // A proxy's two ends, and CEF with a space before its version.
    line(
        "json",
        r#"{"start_time":"2026-05-12T10:02:03Z","method":"GET","downstream_local_address":"198.51.100.1:10443","downstream_remote_address":"192.0.2.7:40000","upstream_local_address":"198.51.100.1:51216","x-forwarded-for":"192.0.2.7"}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=198.51.100.1", "destination.port=10443"],
    ),
    line(
        "cef",
        "CEF: 0|Vendor|Product|9.4|5|Admin Accessed|1|src=192.0.2.7 suser=eve shost=gw1",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
];
