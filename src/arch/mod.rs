//! The only home of `unsafe`: the code that depends on the machine. Imports nothing from the rest of the crate.
//!
//! [`cpu`] chooses the engine once: a [`Kernel`](cpu::Kernel) holds a token that only the feature check makes. [`masks`] classifies
//! 64 bytes at a time, and [`sweep`] finds the places in them that may matter. [`ip4`] and [`ip6`] search prefixes, [`tails`]
//! searches the ends of names, [`name`] lower-cases and splits names, [`host`] reads the hosts that values begin
//! with, [`kinds`] recognises values in batches, [`words`] finds words in lines, and [`count`] counts a byte. Each has a portable
//! twin, and a test that both agree.
#![allow(unsafe_code)]

pub(crate) mod count;
pub(crate) mod cpu;
pub(crate) mod digits;
// Miri does not support page protection.
#[cfg(all(test, unix, not(miri)))]
mod guard;
pub(crate) mod host;
pub(crate) mod ip4;
pub(crate) mod ip6;
pub(crate) mod kinds;
pub(crate) mod lanes;
#[cfg(feature = "mmap")]
pub(crate) mod map;
pub(crate) mod masks;
pub(crate) mod memory;
pub(crate) mod name;
pub(crate) mod nets;
pub(crate) mod sweep;
pub(crate) mod tails;
mod text;
#[cfg(feature = "events")]
pub(crate) mod words;
