//! The fuzz target `clock`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("clock", data));
