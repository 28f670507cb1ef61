// SPDX-License-Identifier: Apache-2.0

//! Rest: everything has arrived, and nothing more is to be done.

use std::time::Duration;

use ni_controller::core::{Core, Now};
use ni_controller::plan::{Plan, Request};
use ni_controller::world::{Key, Kind};

use super::server::Server;
use super::{Fate, Sim, Who};

/// How often a question that is answered yes is asked before that counts as rest: with waits of up to a second in between.
const ASKED_IN_VAIN: u32 = 30;

impl Sim {
    /// Lets everything arrive until nothing more happens. Fails if that never comes.
    pub(crate) fn settle(&mut self) {
        let mut in_vain = 0;
        for _ in 0..20_000 {
            let before = self.moves;
            let busy = self.pass_on();
            if self.moves > before {
                in_vain = 0;
                continue;
            }
            in_vain += u32::from(busy);
            // Waiting is told after 30 s; retries come sooner.
            let wake = self.leader.core.wake_at();
            let wake = wake.filter(|at| *at <= self.elapsed + Duration::from_secs(10));
            match wake {
                Some(at) if in_vain < ASKED_IN_VAIN => self.elapsed = self.elapsed.max(at),
                _ => return,
            }
        }
        panic!(
            "the controller never comes to rest: {:?}",
            self.server.writes.iter().rev().take(6).collect::<Vec<_>>()
        );
    }

    /// Everything on its way arrives, and what the leader sends; answers whether there was anything.
    fn pass_on(&mut self) -> bool {
        let mut busy = false;
        // There and back.
        for _ in 0..2 {
            self.switch();
            self.server.collect();
            for who in [Who::Leader, Who::Standby] {
                for kind in Kind::ALL {
                    while self.deliver_to(who, kind) {
                        busy = true;
                    }
                }
                while self.serve_for(who, 0, Fate::Served) || self.answer_for(who, 0) {
                    busy = true;
                }
            }
        }
        while self.send() || self.serve(0, Fate::Served) || self.answer(0) {
            busy = true;
        }
        busy
    }

    /// The plan for every object that the server has, without questions: an interface that does not decode keeps its network, and
    /// only the API server knows of that.
    pub(crate) fn plans(core: &Core, server: &Server, now: Now) -> Vec<(Key, Plan)> {
        let mut plans = Vec::new();
        for kind in Kind::ALL {
            for object in server.list(kind) {
                let name = object["metadata"]["name"].as_str().unwrap();
                let key = Key {
                    namespace: server.namespace().into(),
                    kind,
                    name: name.into(),
                };
                let mut plan = core.plan(&key, now);
                plan.again_at = None;
                plan.changes
                    .retain(|change| !matches!(change.request, Request::Ask(_)));
                plans.push((key, plan));
            }
        }
        plans
    }
}
