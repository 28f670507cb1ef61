// SPDX-License-Identifier: Apache-2.0

//! A bare client: requests without a view of the world and without a plan.

use std::path::Path;

use anyhow::{Context, Result};
use http::{Method, Request};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::objects::NAMESPACE;

const MANAGER: &str = "?fieldManager=bench";

/// Who writes: for the API server a manager of fields, which is part of each object.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    client: &'a Client,
    manager: &'static str,
}

impl<'a> By<'a> {
    /// The benchmark, as a user.
    pub(crate) fn bench(client: &'a Client) -> Self {
        let manager = MANAGER;
        Self { client, manager }
    }

    /// The benchmark in place of the controller.
    pub(crate) fn controller(client: &'a Client) -> Self {
        let manager = "?fieldManager=ni-controller";
        Self { client, manager }
    }

    /// Creates an object in a collection.
    pub(crate) async fn create(self, collection: &str, body: &Value) -> Result<Written> {
        let uri = format!("{collection}{}", self.manager);
        send(self.client, Method::POST, &uri, "application/json", body).await
    }

    /// Merges this into an object of a collection.
    pub(crate) async fn patch(self, collection: &str, name: &str, body: &Value) -> Result<Written> {
        let uri = format!("{collection}/{name}{}", self.manager);
        let content = "application/merge-patch+json";
        send(self.client, Method::PATCH, &uri, content, body).await
    }

    /// Merges a status into an object of a collection.
    pub(crate) async fn patch_status(
        self,
        collection: &str,
        name: &str,
        body: &Value,
    ) -> Result<Written> {
        self.patch(collection, &format!("{name}/status"), body)
            .await
    }
}

/// What of a write's answer the next write needs.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    pub(crate) metadata: WrittenMeta,
}

/// Its metadata.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrittenMeta {
    pub(crate) uid: String,
    pub(crate) resource_version: String,
    #[serde(default)]
    pub(crate) generation: i64,
}

/// A client with the controller's settings: nothing is retried behind our back.
pub(crate) async fn client(kubeconfig: &Path) -> Result<Client> {
    let what = || format!("reading the kubeconfig {}", kubeconfig.display());
    let parsed = Kubeconfig::read_from(kubeconfig).with_context(what)?;
    let config = Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default()).await;
    let mut config = config.with_context(what)?;
    config.default_retry = false;
    Ok(Client::try_from(config)?)
}

/// Path of a collection in the benchmark's namespace: `networking`, `networkinterfaces`.
pub(crate) fn collection(group: &str, plural: &str) -> String {
    format!("/apis/{group}.ironcore.dev/v1alpha1/namespaces/{NAMESPACE}/{plural}")
}

fn interfaces() -> String {
    collection("networking", "networkinterfaces")
}

/// Creates an interface.
pub(crate) async fn create_interface(client: &Client, body: &Value) -> Result<Written> {
    create(client, &interfaces(), body).await
}

/// Creates an object in a collection.
pub(crate) async fn create(client: &Client, collection: &str, body: &Value) -> Result<Written> {
    By::bench(client).create(collection, body).await
}

/// Creates the benchmark's namespace.
pub(crate) async fn create_namespace(client: &Client) -> Result<()> {
    let namespace = json!({ "metadata": { "name": NAMESPACE } });
    create(client, "/api/v1/namespaces", &namespace).await?;
    Ok(())
}

/// Has an object judged as a create of it would be, without storing it.
pub(crate) async fn dry_create(client: &Client, collection: &str, body: &Value) -> Result<()> {
    let uri = format!("{collection}{MANAGER}&dryRun=All");
    let answer: Result<IgnoredAny> =
        send(client, Method::POST, &uri, "application/json", body).await;
    answer.map(drop)
}

/// Makes an object be as `body` says, whatever there is.
pub(crate) async fn apply(client: &Client, uri: &str, body: &Value) -> Result<()> {
    let uri = format!("{uri}{MANAGER}&force=true");
    let content = "application/apply-patch+yaml";
    let answer: Result<IgnoredAny> = send(client, Method::PATCH, &uri, content, body).await;
    answer.map(drop)
}

/// Merges a status into an interface.
pub(crate) async fn patch_status(client: &Client, name: &str, body: &Value) -> Result<Written> {
    By::bench(client)
        .patch_status(&interfaces(), name, body)
        .await
}

/// Reads an interface.
pub(crate) async fn read_interface(client: &Client, name: &str) -> Result<Value> {
    read(client, &interfaces(), name).await
}

/// Reads an object of a collection.
pub(crate) async fn read(client: &Client, collection: &str, name: &str) -> Result<Value> {
    read_at(client, &format!("{collection}/{name}")).await
}

/// Reads what is there.
pub(crate) async fn read_at(client: &Client, uri: &str) -> Result<Value> {
    send(client, Method::GET, uri, "application/json", &Value::Null).await
}

/// Deletes an object of a collection.
pub(crate) async fn delete(client: &Client, collection: &str, name: &str) -> Result<()> {
    delete_at(client, &format!("{collection}/{name}")).await
}

/// Deletes all objects of a collection, however many there are.
pub(crate) async fn empty(client: &Client, collection: &str) -> Result<()> {
    let mut tries = 10;
    // The server gives a request a minute; what it has not deleted by then, the next one does.
    while let Err(why) = delete_all(client, collection, "").await {
        tries -= 1;
        if tries == 0 {
            return Err(why);
        }
    }
    Ok(())
}

/// Deletes all objects of a collection; `query` may narrow it.
pub(crate) async fn delete_all(client: &Client, collection: &str, query: &str) -> Result<()> {
    let uri = format!("{collection}?propagationPolicy=Background{query}");
    delete_at(client, &uri).await
}

async fn delete_at(client: &Client, uri: &str) -> Result<()> {
    let (how, none) = (Method::DELETE, &Value::Null);
    let answer: Result<IgnoredAny> = send(client, how, uri, "application/json", none).await;
    answer.map(drop)
}

async fn send<T: DeserializeOwned>(
    client: &Client,
    method: Method,
    uri: &str,
    content: &str,
    body: &Value,
) -> Result<T> {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        serde_json::to_vec(body)?
    };
    let what = || format!("{method} {uri}");
    let request = Request::builder()
        .method(method.clone())
        .uri(uri)
        .header("content-type", content)
        .body(bytes)?;
    client.request(request).await.with_context(what)
}
