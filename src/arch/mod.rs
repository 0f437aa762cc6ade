//! The only home of `unsafe`: what depends on the machine. Imports nothing of the crate.
#![allow(unsafe_code)]

#[cfg(feature = "mmap")]
pub(crate) mod map;
pub(crate) mod masks;
pub(crate) mod sweep;
