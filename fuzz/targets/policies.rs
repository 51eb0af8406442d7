//! The fuzz target `policies`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("policies", data));
