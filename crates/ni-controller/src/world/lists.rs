// SPDX-License-Identifier: Apache-2.0

//! The lists of one kind: each scope that is watched has lists of its own, one after another.

use std::collections::BTreeMap;

use ni_runtime::scope::{Scope, Scopes};

use super::meta::Str;
use super::store::Listing;
use crate::seeded::{self, Fault};

/// The newest list of one scope.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct List {
    /// 0 before the first; each one that begins is one more.
    number: u32,
    /// The highest version among the items that it has shown so far, and what its watch has shown since.
    newest: u64,
    /// Whether it has begun and not ended yet.
    open: bool,
    /// Whether one was complete.
    complete: bool,
}

/// The newest lists of one kind.
#[derive(Clone, Debug)]
pub(super) enum Lists {
    All(List),
    Each(BTreeMap<Str, List>),
}

impl Lists {
    /// None has begun yet.
    pub(super) fn new(scopes: &Scopes) -> Self {
        match scopes {
            Scopes::All => Self::All(List::default()),
            Scopes::Each(names) => {
                let lists = names
                    .iter()
                    .map(|name| (Str::from(&**name), List::default()));
                Self::Each(lists.collect())
            }
        }
    }

    /// A list of this scope begins.
    pub(super) fn begin(&mut self, scope: &Scope) {
        if let Some(list) = self.get_mut(scope) {
            list.number += 1;
            list.newest = 0;
            list.open = true;
            list.complete |= seeded::has(Fault::ListBeginsComplete);
        }
    }

    /// The list that shows `namespace` has an item of this version: the list's number. `None` where it is not watched.
    pub(super) fn item(&mut self, namespace: &str, version: u64) -> Option<u32> {
        let list = self.showing_mut(namespace)?;
        list.newest = list.newest.max(version);
        Some(list.number)
    }

    /// The watch that shows `namespace` has an event of this version.
    pub(super) fn event(&mut self, namespace: &str, version: u64) {
        if let Some(list) = self.showing_mut(namespace) {
            list.newest = list.newest.max(version);
        }
    }

    /// The version up to which everything in `namespace` was shown; 0 where that can't be told.
    pub(super) fn shown_up_to(&self, namespace: &str) -> u64 {
        let list = self.showing(namespace);
        list.filter(|list| list.complete && !list.open)
            .map_or(0, |list| list.newest)
    }

    /// The list of this scope that began last is complete: its number, and the highest version among its items. `None`
    /// where the scope is not watched.
    pub(super) fn end(&mut self, scope: &Scope) -> Option<(u32, u64)> {
        let list = self.get_mut(scope)?;
        list.open = false;
        list.complete = true;
        Some((list.number, list.newest))
    }

    /// The number of the list that shows `namespace`; `None` where that is not watched.
    pub(super) fn number(&self, namespace: &str) -> Option<u32> {
        self.showing(namespace).map(|list| list.number)
    }

    /// How far the list is that shows `namespace`; `None` where that is not watched.
    pub(super) fn listing(&self, namespace: &str) -> Option<Listing> {
        self.showing(namespace).map(|list| Listing {
            number: list.number,
            open: list.open,
        })
    }

    /// Whether a list that shows `namespace` was complete; `None` where that is not watched.
    pub(super) fn show_all_of(&self, namespace: &str) -> Option<bool> {
        self.showing(namespace).map(|list| list.complete)
    }

    /// Whether a list of each scope was complete.
    pub(super) fn are_complete(&self) -> bool {
        match self {
            Self::All(list) => list.complete,
            Self::Each(lists) => lists.values().all(|list| list.complete),
        }
    }

    fn showing(&self, namespace: &str) -> Option<&List> {
        match self {
            Self::All(list) => Some(list),
            Self::Each(lists) => lists.get(namespace),
        }
    }

    fn showing_mut(&mut self, namespace: &str) -> Option<&mut List> {
        match self {
            Self::All(list) => Some(list),
            Self::Each(lists) => lists.get_mut(namespace),
        }
    }

    /// As if none had begun.
    pub(super) fn forget(&mut self) {
        match self {
            Self::All(list) => *list = List::default(),
            Self::Each(lists) => lists.values_mut().for_each(|list| *list = List::default()),
        }
    }

    fn get_mut(&mut self, scope: &Scope) -> Option<&mut List> {
        match (self, scope) {
            (Self::All(list), Scope::All) => Some(list),
            (Self::Each(lists), Scope::Namespace(name)) => lists.get_mut(&**name),
            (Self::All(_), Scope::Namespace(_)) | (Self::Each(_), Scope::All) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(scopes: &str) -> Lists {
        Lists::new(&scopes.parse().expect("names"))
    }

    #[test]
    fn lists_of_one_scope_are_not_those_of_another() {
        let (a, b) = (Scope::Namespace("a".into()), Scope::Namespace("b".into()));
        let mut lists = lists("a,b");
        lists.begin(&a);
        lists.begin(&b);
        lists.begin(&a);
        assert_eq!(
            ["a", "b", "c"].map(|ns| lists.number(ns)),
            [Some(2), Some(1), None]
        );
        assert_eq!(lists.item("a", 7), Some(2));
        assert_eq!(lists.item("c", 9), None);
        assert_eq!(lists.end(&a), Some((2, 7)));
        assert_eq!(
            ["a", "b", "c"].map(|ns| lists.show_all_of(ns)),
            [Some(true), Some(false), None]
        );
        assert!(!lists.are_complete());
        assert_eq!(lists.end(&b), Some((1, 0)));
        assert!(lists.are_complete());
        // A list that starts over takes nothing back.
        lists.begin(&b);
        assert!(lists.are_complete() && lists.show_all_of("b") == Some(true));
    }

    #[test]
    fn a_list_of_all_namespaces_shows_each() {
        let mut lists = lists("");
        lists.begin(&Scope::All);
        assert_eq!(lists.number("a"), Some(1));
        assert!(lists.show_all_of("a") == Some(false) && !lists.are_complete());
        assert_eq!(lists.end(&Scope::All), Some((1, 0)));
        assert!(lists.show_all_of("a") == Some(true) && lists.are_complete());
    }

    #[test]
    fn between_lists_all_is_shown_up_to_the_newest_version() {
        let a = Scope::Namespace("a".into());
        let mut lists = lists("a,b");
        let mut steps = Vec::new();
        let mut step = |lists: &Lists| steps.push(lists.shown_up_to("a"));
        lists.begin(&a);
        lists.item("a", 7);
        step(&lists);
        lists.end(&a);
        step(&lists);
        lists.event("a", 9);
        lists.event("b", 11);
        step(&lists);
        // A list comes in the order of names.
        lists.begin(&a);
        lists.item("a", 8);
        step(&lists);
        lists.end(&a);
        step(&lists);
        lists.forget();
        step(&lists);
        assert_eq!(steps, [0, 7, 9, 0, 8, 0]);
        assert_eq!(lists.show_all_of("a"), Some(false));
    }

    #[test]
    fn what_is_not_watched_has_no_lists() {
        let (all, a) = (Scope::All, Scope::Namespace("a".into()));
        for (scopes, other) in [("", &a), ("b", &a), ("b", &all)] {
            let mut lists = lists(scopes);
            lists.begin(other);
            assert_eq!(lists.end(other), None, "{scopes:?} {other:?}");
            assert!(!lists.are_complete(), "{scopes:?} {other:?}");
        }
    }
}
