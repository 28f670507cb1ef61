//! Lists that begin and end: the world follows the end of one a part at a time.

use std::collections::VecDeque;

use ironcore_api::scope::Scope;

use super::kinds::{Kind, for_kind};
use super::meta::Str;
use super::object::{Object, Stored};
use super::store::News;
use super::{Dirty, Loss, World, collect};

/// How many objects are compared at once with what a list that ended has shown: less than a millisecond.
pub(super) const AT_ONCE: usize = 4096;

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
        let mut done = 0;
        while done < AT_ONCE
            && let Some(namespace) = self.forgotten.pop()
        {
            done += 1 + namespace.names().count();
        }
        while done < AT_ONCE
            && let Some(ending) = self.ending.front_mut()
        {
            let (kind, number, newest) = (ending.kind, ending.number, ending.newest);
            let Some(namespace) = ending.left.pop_front() else {
                self.ending.pop_front();
                continue;
            };
            done += 1;
            for_kind!(kind, T => {
                done += T::store(self.namespace(&namespace)).len();
                self.end_list::<T>(&namespace, number, newest, dirty);
            });
        }
        !(self.ending.is_empty() && self.forgotten.is_empty())
    }

    /// Ends list `number`, whose newest item is of version `newest`, in one namespace.
    fn end_list<T: Object>(
        &mut self,
        namespace: &Str,
        number: u32,
        newest: u64,
        dirty: &mut Dirty,
    ) {
        let (mut doubtful, mut older) = (Vec::new(), Vec::new());
        let at = self.clock + 1;
        self.remove::<T>(namespace, Loss::Unexplained, dirty, |store| {
            let ended = store.end_list(number, newest, at);
            (doubtful, older) = (ended.doubtful, ended.older);
            ended.gone
        });
        for slot in older {
            self.replace(namespace, slot, dirty, |store, slot, seen| {
                let old = store.go_back(slot, seen);
                old.map_or(News::No, |old| News::Version(Some(old)))
            });
        }
        if T::READS_ANCHORS
            && let Some(known) = self.namespaces.get(namespace)
        {
            known.allocation().concerned(&mut collect(namespace, dirty));
        }
        for name in doubtful {
            // A read that is sent from now on settles it.
            self.clock = self.clock.max(at);
            collect(namespace, dirty)(T::KIND, &name);
        }
    }
}
