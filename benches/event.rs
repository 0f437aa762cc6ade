//! Reads lines as events, by layout: `cargo bench --all-features --bench event`.
//!
//! Made-up lines of each layout, which vary as in real logs: times, addresses, ports, names, paths. Each line is read,
//! and its time and client are queried. With `NETSIEVE_DATA`, also the real logs of Zeek and Apache. The reference counts newlines.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use netsieve::event::{EcsName, EventOptions, EventReader};

mod common;

/// A layout: the header of its file, and a line whose `{…}` are replaced.
const LAYOUTS: &[(&str, &str, &str)] = &[
    (
        "zeek dns",
        "#separator \\x09\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqtype_name\trcode_name\tanswers\n",
        "{epoch}.250000\tC{n}\t{client}\t{port}\t{server}\t53\tudp\t{n}\t0.012\t{name}\t1\tA\tNOERROR\t{server},{server}",
    ),
    (
        "zeek json",
        "",
        r#"{"ts":{epoch}.25,"uid":"C{n}","id.orig_h":"{client}","id.orig_p":{port},"id.resp_h":"{server}","id.resp_p":53,"proto":"udp","trans_id":{n},"query":"{name}","qtype_name":"A","rcode_name":"NOERROR","AA":false,"answers":["{server}"],"TTLs":[60.0]}"#,
    ),
    (
        "suricata eve",
        "",
        r#"{"timestamp":"{iso}+0000","flow_id":{n},"in_iface":"eth0","event_type":"http","src_ip":"{client}","src_port":{port},"dest_ip":"{server}","dest_port":80,"proto":"TCP","http":{"hostname":"{name}","url":"{path}","http_user_agent":"{agent}","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":1024}}"#,
    ),
    ("combined", "", r#"{client} - - [{clf}] "GET {path} HTTP/1.1" 200 {n} "https://{name}/" "{agent}""#),
    (
        "iis",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status time-taken\n",
        "{date} {time} 198.51.100.1 GET {path} - 443 - {client} curl/8.0.1 https://{name}/ {name} 200 15",
    ),
    (
        "squid",
        "",
        "{epoch}.456     61 {client} TCP_MISS/200 {n} GET http://{name}{path} - HIER_DIRECT/{server} text/html",
    ),
    (
        "fortigate",
        "",
        r#"date={date} time={time} devname="fw1" logid="0316013056" type="utm" subtype="webfilter" level="warning" policyid=12 sessionid={n} user="eve" srcip={client} srcport={port} srcintf="lan" dstip={server} dstport=443 dstintf="wan" proto=6 service="HTTPS" hostname="{name}" action="blocked" url="{path}" sentbyte=517 rcvdbyte=0 msg="URL belongs to a denied category""#,
    ),
    (
        "netfilter",
        "",
        "May 12 {time} gw kernel: [{n}.123456] DROP IN=eth0 OUT= MAC=00:00:5e:00:53:01 SRC={client} DST={server} LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID={n} DF PROTO=TCP SPT={port} DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0",
    ),
    (
        "cef",
        "",
        "CEF:0|Acme|Gate|1.0|100|Threat found|7|rt=May 12 2026 {time} src={client} spt={port} dst={server} dpt=443 proto=TCP suser=eve dhost={name} request=http://{name}{path} act=blocked cs1Label=Policy cs1=Default",
    ),
    ("sshd", "", "May 12 {time} gw sshd[{n}]: Failed password for invalid user eve from {client} port {port} ssh2"),
    (
        "bind",
        "",
        "12-May-2026 {time}.123 queries: info: client @0x7f62b8 {client}#{port} ({name}): query: {name} IN A +E(0)K (192.0.2.53)",
    ),
    ("text", "", "{iso}Z INFO [worker-3] Login of user 'eve' from {client} port {port} succeeded in session {n}"),
];

const AGENTS: [&str; 2] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "curl/8.0.1",
];
const PATHS: [&str; 3] = ["/index.html", "/assets/app.5f3a.js", "/api/v1/items?id=17&next=%2Fhome"];

/// Lines of a layout, without line ends.
fn lines(line: &str) -> Vec<String> {
    (0..1000_u32)
        .map(|n| {
            let time = format!("{:02}:{:02}:{:02}", n / 50 % 24, n * 7 % 60, n * 13 % 60);
            let values = [
                ("{iso}", format!("2026-05-12T{time}.123456")),
                ("{clf}", format!("12/May/2026:{time} +0000")),
                ("{date}", "2026-05-12".to_owned()),
                ("{time}", time),
                ("{epoch}", (1_778_580_123 + n).to_string()),
                ("{client}", format!("192.0.2.{}", n % 254 + 1)),
                ("{server}", format!("203.0.113.{}", n % 250 + 1)),
                ("{port}", (1024 + n * 61).to_string()),
                ("{name}", format!("www.shop{}.example", n % 50)),
                ("{path}", PATHS[n as usize % 3].to_owned()),
                ("{agent}", AGENTS[n as usize % 2].to_owned()),
                ("{n}", (n * 7919).to_string()),
            ];
            values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(name, value))
        })
        .collect()
}

/// The numbers of lines that state a time and a client.
fn read<L: AsRef<[u8]>>(reader: &mut EventReader, lines: &[L]) -> [usize; 2] {
    let mut count = [0; 2];
    for line in lines {
        let event = reader.read(line.as_ref());
        count[0] += usize::from(event.time().is_some());
        count[1] += usize::from(event.get(EcsName::SourceIp).is_some());
    }
    count
}

fn layouts(c: &mut Criterion) {
    let mut group = c.benchmark_group("event/layout");
    group.sample_size(10);
    for (name, head, line) in LAYOUTS {
        let lines = lines(line);
        let options = EventOptions::new().year(2026);
        let mut reader = EventReader::with_options(&options);
        reader.head(head.as_bytes());
        group.throughput(Throughput::Bytes(lines.iter().map(|line| line.len() as u64).sum()));
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| assert_eq!(read(&mut reader, black_box(&lines)), [lines.len(); 2]));
        });
        let text = lines.join("\n");
        group.bench_function(BenchmarkId::new("count newlines", name), |b| {
            b.iter(|| assert_eq!(memchr::memchr_iter(b'\n', black_box(text.as_bytes())).count(), lines.len() - 1));
        });
    }
    group.finish();
}

fn real(c: &mut Criterion) {
    let Some(data) = common::data() else { return };
    let mut group = c.benchmark_group("event/real");
    group.sample_size(10);
    for log in ["zeek-dns.log", "zeek-dns.json", "apache_access.log"] {
        let text = std::fs::read(data.join("logs").join(log)).expect("a log");
        let lines: Vec<&[u8]> =
            text.split(|&b| b == b'\n').filter(|line| !line.starts_with(b"#")).take(20_000).collect();
        let mut reader = EventReader::new();
        reader.head(&text[..text.len().min(65_536)]);
        group.throughput(Throughput::Bytes(lines.iter().map(|line| line.len() as u64).sum()));
        let want = read(&mut reader, &lines);
        group.bench_function(BenchmarkId::from_parameter(log), |b| {
            b.iter(|| assert_eq!(read(&mut reader, black_box(&lines)), want));
        });
    }
    group.finish();
}

criterion_group!(benches, layouts, real);
criterion_main!(benches);
