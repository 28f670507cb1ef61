// SPDX-License-Identifier: Apache-2.0

//! Any VirtualIP.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ni_webhook::invariants;

fuzz_target!(|json: &[u8]| invariants::object("VirtualIP", json));
