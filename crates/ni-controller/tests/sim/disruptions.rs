// SPDX-License-Identifier: Apache-2.0

//! What befalls replicas and the server: the Lease goes, a process dies, the server goes back to a backup.

use super::server::Backup;
use super::{Sim, Who, fresh_core};

impl Sim {
    /// The Lease goes to the other replica. What the first has sent is still on its way.
    pub(crate) fn depose(&mut self) {
        let now = self.now();
        self.leader.core.lead(false, now);
        std::mem::swap(&mut self.leader, &mut self.standby);
        self.leader.core.lead(true, now);
    }

    /// The leader's process dies: what it knew is gone; what it had sent may or may not be served.
    pub(crate) fn crash(&mut self) {
        self.forget();
        let lost = std::mem::take(&mut self.leader.orders);
        for order in lost.into_iter().step_by(2) {
            self.serve_order(&order);
        }
        self.leader.ahead = false;
        self.list_all(Who::Leader);
    }

    pub(crate) fn back_up(&self) -> [Backup; 2] {
        [self.server.back_up(), self.other.back_up()]
    }

    /// The server goes back to its backup. With the next write its versions may overtake all that ever were.
    pub(crate) fn restore(&mut self, backups: &[Backup; 2], overtakes: bool) {
        let newest = self.server.newest();
        self.restores += 1;
        for server in self.servers() {
            server.restore(backups, newest);
        }
        self.server
            .begin_history(self.restores, &backups[0], overtakes);
        self.leader.ahead = true;
        self.standby.ahead = true;
    }

    /// A replica notices that the server went back. What it had sent may or may not be served yet.
    pub(crate) fn notice(&mut self, who: Who) {
        let now = self.now();
        let replica = self.replica(who);
        replica.ahead = false;
        replica.core.start_over(now);
        replica.core.lead(who == Who::Leader, now);
        let lost = std::mem::take(&mut replica.orders);
        for order in lost.into_iter().step_by(2) {
            self.serve_order(&order);
        }
        self.list_all(who);
    }

    /// Whether a replica has not noticed yet that the server went back.
    pub(crate) fn is_ahead(&mut self, who: Who) -> bool {
        self.replica(who).ahead
    }

    /// Lets a replica take in what an answer proves. Fails if it proves a restore that was none.
    pub(super) fn take_proof(&mut self, who: Who) {
        let replica = self.replica(who);
        if let Some(proof) = replica.core.take_proof() {
            assert!(replica.ahead, "the server did not go back: {proof}");
            self.notice(who);
        }
    }

    /// The leader knows nothing any more.
    pub(crate) fn forget(&mut self) {
        self.leader.core = fresh_core(&self.watched, self.options);
        self.leader.core.lead(true, self.now());
        self.leader.answers.clear();
    }
}
