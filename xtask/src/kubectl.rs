//! kubectl, which renders and applies `deploy/` as users do.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::control_plane::{KUBECTL, KUBERNETES, Version, build_into};
use crate::repo;

/// The oldest whose kustomize knows all that `deploy/` says.
const OLDEST: Version = Version(1, 27, 0);

/// The one that `KUBECTL` names, else the first in `PATH` that is new enough, else the one in the cache, which is built
/// once.
///
/// # Errors
/// Where the named one is of no use, or none can be built.
pub async fn find_or_build() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("KUBECTL").map(PathBuf::from) {
        return check(&named).map(|()| named).context("KUBECTL");
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|dir| dir.join("kubectl"));
    if let Some(found) = places.find(|place| place.is_file() && check(place).is_ok()) {
        return Ok(found);
    }
    let dir = repo::user_cache().join(format!("kubectl-{}", *KUBERNETES));
    let program = dir.join("kubectl");
    tokio::task::spawn_blocking(move || build_into(&dir, &KUBECTL)).await??;
    check(&program).map(|()| program)
}

fn check(program: &Path) -> Result<()> {
    let output = Command::new(program)
        .args(["version", "--client"])
        .output()
        .with_context(|| format!("{} cannot be run", program.display()))?;
    let version = Version::in_text(&String::from_utf8_lossy(&output.stdout));
    let version = version.with_context(|| format!("{} tells no version", program.display()))?;
    ensure!(
        version >= OLDEST,
        "{} is {version}, at least {OLDEST} is needed",
        program.display()
    );
    Ok(())
}
