//! The fuzz target `csv`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("csv", data));
