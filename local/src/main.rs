// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask`: everything that a developer runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    local::commands::run().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
