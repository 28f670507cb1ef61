//! `cargo deny`, installed when there is none of the version that we use.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use xtask::cargo::cargo;
use xtask::repo;

use super::run as run_command;

const VERSION: &str = "0.20.2";

/// Licences and sources; not advisories, whose database must be fetched.
pub(super) async fn run() -> Result<()> {
    let program = find_or_install().await?;
    let mut check = Command::new(program);
    // As cargo would call it.
    check
        .current_dir(repo::root())
        .args(["deny", "check", "bans", "licenses", "sources"]);
    run_command(check).await
}

async fn find_or_install() -> Result<PathBuf> {
    if is_wanted("cargo-deny".into()) {
        return Ok("cargo-deny".into());
    }
    let root = repo::user_cache().join(format!("cargo-deny-{VERSION}"));
    let program = root.join("bin/cargo-deny");
    if !is_wanted(program.clone()) {
        println!("installing cargo-deny {VERSION}, once (some minutes)");
        let mut install = cargo();
        // Unoptimised: it runs for a second, and builds in half the time.
        install.args([
            "install",
            "--locked",
            "--debug",
            "--version",
            VERSION,
            "cargo-deny",
        ]);
        install.arg("--root").arg(root);
        run_command(install).await?;
    }
    Ok(program)
}

fn is_wanted(program: PathBuf) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .ends_with(VERSION)
    })
}
