//! Hits judged by the fields of their lines: URLs split over two fields, ports in a separate field, texts that only
//! look like names, and time.
#![cfg(feature = "events")]

use std::ops::ControlFlow;

use netsieve::scan::Validity;
use netsieve::scan::many::{Delivery, Source};
use netsieve::{Feed, ScanOptions, ScanStats, Scanner, Sieve, feed};
use proptest::collection::vec;
use proptest::prelude::*;

fn sieve(list: &str) -> Sieve {
    let own = Feed::new("feed");
    let mut builder = Sieve::builder();
    let id = builder.feed(own.clone());
    let (name, list) = match list.starts_with("indicator,") {
        true => ("feed.csv", list.to_owned()),
        false => ("feed.txt", list.to_owned()),
    };
    feed::read(list.as_bytes(), name, None, &own, &mut builder.sink(id)).unwrap();
    builder.build().unwrap().0
}

/// `observed indicator strength` of each hit.
fn scan(sieve: &Sieve, options: &ScanOptions, log: &str) -> (Vec<String>, ScanStats) {
    let mut hits = Vec::new();
    let stats = Scanner::with_options(sieve, options).scan(log.as_bytes(), |hit| {
        for found in hit.matches().iter() {
            let observed = String::from_utf8_lossy(hit.observed()).into_owned();
            hits.push(format!("{observed} {} {}", found.indicator(), found.strength().as_str()));
        }
        ControlFlow::Continue(())
    });
    (hits, stats)
}

const IIS: &str = "#Software: Microsoft Internet Information Services 10.0\r\n\
    #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status\r\n";
const BLUE_COAT: &str = "#Software: SGOS 7.3\n#Version: 1.0\n#Fields: date time time-taken c-ip cs-username cs-auth-group \
    x-exception-id sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host \
    cs-uri-port cs-uri-path cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes\n";
const ZEEK: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\treferrer\tuser_agent\tstatus_code\n";

/// Lines with the host `HOST` and the path and query `/gate/x?id=7` in separate fields.
const APART: &[(&str, &str, &str)] = &[
    (
        "zeek http.log",
        ZEEK,
        "1778580123.5\tCx1\t192.0.2.7\t40000\t203.0.113.5\t80\tGET\tHOST\tPATH?QUERY\t-\tcurl\t200\n",
    ),
    (
        "suricata eve",
        "",
        r#"{"timestamp":"2026-05-12T10:02:03.123456+0000","flow_id":1,"event_type":"http","src_ip":"192.0.2.7","src_port":40000,"dest_ip":"203.0.113.5","dest_port":80,"proto":"TCP","http":{"hostname":"HOST","url":"PATH?QUERY","http_user_agent":"curl","http_method":"GET","status":200}}"#,
    ),
    ("iis", IIS, "2026-05-12 10:02:03 198.51.100.1 GET PATH QUERY 80 - 192.0.2.7 curl - HOST 200\r\n"),
    (
        "blue coat",
        BLUE_COAT,
        "2026-05-12 10:02:03 61 192.0.2.7 eve - - OBSERVED \"none\" - 200 TCP_NC_MISS GET text/html http HOST 80 PATH ?QUERY - \"Mozilla/5.0 (X11)\" 198.51.100.1 512\n",
    ),
    (
        "fortigate",
        "",
        r#"date=2026-05-12 time=10:02:03 devname="fw" logid="0316013056" type="utm" subtype="webfilter" srcip=192.0.2.7 srcport=40000 dstip=203.0.113.5 dstport=80 service="HTTP" hostname="HOST" profile="web" action="blocked" reqtype="direct" url="PATH?QUERY" sentbyte=1"#,
    ),
    (
        "aws waf",
        "",
        r#"{"timestamp":1778580123000,"formatVersion":1,"action":"ALLOW","httpRequest":{"clientIp":"192.0.2.7","country":"NL","headers":[{"name":"Host","value":"HOST"},{"name":"User-Agent","value":"curl"}],"uri":"PATH","args":"QUERY","httpVersion":"HTTP/1.1","httpMethod":"GET"}}"#,
    ),
    (
        "azure waf",
        "",
        r#"{"time":"2026-05-12T10:02:03Z","category":"FrontDoorWebApplicationFirewallLog","properties":{"clientIP":"192.0.2.7","clientPort":"40000","host":"HOST","requestUri":"PATH?QUERY","action":"Block"}}"#,
    ),
    (
        "akamai",
        "",
        r#"{"type":"akamai_siem","attackData":{"clientIP":"192.0.2.7"},"httpMessage":{"start":"1778580123","protocol":"HTTP/1.1","method":"GET","host":"HOST","port":"80","path":"PATH","query":"QUERY","status":"200"}}"#,
    ),
    (
        "cloudflare",
        "",
        r#"{"ClientIP":"192.0.2.7","ClientRequestHost":"HOST","ClientRequestMethod":"GET","ClientRequestURI":"PATH?QUERY","EdgeStartTimestamp":"2026-05-12T10:02:03Z"}"#,
    ),
    (
        "modsecurity",
        "",
        r#"[Tue May 12 10:02:03.123456 2026] [security2:error] [pid 7] [client 192.0.2.7:40000] ModSecurity: Access denied with code 403. [id "941100"] [hostname "HOST"] [uri "PATH?QUERY"] [unique_id "x"]"#,
    ),
    (
        "waf in cef",
        "",
        "CEF:0|Acme|WAF|1|200|SQL injection|7|rt=May 12 2026 10:02:03 src=192.0.2.7 spt=40000 dst=203.0.113.5 dpt=80 requestMethod=GET dhost=HOST request=PATH?QUERY act=blocked",
    ),
    (
        "vhost combined",
        "",
        r#"HOST:80 192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET PATH?QUERY HTTP/1.1" 200 5 "-" "curl/8.0""#,
    ),
    (
        "vhost combined, no port",
        "",
        r#"HOST 192.0.2.7 - eve [12/May/2026:10:02:03 +0000] "GET PATH?QUERY HTTP/1.1" 200 5 "https://ref.test/" "curl/8.0""#,
    ),
    (
        "key=value",
        "",
        "ts=2026-05-12T10:02:03Z level=info client=192.0.2.7 host=HOST method=GET path=PATH query=\"QUERY\" status=200",
    ),
    (
        "key=value, one field",
        "",
        "time=\"2026-05-12T10:02:03Z\" remote_addr=192.0.2.7 method=GET vhost=HOST uri=\"PATH?QUERY\" status=200",
    ),
    ("csv", "time,client,method,host,path,query,status\n", "2026-05-12 10:02:03,192.0.2.7,GET,HOST,PATH,QUERY,200\n"),
    (
        "haproxy with captured host",
        "",
        r#"192.0.2.7:40000 [12/May/2026:10:02:02.123] front~ back/s1 0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 {HOST|curl} "GET PATH?QUERY HTTP/1.1""#,
    ),
    (
        "combined with the host after it",
        "",
        r#"192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET PATH?QUERY HTTP/1.1" 200 5 "-" "curl/8.0" "HOST""#,
    ),
    (
        "json in syslog",
        "",
        r#"<134>May 12 10:02:03 proxy app[7]: {"client_ip":"192.0.2.7","request":{"method":"GET","host":"HOST","uri":"PATH?QUERY"}}"#,
    ),
];

/// Lines with the URL in one field: squid, Palo Alto, ALB.
const WHOLE: &[(&str, &str)] = &[
    (
        "squid",
        "1778580123.456     61 192.0.2.7 TCP_MISS/200 512 GET http://HOSTPATH?QUERY eve HIER_DIRECT/203.0.113.5 text/html",
    ),
    (
        "palo alto",
        r#"1,2026/05/12 10:02:03,001,THREAT,url,2305,2026/05/12 10:02:02,192.0.2.7,203.0.113.5,0.0.0.0,0.0.0.0,web,corp\eve,,web-browsing,vsys1,in,out,e1,e2,fwd,2026/05/12 10:02:03,1,1,40000,80,0,0,0x0,tcp,alert,"HOSTPATH?QUERY",(9999),any,informational"#,
    ),
    (
        "alb",
        r#"http 2026-05-12T10:02:03.123456Z app/lb/1 192.0.2.7:40000 10.0.0.5:80 0.001 0.002 0.000 200 200 34 366 "GET http://HOST:80PATH?QUERY HTTP/1.1" "curl/8.0" - - arn:aws:tg "Root=1-5" "-" "-" 0"#,
    ),
];

fn filled(line: &str, host: &str, path: &str, query: &str) -> String {
    line.replace("HOST", host).replace("PATH", path).replace("QUERY", query)
}

#[test]
fn hosts_and_paths_in_two_fields_match_urls() {
    let mut wrong = Vec::new();
    let mut expect = |list: &str, log: &str, options: &ScanOptions, expected: Option<&str>, what: &str| {
        let (hits, _) = scan(&sieve(list), options, log);
        let found = hits.first().map(|hit| hit.split_once(' ').unwrap().1);
        if hits.len() > 1 || found != expected {
            wrong.push(format!("{what}: {hits:?}, not {expected:?} in {log}"));
        }
    };
    let options = ScanOptions::default();
    let mut unjoined = ScanOptions::default();
    unjoined.matching.joined = false;
    for (name, head, line) in APART {
        let log = |host: &str, path: &str, query: &str| format!("{head}{}", filled(line, host, path, query));
        let hit = log("evil.test", "/gate/x", "id=7");
        for list in [
            "http://evil.test/gate/x?id=7",
            "http://evil.test/gate/x",
            "http://evil.test/gate/",
            "https://EVIL.test/a/../gate/x?id=7",
        ] {
            let indicator = list.replace("https", "http").replace("EVIL", "evil").replace("/a/..", "");
            let expected = format!("{indicator} joined");
            // An indicator that a feed lists with `https` is printed that way.
            let expected = if list.starts_with("https") { expected.replace("http", "https") } else { expected };
            expect(list, &hit, &options, Some(&expected), name);
            expect(list, &hit, &unjoined, None, name);
        }
        for (host, path, query) in
            [("www.evil.test", "/gate/x", "id=7"), ("evil.test", "/gate/y", "id=7"), ("evil.test", "/gate/x", "id=8")]
        {
            expect("http://evil.test/gate/x?id=7", &log(host, path, query), &options, None, name);
        }
        // A name in a field that is not the host does not combine with the path.
        expect("http://evil.test/x", &log("ok.test", "/x", "u=evil.test"), &options, None, name);
    }
    for (name, line) in WHOLE {
        let log = filled(line, "evil.test", "/gate/x", "id=7");
        expect("http://evil.test/gate/x?id=7", &log, &options, Some("http://evil.test/gate/x?id=7 strong"), name);
        expect("http://evil.test/gate/y", &log, &options, None, name);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_referrer_and_a_sender_are_not_what_was_asked_for() {
    let sieve = sieve("http://evil.test/gate");
    for line in [
        r#"192.0.2.7 - - [12/May/2026:10:02:03 +0000] "GET /gate HTTP/1.1" 200 5 "https://evil.test/" "curl""#,
        r#"{"ts":1778580123,"host":"ok.test","path":"/gate","http_referer":"evil.test"}"#,
        r#"{"ts":1778580123,"sender":"eve@evil.test","path":"/gate"}"#,
        // A request that names its host has no other.
        r#"{"host":"ok.test","referer_host":"evil.test","uri":"/gate"}"#,
        r#"{"hostname":"evil.test","http":{"host":"ok.test","url":"/gate"}}"#,
        // Files, folders and commands.
        r#"{"file":{"path":"/gate"},"host":{"name":"evil.test"}}"#,
        r#"{"process":{"executable":"/gate"},"dns":{"question":{"name":"evil.test"}}}"#,
        r#"exe="/gate" hostname=evil.test addr=192.0.2.7"#,
        r#"cwd="/gate" host=evil.test"#,
        "dst=evil.test file=/gate",
        "CEF:0|Acme|AV|1|1|found|5|dhost=evil.test filePath=/gate",
        "ts=1778580123 COMMAND=/gate host=evil.test user=eve",
    ] {
        assert_eq!(scan(&sieve, &ScanOptions::default(), line).0, [""; 0], "{line}");
    }
    for line in [
        r#"{"host":"ok.test","dest_domain":"evil.test","uri":"/gate"}"#,
        r#"{"host":"evil.test","file":{"path":"/gate"},"uri":"/gate"}"#,
        r#"cwd="/srv" host=evil.test uri=/gate"#,
        // As a container's output is kept, and as a shipper wraps it once more.
        r#"{"log":"evil.test:443 192.0.2.7 - - [12/May/2026:10:02:03 +0000] \"GET /gate HTTP/1.1\" 200 5 \"-\" \"curl\"\n","stream":"stdout"}"#,
        r#"{"message":"{\"log\":\"host=evil.test agent=\\\"a b\\\" uri=\\\"/gate\\\"\"}"}"#,
    ] {
        assert_eq!(scan(&sieve, &ScanOptions::default(), line).0, ["/gate http://evil.test/gate joined"], "{line}");
    }
}

#[test]
fn a_port_of_its_own_field_decides() {
    let lines = [
        ("", "date=2026-05-12 time=10:02:03 srcip=192.0.2.7 srcport=40000 dstip=203.0.113.5 dstport=PORT action=deny"),
        ("", r#"{"ts":1778580123,"src_ip":"192.0.2.7","src_port":40000,"dest_ip":"203.0.113.5","dest_port":PORT}"#),
        ("", r#"{"source":{"ip":"192.0.2.7","port":40000},"destination":{"ip":"203.0.113.5","port":PORT}}"#),
        ("", "CEF:0|Acme|FW|1|100|deny|5|src=192.0.2.7 spt=40000 dst=203.0.113.5 dpt=PORT act=deny"),
        ("", "LEEF:1.0|Acme|FW|1|deny|src=192.0.2.7\tsrcPort=40000\tdst=203.0.113.5\tdstPort=PORT"),
        (
            "",
            "May 12 10:02:03 gw kernel: [1.2] DROP IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.5 LEN=60 PROTO=TCP SPT=40000 DPT=PORT WINDOW=1",
        ),
        ("", "2 123456789010 eni-1 192.0.2.7 203.0.113.5 40000 PORT 6 20 4249 1778580123 1778580183 ACCEPT OK"),
        (
            "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\n",
            "1778580123.5\t192.0.2.7\t40000\t203.0.113.5\tPORT",
        ),
        (
            "time,source ip,source port,destination ip,destination port\n",
            "2026-05-12 10:02:03,192.0.2.7,40000,203.0.113.5,PORT",
        ),
    ];
    let sieve = sieve("203.0.113.5:443\n");
    let options = ScanOptions::default();
    for (head, line) in lines {
        let log = |port: &str| format!("{head}{}", line.replace("PORT", port));
        let (hits, stats) = scan(&sieve, &options, &log("443"));
        assert_eq!(
            (hits.as_slice(), stats.withheld.other_port),
            (&["203.0.113.5 203.0.113.5:443 strong".to_owned()][..], 0),
            "{line}"
        );
        let (hits, stats) = scan(&sieve, &options, &log("8080"));
        assert_eq!((hits.len(), stats.withheld.other_port), (0, 1), "{line}: {hits:?}");
    }
    for line in [
        "{\"dst\":\"203.0.113.5\",\"src\":\"192.0.2.7\",\"sport\":443}",
        "src=192.0.2.7 dst=203.0.113.5 x=443",
        "from 203.0.113.5",
    ] {
        let (hits, stats) = scan(&sieve, &options, line);
        assert_eq!(
            (hits.as_slice(), stats.withheld.other_port),
            (&["203.0.113.5 203.0.113.5:443 port_unseen".to_owned()][..], 0),
            "{line}"
        );
    }
    // The port next to the address takes precedence over a field.
    let (hits, _) = scan(&sieve, &options, "src=192.0.2.7 dst=203.0.113.5:443 dport=80 proto=tcp");
    assert_eq!(hits, ["203.0.113.5 203.0.113.5:443 strong"]);
}

/// The port of a field rules out what is listed with another one, however weak the match is and whatever else is listed.
#[test]
fn a_port_of_its_own_field_decides_on_weak_matches_too() {
    let mut options = ScanOptions::default();
    (options.matching.host_only, options.matching.name_like) = (true, true);
    for (name, listed) in [("evil.test", "http://evil.test:8443/a"), ("main.py", "main.py:8443")] {
        for beside in ["other.test", name, &format!("{name}:22")] {
            let sieve = sieve(&format!("{listed}\n{beside}\n"));
            for (port, is_reported) in [("8443", true), ("443", false)] {
                let line = format!(r#"{{"dport":"{port}","dhost":"{name}","x":1}}"#);
                let (hits, _) = scan(&sieve, &options, &line);
                let of_listed: Vec<&String> = hits.iter().filter(|hit| hit.contains(listed)).collect();
                assert_eq!(of_listed.len(), usize::from(is_reported), "{beside}, {line}: {hits:?}");
            }
            // Without a field for the port, it stays.
            let (hits, _) = scan(&sieve, &options, &format!(r#"{{"dhost":"{name}","x":1}}"#));
            assert!(hits.iter().any(|hit| hit.contains(listed)), "{beside}: {hits:?}");
        }
    }
}

#[test]
fn fields_decide_what_is_a_name() {
    let sieve = sieve("evil.test\ndata.py\n198.51.100.7\nsetup.zip\n");
    let cases: [(&str, &[&str], u64); 14] = [
        // Files, programs and versions.
        (r#"{"ts":1778580123,"filename":"evil.test"}"#, &[], 1),
        (r#"{"process":{"name":"evil.test"},"ts":1778580123}"#, &[], 1),
        (r#"{"ts":1778580123,"agent_version":"198.51.100.7"}"#, &[], 1),
        ("ts=2026-05-12T10:02:03Z file_name=setup.zip user=eve", &[], 1),
        ("CEF:0|Acme|AV|1|1|found|5|src=192.0.2.7 fname=setup.zip act=blocked", &[], 1),
        ("ts=1778580123 firmware=198.51.100.7 host=gw", &[], 1),
        ("#fields\tts\tid.orig_h\tfilename\n1778580123.5\t192.0.2.7\tsetup.zip\n", &[], 1),
        // Names and addresses, however they look.
        (r#"{"ts":1778580123,"query":"data.py","src_ip":"192.0.2.7"}"#, &["data.py data.py strong"], 0),
        (r#"{"ts":1778580123,"dns":{"question":{"name":"setup.zip"}}}"#, &["setup.zip setup.zip strong"], 0),
        ("#fields\tts\tid.orig_h\tquery\n1778580123.5\t192.0.2.7\tsetup.zip\n", &["setup.zip setup.zip strong"], 0),
        ("ts=2026-05-12T10:02:03Z src=192.0.2.7 hostname=data.py url=/a", &["data.py data.py strong"], 0),
        (r#"{"ts":1778580123,"dest_ip":"198.51.100.7"}"#, &["198.51.100.7 198.51.100.7 strong"], 0),
        (r#"{"ts":1778580123,"host":"evil.test"}"#, &["evil.test evil.test strong"], 0),
        // A value within a longer text is judged by its looks.
        (r#"{"ts":1778580123,"note":"see evil.test"}"#, &["evil.test evil.test strong"], 0),
    ];
    let mut wrong = Vec::new();
    for (line, expected, withheld) in cases {
        let (hits, stats) = scan(&sieve, &ScanOptions::default(), line);
        if hits != expected || stats.withheld.name_like != withheld {
            wrong.push(format!("{line}\n    {hits:?}, withheld {}", stats.withheld.name_like));
        }
        let mut weak = ScanOptions::default();
        weak.matching.name_like = true;
        assert_eq!(scan(&sieve, &weak, line).0.len(), 1, "{line}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const DATED: &str = "indicator,type,valid_from,valid_until\n\
    old.test,domain,2024-01-01,2025-01-01\nnew.test,domain,2026-01-01,\nalways.test,domain,,\n";

#[test]
fn entries_are_asked_at_the_time_of_the_event() {
    let sieve = sieve(DATED);
    let mut options = ScanOptions::default();
    options.validity = Validity::AtEvent;
    let log = "2024-06-01T00:00:00Z old.test new.test always.test\n2025-01-01T00:00:00Z old.test new.test always.test\n\
        2026-05-12T10:02:03Z old.test new.test always.test\nno time: old.test new.test always.test\n";
    let (hits, stats) = scan(&sieve, &options, log);
    let observed: Vec<&str> = hits.iter().map(|hit| hit.split(' ').next().unwrap()).collect();
    assert_eq!(
        observed,
        ["old.test", "always.test", "always.test", "new.test", "always.test", "old.test", "new.test", "always.test"]
    );
    assert_eq!((stats.withheld.filtered, stats.undated), (4, 3));
    // Scans that do not ask for times do not get them.
    let (hits, stats) = scan(&sieve, &ScanOptions::default(), log);
    assert_eq!((hits.len(), stats.undated), (12, 0));
}

/// The port of a URL is its own, whatever URL stands in its path or query.
#[test]
fn a_url_within_a_url_lends_it_no_port() {
    let sieve = sieve("evil.test:8443\n");
    let mut options = ScanOptions::default();
    options.validity = Validity::AtEvent;
    for url in ["evil.test:8443/a", "evil.test:8443/http://a.example:9000/", "evil.test:8443/?u=http://a.example:80/"] {
        for scheme in ["", "https://"] {
            let (hits, _) = scan(&sieve, &options, &format!("2026-05-12T10:02:03Z GET {scheme}{url}\n"));
            assert_eq!(hits, ["evil.test evil.test:8443 strong"], "{scheme}{url}");
        }
    }
}

#[test]
fn allow_entries_are_asked_at_the_time_of_the_event_too() {
    let mut builder = Sieve::builder();
    let (block, mut allow) = (Feed::new("block"), Feed::new("allow"));
    allow.action = netsieve::Action::Allow;
    let lists = [
        (
            &block,
            "block.csv",
            "indicator,type\nevil.test,domain\n192.0.2.9,ip\nhttp://evil.test/a,url\nhttp://shop.test/,url\n",
        ),
        (
            &allow,
            "allow.csv",
            "indicator,type,valid_from,valid_until\nevil.test,domain,2024-01-01,2025-01-01\n192.0.2.9,ip,2024-01-01,2025-01-01\nshop.test,domain,2024-01-01,2025-01-01\n",
        ),
    ];
    for (own, name, list) in lists {
        let id = builder.feed(own.clone());
        feed::read(list.as_bytes(), name, None, own, &mut builder.sink(id)).unwrap();
    }
    let sieve = builder.build().unwrap().0;
    let mut options = ScanOptions::default();
    options.validity = Validity::AtEvent;
    let line = |time: &str| format!("{time} GET http://evil.test/a from 192.0.2.9 to http://shop.test/b\n");
    let names = |time: &str| scan(&sieve, &options, &line(time)).0;
    let all = [
        "http://evil.test/a http://evil.test/a strong",
        "evil.test evil.test strong",
        "192.0.2.9 192.0.2.9 strong",
        "http://shop.test/b http://shop.test/ strong",
    ];
    assert_eq!(names("2024-06-01T00:00:00Z"), all[..1]);
    assert_eq!(names("2025-01-01T00:00:00Z"), all);
    let (hits, stats) = scan(&sieve, &options, &line("2024-06-01T00:00:00Z"));
    assert_eq!((hits.len(), stats.withheld.allowed), (1, 3));
    // Without a time every allow entry applies, as in a scan that does not ask for times.
    assert_eq!(names("no time:"), all[..1]);
    assert_eq!(scan(&sieve, &ScanOptions::default(), &line("2026-01-01T00:00:00Z")).0, all[..1]);
}

#[test]
fn hits_outside_a_span_of_time_are_left_out_and_counted() {
    let sieve = sieve("evil.test\n203.0.113.5\n");
    let mut options = ScanOptions::default();
    options.from = Some("2026-05-12T00:00:00Z".parse().unwrap());
    options.to = Some("2026-05-13T00:00:00Z".parse().unwrap());
    let log = "2026-05-11T23:59:59Z evil.test\n2026-05-12T00:00:00Z evil.test 203.0.113.5\n2026-05-12T23:59:59.999Z evil.test\n\
        2026-05-13T00:00:00Z evil.test\n192.0.2.7 - - [12/May/2026:01:00:00 +0200] \"GET http://evil.test/ HTTP/1.1\" 200 5\nundated evil.test\n";
    let (hits, stats) = scan(&sieve, &options, log);
    assert_eq!(hits.len(), 4, "{hits:?}");
    assert_eq!((stats.withheld.outside, stats.undated, stats.hits), (3, 1, 4));
    // A line over the length cap is not read as an event. Its hits pass, and are counted.
    let long = format!("2020-01-01T00:00:00Z evil.test {} evil.test\n", "x ".repeat(700_000));
    let (hits, stats) = scan(&sieve, &options, &long);
    assert_eq!((hits.len(), stats.undated), (2, 2));
}

/// A line of three records, as cloud services write them.
const RECORDS: &str = concat!(
    r#"{"Records":[{"eventTime":"2026-05-12T10:00:01Z","src_ip":"192.0.2.7","user":"ann","dst_ip":"203.0.113.5","dst_port":80},"#,
    r#"{"eventTime":"2026-05-12T10:00:02Z","src_ip":"192.0.2.8","user":"bob","dst_ip":"203.0.113.5","dst_port":443,"host":"evil.test","path":"/"},"#,
    r#"{"eventTime":"2026-05-12T10:00:03Z","src_ip":"old.test","host":"good.test","path":"/gate/x"}]}"#,
    "\n"
);

#[test]
fn records_of_a_line_are_events_of_their_own() {
    let sieve = sieve("http://evil.test/gate/x\n203.0.113.5:443\nold.test\nold.example\n");
    let show = |log: &str| {
        let mut hits = Vec::new();
        Scanner::new(&sieve).scan(log.as_bytes(), |hit| {
            assert_eq!(&log.as_bytes()[hit.span().start as usize..hit.span().end as usize], hit.observed());
            assert_eq!(&hit.line_text()[hit.offset_in_line()..][..hit.observed().len()], hit.observed());
            assert_eq!(hit.line_text(), log.lines().nth(hit.line() as usize - 1).unwrap().as_bytes());
            let who = hit.who().map_or_else(|| "-".to_owned(), |who| who.to_string());
            let time = hit.time().map_or_else(|| "-".to_owned(), |time| time.to_string());
            let field = hit.field().map_or_else(|| "-".to_owned(), |field| field.name());
            let strength = hit.matches().first().unwrap().strength().as_str();
            hits.push(format!("{} {} {strength} {field} {time} {who}", hit.index_in_line(), hit.canonical()));
            ControlFlow::Continue(())
        });
        hits
    };
    let second = "0 203.0.113.5 strong dst_ip 2026-05-12T10:00:02Z 192.0.2.8 user bob host evil.test";
    let third = "1 old.test strong src_ip 2026-05-12T10:00:03Z host good.test";
    // Neither the port of the first record nor the path of the third is the second's.
    assert_eq!(show(RECORDS), [second, third]);
    assert_eq!(show(&RECORDS.repeat(3).replace("\n", "\r\n")).len(), 6);
    let bare = RECORDS.trim_end().strip_prefix("{\"Records\":").unwrap().strip_suffix('}').unwrap();
    assert_eq!(show(bare), [second, third]);
    let each = bare.trim_start_matches('[').trim_end_matches(']').replace("},{", "}{");
    assert_eq!(show(&each), [second, third]);
    assert_eq!(show(&format!("<14>May 12 10:00:09 relay app: {RECORDS}")), [second, third]);
    assert_eq!(show(&format!("{{\"took\":5,\"hits\":{{\"total\":3,\"hits\":{bare}}}}}\n")), [second, third]);
    let element = |second: u8, address: &str| {
        format!(
            "<Event><System><TimeCreated SystemTime='2026-05-12T10:00:0{second}Z'/></System><EventData>\
             <Data Name='IpAddress'>{address}</Data></EventData></Event>"
        )
    };
    let events = [element(1, "192.0.2.7"), element(2, "203.0.113.5:443")].concat();
    for line in [events.clone(), format!("<Events>{events}</Events>")] {
        assert_eq!(show(&line), ["0 203.0.113.5 strong IpAddress 2026-05-12T10:00:02Z 203.0.113.5"]);
    }
    // Beside the records, a line is what it was.
    let paged =
        format!("{{\"@context\":\"http://old.example/x\",\"value\":{bare},\"@next\":\"http://old.example/y\"}}\n");
    let hits = show(&paged);
    assert_eq!(hits.len(), 4, "{hits:?}");
    assert!(
        hits[0].starts_with("0 old.example strong @context") && hits[3].starts_with("3 old.example strong @next"),
        "{hits:?}"
    );
    assert_eq!(hits[1], second.replacen('0', "1", 1));
    // A list within one event is no list of events.
    let one = r#"{"eventTime":"2026-05-12T10:00:02Z","src_ip":"192.0.2.8","flows":[{"dst_ip":"192.0.2.1"},{"dst_ip":"old.test"}]}"#;
    assert_eq!(show(one), ["0 old.test strong flows.dst_ip 2026-05-12T10:00:02Z 192.0.2.8"]);
    // Times are those of the records too.
    let mut options = ScanOptions::default();
    options.from = Some("2026-05-12T10:00:03Z".parse().unwrap());
    let (hits, stats) = scan(&sieve, &options, RECORDS);
    assert_eq!((hits, stats.withheld.outside), (vec!["old.test old.test strong".to_owned()], 1));
}

/// One value of a record: written as JSON, with what is listed and what is not.
fn record_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(r#""192.0.2.7""#.to_owned()),
        Just(r#""203.0.113.5""#.to_owned()),
        Just(r#""203.0.113.5:443""#.to_owned()),
        Just(r#""evil.test""#.to_owned()),
        Just(r#""old.test""#.to_owned()),
        Just(r#""http://evil.test/gate/x""#.to_owned()),
        Just(r#""/gate/x""#.to_owned()),
        Just(r#""a } b ]},{ \" { [ evil.test""#.to_owned()),
        Just(r#""\\""#.to_owned()),
        Just("443".to_owned()),
        Just("80".to_owned()),
        Just("null".to_owned()),
        Just(r#"["old.test","203.0.113.5"]"#.to_owned()),
        Just(r#"[{"dst_ip":"203.0.113.5"},{"dst_ip":"old.test"}]"#.to_owned()),
        Just(r#"{"host":"old.test","port":80}"#.to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ]
}

/// A record, which begins with its time.
fn record() -> impl Strategy<Value = String> {
    const NAMES: [&str; 12] =
        ["src_ip", "dst_ip", "dst_port", "host", "path", "user", "url", "dns", "answers", "Resources", "items", "meta"];
    let field = (proptest::sample::select(&NAMES[..]), record_value());
    (0..60_u8, vec(field, 1..7)).prop_map(|(second, fields)| {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
        format!(r#"{{"time":"2026-05-12T10:00:{second:02}Z",{}}}"#, fields.join(","))
    })
}

/// The ways in which a line holds records.
const CONTAINERS: [(&str, &str, &str); 12] = [
    ("[", ",", "]"),
    ("[ ", " , ", " ]"),
    ("", "", ""),
    ("", " ", " "),
    ("", ",", ","),
    (r#"{"Records":["#, ",", "]}"),
    (r#"{"records" : [ "#, ",\t", " ] }"),
    (r#"{"took":5,"hits":{"total":{"value":2},"max_score":1.0,"hits":["#, ",", "]}}"),
    (r#"{"count":2,"value":["#, ",", r#"],"@next":"x"}"#),
    (r#"{"messageType":"DATA_MESSAGE","logGroup":"g","logEvents":["#, ",", "]}"),
    ("<14>May 12 10:00:09 relay app: [", ",", "]"),
    (r#"<14>May 12 10:00:09 relay app: {"Records":["#, ",", "]}"),
];

/// What is told of each hit, apart from where it stands.
fn told(sieve: &Sieve, log: &str) -> Vec<String> {
    let mut hits = Vec::new();
    Scanner::new(sieve).scan(log.as_bytes(), |hit| {
        let matches: Vec<String> =
            hit.matches().iter().map(|found| format!("{} {:?}", found.indicator(), found.strength())).collect();
        let field = hit.field().map(|field| field.name().to_string());
        hits.push(format!("{} {matches:?} {field:?} {:?} {:?}", hit.canonical(), hit.time(), hit.who()));
        ControlFlow::Continue(())
    });
    hits
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 500 } else { 5_000 }))]

    /// A record is the same event in whatever container, and alone on its line.
    #[test]
    fn records_are_the_same_in_every_container(records in vec(record(), 2..6)) {
        let sieve = sieve("http://evil.test/gate/x\n203.0.113.5:443\nold.test\n192.0.2.7\nevil.test\n");
        let alone = told(&sieve, &records.join("\n"));
        for (before, between, after) in CONTAINERS {
            let line = format!("{before}{}{after}\n", records.join(between));
            prop_assert_eq!(&told(&sieve, &line), &alone, "{}", line);
        }
    }
}

/// Lines that never become lists of records, however long one looks.
#[test]
fn hostile_lists_of_records_take_linear_time() {
    let sieve = sieve("old.test\n");
    let times = 300_000;
    for piece in [
        "{",
        "[",
        "}",
        "]",
        "[{",
        "}{",
        "},{",
        "}  ",
        "{} ",
        "[{\"",
        "{\"a\":",
        "{\"a\":[",
        "{\"count\":{",
        "\"",
        "\\",
        "{\"a\":1}",
        "{\"a\":1},",
        "<Event",
        "<Event>",
        "</Event>",
        "<Event></Event>",
        "[{\"a\":1}]",
        "{\"Records\":[{",
    ] {
        for (head, tail) in [
            ("", " old.test}"),
            ("{\"a\":\"old.test\"}{\"", "]"),
            ("{\"Records\":[", "old.test}]}"),
            ("<Event>old.test", "</Event>"),
        ] {
            let line = format!("{head}{}{tail}", piece.repeat(times));
            let start = std::time::Instant::now();
            told(&sieve, &line);
            assert!(start.elapsed().as_secs() < 10, "{head}{piece}{tail}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn hits_are_the_same_however_they_are_handed_over() {
    let sieve = sieve("http://evil.test/gate/x\n203.0.113.5:443\nsetup.zip\nold.test\n");
    let mut log = String::new();
    for round in 0..400 {
        for (_, head, line) in APART {
            if head.is_empty() {
                log.push_str(&filled(line, "evil.test", "/gate/x", "id=7"));
                log.push('\n');
            }
        }
        log.push_str(&format!(
            "src=192.0.2.7 dst=203.0.113.5 dport={} n={round}\n",
            if round % 2 == 0 { 443 } else { 80 }
        ));
        log.push_str("{\"filename\":\"setup.zip\"}\n2026-05-12T10:02:03Z old.test 203.0.113.5\n");
        log.push_str(RECORDS);
    }
    let mut options = ScanOptions::default();
    options.from = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let show = |hit: &netsieve::Hit<'_>| {
        let matches: Vec<String> = hit.matches().iter().map(|found| format!("{found:?}")).collect();
        let event = hit.event().map(|event| format!("{event:?}"));
        format!("{:?} {} {} {matches:?} {event:?} {:?}", hit.span(), hit.line(), hit.canonical(), hit.field())
    };
    let mut scanner = Scanner::with_options(&sieve, &options);
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let first = scanner.scan(log.as_bytes(), |hit| {
        one.push(show(hit));
        ControlFlow::Continue(())
    });
    let second = scanner.scan_parallel(log.as_bytes(), |hit| {
        other.push(show(hit));
        ControlFlow::Continue(())
    });
    assert!(one.len() > 400 * 14 && one == other);
    let counts = |stats: &ScanStats| (stats.hits, stats.matches, stats.withheld, stats.undated);
    assert_eq!(counts(&first), counts(&second));
    let mut third = Vec::new();
    let stats = scanner
        .scan_reader(log.as_bytes(), |hit| {
            third.push(show(hit));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(third == one);
    assert_eq!(counts(&stats), counts(&first));
}

/// A log with lines of each layout, including headers, in random order. Each piece is given with its number of
/// repetitions, so that the log is long enough for several threads.
fn mixed(pieces: &[(usize, usize)]) -> String {
    let mut log = String::new();
    while log.len() < 3 << 20 {
        for (at, times) in pieces {
            let (_, head, line) = APART[at % APART.len()];
            log.push_str(head);
            for time in 0..*times {
                let host = if time % 7 == 0 { "evil.test" } else { "good.test" };
                log.push_str(filled(line, host, "/gate/x", "id=7").trim_end());
                log.push('\n');
            }
        }
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 4 } else { 200 }))]

    /// Events do not depend on the thread that reads a line, or on where the pieces of a stream end.
    #[test]
    fn events_are_the_same_however_a_log_is_read(
        pieces in vec((0..APART.len(), 1_usize..60), 1..12),
        part in 1_usize..200_000,
    ) {
        let sieve = sieve("evil.test\nhttp://evil.test/gate/x\n203.0.113.5:443\n192.0.2.7\n");
        let log = mixed(&pieces);
        let read = |way: usize| {
            let (mut scanner, mut events) = (Scanner::new(&sieve), Vec::new());
            let mut sink = |hit: &netsieve::Hit<'_>| {
                let matches: Vec<String> = hit.matches().iter().map(|found| format!("{found:?}")).collect();
                events.push(format!("{:?} {matches:?} {:?} {:?}", hit.span(), hit.event(), hit.field()));
                ControlFlow::Continue(())
            };
            match way {
                0 => _ = scanner.scan(log.as_bytes(), &mut sink),
                1 => _ = scanner.scan_parallel(log.as_bytes(), &mut sink),
                2 => _ = scanner.scan_reader_parallel(log.as_bytes(), &mut sink).unwrap(),
                _ => {
                    let mut tail = netsieve::scan::Tail::new();
                    for part in log.as_bytes().chunks(part) {
                        scanner.scan_tail(&mut tail, part, &mut sink).unwrap();
                    }
                }
            }
            events
        };
        let first = read(0);
        prop_assert!(!first.is_empty());
        for way in 1..4 {
            prop_assert!(read(way) == first, "way {}", way);
        }
    }
}

const FIRST: &str = "#separator \\x09\n#fields\tts\tid.orig_h\tquery\n";
const SECOND: &str = "#close\t2026-05-12\n#separator \\x09\n#fields\tts\tquery\tid.orig_h\tuser\n";

/// A log of several megabytes with two headers, and the name expected for each hit.
fn two_headers(lines: usize) -> (String, Vec<String>) {
    let (mut log, mut who) = (FIRST.to_owned(), Vec::new());
    let filler = "#comment\n1778580123\t192.0.2.1\tok.example\n".repeat(20);
    for at in 0..lines {
        if at == lines / 2 {
            log.push_str(SECOND);
        }
        log.push_str(&filler);
        let ip = format!("192.0.2.{}", at % 200 + 2);
        if at < lines / 2 {
            log.push_str(&format!("{}\t{ip}\tevil.test\n", 1_778_580_123 + at));
            who.push(ip);
        } else {
            log.push_str(&format!("{}\tevil.test\t{ip}\teve\n", 1_778_580_123 + at));
            who.push(format!("{ip} user eve"));
        }
    }
    (log, who)
}

#[test]
fn headers_count_wherever_a_line_is_scanned() {
    let sieve = sieve("evil.test\n");
    let (log, expected) = two_headers(4000);
    assert!(log.len() > 3 << 20);
    let mut scanner = Scanner::new(&sieve);
    let mut who = Vec::new();
    let mut sink = |hit: &netsieve::Hit<'_>| {
        assert_eq!(hit.event().unwrap().layout_name(), "zeek");
        assert_eq!(hit.field().unwrap().name(), "query");
        who.push(hit.who().unwrap().to_string());
        ControlFlow::Continue(())
    };
    scanner.scan(log.as_bytes(), &mut sink);
    // From the middle of the log, by other threads.
    scanner.scan_parallel(log.as_bytes(), &mut sink);
    scanner.scan_reader(log.as_bytes(), &mut sink).unwrap();
    scanner.scan_reader_parallel(log.as_bytes(), &mut sink).unwrap();
    // As a growing file: a few bytes at a time, cut anywhere.
    let mut tail = netsieve::scan::Tail::new();
    for part in log.as_bytes().chunks(77_777) {
        scanner.scan_tail(&mut tail, part, &mut sink).unwrap();
    }
    assert_eq!(who.len(), 5 * expected.len());
    for (at, found) in who.chunks(expected.len()).enumerate() {
        assert!(found == expected, "way {at}");
    }
}

#[test]
#[cfg(feature = "compression")]
fn headers_count_in_compressed_files() {
    use std::io::Write;

    let sieve = sieve("evil.test\n");
    let (log, expected) = two_headers(300);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dns.log.gz");
    let mut child = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(std::fs::File::create(&path).unwrap())
        .spawn()
        .expect("gzip");
    child.stdin.take().unwrap().write_all(log.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let mut who = Vec::new();
    let input = netsieve::input::open_log(&path).unwrap();
    Scanner::new(&sieve)
        .scan_reader_parallel(input, |hit| {
            who.push(hit.who().unwrap().to_string());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(who, expected);
}

#[test]
fn facts_of_one_input_are_not_taken_from_another() {
    // The year of a time without one comes from the file's own time, and from no other file.
    let sieve = sieve("evil.test\n");
    let line = b"May 12 10:02:03 gw app: evil.test\n";
    let written = |at: Option<&str>| -> std::io::Result<Source<'_>> {
        let source = Source::Bytes(Box::new(&line[..]));
        Ok(match at {
            Some(at) => Source::Written { source: Box::new(source), at: at.parse().unwrap() },
            None => source,
        })
    };
    let sources = [written(Some("2024-06-01T00:00:00Z")), written(None), written(Some("2026-06-01T00:00:00Z"))];
    let render = |_: usize, hit: &netsieve::Hit<'_>, out: &mut Vec<u8>| {
        out.extend_from_slice(hit.time().map_or("none".to_owned(), |time| time.to_string()).as_bytes());
        out.push(b'\n');
        ControlFlow::Continue(())
    };
    let mut times = Vec::new();
    Scanner::new(&sieve)
        .scan_many(sources.into_iter(), 1, render, |delivery| {
            if let Delivery::Hits { rendered, .. } = delivery {
                times.extend(String::from_utf8_lossy(rendered).lines().map(str::to_owned));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(times, ["2024-05-12T10:02:03Z", "none", "2026-05-12T10:02:03Z"]);
}
