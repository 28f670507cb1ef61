// SPDX-License-Identifier: Apache-2.0

//! Users and faults stop; what is under way arrives, and controllers do what is left: does it come to rest, and to a sound one?

use std::collections::HashSet;

use ni_controller::core::Core;
use ni_controller::world::Kind;

use crate::invariants;
use crate::replica::Replica;
use crate::scope::Scope;
use crate::state::State;
use crate::step::{Broken, Step};

/// The longest way to rest that is waited for.
const LONGEST: usize = 2_000;

/// States from which a sound rest is known to be reached.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    known: HashSet<u64>,
    /// How many ways to rest were followed to their end.
    pub(crate) rests: u64,
}

impl Settled {
    /// Follows a state to its rest.
    ///
    /// # Errors
    /// Says what is not as it should be, with the steps that lead there.
    pub(crate) fn check(
        &mut self,
        scope: &Scope,
        from: &State,
        settling: u64,
    ) -> Result<(), (Vec<Step>, Broken)> {
        if self.known.contains(&settling) {
            return Ok(());
        }
        let mut state = from.clone();
        let (mut path, mut seen) = (Vec::new(), HashSet::new());
        loop {
            let fingerprint = state.fingerprint().settling;
            if self.known.contains(&fingerprint) {
                break;
            }
            if !seen.insert(fingerprint) || path.len() > LONGEST {
                return Err((
                    path,
                    "it comes to rest: it does the same again and again".into(),
                ));
            }
            match state.settle(scope) {
                Ok(Some(step)) => path.push(step),
                Ok(None) => {
                    self.rests += 1;
                    state.is_at_rest(scope).map_err(|broken| (path, broken))?;
                    break;
                }
                Err((step, broken)) => {
                    path.push(step);
                    return Err((path, broken));
                }
            }
        }
        self.known.extend(seen);
        Ok(())
    }
}

impl State {
    /// Takes the next step to rest, always the same one; none if nothing moves any more.
    fn settle(&mut self, scope: &Scope) -> Result<Option<Step>, (Step, Broken)> {
        if let Some(step) = self.next_to_settle() {
            if step == Step::Wait {
                self.wait(scope);
            } else {
                self.take(scope, step).map_err(|broken| (step, broken))?;
            }
            return Ok(Some(step));
        }
        for whose in 0..self.replicas.len() {
            if !self.replicas[whose].leads {
                continue;
            }
            let step = Step::Send(u8::try_from(whose).unwrap_or(u8::MAX));
            let before = self.replicas[whose].core.clone();
            let sent = self.send(whose).map_err(|broken| (step, broken))?;
            if sent || !self.replicas[whose].core.is_as(&before) {
                return Ok(Some(step));
            }
        }
        let waits = self.next_timer(scope).is_some();
        if waits {
            self.wait(scope);
        }
        Ok(waits.then_some(Step::Wait))
    }

    /// What arrives next.
    fn next_to_settle(&self) -> Option<Step> {
        let number = |place: usize| u8::try_from(place).unwrap_or(u8::MAX);
        let ahead = self.replicas.iter().position(|replica| replica.ahead);
        if let Some(whose) = ahead {
            return Some(Step::Notice(number(whose)));
        }
        if !self.replicas.iter().any(|replica| replica.leads) {
            return Some(Step::Elect(0));
        }
        if let Some((place, wire)) = self.wire.iter().enumerate().next() {
            return Some(match wire.answer {
                None => Step::Serve(number(place)),
                Some(_) => Step::Answer(number(place)),
            });
        }
        if self.server.has_orphans() {
            return Some(Step::Collect);
        }
        for (whose, replica) in self.replicas.iter().enumerate() {
            for kind in Kind::ALL {
                let watch = &replica.watches[&kind];
                if watch.unlisted {
                    return Some(Step::List(number(whose), kind));
                }
                if watch.list.is_some() || watch.events(&self.server, kind).next().is_some() {
                    return Some(Step::Show(number(whose), kind));
                }
            }
        }
        None
    }

    /// Nothing moves any more: what is stored must be right, and a controller that starts now must find nothing to do.
    fn is_at_rest(&self, scope: &Scope) -> Result<(), Broken> {
        invariants::rest_is_sound(self.server.model())?;
        (scope.desired)(&self.server)
            .map_err(|broken| format!("what users want is there: {broken}"))?;
        let now = self.now();
        let mut started = Replica::new(scope, &self.cores, true, now);
        for kind in Kind::ALL {
            started.list_whole(&self.server, kind, now);
        }
        let replicas = self.replicas.iter().map(|replica| &**replica);
        let leaders = replicas.filter(|replica| replica.leads);
        leaders
            .chain([&started])
            .try_for_each(|replica| self.has_nothing_to_do(replica.core.get()))
    }

    fn has_nothing_to_do(&self, core: &Core) -> Result<(), Broken> {
        let now = self.now();
        for key in core.world().keys() {
            let plan = core.plan(&key, now);
            if let Some(change) = plan.changes.first() {
                return Err(format!("at rest nothing is left to do: {key}: {change:?}"));
            }
        }
        Ok(())
    }
}
