//! Detection Findings (2004) of the Open Cybersecurity Schema Framework 1.8, with the profile `osint`.

use super::met::{Met, without_port};
use super::tree::Tree;
use crate::event::{EcsName, Value};
use crate::render::listing::Listing;
use crate::sieve::Strength;

pub(super) fn record(met: &Met<'_, '_>) -> Tree {
    let (uid, message) = (met.uid(), met.message());
    let mut tree = Tree::new();
    for (path, number) in
        [("activity_id", 1), ("category_uid", 2), ("class_uid", 2004), ("type_uid", 200_401), ("status_id", 1)]
    {
        tree.number(path, number);
    }
    for (path, text) in [
        ("activity_name", "Create"),
        ("category_name", "Findings"),
        ("class_name", "Detection Finding"),
        ("type_name", "Detection Finding: Create"),
        ("status", "New"),
    ] {
        tree.text(path, text);
    }
    tree.number("time", met.time.as_millisecond());
    let (severity_id, severity) = severity(met);
    tree.number("severity_id", severity_id);
    tree.text("severity", severity);
    tree.text("message", &message);
    tree.text("metadata.version", "1.8.0");
    tree.text("metadata.uid", &uid);
    tree.text("metadata.log_name", met.file);
    tree.texts("metadata.profiles", &["osint"]);
    for (path, text) in [("name", "netsieve"), ("vendor_name", "netsieve"), ("version", env!("CARGO_PKG_VERSION"))] {
        tree.text(&format!("metadata.product.{path}"), text);
    }
    tree.text("finding_info.uid", &uid);
    tree.text("finding_info.title", format!("Listed indicator met: {}", met.matched.indicator()));
    tree.text("finding_info.desc", &message);
    tree.texts("finding_info.types", &["Threat indicator match"]);
    tree.number("finding_info.first_seen_time", met.time.as_millisecond());
    tree.number("finding_info.last_seen_time", met.time.as_millisecond());
    if let Some(confidence) = met.confidence() {
        let (id, level) = confidence_level(confidence);
        tree.number("confidence_score", confidence);
        tree.number("confidence_id", id);
        tree.text("confidence", level);
    }
    tree.trees("osint", met.listings.iter().map(|listing| osint(met, listing)).collect());
    let evidence = evidence(met);
    tree.trees("observables", observables(met));
    if !evidence.is_empty() {
        tree.trees("evidences", vec![evidence]);
    }
    tree.maybe("raw_data", met.line());
    tree.number("unmapped.line", met.hit.line());
    tree.number("unmapped.offset", met.hit.span().start);
    tree.text("unmapped.relation", met.matched.relation().as_str());
    tree.text("unmapped.strength", met.matched.strength().as_str());
    tree
}

/// Returns the severity: high for a strong match of a confident feed, low for a weak match.
fn severity(met: &Met<'_, '_>) -> (u8, &'static str) {
    match met.matched.strength() {
        Strength::NameLike | Strength::HostOnly => (2, "Low"),
        Strength::Strong if met.confidence().is_some_and(|confidence| confidence >= 70) => (4, "High"),
        _ => (3, "Medium"),
    }
}

fn confidence_level(confidence: u8) -> (u8, &'static str) {
    match confidence {
        0..=29 => (1, "Low"),
        30..=69 => (2, "Medium"),
        _ => (3, "High"),
    }
}

/// The `osint` object for one feed's listing.
fn osint(met: &Met<'_, '_>, listing: &Listing<'_>) -> Tree {
    let mut tree = Tree::new();
    let (id, name) = match met.kind() {
        "ip" => (1, "IP Address"),
        "domain" => (2, "Domain"),
        "hash" => (4, "Hash"),
        "url" => (5, "URL"),
        "email" => (9, "Email Address"),
        _ => (99, "Other"),
    };
    tree.number("type_id", id);
    tree.text("type", name);
    tree.text("value", without_port(met));
    tree.text("vendor_name", &listing.feed.name);
    tree.maybe("uid", listing.id);
    tree.maybe("src_url", listing.reference);
    if let Some(confidence) = listing.confidence {
        let (id, level) = confidence_level(confidence);
        tree.number("confidence_id", id);
        tree.text("confidence", level);
    }
    if !listing.tags.is_empty() {
        tree.texts("labels", &listing.tags);
    }
    if let Some(time) = listing.first_seen {
        tree.number("created_time", time.as_millisecond());
    }
    if let Some(time) = listing.valid_until {
        tree.number("expiration_time", time.as_millisecond());
    }
    tree
}

/// The evidence from the line: the endpoints, and who was involved.
fn evidence(met: &Met<'_, '_>) -> Tree {
    let mut tree = Tree::new();
    let Some(event) = met.hit.event() else { return tree };
    for (path, names) in [
        ("src_endpoint.ip", &[EcsName::ClientIp, EcsName::SourceIp][..]),
        ("src_endpoint.port", &[EcsName::ClientPort, EcsName::SourcePort]),
        ("src_endpoint.hostname", &[EcsName::SourceDomain, EcsName::HostName]),
        ("dst_endpoint.ip", &[EcsName::DestinationIp, EcsName::ServerIp]),
        ("dst_endpoint.port", &[EcsName::DestinationPort]),
        ("dst_endpoint.hostname", &[EcsName::DestinationDomain, EcsName::UrlDomain]),
        ("actor.user.name", &[EcsName::UserName]),
    ] {
        match names.iter().find_map(|name| event.get(*name)) {
            Some(Value::Number(number)) => tree.number(path, number),
            Some(value) => tree.text(path, value.to_string()),
            None => {}
        }
    }
    if let Some(Value::Text(name)) = event.get(EcsName::DnsQuestionName) {
        tree.text("query.hostname", name);
    }
    tree
}

/// The observables to search by: the value that was seen, and who met it.
fn observables(met: &Met<'_, '_>) -> Vec<Tree> {
    let mut found = Vec::new();
    let mut add = |name: &str, id: u8, kind: &str, value: &[u8]| {
        let mut tree = Tree::new();
        tree.text("name", name);
        tree.number("type_id", id);
        tree.text("type", kind);
        tree.text("value", value);
        found.push(tree);
    };
    let (id, kind) = match met.kind() {
        "ip" => (2, "IP Address"),
        "domain" => (1, "Hostname"),
        "email" => (5, "Email Address"),
        "hash" => (8, "Hash"),
        "url" => (6, "URL String"),
        _ => (99, "Other"),
    };
    add("osint.value", id, kind, met.hit.canonical().as_bytes());
    if let Some(who) = met.hit.who() {
        if let Some(ip) = who.ip {
            add("evidences.src_endpoint.ip", 2, "IP Address", ip.to_string().as_bytes());
        }
        if let Some(user) = who.user {
            add("evidences.actor.user.name", 4, "User Name", user.as_bytes());
        }
        if let Some(host) = who.host {
            add("evidences.src_endpoint.hostname", 1, "Hostname", host.as_bytes());
        }
    }
    found
}
