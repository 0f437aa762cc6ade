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
];
