// SPDX-License-Identifier: Apache-2.0

//! What goes into the world decides what is in it: lists and watches of several namespaces, answers, reads.

mod contests;
mod doubts;
mod gone;
mod links;
mod lists;
mod redefined;
mod scopes;

use super::*;

const NIC: Kind = Kind::NetworkInterface;

/// An interface in `namespace`, of this version; its uid is its name.
fn interface(namespace: &str, name: &str, version: u64) -> AnyObject {
    let text = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"{namespace}","uid":"{name}","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:00Z"}}}}"#
    );
    AnyObject::decode(NIC, &text).expect("metadata")
}

fn scope(namespace: &str) -> Scope {
    Scope::Namespace(namespace.into())
}

fn watching(scopes: &str) -> World {
    World::new(&Watched {
        namespaces: scopes.parse().expect("names"),
        pools: None,
    })
}

impl World {
    fn take(&mut self, event: Event) {
        self.observe(event, &mut Dirty::new());
    }

    /// A list of the namespace, whole, that shows these.
    fn list(&mut self, namespace: &str, shown: &[(&str, u64)]) {
        self.take(Event::ListBegins(NIC, scope(namespace)));
        for (name, version) in shown {
            self.take(Event::Listed(interface(namespace, name, *version)));
        }
        self.take(Event::ListEnds(NIC, scope(namespace)));
    }

    /// What the answer to our own request shows.
    fn answer(&mut self, namespace: &str, name: &str, version: u64) {
        let object = interface(namespace, name, version);
        self.learn(object, Source::Answer(None), &mut Dirty::new());
    }

    /// The interfaces, as `a/x a/y b/x`.
    fn names(&self) -> String {
        self.names_of(|_, _| true)
    }

    /// Those that have to be read.
    fn doubtful(&self) -> String {
        self.names_of(|namespace, name| namespace.is_doubtful(NIC, name))
    }

    fn names_of(&self, are: impl Fn(&Namespace, &str) -> bool) -> String {
        let mut names = Vec::new();
        for (namespace, known) in self.namespaces() {
            let interfaces = known.interfaces.names();
            let interfaces = interfaces.filter(|name| are(known, name));
            names.extend(interfaces.map(|name| format!("{namespace}/{name}")));
        }
        names.join(" ")
    }
}
