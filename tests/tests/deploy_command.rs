// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask deploy`, on a control plane without nodes.

use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::json;
use xtask::control_plane::ControlPlane;
use xtask::deploy::{Wanted, deploy, hindrances};

use crate::support::kubectl::Kubectl;
use crate::support::plane::bare;

fn to(plane: &ControlPlane) -> Wanted {
    Wanted {
        kubeconfig: Some(plane.kubeconfig().to_owned()),
        context: None,
        overlay: "self-signed".to_owned(),
        timeout: "1s".to_owned(),
    }
}

#[tokio::test]
async fn beside_another_server_of_our_groups_nothing_is_installed_and_without_it_everything() {
    let plane = bare(|_| ()).await;
    let client = plane.client().await.expect("a client");
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    let services: Api<APIService> = Api::all(client.clone());
    let name = "v1alpha1.networking.ironcore.dev";
    let service = serde_json::from_value(json!({
        "metadata": { "name": name },
        "spec": {
            "group": "networking.ironcore.dev", "version": "v1alpha1",
            "service": { "namespace": "ironcore-system", "name": "ironcore-apiserver" },
            "groupPriorityMinimum": 2000, "versionPriority": 10, "insecureSkipTLSVerify": true,
        },
    }));
    let service: APIService = service.expect("an APIService");
    let made = services.create(&PostParams::default(), &service).await;
    made.expect("an APIService");

    let error = deploy(&to(&plane)).await.expect_err("another server");
    let error = format!("{error:#}");
    let expected = "nothing was changed: networking.ironcore.dev is served by the Service ironcore-apiserver in \
        ironcore-system (APIService v1alpha1.networking.ironcore.dev), so our definitions of it would never be";
    assert!(error.starts_with(expected), "{error}");
    let definitions = kubectl.json("get customresourcedefinitions").await;
    assert_eq!(definitions["items"], json!([]));

    let gone = services.delete(name, &DeleteParams::default()).await;
    gone.expect("the APIService goes");
    // All is applied; there is no node on which a pod could become ready.
    let error = deploy(&to(&plane)).await.expect_err("no node");
    let error = format!("{error:#}");
    assert!(
        error.starts_with("everything was applied, but pods are not ready"),
        "{error}"
    );
    let deployments = kubectl
        .json("get deployments --namespace ironcore-ni")
        .await;
    assert_eq!(deployments["items"].as_array().map(Vec::len), Some(2));
    // Kubernetes has made APIServices for our definitions, which are in nobody's way.
    kubectl.run(&format!("get apiservice {name}")).await;
    let left = hindrances(&client).await.expect("an answer");
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn an_overlay_that_there_is_not_is_named() {
    let plane = bare(|_| ()).await;
    let wanted = Wanted {
        overlay: "none".to_owned(),
        ..to(&plane)
    };
    let error = deploy(&wanted).await.expect_err("no overlay").to_string();
    assert_eq!(error, "there is no deploy/overlays/none");
}
