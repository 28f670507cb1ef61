// SPDX-License-Identifier: Apache-2.0

//! How long this machine takes to read memory that was not used for a while. An event among many objects reads such memory, so part of its
//! cost is the machine's.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::bench::harness::random::random;
use crate::bench::harness::stats::{float, us};

/// How much is read at once, in bytes: no page of virtual memory is smaller.
const PAGE: usize = 4096;

/// Memory that nothing else uses.
pub(super) struct Pages {
    bytes: Vec<u8>,
    took: Vec<Duration>,
}

impl Pages {
    /// So many bytes, each written once.
    pub(super) fn of(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(PAGE).max(PAGE);
        Self {
            bytes: vec![1; bytes],
            took: Vec::new(),
        }
    }

    /// Reads one page, at random.
    pub(super) fn read(&mut self) {
        let count = u64::try_from(self.took.len()).unwrap_or_default();
        let pages = u64::try_from(self.bytes.len() / PAGE).unwrap_or(1);
        let page = usize::try_from(random(count) % pages).unwrap_or_default();
        let begun = Instant::now();
        black_box(self.bytes[page * PAGE]);
        self.took.push(begun.elapsed());
    }

    /// Reads every page, so that the hypervisor reclaims none.
    pub(super) fn keep(&self) {
        for page in self.bytes.chunks(PAGE) {
            black_box(page[0]);
        }
    }

    /// The mean time of a read, in microseconds. The median would hide pages that a hypervisor has taken away, which take a hundred times
    /// as long.
    pub(super) fn cost(&self) -> f64 {
        let count = u64::try_from(self.took.len()).unwrap_or_default();
        us(self.took.iter().sum()) / float(count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_costs_something_however_few_pages_there_are() {
        for bytes in [0, 1 << 20] {
            let mut pages = Pages::of(bytes);
            for _ in 0..1000 {
                pages.read();
            }
            assert!(pages.cost() > 0.0);
        }
    }
}
