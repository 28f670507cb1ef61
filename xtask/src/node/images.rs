// SPDX-License-Identifier: Apache-2.0

//! The one image that a node can't do without.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::image;

/// As `hack/node/containerd.toml` asks for it.
const PAUSE: &str = "localhost/pause:1";

/// Writes an archive of pause, the program in this folder, into `dir`.
pub(super) fn pause(program: &Path, dir: &Path) -> Result<PathBuf> {
    let binary = program.join("pause");
    let binary = fs::read(&binary).with_context(|| format!("reading {}", binary.display()))?;
    let archive = dir.join("pause.tar");
    fs::write(&archive, image::of_binary("pause", &binary, PAUSE)?)
        .with_context(|| format!("writing {}", archive.display()))?;
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containerd_looks_for_pause_by_the_name_that_it_has() {
        let config = include_str!("../../../hack/node/containerd.toml");
        assert!(config.contains(&format!("sandbox_image = \"{PAUSE}\"")));
    }
}
