// SPDX-License-Identifier: Apache-2.0

//! Where figures go beside standard output.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::chart::{self, Panel};

/// Writes the figures as JSON, if a file is asked for.
pub(crate) fn json(path: Option<&Path>, figures: &impl Serialize) -> Result<()> {
    match path {
        Some(path) => write(path, &(serde_json::to_string_pretty(figures)? + "\n")),
        None => Ok(()),
    }
}

/// Draws panels side by side as SVG, if a file is asked for.
pub(crate) fn svg(path: Option<&Path>, panels: &[Panel]) -> Result<()> {
    match path {
        Some(path) => write(path, &chart::draw(panels)?),
        None => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
