//! kubectl, which renders and applies `deploy/` as users do.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::control_plane::Version;

/// The oldest whose kustomize knows all that `deploy/` says.
const OLDEST: Version = Version(1, 27, 0);

/// The one that `KUBECTL` names, else the first in `PATH` that is new enough.
///
/// # Errors
/// Where there is none.
pub fn find() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("KUBECTL").map(PathBuf::from) {
        return check(&named).map(|()| named).context("KUBECTL");
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|dir| dir.join("kubectl"));
    let found = places.find(|place| place.is_file() && check(place).is_ok());
    found.with_context(|| {
        format!("no kubectl of {OLDEST} or newer in PATH: install one, or name it by KUBECTL")
    })
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
