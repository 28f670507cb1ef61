// SPDX-License-Identifier: Apache-2.0

//! What we were started with beside the standard streams does not reach what we start: a server that lives on would hold it.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use local::process::Tied;

/// Set for the run of this test that is started with a descriptor more.
const INNER: &str = "LOCAL_TEST_INNER";

/// The descriptors that a process finds open which `start` starts.
fn descriptors(start: impl FnOnce(Command) -> Result<Vec<String>>) -> Result<Vec<String>> {
    let mut list = Command::new("ls");
    list.arg("/dev/fd/").stdout(Stdio::piped());
    start(list)
}

#[test]
fn servers_do_not_hold_what_their_caller_had_open() -> Result<()> {
    if std::env::var_os(INNER).is_some() {
        return inner();
    }
    // A shell's own descriptors with one digit are for scripts, and are inherited.
    let status = Command::new("sh")
        .args(["-c", "exec \"$0\" --exact --nocapture \"$1\" 9</dev/null"])
        .arg(std::env::current_exe()?)
        .arg("servers_do_not_hold_what_their_caller_had_open")
        .env(INNER, "1")
        .status()?;
    assert!(status.success());
    Ok(())
}

fn inner() -> Result<()> {
    let nine = "9".to_owned();
    let plain = descriptors(|mut list| {
        let output = String::from_utf8(list.output()?.stdout)?;
        Ok(output.lines().map(str::to_owned).collect())
    })?;
    assert!(
        plain.contains(&nine),
        "the test proves something: {plain:?}"
    );
    let tied = descriptors(|list| {
        let mut tied = Tied::spawn("ls", list)?;
        let lines = tied.lines().collect();
        tied.wait_blocking().context("ls")?;
        Ok(lines)
    })?;
    assert!(tied.contains(&"2".to_owned()), "it lists: {tied:?}");
    assert!(!tied.contains(&nine), "{tied:?}");
    Ok(())
}
