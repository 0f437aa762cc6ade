//! Run with `tests/fuzz/run MINUTES open`. The checks are in the library crate.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::open::run(data));
