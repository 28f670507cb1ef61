//! Texts that many objects have in common, each kept once: namespaces, kinds, annotations, what owners are called.

use std::collections::HashSet;
use std::sync::Arc;

use super::decode::Slot;
use super::meta::{Meta, Pairs, Str};
use super::object::{Interface, Machine, Network, VirtualIp};

/// How many texts are kept before unused ones are looked for.
const LEAST: usize = 64;

/// The texts.
#[derive(Debug, Default)]
pub struct Shared {
    texts: HashSet<Str>,
    limit: usize,
}

impl Shared {
    /// Has `text` be the very one that others of its wording are.
    pub(super) fn share(&mut self, text: &mut Str) {
        if let Some(known) = self.texts.get(&**text) {
            text.clone_from(known);
            return;
        }
        if self.texts.len() >= self.limit {
            self.texts.retain(|known| Arc::strong_count(known) > 1);
            self.limit = LEAST.max(2 * self.texts.len());
        }
        self.texts.insert(text.clone());
    }
}

/// What has such texts.
pub trait Share {
    /// Shares them.
    fn share(&mut self, shared: &mut Shared);
}

impl Share for Meta {
    fn share(&mut self, shared: &mut Shared) {
        shared.share(&mut self.namespace);
        if let Some(owner) = &mut self.owner {
            let texts = [
                &mut owner.api_version,
                &mut owner.kind,
                &mut owner.name,
                &mut owner.uid,
            ];
            for text in texts {
                shared.share(text);
            }
        }
    }
}

impl Share for Pairs {
    fn share(&mut self, shared: &mut Shared) {
        for (key, value) in self.iter_mut() {
            shared.share(key);
            shared.share(value);
        }
    }
}

impl Share for Machine {
    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
        // Its interfaces name it as their owner.
        shared.share(&mut self.meta.name);
        shared.share(&mut self.meta.uid);
        let templates = self.interfaces.iter_mut();
        for template in templates.filter_map(|declared| declared.template.as_mut()) {
            template.labels.share(shared);
            template.annotations.share(shared);
        }
    }
}

impl Share for Interface {
    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
        self.labels.share(shared);
        self.annotations.share(shared);
    }
}

impl Share for Network {
    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
    }
}

impl Share for VirtualIp {
    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
    }
}

impl<T: Share> Share for Slot<T> {
    fn share(&mut self, shared: &mut Shared) {
        match self {
            Self::Good(object) => object.share(shared),
            Self::Bad(undecodable) => undecodable.meta.share(shared),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_become_one_and_unused_ones_go() {
        let mut shared = Shared::default();
        let (mut a, mut b): (Str, Str) = ("ns".into(), "ns".into());
        shared.share(&mut a);
        shared.share(&mut b);
        assert!(Arc::ptr_eq(&a, &b));
        for number in 0..10 * LEAST {
            shared.share(&mut number.to_string().into());
        }
        assert!(shared.texts.len() <= LEAST, "{}", shared.texts.len());
        assert!(shared.texts.contains("ns"));
    }
}
