//! Requests, with their preconditions.

use serde_json::Value;

use super::{Phase, Server, uid};

/// A request about one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Request<'a> {
    /// Read it.
    Get,
    /// Create it.
    Create(&'a Value),
    /// Merge this into it. `metadata.uid` and `metadata.resourceVersion` are preconditions.
    Patch(&'a Value),
    /// Merge this into its status. Of a status patch the server ignores the uid.
    PatchStatus(&'a Value),
    /// Delete it, if it is of this UID and version.
    Delete {
        /// The UID, as a precondition.
        uid: &'a str,
        /// The version, as a precondition.
        version: &'a str,
    },
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The object as it is now.
    Object(Value),
    /// It is gone by this request.
    Gone,
    /// It was refused.
    Refused(Refusal),
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 404: there is no such object, or no such namespace.
    NotFound,
    /// 409: one of that name exists.
    AlreadyExists,
    /// 409: it is another one, or of another version.
    Conflict,
    /// 403: the namespace is being deleted.
    NamespaceTerminating,
}

impl<K: Copy + Ord> Server<K> {
    /// Serves a request, as the real server does.
    pub fn serve(&mut self, kind: K, name: &str, request: &Request<'_>) -> Answer {
        if let Request::Create(body) = request {
            return self.serve_create(kind, name, body);
        }
        let Some(stored) = self.get(kind, name) else {
            return Answer::Refused(Refusal::NotFound);
        };
        if !request.fits(stored) {
            return Answer::Refused(Refusal::Conflict);
        }
        match request {
            Request::Patch(body) | Request::PatchStatus(body) => self.patch(kind, name, body),
            Request::Delete { .. } => self.delete(kind, name),
            Request::Create(_) | Request::Get => {}
        }
        let object = self.get(kind, name).cloned();
        object.map_or(Answer::Gone, Answer::Object)
    }

    fn serve_create(&mut self, kind: K, name: &str, body: &Value) -> Answer {
        let created = self.create(kind, name, body);
        match (self.get(kind, name), self.phase()) {
            (Some(object), Phase::Active) if created => Answer::Object(object.clone()),
            (_, Phase::Active) => Answer::Refused(Refusal::AlreadyExists),
            (_, Phase::Terminating) => Answer::Refused(Refusal::NamespaceTerminating),
            (_, Phase::Gone) => Answer::Refused(Refusal::NotFound),
        }
    }
}

impl Request<'_> {
    /// Whether the stored object is the one that the request is meant for.
    fn fits(&self, stored: &Value) -> bool {
        let (wanted_uid, wanted_version) = match self {
            Self::Patch(body) => (body["metadata"]["uid"].as_str(), version(body)),
            Self::PatchStatus(body) => (None, version(body)),
            Self::Delete { uid, version } => (Some(*uid), Some(*version)),
            Self::Create(_) | Self::Get => (None, None),
        };
        wanted_uid.is_none_or(|wanted| wanted == uid(stored))
            && wanted_version.is_none_or(|wanted| version(stored) == Some(wanted))
    }
}

fn version(object: &Value) -> Option<&str> {
    object["metadata"]["resourceVersion"].as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn server() -> Server<u8> {
        let mut server = Server::new("ns", 1);
        assert!(server.create(0, "a", &json!({ "spec": { "x": 1 } })));
        server
    }

    #[test]
    fn preconditions_are_held_to_what_is_stored() {
        let stored = server().get(0, "a").cloned().unwrap();
        let (own, version) = (uid(&stored), stored["metadata"]["resourceVersion"].clone());
        let patch = |uid: &str, version: &Value| json!({ "metadata": { "uid": uid, "resourceVersion": version }, "spec": { "x": 2 } });
        let answer = |request: Request<'_>| server().serve(0, "a", &request);
        let right = patch(&own, &version);
        assert!(
            matches!(answer(Request::Patch(&right)), Answer::Object(new) if new["spec"]["x"] == 2)
        );
        for wrong in [patch("other", &version), patch(&own, &json!("0"))] {
            let refused = Answer::Refused(Refusal::Conflict);
            assert_eq!(answer(Request::Patch(&wrong)), refused, "{wrong}");
        }
        // Of a status patch the uid is ignored.
        let status = patch("other", &version);
        assert!(matches!(
            answer(Request::PatchStatus(&status)),
            Answer::Object(_)
        ));
        let version = version.as_str().unwrap();
        let delete = Request::Delete { uid: &own, version };
        assert_eq!(answer(delete), Answer::Gone);
    }

    #[test]
    fn a_name_is_taken_once_and_no_namespace_that_goes_takes_any() {
        let mut server = server();
        let body = json!({});
        let create = Request::Create(&body);
        for (phase, name, refusal) in [
            (Phase::Active, "a", Refusal::AlreadyExists),
            (Phase::Terminating, "b", Refusal::NamespaceTerminating),
            (Phase::Gone, "b", Refusal::NotFound),
        ] {
            server.set_phase(phase);
            assert_eq!(server.serve(0, name, &create), Answer::Refused(refusal));
        }
        assert_eq!(
            server.serve(0, "b", &Request::Get),
            Answer::Refused(Refusal::NotFound)
        );
    }

    #[test]
    fn a_watch_hears_each_change_once_and_after_a_restore_what_is_newer() {
        let mut server = server();
        let backup = [server.back_up()];
        server.patch(0, "a", &json!({ "spec": { "x": 2 } }));
        server.delete(0, "a");
        let heard = std::iter::from_fn(|| server.next_event(0, 0)).map(|event| event.gone);
        assert_eq!(heard.collect::<Vec<_>>(), [false, false, true]);
        let newest = server.newest();
        server.restore(&backup, newest);
        server.begin_history(1, &backup[0], false);
        server.patch(0, "a", &json!({ "spec": { "x": 3 } }));
        assert!(server.next_event(0, 0).is_none());
        server.begin_watch(0, 0);
        server.patch(0, "a", &json!({ "spec": { "x": 4 } }));
        assert!(server.next_event(0, 0).is_some());
    }
}
