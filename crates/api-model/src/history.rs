// SPDX-License-Identifier: Apache-2.0

//! Backups, and servers that go back to one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::watch::Log;
use super::{Server, Stored};

/// How many histories a server can have, one restore after the other.
pub const HISTORIES: u64 = 4;

/// What a namespace was like.
#[derive(Clone, Debug)]
pub struct Backup<K> {
    namespace: &'static str,
    objects: BTreeMap<K, BTreeMap<Arc<str>, Stored>>,
    clock: u64,
}

impl<K: Copy + Ord> Server<K> {
    /// What the namespace is like.
    pub fn back_up(&self) -> Backup<K> {
        Backup {
            namespace: self.namespace,
            objects: self.objects.clone(),
            clock: self.newest(),
        }
    }

    /// Goes back to what it was like when one of these was made of it. Watches do not notice: each goes on from `newest`, the
    /// version that it had come to.
    ///
    /// # Panics
    /// If none of the backups is of this namespace.
    pub fn restore(&mut self, backups: &[Backup<K>], newest: u64) {
        let mut backups = backups.iter();
        let backup = backups.find(|backup| backup.namespace == self.namespace);
        let backup = backup.expect("a backup of each namespace");
        self.objects.clone_from(&backup.objects);
        let kinds = self.objects.iter();
        let logs = kinds.map(|(kind, objects)| {
            let objects = objects
                .iter()
                .map(|(name, stored)| (name.clone(), stored.object.clone()));
            (*kind, Log::of(objects.collect()))
        });
        self.logs = logs.collect();
        for watch in &mut self.watches {
            watch.go_on_from(newest);
        }
    }

    /// The next history begins, with the next version after that of the backup, or after all that ever were.
    pub fn begin_history(&self, number: u64, backup: &Backup<K>, overtakes: bool) {
        let clock = if overtakes {
            self.newest()
        } else {
            backup.clock
        };
        let number = number % HISTORIES;
        self.clock
            .store(clock / HISTORIES * HISTORIES + number, Ordering::Relaxed);
    }
}
