//! The fuzz targets: one function per target, which panics if a promise is broken.
//!
//! The binaries are one line each, so that the crate's tests can run the same functions over the corpora and over every
//! input that has ever broken one.

#![allow(unreachable_pub, reason = "a module of a test too, which reaches all of it")]

pub mod compressed;
pub mod config;
#[path = "../../damage/mod.rs"]
pub mod damage;
pub mod events;
pub mod feed;
pub mod monotone;
pub mod open;
pub mod render;
pub mod scan;
pub mod values;

/// A function that fuzzes one thing.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 9] = [
    ("compressed", compressed::run),
    ("config", config::run),
    ("events", events::run),
    ("feed", feed::run),
    ("monotone", monotone::run),
    ("open", open::run),
    ("render", render::run),
    ("scan", scan::run),
    ("values", values::run),
];

/// Takes a line off the front, and returns it without its end.
fn line<'d>(data: &mut &'d [u8]) -> &'d [u8] {
    let end = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let line = &data[..end];
    *data = data.get(end + 1..).unwrap_or(&[]);
    line
}

/// Takes one byte off the front; 0 if there is none.
fn first(data: &mut &[u8]) -> u8 {
    let Some((&byte, rest)) = data.split_first() else { return 0 };
    *data = rest;
    byte
}
