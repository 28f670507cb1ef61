// SPDX-License-Identifier: Apache-2.0

//! How people name objects.

use std::fmt;

use ni_controller::world::{Key, Kind};
use ni_runtime::scope::Scopes;
use serde::Serialize;

/// An object, as answers name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Object {
    /// Its kind.
    pub kind: &'static str,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Object {
    /// The object `name` of `kind` in `namespace`.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        Self {
            kind: kind.as_str(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl From<&Key> for Object {
    fn from(key: &Key) -> Self {
        Self::new(key.kind, &key.namespace, &key.name)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// The namespaces that are asked about, in a sentence: "in namespace shop".
pub fn place(scopes: &Scopes) -> String {
    match scopes {
        Scopes::All => "in any namespace".to_owned(),
        Scopes::Each(names) => {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            format!("in namespace {}", names.join(", "))
        }
    }
}

/// The kind that `word` names, as `kubectl get` takes it: singular, plural, short name, plural with group.
pub fn kind_named(word: &str) -> Option<Kind> {
    let word = word.to_lowercase();
    Kind::ALL.into_iter().find(|kind| {
        let entry = kind.entry();
        entry.kind.to_lowercase() == word
            || entry.plural == word
            || entry.short_names.contains(&&*word)
            || format!("{}.{}", entry.plural, entry.group) == word
    })
}

/// What of an object a command line names: `KIND/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The kind.
    pub kind: Kind,
    /// The name.
    pub name: String,
}

impl std::str::FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once('/').unwrap_or((text, ""));
        if name.is_empty() {
            return Err("write KIND/NAME, as in nic/web-0".to_owned());
        }
        let Some(kind) = kind_named(kind) else {
            let kinds = Kind::ALL.map(|kind| kind.as_str().to_lowercase());
            return Err(format!("{kind:?} must be one of {}", kinds.join(", ")));
        };
        let name = name.to_owned();
        Ok(Self { kind, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_kubectl_names_them() {
        for (word, kind) in [
            ("nic", Some(Kind::NetworkInterface)),
            ("NetworkInterface", Some(Kind::NetworkInterface)),
            ("networkinterfaces", Some(Kind::NetworkInterface)),
            (
                "networkinterfaces.networking.ironcore.dev",
                Some(Kind::NetworkInterface),
            ),
            ("machine", Some(Kind::Machine)),
            ("pfx", Some(Kind::Prefix)),
            ("vip", Some(Kind::VirtualIp)),
            ("pod", None),
        ] {
            assert_eq!(kind_named(word), kind, "{word}");
        }
    }

    #[test]
    fn an_object_is_kind_and_name() {
        let named = "net/a".parse::<Named>().expect("an object");
        assert_eq!((named.kind, &*named.name), (Kind::Network, "a"));
        for (text, error) in [
            ("net", "write KIND/NAME, as in nic/web-0"),
            ("net/", "write KIND/NAME, as in nic/web-0"),
            (
                "pod/a",
                "\"pod\" must be one of machine, networkinterface, network, virtualip, prefix",
            ),
        ] {
            assert_eq!(text.parse::<Named>(), Err(error.to_owned()), "{text}");
        }
    }
}
