//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz events`; what it holds to stands in the library beside.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::events::run(data));
