// SPDX-License-Identifier: Apache-2.0

//! The server that candidates ask: one Lease, backups, and outages.

use crate::lease::{Answer, Record, Request, Shown};

/// The Lease as it is stored.
#[derive(Clone)]
struct Stored {
    record: Record,
    version: u64,
    uid: u64,
}

/// A server, whose versions grow by others' writes as well.
#[derive(Default)]
pub(super) struct Server {
    lease: Option<Stored>,
    pub(super) revision: u64,
    uids: u64,
    backup: (Option<Stored>, u64),
    /// Since when it is away.
    pub(super) away: Option<u64>,
    pub(super) restored: bool,
}

impl Server {
    pub(super) fn serve(&mut self, request: &Request) -> Answer {
        if self.away.is_some() {
            return Answer::Failed;
        }
        match (request, &self.lease) {
            (Request::Read | Request::Patch(..), None) => return Answer::Missing,
            (Request::Create(_), Some(_)) => return Answer::Conflict,
            (Request::Patch(_, version), Some(lease)) if *version != lease.version.to_string() => {
                return Answer::Conflict;
            }
            (Request::Patch(record, _) | Request::Create(record), _) => self.write(record.clone()),
            (Request::Read, Some(_)) => {}
        }
        let lease = self.lease.as_ref().expect("there is one");
        Answer::Shown(Shown {
            record: lease.record.clone(),
            version: lease.version.to_string(),
            uid: lease.uid.to_string(),
        })
    }

    fn write(&mut self, record: Record) {
        self.revision += 1;
        self.uids += 1;
        self.lease = Some(Stored {
            record,
            version: self.revision,
            uid: self.lease.as_ref().map_or(self.uids, |lease| lease.uid),
        });
    }

    /// The Lease gets a label, say: another version that says the same.
    pub(super) fn touch(&mut self) {
        if let Some(lease) = &self.lease {
            self.write(lease.record.clone());
        }
    }

    /// The version of the Lease in the backup, 0 where there is none.
    pub(super) fn backed_up(&self) -> u64 {
        self.backup.0.as_ref().map_or(0, |lease| lease.version)
    }

    pub(super) fn back_up(&mut self) {
        self.backup = (self.lease.clone(), self.revision);
    }

    /// Goes back to the backup. Where it `overtakes`, the next write is newer than all that ever was.
    pub(super) fn restore(&mut self, overtakes: bool) {
        let (lease, revision) = self.backup.clone();
        self.lease = lease;
        if !overtakes {
            self.revision = revision;
        }
        (self.away, self.restored) = (None, true);
    }
}
