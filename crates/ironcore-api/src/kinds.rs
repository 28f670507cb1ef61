// SPDX-License-Identifier: Apache-2.0

//! The table of kinds: what serves a kind, or generates something for each, goes through it.

#[cfg(feature = "schema")]
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

#[cfg(feature = "schema")]
use crate::schema;
#[cfg(feature = "validate")]
use crate::validate::{self, Judge, Judgement};
use crate::{compute, ipam, networking};

/// The version that all kinds are served in.
pub const VERSION: &str = "v1alpha1";
/// The category of all kinds: `kubectl get ironcore` lists them.
pub const CATEGORY: &str = "ironcore";

/// A kind that this crate defines.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Kind {
    /// API group.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Kind, as in manifests.
    pub kind: &'static str,
    /// Plural, as in paths.
    pub plural: &'static str,
    /// What `kubectl get` takes instead of the plural.
    pub short_names: &'static [&'static str],
    /// What `kubectl get` takes for all kinds together.
    pub categories: &'static [&'static str],
    /// The finalizer by which the controllers hold an object that is still in use (contract, Protection).
    pub finalizer: Option<&'static str>,
    /// Its definition, with all rules.
    #[cfg(feature = "schema")]
    pub crd: fn() -> CustomResourceDefinition,
    /// The rules of the kind: [`Self::judge`] and [`Self::fill_and_judge`] call them.
    #[cfg(feature = "validate")]
    pub rules: Judge,
}

impl Kind {
    /// The entry of [`KINDS`] of this name.
    ///
    /// # Panics
    /// If there is none: at compile time, where the result is a constant.
    #[must_use]
    pub const fn named(kind: &str) -> &'static Self {
        let mut at = 0;
        while at < KINDS.len() {
            if equal(KINDS[at].kind.as_bytes(), kind.as_bytes()) {
                return &KINDS[at];
            }
            at += 1;
        }
        panic!("no such kind")
    }

    /// Group and version, as in manifests.
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group, self.version)
    }

    /// Validates an object of the kind, given as JSON. `old` is the object before an update.
    ///
    /// # Errors
    /// If a field that is validated has the wrong type.
    #[cfg(feature = "validate")]
    pub fn judge(&self, object: &str, old: Option<&str>) -> serde_json::Result<Judgement> {
        (self.rules)(object, old, false)
    }

    /// As [`Self::judge`], after defaults are set, which the judgement lists.
    ///
    /// # Errors
    /// As above.
    #[cfg(feature = "validate")]
    pub fn fill_and_judge(&self, object: &str, old: Option<&str>) -> serde_json::Result<Judgement> {
        (self.rules)(object, old, true)
    }

    /// Name of the CustomResourceDefinition: plural and group.
    pub fn crd_name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }
}

/// `==`, in constants as well.
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// All kinds, each after the kinds that it refers to.
pub static KINDS: [Kind; 5] = [
    Kind {
        group: ipam::GROUP,
        version: VERSION,
        kind: "Prefix",
        plural: "prefixes",
        short_names: &["pfx"],
        categories: &[CATEGORY],
        finalizer: Some("ipam.ironcore.dev/prefix"),
        #[cfg(feature = "schema")]
        crd: schema::prefix_crd,
        #[cfg(feature = "validate")]
        rules: validate::PREFIX,
    },
    Kind {
        group: networking::GROUP,
        version: VERSION,
        kind: "Network",
        plural: "networks",
        short_names: &["net"],
        categories: &[CATEGORY],
        finalizer: Some("networking.ironcore.dev/network"),
        #[cfg(feature = "schema")]
        crd: schema::network_crd,
        #[cfg(feature = "validate")]
        rules: validate::NETWORK,
    },
    Kind {
        group: networking::GROUP,
        version: VERSION,
        kind: "VirtualIP",
        plural: "virtualips",
        short_names: &["vip"],
        categories: &[CATEGORY],
        finalizer: None,
        #[cfg(feature = "schema")]
        crd: schema::virtual_ip_crd,
        #[cfg(feature = "validate")]
        rules: validate::VIRTUAL_IP,
    },
    Kind {
        group: networking::GROUP,
        version: VERSION,
        kind: "NetworkInterface",
        plural: "networkinterfaces",
        short_names: &["nic"],
        categories: &[CATEGORY],
        finalizer: None,
        #[cfg(feature = "schema")]
        crd: schema::network_interface_crd,
        #[cfg(feature = "validate")]
        rules: validate::NETWORK_INTERFACE,
    },
    Kind {
        group: compute::GROUP,
        version: VERSION,
        kind: "Machine",
        plural: "machines",
        short_names: &[],
        categories: &[CATEGORY],
        finalizer: None,
        #[cfg(feature = "schema")]
        crd: schema::machine_crd,
        #[cfg(feature = "validate")]
        rules: validate::MACHINE,
    },
];

/// The definitions of all kinds, in the order of [`KINDS`].
#[cfg(feature = "schema")]
pub fn crds() -> Vec<CustomResourceDefinition> {
    KINDS.iter().map(|kind| (kind.crd)()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_whole_name() {
        for kind in &KINDS {
            assert_eq!(Kind::named(kind.kind).plural, kind.plural);
        }
        for name in ["", "Network ", "Net"] {
            assert!(
                std::panic::catch_unwind(|| Kind::named(name)).is_err(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn users_have_rights_to_all_kinds() {
        for roles in [
            include_str!("../../../deploy/base/users.yaml"),
            include_str!("../../../deploy/helm/ironcore-ni/templates/users.yaml"),
        ] {
            for kind in &KINDS {
                let named = |line: &&str| {
                    let words = line.split(|c: char| !c.is_ascii_lowercase());
                    line.trim_start().starts_with("resources:")
                        && words.into_iter().any(|word| word == kind.plural)
                };
                // Who may view, and who may edit.
                let number = roles.lines().filter(named).count();
                assert_eq!(number, 2, "{}", kind.plural);
            }
        }
    }

    #[cfg(feature = "schema")]
    #[test]
    fn the_table_says_what_the_definitions_say() {
        for kind in &KINDS {
            let crd = (kind.crd)();
            assert_eq!(crd.metadata.name, Some(kind.crd_name()));
            assert_eq!(crd.spec.group, kind.group);
            let names = crd.spec.names;
            assert_eq!(
                (names.kind.as_str(), names.plural.as_str()),
                (kind.kind, kind.plural)
            );
            assert_eq!(names.short_names.unwrap_or_default(), kind.short_names);
            assert_eq!(names.categories.unwrap_or_default(), kind.categories);
            let versions: Vec<_> = crd.spec.versions.iter().map(|v| v.name.as_str()).collect();
            assert_eq!(versions, [kind.version]);
        }
    }
}
