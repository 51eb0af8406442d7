//! The fuzz target `ipc_file`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("ipc_file", data));
