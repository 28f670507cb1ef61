// SPDX-License-Identifier: Apache-2.0

//! Network.

use std::collections::HashSet;

use super::draft::{Metadata, Network, Peering, given};
use super::faults::Faults;
use super::judge::Rules;
use super::list::unique;
use super::referred::References;
use crate::field::{Fault, FieldPath};
use crate::reference::Named;
use crate::words;

impl Rules for Network<'_> {
    fn across(&self, faults: &mut Faults) {
        let at = FieldPath::root("spec");
        let own = Peer::own(self.metadata.as_ref());
        let peerings = self.spec.peerings.entries();
        let list = at.field("peerings");
        unique(
            &list,
            "name",
            peerings
                .iter()
                .map(|peering| given(peering.name.as_deref())),
            faults,
        );
        let networks = peerings.iter().map(|p| {
            Peer::of(
                p.networkRef.namespace.as_deref(),
                p.networkRef.name.as_deref(),
            )
        });
        peers(&list, Some("networkRef"), own, networks, faults);
        prefixes(&list, peerings, faults);
        let incoming = self.spec.incomingPeerings.entries();
        let networks = incoming
            .iter()
            .map(|peer| Peer::of(peer.namespace.as_deref(), peer.name.as_deref()));
        peers(&at.field("incomingPeerings"), None, own, networks, faults);
    }

    /// Peers may come later: peerings are stored, not acted on.
    fn references(&self, _found: &mut References) {}
}

/// A network, by namespace and name. No namespace means the referrer's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Peer<'a> {
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Peer<'a> {
    fn of(namespace: Option<&'a str>, name: Option<&'a str>) -> Option<Self> {
        Some(Self {
            namespace: given(namespace),
            name: given(name)?,
        })
    }

    /// The network itself; its name may not be known yet, and is empty then.
    fn own(metadata: Option<&'a Metadata<'_>>) -> Self {
        Self {
            namespace: given(metadata.and_then(|metadata| metadata.namespace.as_deref())),
            name: metadata
                .and_then(|metadata| metadata.name.as_deref())
                .unwrap_or_default(),
        }
    }

    fn shown(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// No network is its own peer, and none is given twice. `networks` are those of the entries of the list
/// at `at`, each in `field` or in the entry itself.
fn peers<'a>(
    at: &FieldPath<'_>,
    field: Option<&str>,
    own: Peer<'a>,
    networks: impl Iterator<Item = Option<Peer<'a>>>,
    faults: &mut Faults,
) {
    let mut seen = HashSet::new();
    for (index, network) in networks.enumerate() {
        let Some(network) = network else {
            continue;
        };
        let resolved = Peer {
            namespace: network.namespace.or(own.namespace),
            ..network
        };
        let entry = at.index(index);
        let path = field.map_or(entry, |field| entry.field(field));
        if resolved == own {
            faults.push(Fault::forbidden(&path, words::OWN_PEER));
        }
        if !seen.insert(resolved) {
            faults.push(Fault::duplicate(&path, &network.shown()));
        }
    }
}

/// No two prefixes have one name or one prefixRef, whichever peerings they are of.
fn prefixes(at: &FieldPath<'_>, peerings: &[Peering<'_>], faults: &mut Faults) {
    let (mut names, mut references) = (HashSet::new(), HashSet::new());
    for (index, peering) in peerings.iter().enumerate() {
        let entry = at.index(index);
        let list = entry.field("prefixes");
        for (index, prefix) in peering.prefixes.entries().iter().enumerate() {
            let entry = list.index(index);
            if let Some(name) = given(prefix.name.as_deref())
                && !names.insert(name)
            {
                faults.push(Fault::duplicate(&entry.field("name"), name));
            }
            if let Some(name) = prefix.prefixRef.named()
                && !references.insert(name)
            {
                let reference = entry.field("prefixRef");
                faults.push(Fault::duplicate(&reference.field("name"), name));
            }
        }
    }
}
