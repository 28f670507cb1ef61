// SPDX-License-Identifier: Apache-2.0

//! Files that are generated and committed: how they begin, and how their YAML is written.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

/// The first line of each.
pub const MARK: &str = "# Generated, do not edit: cargo xtask gen-crds\n";

/// The text of a file of `objects`, one YAML document each.
pub fn text<T: Serialize>(objects: &[T]) -> Result<String> {
    let documents: Result<Vec<String>, _> = objects.iter().map(serde_norway::to_string).collect();
    let yaml = quote_yaml_1_1_booleans(&documents?.join("---\n"));
    Ok(format!("{MARK}{yaml}"))
}

/// Adds the file by which `kubectl -k` finds the others of their folder.
///
/// # Errors
/// Never: it is plain data.
pub fn with_kustomization(mut files: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let names: Vec<&String> = files.keys().collect();
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": names,
    });
    files.insert("kustomization.yaml".to_owned(), text(&[kustomization])?);
    Ok(files)
}

/// kubectl reads YAML 1.1, where a plain `On` is a boolean.
fn quote_yaml_1_1_booleans(yaml: &str) -> String {
    let is_boolean = |word: &str| {
        matches!(
            word.to_lowercase().as_str(),
            "on" | "off" | "yes" | "no" | "y" | "n"
        )
    };
    let quote = |line: &str| match line.rsplit_once([' ']) {
        Some((before, word)) if before.ends_with([':', '-']) && is_boolean(word) => {
            format!("{before} '{word}'\n")
        }
        _ => format!("{line}\n"),
    };
    yaml.lines().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_kubectl_takes_for_booleans_are_quoted() {
        let yaml = "default: On\nenum:\n- Off\ntext: turn it On\nother: true\n";
        let quoted = "default: 'On'\nenum:\n- 'Off'\ntext: turn it On\nother: true\n";
        assert_eq!(quote_yaml_1_1_booleans(yaml), quoted);
    }

    #[test]
    fn every_document_stands_below_the_mark() {
        let text = text(&[["a"], ["b"]]).expect("plain data");
        assert_eq!(text, format!("{MARK}- a\n---\n- b\n"));
    }
}
