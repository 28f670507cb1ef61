// SPDX-License-Identifier: Apache-2.0

//! What the model and the server call differently: uids, versions and times.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// The model's namespace.
pub(super) const MODEL: &str = "ns";

/// Which uid, version and time of the server's is which of the model's.
#[derive(Debug, Default)]
pub(super) struct Twins {
    uids: Pairs,
    /// The times of creation and deletion, by the model's uid.
    times: HashMap<(String, &'static str), String>,
    /// Versions: the server's, by the model's.
    versions: BTreeMap<u64, u64>,
    /// The newest of those that a restore took away.
    lost: Option<(u64, u64)>,
    /// Whether versions are not compared.
    unversioned: bool,
}

/// Names of the same things, both ways.
#[derive(Debug, Default)]
struct Pairs {
    real: HashMap<String, String>,
    model: HashMap<String, String>,
}

impl Twins {
    /// Where versions are in no order.
    pub(super) fn unversioned() -> Self {
        Self {
            unversioned: true,
            ..Self::default()
        }
    }

    /// The body with the server's uids and versions, and the name of the real namespace, in the place of the model's.
    pub(super) fn for_server(&self, body: &Value, namespace: &str) -> Value {
        let mut body = body.clone();
        let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) else {
            return body;
        };
        if let Some(uid) = metadata.get_mut("uid") {
            self.put_real_uid(uid);
        }
        if let Some(own) = metadata.get_mut("namespace").filter(|own| *own == MODEL) {
            *own = namespace.into();
        }
        if let Some(version) = metadata
            .get_mut("resourceVersion")
            .filter(|version| version.is_string())
        {
            *version = self
                .real_version(version.as_str().unwrap_or_default())
                .into();
        }
        let owners = metadata
            .get_mut("ownerReferences")
            .and_then(Value::as_array_mut);
        let owners = owners
            .into_iter()
            .flatten()
            .filter_map(|owner| owner.get_mut("uid"));
        owners.for_each(|uid| self.put_real_uid(uid));
        body
    }

    fn put_real_uid(&self, uid: &mut Value) {
        if let Some(text) = uid.as_str() {
            *uid = self.real_uid(text).into();
        }
    }

    /// The server's for a uid of the model's; one that is nobody's is the same for both.
    pub(super) fn real_uid(&self, uid: &str) -> String {
        self.uids
            .real
            .get(uid)
            .map_or(uid, String::as_str)
            .to_owned()
    }

    /// As [`Self::real_uid`], of a version.
    pub(super) fn real_version(&self, version: &str) -> String {
        let known = version.parse().ok().and_then(|version: u64| {
            let lost = self.lost.filter(|(model, _)| *model == version);
            let known = self.versions.get(&version).copied();
            known.or(lost.map(|(_, real)| real))
        });
        known.map_or_else(|| version.to_owned(), |known| known.to_string())
    }

    /// The server went back to this version of the model's.
    pub(super) fn go_back(&mut self, version: u64) {
        self.lost = self
            .versions
            .last_key_value()
            .map(|(model, real)| (*model, *real));
        self.versions.split_off(&version);
        // What is deleted again is deleted at another time.
        self.times
            .retain(|(_, name), _| *name != "deletionTimestamp");
    }

    /// A version, of model and server, that was lost and that the server has not come to again. Until then no object can have it.
    pub(super) fn lost(&self) -> Option<(u64, u64)> {
        let newest = self.versions.values().next_back();
        self.lost
            .filter(|(_, lost)| newest.is_none_or(|newest| newest < lost))
    }

    /// The server's objects as the model would have them. What is new in it is learned from the model's; what does not fit
    /// stays as it is, and so differs.
    pub(super) fn as_model(&mut self, real: &Value, model: &Value, namespace: &str) -> Value {
        let mut real = real.clone();
        let (theirs, ours) = (real["metadata"].clone(), &model["metadata"]);
        let text =
            |metadata: &Value, name: &str| metadata[name].as_str().unwrap_or_default().to_owned();
        let Some(metadata) = real.get_mut("metadata").and_then(Value::as_object_mut) else {
            return real;
        };
        metadata.remove("managedFields");
        let mut put = |name: &str, same: bool| {
            if same {
                metadata.insert(name.to_owned(), ours[name].clone());
            }
        };
        put("namespace", theirs["namespace"] == namespace);
        let uid = text(ours, "uid");
        put("uid", self.uids.learn(&uid, &text(&theirs, "uid")));
        put(
            "resourceVersion",
            self.unversioned
                || self.learn_version(
                    &text(ours, "resourceVersion"),
                    &text(&theirs, "resourceVersion"),
                ),
        );
        for name in ["creationTimestamp", "deletionTimestamp"] {
            let both = ours[name].is_string() && theirs[name].is_string();
            put(
                name,
                both && self.learn_time(&uid, name, &text(&theirs, name)),
            );
        }
        if let Some(owners) = metadata
            .get_mut("ownerReferences")
            .and_then(Value::as_array_mut)
        {
            for uid in owners.iter_mut().filter_map(|owner| owner.get_mut("uid")) {
                let known = self.uids.model.get(uid.as_str().unwrap_or_default());
                *uid = known.map_or_else(|| uid.clone(), |known| known.as_str().into());
            }
        }
        real
    }

    /// The first time that is seen counts.
    fn learn_time(&mut self, uid: &str, name: &'static str, time: &str) -> bool {
        let known = self
            .times
            .entry((uid.to_owned(), name))
            .or_insert_with(|| time.to_owned());
        known == time
    }

    /// Whether the server's version may be that of the model's: it was before, or it is new to both and between the same ones.
    pub(super) fn learn_version(&mut self, model: &str, real: &str) -> bool {
        let (Ok(model), Ok(real)) = (model.parse::<u64>(), real.parse::<u64>()) else {
            return false;
        };
        if let Some(known) = self.versions.get(&model) {
            return *known == real;
        }
        let before = self.versions.range(..model).next_back();
        let after = self.versions.range(model..).next();
        let fits = before.is_none_or(|(_, before)| *before < real)
            && after.is_none_or(|(_, after)| real < *after);
        if fits {
            self.versions.insert(model, real);
        }
        fits
    }

    /// Whether a version of the server's is not before any that is known.
    pub(super) fn is_newest(&self, real: &str) -> bool {
        let known = self.versions.values().next_back();
        real.parse()
            .is_ok_and(|real: u64| known.is_none_or(|known| *known <= real))
    }

    /// The versions that were before this one.
    pub(super) fn versions_before(&self, version: u64) -> impl DoubleEndedIterator<Item = u64> {
        self.versions.range(..version).map(|(model, _)| *model)
    }
}

impl Pairs {
    /// Whether these two may be the same.
    fn learn(&mut self, model: &str, real: &str) -> bool {
        match (self.real.get(model), self.model.get(real)) {
            (Some(known), _) => known == real,
            (None, Some(_)) => false,
            (None, None) => {
                self.real.insert(model.to_owned(), real.to_owned());
                self.model.insert(real.to_owned(), model.to_owned());
                true
            }
        }
    }
}
