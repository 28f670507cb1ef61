// SPDX-License-Identifier: Apache-2.0

//! What a controller was told, it knows: of its own writes it need not hear by a watch.

use std::collections::BTreeMap;

use ni_controller::core::{Order, Outcome};
use ni_controller::plan::Request;
use ni_controller::world::Kind;

use super::Broken;
use super::object::must;
use crate::replica::Replica;
use crate::server::{NAMESPACE, Server, uid};

/// What the answers to its writes have told a controller, by object, the last of each.
#[derive(Clone, Debug, Default)]
pub struct Told(BTreeMap<(Kind, String), Last>);

#[derive(Clone, Debug)]
pub(crate) enum Last {
    /// It is there, in this version.
    There(u64),
    /// The one of this UID is gone.
    Gone(String),
}

impl Told {
    /// Takes in the answer to an order.
    pub fn hear(&mut self, order: &Order, outcome: &Outcome) {
        let change = &order.change;
        let last = match (outcome, &change.request) {
            (_, Request::Read | Request::Ask(_)) | (Outcome::Told(_) | Outcome::Failed(_), _) => {
                return;
            }
            (Outcome::Object(object), _) => Last::There(object.meta().version),
            (Outcome::Gone, Request::Delete { uid, .. }) => Last::Gone(uid.to_string()),
            (Outcome::Gone, _) => return,
        };
        self.0.insert((change.kind, change.name.to_string()), last);
    }

    /// Forgets what the controller has heard about a kind: an old list may take it back.
    pub fn forget(&mut self, kind: Kind) {
        self.0.retain(|(of, _), _| *of != kind);
    }

    /// An order does not say otherwise than its sender was told, as long as that is still so.
    ///
    /// # Errors
    /// If it does.
    pub fn is_known(&self, order: &Order, server: &Server) -> Result<(), Broken> {
        let change = &order.change;
        let key = (change.kind, change.name.to_string());
        let stored = server.object(change.kind, &change.name);
        let holds = match (self.0.get(&key), stored) {
            (Some(Last::There(version)), Some(stored)) if stored.version() == *version => {
                let by = version_of(&change.request);
                let creates = matches!(change.request, Request::Create(_));
                !creates && by.is_none_or(|by| by >= *version)
            }
            (Some(Last::Gone(gone)), _) => uid_of(&change.request) != Some(gone),
            _ => true,
        };
        must(holds, "what a controller was told, it knows", || {
            format!("{change:?} after {:?}", self.0.get(&key))
        })
    }

    /// What may still matter, by kind and name. A version that the server no longer has can't be told from any other, one that the
    /// controller knows says nothing more, and an object that is gone matters only where the controller has it or may be shown it.
    pub(crate) fn matters<'a>(
        &'a self,
        replica: &'a Replica,
        server: &'a Server,
    ) -> impl Iterator<Item = (Kind, &'a str, &'a Last)> {
        let known = replica.core.get().world().namespace(NAMESPACE);
        let all = self.0.iter();
        all.filter_map(move |((kind, name), last)| {
            let meta = known.meta(*kind, name);
            let matters = match last {
                Last::There(version) => {
                    let stored = server.object(*kind, name);
                    stored.is_some_and(|stored| stored.version() == *version)
                        && meta.is_none_or(|meta| meta.version < *version)
                }
                Last::Gone(gone) => {
                    let mut coming = replica.watches[kind].coming(server, *kind);
                    meta.is_some_and(|meta| *meta.uid == **gone)
                        || coming.any(|shown| !shown.gone && uid(&shown.json) == gone)
                }
            };
            matters.then_some((*kind, name.as_str(), last))
        })
    }
}

fn version_of(request: &Request) -> Option<u64> {
    match request {
        Request::Patch(body) | Request::PatchStatus(body) => {
            body["metadata"]["resourceVersion"].as_str()?.parse().ok()
        }
        Request::Delete { version, .. } => Some(*version),
        Request::Create(_) | Request::Read | Request::Ask(_) => None,
    }
}

fn uid_of(request: &Request) -> Option<&str> {
    match request {
        Request::Patch(body) | Request::PatchStatus(body) => some(uid(body)),
        Request::Delete { uid, .. } => Some(uid),
        Request::Create(_) | Request::Read | Request::Ask(_) => None,
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
