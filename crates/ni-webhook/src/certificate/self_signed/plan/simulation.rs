// SPDX-License-Identifier: Apache-2.0

//! Replicas that read, plan and write in any order, crash, and are started again with other flags.
//!
//! What is assumed of them: each looks again within half of the settling time, and no call is under way for longer than
//! a quarter of it; and that nobody damages the Secret again before it has been made good and that is known. Then no caller may meet a certificate that it does not trust, though it knows of the configurations
//! only what they said a settling time ago.

mod properties;

use std::convert::Infallible;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::super::validity::Validity;
use super::super::pair::tests::{fake, hosts};
use super::*;

const SETTLE: u64 = 20;
const ROTATE_BEFORE: u64 = 400;
const LIFETIME: u64 = 600;
const REPLICAS: usize = 3;
/// The first is never late.
const PLACES: [f64; REPLICAS] = [0.0, 0.3, 1.0];

#[derive(Clone, Debug)]
enum Action {
    /// The replica's next call is answered.
    Step(usize),
    /// The replica ends, its call unanswered, and starts again, with flags for these names.
    Crash(usize, Vec<&'static str>),
    /// Time passes.
    Pass(u64),
    /// Somebody empties or damages the Secret.
    Damage(bool),
}

/// Where a replica is.
#[derive(Clone, Debug)]
enum Stage {
    Idle,
    /// It has read the configuration, at this version.
    Read {
        version: usize,
    },
    /// It has read the Secret at this version, and planned.
    Planned {
        version: usize,
        secret: u64,
        plan: Box<Plan>,
    },
    /// It has seen to the configuration.
    Told {
        secret: u64,
        step: Step,
    },
}

#[derive(Debug)]
struct Replica {
    rules: Rules,
    stage: Stage,
    begun: u64,
    remembered: Option<Content>,
    served: Option<Pair>,
    wrote: bool,
}

#[derive(Debug)]
struct World {
    now: u64,
    stored: Stored,
    /// The Secret's version.
    secret: u64,
    /// What the configuration says, and since when.
    bundles: Vec<(u64, String)>,
    pairs: u64,
    replicas: Vec<Replica>,
}

fn time(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000 + second)
}

impl Replica {
    fn new(number: usize, names: &[&str], now: u64) -> Self {
        let rules = Rules {
            names: hosts(names),
            rotate_before: Duration::from_secs(ROTATE_BEFORE),
            settle: Duration::from_secs(SETTLE),
            share: Share(PLACES[number]),
        };
        Self {
            rules,
            stage: Stage::Idle,
            begun: now,
            remembered: None,
            served: None,
            wrote: false,
        }
    }
}

impl World {
    fn new() -> Self {
        Self {
            now: 0,
            stored: Stored::Nothing,
            secret: 0,
            bundles: vec![(0, String::new())],
            pairs: 0,
            replicas: (0..REPLICAS)
                .map(|number| Replica::new(number, &["a"], 0))
                .collect(),
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Step(number) => self.step(*number),
            Action::Crash(number, names) => {
                self.replicas[*number] = Replica::new(*number, names, self.now);
                self.finish(*number);
            }
            Action::Pass(seconds) => self.pass(*seconds),
            Action::Damage(all) => {
                self.secret += 1;
                self.stored = if *all {
                    Stored::Nothing
                } else {
                    Stored::Damaged {
                        why: "x".to_owned(),
                        rest: None,
                    }
                };
            }
        }
    }

    /// Time passes, and no replica is later than assumed.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += 1;
            for number in 0..REPLICAS {
                let replica = &self.replicas[number];
                let age = self.now - replica.begun;
                let idle = matches!(replica.stage, Stage::Idle);
                if (idle && age >= SETTLE / 2) || (!idle && age >= SETTLE / 4) {
                    self.finish(number);
                }
            }
            self.check();
        }
    }

    /// A look from where the replica is to its end.
    fn finish(&mut self, number: usize) {
        self.step(number);
        while !matches!(self.replicas[number].stage, Stage::Idle) {
            self.step(number);
        }
    }

    fn step(&mut self, number: usize) {
        let stage = std::mem::replace(&mut self.replicas[number].stage, Stage::Idle);
        self.replicas[number].stage = match stage {
            Stage::Idle => {
                self.replicas[number].begun = self.now;
                Stage::Read {
                    version: self.bundles.len(),
                }
            }
            Stage::Read { version } => self.look(number, version),
            Stage::Planned {
                version,
                secret,
                plan,
            } => {
                self.tell(version, plan.trust);
                Stage::Told {
                    secret,
                    step: plan.step,
                }
            }
            Stage::Told { secret, step } => {
                self.write(number, secret, step);
                Stage::Idle
            }
        };
        self.check();
    }

    fn look(&mut self, number: usize, version: usize) -> Stage {
        let replica = &mut self.replicas[number];
        let bundles = [self.bundles[version - 1].1.clone()];
        let sight = Sight {
            stored: &self.stored,
            remembered: replica.remembered.as_ref(),
            bundles: Some(&bundles),
        };
        let plan = plan(&sight, time(self.now), &replica.rules);
        if let Some(pair) = &plan.serve {
            replica.served = Some(pair.clone());
        }
        if let Stored::Content(content) = &self.stored {
            replica.remembered = Some(content.clone());
        }
        let plan = Box::new(plan);
        Stage::Planned {
            version,
            secret: self.secret,
            plan,
        }
    }

    /// The configuration changes if it still is as it was read.
    fn tell(&mut self, version: usize, trust: Option<String>) {
        let Some(bundle) = trust else { return };
        if self.bundles.len() == version && self.bundles[version - 1].1 != bundle {
            self.bundles.push((self.now, bundle));
        }
    }

    /// The Secret changes if it still is as it was read.
    fn write(&mut self, number: usize, secret: u64, step: Step) {
        self.replicas[number].wrote = matches!(step, Step::Write(_));
        let Step::Write(draft) = step else { return };
        let (now, pairs) = (self.now, &mut self.pairs);
        let content = draft.complete(|names| {
            *pairs += 1;
            let validity = Validity {
                not_before: time(now) - Duration::from_hours(1),
                not_after: time(now + LIFETIME),
            };
            let hosts: Vec<&str> = names.iter().map(String::as_str).collect();
            Ok::<_, Infallible>(fake(&pairs.to_string(), validity, &hosts))
        });
        if self.secret == secret {
            self.secret += 1;
            self.stored = content.map_or(Stored::Nothing, Stored::Content);
        }
    }

    /// Whoever knows the configuration as it was at some time since `SETTLE` ago trusts whatever is served.
    fn check(&self) {
        let Some((installed, _)) = self.bundles.get(1) else {
            return;
        };
        let from = self.now.saturating_sub(SETTLE).max(*installed);
        let until = |index: usize| self.bundles.get(index + 1).map_or(u64::MAX, |next| next.0);
        for (index, (_, bundle)) in self.bundles.iter().enumerate().skip(1) {
            let known = until(index) > from || index + 1 == self.bundles.len();
            for pair in self
                .replicas
                .iter()
                .filter_map(|replica| replica.served.as_ref())
            {
                assert!(
                    !known || bundle.contains(pair.ca()),
                    "{pair:?} is served, and only {bundle:?} trusted: {self:#?}"
                );
            }
        }
        let mut served: Vec<_> = self
            .replicas
            .iter()
            .filter_map(|replica| replica.served.as_ref().map(Pair::ca))
            .collect();
        served.sort_unstable();
        served.dedup();
        assert!(served.len() <= 2, "{served:?}");
    }

    /// Without anything from outside, all replicas come to serve the same, and to write nothing.
    fn comes_to_rest(&mut self) {
        for _ in 0..20 {
            self.pass(SETTLE);
        }
        for number in 0..REPLICAS {
            self.finish(number);
            self.finish(number);
        }
        let Stored::Content(content) = &self.stored else {
            panic!("{self:#?}")
        };
        let due = content.next.is_some()
            || time(self.now) + Duration::from_secs(ROTATE_BEFORE + SETTLE)
                > content.current.validity().not_after;
        for replica in &self.replicas {
            assert!(due || !replica.wrote, "{self:#?}");
            assert!(
                due || replica.served.as_ref() == Some(&content.current),
                "{self:#?}"
            );
            assert!(
                content.current.covers(&replica.rules.names) || content.next.is_some(),
                "{self:#?}"
            );
        }
        assert_eq!(
            self.bundles.last().map(|last| last.1.as_str()),
            Some(content.bundle().as_str())
        );
    }
}
