// SPDX-License-Identifier: Apache-2.0

//! Command lines of others, as users have them: the one that is named, else one that is installed, else one that is built
//! once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::control_plane::{Programs, Version, obtain};
use crate::repo;

/// A program that is searched for.
pub(crate) struct Tool {
    pub name: &'static str,
    /// The variable by which a user names one.
    pub variable: &'static str,
    /// Makes it tell its version.
    pub version: &'static [&'static str],
    /// What is older is passed over.
    pub oldest: Version,
    pub programs: &'static Programs,
    /// The version that is built.
    pub built: Version,
}

impl Tool {
    /// # Errors
    /// Where the named one is of no use, or none can be built.
    pub(crate) async fn find_or_build(&'static self) -> Result<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable).map(PathBuf::from) {
            return self.check(&named).map(|()| named).context(self.variable);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&path).map(|dir| dir.join(self.name));
        if let Some(found) = places.find(|place| place.is_file() && self.check(place).is_ok()) {
            return Ok(found);
        }
        let dir = repo::user_cache().join(format!("{}-{}", self.name, self.built));
        let program = dir.join(self.name);
        tokio::task::spawn_blocking(move || obtain(&dir, self.programs)).await??;
        self.check(&program).map(|()| program)
    }

    fn check(&self, program: &Path) -> Result<()> {
        let output = Command::new(program)
            .args(self.version)
            .output()
            .with_context(|| format!("{} cannot be run", program.display()))?;
        let version = Version::in_text(&String::from_utf8_lossy(&output.stdout));
        let version = version.with_context(|| format!("{} tells no version", program.display()))?;
        let oldest = self.oldest;
        ensure!(
            version >= oldest,
            "{} is {version}, at least {oldest} is needed",
            program.display()
        );
        Ok(())
    }
}
