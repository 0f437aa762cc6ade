//! What is fuzzed: a function a target, which panics where a promise is broken.
//!
//! The targets themselves are one line each, so that the tests of the crate can run the same functions over the corpora and over every
//! input that ever broke one.

#![allow(unreachable_pub, reason = "a module of a test too, which reaches all of it")]

pub mod compressed;
pub mod config;
#[path = "../../damage/mod.rs"]
pub mod damage;
pub mod events;
pub mod feed;
pub mod monotone;
pub mod open;
pub mod scan;
pub mod values;

/// One thing to fuzz.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("compressed", compressed::run),
    ("config", config::run),
    ("events", events::run),
    ("feed", feed::run),
    ("monotone", monotone::run),
    ("open", open::run),
    ("scan", scan::run),
    ("values", values::run),
];

/// Takes one byte off the front; 0 where there is none.
fn first(data: &mut &[u8]) -> u8 {
    let Some((&byte, rest)) = data.split_first() else { return 0 };
    *data = rest;
    byte
}
