//! Made-up samples of headers, times and texts in the forms that appliances write, each with its near misses.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // A space after the priority, or a colon.
    line(
        "text",
        "<134> May 12 10:02:03 gw1 app: Login of eve from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=gw1", "process.name=app", "source.ip=192.0.2.7"],
    ),
    line("text", "<134> 1 2026-05-12T10:02:03Z gw1 app.py 5 - - done", &["process.name", "host.name"]),
    line("text", "<1345> May 12 10:02:03 gw1 app: done", &["host.name"]),
    line(
        "text",
        "<134>:May 12 10:02:03 UTC: %GATE-6-302015: Built outbound UDP connection 2234066391 for outside:203.0.113.5/53 to inside:192.0.2.7/40000",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "destination.port=53"],
    ),
    // A long number in a sentence is no time; at the start it is.
    line(
        "text",
        "%GATE-6-302013: Built inbound TCP connection 1778580123 for outside:192.0.2.7/40000",
        &["@timestamp"],
    ),
    line("text", "gate 1778580123 Built inbound TCP connection", &["@timestamp"]),
    line("text", "GATE 1778580123 Built inbound TCP connection", &["@timestamp=2026-05-12T10:02:03Z"]),
    // Facility and severity before the host.
    line(
        "text",
        "<14>May 12 10:02:03 user.info gw1 authp: login failed",
        &["host.name=gw1", "process.name=authp", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line("text", "May 12 10:02:03 local7.notice gw1 authp: login failed", &["host.name=gw1"]),
    line("text", "May 12 10:02:03 local.notice authp: login failed", &["host.name=local.notice"]),
    line("text", "May 12 10:02:03 local9.notice authp: login failed", &["host.name=local9.notice"]),
    line("text", "May 12 10:02:03 user.corp authp: login failed", &["host.name=user.corp"]),
    // A host with a colon: an address, or a name before the identifier of a message.
    line(
        "text",
        "<134>May 12 10:02:03 192.0.2.1: %ACE-3-251010: Health probe failed for server",
        &["host.name", "source.ip", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "text",
        "<189>May 12 10:02:03 gw1: %SYS-5-CONFIG_I: Configured",
        &["host.name=gw1", "process.name=%SYS-5-CONFIG_I"],
    ),
    line("text", "<189>May 12 10:02:03 app1: SYS-5-CONFIG_I: Configured", &["host.name", "process.name=app1"]),
    // A name server behind a header.
    line(
        "dns",
        "<30>May 12 10:02:03 ns1 named[25]: client @0x7f 192.0.2.7#40000 (evil.test): query: evil.test IN A + (192.0.2.53)",
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=ns1", "source.ip=192.0.2.7", "dns.question.name=evil.test"],
    ),
    line(
        "dns",
        "<30>May 12 10:02:03 ns1 named[25]: 11-May-2026 10:02:03.123 client 192.0.2.7#40000: UDP: query: evil.test IN A response: NOERROR +",
        &["@timestamp=2026-05-11T10:02:03.123Z", "host.name=ns1", "source.port=40000", "dns.question.name=evil.test"],
    ),
    line(
        "dns",
        "May 12 10:02:03 ns2 unbound[25]: [25:0] info: 192.0.2.7 evil.test. A IN",
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=ns2", "dns.question.name=evil.test"],
    ),
    line(
        "dns",
        "12-May-2026 10:02:03.123 client 192.0.2.7#40000 (evil.test): query: evil.test IN A + (192.0.2.53)",
        &["@timestamp=2026-05-12T10:02:03.123Z", "host.name", "dns.question.name=evil.test"],
    ),
    // The whole time that a program writes behind a header without a year.
    line(
        "text",
        "<22>May 12 10:02:04 gw1 app: Tue May 12 10:02:03 2026 Info: Session A1 from 192.0.2.7 not found",
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=gw1", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "<22>May 12 10:02:04 gw1 SSG[25]: INFO com.acme.traffic: 2026-05-12T10:02:03.968Z; 200; GET; /a",
        &["@timestamp=2026-05-12T10:02:03.968Z"],
    ),
    line(
        "text",
        "<22>May 12 10:02:04 gw1 app: certificate expires 2027-05-12 10:02:03 on pc1",
        &["@timestamp=2026-05-12T10:02:04Z"],
    ),
    line("text", "<22>May 12 10:02:04 gw1 app: May 13 10:02:03 Info: done", &["@timestamp=2026-05-12T10:02:04Z"]),
    line(
        "text",
        "<22>1 2026-05-12T10:02:04Z gw1 app 5 - - 2026-05-12 12:02:03 Info: done",
        &["@timestamp=2026-05-12T10:02:04Z"],
    ),
    // Times of gateways and sensors.
    line(
        "pairs",
        r#"2026:05:12-10:02:03 utm1 ulogd[25]: id="2001" action="drop" srcip="192.0.2.7" dstip="203.0.113.5" srcport="40000" dstport="23""#,
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "destination.port=23"],
    ),
    line(
        "text",
        "05/12-10:02:03.123456  [**] [1:2019401:3] ET SCAN x [**] [Priority: 1] {TCP} 192.0.2.7:40000 -> 203.0.113.5:80",
        &["@timestamp=2026-05-12T10:02:03.123456Z", "source.ip=192.0.2.7", "destination.port=80"],
    ),
    line("text", "05/12-10 [**] {TCP} 192.0.2.7:40000 -> 203.0.113.5:80", &["@timestamp"]),
    line("text", "13/12-10:02:03 [**] {TCP} 192.0.2.7:40000 -> 203.0.113.5:80", &["@timestamp"]),
    // Ports in brackets, addresses in brackets after a name, and what a client of a mail server calls itself.
    line(
        "text",
        "May 12 10:02:03 vpn1 charon: 10[NET] received packet: from 192.0.2.7[500] to 203.0.113.5[4500] (240 bytes)",
        &["source.ip=192.0.2.7", "source.port=500", "destination.ip=203.0.113.5", "destination.port=4500"],
    ),
    line(
        "text",
        "May 12 10:02:03 ftp1 proftpd[25]: ftp1 (pc1.example[192.0.2.7]) - USER eve: Login successful",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line("text", "May 12 10:02:03 gw1 app: trans(3168147)[192.0.2.7]: not routed", &["source.ip=192.0.2.7"]),
    line("text", "May 12 10:02:03 gw1 app: trans(3168147)[25]: not routed", &["source.ip"]),
    line(
        "text",
        "2026-05-12 10:02:03 login authenticator failed for pc1.example ([198.51.100.9]) [192.0.2.7]: 535 Incorrect data",
        &["source.ip=192.0.2.7"],
    ),
    line("text", "2026-05-12 10:02:03 login failed for pc1.example ([198.51.100.9])", &["source.ip=198.51.100.9"]),
    // Columns of a request.
    line(
        "text",
        r#"2026-05-12 10:02:03 45 192.0.2.7 - - OBSERVED "Web" http://ref.test/p 200 TCP_MISS GET text/html;%20charset=utf-8 http evil.test 8080 /a/b ?q=1 php "Mozilla/5.0" 198.51.100.1 5 6 -"#,
        &["source.ip=192.0.2.7", "url.domain=evil.test", "url.port=8080", "url.path=/a/b", "url.query=q=1"],
    ),
    line(
        "text",
        r#"2026-05-12 10:02:03 45 192.0.2.7 - - OBSERVED "Web" - 200 TCP_TUNNELED CONNECT - tcp evil.test 443 - - - "Mozilla/5.0" 198.51.100.1 5 6 -"#,
        &["url.domain=evil.test", "url.port=443", "url.path", "http.request.method=CONNECT"],
    ),
    line("text", "2026-05-12 10:02:03 192.0.2.7 GET text/html http evil.test /a/b", &["url.port", "url.path"]),
    // The address of a server, and the URL that was asked of it.
    line(
        "text",
        "<165>May 12 2026 10:02:03: %GATE-5-304001: 192.0.2.7 Accessed URL 203.0.113.5:http://evil.test/a/x.sh",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "url.full=http://evil.test/a/x.sh"],
    ),
    line("text", "192.0.2.7 Accessed URL list:http://evil.test/a/x.sh", &["source.ip=192.0.2.7", "destination.ip"]),
    // Users before the client, before a login, and in a realm of Kerberos.
    line(
        "text",
        r#"[12/May/2026:10:02:03 +0000] "eve" 192.0.2.7 200 "GET http://evil.test/x HTTP/1.1" "Business" 1234"#,
        &["user.name=eve", "source.ip=192.0.2.7", "url.full=http://evil.test/x"],
    ),
    line("text", r#""PC15","192.0.2.7","Blocked""#, &["user.name", "source.ip=192.0.2.7"]),
    line(
        "text",
        r#"Tue May 12 10:02:03 2026 [pid 25] [eve] FAIL LOGIN: Client "192.0.2.7""#,
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", r#"Tue May 12 10:02:03 2026 [pid 25] CONNECT: Client "192.0.2.7""#, &["user.name"]),
    line(
        "text",
        "May 12 10:02:03 kdc1 krb5kdc[25](info): AS_REQ (8 etypes {18 17}) 192.0.2.7: ISSUE: eve@CORP.EXAMPLE for krbtgt/CORP.EXAMPLE@CORP.EXAMPLE",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", "May 12 10:02:03 mx1 app: sent 192.0.2.7 mail of eve@corp.example", &["user.name"]),
    line(
        "text",
        "<134>May 12 10:02:03 sw1 Security: SSH terminated by eve from src IP 192.0.2.7 from USER EXEC mode",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", "<134>May 12 10:02:03 sw1 Security: SSH blocked by gw1 from 192.0.2.7", &["user.name"]),
    // A column after a column named for users is not one.
    line("text", "2026-05-12 10:02:03 | 192.0.2.7 | login | Role | done", &["user.name"]),
    line("text", "2026-05-12 10:02:03 192.0.2.7 login eve done", &["user.name=eve"]),
    line(
        "text",
        "<134>May 12 10:02:03 bmc1 Category: Audit, Message: Logged in using root, from 192.0.2.7 and GUI",
        &["user.name=root"],
    ),
    line("text", "<134>May 12 10:02:03 bmc1 app: Updated using tftp, then 192.0.2.7 rebooted", &["user.name"]),
    // A header of RFC 5424 that lacks columns.
    line(
        "pairs",
        r#"<134>1 2026-05-12T10:02:04Z gw1 tvcs: tvcs: UTCTime="2026-05-12 10:02:03,980" Level="INFO": Action="Received" Src-ip="192.0.2.7""#,
        &["@timestamp=2026-05-12T10:02:03.98Z", "host.name=gw1", "source.ip=192.0.2.7", "event.action=Received"],
    ),
    line(
        "pairs",
        r#"<134>1 2026-05-12T10:02:04Z gw1 app - a=1 - src=192.0.2.7 dst=203.0.113.5 act=deny"#,
        &["@timestamp=2026-05-12T10:02:04Z", "host.name=gw1", "source.ip=192.0.2.7"],
    ),
    // Pairs in brackets, and a time with a comma between pairs.
    line(
        "pairs",
        "<189>17: %UC_AUDITLOG-5-Event: %[ UserID =eve][ ClientAddress =192.0.2.7][ EventType =Login][ EventStatus =Success][App ID=Web][Node ID=gw1]: done",
        &["user.name=eve", "source.ip=192.0.2.7", "event.action=Login", "event.outcome=success"],
    ),
    line(
        "pairs",
        "user=[eve] src=[192.0.2.7] act=[deny]",
        &["user.name=eve", "source.ip=192.0.2.7", "event.action=deny"],
    ),
    line("pairs", "user=e]v src=192.0.2.7 act=deny", &["user.name=e]v", "source.ip=192.0.2.7"]),
    line(
        "pairs",
        "<134>x gw1 All Audits 30 1 0 Timestamp=May 12, 2026 10:02:03 IST,Source=All Audits,Action=MODIFY,User=eve",
        &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve", "event.action=MODIFY"],
    ),
    line("pairs", "Action=MODIFY,User=May 12, 2026,Host IP=192.0.2.7", &["user.name=May 12", "@timestamp"]),
    // sendmail: the relay of a mail from somebody is the client, that of a mail to somebody the next server.
    line(
        "mail",
        "May 12 10:02:03 mx1 sendmail[25]: 34CA2300123: from=<a@evil.test>, size=5, relay=pc1.evil.test [192.0.2.7]",
        &["source.ip=192.0.2.7", "email.from.address=a@evil.test", "host.name=mx1"],
    ),
    line(
        "mail",
        "May 12 10:02:03 mx1 sendmail[25]: 34CA2300123: to=<b@corp.example>, delay=00:00:01, relay=mx.corp.example. [203.0.113.5], stat=Sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.domain=mx.corp.example."],
    ),
    line(
        "mail",
        "May 12 10:02:03 mx1 sm-mta[25]: s1NLaDQT022248: ruleset=check_rcpt, arg1=<b@corp.example>, relay=[192.0.2.7], reject=550 5.7.1",
        &["source.ip=192.0.2.7"],
    ),
    line(
        "mail",
        "May 12 10:02:03 mx1 sendmail[25]: 34CA2300123: to=<b@corp.example>, delay=00:00:01, relay=local, stat=Sent",
        &["source.ip", "destination.ip"],
    ),
    line(
        "mail",
        "May 12 10:02:03 mx1 postfix/smtp[25]: 34CA2300123: to=<b@corp.example>, relay=mx.corp.example[203.0.113.5]:25, status=sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25"],
    ),
    // XML behind a header.
    line(
        "xml",
        r#"<134>1 2026-05-12T10:02:04Z gw1 EPOEvents - EventFwd [agentInfo@3401 tenantId="1"] <?xml version="1.0"?><Event><MachineName>PC1</MachineName><IPAddress>192.0.2.7</IPAddress><UserName>eve</UserName></Event>"#,
        &["host.name=PC1", "source.ip=192.0.2.7", "user.name=eve", "@timestamp=2026-05-12T10:02:04Z"],
    ),
    line(
        "text",
        r#"<134>1 2026-05-12T10:02:04Z gw1 app - - - saw <?xml version="1.0"?> in a file"#,
        &["host.name=gw1"],
    ),
    // A port right after the address of the source.
    line(
        "text",
        "May 12 10:02:03 db1 postgres[25]: [3-1] LOG: connection received: host=192.0.2.7 port=40000",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.port"],
    ),
    line("pairs", "src=192.0.2.7 dst=203.0.113.5 port=443", &["source.port", "destination.port=443"]),
    line("pairs", "src=192.0.2.7 act=deny port=443", &["source.port", "destination.port=443"]),
    line("json", r#"{"host":"192.0.2.7","port":443}"#, &["source.port", "destination.port=443"]),
    // Names of servers are not what a client asks for over TLS.
    line(
        "pairs",
        "Site: HQ,Server Name: srv1,User Name: eve,Computer Name: PC1",
        &["tls.client.server_name", "host.name=PC1"],
    ),
    line(
        "pairs",
        "Site: HQ,Server Name: srv1.example,User Name: eve,Computer Name: PC1",
        &["tls.client.server_name=srv1.example"],
    ),
    // A machine's own account before that of who did it.
    line(
        "text",
        "<13>May 12 10:02:03 DC1 MSWinEventLog\t1\tSecurity\t5\tTue May 12 10:02:03 2026\t4624\tlogged on. Subject: Account Name:  DC1$   Account Domain:  CORP   New Logon: Account Name:  eve   Account Domain:  CORP   Source Network Address: 192.0.2.7   Source Port:  40000",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=40000", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line("json", r#"{"user":"PC1$","account":"eve"}"#, &["user.name=PC1$"]),
    // Names of the table.
    line(
        "json",
        r#"{"occured":"12-May-2026 10:02:03","operator":"eve","h":"---"}"#,
        &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"],
    ),
    line(
        "json",
        r#"{"date_create":"2026-05-12 10:02:03","computer_name":"---","dvc":"PC1"}"#,
        &["@timestamp=2026-05-12T10:02:03Z", "host.name=PC1"],
    ),
    line(
        "json",
        r#"{"date_creates":"2026-05-12 10:02:03","dvc":"192.0.2.1"}"#,
        &["@timestamp", "host.name", "observer.ip=192.0.2.1"],
    ),
    line(
        "json",
        r#"{"verb":"create","requestObject":{"webhook":{"url":"https://evil.test/a"}},"sourceIPs":["192.0.2.7"]}"#,
        &["url.full", "source.ip=192.0.2.7"],
    ),
    line(
        "json",
        r#"{"verb":"create","requested":{"webhook":{"url":"https://evil.test/a"}}}"#,
        &["url.full=https://evil.test/a"],
    ),
    line(
        "cef",
        "CEF:0|Acme|WAF|1|1|SQL Injection|10|src=192.0.2.7 cpt=40000 sip=203.0.113.5 spt=443",
        &["source.ip=192.0.2.7", "source.port=40000"],
    ),
    line("cef", "CEF:0|Acme|WAF|1|1|SQL Injection|10|src=192.0.2.7 spt=443", &["source.port=443"]),
    // IIS without its header.
    line(
        "w3c",
        "2026-05-12 10:02:03 203.0.113.5 GET /a/b.aspx id=7 443 CORP\\eve 192.0.2.7 Mozilla/5.0+(X11) https://ref.test/ 200 0 0 15",
        &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "url.path=/a/b.aspx",
            "url.query=id=7",
            "user.name=eve",
            "http.request.referrer=https://ref.test/",
            "http.response.status_code=200",
        ],
    ),
    line(
        "w3c",
        "2026-05-12 10:02:03 W3SVC1 WEB1 203.0.113.5 POST /login - 80 - 192.0.2.7 HTTP/1.1 Mozilla/5.0 - shop.test 302 0 0",
        &[
            "source.ip=192.0.2.7",
            "host.name=WEB1",
            "url.domain=shop.test",
            "url.query",
            "user.name",
            "http.response.status_code=302",
        ],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 203.0.113.5 GET /a/b.aspx id=7 443 - WEB1 Mozilla/5.0",
        &["source.ip=203.0.113.5"],
    ),
    line("text", "2026-05-12 10:02:03 192.0.2.7 GET /a/b.aspx 200 17 - 203.0.113.5", &["source.ip=192.0.2.7"]),
    // The name of a service in place of a port, the networks of a rule, and an address twice.
    line(
        "text",
        "%GATE-6-605004: Login denied from 192.0.2.7/40000 to outside:203.0.113.5/ssh for user \"eve\"",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "user.name=eve"],
    ),
    line(
        "text",
        "%GATE-6-605005: Login permitted from 192.0.2.7/40000 to inside:203.0.113.5/telnet for user \"\"",
        &["user.name"],
    ),
    line("text", "Policy (5, 192.0.2.0/24->203.0.113.0/25,ANY, Permit) was modified", &["source.ip", "source.port"]),
    line(
        "text",
        "Policy (5, 192.0.2.7/24->203.0.113.5/25,ANY, Permit) was hit",
        &["source.ip=192.0.2.7", "source.port=24"],
    ),
    line(
        "text",
        "May 12 10:02:03 gw1 proftpd[25]: refused connect from 192.0.2.7 (192.0.2.7)",
        &["source.ip=192.0.2.7", "destination.ip"],
    ),
    line(
        "text",
        "May 12 10:02:03 gw1 app[25]: 192.0.2.7 (203.0.113.5)",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    // A phone at a server, and who called it.
    line(
        "text",
        r#"May 12 10:02:03 pbx1 asterisk[25]: NOTICE[31]: Registration from '"503"<sip:503@203.0.113.5>' failed for '192.0.2.7' - Wrong password"#,
        &["source.ip=192.0.2.7", "user.name"],
    ),
    line(
        "text",
        "May 12 10:02:03 pbx1 app[25]: Login by eve@192.0.2.7 done",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    // Words around logins, and the accounts of Windows itself.
    line(
        "text",
        "[2026-05-12 10:02:03 +0000] info [cpsrvd] 192.0.2.7 - root - SUCCESS LOGIN whostmgrd",
        &["user.name", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 WinEvtLog: User: NT AUTHORITY\\SYSTEM Image: x",
        &["user.name=SYSTEM", "user.domain=NT AUTHORITY"],
    ),
    line("text", "2026-05-12 10:02:03 WinEvtLog: User: NT done", &["user.name=NT"]),
    // A URL in an attack is not the one that was asked for.
    line(
        "text",
        r#"[Tue May 12 10:02:03 2026] [:error] [client 192.0.2.7] Warning. Matched http://evil.test/r.txt at ARGS [hostname "203.0.113.5"] [uri "/a/b.php"]"#,
        &["url.path=/a/b.php", "url.full", "source.ip=192.0.2.7"],
    ),
    line(
        "text",
        "[Tue May 12 10:02:03 2026] [client 192.0.2.7] Warning. Matched http://evil.test/r.txt",
        &["url.path=/r.txt"],
    ),
    // The name whose answer a policy changed.
    line(
        "cef",
        r#"CEF:0|Acme|NIOS|8|RPZ-QNAME|NXDOMAIN|7|src=192.0.2.7 spt=40000 msg="rpz QNAME NXDOMAIN rewrite evil.test [A] via evil.test.rpz.test""#,
        &["dns.question.name=evil.test", "source.ip=192.0.2.7"],
    ),
    line(
        "cef",
        "CEF:0|Acme|NIOS|8|RPZ|x|7|src=192.0.2.7 msg=the policy rewrite evil.test [A] via a.b.c.test",
        &["dns.question.name"],
    ),
    // Pairs with a dash between them.
    line(
        "pairs",
        "<189>May 12 10:02:03 2026 core %%10SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=192.0.2.7-User=eve; Command is display version",
        &["user.name=eve", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line("pairs", "-User=eve-smith -IPAddr=192.0.2.7", &["user.name=eve-smith", "source.ip=192.0.2.7"]),
    line("pairs", "User=eve-Host=x IPAddr=192.0.2.7", &["user.name=eve-Host=x", "source.ip=192.0.2.7"]),
    line(
        "json",
        r#"{"timestamp":{"epochSecond":1778580123,"nano":5},"author":{"name":"eve"}}"#,
        &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"],
    ),
    line("json", r#"{"timestamp":{"seconds":5},"authority":{"name":"eve"}}"#, &["@timestamp", "user.name"]),
    // Pairs right after the program of a header that has no more columns.
    line(
        "pairs",
        "<134>1 1778580123.123456789 MX1 flows src=192.0.2.7 dst=203.0.113.5 protocol=udp sport=40000 dport=53 pattern: allow all",
        &[
            "@timestamp=2026-05-12T10:02:03.123456789Z",
            "host.name=MX1",
            "source.ip=192.0.2.7",
            "destination.ip=203.0.113.5",
        ],
    ),
    line("text", "<134>1 2026-05-12T10:02:03Z MX1 flows =src - - 192.0.2.7", &["host.name=MX1", "source.ip=192.0.2.7"]),
    // A label that goes on, a time after signs, and more names of the table.
    line(
        "pairs",
        "Application type: SSL, User name/host: eve, Source IP: 192.0.2.7, Source port: 40000",
        &["user.name", "source.ip=192.0.2.7"],
    ),
    line("text", "ftp1 (192.0.2.7) - USER eve: Login successful", &["user.name=eve"]),
    line(
        "text",
        "####<May 12, 2026 10:02:03,123 AM UTC> <Notice> <Security> <srv1> <>",
        &["@timestamp=2026-05-12T10:02:03.123Z"],
    ),
    line("text", "#7 May be late: 10:02:03", &["@timestamp"]),
    line(
        "json",
        r#"{"clickIP":"192.0.2.7","senderIP":"203.0.113.5","last_found":"2026-05-12T10:02:03Z"}"#,
        &["source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "json",
        r#"{"hostIdentifier":"web1","first_found":"2026-05-12T10:02:03Z"}"#,
        &["host.name=web1", "@timestamp"],
    ),
    // LEEF with bars between its pairs.
    line(
        "leef",
        "<14>May 12 10:02:04 gw1 LEEF:1.0|Acme|Gate|8.1|allow|cat=TRAFFIC|devTime=May 12 2026 10:02:03 GMT|src=192.0.2.7|dst=203.0.113.5|usrName=eve|srcPort=40000|dstPort=443|proto=tcp",
        &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.port=443",
            "user.name=eve",
        ],
    ),
    line(
        "leef",
        "LEEF:1.0|Acme|Gate|8.1|allow|src=192.0.2.7 usrName=a|b|c policy=x",
        &["source.ip=192.0.2.7", "user.name=a|b|c"],
    ),
    // What follows the colon of a host and is no port belongs to no name.
    line(
        "json",
        r#"{"url":"http://a.test:x/b","src_ip":"192.0.2.7"}"#,
        &["url.domain=a.test", "url.port", "url.path=/b"],
    ),
    line(
        "json",
        r#"{"url":"http://a.test:/b","src_ip":"192.0.2.7"}"#,
        &["url.domain=a.test", "url.port", "url.path=/b"],
    ),
    line("json", r#"{"url":"http://a.test:99999/","src_ip":"192.0.2.7"}"#, &["url.domain=a.test", "url.port"]),
    line("json", r#"{"url":"http://a.test:80:90/","src_ip":"192.0.2.7"}"#, &["url.domain=a.test", "url.port"]),
    line("json", r#"{"url":"http://eve@a.test:x/","src_ip":"192.0.2.7"}"#, &["url.domain=a.test", "url.port"]),
    line("json", r#"{"url":"http://eve:x@a.test:81/","src_ip":"192.0.2.7"}"#, &["url.domain=a.test", "url.port=81"]),
    line("json", r#"{"url":"http://[2001:db8::1]:x/","src_ip":"192.0.2.7"}"#, &["url.domain=2001:db8::1", "url.port"]),
    line(
        "json",
        r#"{"url":"http://[2001:db8::1]:81/","src_ip":"192.0.2.7"}"#,
        &["url.domain=2001:db8::1", "url.port=81"],
    ),
    line("json", r#"{"url":"http://2001:db8::1/b","src_ip":"192.0.2.7"}"#, &["url.domain=2001:db8::1", "url.port"]),
    line("json", r#"{"url":"http://[2001:db8::1","src_ip":"192.0.2.7"}"#, &["url.domain", "url.port"]),
    line("json", r#"{"url":"a.test:x/b","src_ip":"192.0.2.7"}"#, &["url.domain=a.test", "url.path=/b"]),
    line("text", "GET http://a.test:x/ 192.0.2.7", &["url.domain=a.test", "source.ip=192.0.2.7"]),
    line(
        "json",
        r#"{"dest_host":"a.test:443","src_ip":"192.0.2.7"}"#,
        &["destination.domain=a.test", "destination.port=443"],
    ),
    line(
        "json",
        r#"{"dest_host":"a.test:x","src_ip":"192.0.2.7"}"#,
        &["destination.domain=a.test", "destination.port"],
    ),
    line("json", r#"{"src_host":"a.test:99999","src_ip":"192.0.2.7"}"#, &["source.domain=a.test", "source.port"]),
    line("json", r#"{"sni":"a.test:443","src_ip":"192.0.2.7"}"#, &["tls.client.server_name=a.test"]),
    line("json", r#"{"host":"a.test:x","src_ip":"192.0.2.7"}"#, &["host.name=a.test"]),
    line("json", r#"{"host":"pc1:x","src_ip":"192.0.2.7"}"#, &["host.name=pc1:x"]),
    // Words that link the parts of a sentence name nothing after a label or a time. In quotes and in capitals they may.
    line(
        "text",
        "app: from 192.0.2.7 to 203.0.113.5",
        &["network.protocol", "source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line("text", "app: connected to 203.0.113.5", &["network.protocol", "destination.ip=203.0.113.5"]),
    line("text", "app: Connection from 192.0.2.7 closed", &["network.protocol", "source.ip=192.0.2.7"]),
    line("text", "app: ssh from 192.0.2.7", &["network.protocol=ssh", "source.ip=192.0.2.7"]),
    line("text", "service: domain from 192.0.2.7", &["network.protocol=domain"]),
    line("text", "protocol: via 192.0.2.7", &["network.transport"]),
    line("text", "protocol: tcp via 192.0.2.7", &["network.transport=tcp"]),
    line("text", "host: at 192.0.2.7", &["host.name"]),
    line("text", "host: is down, was 192.0.2.7", &["host.name"]),
    line("text", "host: AT from 192.0.2.7", &["host.name=AT"]),
    line("text", "host: tom from 192.0.2.7", &["host.name=tom"]),
    line("text", "host:to 192.0.2.7", &["host.name", "destination.ip=192.0.2.7"]),
    line("text", "computer name: on 192.0.2.7", &["host.name"]),
    line("text", "Source Workstation: from 192.0.2.7", &["source.domain", "source.ip=192.0.2.7"]),
    line("text", "user: by 192.0.2.7", &["user.name"]),
    line("text", "user:from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "user: 'by' from 192.0.2.7", &["user.name=by"]),
    line("text", "user: eve by 192.0.2.7", &["user.name=eve"]),
    line("text", "user: database from 192.0.2.7", &["user.name=database"]),
    line("text", "client from port 5555", &["host.name", "source.port"]),
    line("text", "client gw1 port 5555", &["host.name=gw1", "source.port=5555"]),
    line("text", "action: by 192.0.2.7", &["event.action"]),
    line(
        "text",
        "May 12 10:02:03 from 192.0.2.7 to 203.0.113.5",
        &["host.name", "source.ip=192.0.2.7", "@timestamp=2026-05-12T10:02:03Z"],
    ),
    line("text", "<14>May 12 10:02:03 from 192.0.2.7", &["host.name", "source.ip=192.0.2.7"]),
    line("text", "<14>May 12 10:02:03 gw1 from 192.0.2.7", &["host.name=gw1", "source.ip=192.0.2.7"]),
    // The relay of a delivery is the server, without a name, a queue or a header too, and so is what it said.
    line(
        "mail",
        "May 12 10:02:03 mx1 postfix/smtp[25]: 34CA2300123: to=<b@corp.example>, relay=[203.0.113.5]:25, delay=1, status=sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25"],
    ),
    line(
        "mail",
        "34CA2300123: to=<b@corp.example>, relay=[203.0.113.5]:25, delay=1, status=sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25"],
    ),
    line(
        "mail",
        "34CA2300123: to=<b@corp.example>, relay=[IPv6:2001:db8::5]:25, delay=1",
        &["source.ip", "destination.ip=2001:db8::5", "destination.port=25"],
    ),
    line(
        "mail",
        "to=<b@corp.example>, relay=[203.0.113.5]:25, delay=1, status=sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25", "email.to.address=b@corp.example"],
    ),
    line(
        "mail",
        "relay=[203.0.113.5]:25, delay=1, dsn=2.0.0, status=sent",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25"],
    ),
    line(
        "mail",
        "relay=mx.corp.example[203.0.113.5]:25, delay=1, dsn=2.0.0",
        &["source.ip", "destination.ip=203.0.113.5", "destination.domain=mx.corp.example"],
    ),
    line(
        "mail",
        "to=<b@corp.example>, delay=00:00:01, mailer=esmtp, relay=mx.corp.example. [203.0.113.5], dsn=2.0.0, stat=Sent",
        &["source.ip", "destination.ip=203.0.113.5"],
    ),
    line(
        "mail",
        "34CA2300123: to=<b@corp.example>, relay=mx.corp.example[203.0.113.5]:25, delay=1, status=bounced (host mx.corp.example[203.0.113.5] said: 550 no)",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=25"],
    ),
    // That of a mail from somebody is the client, and so is that of a rule.
    line(
        "mail",
        "from=<a@evil.test>, size=5, nrcpts=1, relay=pc1.evil.test [192.0.2.7]",
        &["source.ip=192.0.2.7", "destination.ip", "email.from.address=a@evil.test"],
    ),
    line("pairs", "ruleset=check_rcpt, relay=[192.0.2.7], reject=550 5.7.1", &["source.ip=192.0.2.7"]),
    line("pairs", "lastrelay=[192.0.2.7]:25, delay=1, dsn=2.0.0", &["source.ip=192.0.2.7"]),
    line("pairs", "relay=none, delay=1, dsn=4.4.1, status=deferred", &["source.ip", "destination.ip"]),
    // A time of several words is the value of a pair, whether or not other pairs follow.
    line("pairs", "time=May 12, 2026 10:02:03,", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("pairs", "time=May 12, 2026 10:02:03", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("pairs", "time=May 12 10:02:03", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("pairs", "time=May 12, 2026 10:02:03 PM,", &["@timestamp=2026-05-12T22:02:03Z"]),
    line("pairs", "time=12 May 2026 10:02:03,", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("pairs", "time=Tue, 12 May 2026 10:02:03 GMT", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("pairs", "time=May 12, 2026 10:02:03 user=eve", &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"]),
    line("pairs", "time=May 12, 2026 10:02:03, user=eve", &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"]),
    line("pairs", "time=May 12, 2026 10:02:03; user=eve", &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"]),
    line("pairs", "time=12 May 2026 10:02:03 user=eve", &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve"]),
    line(
        "text",
        "time=May 12, 2026 10:02:03, eve came from 192.0.2.7 and went on to her place",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7"],
    ),
    line("pairs", "user=May src=192.0.2.7", &["@timestamp", "user.name=May", "source.ip=192.0.2.7"]),
    line("pairs", "user=May 12 src=192.0.2.7", &["@timestamp", "user.name=May", "source.ip=192.0.2.7"]),
    line("pairs", "level=12 Mayors src=192.0.2.7", &["@timestamp", "source.ip=192.0.2.7"]),
];
