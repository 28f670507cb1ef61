// SPDX-License-Identifier: Apache-2.0

//! Several candidates, a server between them, and whatever can go wrong, a restore of the server among it: at no moment do two
//! of them lead, and each that was ahead of the restored state notices.

mod server;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use proptest::prelude::*;

use super::{Answer, Elector, Request, Role, Step, Times};
use server::Server;

const TIMES: Times = Times {
    duration: Duration::from_secs(15),
    renew_deadline: Duration::from_secs(10),
    retry_period: Duration::from_secs(2),
};
/// Milliseconds of true time from step to step.
const TICK: u64 = 50;
/// How long things go wrong, in milliseconds; then there is as much time again for them to come right.
const TROUBLE: u64 = 120_000;
/// How long an answer is waited for, in milliseconds.
const PATIENCE: u64 = 5000;

/// Chance, by a seed.
struct Chance(u64, u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.1 += 1;
        let mut hasher = DefaultHasher::new();
        (self.0, self.1).hash(&mut hasher);
        hasher.finish() % bound
    }

    /// In `one_in` cases one.
    fn strikes(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}

/// A restore: all times in milliseconds of true time.
#[derive(Clone, Copy, Debug)]
struct Restore {
    /// When the backup is made.
    backup: u64,
    /// When the server goes away.
    begins: u64,
    /// For how long at least.
    takes: u64,
    overtakes: bool,
}

impl Restore {
    /// By when every leader's term is over, as every clock has it.
    const SAFE: u64 = 13_000;

    fn act(self, now: u64, server: &mut Server, all: &mut [Candidate]) {
        if now == self.backup {
            server.back_up();
        }
        let restored = server.backed_up();
        // A process that starts, or wakes, and knows nothing of the last leader has to come later than that one's term.
        let safe = self.takes >= Self::SAFE || all.iter().all(|one| one.seen > restored);
        if server.away.is_none() && now >= self.begins && safe && !server.restored {
            server.away = Some(now);
        }
        if server.away.is_some_and(|since| now >= since + self.takes) {
            server.restore(self.overtakes);
            for one in all {
                one.has_to_notice = one.seen > restored;
            }
        }
    }
}

/// A request on its way. It arrives whether or not its sender still waits, or lives.
struct Flight {
    number: u64,
    request: Request,
    arrives: u64,
}

/// What lies between candidates and server, and what can go wrong there.
#[derive(Default)]
struct Network {
    flights: Vec<Flight>,
    answers: HashMap<u64, Answer>,
    sent: u64,
}

impl Network {
    /// Sends a request; its number, and when the sender has the answer or gives it up.
    fn send(&mut self, request: Request, now: u64, chance: &mut Chance, calm: bool) -> (u64, u64) {
        self.sent += 1;
        let slow = if !calm && chance.strikes(5) {
            12_000
        } else {
            100
        };
        let arrives = now + chance.below(slow);
        let back = arrives + chance.below(slow) + TICK;
        let number = self.sent;
        if calm || !chance.strikes(8) {
            self.flights.push(Flight {
                number,
                request,
                arrives,
            });
        }
        (number, back.min(now + PATIENCE))
    }

    fn deliver(&mut self, now: u64, server: &mut Server) {
        let all = std::mem::take(&mut self.flights);
        let (arrived, flying): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|flight| flight.arrives <= now);
        self.flights = flying;
        for flight in arrived {
            let answer = server.serve(&flight.request);
            self.answers.insert(flight.number, answer);
        }
    }
}

/// A request whose answer is waited for.
struct Asked {
    number: u64,
    request: Request,
    /// By the clock of the candidate.
    sent: Duration,
    /// Until when it waits, in true time.
    until: u64,
}

struct Candidate {
    name: String,
    elector: Elector,
    /// Percent of true speed.
    speed: u64,
    started: u64,
    stopped_until: u64,
    asked: Option<Asked>,
    leaving: bool,
    /// The newest version of the Lease that it has seen.
    seen: u64,
    has_to_notice: bool,
}

impl Candidate {
    fn start(number: usize, speed: u64, now: u64) -> Self {
        let name = format!("candidate-{number}-{now}");
        Self {
            elector: Elector::new(name.clone(), TIMES),
            name,
            speed,
            started: now,
            stopped_until: now,
            asked: None,
            leaving: false,
            seen: 0,
            has_to_notice: false,
        }
    }

    /// The time by its own clock.
    fn clock(&self, now: u64) -> Duration {
        Duration::from_millis((now - self.started) * self.speed / 100)
    }

    fn leads(&self, now: u64) -> bool {
        self.elector.role(self.clock(now)) == Role::Leading
    }

    fn has_left(&self, now: u64) -> bool {
        let next = self.elector.next(self.clock(now), Timestamp::UNIX_EPOCH);
        self.asked.is_none() && next == Step::Done
    }

    fn act(&mut self, now: u64, network: &mut Network, chance: &mut Chance, calm: bool) {
        let clock = self.clock(now);
        if let Some(asked) = self.asked.take_if(|asked| asked.until <= now) {
            let answer = network.answers.remove(&asked.number);
            let answer = answer.unwrap_or(Answer::Failed);
            if let Answer::Shown(shown) = &answer {
                self.seen = shown.version.parse().expect("a number");
            }
            self.elector
                .answer(&asked.request, answer, asked.sent, clock);
        }
        if self.asked.is_some() {
            return;
        }
        let wall = i64::try_from(now).map(Timestamp::from_millisecond);
        let wall = wall.expect("short").expect("a time");
        if let Step::Send(request) = self.elector.next(clock, wall) {
            let (number, until) = network.send(request.clone(), now, chance, calm);
            self.asked = Some(Asked {
                number,
                request,
                sent: clock,
                until,
            });
        }
    }

    /// What befalls it, by chance: it is stopped for a while, told to leave, or killed.
    fn suffer(&mut self, number: usize, now: u64, chance: &mut Chance) {
        if chance.strikes(300) {
            self.stopped_until = now + chance.below(40_000);
        }
        if !self.leaving && chance.strikes(600) {
            self.leaving = true;
            self.elector.leave(self.clock(now));
        }
        if chance.strikes(800) {
            *self = Self::start(number, self.speed, now);
        }
    }
}

/// What befalls candidates and server.
#[derive(Clone, Copy, Debug)]
struct Fate {
    seed: u64,
    /// Whether candidates are stopped, told to leave and killed.
    suffers: bool,
    restore: Option<Restore>,
}

/// Names two that led at one moment, or one that did not notice the restore, if there were such; else for how long nobody had
/// led at the end.
fn run(fate: Fate, speeds: &[u64]) -> Result<u64, String> {
    let mut chance = Chance(fate.seed, 0);
    let (mut server, mut network) = (Server::default(), Network::default());
    let started = speeds.iter().enumerate();
    let mut all: Vec<Candidate> = started
        .map(|(number, speed)| Candidate::start(number, *speed, 0))
        .collect();
    let mut last_led = 0;
    for now in (0..2 * TROUBLE).step_by(usize::try_from(TICK).expect("small")) {
        let calm = now >= TROUBLE;
        server.revision += 1 + chance.below(1_000_000);
        for (number, one) in all.iter_mut().enumerate() {
            if now < one.stopped_until {
                continue;
            }
            if fate.suffers && !calm {
                one.suffer(number, now, &mut chance);
            }
            if one.has_left(now) {
                // As a rollout replaces it.
                *one = Candidate::start(number, one.speed, now);
            }
            if now >= one.stopped_until {
                one.act(now, &mut network, &mut chance, calm);
            }
        }
        network.deliver(now, &mut server);
        if !calm && fate.restore.is_none() && chance.strikes(100) {
            // A label, say: another version that says the same.
            server.touch();
        }
        if let Some(restore) = fate.restore {
            restore.act(now, &mut server, &mut all);
        }
        let leading: Vec<_> = all.iter().filter(|one| one.leads(now)).collect();
        if let [one, other, ..] = leading[..] {
            return Err(format!("{} and {} at {now} ms", one.name, other.name));
        }
        if !leading.is_empty() {
            last_led = now;
        }
    }
    let unaware = |one: &&Candidate| one.has_to_notice && one.elector.went_back().0 == 0;
    match all.iter().find(unaware) {
        Some(one) => Err(format!("{} has not noticed", one.name)),
        None => Ok(2 * TROUBLE - last_led),
    }
}

fn speeds() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(82_u64..=122, 2..5)
}

/// A restore that takes as long as this.
fn restore(takes: impl Strategy<Value = u64>) -> impl Strategy<Value = Restore> {
    let ticks = |from: u64, to: u64| (from / TICK..to / TICK).prop_map(|ticks| ticks * TICK);
    let all = (
        ticks(0, 40_000),
        ticks(45_000, 80_000),
        takes,
        any::<bool>(),
    );
    all.prop_map(|(backup, begins, takes, overtakes)| Restore {
        backup,
        begins,
        takes,
        overtakes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn two_never_lead_and_in_the_end_one_does(seed: u64, speeds in speeds()) {
        let idle = run(Fate { seed, suffers: true, restore: None }, &speeds);
        prop_assert!(idle == Ok(TICK), "{idle:?}");
    }

    #[test]
    fn after_a_restore_as_well_and_each_that_was_ahead_notices(
        seed: u64,
        speeds in speeds(),
        restore in restore(Restore::SAFE..30_000),
    ) {
        let idle = run(Fate { seed, suffers: true, restore: Some(restore) }, &speeds);
        prop_assert!(idle == Ok(TICK), "{idle:?}");
    }

    /// Not faster than an API server restarts: one that takes no longer than the time between two looks at the Lease may pass
    /// between them. The watches break then, and list again.
    #[test]
    fn after_one_that_is_faster_than_the_terms_of_leaders_too(
        seed: u64,
        speeds in speeds(),
        restore in restore(3_000..Restore::SAFE),
    ) {
        let idle = run(Fate { seed, suffers: false, restore: Some(restore) }, &speeds);
        prop_assert!(idle == Ok(TICK), "{idle:?}");
    }
}

/// So the check above can fail: speeds may differ by duration / `renew_deadline`, one and a half, and no more.
#[test]
fn clocks_that_differ_too_much_let_two_lead() {
    let fate = |seed| Fate {
        seed,
        suffers: true,
        restore: None,
    };
    let caught = (0..200).filter(|seed| run(fate(*seed), &[50, 150]).is_err());
    assert!(caught.count() > 0);
}
