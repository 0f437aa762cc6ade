//! Run with `tests/fuzz/run MINUTES values`. The checks are in the library crate.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::values::run(data));
