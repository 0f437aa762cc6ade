//! Made-up lines with a value that a quick reading gives the wrong name, with near misses: in doubt there is none.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // Pairs with arrows, and arrows between other words.
    line(
        "pairs",
        "2026-05-12 10:02:03 gate: user=>eve, src=>192.0.2.7, dst=>203.0.113.5, dport=>22",
        &["user.name=eve", "source.ip=192.0.2.7", "destination.ip=203.0.113.5", "destination.port=22"],
    ),
    line(
        "pairs",
        "2026-05-12 10:02:03 gate: user => \"eve doe\", src => 192.0.2.7, dst => 203.0.113.5",
        &["user.name=eve doe", "source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    line("text", "flow 192.0.2.7 => 203.0.113.5 accepted", &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"]),
    // Zero is the one status that is no failure.
    line("json", r#"{"EventID":4625,"Status":"0x0"}"#, &["event.outcome=success"]),
    line("json", r#"{"EventID":4625,"Status":"0x00000000"}"#, &["event.outcome=success"]),
    line("json", r#"{"EventID":4625,"Status":"0x00000005"}"#, &["event.outcome"]),
    // The domain of a machine was not asked for, and a connector is no client.
    line(
        "json",
        r#"{"agent":{"domainname":"corp.example","hostname":"pc1"}}"#,
        &["dns.question.name", "host.name=pc1"],
    ),
    line("json", r#"{"domain_name":"corp.example","src":"192.0.2.7"}"#, &["dns.question.name"]),
    line("json", r#"{"event_simpleName":"DnsRequest","DomainName":"evil.test"}"#, &["dns.question.name=evil.test"]),
    line("json", r#"{"domain_name":"evil.test","query_type":"A"}"#, &["dns.question.name=evil.test"]),
    line("json", r#"{"query_name":"windows_events","src":"192.0.2.7"}"#, &["dns.question.name"]),
    line("json", r#"{"query_name":"wpad","query_type":"A","src":"192.0.2.7"}"#, &["dns.question.name=wpad"]),
    line("cef", "CEF:0|Acme|Gate|7.4|13|x|3|src=192.0.2.7 sourceDnsDomain=corp.example", &["dns.question.name"]),
    line("json", r#"{"ClientPublicIP":"192.0.2.7","ConnectorIP":"198.51.100.1"}"#, &["source.ip=192.0.2.7"]),
    line("json", r#"{"ConnectorIP":"198.51.100.1","event":"up"}"#, &["source.ip"]),
    line("json", r#"{"service":{"host":"orders.test"},"client_ip":"192.0.2.7"}"#, &["host.name"]),
    // The ports of this end and of the other say who opened the connection, unless the line says it.
    line(
        "pairs",
        "[2026-05-12 10:02:03] closing [Channel{localAddress=/198.51.100.1:9300, remoteAddress=/192.0.2.7:51022}]",
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=198.51.100.1", "destination.port=9300"],
    ),
    line(
        "pairs",
        "[2026-05-12 10:02:03] closing [Channel{localAddress=/198.51.100.1:51022, remoteAddress=/192.0.2.7:9300}]",
        &["source.ip=198.51.100.1", "source.port=51022", "destination.ip=192.0.2.7", "destination.port=9300"],
    ),
    line(
        "json",
        r#"{"local_ip":"198.51.100.1","local_port":22,"remote_ip":"192.0.2.7","remote_port":51022}"#,
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=198.51.100.1", "destination.port=22"],
    ),
    line(
        "json",
        r#"{"local_ip":"198.51.100.1","local_port":22,"remote_ip":"192.0.2.7","remote_port":51022,"direction":"outbound"}"#,
        &["source.ip=198.51.100.1", "source.port=22", "destination.ip=192.0.2.7", "destination.port=51022"],
    ),
    line(
        "json",
        r#"{"local_ip":"198.51.100.1","local_port":22,"remote_ip":"192.0.2.7","remote_port":23}"#,
        &["source.ip=198.51.100.1", "destination.ip=192.0.2.7"],
    ),
    // So do those of two columns.
    line(
        "text",
        "2026-05-12T10:02:03Z,rx,5,198.51.100.1:25,192.0.2.7:51022,<,EHLO mx.test,",
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=198.51.100.1", "destination.port=25"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03Z,rx,5,192.0.2.7:51022,198.51.100.1:25,<,EHLO mx.test,",
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=198.51.100.1", "destination.port=25"],
    ),
    line(
        "text",
        "2026-05-12T10:02:03Z,rx,5,192.0.2.7:25,198.51.100.1:2525,<,EHLO mx.test,",
        &["source.ip=192.0.2.7", "source.port=25", "destination.ip=198.51.100.1", "destination.port=2525"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 waf1 TR 198.51.100.1 443 192.0.2.7 52110 ok",
        &["source.ip=192.0.2.7", "source.port=52110", "destination.ip=198.51.100.1", "destination.port=443"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 waf1 TR 192.0.2.7 52110 198.51.100.1 443 ok",
        &["source.ip=192.0.2.7", "source.port=52110", "destination.ip=198.51.100.1", "destination.port=443"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 fw1 drop tcp 198.51.100.1 192.0.2.7 443 52110 ok",
        &["source.ip=198.51.100.1", "source.port=443", "destination.ip=192.0.2.7", "destination.port=52110"],
    ),
    // The port of this end, where only the other is named.
    line(
        "text",
        "sw1: *May 12 10:02:03 UTC: Login failed [user: eve] [Source: 192.0.2.7] [localport: 22] [Reason: x]",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port", "destination.port=22"],
    ),
    line(
        "json",
        r#"{"local_ip":"192.0.2.7","local_port":40000}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "destination.port"],
    ),
    // A port after an address in brackets, and not after other words.
    line(
        "pairs",
        "May 12 10:02:03 mx1 imapd: LOGIN FAILED, user=eve, ip=[192.0.2.7], port=[40000]",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=40000", "destination.port"],
    ),
    line(
        "pairs",
        "user=eve, ip=[192.0.2.7], a=b, port=[40000]",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port", "destination.port=40000"],
    ),
    // Protocols without ports.
    line(
        "text",
        "5,,,1000000301,em0,match,block,in,4,0x0,,64,420,0,none,112,carp,56,192.0.2.7,203.0.113.5,255,1",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "source.port", "destination.port"],
    ),
    // A list, one address twice, and a label that says nothing: no other end.
    line(
        "text",
        "2026-05-12 10:02:03 attempt from [192.0.2.7, 198.51.100.1] for user \"eve\" failed.",
        &["source.ip=192.0.2.7", "destination.ip", "user.name=eve"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 attempt from [192.0.2.7] [198.51.100.1] failed.",
        &["source.ip=192.0.2.7", "destination.ip=198.51.100.1"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 Blocked SPAM, [192.0.2.7]:41022 [192.0.2.7] <a@evil.test>",
        &["source.ip=192.0.2.7", "source.port=41022", "destination.ip"],
    ),
    line("text", "192.0.2.7 192.0.2.7 - 8080 POST /app ?x=1 302", &["source.ip=192.0.2.7", "destination.ip"]),
    line(
        "text",
        "2026-05-12 10:02:03 connection from \"192.0.2.7\" rejected, allowed hosts: \"198.51.100.1\"",
        &["source.ip=192.0.2.7", "destination.ip"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 connection from \"192.0.2.7\" rejected at \"198.51.100.1\"",
        &["source.ip=192.0.2.7", "destination.ip=198.51.100.1"],
    ),
    // An address after `to address`, and a machine before a slash.
    line(
        "text",
        "[1778580123] ALERT: HTTP;CRITICAL;connect to address 203.0.113.5 and port 443: Connection refused",
        &["@timestamp=2026-05-12T10:02:03Z", "source.ip", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line("text", "May 12 10:02:03 gw1 app: attack: scan.test/192.0.2.7 seen", &["source.ip=192.0.2.7"]),
    line("text", "May 12 10:02:03 gw1 app: agent: scan/192.0.2.7 seen", &["source.ip"]),
    // Words that are no users.
    line("text", "2026-05-12 10:02:03 user[00:00:5e:00:53:01] joins", &["user.name"]),
    line("text", "2026-05-12 10:02:03 user[eve] joins", &["user.name=eve"]),
    line("pairs", "user=LDAP://dc1.test CN=a loginID=eve src=192.0.2.7 dst=203.0.113.5", &["user.name=eve"]),
    line("pairs", "SrcIP: 192.0.2.7, DstIP: 203.0.113.5, User: No Authentication Required", &["user.name"]),
    line("pairs", "SrcIP: 192.0.2.7, DstIP: 203.0.113.5, User: Noah", &["user.name=Noah"]),
    line("pairs", "a=b userId=0 uname= level=info remote_addr=192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line("pairs", "a=b userId=eve0 level=info remote_addr=192.0.2.7", &["user.name=eve0"]),
    line("pairs", "a=b user=4711 level=info remote_addr=192.0.2.7", &["user.name=4711"]),
    line("json", r#"{"notifyAdministrator":"false","src":"192.0.2.7"}"#, &["user.name"]),
    line("json", r#"{"signer_info":{"display_name":"Acme Ltd"},"src":"192.0.2.7"}"#, &["user.name"]),
    line("text", "INVITE sip:100@198.51.100.1:5060;user=phone from caller", &["user.name"]),
    line("text", "Detected an unauthorized user attempting to log on from 192.0.2.7", &["user.name"]),
    line("text", "login query for 'eve' port tty2 from 192.0.2.7 accepted", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "login: pc1.corp.example [192.0.2.7] plaintext", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "login: eve.doe from [192.0.2.7] plaintext", &["user.name=eve.doe", "source.ip=192.0.2.7"]),
    line("text", "axfr for corp.example. from 192.0.2.7 refused", &["user.name", "source.ip=192.0.2.7"]),
    line("text", "access for eve.doe from 192.0.2.7 refused", &["user.name=eve.doe", "source.ip=192.0.2.7"]),
    line("text", r"2026-05-12T10:02:03Z,EX01\Default Frontend EX01,08,192.0.2.7:51022,EHLO", &["user.name"]),
    line("text", r"2026-05-12T10:02:03Z,CORP\eve,08,192.0.2.7:51022,EHLO", &["user.name=eve"]),
    line(
        "text",
        "May 12 10:02:03 gw1 sshd[5]: pam_unix(sshd:session): session opened for user eve(uid=1001) by (uid=0)",
        &["user.name=eve"],
    ),
    line(
        "access",
        "2026-05-12T10:02:03.404Z info envoy[5] [12/May/2026:10:02:03 +0000] \"GET /a HTTP/1.1\" 200 5",
        &["@timestamp=2026-05-12T10:02:03Z", "user.name", "url.domain"],
    ),
    // The page that led to a request, and the page that was requested.
    line(
        "text",
        "waf1 GET TLSv1.2 shop.test 200 VALID /cart \"id=4\" \"https://ref.test/\" \"-\" \"Mozilla/5.0 (X11)\"",
        &["url.full", "http.request.referrer=https://ref.test/"],
    ),
    line("text", "gw1 seen \"https://shop.test/\" \"Mozilla/5.0 (X11)\"", &["url.full=https://shop.test/"]),
    line("text", "Started GET \"/orders/5\" for 192.0.2.7 at 10:02:03", &["url.path=/orders/5", "source.ip=192.0.2.7"]),
    // A day that can be read in two ways is that of the header.
    line(
        "text",
        "<132>May 12 10:02:03 gw1 app: 12-05-2026 10:02:04 WARNING x from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:03Z"],
    ),
    line(
        "text",
        "<132>May 12 10:02:03 gw1 app: 05-12-2026 10:02:04 WARNING x from 192.0.2.7",
        &["@timestamp=2026-05-12T10:02:04Z"],
    ),
    line("text", "1778580123: New client from 192.0.2.7:40000", &["@timestamp=2026-05-12T10:02:03Z"]),
    // A label without a value, and the machine of a caller.
    line("text", "May 12 10:02:03 gw1 app[5]: Failed User Login: Unit: 1 User ID: eve", &["user.name=eve"]),
    line("text", "May 12 10:02:03 gw1 app[5]: Failed User Login: eve on Unit: 1", &["user.name=eve"]),
    line("text", "May 12 10:02:03 dc1 app: 4740: locked out. Caller Computer Name: PC1", &["host.name=dc1"]),
    line("text", "4740: locked out. Additional: Computer Name: PC1", &["host.name=PC1"]),
    line("text", "gw1 auth: login FAILED user \"eve\" method=LDAP source=192.0.2.7", &["user.name=eve"]),
    line("text", "gw1 auth: login FAILED user eve source 192.0.2.7", &["user.name"]),
    // Words before the client of a request, the machine that a message goes to, and the address that a client got.
    line(
        "access",
        "7f1a  1 beast: 0x7f: 192.0.2.7 - eve [12/May/2026:10:02:03 +0000] \"GET /a HTTP/1.1\" 200 5",
        &["source.ip=192.0.2.7", "user.name=eve", "url.path=/a"],
    ),
    line(
        "access",
        "192.0.2.7 - eve lee doe [12/May/2026:10:02:03 +0000] \"GET /a HTTP/1.1\" 200 5",
        &["source.ip=192.0.2.7", "user.name=eve lee doe"],
    ),
    line("text", "bgpd[5]: NOTICE: sent to neighbor 203.0.113.5 4/0", &["source.ip", "destination.ip=203.0.113.5"]),
    line("text", "bgpd[5]: NOTICE: lost neighbor 203.0.113.5 4/0", &["source.ip=203.0.113.5"]),
    line(
        "pairs",
        "May 12 10:02:03 gw1 openvpn[5]: eve/192.0.2.7:40000 MULTI_sva: pool returned IPv4=198.51.100.6, IPv6=(Not enabled)",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=40000"],
    ),
    // Translations, and connections whose ports tell the far end.
    line(
        "text",
        "%ASA-6-305011: Built dynamic TCP translation from inside:192.0.2.7/40000 to outside:198.51.100.9/40000",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip", "destination.port"],
    ),
    line(
        "text",
        "%ASA-6-302014: Teardown TCP connection 7 for outside:203.0.113.5/443 to inside:192.0.2.7/40000 duration 0:00:30",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "%ASA-6-302014: Teardown TCP connection 7 for outside:192.0.2.7/40000 to inside:203.0.113.5/443 duration 0:00:30",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "%ASA-6-302013: Built inbound TCP connection 7 for outside:192.0.2.7/443 to inside:203.0.113.5/40000",
        &["source.ip=192.0.2.7", "source.port=443", "destination.ip=203.0.113.5", "destination.port=40000"],
    ),
    // Groups, an address once more far behind, and a user in a message.
    line("text", r"2026-05-12 10:02:03 seen CORP\Users from 192.0.2.7", &["user.name", "source.ip=192.0.2.7"]),
    line(
        "text",
        "\"SMTPD\"\t5412\t\"192.0.2.7\"\t\"RECEIVED: EHLO [192.0.2.7]\"",
        &["source.ip=192.0.2.7", "destination.ip"],
    ),
    line(
        "pairs",
        "time=\"2026-05-12T10:02:03Z\" level=error msg=\"Unsuccessful attempt by user 'eve'\" path=/api/first",
        &["user.name=eve"],
    ),
    // Machines that were called, or asked.
    line(
        "text",
        "2026-05-12 10:02:03 E pull failed: dial tcp 203.0.113.5:443: i/o timeout",
        &["source.ip", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 E pull failed: read tcp 203.0.113.5:443: i/o timeout",
        &["source.ip=203.0.113.5"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 lookup evil.test on 203.0.113.5:53: no such host",
        &["source.ip", "destination.ip=203.0.113.5"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 connecting to server desk.test (203.0.113.5) as user eve",
        &["source.ip", "destination.ip=203.0.113.5", "user.name=eve"],
    ),
    line(
        "text",
        "2026-05-12 10:02:03 request of desk.test (192.0.2.7) as user eve",
        &["source.ip=192.0.2.7", "user.name=eve"],
    ),
    line("text", "May 12 10:02:03 wlc1 cli[5]: |AP lobby@198.51.100.9 cli| Execute command", &["user.name"]),
    line("text", "May 12 10:02:03 wlc1 cli[5]: |to lobby@198.51.100.9 cli| Execute command", &["user.name=lobby"]),
    line(
        "json",
        r#"{"Hostname":"pc1","Laddr.IP":"192.0.2.7","Laddr.Port":51911,"Raddr.IP":"203.0.113.5","Raddr.Port":443}"#,
        &["source.ip=192.0.2.7", "source.port=51911", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "text",
        "\"2026-05-12 10:02:03\",\"eve\",\"192.0.2.7\",\"198.51.100.1\",\"Allowed\",\"1 (A)\",\"NOERROR\",\"a.evil.test.\"",
        &["source.ip=192.0.2.7", "destination.ip", "dns.question.name=a.evil.test"],
    ),
    line(
        "text",
        "[2026-05-12 10:02:03] 0 UF \"198.51.100.1:443\" Cluster - 198.51.100.1:443 192.0.2.7:51022 - -",
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=198.51.100.1", "destination.port=443"],
    ),
    // Quotes around a user, and around a word that is no label; this end and the other with their ports.
    line("sshd", "Failed login for 'eve' from 192.0.2.7 at 10:02:03", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("sshd", "Failed password for user from 192.0.2.7 port 40000 ssh2", &["user.name=user", "source.ip=192.0.2.7"]),
    line(
        "sshd",
        "Accepted password for invalid from 192.0.2.7 port 40000 ssh2",
        &["user.name=invalid", "source.ip=192.0.2.7"],
    ),
    line(
        "sshd",
        "Failed password for invalid user user from 192.0.2.7 port 40000 ssh2",
        &["user.name=user", "source.ip=192.0.2.7"],
    ),
    line(
        "sshd",
        "Failed password for invalid user from from 192.0.2.7 port 40000 ssh2",
        &["user.name=from", "source.ip=192.0.2.7"],
    ),
    line(
        "sshd",
        "Failed password for invalid user  from 192.0.2.7 port 40000 ssh2",
        &["user.name", "source.ip=192.0.2.7"],
    ),
    line("sshd", "Failed password for from from 192.0.2.7 port 40000 ssh2", &["user.name=from", "source.ip=192.0.2.7"]),
    line("sshd", "Failed password for eve' from 192.0.2.7 port 40000 ssh2", &["user.name=eve'", "source.ip=192.0.2.7"]),
    line("text", "failure of type \"user\" occurred for user eve from 192.0.2.7", &["user.name=eve"]),
    line("text", "failure of type user \"eve\" from 192.0.2.7", &["user.name=eve"]),
    line(
        "json",
        r#"{"local":"192.0.2.7:51022","remote":"203.0.113.5:443"}"#,
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    line(
        "json",
        r#"{"remote":"192.0.2.7:51022","msg":"x"}"#,
        &["source.ip=192.0.2.7", "source.port=51022", "destination.ip"],
    ),
];
