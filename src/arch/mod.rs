//! The only home of `unsafe`: what depends on the machine. Imports nothing of the crate.
#![allow(unsafe_code)]

#[cfg(all(test, unix))]
mod guard;
pub(crate) mod ip4;
pub(crate) mod ip6;
#[cfg(feature = "mmap")]
pub(crate) mod map;
pub(crate) mod masks;
pub(crate) mod name;
pub(crate) mod nets;
pub(crate) mod prefetch;
pub(crate) mod sweep;
pub(crate) mod tails;

/// Of the ways to look things up the one that the environment variable `NETSIEVE_ENGINE` names, or the best.
fn wanted<K>(best: K, portable: K, scalar: K) -> K {
    match std::env::var("NETSIEVE_ENGINE").as_deref() {
        Ok("scalar") => scalar,
        Ok("portable") => portable,
        _ => best,
    }
}
