//! The only home of `unsafe`: what depends on the machine. Imports nothing of the crate.
#![allow(unsafe_code)]

pub(crate) mod cpu;
// Miri knows no pages.
#[cfg(all(test, unix, not(miri)))]
mod guard;
pub(crate) mod ip4;
pub(crate) mod ip6;
#[cfg(feature = "mmap")]
pub(crate) mod map;
pub(crate) mod masks;
pub(crate) mod memory;
pub(crate) mod name;
pub(crate) mod nets;
pub(crate) mod sweep;
pub(crate) mod tails;
mod text;
