// SPDX-License-Identifier: Apache-2.0

//! Versions of the servers: which are pinned, which are good enough.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A version of three numbers, as far as they matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

/// What is built when nothing is found: the pin in `hack/control-plane/go.mod`.
pub static KUBERNETES: LazyLock<Version> = LazyLock::new(|| {
    pinned(
        "k8s.io/kubernetes",
        include_str!("../../../hack/control-plane/go.mod"),
    )
});

/// What is built when nothing is found: the pin in `hack/control-plane/etcd/go.mod`.
pub static ETCD: LazyLock<Version> = LazyLock::new(|| {
    pinned(
        "go.etcd.io/etcd/server/v3",
        include_str!("../../../hack/control-plane/etcd/go.mod"),
    )
});

/// What is built when nothing is found: the pin in `hack/helm/go.mod`.
pub(crate) static HELM_VERSION: LazyLock<Version> =
    LazyLock::new(|| pinned("helm.sh/helm/v4", include_str!("../../../hack/helm/go.mod")));

/// The oldest Kubernetes that has what the CRDs and the controller need.
pub const OLDEST_KUBERNETES: Version = Version(1, 33, 0);

/// The oldest etcd that such a Kubernetes supports.
pub(super) const OLDEST_ETCD: Version = Version(3, 5, 0);

fn pinned(module: &str, go_mod: &str) -> Version {
    requirement(module, go_mod).expect("go.mod pins the module")
}

fn requirement(module: &str, go_mod: &str) -> Option<Version> {
    let mut words = go_mod.split_whitespace();
    std::iter::from_fn(|| {
        words.find(|word| *word == module)?;
        Some(words.clone().next())
    })
    .find_map(|next| next?.strip_prefix('v')?.parse().ok())
}

impl Version {
    /// The first version that occurs in what a program says about itself.
    pub fn in_text(text: &str) -> Option<Self> {
        let words = text.split_whitespace();
        words
            .map(|word| word.trim_start_matches("go").trim_start_matches('v'))
            .find_map(|w| w.parse().ok())
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // Pre-release and build parts say nothing about what a server can do.
        let core = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = core.split('.').map(|part| part.parse().map_err(drop));
        let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
            return Err(());
        };
        Ok(Self(major?, minor?, parts.next().unwrap_or(Ok(0))?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let cases = [
            ("Kubernetes v1.36.3", Some(Version(1, 36, 3))),
            (
                "etcd Version: 3.6.13\nGit SHA: Not provided",
                Some(Version(3, 6, 13)),
            ),
            ("Kubernetes v1.33.0-alpha.2+abc", Some(Version(1, 33, 0))),
            ("go1.26", Some(Version(1, 26, 0))),
            ("go1.26.8", Some(Version(1, 26, 8))),
            ("what?", None),
        ];
        for (text, version) in cases {
            assert_eq!(Version::in_text(text), version, "{text}");
        }
    }

    #[test]
    fn the_pins_are_new_enough_for_ourselves() {
        assert!(*KUBERNETES >= OLDEST_KUBERNETES);
        assert!(*ETCD >= OLDEST_ETCD);
    }

    #[test]
    fn a_tool_line_without_a_version_is_no_pin() {
        let go_mod = "tool a.b/c\nrequire (\n\ta.b/c v1.2.3 // indirect\n)";
        assert_eq!(requirement("a.b/c", go_mod), Some(Version(1, 2, 3)));
        assert_eq!(requirement("a.b/d", go_mod), None);
    }
}
