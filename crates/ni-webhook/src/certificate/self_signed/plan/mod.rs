// SPDX-License-Identifier: Apache-2.0

//! What to do, from what is seen: pure, so that every replica comes to the same answer, and one that starts late or
//! again goes on where the others are.
//!
//! | The Secret holds | Served | Trusted | Until |
//! |---|---|---|---|
//! | nothing, or nothing that is valid | | | a first pair is stored |
//! | a pair | it | its CA | it nears its end, or is not for all names: a next pair is stored beside it |
//! | a pair and a next | the pair | both CAs | all configurations are seen to trust both: the time is stored |
//! | a pair and a next that is trusted | the pair; the next, once `settle` has passed | both CAs | the overlap is over: the next takes its place |
//!
//! A pair that has expired is not waited for.

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::validity::NotValid;
use super::content::{Content, Next, Stored};
use super::pair::{Names, Pair};
use super::share::Share;

/// How many times `settle` the old CA stays trusted after the new pair is served: so long may a replica not notice.
/// A watch that has died in silence is noticed within five minutes, which is five times the default.
const OVERLAP: u32 = 5;

/// Of the time that is left when a pair is to be renewed, the part in which replicas begin one after the other.
const SPREAD: u32 = 20;

/// What holds for every look.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What certificates must be for.
    pub names: Names,
    /// How long before its end a pair is renewed.
    pub rotate_before: Duration,
    /// How long API servers may take to learn what a configuration says.
    pub settle: Duration,
    /// This replica's place among all.
    pub share: Share,
}

/// What a look showed.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The Secret.
    pub stored: &'a Stored,
    /// What this replica saw in it last that was good.
    pub remembered: Option<&'a Content>,
    /// The bundles (PEM) in our entries of all configurations, read *before* the Secret; `None` where they can't be
    /// read. Where there are no entries, there is nobody who calls.
    pub bundles: Option<&'a [String]>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The pair to serve from now on; `None` leaves what is served.
    pub serve: Option<Pair>,
    /// The bundle (PEM) that all our entries should hold; `None` leaves what they hold.
    pub trust: Option<String>,
    /// What becomes of the Secret.
    pub step: Step,
    /// What an operator should know.
    pub complaint: Option<String>,
}

/// What becomes of the Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this time, unless something changes.
    Rest(SystemTime),
    /// It is written, if it is still as it was read.
    Write(Draft),
}

/// What is written, as far as it is known before keys are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// A new pair alone.
    First(Names),
    /// A new pair beside one that is in use.
    Successor {
        /// The one in use.
        current: Pair,
        /// What the new one is for.
        names: Names,
    },
    /// This.
    Known(Content),
}

impl Draft {
    /// Completes it by a pair that `make` makes.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn complete<E>(self, make: impl FnOnce(&Names) -> Result<Pair, E>) -> Result<Content, E> {
        match self {
            Self::First(names) => make(&names).map(Content::of),
            Self::Successor { current, names } => {
                let pair = make(&names)?;
                let next = Some(Next {
                    pair,
                    trusted_since: None,
                });
                Ok(Content { current, next })
            }
            Self::Known(content) => Ok(content),
        }
    }
}

/// What to do at `now`.
pub fn plan(sight: &Sight<'_>, now: SystemTime, rules: &Rules) -> Plan {
    match sight.stored {
        Stored::Content(content) => follow(content, sight.bundles, now, rules),
        Stored::Nothing => restore(None, None, sight, now, rules),
        Stored::Damaged { why, rest } => restore(Some(why), rest.as_ref(), sight, now, rules),
    }
}

/// Nothing good is stored: what is known is stored again, so that what others serve stays trusted. With a successor, as
/// who removes a key wants another.
fn restore(
    why: Option<&String>,
    rest: Option<&Pair>,
    sight: &Sight<'_>,
    now: SystemTime,
    rules: &Rules,
) -> Plan {
    let valid = |pair: &&Pair| pair.validity().check(now).is_ok();
    let remembered = sight
        .remembered
        .map(|content| recalled(content, sight.bundles, now, rules.settle));
    let remembered = remembered
        .as_ref()
        .filter(|content| valid(&content.served(now, rules.settle)));
    let rest = rest.filter(valid);
    let serve = remembered
        .map(|content| content.served(now, rules.settle))
        .or(rest);
    let draft = match (remembered, serve) {
        (Some(content), _) if content.next.is_some() => Draft::Known(content.clone()),
        (_, Some(pair)) => successor(pair, pair, rules),
        (_, None) => Draft::First(rules.names.clone()),
    };
    Plan {
        serve: serve.cloned(),
        trust: None,
        step: Step::Write(draft),
        complaint: why.map(|why| format!("the Secret is damaged, and is made good: {why}")),
    }
}

/// What is remembered, as far as it still holds. It may have been replaced by what this replica never saw, and with it
/// whom API servers trust: a successor counts as trusted only if it is in use by now, and no bundle says otherwise.
fn recalled(
    content: &Content,
    bundles: Option<&[String]>,
    now: SystemTime,
    settle: Duration,
) -> Content {
    let mut recalled = content.clone();
    if let Some(next) = &mut recalled.next {
        let ca = next.pair.ca();
        let trusted = bundles.is_none_or(|all| all.iter().all(|one| one.contains(ca)));
        let in_use = |since: &SystemTime| trusted && now >= *since + settle;
        next.trusted_since = next.trusted_since.filter(in_use);
    }
    recalled
}

fn follow(content: &Content, bundles: Option<&[String]>, now: SystemTime, rules: &Rules) -> Plan {
    let serve = content.served(now, rules.settle);
    let valid = serve.validity().check(now);
    let bundle = content.bundle();
    let step = match (content.current.validity().check(now), &content.next) {
        // One clock is wrong, and perhaps ours: what others serve is left alone.
        (Err(NotValid::NotYet(from)), _) => Step::Rest(from),
        (Err(NotValid::Expired(_)), Some(next)) if next.pair.validity().check(now).is_ok() => {
            Step::Write(Draft::Known(Content::of(next.pair.clone())))
        }
        (Err(NotValid::Expired(_)), _) => Step::Write(Draft::First(rules.names.clone())),
        (Ok(()), None) => alone(&content.current, now, rules),
        (Ok(()), Some(next)) => {
            let told = bundles.is_some_and(|all| all.iter().all(|one| *one == bundle));
            beside(&content.current, next, told, now, rules)
        }
    };
    Plan {
        serve: valid.is_ok().then(|| serve.clone()),
        trust: Some(bundle),
        step,
        complaint: valid
            .err()
            .map(|why| format!("the certificate in the Secret {why}")),
    }
}

/// A pair without successor.
fn alone(current: &Pair, now: SystemTime, rules: &Rules) -> Step {
    let due = current.validity().not_after - rules.rotate_before
        + rules.share.part(rules.rotate_before / SPREAD);
    if now >= due || !current.covers(&rules.names) {
        Step::Write(successor(current, current, rules))
    } else {
        Step::Rest(due)
    }
}

/// A pair with a successor; `told` if all configurations trust both.
fn beside(current: &Pair, next: &Next, told: bool, now: SystemTime, rules: &Rules) -> Step {
    // A time that is far ahead comes from a wrong clock.
    let since = next
        .trusted_since
        .filter(|since| *since <= now + 2 * rules.settle);
    // An expired pair is not waited for, nor is a watch that may have died in silence.
    let rest = |until: SystemTime| {
        let until = until.min(now + rules.settle);
        Step::Rest(until.min(current.validity().not_after + SECOND))
    };
    match (since, next.pair.validity().check(now)) {
        (None, _) => waiting(current, &next.pair, told, now, rules)
            .unwrap_or_else(|| rest(now + rules.settle)),
        (Some(_), Err(NotValid::Expired(_))) => Step::Write(successor(current, current, rules)),
        (Some(_), Err(NotValid::NotYet(from))) => rest(from),
        (Some(since), Ok(())) => {
            let served = since + rules.settle;
            let over = served + OVERLAP * rules.settle + rules.share.part(rules.settle);
            if now >= over {
                Step::Write(Draft::Known(Content::of(next.pair.clone())))
            } else {
                rest(if now < served { served } else { over })
            }
        }
    }
}

/// What is written where nobody serves the successor yet; `None` if that is too early.
fn waiting(
    current: &Pair,
    next: &Pair,
    told: bool,
    now: SystemTime,
    rules: &Rules,
) -> Option<Step> {
    let nears_its_end = now >= next.validity().not_after - rules.rotate_before;
    if nears_its_end || !next.covers(&rules.names) {
        return Some(Step::Write(successor(current, next, rules)));
    }
    told.then(|| {
        let next = Next {
            pair: next.clone(),
            trusted_since: Some(whole_second(now)),
        };
        let (current, next) = (current.clone(), Some(next));
        Step::Write(Draft::Known(Content { current, next }))
    })
}

/// A successor of `current`. Where the last pair was not for all our names, it is for both its names and ours: while
/// replicas with different flags run beside each other, they would else keep replacing each other's pairs.
fn successor(current: &Pair, last: &Pair, rules: &Rules) -> Draft {
    let mut names = rules.names.clone();
    if !last.covers(&rules.names) {
        names.extend(last.names().iter().cloned());
    }
    let current = current.clone();
    Draft::Successor { current, names }
}

const SECOND: Duration = Duration::from_secs(1);

/// The first whole second that is not before `time`: what is stored is read by people.
fn whole_second(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let rest = Duration::from_nanos(u64::from(since.subsec_nanos()));
    if rest.is_zero() {
        time
    } else {
        time - rest + SECOND
    }
}
