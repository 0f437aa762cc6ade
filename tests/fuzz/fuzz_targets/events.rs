//! Run with `cargo +nightly fuzz run --fuzz-dir tests/fuzz events`. The checks are in the library crate.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::events::run(data));
