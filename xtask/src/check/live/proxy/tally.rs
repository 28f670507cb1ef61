// SPDX-License-Identifier: Apache-2.0

//! What is counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::script::Fault;

/// What went through the proxy.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Tally {
    /// Requests that the API server carried out and that change objects of our kinds.
    pub(in super::super) writes: u64,
    /// How often each fault struck.
    pub(in super::super) faults: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, fault: Fault) {
        *self.faults.entry(fault.name()).or_default() += 1;
    }

    /// All faults together.
    pub(in super::super) fn all_faults(&self) -> u64 {
        self.faults.values().sum()
    }
}

/// A value that no panic leaves half done.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
