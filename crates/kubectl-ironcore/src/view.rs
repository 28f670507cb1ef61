// SPDX-License-Identifier: Apache-2.0

//! The view: the controller's own world, filled as its watches fill it, and its planner. Pure.

mod next;
mod standing;

use ni_controller::core::{Backoff, Core, Now};
use ni_controller::options::Deciding;
use ni_controller::plan::{DuplicateAddresses, Options};
use ni_controller::world::{Event, Key, Kind, Namespace, Str, Watched, World};
use ni_runtime::scope::Scopes;

use crate::around::Around;

pub use next::Next;
pub use standing::{Health, Standing};
pub(crate) use standing::{LEFT_ALONE, MANAGED_BY_OTHERS};

/// All that an answer is made from.
#[derive(Debug)]
pub struct View {
    core: Core,
    now: Now,
    options: Options,
    /// What is around the objects.
    pub around: Around,
}

impl View {
    /// A view of these namespaces, and of the public pools in another, as the controller decides by these flags.
    pub fn new(namespaces: Scopes, pools: Option<Str>, deciding: &Deciding, now: Now) -> Self {
        let watched = Watched { namespaces, pools };
        // It sends nothing, so it never waits.
        let backoff = Backoff {
            base: std::time::Duration::ZERO,
            cap: std::time::Duration::ZERO,
        };
        let options = deciding.options();
        let core = Core::new(options, backoff)
            .watching(&watched)
            .with_public_pools(&deciding.public_prefixes);
        Self {
            core,
            now,
            options,
            around: Around::default(),
        }
    }

    /// Takes in what a list or a watch shows.
    pub fn observe(&mut self, event: Event) {
        self.core.observe(event, self.now);
    }

    /// Takes in what is around the objects, once the lists are complete.
    pub fn settle(&mut self, around: Around, now: Now) {
        self.now = now;
        while self.core.catch_up(now) {}
        for namespace in &around.terminating {
            self.core.note_terminating(&namespace.as_str().into(), now);
        }
        self.around = around;
    }

    /// What is known of the objects.
    pub fn world(&self) -> &World {
        self.core.world()
    }

    /// The time.
    pub fn now(&self) -> Now {
        self.now
    }

    /// The namespace of an object.
    pub(crate) fn of(&self, key: &Key) -> &Namespace {
        self.world().namespace(&key.namespace)
    }

    /// Why the object of `key` does not decode, if it does not.
    pub(crate) fn undecodable(&self, key: &Key) -> Option<&str> {
        self.of(key).undecodable(key.kind, &key.name)
    }

    /// Whether two interfaces of a network may not have one address.
    pub(crate) fn refuses_duplicates(&self) -> bool {
        self.options.duplicate_addresses == DuplicateAddresses::Refuse
    }

    /// Each namespace that is known, with its name: those that are asked about, and that of the public pools.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = (&Str, &Namespace)> {
        self.world().namespaces()
    }
}

/// The object `name` of `kind` in `namespace`.
pub(crate) fn key(kind: Kind, namespace: &str, name: &str) -> Key {
    Key {
        kind,
        namespace: namespace.into(),
        name: name.into(),
    }
}
