// SPDX-License-Identifier: Apache-2.0

//! Work that is shared by threads and reported in order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does the work of each item in one of `jobs` threads, and reports the results in the order of the items, each as soon as those
/// before it are there.
///
/// # Panics
/// If the work of an item does.
pub fn each<I: Sync, R: Send>(
    jobs: NonZero<usize>,
    items: &[I],
    work: impl Fn(&I) -> R + Sync,
    mut report: impl FnMut(&I, R),
) {
    let next = AtomicUsize::new(0);
    thread::scope(|threads| {
        let (send, results) = mpsc::channel();
        for _ in 0..jobs.get().min(items.len()) {
            let (send, next, work) = (send.clone(), &next, &work);
            threads.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    // Reporting has failed, and the receiver is gone.
                    if send.send((at, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut reported = 0;
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&reported) {
                report(&items[reported], result);
                reported += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn results_are_reported_in_order_even_if_the_first_is_ready_last() {
        let items: Vec<usize> = (0..10).collect();
        let (last_is_done, waits) = mpsc::channel();
        let waits = Mutex::new(waits);
        let work = |item: &usize| match item {
            0 => waits.lock().unwrap().recv().unwrap(),
            9 => last_is_done.send(()).unwrap(),
            _ => {}
        };
        let mut reported = Vec::new();
        let two = NonZero::new(2).unwrap();
        each(two, &items, work, |item, ()| reported.push(*item));
        assert_eq!(reported, items);
    }

    #[test]
    fn there_may_be_fewer_items_than_threads() {
        let many = NonZero::new(8).unwrap();
        let mut reported = Vec::new();
        each(
            many,
            &["a", "b"],
            |item| item.len(),
            |item, length| {
                reported.push((*item, length));
            },
        );
        assert_eq!(reported, [("a", 1), ("b", 1)]);
        each(
            many,
            &[] as &[&str],
            |item| item.len(),
            |item, _| panic!("{item}"),
        );
    }
}
