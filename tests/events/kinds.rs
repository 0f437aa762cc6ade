//! Made-up samples of rules that hold for lines of many products, each with its near misses.

use super::Sample;
use super::rules::line;

pub(super) const SAMPLES: &[Sample] = &[
    // A name beside the type of a record.
    Sample {
        planted: &[("cdn.evil.test", "query", "dns.question.name")],
        ..line(
            "text",
            "1.0 2026-05-12T10:02:03Z Z12 cdn.evil.test A NOERROR UDP FRA6 192.0.2.7 -",
            &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "dns.question.name=cdn.evil.test"],
        )
    },
    line(
        "text",
        "2026-05-12T10:02:03Z ns1 CLIENT_QUERY NOERROR 192.0.2.7 40000 INET UDP 40b cdn.evil.test A 0.000000",
        &["source.ip=192.0.2.7", "dns.question.name=cdn.evil.test"],
    ),
    line("text", "2026-05-12T10:02:03Z the page cdn.evil.test A new one", &["dns.question.name"]),
    line("text", "2026-05-12T10:02:03Z NOERROR at cdn.evil.test B 1", &["dns.question.name"]),
    line(
        "json",
        r#"{"time":"2026-05-12T10:02:03Z","msg":"DNS Request: 192.0.2.7:40000 - 16237 AAAA IN cdn.evil.test. udp 58"}"#,
        &["source.ip=192.0.2.7", "source.port=40000", "dns.question.name=cdn.evil.test"],
    ),
    line("text", "asked 192.0.2.7 about cdn.evil.test IN MX today", &["dns.question.name=cdn.evil.test"]),
    line("text", "asked 192.0.2.7 about cdn.evil.test IN TIME today", &["dns.question.name"]),
    line("text", "a question for 'cdn.evil.test|A' from 192.0.2.7:40000", &["dns.question.name=cdn.evil.test"]),
    line("text", "Remote 192.0.2.7 wants 'cdn.evil.test|AAAA', do = 0", &["dns.question.name=cdn.evil.test"]),
    line("text", "Remote 192.0.2.7 wants 'cdn.evil.test|B', now", &["dns.question.name"]),
    line("text", "Remote 192.0.2.7 wants cdn.evil.test|A|x", &["dns.question.name"]),
    line(
        "text",
        "[2026-05-12 10:02:03] new TCP query for cdn.evil.test from 192.0.2.7",
        &["dns.question.name=cdn.evil.test", "user.name", "source.ip=192.0.2.7"],
    ),
    line("text", "[2026-05-12 10:02:03] new login for eve.doe from 192.0.2.7", &["user.name=eve.doe"]),
    line("text", "[2026-05-12 10:02:03] new query for eve from 192.0.2.7", &["user.name", "dns.question.name"]),
    Sample {
        head: "timestamp,domain,query_type,client_ip,device_name\n2026-05-12T10:02:03Z,cdn.evil.test,A,192.0.2.7,pc1\n",
        ..line(
            "table",
            "2026-05-12T10:02:03Z,cdn.evil.test,A,192.0.2.7,pc1",
            &["dns.question.name=cdn.evil.test", "source.ip=192.0.2.7", "host.name=pc1"],
        )
    },
    line("json", r#"{"domain":"evil.test","client_ip":"192.0.2.7"}"#, &["dns.question.name"]),
    line("json", r#"{"domain":"evil.test","query":"cdn.evil.test","qtype":"A"}"#, &["dns.question.name=cdn.evil.test"]),
    // An answer is no client.
    line("text", "It said so. Answers: 203.0.113.5", &["source.ip"]),
    line("text", "It said so. Caller: 203.0.113.5", &["source.ip=203.0.113.5"]),
    // The other end comes first where a firewall says that a connection goes out.
    line(
        "text",
        "May 12 2026 10:02:03 fw1 : %GW-6-302013: Built outbound TCP connection 7 for outside:203.0.113.5/443 \
         (203.0.113.5/443) to inside:192.0.2.7/40000 (198.51.100.9/40000)",
        &[
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "host.name=fw1",
        ],
    ),
    line(
        "text",
        "an outbound call was made for 192.0.2.7/40000 to 203.0.113.5/443",
        &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
    ),
    // A host before a colon of its own, and a number and a host before the time.
    line("text", "May 12 2026 10:02:03 fw1 : the disk is full", &["host.name", "@timestamp=2026-05-12T10:02:03Z"]),
    line(
        "text",
        "<189>123: gw1: May 12 10:02:03.456: %SEC-6-IPACCESSLOGP: list 101 denied tcp 203.0.113.5(40000) -> 192.0.2.7(22)",
        &["@timestamp=2026-05-12T10:02:03.456Z", "host.name=gw1", "source.port=40000", "destination.port=22"],
    ),
    line("text", "<189>123: May 12 10:02:03.456: %SYS-5-CONFIG_I: Configured", &["host.name"]),
    // The next column, and not the fraction of a second and a zone.
    line("text", "2026-05-12 10:02:03,2026-05-12 10:02:04,192.0.2.7", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("text", "2026-05-12 10:02:03,2026/05/12 10:02:04,192.0.2.7", &["@timestamp=2026-05-12T10:02:03Z"]),
    line("text", "2026-05-12 10:02:03,250-0500 192.0.2.7", &["@timestamp=2026-05-12T15:02:03.25Z"]),
    Sample {
        head: "ts,te,td,sa,da,sp,dp,pr\n2026-05-12 10:02:03,2026-05-12 10:02:04,1.0,192.0.2.7,203.0.113.5,40000,443,TCP\n",
        ..line(
            "table",
            "2026-05-12 10:02:03,2026-05-12 10:02:04,1.0,192.0.2.7,203.0.113.5,40000,443,TCP",
            &[
                "@timestamp=2026-05-12T10:02:03Z",
                "source.ip=192.0.2.7",
                "source.port=40000",
                "destination.ip=203.0.113.5",
                "destination.port=443",
            ],
        )
    },
    // The object that holds all of the event, the machine behind a request, and kinds of devices.
    line(
        "json",
        r#"{"event":{"url":"shop.test/a","hostname":"shop.test","devicehostname":"pc1","ClientIP":"192.0.2.7"}}"#,
        &["url.domain=shop.test", "host.name=pc1", "url.path=/a"],
    ),
    line("json", r#"{"event_url":"https://portal.test/a","src":"192.0.2.7"}"#, &["url.full", "url.domain"]),
    line(
        "pairs",
        r#"unit_hostname="gw1.corp.example",uri="/a",ip_client="192.0.2.7",method="GET""#,
        &["url.domain", "host.name=gw1.corp.example"],
    ),
    line(
        "pairs",
        r#"hostname="shop.test",uri="/a",ip_client="192.0.2.7",method="GET""#,
        &["url.domain=shop.test", "host.name"],
    ),
    line("json", r#"{"client":{"device":"Computer","ip":"192.0.2.7"}}"#, &["host.name"]),
    line("json", r#"{"client":{"device":"computer7","ip":"192.0.2.7"}}"#, &["host.name=computer7"]),
    // What a caller asks an interface to change is not the caller.
    line(
        "json",
        r#"{"sourceIPAddress":"192.0.2.7","requestParameters":{"Host":"store.test","userName":"bob"}}"#,
        &["source.ip=192.0.2.7", "host.name", "user.name"],
    ),
    // The port of a source that another field names without a port.
    line(
        "text",
        "Context eve@192.0.2.7 - Client_ip 192.0.2.7 - Source 192.0.2.7:40000 - Destination 203.0.113.5:80",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=80"],
    ),
    line("json", r#"{"client_ip":"192.0.2.7","source":"192.0.2.8:40000"}"#, &["source.ip=192.0.2.7", "source.port"]),
    // Pairs in parentheses.
    line(
        "pairs",
        "12-MAY-2026 10:02:03 * (DATA=(NAME=x)(CID=(PROGRAM=y)(HOST=pc1)(USER=eve))) * establish",
        &["@timestamp=2026-05-12T10:02:03Z", "user.name=eve", "host.name=pc1"],
    ),
    line("pairs", "user=eve note=(a)(b) src=192.0.2.7", &["user.name=eve", "source.ip=192.0.2.7"]),
    // This end and the other.
    line(
        "pairs",
        "pc1,Local Host: 192.0.2.7,Local Port: 40000,Remote Host IP: 203.0.113.5,Remote Port: 443,Outbound,User: eve",
        &["source.ip=192.0.2.7", "source.port=40000", "destination.ip=203.0.113.5", "destination.port=443"],
    ),
    // The host of a request whose URL is given, under a name that machines have too.
    line(
        "pairs",
        r#"devname="gw1" srcip=192.0.2.7 hostname="evil.test" url="https://evil.test/a" action="blocked""#,
        &["host.name=gw1", "url.domain=evil.test", "source.ip=192.0.2.7"],
    ),
    line(
        "pairs",
        r#"devname="gw1" srcip=192.0.2.7 hostname="pc1" url="https://evil.test/a" action="blocked""#,
        &["host.name=pc1", "url.domain=evil.test"],
    ),
    line("json", r#"{"client_ip":"::","src_ip":"192.0.2.7"}"#, &["client.ip=192.0.2.7", "source.ip=192.0.2.7"]),
    // Names that spaces separate, above values that tabs do; names that are words of a line, above as many values.
    Sample {
        head: "#Fields: date time c-ip cs-method cs(Host) cs-uri-stem cs(Referer)\n",
        ..line(
            "w3c",
            "2026-05-12\t10:02:03\t192.0.2.7\tGET\tshop.test\t/a b\thttps://evil.test/",
            &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "url.domain=shop.test", "url.path=/a b"],
        )
    },
    Sample {
        head: "#Fields: date time c-ip cs-method cs(Host) cs-uri-stem cs(Referer)\n",
        ..line(
            "w3c",
            "2026-05-12 10:02:03 192.0.2.7 GET shop.test /a\tb https://evil.test/",
            &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "url.domain=shop.test"],
        )
    },
    Sample {
        head: "version vpc-id subnet-id type srcaddr dstaddr srcport dstport start end action\n\
               3 vpc-1 subnet-1 IPv4 192.0.2.7 203.0.113.5 40000 443 1778580123 1778580183 ACCEPT\n",
        ..line(
            "table",
            "3 vpc-1 subnet-1 IPv4 192.0.2.7 203.0.113.5 40000 443 1778580123 1778580183 ACCEPT",
            &[
                "@timestamp=2026-05-12T10:02:03Z",
                "source.ip=192.0.2.7",
                "source.port=40000",
                "destination.ip=203.0.113.5",
                "destination.port=443",
            ],
        )
    },
    Sample {
        head: "the host and user of this service are not at the source any more\n\
               so the host and user of it may be at the destination now again\n",
        ..line("text", "so the host and user of it may be at the destination now again", &["host.name", "source.ip"])
    },
    // A label of two words, and words after a login.
    line(
        "text",
        "00419 auth:  Invalid user name/password on SSH session User 'eve' is trying to login from 192.0.2.7",
        &["user.name=eve", "source.ip=192.0.2.7"],
    ),
    line("text", "Login succeeded for eve from 192.0.2.7 with curl", &["user.name=eve", "source.ip=192.0.2.7"]),
    line("json", r#"{"breachUrl":"https://portal.test/1","src":"192.0.2.7"}"#, &["url.full", "source.ip=192.0.2.7"]),
    line(
        "json",
        r#"{"T":"2026-05-12T10:02:03Z","QH":"cdn.evil.test","QT":"A","IP":"192.0.2.7"}"#,
        &["dns.question.name=cdn.evil.test", "source.ip=192.0.2.7"],
    ),
    // The client of a VPN, named in brackets.
    line(
        "text",
        "2026-05-12 10:02:03 192.0.2.7:40000 [eve] Peer Connection Initiated with [AF_INET]192.0.2.7:40000",
        &["user.name=eve", "source.ip=192.0.2.7", "source.port=40000"],
    ),
    line("text", "2026-05-12 10:02:03 192.0.2.7:40000 [tag] Peer connection lost", &["user.name"]),
];
