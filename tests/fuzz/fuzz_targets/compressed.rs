//! Run with `tests/fuzz/run MINUTES compressed`. The checks are in the library crate.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| netsieve_fuzz::compressed::run(data));
