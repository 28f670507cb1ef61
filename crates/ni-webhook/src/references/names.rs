// SPDX-License-Identifier: Apache-2.0

//! The names that a watch has shown: nothing else of the objects is kept.

use std::collections::{HashMap, HashSet};

type ByNamespace = HashMap<Box<str>, HashSet<Box<str>>>;

/// Names by namespace.
#[derive(Debug, Default)]
pub(super) struct Names {
    shown: ByNamespace,
    /// What the list that is being read has shown so far.
    listing: Option<ByNamespace>,
    listed: bool,
}

impl Names {
    /// A list begins. Until it is complete, what was known holds.
    pub(super) fn begin_list(&mut self) {
        self.listing = Some(ByNamespace::new());
    }

    /// The list shows one.
    pub(super) fn list(&mut self, namespace: &str, name: &str) {
        if let Some(listing) = &mut self.listing {
            insert(listing, namespace, name);
        }
        if !self.contain(namespace, name) {
            insert(&mut self.shown, namespace, name);
        }
    }

    /// The list is complete: what it did not show is gone.
    pub(super) fn end_list(&mut self) {
        if let Some(listing) = self.listing.take() {
            self.shown = listing;
        }
        self.listed = true;
    }

    /// One is there.
    pub(super) fn add(&mut self, namespace: &str, name: &str) {
        if !self.contain(namespace, name) {
            insert(&mut self.shown, namespace, name);
        }
    }

    /// One is gone.
    pub(super) fn remove(&mut self, namespace: &str, name: &str) {
        if let Some(names) = self.shown.get_mut(namespace) {
            names.remove(name);
            if names.is_empty() {
                self.shown.remove(namespace);
            }
        }
    }

    /// Whether one is known.
    pub(super) fn contain(&self, namespace: &str, name: &str) -> bool {
        let names = self.shown.get(namespace);
        names.is_some_and(|names| names.contains(name))
    }

    /// Whether a list was complete once.
    pub(super) fn are_listed(&self) -> bool {
        self.listed
    }
}

fn insert(names: &mut ByNamespace, namespace: &str, name: &str) {
    match names.get_mut(namespace) {
        Some(names) => names.insert(name.into()),
        None => names
            .entry(namespace.into())
            .or_default()
            .insert(name.into()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_known_until_it_goes() {
        let mut names = Names::default();
        names.add("a", "x");
        names.add("a", "x");
        names.add("b", "y");
        assert!(names.contain("a", "x") && names.contain("b", "y"));
        assert!(!names.contain("b", "x") && !names.contain("c", "x"));
        names.remove("a", "x");
        names.remove("a", "x");
        names.remove("c", "x");
        assert!(!names.contain("a", "x") && names.contain("b", "y"));
        assert!(names.shown.len() == 1, "no empty namespace is kept");
    }

    #[test]
    fn a_list_ends_what_it_did_not_show() {
        let mut names = Names::default();
        assert!(!names.are_listed());
        for (shown, gone) in [("x", "y"), ("y", "x")] {
            names.add("a", gone);
            names.begin_list();
            names.list("a", shown);
            assert!(names.contain("a", shown) && names.contain("a", gone));
            names.end_list();
            assert!(names.contain("a", shown) && !names.contain("a", gone));
            assert!(names.are_listed());
        }
    }

    #[test]
    fn a_list_that_breaks_off_ends_nothing() {
        let mut names = Names::default();
        names.add("a", "x");
        names.begin_list();
        names.list("a", "y");
        names.begin_list();
        assert!(names.contain("a", "x") && names.contain("a", "y"));
        assert!(!names.are_listed());
        names.list("a", "x");
        names.end_list();
        assert!(names.contain("a", "x") && !names.contain("a", "y"));
    }
}
