// SPDX-License-Identifier: Apache-2.0

//! Which namespaces a program looks after: all of them, or some by name, so that it needs no rights in the others.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ironcore_api::names::label;

/// What one watch covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All namespaces.
    #[default]
    All,
    /// One namespace.
    Namespace(Arc<str>),
}

impl Scope {
    /// Whether a watch of this scope shows objects of `namespace`.
    pub fn covers(&self, namespace: &str) -> bool {
        self.namespace().is_none_or(|own| own == namespace)
    }

    /// The namespace, if the scope is a single one.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Namespace(name) => Some(name),
        }
    }
}

/// The namespaces that a program manages. As a string, their names separated by commas; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scopes {
    /// All, by one watch of each kind.
    #[default]
    All,
    /// These, by a watch of each kind in each of them. There need not be a namespace of the name yet.
    Each(BTreeSet<Arc<str>>),
}

/// Why a string is not a list of namespaces.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopesError {
    /// No namespace can have this name.
    #[error("{name:?} is not a valid namespace name: {why}")]
    NoLabel {
        /// The name.
        name: String,
        /// What it must be.
        why: &'static str,
    },
    /// Probably another namespace was meant.
    #[error("{0:?} is given twice")]
    Twice(String),
}

impl Scopes {
    /// What is watched, each of them apart; no two cover one namespace.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        let (all, each) = match self {
            Self::All => (Some(Scope::All), None),
            Self::Each(names) => (None, Some(names)),
        };
        let each = each.into_iter().flatten().cloned();
        all.into_iter().chain(each.map(Scope::Namespace))
    }

    /// These, and `namespace` as well.
    #[must_use]
    pub fn with(&self, namespace: &str) -> Self {
        match self {
            Self::All => Self::All,
            Self::Each(names) => {
                let more = std::iter::once(Arc::from(namespace));
                Self::Each(names.iter().cloned().chain(more).collect())
            }
        }
    }

    /// The scope that covers `namespace`; `None` if the namespace is not managed.
    pub fn of(&self, namespace: &str) -> Option<Scope> {
        match self {
            Self::All => Some(Scope::All),
            Self::Each(names) => names.get(namespace).cloned().map(Scope::Namespace),
        }
    }
}

/// The name of a namespace.
///
/// # Errors
/// If it is not a valid name of a namespace.
pub fn namespace(text: &str) -> Result<Arc<str>, ScopesError> {
    match label(text) {
        Ok(()) => Ok(text.into()),
        Err(why) => Err(ScopesError::NoLabel {
            name: text.to_owned(),
            why,
        }),
    }
}

impl FromStr for Scopes {
    type Err = ScopesError;

    fn from_str(text: &str) -> Result<Self, ScopesError> {
        if text.is_empty() {
            return Ok(Self::All);
        }
        let mut names = BTreeSet::new();
        for name in text.split(',') {
            if !names.insert(namespace(name)?) {
                return Err(ScopesError::Twice(name.to_owned()));
            }
        }
        Ok(Self::Each(names))
    }
}

/// For people.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Each(names) => {
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Scopes {
        text.parse().expect("names")
    }

    #[test]
    fn a_text_names_all_namespaces_or_each_once() {
        for (text, expected) in [
            ("", Ok("all")),
            ("team-a", Ok("team-a")),
            ("b,a,c", Ok("a,b,c")),
            ("a,", Err("\"\" is not a valid namespace name: ")),
            (",", Err("\"\" is not a valid namespace name: ")),
            ("a, b", Err("\" b\" is not a valid namespace name: ")),
            ("a.b", Err("\"a.b\" is not a valid namespace name: ")),
            ("Team", Err("\"Team\" is not a valid namespace name: ")),
            ("*", Err("\"*\" is not a valid namespace name: ")),
            ("../x", Err("\"../x\" is not a valid namespace name: ")),
            ("a,b,a", Err("\"a\" is given twice")),
        ] {
            let found = text.parse::<Scopes>().map(|scopes| scopes.to_string());
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(error), Err(expected)) => {
                    assert!(error.to_string().starts_with(expected), "{text}: {error}");
                }
                (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
            }
        }
        let longest = "a".repeat(63);
        assert_eq!(read(&longest).to_string(), longest);
        assert!(format!("{longest}a").parse::<Scopes>().is_err());
    }

    #[test]
    fn a_namespace_is_covered_by_one_scope_or_none() {
        for (text, namespace, expected) in [
            ("", "a", Some(Scope::All)),
            ("a,b", "a", Some(Scope::Namespace("a".into()))),
            ("a,b", "ab", None),
        ] {
            let scopes = read(text);
            assert_eq!(scopes.of(namespace), expected, "{text} {namespace}");
            let covering = scopes.iter().filter(|scope| scope.covers(namespace));
            assert_eq!(covering.collect::<Vec<_>>(), Vec::from_iter(expected));
        }
        assert_eq!(read("").iter().count(), 1);
        assert_eq!(read("a,b").iter().count(), 2);
    }
}
