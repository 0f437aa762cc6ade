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
    // The domain of a machine was not asked for, and a connector is no client.
    line(
        "json",
        r#"{"agent":{"domainname":"corp.example","hostname":"pc1"}}"#,
        &["dns.question.name", "host.name=pc1"],
    ),
    line("json", r#"{"domain_name":"evil.test","src":"192.0.2.7"}"#, &["dns.question.name=evil.test"]),
    line("json", r#"{"domain_name":"CORP","src":"192.0.2.7"}"#, &["dns.question.name"]),
    line("json", r#"{"query_name":"windows_events","src":"192.0.2.7"}"#, &["dns.question.name"]),
    line("json", r#"{"query_name":"wpad","query_type":"A","src":"192.0.2.7"}"#, &["dns.question.name=wpad"]),
    line("cef", "CEF:0|Acme|Gate|7.4|13|x|3|src=192.0.2.7 sourceDnsDomain=corp.example", &["dns.question.name"]),
    line("json", r#"{"ClientPublicIP":"192.0.2.7","ConnectorIP":"198.51.100.1"}"#, &["source.ip=192.0.2.7"]),
    line("json", r#"{"ConnectorIP":"198.51.100.1","event":"up"}"#, &["source.ip"]),
    line("json", r#"{"service":{"host":"orders.test"},"client_ip":"192.0.2.7"}"#, &["host.name"]),
];
