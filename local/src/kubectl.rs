// SPDX-License-Identifier: Apache-2.0

//! kubectl, which renders and applies `deploy/` as users do.

use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::Result;

use crate::control_plane::{KUBECTL, KUBERNETES, Version};
use crate::tool::Tool;

static TOOL: LazyLock<Tool> = LazyLock::new(|| Tool {
    name: "kubectl",
    variable: "KUBECTL",
    version: &["version", "--client"],
    // The oldest whose kustomize knows all that `deploy/` says.
    oldest: Version(1, 27, 0),
    programs: &KUBECTL,
    built: *KUBERNETES,
});

/// The one that `KUBECTL` names, else the first in `PATH` that is new enough, else the one in the cache, which is built
/// once.
///
/// # Errors
/// Where the named one is of no use, or none can be built.
pub async fn find_or_build() -> Result<PathBuf> {
    TOOL.find_or_build().await
}
