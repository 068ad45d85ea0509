#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mhm_fuzz::pack(bytes));
