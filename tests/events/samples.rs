//! A labelled, made-up sample of every layout: the fields read from it, and the field of each planted value.

#[path = "certain.rs"]
mod certain;
#[path = "devices.rs"]
mod devices;
#[path = "doubt.rs"]
mod doubt;
#[path = "forms.rs"]
mod forms;
#[path = "kinds.rs"]
mod kinds;
#[path = "logins.rs"]
mod logins;
#[path = "near.rs"]
mod near;
#[path = "rules.rs"]
mod rules;
#[path = "strange.rs"]
mod strange;
#[path = "unseen.rs"]
mod unseen;
#[path = "whole.rs"]
mod whole;

use std::collections::BTreeSet;

use netsieve::event::{EcsName, EventOptions, EventReader, Layout};

struct Sample {
    /// The header of the file, or an empty text.
    head: &'static str,
    line: &'static str,
    layout: &'static str,
    /// `name=value` with ECS names; a name without `=` must be absent.
    normal: &'static [&'static str],
    /// A value in the line, the raw name of its field, and its role.
    planted: &'static [(&'static str, &'static str, &'static str)],
}

const ZEEK_HTTP: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\treferrer\tuser_agent\tstatus_code\tusername\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tstring\tcount\tstring\n";

const W3C_IIS: &str = "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2026-05-12 00:00:00\r\n\
    #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status\r\n";

const SAMPLES: &[Sample] = &[
    Sample {
        head: ZEEK_HTTP,
        line: "1778580123.500000\tCx1\t192.0.2.7\t40000\t203.0.113.5\t80\tGET\tshop.test\t/login?next=%2F\thttp://ref.test/\tcurl/8.0\t200\t-",
        layout: "zeek",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.5Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=80",
            "url.domain=shop.test",
            "url.path=/login",
            "url.query=next=%2F",
            "http.request.referrer=http://ref.test/",
            "user.name",
        ],
        planted: &[
            ("shop.test", "host", "url.domain"),
            ("203.0.113.5", "id.resp_h", "destination.ip"),
            ("ref.test", "referrer", "http.request.referrer"),
        ],
    },
    Sample {
        head: ZEEK_HTTP,
        line: "1778580123.500000\tCx1\t192.0.2.7\t40000\t203.0.113.5\t80\tGET\tshop.test\t/a\t-\t(empty)\t200\teve\textra\tcolumns",
        layout: "zeek",
        normal: &["user.name=eve", "http.request.referrer", "user_agent.original"],
        planted: &[("eve", "username", "user.name")],
    },
    Sample {
        head: W3C_IIS,
        line: "2026-05-12 10:02:03 198.51.100.1 GET /shop/x.aspx id=1 443 CORP\\eve 192.0.2.7 Mozilla/5.0+(X11) https://ref.test/a shop.test 200",
        layout: "w3c",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "destination.ip=198.51.100.1",
            "destination.port=443",
            "user.name=eve",
            "user.domain=CORP",
            "url.domain=shop.test",
            "url.path=/shop/x.aspx",
            "url.query=id=1",
            "http.request.referrer=https://ref.test/a",
            "http.response.status_code=200",
        ],
        planted: &[("shop.test", "cs-host", "url.domain"), ("192.0.2.7", "c-ip", "source.ip")],
    },
    Sample {
        head: "#Version: 1.0\n#Fields: date time c-ip cs-username cs-host cs-uri-scheme cs-uri-port cs-uri-path cs(User-Agent) r-ip\n",
        line: "2026-05-12 10:02:03 192.0.2.7 - evil.test http 8080 /gate.php \"Mozilla/5.0 (X11; Linux)\" 203.0.113.5",
        layout: "w3c",
        normal: &[
            "source.ip=192.0.2.7",
            "url.domain=evil.test",
            "url.path=/gate.php",
            "url.port=8080",
            "user_agent.original=Mozilla/5.0 (X11; Linux)",
            "destination.ip=203.0.113.5",
            "user.name",
        ],
        planted: &[("evil.test", "cs-host", "url.domain")],
    },
    Sample {
        head: "Time,Source IP,Source Port,Destination IP,Destination Port,User,URL,Note\n",
        line: "2026-05-12 10:02:03,192.0.2.7,40000,203.0.113.5,443,\"Doe, Eve\",\"https://evil.test/a,b?c=\"\"d\"\"\",,extra,",
        layout: "table",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "user.name=Doe, Eve",
            "url.full=https://evil.test/a,b?c=\"d\"",
            "url.domain=evil.test",
            "url.path=/a,b",
        ],
        planted: &[("evil.test", "URL", "url.full")],
    },
    Sample {
        head: "ts\tclient_ip\tquery\tanswer\r\n",
        line: "2026-05-12T10:02:03+02:00\t192.0.2.7\tevil.test\t203.0.113.5",
        layout: "table",
        normal: &[
            "@timestamp=2026-05-12T08:02:03Z",
            "client.ip=192.0.2.7",
            "dns.question.name=evil.test",
            "dns.answers.data=203.0.113.5",
        ],
        planted: &[("203.0.113.5", "answer", "dns.answers.data")],
    },
    Sample {
        head: "",
        line: r#"{"@timestamp":"2026-05-12T10:02:03.123Z","source":{"ip":"192.0.2.7","port":40000},"destination":{"ip":"2001:db8::5","port":443},"user":{"name":"eve"},"dns":{"question":{"name":"evil.test"},"answers":[{"data":"203.0.113.5"},{"data":"203.0.113.6"}]},"host":{"name":"laptop"}}"#,
        layout: "json",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.123Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=2001:db8::5",
            "destination.port=443",
            "user.name=eve",
            "host.name=laptop",
            "dns.question.name=evil.test",
            "dns.answers.data=203.0.113.5",
        ],
        planted: &[
            ("203.0.113.6", "dns.answers.data", "dns.answers.data"),
            ("evil.test", "dns.question.name", "dns.question.name"),
        ],
    },
    Sample {
        head: "",
        line: r#"{"timestamp":"2026-05-12T10:02:03.000000+0200","event_type":"http","src_ip":"192.0.2.7","src_port":40000,"dest_ip":"203.0.113.5","dest_port":80,"proto":"TCP","http":{"hostname":"evil.test","url":"\/a\/b?c=d","http_user_agent":"curl\/8.0","http_refer":"http:\/\/ref.test\/","http_method":"GET","status":200}}"#,
        layout: "json",
        normal: &[
            "@timestamp=2026-05-12T08:02:03Z",
            "source.ip=192.0.2.7",
            "destination.ip=203.0.113.5",
            "url.domain=evil.test",
            "url.original=/a/b?c=d",
            "url.path=/a/b",
            "url.query=c=d",
            "http.request.referrer=http://ref.test/",
            "http.request.method=GET",
            "user_agent.original=curl/8.0",
        ],
        planted: &[
            ("ref.test", "http.http_refer", "http.request.referrer"),
            ("evil.test", "http.hostname", "url.domain"),
        ],
    },
    Sample {
        head: "",
        line: r#"{"time":1778580123456,"httpRequest":{"clientIp":"192.0.2.7","uri":"/a","headers":[{"name":"Host","value":"evil.test"},{"name":"User-Agent","value":"a \"b\""}]}}"#,
        layout: "json",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456Z",
            "source.ip=192.0.2.7",
            "url.path=/a",
            "url.domain=evil.test",
            "user_agent.original=a \"b\"",
        ],
        planted: &[("evil.test", "httpRequest.Host", "url.domain")],
    },
    Sample {
        head: "",
        line: r#"{"time":"2026-05-12T10:02:03Z","stream":"stdout","log":"192.0.2.7 - eve [12/May/2026:10:02:01 +0000] \"GET /a HTTP/1.1\" 200 5"}"#,
        layout: "json",
        normal: &["@timestamp=2026-05-12T10:02:03Z"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"{"time":"2026-05-12T10:02:03Z","body":"{\"src_ip\":\"192.0.2.7\",\"user\":\"eve\",\"path\":\"C:\\\\temp\"}"}"#,
        layout: "json",
        normal: &["source.ip=192.0.2.7", "user.name=eve"],
        planted: &[("192.0.2.7", "src_ip", "source.ip")],
    },
    Sample {
        head: "",
        line: r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>4624</EventID><TimeCreated SystemTime="2026-05-12T10:02:03.1234567Z"/><Computer>pc1.corp.example</Computer></System><EventData><Data Name="TargetUserName">eve</Data><Data Name="IpAddress">192.0.2.7</Data><Data Name="IpPort">40000</Data></EventData></Event>"#,
        layout: "xml",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.1234567Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "user.name=eve",
            "host.name=pc1.corp.example",
        ],
        planted: &[("192.0.2.7", "IpAddress", "source.ip")],
    },
    Sample {
        head: "",
        line: r#"time=2026-05-12T10:02:03Z level=info msg="login of \"eve\" failed" user=eve src=192.0.2.7:40000 dst=203.0.113.5 dport=22 empty="" flag"#,
        layout: "pairs",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=22",
            "user.name=eve",
        ],
        planted: &[("203.0.113.5", "dst", "destination.ip")],
    },
    Sample {
        head: "",
        line: r#"<189>date=2026-05-12 time=10:02:03 devname="fw1" devid="FG1" eventtime=1778580123456789012 tz="+0200" logid="0317013312" type="utm" subtype="webfilter" srcip=192.0.2.7 srcport=40000 dstip=203.0.113.5 dstport=443 hostname="evil.test" url="/a/b?c=d" action="blocked" user="EVE" msg="URL, blocked""#,
        layout: "pairs",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456789012Z",
            "source.ip=192.0.2.7",
            "destination.port=443",
            "url.domain=evil.test",
            "url.path=/a/b",
            "user.name=EVE",
            "event.action=blocked",
        ],
        planted: &[("evil.test", "hostname", "url.domain")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 gw kernel: [12345.678901] FW DROP IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=192.0.2.7 DST=203.0.113.5 LEN=60 TOS=0x00 TTL=54 ID=1 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=29200 SYN URGP=0",
        layout: "pairs",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=22",
            "host.name=gw",
            "network.transport=TCP",
        ],
        planted: &[("203.0.113.5", "DST", "destination.ip")],
    },
    Sample {
        head: "",
        line: r#"type=USER_LOGIN msg=audit(1778580123.456:789): pid=1 uid=0 auid=4294967295 ses=1 msg='op=login acct="eve" exe="/usr/sbin/sshd" hostname=? addr=192.0.2.7 terminal=ssh res=failed'"#,
        layout: "pairs",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456Z",
            "source.ip=192.0.2.7",
            "user.name=eve",
            "process.executable=/usr/sbin/sshd",
            "event.outcome=failure",
        ],
        planted: &[("192.0.2.7", "addr", "source.ip")],
    },
    Sample {
        head: "",
        line: r"CEF:0|Acme|Gate \| way|1.0|100|Login, denied|5|rt=May 12 2026 10:02:03 UTC src=192.0.2.7 spt=40000 dst=203.0.113.5 dpt=443 suser=CORP\\eve request=https://evil.test/a?b\=c cs1Label=Policy Name cs1=block all requestContext=http://ref.test/ msg=a text = with signs",
        layout: "cef",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "user.name=eve",
            "url.full=https://evil.test/a?b=c",
            "url.domain=evil.test",
            "rule.name=block all",
            "http.request.referrer=http://ref.test/",
        ],
        planted: &[("evil.test", "request", "url.full"), ("block all", "Policy Name", "rule.name")],
    },
    Sample {
        head: "",
        line: "<134>May 12 10:02:03 gw1 CEF:0|Acme|Gate|1.0|100|Web|5|src=192.0.2.7 dhost=evil.test",
        layout: "cef",
        normal: &["@timestamp=2026-05-12T10:02:03Z", "source.ip=192.0.2.7", "destination.domain=evil.test"],
        planted: &[("evil.test", "dhost", "destination.domain")],
    },
    Sample {
        head: "",
        line: "LEEF:2.0|Acme|Gate|1.0|100|^|devTime=May 12 2026 10:02:03^src=192.0.2.7^srcPort=40000^dst=203.0.113.5^usrName=eve smith^url=http://evil.test/",
        layout: "leef",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "user.name=eve smith",
            "url.domain=evil.test",
        ],
        planted: &[("evil.test", "url", "url.full")],
    },
    Sample {
        head: "",
        line: "LEEF:1.0|Acme|Gate|1.0|100|src=192.0.2.7\tdst=203.0.113.5\tdstPort=443\tproto=\tusrName=eve",
        layout: "leef",
        normal: &["source.ip=192.0.2.7", "destination.port=443", "user.name=eve", "network.transport"],
        planted: &[("203.0.113.5", "dst", "destination.ip")],
    },
    Sample {
        head: "",
        line: r#"192.0.2.7 - eve [12/May/2026:10:02:03 +0200] "GET /a/b?c=d HTTP/1.1" 200 512 "https://ref.test/x" "Mozilla/5.0 (\"X\") Chrome/120.0.0.0""#,
        layout: "access",
        normal: &[
            "@timestamp=2026-05-12T08:02:03Z",
            "source.ip=192.0.2.7",
            "client.ip=192.0.2.7",
            "user.name=eve",
            "http.request.method=GET",
            "url.original=/a/b?c=d",
            "url.path=/a/b",
            "url.query=c=d",
            "http.response.status_code=200",
            "http.request.referrer=https://ref.test/x",
        ],
        planted: &[
            ("ref.test", "referer", "http.request.referrer"),
            ("120.0.0.0", "user_agent", "user_agent.original"),
        ],
    },
    Sample {
        head: "",
        line: r#"evil.test:443 2001:db8::7 - - [12/May/2026:10:02:03 +0000] "POST /gate.php HTTP/2.0" 404 - "-" "-" extra"#,
        layout: "access",
        normal: &[
            "source.ip=2001:db8::7",
            "url.domain=evil.test",
            "destination.port=443",
            "url.path=/gate.php",
            "user.name",
            "http.request.referrer",
        ],
        planted: &[("evil.test", "vhost", "url.domain")],
    },
    Sample {
        head: "",
        line: "1778580123.456     61 192.0.2.7 TCP_MISS/200 512 GET http://evil.test/a?b eve HIER_DIRECT/203.0.113.5 text/html",
        layout: "squid",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456Z",
            "source.ip=192.0.2.7",
            "user.name=eve",
            "url.full=http://evil.test/a?b",
            "url.domain=evil.test",
            "destination.ip=203.0.113.5",
            "http.response.status_code=200",
        ],
        planted: &[("203.0.113.5", "peerhost", "destination.ip"), ("evil.test", "url", "url.full")],
    },
    Sample {
        head: "",
        line: "1778580123.456     61 192.0.2.7 TCP_TUNNEL/200 512 CONNECT evil.test:8443 - HIER_DIRECT/203.0.113.5 -",
        layout: "squid",
        normal: &["url.domain=evil.test", "destination.domain=evil.test", "destination.port=8443", "user.name"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"https 2026-05-12T10:02:03.123456Z app/lb/1 192.0.2.7:40000 10.0.0.5:80 0.001 0.002 0.000 200 200 34 366 "GET https://evil.test:443/a?b=c HTTP/2.0" "curl/8.0" ECDHE TLSv1.2 arn:aws:tg "Root=1-5" "evil.test" "arn:cert" 0 2026-05-12T10:02:03.0Z "forward" "-""#,
        layout: "elb",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.123456Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=10.0.0.5",
            "url.domain=evil.test",
            "url.path=/a",
            "user_agent.original=curl/8.0",
            "tls.client.server_name=evil.test",
        ],
        planted: &[("192.0.2.7", "client", "source.ip")],
    },
    Sample {
        head: "",
        line: r#"<134>May 12 10:02:03 lb haproxy[7]: 192.0.2.7:40000 [12/May/2026:10:02:02.123] front~ back/s1 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 "GET /a?b HTTP/1.1""#,
        layout: "haproxy",
        normal: &[
            "@timestamp=2026-05-12T10:02:02.123Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "url.path=/a",
            "http.response.status_code=200",
        ],
        planted: &[("192.0.2.7", "client", "source.ip")],
    },
    // Envoy, its word for a kind of entry, and Istio.
    Sample {
        head: "",
        line: r#"[2026-05-12T10:02:03.456Z] "GET /a/b?c=1 HTTP/1.1" 200 - 0 12 180 179 "192.0.2.7" "curl/8" "413bf460-bd56" "evil.test" "203.0.113.5:80""#,
        layout: "envoy",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456Z",
            "source.ip=192.0.2.7",
            "destination.ip=203.0.113.5",
            "destination.port=80",
            "url.domain=evil.test",
            "url.path=/a/b",
            "http.response.status_code=200",
            "user_agent.original=curl/8",
        ],
        planted: &[("evil.test", "authority", "url.domain")],
    },
    Sample {
        head: "",
        line: r#"{"message":"ACCESS [2026-05-12T10:02:03.456Z] \"- - -\" 0 UF,URX 0 0 0 - \"-\" \"-\" \"-\" \"-\" \"203.0.113.5:9200\"","stream":"stdout"}"#,
        layout: "json",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.456Z",
            "destination.ip=203.0.113.5",
            "destination.port=9200",
            "url.domain",
        ],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"[2026-05-12T10:02:03.456Z] "POST /v1 HTTP/2" 503 UC upstream_reset{reset} - "-" 10 95 3 - "-" "grpc/1" "413bf460" "evil.test:8443" "203.0.113.5:8080" outbound|8080||x 198.51.100.1:5000 198.51.100.2:15001 192.0.2.7:40000 - default"#,
        layout: "envoy",
        normal: &[
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "url.domain=evil.test",
            "url.path=/v1",
        ],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"[2026-05-12T10:02:03.456Z] "GET /a HTTP/1.1" 200 kept 1 "x""#,
        layout: "text",
        normal: &["@timestamp=2026-05-12T10:02:03.456Z", "destination.ip"],
        planted: &[],
    },
    Sample {
        head: "",
        line: "2 123456789010 eni-1235b8ca 192.0.2.7 203.0.113.5 40000 443 6 20 4249 1778580123 1778580183 ACCEPT OK",
        layout: "vpcflow",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "event.action=ACCEPT",
        ],
        planted: &[("203.0.113.5", "dstaddr", "destination.ip")],
    },
    Sample {
        head: "",
        line: "12-May-2026 10:02:03.123 queries: info: client @0x7f62b8 192.0.2.7#40000 (evil.test): view in: query: evil.test IN AAAA +E(0)K (192.0.2.53)",
        layout: "dns",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.123Z",
            "client.ip=192.0.2.7",
            "source.port=40000",
            "dns.question.name=evil.test",
            "dns.question.type=AAAA",
        ],
        planted: &[],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 ns unbound[5:0]: info: 192.0.2.7 evil.test. A IN",
        layout: "dns",
        normal: &["client.ip=192.0.2.7", "dns.question.name=evil.test", "dns.question.type=A"],
        planted: &[("evil.test", "query_name", "dns.question.name")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 dnsmasq[123]: query[A] evil.test from 192.0.2.7",
        layout: "dns",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "client.ip=192.0.2.7",
            "dns.question.name=evil.test",
            "dns.question.type=A",
        ],
        planted: &[("evil.test", "query_name", "dns.question.name")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 dnsmasq[123]: reply evil.test is 203.0.113.5",
        layout: "dns",
        normal: &["dns.question.name=evil.test", "dns.answers.data=203.0.113.5", "client.ip", "source.ip"],
        planted: &[("203.0.113.5", "answer", "dns.answers.data")],
    },
    Sample {
        head: "",
        line: "5/12/2026 10:02:03 AM 0E5C PACKET  000001D44F1C1D10 UDP Rcv 192.0.2.7       0002   Q [0001   D   NOERROR] A      (3)www(4)evil(4)test(0)",
        layout: "dns",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "client.ip=192.0.2.7",
            "dns.question.name=www.evil.test",
            "dns.question.type=A",
        ],
        planted: &[("(3)www(4)evil(4)test(0)", "query_name", "dns.question.name")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from mail.evil.test[192.0.2.7]: 554 5.7.1 blocked; from=<a@evil.test> to=<eve@corp.example> proto=ESMTP helo=<mail.evil.test>",
        layout: "mail",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.domain=mail.evil.test",
            "email.from.address=a@evil.test",
            "email.to.address=eve@corp.example",
            "event.action=reject",
        ],
        planted: &[("192.0.2.7", "client_address", "source.ip")],
    },
    Sample {
        head: "",
        line: "2026-05-12 10:02:03 1abcDE-000001-XY <= a@evil.test H=mail.evil.test (helo) [192.0.2.7]:40000 I=[198.51.100.1]:25 P=esmtps S=1234",
        layout: "mail",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "source.domain=mail.evil.test",
            "email.from.address=a@evil.test",
        ],
        planted: &[("192.0.2.7", "client_address", "source.ip")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 gw sshd[25]: Failed password for invalid user eve from 192.0.2.7 port 40000 ssh2",
        layout: "sshd",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "user.name=eve",
            "host.name=gw",
            "event.outcome=failure",
        ],
        planted: &[("192.0.2.7", "client", "source.ip")],
    },
    Sample {
        head: "",
        line: "<38>1 2026-05-12T10:02:03.5+02:00 gw.example sshd 25 - - Accepted publickey for eve from 2001:db8::7 port 40000 ssh2: RSA SHA256:x",
        layout: "sshd",
        normal: &[
            "@timestamp=2026-05-12T08:02:03.5Z",
            "source.ip=2001:db8::7",
            "user.name=eve",
            "event.outcome=success",
            "host.name=gw.example",
        ],
        planted: &[("2001:db8::7", "client", "source.ip")],
    },
    Sample {
        head: "",
        line: r#"<165>1 2026-05-12T10:02:03Z fw app 7 ID47 [meta@32473 src-ip="192.0.2.7" user="eve \"x\""][b@1 c="d"] BOM text of dst=203.0.113.5"#,
        layout: "pairs",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "user.name=eve \"x\"",
            "destination.ip=203.0.113.5",
        ],
        planted: &[("192.0.2.7", "src-ip", "source.ip")],
    },
    Sample {
        head: "",
        line: "2026-05-12 10:02:03.123456 IP 192.0.2.7.40000 > 203.0.113.5.443: Flags [S], seq 1, win 64240, length 0",
        layout: "tcpdump",
        normal: &[
            "@timestamp=2026-05-12T10:02:03.123456Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
        ],
        planted: &[("203.0.113.5", "dst_ip", "destination.ip")],
    },
    Sample {
        head: "",
        line: "tcp        0      0 192.0.2.7:40000         203.0.113.5:443         ESTABLISHED 1234/curl",
        layout: "netstat",
        normal: &[
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "@timestamp",
        ],
        planted: &[("203.0.113.5", "dst_ip", "destination.ip")],
    },
    Sample {
        head: "",
        line: r#"1,2026/05/12 10:02:03,001,THREAT,url,2305,2026/05/12 10:02:02,192.0.2.7,203.0.113.5,0.0.0.0,0.0.0.0,web,corp\eve,,web-browsing,vsys1,in,out,e1,e2,fwd,2026/05/12 10:02:03,1,1,40000,443,0,0,0x0,tcp,alert,"evil.test/a,b",(9999),cat"#,
        layout: "panos",
        normal: &[
            "@timestamp=2026-05-12T10:02:02Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=443",
            "user.name=eve",
            "url.domain=evil.test",
            "url.path=/a,b",
            "event.action=alert",
        ],
        planted: &[("evil.test", "url", "url.full")],
    },
    Sample {
        head: "",
        line: "May 12 10:02:03 gw dhcpd: DHCPACK on 192.0.2.7 to 00:00:5e:00:53:01 (laptop) via eth0",
        layout: "dhcp",
        normal: &["client.ip=192.0.2.7", "source.domain=laptop", "event.action=DHCPACK"],
        planted: &[("192.0.2.7", "client", "source.ip")],
    },
    Sample {
        head: "",
        line: r"An account was logged on.\r\n\r\nSubject:\r\n\tAccount Name:\t\teve\r\nSource Network Address:\t192.0.2.7\r\nSource Port:\t\t40000",
        layout: "lines",
        normal: &["source.ip=192.0.2.7", "source.port=40000", "user.name=eve"],
        planted: &[("192.0.2.7", "Source Network Address", "source.ip")],
    },
    Sample {
        head: "",
        line: "[2026-05-12 10:02:03] WARN Login of user 'eve' from 192.0.2.7 port 40000 to 203.0.113.5:22 failed",
        layout: "text",
        normal: &[
            "@timestamp=2026-05-12T10:02:03Z",
            "source.ip=192.0.2.7",
            "source.port=40000",
            "destination.ip=203.0.113.5",
            "destination.port=22",
            "user.name=eve",
        ],
        planted: &[("203.0.113.5", "to", "destination.ip")],
    },
    Sample {
        head: "",
        line: "2026-05-12 10:02:03 nothing that is known",
        layout: "text",
        normal: &["@timestamp=2026-05-12T10:02:03Z", "source.ip", "user.name"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"AuthAccept gw [12/May/2026:10:02:03 +0200] "192.0.2.7 eve" "shop.test GET /a?RelayState=https%3A%2F%2Fref.test&user=x" [idle=18] []"#,
        layout: "text",
        normal: &[
            "@timestamp=2026-05-12T08:02:03Z",
            "source.ip=192.0.2.7",
            "url.domain=shop.test",
            "url.path=/a",
            "url.query=RelayState=https%3A%2F%2Fref.test&user=x",
            "user.name",
        ],
        planted: &[("shop.test", "url_host", "url.domain")],
    },
    Sample {
        head: "",
        line: "1778580123.226 gw flows deny src=192.0.2.7 dst=203.0.113.5 sport=40000 dport=443",
        layout: "pairs",
        normal: &["source.ip=192.0.2.7", "event.action=deny", "event.outcome"],
        planted: &[("203.0.113.5", "dst", "destination.ip")],
    },
    Sample {
        head: "",
        line: "05/12/2026:10:02:03 GMT gw 0-PPE-0 : AAA LOGIN_FAILED 7 0 : User eve - Client_ip 192.0.2.7",
        layout: "text",
        normal: &["event.outcome=failure", "user.name=eve", "source.ip=192.0.2.7"],
        planted: &[],
    },
    Sample {
        head: "",
        line: "10:02:03, gw.test, audit, INFO, 7f,203.0.113.5,192.0.2.7,AUTHN_EVENT,13002,SUCCESS,METHOD,eve",
        layout: "text",
        normal: &["event.outcome=success"],
        planted: &[],
    },
    Sample {
        head: "",
        line: "the service did not fail, no request was denied, success is near for 192.0.2.7",
        layout: "text",
        normal: &["event.outcome", "event.action"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"{"time":"2026-05-12T10:02:03Z","EventType":"AUDIT_FAILURE","DownloadServer":"shop.test","DownloadPath":"/a/x.dll"}"#,
        layout: "json",
        normal: &["event.outcome=failure", "url.domain=shop.test", "url.path=/a/x.dll"],
        planted: &[("shop.test", "DownloadServer", "url.domain")],
    },
    Sample {
        head: "",
        line: "2026-05-12T10:02:03Z GET /login?user=eve&x=1|src=192.0.2.7|dst=203.0.113.5|act=deny",
        layout: "pairs",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "event.action=deny", "user.name"],
        planted: &[("203.0.113.5", "dst", "destination.ip")],
    },
    Sample {
        head: "",
        line: "2026-05-12T10:02:03Z GET /a?i=1&b=2&c=3&d=4&e=5 src=192.0.2.7 dst=203.0.113.5 dport=443",
        layout: "pairs",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5", "destination.port=443"],
        planted: &[("203.0.113.5", "dst", "destination.ip")],
    },
    Sample {
        head: "",
        line: "2026-05-12 10:02:03,eve,192.0.2.7,FAILURE",
        layout: "text",
        normal: &["event.outcome=failure", "source.ip=192.0.2.7"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r#"2026-05-12T10:02:03Z gw "192.0.2.7 GET /a?b=c" 200"#,
        layout: "text",
        normal: &["url.path=/a", "url.domain"],
        planted: &[],
    },
];

fn reader() -> EventReader {
    EventReader::with_options(&EventOptions::new().year(2026))
}

/// All samples.
fn labelled() -> impl Iterator<Item = &'static Sample> {
    [
        SAMPLES,
        unseen::SAMPLES,
        certain::SAMPLES,
        rules::SAMPLES,
        near::SAMPLES,
        forms::SAMPLES,
        kinds::SAMPLES,
        doubt::SAMPLES,
        logins::SAMPLES,
        strange::SAMPLES,
        devices::SAMPLES,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_layout_is_read_as_labelled() {
    let mut wrong = Vec::new();
    for sample in labelled() {
        for end in ["", "\n", "\r\n"] {
            let mut reader = reader();
            if !sample.head.is_empty() {
                reader.head(sample.head.as_bytes());
            }
            let line = format!("{}{end}", sample.line);
            let event = reader.read(line.as_bytes());
            let mut differences = Vec::new();
            if event.layout_name() != sample.layout {
                differences.push(format!("layout {}", event.layout_name()));
            }
            for expected in sample.normal {
                let (name, value) =
                    expected.split_once('=').map_or((*expected, None), |(name, value)| (name, Some(value)));
                let found = event.get(EcsName::parse(name).unwrap()).map(|value| value.to_string());
                if found.as_deref() != value {
                    differences.push(format!("{name} is {found:?}, not {value:?}"));
                }
            }
            for (value, name, role) in sample.planted {
                let at = line.find(value).unwrap();
                let field = event.field_at(at..at + value.len());
                let found = field.map(|field| (field.name(), field.role().map(EcsName::as_str)));
                if found.as_ref().map(|(name, role)| (name.as_str(), *role)) != Some((name, Some(role))) {
                    differences.push(format!("{value} stands in {found:?}, not in {name} ({role})"));
                }
            }
            if !differences.is_empty() {
                wrong.push(format!("{line:?}\n    {}\n    {event:?}", differences.join("\n    ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_layout_has_a_sample() {
    let sampled: BTreeSet<&str> = SAMPLES.iter().map(|sample| sample.layout).collect();
    for layout in Layout::ALL {
        assert!(sampled.contains(layout.name()) || *layout == Layout::Custom, "{layout}");
    }
}

/// A shipper that wraps a line in JSON hides nothing of it.
#[test]
fn a_line_in_a_string_says_the_same() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for sample in SAMPLES
        .iter()
        .chain(unseen::SAMPLES)
        .chain(certain::SAMPLES)
        .chain(forms::SAMPLES)
        .chain(kinds::SAMPLES)
        .chain(doubt::SAMPLES)
        .chain(logins::SAMPLES)
        .chain(strange::SAMPLES)
        .chain(devices::SAMPLES)
    {
        if !sample.head.is_empty() || sample.layout == "custom" {
            continue;
        }
        let normal = |line: &str| {
            let mut reader = reader();
            let event = reader.read(line.as_bytes());
            let planted = sample.planted.iter().map(|(value, ..)| {
                let at = line.find(value)?;
                event.field_at(at..at + value.len())?.role()
            });
            let planted: Vec<_> = planted.collect();
            (event.normal().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(), planted)
        };
        let plain = normal(sample.line);
        let string = serde_json::to_string(sample.line).unwrap();
        for line in [
            format!("{{\"log\":{string},\"stream\":\"stdout\"}}"),
            format!(
                "{{\"message\":{}}}",
                string.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
            ),
        ] {
            count += 1;
            let wrapped = normal(&line);
            if wrapped != plain {
                wrong.push(format!("{line}\n    {wrapped:?}\n    {plain:?}"));
            }
        }
    }
    println!("{count} lines");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// However far behind words of any length stand, a value is read whole or not at all.
#[test]
fn values_in_words_before_pairs_are_whole() {
    let mut read = 0;
    for (before, name, value, after) in [
        ("Login failed for user 'eve'", EcsName::UserName, "eve", " method=POST level=error"),
        ("Login failed for user eve", EcsName::UserName, "eve", " method=POST level=error"),
        ("Login failed from 192.0.2.77", EcsName::SourceIp, "192.0.2.77", " method=POST level=error"),
        ("Login failed from 2001:db8::77", EcsName::SourceIp, "2001:db8::77", " method=POST level=error"),
    ] {
        for (word, length) in
            ["x", "word", "longer-words"].into_iter().flat_map(|word| (0..130).map(move |n| (word, n)))
        {
            let padding: String = format!("{word} ").chars().cycle().take(length).collect();
            let line = format!("2026-05-12T10:02:03Z {padding} {before}{after}");
            let mut reader = reader();
            let event = reader.read(line.as_bytes());
            if let Some(found) = event.normal().find(|(key, _)| *key == name) {
                assert_eq!(found.1.to_string(), value, "{line}");
                read += 1;
            }
        }
    }
    assert!(read > 300, "{read}");
}

/// Whatever is cut, doubled, nested or invented, a line is read, and its spans lie within it.
#[test]
fn damaged_lines_are_read_too() {
    for sample in labelled() {
        let mut reader = reader();
        reader.head(sample.head.as_bytes());
        let line = sample.line.as_bytes();
        for end in 0..line.len() {
            check(&mut reader, &line[..end]);
            check(&mut reader, &line[end..]);
            let mut damaged = line.to_vec();
            damaged[end] = b"\"\\ =[{,\xff\0"[end % 8];
            check(&mut reader, &damaged);
        }
    }
    let mut reader = reader();
    let deep = "{\"a\":".repeat(1000) + "\"evil.test\"" + &"}".repeat(1000);
    for line in
        [deep.as_str(), &"[".repeat(5000), "{\"a\"", "{\"a\":1", "{]", "CEF:0|||", "LEEF:2.0|a|b|c|d|", "<1>1 - "]
    {
        assert_ne!(check(&mut reader, line.as_bytes()), Layout::Json, "{}", &line[..line.len().min(20)]);
    }
}

fn check(reader: &mut EventReader, line: &[u8]) -> Layout {
    let event = reader.read(line);
    for field in event.fields() {
        let span = field.span();
        assert!(span.start <= span.end && span.end <= line.len(), "{span:?} of {}", String::from_utf8_lossy(line));
        let _ = (field.name(), field.value());
    }
    event.layout()
}

/// Whatever separates the columns, a target ends at its own, and what stands behind it is read.
#[test]
fn no_target_swallows_the_columns_behind_it() {
    for separator in ["|", ";", ",", "\t", " | ", "; ", ", "] {
        for method in ["GET", "POST", "PUT", "HEAD", "DELETE", "TRACE", "COPY"] {
            for target in ["/a", "/a/b.php", "/a/b?c=1", "/"] {
                for columns in [["200", "192.0.2.7"], ["192.0.2.7", "200"], ["15ms", "192.0.2.7"]] {
                    let request = format!("{method} {target}");
                    let line = ["2026-05-12 10:02:03", "web1", &request, columns[0], columns[1]].join(separator);
                    let mut reader = reader();
                    let event = reader.read(line.as_bytes());
                    let get = |name| event.get(name).map(|value| value.to_string());
                    assert_eq!(get(EcsName::UrlOriginal).as_deref(), Some(target), "{line}");
                    assert_eq!(get(EcsName::SourceIp).as_deref(), Some("192.0.2.7"), "{line}");
                    assert_eq!(get(EcsName::UrlDomain), None, "{line}");
                }
            }
        }
    }
}

/// Lines designed to be slow: each takes time linear in its length.
#[test]
fn hostile_lines_take_linear_time() {
    let pieces = [
        "=",
        "a=",
        "a=\"",
        "a='",
        "\\\"",
        "\"",
        "[",
        "{\"",
        "{\"a\":",
        "<a>",
        "<a b=\"",
        "|",
        ",",
        "1.2.3.4 ",
        "user ",
        "a: ",
        "=\"\\",
        "\\",
        "\\r\\n",
        "CEF:0|",
        "cs1Label=",
        "192.0.2.1->",
        "::",
        "[a \"",
        "for x from ",
        "\t",
        "a=b,",
        "\u{fe0f}",
        ")",
        "]",
        "}",
        "(a=",
        "(a=b)",
        "a.b A ",
        "for out:1.2.3.4/5 ",
        "10:02:03,",
        "GET,",
        "for x@1.2.3.4 ",
    ];
    for piece in pieces {
        for prefix in [
            "",
            "CEF:0|a|b|c|d|e|f|",
            "<13>May 12 10:02:03 h a: ",
            "{\"message\":\"",
            "192.0.2.1 - - [12/May/2026:10:02:03 +0000] \"",
            "a=b c=",
        ] {
            takes_linear_time(prefix, piece, 1_000_000);
        }
    }
}

/// Quadratic time would be minutes.
fn takes_linear_time(prefix: &str, piece: &str, len: usize) {
    let line = prefix.to_owned() + &piece.repeat(len / piece.len());
    let start = std::time::Instant::now();
    check(&mut reader(), line.as_bytes());
    let taken = start.elapsed();
    assert!(taken.as_secs() < 5, "{prefix}{piece}…: {taken:?}");
}

/// Whatever piece a line repeats.
#[test]
fn repetitive_lines_take_linear_time() {
    const TOKENS: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "\"",
        "'",
        "\\",
        "/",
        "|",
        ",",
        ";",
        ":",
        ".",
        "-",
        "->",
        "::",
        "=",
        "=(",
        "\":",
        "&",
        "?",
        "%",
        "@",
        "#",
        "\t",
        " ",
        "a",
        "a=",
        "a.b ",
        "A ",
        "5",
        "1.2.3.4 ",
        "10:02:03",
        "for ",
        "to ",
        "user ",
        "query ",
        " outbound ",
        "IN ",
        "NOERROR ",
        "http://a.b/",
    ];
    const PREFIXES: &[&str] =
        &["", "a=b c=", "x,y,", "CEF:0|a|b|c|d|e|f|", "<13>May 12 10:02:03 h a: ", "{\"message\":\"", "NOERROR a.b "];
    let pieces = proptest::collection::vec(proptest::sample::select(TOKENS), 1..5);
    let lines = (proptest::sample::select(PREFIXES), pieces);
    let config = proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() };
    proptest::test_runner::TestRunner::new(config)
        .run(&lines, |(prefix, piece)| {
            takes_linear_time(prefix, &piece.concat(), 500_000);
            Ok(())
        })
        .unwrap();
}
