// SPDX-License-Identifier: Apache-2.0

//! How many lines of the log users may cause: who sends what is refused in a loop must fill no disk. Pure.

use std::mem;
use std::time::Duration;

/// Lines that may be written at once, after a while without any.
const AT_ONCE: u32 = 100;
/// Time in which one more may be.
const EACH: Duration = Duration::from_millis(100);

/// What may still be written.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// When as many as [`AT_ONCE`] may be written again.
    full_at: Duration,
    withheld: u64,
}

impl Allowance {
    /// Takes one line: how many were withheld before it, or `None` where it is to be withheld as well. `now` is since a
    /// start of the caller's choice, and does not go back.
    pub(super) fn take(&mut self, now: Duration) -> Option<u64> {
        let full_at = self.full_at.max(now) + EACH;
        if full_at > now + EACH * AT_ONCE {
            self.withheld += 1;
            return None;
        }
        self.full_at = full_at;
        Some(mem::take(&mut self.withheld))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that are written of `count` at `now`.
    fn written(allowance: &mut Allowance, now: Duration, count: u32) -> usize {
        (0..count).filter_map(|_| allowance.take(now)).count()
    }

    #[test]
    fn a_flood_is_cut_to_its_beginning_and_a_trickle() {
        let mut allowance = Allowance::default();
        let second = Duration::from_secs;
        assert_eq!(written(&mut allowance, second(5), 1000), 100);
        assert_eq!(written(&mut allowance, second(6), 1000), 10);
        assert_eq!(written(&mut allowance, second(9), 1000), 30);
        assert_eq!(written(&mut allowance, second(60), 1000), 100);
    }

    #[test]
    fn what_was_withheld_is_told_once_by_the_next_line() {
        let mut allowance = Allowance::default();
        written(&mut allowance, Duration::ZERO, 107);
        assert_eq!(allowance.take(EACH), Some(7));
        assert_eq!(allowance.take(EACH), None);
        assert_eq!(allowance.take(EACH * 2), Some(1));
        assert_eq!(allowance.take(EACH * 3), Some(0));
    }

    #[test]
    fn users_who_err_now_and_then_are_all_told_of() {
        let mut allowance = Allowance::default();
        let all = (0..1000).all(|step| allowance.take(EACH * step) == Some(0));
        assert!(all);
    }
}
