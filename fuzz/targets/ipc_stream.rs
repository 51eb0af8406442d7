//! The fuzz target `ipc_stream`.
#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| deskmetrics_fuzz::run("ipc_stream", data));
