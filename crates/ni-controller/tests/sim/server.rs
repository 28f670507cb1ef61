// SPDX-License-Identifier: Apache-2.0

//! The model of the API server, as the controller's requests and events meet it, with a record of what the controller wrote.

use std::ops::{Deref, DerefMut};

use api_model::Reported;
use explore::server::{definitions, serve};
use ni_controller::core::Outcome;
use ni_controller::plan::Request;
use ni_controller::world::{AnyObject, Event, Kind};
use serde_json::{Value, json};

pub(crate) use api_model::{Phase, uid};

/// What a namespace was like.
pub(crate) type Backup = api_model::Backup<Kind>;

/// One namespace of the server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    model: api_model::Server<Kind>,
    /// Every change of the controller's to an object that was there, with the object as it was before.
    pub(crate) writes: Vec<(Kind, Request, Value)>,
    /// The routes of an interface, as a cloud provider read them last.
    pub(crate) read_routes: Vec<Value>,
}

impl Default for Server {
    /// The namespace `ns`; two replicas watch it.
    fn default() -> Self {
        Self::of(api_model::Server::new("ns", 2).with_definitions(definitions()))
    }
}

impl Deref for Server {
    type Target = api_model::Server<Kind>;

    fn deref(&self) -> &Self::Target {
        &self.model
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.model
    }
}

impl Server {
    fn of(model: api_model::Server<Kind>) -> Self {
        Self {
            model,
            writes: Vec::new(),
            read_routes: Vec::new(),
        }
    }

    /// Another namespace of the same server, with nothing in it.
    pub(crate) fn other(&self) -> Self {
        Self::of(self.model.another("other"))
    }

    /// Creates the object, or merges this into the one that is there.
    pub(crate) fn apply(&mut self, kind: Kind, name: &str, body: &Value) {
        if !self.create(kind, name, body) {
            self.patch(kind, name, body);
        }
    }

    /// Makes a network that the controller protects already.
    pub(crate) fn create_network(&mut self, name: &str) {
        let finalizers = [Kind::Network.entry().finalizer];
        let body = json!({ "metadata": { "finalizers": finalizers }, "spec": {} });
        self.create(Kind::Network, name, &body);
    }

    /// Serves a request of the controller's.
    pub(crate) fn serve(&mut self, kind: Kind, name: &str, request: &Request) -> Outcome {
        let before = self.get(kind, name).cloned();
        let outcome = serve(&mut self.model, kind, name, request);
        let done = !matches!(outcome, Outcome::Failed(_)) && !request.is_read();
        if let Some(before) = before.filter(|_| done) {
            self.writes.push((kind, request.clone(), before));
        }
        outcome
    }
}

/// The event as the controller's watch decodes it.
pub(crate) fn typed(kind: Kind, event: &Reported) -> Event {
    let object = any(kind, &event.object);
    if event.gone() {
        Event::Deleted(object)
    } else {
        Event::Applied(object)
    }
}

/// The object as the controller's world keeps it.
pub(crate) fn any(kind: Kind, object: &Value) -> AnyObject {
    AnyObject::decode(kind, &object.to_string()).expect("metadata decodes")
}
