//! Made-up lines that hold several values for one name: the one that the line says with certainty, or none, with near misses.

use super::Sample;

pub(super) const SAMPLES: &[Sample] = &[
    // Links of a product to its own page are no URLs that anybody met.
    Sample {
        head: "",
        line: r##"{"threat":"x","threatUrl":"https://console.test/threat/5","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.full", "url.original", "url.domain", "source.ip=192.0.2.7"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"requestUrl":"https://shop.test/threat/5","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.full=https://shop.test/threat/5", "url.domain=shop.test"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"method":"GET","referer_uri":"https://ref.test/","uri":"/a","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.path=/a", "http.request.referrer=https://ref.test/", "url.full"],
        planted: &[],
    },
    // What an interface is asked to change is not who asked.
    Sample {
        head: "",
        line: r##"{"eventName":"CreateUser","requestParameters":{"userName":"eve"},"sourceIPAddress":"192.0.2.7"}"##,
        layout: "json",
        normal: &["user.name", "source.ip=192.0.2.7"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"eventName":"CreateUser","userIdentity":{"userName":"adm"},"requestParameters":{"userName":"eve"}}"##,
        layout: "json",
        normal: &["user.name=adm"],
        planted: &[],
    },
    // Pages and interfaces give the path of a request.
    Sample {
        head: "",
        line: r##"{"page_url":"/orders/5/view","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.path=/orders/5/view", "url.original=/orders/5/view", "url.domain"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"api_endpoint":"/v1/orders","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.path=/v1/orders"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"api_endpoint":"orders","client_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.path"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"download_server":"dl.test","aip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["url.domain=dl.test"],
        planted: &[],
    },
    // The host beside the path is that of the request, whatever its header says.
    Sample {
        head: "",
        line: r##"{"http":{"method":"GET","host":"shop.test","path":"/a","requestHeaders":{"Host":"other.test"}}}"##,
        layout: "json",
        normal: &["url.domain=shop.test", "url.path=/a"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"http":{"method":"GET","path":"/a","requestHeaders":{"Host":"other.test"}}}"##,
        layout: "json",
        normal: &["url.domain=other.test"],
        planted: &[],
    },
    // The start of an event, and its record long after: either could be meant.
    Sample {
        head: "",
        line: r##"{"id":5,"start_time":"2026-05-12T10:02:03Z","update_time":"2026-05-14T10:02:03Z","src_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["@timestamp", "source.ip=192.0.2.7"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"id":5,"start_time":"2026-05-12T10:02:03Z","update_time":"2026-05-12T10:02:13Z","src_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["@timestamp=2026-05-12T10:02:03Z"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"time":"2026-05-12T10:02:03Z","start_time":"2026-05-11T10:02:03Z","update_time":"2026-05-14T10:02:03Z"}"##,
        layout: "json",
        normal: &["@timestamp=2026-05-12T10:02:03Z"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"CEF:0|Acme|Gate|7.4|13|close|3|src=192.0.2.7 rt=May 12 2026 10:02:03 UTC start=May 10 2026 10:02:03 UTC"##,
        layout: "cef",
        normal: &["@timestamp"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"page_start_time":"2026-05-12T10:02:03Z","src_ip":"192.0.2.7"}"##,
        layout: "json",
        normal: &["@timestamp"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"{"page_start_time":"2026-05-12T10:02:03Z","timestamp_derived":"2026-05-12T11:02:03Z"}"##,
        layout: "json",
        normal: &["@timestamp=2026-05-12T11:02:03Z"],
        planted: &[],
    },
    // Another field says which zone the time is in.
    Sample {
        head: "",
        line: r##"time="2026-05-12 10:02:03" vp_time="2026-05-12 08:02:03 UTC" src=192.0.2.7"##,
        layout: "pairs",
        normal: &["@timestamp=2026-05-12T08:02:03Z"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"time="2026-05-12 10:02:03" vp_time="2026-05-12 08:07:03 UTC" src=192.0.2.7"##,
        layout: "pairs",
        normal: &["@timestamp=2026-05-12T10:02:03Z"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"time="2026-05-12 10:02:03" vp_time="2026-05-11 08:02:03 UTC" src=192.0.2.7"##,
        layout: "pairs",
        normal: &["@timestamp=2026-05-12T10:02:03Z"],
        planted: &[],
    },
    // Three adjacent addresses: one of them is a translation.
    Sample {
        head: "",
        line: r##""2026-05-12 10:02:03","a","192.0.2.7","198.51.100.1","203.0.113.5","x""##,
        layout: "text",
        normal: &["source.ip", "destination.ip"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##""2026-05-12 10:02:03","a","192.0.2.7","192.0.2.7","203.0.113.5","x""##,
        layout: "text",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##""2026-05-12 10:02:03","a","192.0.2.7","203.0.113.5","x""##,
        layout: "text",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
        planted: &[],
    },
    // A machine between both ends is neither.
    Sample {
        head: "",
        line: r##"gw event: Send 192.0.2.7 default via 198.51.100.1 to Center 203.0.113.5"##,
        layout: "text",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"gw event: Insert Event from 198.51.100.1:56405 - (D|3|TCP 192.0.2.7:80 (eth0.21) -> 203.0.113.5:443)"##,
        layout: "text",
        normal: &["source.ip=192.0.2.7", "source.port=80", "destination.ip=203.0.113.5"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"2026-05-12 10:02:03 client01/192.0.2.7:59321 MULTI: Learn: 198.51.100.6 -> client01/192.0.2.7:59321"##,
        layout: "text",
        normal: &["client.ip=192.0.2.7", "destination.ip"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"2026-05-12 10:02:03 flow 192.0.2.7 -> 203.0.113.5 accepted"##,
        layout: "text",
        normal: &["source.ip=192.0.2.7", "destination.ip=203.0.113.5"],
        planted: &[],
    },
    // Requests in plain text.
    Sample {
        head: "",
        line: r##"gw tmm: Rule <HTTP_REQUEST>: Request: GET shop.test/a/b.png"##,
        layout: "text",
        normal: &["url.domain=shop.test", "url.path=/a/b.png"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"gw tmm: Rule: GET lists/a/b.png"##,
        layout: "text",
        normal: &["url.domain", "url.path"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"gw: [12/May/2026:10:02:03 +0000] 192.0.2.7 TLSv1.2 AES128 "/my.page" 199"##,
        layout: "text",
        normal: &["url.path=/my.page"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"gw: [12/May/2026:10:02:03 +0000] 192.0.2.7 file AES128 "/my.page" 199"##,
        layout: "text",
        normal: &["url.path"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"gw: [client 192.0.2.7] [hostname "shop.test"] [uri "/a"], referer: http://ref.test/b"##,
        layout: "text",
        normal: &["url.path=/a", "destination.domain=shop.test"],
        planted: &[],
    },
    // The user at the start of a message is the one who acts.
    Sample {
        head: "",
        line: r##"UI_COMMAND: User 'eve' ran 'login user=root host=localhost agent=mgd pid=5'"##,
        layout: "pairs",
        normal: &["user.name=eve"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"UI_COMMAND: ran 'login user=root host=localhost agent=mgd pid=5'"##,
        layout: "pairs",
        normal: &["user.name=root"],
        planted: &[],
    },
    // A realm that is a domain is part of the login in a pair.
    Sample {
        head: "",
        line: r##"src=192.0.2.7 dst=203.0.113.5 user=eve@corp.example action=allow"##,
        layout: "pairs",
        normal: &["user.name=eve@corp.example"],
        planted: &[],
    },
    Sample {
        head: "",
        line: r##"src=192.0.2.7 dst=203.0.113.5 user=eve@CORP action=allow"##,
        layout: "pairs",
        normal: &["user.name=eve"],
        planted: &[],
    },
];
