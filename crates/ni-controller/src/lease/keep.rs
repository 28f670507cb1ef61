// SPDX-License-Identifier: Apache-2.0

//! Keeps the Lease: sends what the elector says, hands in the answers, tells what changes.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::{debug, info, warn};

use super::{Answer, Elector, Request, Role, Shown, Standing, Step, Term, Times};
use crate::FIELD_MANAGER;
use ni_runtime::error::describe;

use crate::apply::names;

/// Keeps a Lease in the background.
#[derive(Debug)]
pub struct Keeper {
    leave: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Takes part in the election by the Lease `namespace/name`; the term says when this process leads.
pub fn keep(client: Client, namespace: &str, name: &str, times: Times) -> (Term, Keeper) {
    let identity = identity();
    info!(lease = %format!("{namespace}/{name}"), identity, "taking part in the election");
    let (set, standing) = watch::channel(Standing::default());
    let (leave, left) = oneshot::channel();
    let this = Keeping {
        api: Api::namespaced(client, namespace),
        name: name.to_owned(),
        times,
        elector: Elector::new(identity, times),
        start: Instant::now(),
        standing: set,
        role: None,
        complaint: None,
    };
    let task = tokio::spawn(this.run(left));
    (Term::of(standing), Keeper { leave, task })
}

impl Keeper {
    /// Gives the Lease up, so that another replica takes over at once. To be called when nothing is written any more.
    pub async fn leave(self) {
        // It ends by this alone; where it has ended otherwise there is nothing to give up.
        let _ = self.leave.send(());
        let _ = self.task.await;
    }
}

/// Of this process alone, also among those of one machine and of one pod.
fn identity() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "ni-controller".to_owned());
    let started = Timestamp::now().as_microsecond();
    format!("{host}_{}_{started:x}", std::process::id())
}

struct Keeping {
    api: Api<Lease>,
    name: String,
    times: Times,
    elector: Elector,
    start: Instant,
    standing: watch::Sender<Standing>,
    role: Option<Role>,
    /// The last failure that was logged.
    complaint: Option<String>,
}

impl Keeping {
    async fn run(mut self, mut leave: oneshot::Receiver<()>) {
        loop {
            self.publish();
            match self.next() {
                Step::Wait(at) => tokio::select! {
                    _ = &mut leave => break,
                    () = self.wait_until(at) => {}
                },
                Step::Send(request) => self.ask(&request).await,
                Step::Done => return,
            }
        }
        self.elector.leave(self.start.elapsed());
        // Set the role now, so that `publish` does not warn about a loss that we asked for.
        self.role = Some(self.elector.role(self.start.elapsed()));
        self.publish();
        if timeout(self.times.renew_deadline, self.give_up())
            .await
            .is_err()
        {
            warn!("could not release the Lease: it will expire");
        }
    }

    async fn give_up(&mut self) {
        loop {
            match self.next() {
                Step::Wait(at) => self.wait_until(at).await,
                Step::Send(request) => self.ask(&request).await,
                Step::Done => return info!("released the Lease"),
            }
        }
    }

    fn next(&self) -> Step {
        self.elector.next(self.start.elapsed(), Timestamp::now())
    }

    async fn wait_until(&self, at: Duration) {
        tokio::time::sleep(at.saturating_sub(self.start.elapsed())).await;
    }

    async fn ask(&mut self, request: &Request) {
        let sent = self.start.elapsed();
        let answer = match timeout(self.times.request_timeout(), self.send(request)).await {
            Ok(Ok(lease)) => {
                self.complaint = None;
                Answer::Shown(Shown::of(lease))
            }
            Ok(Err(kube::Error::Api(status))) if status.code == 409 => Answer::Conflict,
            Ok(Err(kube::Error::Api(status)))
                if status.code == 404
                    && !matches!(request, Request::Create(_))
                    && names(&status, &self.name) =>
            {
                Answer::Missing
            }
            Ok(Err(error)) => self.complain(describe(&error)),
            Err(_) => self.complain("no answer in time".to_owned()),
        };
        self.elector
            .answer(request, answer, sent, self.start.elapsed());
    }

    async fn send(&self, request: &Request) -> kube::Result<Lease> {
        match request {
            Request::Read => self.api.get(&self.name).await,
            Request::Create(record) => {
                let params = PostParams {
                    field_manager: Some(FIELD_MANAGER.to_owned()),
                    ..PostParams::default()
                };
                self.api.create(&params, &record.lease(&self.name)).await
            }
            Request::Patch(record, version) => {
                let params = PatchParams {
                    field_manager: Some(FIELD_MANAGER.to_owned()),
                    ..PatchParams::default()
                };
                let patch = Patch::Merge(record.patch(version));
                self.api.patch(&self.name, &params, &patch).await
            }
        }
    }

    /// Logs a failure as a warning; a repeated one only for debugging.
    fn complain(&mut self, error: String) -> Answer {
        if self.complaint.as_ref() == Some(&error) {
            debug!(error, "retrying a request for the Lease");
        } else {
            warn!(error, "a request for the Lease failed: retrying");
        }
        self.complaint = Some(error);
        Answer::Failed
    }

    /// Says until when this process leads, and logs what changed.
    fn publish(&mut self) {
        let until = self.elector.leads_until().map(|until| self.start + until);
        let standing = Standing {
            until,
            went_back: self.elector.went_back().clone(),
        };
        let went_back = self.standing.borrow().went_back != standing.went_back;
        self.standing.send_if_modified(|last| {
            let news = *last != standing;
            *last = standing;
            news
        });
        let role = self.elector.role(self.start.elapsed());
        if self.role.as_ref() == Some(&role) {
            return;
        }
        match (&self.role, &role) {
            (_, Role::Leading) => info!("leading"),
            // Whoever runs this says so.
            (Some(Role::Leading), Role::Standby(_)) if went_back => {}
            (Some(Role::Leading), Role::Standby(Some(holder))) => {
                warn!(holder, "another replica holds the Lease: standing by");
            }
            (Some(Role::Leading), Role::Standby(None)) => {
                warn!("could not renew the Lease in time: standing by");
            }
            (_, Role::Standby(Some(holder))) => info!(holder, "standing by"),
            (_, Role::Standby(None)) => debug!("no leader known"),
        }
        self.role = Some(role);
    }
}
