// SPDX-License-Identifier: Apache-2.0

//! Helm, which renders the chart in `deploy/helm` as users do.

use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::Result;

use crate::control_plane::{HELM, HELM_VERSION, Version};
use crate::tool::Tool;

static TOOL: LazyLock<Tool> = LazyLock::new(|| Tool {
    name: "helm",
    variable: "HELM",
    version: &["version", "--short"],
    // The oldest that is still mended.
    oldest: Version(3, 18, 0),
    programs: &HELM,
    built: *HELM_VERSION,
});

/// The one that `HELM` names, else the first in `PATH` that is new enough, else the one in the cache, which is built once.
///
/// # Errors
/// Where the named one is of no use, or none can be built.
pub async fn find_or_build() -> Result<PathBuf> {
    TOOL.find_or_build().await
}
