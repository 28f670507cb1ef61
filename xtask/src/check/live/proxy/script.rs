// SPDX-License-Identifier: Apache-2.0

//! What goes wrong next: drawn from a seed.

use std::time::Duration;

use fastrand::Rng;

/// What a request is, as far as faults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Create,
    /// Patch or delete.
    Write,
    Read,
    Watch {
        /// Whether it begins with a list.
        lists: bool,
    },
}

/// What the proxy does to a request, or to what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fault {
    /// The request is on its way for long.
    DelayedRequest,
    /// The answer is on its way for long.
    DelayedAnswer,
    /// The request is on its way for so long that its sender may have given up, died or been deposed.
    Late,
    /// The connection ends before the request is passed on.
    DroppedRequest,
    /// The request is carried out, and the connection ends before the answer.
    DroppedAnswer,
    /// As [`Self::DroppedRequest`], with a reset.
    ResetRequest,
    /// As [`Self::DroppedAnswer`], with a reset.
    ResetAnswer,
    /// Few bytes a second.
    Throttled,
    /// Answered with this code, and not carried out.
    Refused(u16),
    /// Carried out, and answered with this code.
    Belied(u16),
    /// A watch ends in the middle of an event.
    CutInEvent,
    /// A watch ends between two events.
    DroppedWatch,
    /// A watch is reset.
    ResetWatch,
    /// A watch falls silent for a while, and goes on.
    Stalled,
    /// A watch is told that what it asks for is gone.
    Expired,
    /// A list is answered as it was earlier, with what followed.
    OldList,
}

const CODES: [u16; 4] = [409, 429, 500, 503];

impl Fault {
    /// Its name in reports.
    pub(super) fn name(self) -> String {
        let name = match self {
            Self::DelayedRequest => "delayed request",
            Self::DelayedAnswer => "delayed answer",
            Self::Late => "late request",
            Self::DroppedRequest => "dropped request",
            Self::DroppedAnswer => "dropped answer",
            Self::ResetRequest => "reset before effect",
            Self::ResetAnswer => "reset after effect",
            Self::Throttled => "throttled",
            Self::Refused(code) => return format!("{code} without effect"),
            Self::Belied(code) => return format!("{code} after effect"),
            Self::CutInEvent => "watch cut in an event",
            Self::DroppedWatch => "watch dropped",
            Self::ResetWatch => "watch reset",
            Self::Stalled => "watch stalled",
            Self::Expired => "watch expired",
            Self::OldList => "old list",
        };
        name.to_owned()
    }
}

/// Of a hundred lists, so many are old.
const OLD: u32 = 40;

/// Draws faults.
#[derive(Debug)]
pub(super) struct Script(Rng, Percent);

/// Of a hundred requests, so many meet with a fault.
type Percent = u32;

impl Script {
    pub(super) fn new(seed: u64, percent: Percent) -> Self {
        Self(Rng::with_seed(seed), percent)
    }

    /// What becomes of a request.
    pub(super) fn request(&mut self, class: Class) -> Option<Fault> {
        if let Class::Watch { lists } = class {
            return self.watch(lists);
        }
        if self.0.u32(..100) >= self.1 {
            return None;
        }
        let code = self.code(class);
        Some(match self.0.u32(..20) {
            0..3 => Fault::DelayedRequest,
            3..5 => Fault::DelayedAnswer,
            5 if class != Class::Read => Fault::Late,
            5..7 => Fault::DroppedRequest,
            7..9 => Fault::DroppedAnswer,
            9 => Fault::ResetRequest,
            10 => Fault::ResetAnswer,
            11 => Fault::Throttled,
            12..17 => Fault::Refused(code),
            _ => Fault::Belied(code),
        })
    }

    fn watch(&mut self, lists: bool) -> Option<Fault> {
        if lists && self.0.u32(..100) < OLD {
            return Some(Fault::OldList);
        }
        if self.0.u32(..100) >= self.1 {
            return None;
        }
        Some(match self.0.u32(..6) {
            0 => Fault::DelayedRequest,
            1 => Fault::DroppedRequest,
            2 => Fault::ResetRequest,
            3 if !lists => Fault::Expired,
            _ => Fault::Refused(self.code(Class::Watch { lists })),
        })
    }

    fn code(&mut self, class: Class) -> u16 {
        // Nothing that is read conflicts.
        let from = usize::from(!matches!(class, Class::Create | Class::Write));
        CODES[self.0.usize(from..CODES.len())]
    }

    /// What befalls a watch next, and after which time.
    pub(super) fn of_watch(&mut self) -> (Fault, Duration) {
        let fault = match self.0.u32(..10) {
            0..4 => Fault::CutInEvent,
            4..6 => Fault::ResetWatch,
            6..8 => Fault::Stalled,
            _ => Fault::Throttled,
        };
        (fault, self.between(1_000, 20_000))
    }

    /// How long a fault lasts.
    pub(super) fn delay(&mut self, fault: Fault) -> Duration {
        match fault {
            // Beyond the Lease, as controllers have it here.
            Fault::Late => self.between(2_000, 9_000),
            Fault::Stalled => self.between(500, 6_000),
            _ => self.between(10, 600),
        }
    }

    fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.0.u64(least..most))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_comes_and_what_is_read_neither_conflicts_nor_comes_late() {
        let mut script = Script::new(1, 14);
        let mut seen = BTreeSet::new();
        for class in [Class::Create, Class::Write, Class::Read] {
            for _ in 0..20_000 {
                let Some(fault) = script.request(class) else {
                    continue;
                };
                if class == Class::Read {
                    let conflicts = matches!(fault, Fault::Refused(409) | Fault::Belied(409));
                    assert!(!conflicts && fault != Fault::Late, "{fault:?}");
                }
                seen.insert(fault.name());
            }
        }
        for lists in [false, true] {
            let faults = (0..1_000).filter_map(|_| script.request(Class::Watch { lists }));
            seen.extend(faults.map(Fault::name));
            seen.extend((0..100).map(|_| script.of_watch().0.name()));
        }
        // 8 of requests, 8 answers, 5 of watches.
        assert_eq!(seen.len(), 21, "{seen:?}");
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = |seed| {
            let mut script = Script::new(seed, 14);
            let faults = (0..500).map(|_| script.request(Class::Write));
            faults.collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
