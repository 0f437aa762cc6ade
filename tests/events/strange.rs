//! Made-up samples in the shapes of lines that were read wrong: nothing that is not said may be read from them.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // What a container wrote, behind the time and stream that its runtime writes.
    line(
        "json",
        r#"2026-05-12T10:02:04.123456789Z stdout F {"time":"2026-05-12T10:02:03Z","remote_ip":"192.0.2.7","host":"evil.test","uri":"/a"}"#,
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "url.path=/a"],
    ),
    line(
        "access",
        r#"2026-05-12T10:02:04.123456789Z stdout F 192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "-""#,
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "user.name=eve", "url.path=/a"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03.123456789Z stderr F level=warn: login of user 'eve' from 192.0.2.7 failed",
        &["@timestamp=2026-05-12T10:02:03.123456789Z", "source.ip=192.0.2.7", "user.name=eve", "host.name"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03Z stdout from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "host.name"],
    ),
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
        "envoy",
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
    // A name in brackets before a colon is no label, and an octal escape is no user.
    line(
        "text",
        "May 12 10:02:04 gw1 httpd: 2026-05-12 10:02:03.024Z [admin]: Logout - - ip=192.0.2.7 group=admins",
        &["user.name=admin", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03.024Z"],
    ),
    line(
        "text",
        r"May 12 10:02:04 gw1 console: 2026-05-12 10:02:03.024Z [USER\040admin]: rebooted the system",
        &["user.name", "user.domain"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03Z gw1 : WARN : USER:AUDIT:LOG-AUDIT-0083: [35] Reset [POST /api/reset#012[Severity:WARNING]",
        &["user.name", "url.path=/api/reset"],
    ),
    line(
        "text",
        "[Tue, 12 May 2026 10:02:03 +0000] on behalf of user: x. Type: [https://login.shop.test/a] Client IP Address: [192.0.2.7]",
        &["source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "text",
        r"<14>1 2026-05-12T10:02:03Z vc1 vpxa 5 - - Event [7] [User CORP.LOCAL\svc-vc@192.0.2.7 logged in as agent/1.0]",
        &["user.name=svc-vc", "user.email"],
    ),
    line("cef", "CEF:0|V|P|1|5|x|8|duser=(no user) src=192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    // What was asked for on port 53, and the address of a card, are no machines; nor is the provider of a message.
    line(
        "cef",
        "CEF:0|V|P|1|5|x|7|src=192.0.2.7 spt=57092 dst=203.0.113.5 dpt=53 act=DROP fqdn=bad.evil.test",
        &["dns.question.name=bad.evil.test", "host.name"],
    ),
    line(
        "pairs",
        "<134>1 1778580123.4 ap1 security_event ids_alerted dhost=00:00:5E:00:53:01 src=203.0.113.5:80 dst=192.0.2.7:53023",
        &["source.ip=203.0.113.5", "destination.domain", "destination.ip=192.0.2.7"],
    ),
    line(
        "text",
        "May 12 10:02:03 sw1 eswd: DAI failed: sender ip/mac 192.0.2.7/00:00:5e:00:53:01, receiver ip/mac 203.0.113.5/00:00:5e:00:53:02",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","SourceName":"Audit-Provider","Hostname":"pc1"}"#,
        &["source.domain", "host.name=pc1"],
    ),
    line(
        "cef",
        "CEF:0|V|P|1|5|x|Low|dst=192.0.2.7 destinationZoneURI=/All Zones/System dvchost=gw1",
        &["url.original", "url.path"],
    ),
    // A network, the gateway that saw a connection, the direction in capitals, and a method before a URL.
    line(
        "text",
        "May 12 10:02:03 gw1 dhcpd[5]: uid lease 192.0.2.7 for client x is duplicate on 192.0.2.0/24",
        &["source.ip=192.0.2.7", "destination.ip"],
    ),
    line(
        "pairs",
        "time=1778580123|hostname=gw1|product=X|action=accept|origin=192.0.2.1|rule=5",
        &["observer.ip=192.0.2.1", "source.ip"],
    ),
    line(
        "pairs",
        "Local Host IP: 192.0.2.7,Local Port: 10456,Remote Host IP: 203.0.113.5,Remote Port: 58999,others,Inbound,Begin: 2026-05-12 10:02:03,Action: Blocked",
        &["source.ip=203.0.113.5", "source.port=58999", "destination.ip=192.0.2.7"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] local: AUDIT: count is 1. (192.0.2.7 (eve@corp.test) -> POST:http://shop.test/two/submit)",
        &["source.ip=192.0.2.7", "url.full=http://shop.test/two/submit", "url.domain=shop.test"],
    ),
    // Accounts of tenants, names of projects, numbers of objects, and the domain of a network's owner are none of a user or request.
    line(
        "json",
        r#"{"accountId":"12345","accountName":"Shop","createdAt":"2026-05-12T10:02:03Z","activityType":36}"#,
        &["user.name"],
    ),
    line("json", r#"{"accountName":"eve","createdAt":"2026-05-12T10:02:03Z"}"#, &["user.name=eve"]),
    line("json", r#"{"action":"requested","repository":{"id":7,"full_name":"shop/website"}}"#, &["user.name"]),
    line(
        "json",
        r#"{"CreationTime":"2026-05-12T10:02:03","ObjectId":"bob@corp.test","UserId":"eve@corp.test"}"#,
        &["url.original", "url.domain", "user.name=eve@corp.test"],
    ),
    line(
        "json",
        r#"{"published":"2026-05-12T10:02:03Z","requestUri":"/api/a","securityContext":{"isp":"x","domain":"isp.test"}}"#,
        &["url.domain", "url.path=/api/a"],
    ),
    line(
        "json",
        r#"{"timestamp":"2026-05-12T10:02:03Z","internalIp":"192.0.2.7","action":"Blocked","responseCode":"NOERROR","domain":"bad.evil.test."}"#,
        &["dns.question.name=bad.evil.test", "source.ip=192.0.2.7"],
    ),
    // A host in a column of its own before the path, and a URL behind it that is the page before.
    line(
        "text",
        "1778580123.375568\tCx1\t192.0.2.7\t40000\t203.0.113.5\t80\t1\tGET\twww.shop.test\t/a?b=1\thttp://ref.test/\tagent\t0\t5\t200\tOK",
        &["source.ip=192.0.2.7", "url.domain=www.shop.test", "url.path=/a", "url.query=b=1", "url.full"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 app: \"GET /a?b=1,2;c=3 HTTP/1.1\" from 192.0.2.7",
        &["url.query=b=1,2;c=3", "source.ip=192.0.2.7"],
    ),
    line("text", "2026-05-12 10:02:03 app: POST /a, 192.0.2.7, 200", &["url.path=/a", "source.ip=192.0.2.7"]),
    // The number of a thread is no host, and neither headings nor protocols are users.
    line("text", "E0512 10:02:03.619632 1952452992 logging.cc:253] Log every 3", &["host.name"]),
    line("text", "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND", &["user.name"]),
    line(
        "text",
        "ASA-6-110002: Failed to locate egress interface for TCP from inside:192.0.2.7/7777 to 203.0.113.5/443",
        &["user.name", "source.ip=192.0.2.7", "source.port=7777"],
    ),
    // Users of requests for a login, and after SMTP's name for them.
    line(
        "text",
        "[2026-05-12 10:02:03.729 +01:00] [INF] [79] UserManager: Authentication request for \"eve\" has been denied (IP: \"192.0.2.7\").",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03+02:00 gw1 app[5]: Authentication request for eve has been denied (IP: 192.0.2.7).",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 plain authenticator failed for (mail.test) [192.0.2.7]:47807: 535 Incorrect data (set_id=eve)",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "json",
        r#"{"timeUnixNano":"1778580123000000000","severityText":"INFO","body":{"stringValue":"x"}}"#,
        &["@timestamp=2026-05-12T10:02:03Z"],
    ),
    // Two-digit years before the month, half days in a column of their own, and signs around columns.
    line("text", "26/05/12 10:02:03 INFO Remoting: Remoting started", &["@timestamp=2026-05-12T10:02:03Z"]),
    line(
        "text",
        "26/05/12-10:02:03.765402 [**] [1:366:11] PING [**] {ICMP} 192.0.2.7 -> 203.0.113.5",
        &["@timestamp=2026-05-12T10:02:03.765402Z"],
    ),
    line("text", "25/12/26 10:02:03 started", &["@timestamp=2026-12-25T10:02:03Z"]),
    line("text", "15/05/26 10:02:03 INFO app: started", &["@timestamp=2026-05-15T10:02:03Z"]),
    line("text", "31/05/26 10:02:03.123 WARN app: started", &["@timestamp=2026-05-31T10:02:03.123Z"]),
    line("text", "15/05/26-10:02:03 started", &["@timestamp=2026-05-15T10:02:03Z"]),
    line("text", "26/05/12 10:02:03,123 INFO app: started", &["@timestamp=2026-05-12T10:02:03.123Z"]),
    line("text", "17/06/09 10:02:03 INFO app: started", &["@timestamp=2017-06-09T10:02:03Z"]),
    line("text", "26/05/31 10:02:03 INFO app: started", &["@timestamp=2026-05-31T10:02:03Z"]),
    line("text", "30/02/26 10:02:03 INFO app: started", &["@timestamp=2030-02-26T10:02:03Z"]),
    line(
        "text",
        "21/12/28-10:02:03.765402 [**] [1:366:11] PING [**] {ICMP} 192.0.2.7 -> 203.0.113.5",
        &["@timestamp=2021-12-28T10:02:03.765402Z"],
    ),
    line(
        "text",
        "5/12/2026\t2:42:39 PM\tBlocked by rule \tCORP\\eve\tx",
        &["@timestamp=2026-05-12T14:42:39Z", "user.name=eve"],
    ),
    line("text", "20260512<;>1316<;>1<;>http://shop.test/a.com<;>4E<;>x", &["url.full=http://shop.test/a.com"]),
    line(
        "text",
        "192.0.2.7,198.51.100.1 | https | x | eve | 2026-05-12 10:02:03,838 | \"GET /a HTTP/1.1\" | \"\" \"x\" | 200 | 13 |",
        &["source.ip=192.0.2.7", "destination.ip", "@timestamp=2026-05-12T10:02:03.838Z"],
    ),
    line(
        "xml",
        "- <Event xmlns=\"http://a.test/event\">- <System>  <EventID>4625</EventID>  <TimeCreated SystemTime=\"2026-05-12T10:02:03Z\" />  <Computer>pc1</Computer>  </System>- <EventData>  <Data Name=\"TargetUserName\">eve</Data>  <Data Name=\"IpAddress\">192.0.2.7</Data>  </EventData>  </Event>",
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=pc1", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    // A truth value names nothing, and who listens has met nobody.
    line(
        "json",
        r#"{"device":false,"hostname":true,"user":true,"domain":false,"src":"192.0.2.7"}"#,
        &["host.name", "user.name", "source.domain", "destination.domain", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "May 12 10:02:03 gw sshd[5]: Server listening on 192.0.2.7 port 22.",
        &["source.ip", "destination.ip"],
    ),
    line("text", "May 12 10:02:03 gw named[5]: listening on IPv4 interface eth0, 192.0.2.7#53", &["source.ip"]),
    line(
        "text",
        "May 12 10:02:03 gw app[5]: Listening socket: connection from 192.0.2.7 port 40000",
        &["source.ip=192.0.2.7", "source.port=40000"],
    ),
    // A host of digits only, before a program; aligned columns; and the target of a request before a colon.
    line(
        "sshd",
        "May 12 10:02:03 101 sshd[5]: Failed password for eve from 192.0.2.7 port 5555 ssh2",
        &["host.name=101", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "sshd",
        "2026-05-12T10:02:03Z 101 sshd[5]: Failed password for eve from 192.0.2.7 port 5555 ssh2",
        &["host.name=101", "user.name=eve", "source.ip=192.0.2.7"],
    ),
    line(
        "pairs",
        "May 12 10:02:03 101 kernel: IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.5 PROTO=TCP SPT=5555 DPT=22",
        &["host.name=101", "source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line(
        "pairs",
        "2026-05-12T10:02:03Z 101 kernel: IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.5 PROTO=TCP SPT=5555 DPT=22",
        &["host.name=101", "source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line("text", "2026-05-12 10:02:03 101 Error: login from 192.0.2.7 failed", &["host.name", "source.ip=192.0.2.7"]),
    line("text", "May 12 10:02:03 101 logins from 192.0.2.7", &["host.name", "source.ip=192.0.2.7"]),
    line(
        "sshd",
        "2026-05-12T10:02:03Z gw1  sshd: Failed password for eve from 192.0.2.7 port 5555 ssh2",
        &["host.name=gw1", "process.name=sshd", "user.name=eve", "event.outcome=failure"],
    ),
    line(
        "sshd",
        "2026-05-12T10:02:03Z  gw1 sshd: Failed password for eve from 192.0.2.7 port 5555 ssh2",
        &["host.name=gw1", "process.name=sshd", "user.name=eve", "event.outcome=failure"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03Z: gw1 %ASA-6-302013: Built inbound TCP connection 5 for outside:192.0.2.7/5555 (192.0.2.7/5555) to inside:203.0.113.5/22 (203.0.113.5/22)",
        &["host.name=gw1", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 GET /wiki/Talk: 200 from 192.0.2.7",
        &["host.name", "process.name", "source.ip=192.0.2.7"],
    ),
    line("text", "2026-05-12 10:02:03 gw1 /wiki/Talk: 200 from 192.0.2.7", &["host.name", "process.name"]),
    line("text", "May 12 10:02:03 GET /wiki/Talk: 200 from 192.0.2.7", &["host.name", "source.ip=192.0.2.7"]),
    line(
        "text",
        "May 12 10:02:03 gw1 /usr/sbin/cron: job of eve from 192.0.2.7",
        &["host.name=gw1", "process.name=/usr/sbin/cron"],
    ),
    line("text", "May 12 10:02:03 REPORT app[5]: login from 192.0.2.7", &["host.name=REPORT", "process.name=app"]),
    // Columns behind a target, levels and files before a path, and identifiers that end like the name of a user.
    line("text", "2026-05-12 10:02:03|eve|GET /a|200|192.0.2.7", &["url.original=/a", "source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03;web1;GET /a;200;192.0.2.7", &["url.original=/a", "source.ip=192.0.2.7"]),
    line("text", "app: POST /a,192.0.2.7,200", &["url.original=/a", "source.ip=192.0.2.7"]),
    line("pairs", "method GET /a;user=eve;ip=192.0.2.7", &["url.original=/a", "user.name=eve", "source.ip=192.0.2.7"]),
    line(
        "text",
        "2026-05-12 10:02:03 TRACE com.corp.Main /api/a from 192.0.2.7",
        &["url.domain", "http.request.method", "source.ip=192.0.2.7"],
    ),
    line("text", "2026-05-12 10:02:03 Step 3/9 : COPY run.sh /app/run.sh", &["url.domain", "destination.domain"]),
    line("json", r#"{"changeSetId":"arn:x/7","permission_set_id":"ps-1","src":"192.0.2.7"}"#, &["user.name"]),
    line(
        "access",
        r#"192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET / HTTP/1.1" 200 5 "203.0.113.5" "curl/8""#,
        &["source.ip=192.0.2.7", "http.request.referrer=203.0.113.5"],
    ),
    line(
        "json",
        r#"{"accountId":"123456789012","accountName":"eve","client":"192.0.2.7","origin":"203.0.113.5"}"#,
        &["user.name=eve", "observer.ip"],
    ),
    line("json", r#"{"accountId":"","accountName":"eve","siteName":"x"}"#, &["user.name=eve"]),
    line("json", r#"{"from":"<a@corp.test>, <b@corp.test>","src":"192.0.2.7"}"#, &["source.ip=192.0.2.7"]),
    line("text", "2026-05-12 10:02:03 Login for maintenance was disabled", &["user.name"]),
    line("text", "2026-05-12 10:02:03 eve failed to authenticate after 3 attempts", &["user.name=eve"]),
    line("json", r#"{"full_name":"Eve Doe / IT","src":"192.0.2.7"}"#, &["user.name=Eve Doe / IT"]),
    line(
        "json",
        r#"{"method":"GET","url":"//cdn.shop.test/a.js","src":"192.0.2.7"}"#,
        &["url.domain=cdn.shop.test", "url.path=/a.js"],
    ),
    line(
        "sshd",
        "Failed password for invalid user 203.0.113.9 from 192.0.2.7 port 5555 ssh2",
        &["source.ip=192.0.2.7", "source.port=5555", "user.name=203.0.113.9"],
    ),
];
