//! Records of the Elastic Common Schema 9.4.

use super::met::{Met, without_port};
use super::tree::Tree;
use crate::event::{EcsName, Value};
use crate::limits::MAX_SHOWN_LINE;
use crate::render::listing::Listing;
use crate::render::window::window;

pub(super) fn record(met: &Met<'_, '_>) -> Tree {
    let hit = met.hit;
    let mut tree = Tree::new();
    tree.text("@timestamp", met.time.to_string());
    tree.text("ecs.version", "9.4.0");
    tree.text("event.kind", "alert");
    tree.texts("event.category", &["threat"]);
    tree.texts("event.type", &["indicator"]);
    tree.text("event.module", "netsieve");
    tree.text("event.id", met.uid());
    tree.maybe("event.original", met.line());
    tree.text("message", met.message());
    tree.text("log.file.path", met.file);
    // The values of the line that have a name in the schema.
    for (name, value) in hit.event().into_iter().flat_map(|event| event.normal().collect::<Vec<_>>()) {
        let name = match name {
            EcsName::Timestamp => continue,
            name => name.as_str(),
        };
        match value {
            Value::Number(number) => tree.number(name, number),
            Value::Text(text) => {
                let text = &text.as_bytes()[window(text.as_bytes(), 0..0, MAX_SHOWN_LINE)];
                match name {
                    "email.from.address" | "email.to.address" => tree.texts(name, &[text]),
                    // An array of answers.
                    "dns.answers.data" => {
                        let mut answer = Tree::new();
                        answer.text("data", text);
                        tree.trees("dns.answers", vec![answer]);
                    }
                    name => tree.text(name, text),
                }
            }
            Value::Ip(ip) if name == "host.ip" || name == "observer.ip" => tree.texts(name, &[ip.to_string()]),
            value => tree.text(name, value.to_string()),
        }
    }
    let feeds: Vec<&str> = met.listings.iter().map(|listing| listing.feed.name.as_str()).collect();
    tree.trees("threat.enrichments", met.listings.iter().map(|listing| enrichment(met, listing)).collect());
    match &feeds[..] {
        [feed] => tree.text("threat.feed.name", feed),
        feeds => tree.texts("threat.feed.name", feeds),
    }
    let mut tags: Vec<&str> = met.listings.iter().flat_map(|listing| listing.tags.iter().copied()).collect();
    tags.sort_unstable();
    tags.dedup();
    if !tags.is_empty() {
        tree.texts("tags", &tags);
    }
    tree
}

/// The enrichment for one feed's listing: the indicator, and how it matched.
fn enrichment(met: &Met<'_, '_>, listing: &Listing<'_>) -> Tree {
    let indicator = met.matched.indicator();
    let value = without_port(met);
    let mut tree = Tree::new();
    tree.maybe("indicator.type", cyber_observable(met.kind(), &value));
    tree.text("indicator.name", indicator.to_string());
    match met.kind() {
        // A field of the type `ip` takes single addresses only; a network is in `name` alone.
        "ip" if !value.contains(['/', '-']) => tree.text("indicator.ip", &value),
        "domain" => tree.text("indicator.url.domain", &value),
        "url" => tree.text("indicator.url.full", &value),
        "email" => tree.text("indicator.email.address", &value),
        "hash" => {
            let name = match value.len() {
                32 => "md5",
                40 => "sha1",
                128 => "sha512",
                _ => "sha256",
            };
            tree.text(&format!("indicator.file.hash.{name}"), &value);
        }
        _ => {}
    }
    if let Some(port) = indicator.port() {
        tree.number("indicator.port", port);
    }
    if let Some(confidence) = listing.confidence {
        tree.text("indicator.confidence", level(confidence));
    }
    tree.maybe("indicator.first_seen", listing.first_seen.map(|time| time.to_string()));
    tree.maybe("indicator.last_seen", listing.last_seen.map(|time| time.to_string()));
    tree.maybe("indicator.reference", listing.reference);
    tree.text("indicator.provider", &listing.feed.name);
    tree.text("matched.atomic", met.hit.observed());
    tree.maybe("matched.field", met.field_name());
    tree.maybe("matched.id", listing.id);
    tree.text("matched.occurred", met.time.to_string());
    tree.text("matched.type", "indicator_match_rule");
    tree
}

/// The STIX type of the cyber observable; patterns have none.
fn cyber_observable(kind: &str, value: &str) -> Option<&'static str> {
    match kind {
        "ip" if value.contains(':') => Some("ipv6-addr"),
        "ip" => Some("ipv4-addr"),
        "domain" => Some("domain-name"),
        "url" => Some("url"),
        "hash" => Some("file"),
        "email" => Some("email-addr"),
        _ => None,
    }
}

/// The confidence scale of appendix A of STIX 2.1.
fn level(confidence: u8) -> &'static str {
    match confidence {
        0 => "None",
        1..=29 => "Low",
        30..=69 => "Medium",
        _ => "High",
    }
}
