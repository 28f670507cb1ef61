// SPDX-License-Identifier: Apache-2.0

//! Objects that bear one of our finalizers, and the patch that takes it off. Pure.

use ironcore_api::Kind;
use ironcore_api::ownership::MANAGED_BY;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

/// An object that bears our finalizer.
#[derive(Clone, Debug)]
pub(super) struct Bearer {
    pub(super) kind: &'static Kind,
    pub(super) namespace: String,
    pub(super) name: String,
    /// Whether an outside system manages it: then we may write nothing to it.
    pub(super) managed: bool,
    /// Takes our finalizer off, from the very version that was seen.
    pub(super) patch: Value,
}

impl Bearer {
    /// The object of this kind and metadata, if it is one.
    pub(super) fn of(kind: &'static Kind, metadata: &ObjectMeta) -> Option<Self> {
        let all = metadata.finalizers.as_deref().unwrap_or_default();
        let ours = kind.finalizer?;
        let kept: Vec<_> = all.iter().filter(|one| *one != ours).collect();
        if kept.len() == all.len() {
            return None;
        }
        let annotations = metadata.annotations.as_ref();
        // The list is replaced whole: what others add meanwhile is kept by the resourceVersion.
        let patch = json!({ "metadata": {
            "uid": metadata.uid,
            "resourceVersion": metadata.resource_version,
            "finalizers": kept,
        } });
        Some(Self {
            kind,
            namespace: metadata.namespace.clone().unwrap_or_default(),
            name: metadata.name.clone().unwrap_or_default(),
            managed: annotations.is_some_and(|all| all.contains_key(MANAGED_BY)),
            patch,
        })
    }
}

impl std::fmt::Display for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}/{}", self.kind.plural, self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use ironcore_api::KINDS;
    use serde_norway::from_str;

    use super::*;

    fn bearer(kind: &str, finalizers: &str, annotations: &str) -> Option<Bearer> {
        let kind = KINDS.iter().find(|known| known.kind == kind);
        let metadata = format!(
            "{{name: a, namespace: b, uid: u, resourceVersion: '7', finalizers: {finalizers}, annotations: {annotations}}}"
        );
        Bearer::of(
            kind.expect("a kind"),
            &from_str(&metadata).expect("metadata"),
        )
    }

    #[test]
    fn our_finalizer_alone_comes_off_from_the_version_that_was_seen() {
        const NETWORK: &str = "networking.ironcore.dev/network";
        const PREFIX: &str = "ipam.ironcore.dev/prefix";
        let cases = [
            ("Network", format!("[{NETWORK}]"), Some(json!([]))),
            (
                "Network",
                format!("[a.b/c, {NETWORK}, d.e/f]"),
                Some(json!(["a.b/c", "d.e/f"])),
            ),
            ("Prefix", format!("[{PREFIX}]"), Some(json!([]))),
            ("Prefix", format!("[{NETWORK}]"), None),
            ("Network", "[foregroundDeletion]".to_owned(), None),
            ("Network", "null".to_owned(), None),
            ("Machine", format!("[{NETWORK}]"), None),
            ("NetworkInterface", format!("[{NETWORK}]"), None),
        ];
        for (kind, finalizers, left) in cases {
            let patch = bearer(kind, &finalizers, "{}").map(|bearer| bearer.patch);
            let expected = left.map(|left| {
                json!({ "metadata": { "uid": "u", "resourceVersion": "7", "finalizers": left } })
            });
            assert_eq!(patch, expected, "{kind} {finalizers}");
        }
    }

    #[test]
    fn what_others_manage_is_known_by_the_annotation_whatever_its_value() {
        let ours = "[networking.ironcore.dev/network]";
        let managed = |annotations| bearer("Network", ours, annotations).expect("one").managed;
        assert!(managed("{common.ironcore.dev/managed-by: ''}"));
        assert!(!managed(
            "{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}"
        ));
        assert!(!managed("null"));
    }
}
