//! Run with `cargo +nightly fuzz run --fuzz-dir tests/fuzz compressed`. The checks are in the library crate.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::compressed::run(data));
