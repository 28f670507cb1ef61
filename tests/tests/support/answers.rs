// SPDX-License-Identifier: Apache-2.0

//! Writes whose whole answer is looked at, warnings included.

use http::Request;
use http::header::HeaderName;
use kube::Resource;
use kube::api::{Patch, PatchParams, PostParams};
use kube::core::DynamicObject;
use serde_json::{Value, json};
use xtask::warnings::{self, Answer};

use super::object::{change, smallest};
use super::space::Space;
use super::{kind, resource};

impl Space {
    /// Sends a request, and gives what came back.
    pub(crate) async fn send(&self, request: Request<Vec<u8>>) -> Answer<Value> {
        warnings::send(&self.client, request)
            .await
            .expect("an answer")
    }

    /// The create of the smallest object of its kind with these changes.
    pub(crate) fn creating(&self, of: &str, name: &str, changes: &str) -> Request<Vec<u8>> {
        self.creating_with(of, name, changes, &PostParams::default())
    }

    /// As `creating`, in a dry run.
    pub(crate) fn trying(&self, of: &str, name: &str, changes: &str) -> Request<Vec<u8>> {
        self.creating_with(of, name, changes, &super::case::dry_run())
    }

    fn creating_with(
        &self,
        of: &str,
        name: &str,
        changes: &str,
        params: &PostParams,
    ) -> Request<Vec<u8>> {
        let mut object = smallest(of);
        object["metadata"]["name"] = name.into();
        change(&mut object, changes);
        let body = serde_json::to_vec(&object).expect("plain data");
        self.requests(of).create(params, body).expect("a request")
    }

    /// The replacement of an object.
    pub(crate) fn replacing(&self, of: &str, object: &Value) -> Request<Vec<u8>> {
        let name = object["metadata"]["name"].as_str().expect("a name");
        let body = serde_json::to_vec(object).expect("plain data");
        let request = self
            .requests(of)
            .replace(name, &PostParams::default(), body);
        request.expect("a request")
    }

    /// The merge of `path = value; path -` into an object, or its subresource.
    pub(crate) fn merging(&self, of: &str, name: &str, changes: &str) -> Request<Vec<u8>> {
        let patch = Patch::Merge(super::space::merge(changes));
        let request = self
            .requests(of)
            .patch(name, &PatchParams::default(), &patch);
        request.expect("a request")
    }

    /// The server-side apply of an object with this spec, by `manager`.
    pub(crate) fn applying(
        &self,
        of: &str,
        name: &str,
        spec: &Value,
        manager: &str,
    ) -> Request<Vec<u8>> {
        let object = json!({
            "apiVersion": kind(of).api_version(), "kind": of, "metadata": { "name": name }, "spec": spec,
        });
        let params = PatchParams::apply(manager);
        let request = self
            .requests(of)
            .patch(name, &params, &Patch::Apply(&object));
        request.expect("a request")
    }

    fn requests(&self, of: &str) -> kube::core::Request {
        kube::core::Request::new(DynamicObject::url_path(
            &resource(&kind(of)),
            Some(&self.name),
        ))
    }
}

/// The same request by another user, who may do everything.
pub(crate) fn by(mut request: Request<Vec<u8>>, user: &str) -> Request<Vec<u8>> {
    for (header, value) in [
        ("impersonate-user", user),
        ("impersonate-group", "system:masters"),
    ] {
        let value = value.parse().expect("a header's value");
        request
            .headers_mut()
            .insert(HeaderName::from_static(header), value);
    }
    request
}
