// SPDX-License-Identifier: Apache-2.0

//! Any body of a request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ni_webhook::invariants;

fuzz_target!(|body: &[u8]| invariants::review(body));
