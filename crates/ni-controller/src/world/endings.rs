// SPDX-License-Identifier: Apache-2.0

//! Lists that begin and end: the world follows the end of one a part at a time.

use std::collections::VecDeque;

use ni_runtime::scope::Scope;

use super::kinds::{Kind, for_kind};
use super::meta::Str;
use super::object::{Object, Stored};
use super::store::News;
use super::{Dirty, Loss, World, collect};

/// How many objects are compared at once with what a list that ended has shown: about a millisecond, as each is somewhere else in
/// memory.
pub(super) const AT_ONCE: usize = 1024;

/// A list that ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub kind: Kind,
    pub scope: Scope,
    pub number: u32,
    /// The highest version among its items.
    pub newest: u64,
    /// The namespaces that have yet to be compared with it.
    pub left: VecDeque<Str>,
    /// Up to which object the first of them has been compared.
    pub after: Option<Str>,
}

impl World {
    /// A list of what `scope` covers begins: until it ends, no version is known to be as far as the watch.
    pub(super) fn begin_list<T: Object>(&mut self, scope: &Scope) {
        let lists = &self.lists[T::KIND as usize];
        let namespaces = self.namespaces.iter_mut();
        for (name, namespace) in namespaces.filter(|(name, _)| scope.covers(name)) {
            if let Some(listing) = lists.listing(name) {
                T::parts(namespace).0.set_listing(listing);
            }
        }
    }

    /// Has a part of the world follow the lists that have ended. Answers whether more is left.
    pub fn end_lists(&mut self, dirty: &mut Dirty) -> bool {
        self.end_lists_for(AT_ONCE, dirty)
    }

    /// As [`Self::end_lists`], for so many objects.
    pub(super) fn end_lists_for(&mut self, at_once: usize, dirty: &mut Dirty) -> bool {
        let mut done = 0;
        while done < at_once
            && let Some(namespace) = self.forgotten.last_mut()
        {
            let dropped = namespace.drop_some(at_once - done);
            if dropped == 0 {
                self.forgotten.pop();
            }
            done += dropped.max(1);
        }
        while done < at_once
            && let Some(mut ending) = self.ending.pop_front()
        {
            if let Some(namespace) = ending.left.pop_front() {
                let room = at_once - done;
                done += 1;
                for_kind!(ending.kind, T => {
                    done += T::store(self.namespace(&namespace)).len().min(room);
                    ending.after = self.end_list::<T>(&namespace, &ending, room, dirty);
                });
                if ending.after.is_some() {
                    ending.left.push_front(namespace);
                }
                self.ending.push_front(ending);
            }
        }
        !(self.ending.is_empty() && self.forgotten.is_empty())
    }

    /// Ends a list for `at_most` objects of one namespace. Answers the last of them, if there are more.
    fn end_list<T: Object>(
        &mut self,
        namespace: &Str,
        ending: &Ending,
        at_most: usize,
        dirty: &mut Dirty,
    ) -> Option<Str> {
        let (number, newest, after) = (ending.number, ending.newest, ending.after.as_ref());
        let (mut doubtful, mut older, mut next) = (Vec::new(), Vec::new(), None);
        let at = self.clock + 1;
        self.remove::<T>(namespace, Loss::Unexplained, dirty, |store| {
            let ended = store.end_list(number, newest, at, after, at_most);
            (doubtful, older, next) = (ended.doubtful, ended.older, ended.next);
            ended.gone
        });
        for slot in older {
            self.replace(namespace, slot, dirty, |store, mut slot, seen, shared| {
                slot.share(store.slot(&slot.meta().name), shared);
                let old = store.go_back(slot, seen);
                old.map_or(News::No, |old| News::Version(Some(old)))
            });
        }
        if T::READS_VERSIONS
            && next.is_none()
            && let Some(known) = self.namespaces.get(namespace)
        {
            known
                .allocation()
                .concerned(&mut collect(namespace, &mut dirty.changed));
        }
        for name in doubtful {
            // A read that is sent from now on settles it.
            self.clock = self.clock.max(at);
            collect(namespace, &mut dirty.changed)(T::KIND, &name);
        }
        next
    }
}
