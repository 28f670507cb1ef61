// SPDX-License-Identifier: Apache-2.0

//! What is watched.

use ni_runtime::scope::{Scope, Scopes};

use super::kinds::Kind;
use super::meta::Str;

/// What is watched: all kinds in some namespaces, and where public addresses are handed out, the prefixes among which they are.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// The namespaces that are looked after.
    pub namespaces: Scopes,
    /// The namespace of the public pools.
    pub pools: Option<Str>,
}

impl Watched {
    /// The namespaces in which objects of `kind` are watched.
    pub fn of(&self, kind: Kind) -> Scopes {
        match &self.pools {
            Some(pools) if kind == Kind::Prefix => self.namespaces.with(pools),
            _ => self.namespaces.clone(),
        }
    }

    /// Each watch.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, Scope)> {
        Kind::ALL.into_iter().flat_map(|kind| {
            let scopes: Vec<Scope> = self.of(kind).iter().collect();
            scopes.into_iter().map(move |scope| (kind, scope))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_pools_namespace_only_prefixes_are_watched_unless_it_is_looked_after() {
        let watches = |namespaces: &str| {
            let watched = Watched {
                namespaces: namespaces.parse().expect("names"),
                pools: Some("pools".into()),
            };
            let of = |kind| -> Vec<String> {
                let watches = watched.iter().filter(|(of, _)| *of == kind);
                let names = watches.map(|(_, scope)| scope.namespace().map(str::to_owned));
                names.map(|name| name.unwrap_or("all".to_owned())).collect()
            };
            [Kind::Machine, Kind::Prefix].map(of)
        };
        let expected: [(&str, [Vec<String>; 2]); 3] = [
            ("", [vec!["all".into()], vec!["all".into()]]),
            ("a", [vec!["a".into()], vec!["a".into(), "pools".into()]]),
            ("pools", [vec!["pools".into()], vec!["pools".into()]]),
        ];
        for (namespaces, expected) in expected {
            assert_eq!(watches(namespaces), expected, "{namespaces:?}");
        }
    }
}
