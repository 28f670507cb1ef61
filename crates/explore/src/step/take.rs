// SPDX-License-Identifier: Apache-2.0

//! How each step is taken, and what must hold of it.

use std::rc::Rc;
use std::time::Duration;

use ni_controller::core::{Failure, Outcome};
use ni_controller::world::Kind;

use super::Step;
use crate::invariants::Told;
use crate::replica::Replica;
use crate::running::{Input, Output};
use crate::scope::Scope;
use crate::server::{Cause, Effect};
use crate::sketch::Sketched;
use crate::state::{State, Wire};

/// What a step that breaks a rule is answered with: the rule, and what breaks it.
pub type Broken = String;

impl State {
    /// Takes a step, which [`State::steps`] has named.
    ///
    /// # Errors
    /// Says which rule the step breaks.
    pub fn take(&mut self, scope: &Scope, step: Step) -> Result<(), Broken> {
        let now = self.now();
        match step {
            Step::Act(actor) => self.act(scope, actor.into()),
            Step::Show(whose, kind) => self.show(whose.into(), kind),
            Step::List(whose, kind) => {
                self.pay_for_list(whose.into(), kind);
                self.overtake(whose.into(), kind);
                let replica = Rc::make_mut(&mut self.replicas[usize::from(whose)]);
                replica.list_whole(&self.server, kind, now);
            }
            Step::ListSlowly(whose, kind) => {
                self.budget.slow_lists -= 1;
                self.begin_list(whose.into(), kind, 0);
            }
            Step::ListCatchingUp(whose, kind, lacks) => {
                self.budget.old_lists -= 1;
                self.pay_for_list(whose.into(), kind);
                self.overtake(whose.into(), kind);
                let replica = Rc::make_mut(&mut self.replicas[usize::from(whose)]);
                replica.list_catching_up(&self.server, kind, lacks.into(), now);
            }
            Step::ListOld(whose, kind, lacks) => {
                self.budget.old_lists -= 1;
                self.begin_list(whose.into(), kind, lacks.into());
                let replica = Rc::make_mut(&mut self.replicas[usize::from(whose)]);
                replica.told.forget(kind);
                while replica.list_goes_on(kind, now) {}
            }
            Step::Send(whose) => return self.send(whose.into()).map(drop),
            Step::Serve(at) => return self.serve(scope, at.into()),
            Step::Lose(at) => self.lose(at.into()),
            Step::Refuse(at) => {
                self.budget.refusals -= 1;
                let refused = Outcome::Failed(Failure::Refused("not now".to_owned()));
                self.wire[usize::from(at)].answer = Some(Sketched::new(refused));
            }
            Step::Answer(at) => return self.answer(scope, at.into()),
            Step::Collect => {
                self.server.meet(Cause::Collect, |server| {
                    server.change(api_model::Server::collect);
                    Effect::default()
                });
            }
            Step::Wait => {
                self.budget.waits -= 1;
                self.wait(scope);
            }
            Step::Crash(whose) => {
                self.budget.crashes -= 1;
                self.crash(scope, whose.into());
            }
            Step::Depose(whose) => {
                self.budget.depositions -= 1;
                self.lead(whose.into(), false);
            }
            Step::Elect(whose) => self.lead(whose.into(), true),
            Step::Restore(overtakes) => self.restore(overtakes),
            Step::Notice(whose) => self.notice(scope, whose.into()),
        }
        Ok(())
    }

    fn act(&mut self, scope: &Scope, actor: usize) {
        let number = self.done[actor];
        let act = &scope.actors[actor][number];
        self.done[actor] += 1;
        self.server.meet(Cause::Act(actor, number), |server| {
            server.change(act.what);
            Effect::default()
        });
    }

    fn show(&mut self, whose: usize, kind: Kind) {
        let now = self.now();
        let replica = Rc::make_mut(&mut self.replicas[whose]);
        if replica.watch(kind).list.is_some() {
            replica.list_goes_on(kind, now);
            return;
        }
        let watch = replica.watch(kind);
        let Some(shown) = watch.events(&self.server, kind).next().cloned() else {
            return;
        };
        let log = &self.server.log[&kind];
        while !Rc::ptr_eq(&log[watch.heard], &shown) {
            watch.heard += 1;
        }
        watch.heard += 1;
        replica.core.take_in(Input::Reported(shown), now);
    }

    fn pay_for_list(&mut self, whose: usize, kind: Kind) {
        if !self.replicas[whose].watches[&kind].unlisted {
            self.budget.relists -= 1;
        }
    }

    /// A controller has a list of a kind while its requests are under way.
    fn overtake(&mut self, whose: usize, kind: Kind) {
        let own = self
            .wire
            .iter_mut()
            .filter(|wire| wire.whose == Some(whose));
        own.filter(|wire| wire.order.get().change.kind == kind)
            .for_each(|wire| wire.overtaken = true);
    }

    fn begin_list(&mut self, whose: usize, kind: Kind, lacks: usize) {
        self.pay_for_list(whose, kind);
        self.overtake(whose, kind);
        let now = self.now();
        let heard = self.server.reported(kind) - lacks;
        Rc::make_mut(&mut self.replicas[whose]).begin_list(&self.server, kind, heard, now);
    }

    /// Has a controller plan; answers whether it sends a request.
    pub(crate) fn send(&mut self, whose: usize) -> Result<bool, Broken> {
        let now = self.now();
        let replica = Rc::make_mut(&mut self.replicas[whose]);
        let Output { order, broken, .. } = replica.core.take_in(Input::Room, now);
        let Some(order) = order else {
            return Ok(false);
        };
        self.wire.push(Wire {
            whose: Some(whose),
            order: order.clone(),
            view: replica.watches[&Kind::NetworkInterface].heard,
            answer: None,
            overtaken: false,
        });
        broken.map_or(Ok(()), Err)?;
        if !replica.ahead {
            replica.told.is_known(order.get(), &self.server)?;
        }
        Ok(true)
    }

    fn serve(&mut self, scope: &Scope, at: usize) -> Result<(), Broken> {
        let wire = &self.wire[at];
        let known = self.budget.restores == scope.budget.restores;
        let view = known.then_some(wire.view);
        let order = wire.order.clone();
        let cause = Cause::Serve(order.clone(), view);
        let effect = self
            .server
            .meet(cause, |server| server.obey(&order.get().change, view));
        if self.wire[at].whose.is_some() {
            self.wire[at].answer = effect.outcome;
        } else {
            self.wire.remove(at);
        }
        effect.broken.map_or(Ok(()), Err)
    }

    fn lose(&mut self, at: usize) {
        self.budget.losses -= 1;
        if self.wire[at].whose.is_none() {
            self.wire.remove(at);
            return;
        }
        let lost = Outcome::Failed(Failure::Transient {
            message: "lost".to_owned(),
            after: None,
        });
        self.wire[at].answer = Some(Sketched::new(lost));
    }

    fn answer(&mut self, scope: &Scope, at: usize) -> Result<(), Broken> {
        let now = self.now();
        let wire = self.wire.remove(at);
        let (Some(whose), Some(outcome)) = (wire.whose, wire.answer) else {
            return Ok(());
        };
        let order = wire.order.get();
        let replica = Rc::make_mut(&mut self.replicas[whose]);
        if !wire.overtaken {
            replica.told.hear(order, outcome.get());
        }
        let answered = Input::Answered(order.ticket, outcome);
        match replica.core.take_in(answered, now).proof {
            Some(proof) if !replica.ahead => Err(format!(
                "a restore is seen only where there was one: {proof}"
            )),
            Some(_) => {
                self.notice(scope, whose);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// When the next timer fires, if that is worth waiting for.
    pub(crate) fn next_timer(&self, scope: &Scope) -> Option<Duration> {
        let leaders = self.replicas.iter().filter(|replica| replica.leads);
        let next = leaders
            .filter_map(|replica| replica.core.get().wake_at())
            .min()?;
        let near = next > self.elapsed && next <= self.elapsed + scope.patience;
        // Objects know whole seconds.
        near.then(|| {
            Duration::from_secs(
                next.as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(u64::MAX),
            )
        })
    }

    pub(crate) fn wait(&mut self, scope: &Scope) {
        if let Some(next) = self.next_timer(scope) {
            self.elapsed = next;
        }
    }

    /// The process knows nothing any more. What it has sent stays on its way.
    fn crash(&mut self, scope: &Scope, whose: usize) {
        self.forget(whose);
        let leads = self.replicas[whose].leads;
        self.replicas[whose] = Rc::new(Replica::new(scope, &self.cores, leads, self.now()));
        self.list_what_is_empty(scope, whose);
    }

    /// Nobody waits for the answers to what a controller has sent.
    fn forget(&mut self, whose: usize) {
        self.wire.retain_mut(|wire| {
            let mine = wire.whose == Some(whose);
            if mine {
                wire.whose = None;
            }
            !mine || wire.answer.is_none()
        });
    }

    fn list_what_is_empty(&mut self, scope: &Scope, whose: usize) {
        let now = self.now();
        for kind in Kind::ALL {
            if !scope.kinds.contains(&kind) {
                Rc::make_mut(&mut self.replicas[whose]).list_whole(&self.server, kind, now);
            }
        }
    }

    pub(crate) fn lead(&mut self, whose: usize, leads: bool) {
        let now = self.now();
        let replica = Rc::make_mut(&mut self.replicas[whose]);
        replica.leads = leads;
        replica.core.take_in(Input::Leads(leads), now);
    }

    fn restore(&mut self, overtakes: bool) {
        self.budget.restores -= 1;
        let newest = self.server.newest();
        let backup = self.backup.clone();
        self.server.restore(&backup, overtakes);
        for replica in &mut self.replicas {
            let replica = Rc::make_mut(replica);
            replica.ahead = true;
            for (kind, watch) in &mut replica.watches {
                watch.heard = self.server.reported(*kind);
                watch.blind = if watch.unlisted { 0 } else { newest };
            }
        }
    }

    /// A controller notices that the server went back, and starts over.
    pub(crate) fn notice(&mut self, scope: &Scope, whose: usize) {
        let now = self.now();
        self.forget(whose);
        let replica = Rc::make_mut(&mut self.replicas[whose]);
        replica.ahead = false;
        replica.told = Told::default();
        let leads = replica.leads;
        replica.core.take_in(Input::StartsOver(leads), now);
        for watch in replica.watches.values_mut() {
            watch.unlisted = true;
            watch.list = None;
            watch.shown = 0;
            watch.blind = 0;
        }
        self.list_what_is_empty(scope, whose);
    }
}
