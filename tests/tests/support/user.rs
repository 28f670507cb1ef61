//! Users other than the administrator, so that the audit log tells who asked.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::scratch::scratch;

/// The administrator's kubeconfig, for a user of this name who may do everything as well.
pub(crate) fn powerful(kubeconfig: &Path, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(kubeconfig).expect("a kubeconfig");
    let mut config: Value = serde_norway::from_str(&text).expect("YAML");
    let user = &mut config["users"][0]["user"];
    user["as"] = name.into();
    user["as-groups"] = vec!["system:masters"].into();
    let path = scratch().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).expect("a file");
    path
}
