//! Texts that many objects have in common, each kept once: namespaces, kinds, annotations, what owners are called.

use std::collections::HashSet;
use std::sync::Arc;

use super::meta::{Meta, Pairs, Str};

/// How many texts are kept before unused ones are looked for.
const LEAST: usize = 64;

/// The longest text that is kept for others, in bytes. Unused texts are looked for by number, so their size is bounded here; long
/// texts are seldom equal.
const LONGEST: usize = 256;

/// The texts.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    texts: HashSet<Str>,
    limit: usize,
}

impl Shared {
    /// Replaces `text` with the shared copy of an equal text.
    pub(super) fn share(&mut self, text: &mut Str) {
        if text.len() > LONGEST {
            return;
        }
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

impl Meta {
    /// Shares its texts.
    pub(super) fn share(&mut self, shared: &mut Shared) {
        shared.share(&mut self.namespace);
        if let Some(writer) = &mut self.last_writer {
            shared.share(writer);
        }
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

impl Pairs {
    /// Shares their texts.
    pub(super) fn share(&mut self, shared: &mut Shared) {
        for (key, value) in self.iter_mut() {
            shared.share(key);
            shared.share(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_not_kept_however_often_they_change() {
        let mut shared = Shared::default();
        for number in 0..100 {
            let long = format!("{number}{}", "x".repeat(LONGEST));
            shared.share(&mut long.into());
        }
        assert!(shared.texts.is_empty());
    }

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
