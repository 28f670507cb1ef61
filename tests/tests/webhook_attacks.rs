// SPDX-License-Identifier: Apache-2.0

//! What a tenant with rights in one namespace can do to admission by objects alone: nothing that others notice.

use std::path::Path;

use http::Request;
use ironcore_api::KINDS;
use kube::Error;

use crate::support::judged::{MUTATE, Own};
use crate::support::space::{MACHINE, NET, Space};
use crate::support::{client, kubeconfig};

/// As much as the API server takes of one object.
const LARGE: usize = 2_900_000;
const ROUNDS: usize = 3;
/// Resident memory that the webhook may take meanwhile, in KiB.
const MOST_RESIDENT: u64 = 64 * 1024;

/// Entries of a list, separated by commas, of `LARGE` bytes together.
fn many(entry: &str) -> String {
    let mut text = format!("{entry},").repeat(LARGE / (entry.len() + 1));
    text.pop();
    text
}

/// Large objects, each small in what it says: kind, and the spec as JSON.
fn hostile() -> [(&'static str, String); 7] {
    let opaque = |entry: &str| {
        format!(
            r#"{{"machineClassRef":{{"name":"c"}},"volumes":[{{"name":"v","device":"oda","ephemeral":
            {{"volumeTemplate":{{"spec":{{"x":[{}]}}}}}}}}]}}"#,
            many(entry)
        )
    };
    let list = |field: &str| {
        format!(
            r#"{{"machineClassRef":{{"name":"c"}},"{field}":[{}]}}"#,
            many("{}")
        )
    };
    [
        (MACHINE, opaque("0")),
        (MACHINE, opaque("[0]")),
        (MACHINE, opaque(r#"{"":0}"#)),
        (MACHINE, list("tolerations")),
        (MACHINE, list("volumes")),
        (MACHINE, list("networkInterfaces")),
        (NET, format!(r#"{{"peerings":[{}]}}"#, many("{}"))),
    ]
}

/// A dry-run create of an object with this spec: the webhook lets it through or refuses it, but answers.
async fn answered(space: Space, of: &'static str, spec: String) -> Result<(), String> {
    let kind = KINDS.iter().find(|kind| kind.kind == of);
    let kind = kind.expect("a kind of the table");
    let body = format!(
        r#"{{"apiVersion":"{}","kind":"{of}","metadata":{{"name":"tried"}},"spec":{spec}}}"#,
        kind.api_version(),
    );
    let path = format!(
        "/apis/{}/namespaces/{}/{}?dryRun=All",
        kind.api_version(),
        space.name,
        kind.plural
    );
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(body.into_bytes()).expect("a request");
    match space.client.request_text(request).await {
        Ok(_) => Ok(()),
        Err(Error::Api(status)) if status.code == 422 && status.message.starts_with(MUTATE) => {
            Ok(())
        }
        Err(error) => Err(format!("{of}: {error}")),
    }
}

/// The API server itself takes no more of such objects on a small machine; the webhook is tried with all at once in its
/// own tests.
#[tokio::test]
async fn large_objects_of_a_tenant_neither_exhaust_the_webhook_nor_stop_others() {
    let space = Space::on(client().await, Path::new("")).await;
    let own = Own::start(&kubeconfig(), &space, &[]).await;
    let hostile = hostile();
    own.webhook().forget_peak();
    let mut small = 0;
    for _ in 0..ROUNDS {
        let large = hostile.clone().map(|(of, spec)| {
            let answered = answered(space.clone(), of, spec);
            tokio::spawn(answered)
        });
        // Those of others go on meanwhile.
        while large.iter().any(|task| !task.is_finished()) {
            let others = answered(space.clone(), NET, "{}".to_owned()).await;
            others.unwrap_or_else(|error| panic!("small, {small} before it: {error}"));
            small += 1;
        }
        for task in large {
            let answered = task.await.expect("it ends");
            answered.unwrap_or_else(|error| panic!("large: {error}"));
        }
    }
    let peak = own.webhook().peak();
    println!("{small} small objects meanwhile, {peak} KiB resident at most");
    assert!(small > ROUNDS, "{small}");
    assert!(peak <= MOST_RESIDENT, "{peak} KiB");
}
