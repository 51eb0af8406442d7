//! The fuzz target `state`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("state", data));
