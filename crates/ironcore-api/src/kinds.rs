//! The table of kinds: what serves a kind, or generates something for each, goes through it.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use crate::{compute, ipam, networking, schema};

/// The version that all kinds are served in.
pub const VERSION: &str = "v1alpha1";
/// The category of all kinds: `kubectl get ironcore` lists them.
pub const CATEGORY: &str = "ironcore";

/// A kind that this crate defines.
#[derive(Clone, Copy, Debug)]
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
    /// Its definition, with all rules.
    pub crd: fn() -> CustomResourceDefinition,
}

impl Kind {
    /// Group and version, as in manifests.
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group, self.version)
    }

    /// Name of its definition: plural and group.
    pub fn crd_name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }
}

/// All kinds, each after those that it refers to.
pub const KINDS: [Kind; 5] = [
    kind(
        ipam::GROUP,
        "Prefix",
        "prefixes",
        &["pfx"],
        schema::prefix_crd,
    ),
    kind(
        networking::GROUP,
        "Network",
        "networks",
        &["net"],
        schema::network_crd,
    ),
    kind(
        networking::GROUP,
        "VirtualIP",
        "virtualips",
        &["vip"],
        schema::virtual_ip_crd,
    ),
    kind(
        networking::GROUP,
        "NetworkInterface",
        "networkinterfaces",
        &["nic"],
        schema::network_interface_crd,
    ),
    kind(
        compute::GROUP,
        "Machine",
        "machines",
        &[],
        schema::machine_crd,
    ),
];

const fn kind(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    crd: fn() -> CustomResourceDefinition,
) -> Kind {
    Kind {
        group,
        version: VERSION,
        kind,
        plural,
        short_names,
        categories: &[CATEGORY],
        crd,
    }
}

/// The definitions of all kinds, in the order of [`KINDS`].
pub fn crds() -> Vec<CustomResourceDefinition> {
    KINDS.iter().map(|kind| (kind.crd)()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_definitions_say() {
        for kind in KINDS {
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
