//! Inputs of the kind that `MHM_FUZZ` names, a folder of `corpus`.
#![no_main]

use std::sync::LazyLock;

static KIND: LazyLock<String> = LazyLock::new(|| std::env::var("MHM_FUZZ").expect("`MHM_FUZZ` names a kind of input"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mhm_fuzz::stand(&KIND, bytes));
