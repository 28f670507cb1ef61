// SPDX-License-Identifier: Apache-2.0

//! The chart, held to the overlays that people without Helm apply.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use serde_norway::Deserializer;
use xtask::image::VERSION;
use xtask::repo;

use crate::support::helm::helm;
use crate::support::kubectl::Kubectl;
use crate::support::rendered::{name, text};
use crate::support::scratch::scratch;

/// Objects by kind and name.
type Objects = BTreeMap<String, Value>;

fn objects(text: &str) -> Objects {
    let documents = Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("an object"));
    let mut objects = Objects::new();
    for object in documents.filter(|object| !object.is_null()) {
        let key = key(&object);
        let twice = objects.insert(key.clone(), object);
        assert_eq!(twice, None, "{key}");
    }
    objects
}

/// Kind and name, and of which namespace.
fn key(object: &Value) -> String {
    let (kind, name) = (text(object, "kind"), name(object));
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{kind} {name} in {namespace}"),
        None => format!("{kind} {name}"),
    }
}

/// What helm prints for the chart, or why it refuses.
async fn template(flags: &[&str]) -> Result<String, String> {
    let chart = [
        "template",
        "any",
        "deploy/helm/ironcore-ni",
        "--kube-version=1.33.0",
    ];
    helm(&[&chart, flags].concat(), None).await
}

async fn chart(flags: &[&str]) -> Objects {
    objects(
        &template(flags)
            .await
            .unwrap_or_else(|why| panic!("{flags:?}: {why}")),
    )
}

async fn overlay(name: &str) -> Objects {
    let kubectl = Kubectl::new(Path::new("")).await;
    let printed = kubectl
        .run(&format!("kustomize deploy/overlays/{name}"))
        .await;
    let mut objects = objects(&printed.out);
    // Helm makes it, or it was there.
    objects
        .remove("Namespace ironcore-ni")
        .expect("the namespace");
    objects
}

#[tokio::test]
async fn the_chart_renders_what_the_overlays_do() {
    let namespaced = [
        "--set=certificate=cert-manager",
        "--set=namespaces={team-a,team-b}",
    ];
    let one = ["--set=controller.replicas=1", "--set=webhook.replicas=1"];
    for (name, flags) in [
        ("self-signed", &[][..]),
        ("cert-manager", &["--set=certificate=cert-manager"][..]),
        ("single-replica", &one[..]),
        ("namespaced", &namespaced[..]),
    ] {
        let flags = [&["--namespace=ironcore-ni"], flags].concat();
        let (mut chart, overlay) = (chart(&flags).await, overlay(name).await);
        for (what, wanted) in &overlay {
            let made = chart.remove(what);
            assert_eq!(made.as_ref(), Some(wanted), "{name}: {what}");
        }
        assert_eq!(chart, Objects::new(), "{name}");
    }
}

#[tokio::test]
async fn without_its_policy_a_release_is_otherwise_the_same() {
    let with = chart(&[]).await;
    let mut without = chart(&["--set=caBundlePolicy=false"]).await;
    for kind in [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ] {
        let what = format!("{kind} ni-webhook-ca-bundle-only");
        let twice = without.insert(what.clone(), with[&what].clone());
        assert_eq!(twice, None);
    }
    assert_eq!(without, with);
}

#[tokio::test]
async fn a_release_is_in_its_own_namespace_with_its_own_images() {
    let flags = [
        "--namespace=other",
        "--set=registry=registry.example/team",
        "--set=tag=1.2.3",
    ];
    for certificate in ["self-signed", "cert-manager"] {
        let certificate = format!("--set=certificate={certificate}");
        let rendered = template(&[&flags[..], &[&certificate]].concat())
            .await
            .expect("objects");
        let left = rendered.lines().find(|line| {
            [
                "namespace: ironcore-ni",
                "inject-ca-from: ironcore-ni",
                "ironcore-ni.svc",
            ]
            .iter()
            .any(|place| line.contains(place))
        });
        assert_eq!(left, None);
        for program in ["ni-controller", "ni-webhook"] {
            let deployment = &objects(&rendered)[&format!("Deployment {program} in other")];
            let args = &deployment["spec"]["template"]["spec"]["containers"][0]["args"];
            let user = json!("--controller-user=system:serviceaccount:other:ni-controller");
            let is_told = args.as_array().expect("a list").contains(&user);
            assert_eq!(is_told, program == "ni-webhook", "{args}");
            let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
            let wanted = format!("registry.example/team/ironcore-ni/{program}:1.2.3");
            assert_eq!(*image, json!(wanted));
        }
    }
}

/// Where pods run and what they are called, as in their specs.
const PLACED: &str = r#"{
    "priorityClassName": "system-cluster-critical",
    "nodeSelector": { "node-role.kubernetes.io/control-plane": "" },
    "tolerations": [{ "key": "node-role.kubernetes.io/control-plane", "operator": "Exists" }],
    "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [
        { "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "a": "b" } } }
    ] } }
}"#;

#[tokio::test]
async fn pods_are_placed_and_images_pulled_as_the_values_say() {
    let placed: Value = serde_json::from_str(PLACED).expect("JSON");
    for (program, other) in [("controller", "webhook"), ("webhook", "controller")] {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let mut values = json!({
            "pullPolicy": "Always",
            "imagePullSecrets": [{ "name": "first" }, { "name": "second" }],
        });
        values[program] = placed.clone();
        values[program]["digest"] = json!(digest);
        values[program]["podAnnotations"] = json!({ "of": "pods" });
        values[program]["deploymentAnnotations"] = json!({ "of": "deployments" });
        values[program]["serviceAccountAnnotations"] = json!({ "of": "accounts" });
        let file = scratch().join(format!("{program}-values.yaml"));
        std::fs::write(&file, values.to_string()).expect("a file");
        let file = format!("--values={}", file.display());
        let (plain, chart) = (chart(&[]).await, chart(&[&file]).await);
        let get = |objects: &Objects, kind: &str, program: &str| {
            objects[&format!("{kind} ni-{program} in default")].clone()
        };

        // What these values say, and nothing else, is changed.
        for changed in [program, other] {
            let mut wanted = get(&plain, "Deployment", changed);
            let pod = &mut wanted["spec"]["template"]["spec"];
            pod["imagePullSecrets"] = values["imagePullSecrets"].clone();
            pod["containers"][0]["imagePullPolicy"] = json!("Always");
            if changed == program {
                wanted["metadata"]["annotations"] = json!({ "of": "deployments" });
                let template = &mut wanted["spec"]["template"];
                let container = &mut template["spec"]["containers"][0];
                let image = format!("{}@{digest}", text(container, "image"));
                container["image"] = json!(image);
                template["metadata"]["annotations"] = json!({ "of": "pods" });
                for (field, value) in placed.as_object().expect("fields") {
                    template["spec"][field] = value.clone();
                }
            }
            assert_eq!(get(&chart, "Deployment", changed), wanted);
        }
        let mut wanted = get(&plain, "ServiceAccount", program);
        wanted["metadata"]["annotations"] = json!({ "of": "accounts" });
        assert_eq!(get(&chart, "ServiceAccount", program), wanted);
        let others = get(&chart, "ServiceAccount", other);
        assert_eq!(others, get(&plain, "ServiceAccount", other));
    }
}

/// The blocks of YAML below a heading of the guide to the installation.
fn shown(heading: &str) -> Vec<String> {
    let guide = std::fs::read_to_string(repo::root().join("docs/install.md")).expect("the guide");
    let (_, section) = guide.split_once(heading).expect("the heading");
    let section = section.split("\n### ").next().expect("a section");
    let blocks = section.split("```yaml\n").skip(1);
    let text = |block: &str| block.split("```").next().expect("its end").to_owned();
    blocks.map(text).collect()
}

#[tokio::test]
async fn the_guides_kustomization_and_its_values_place_pods_alike() {
    let blocks = shown("### Where pods run, and which images they use");
    let [kustomization, values] = &blocks[..] else {
        panic!("{blocks:?}");
    };
    // Where the guide wants it: beside the checkout.
    let dir = scratch().join("placed");
    std::fs::create_dir(&dir).expect("a folder");
    std::os::unix::fs::symlink(repo::root(), dir.join("ironcore-ni")).expect("a link");
    std::fs::write(dir.join("kustomization.yaml"), kustomization).expect("a file");
    std::fs::write(dir.join("values.yaml"), values).expect("a file");
    let kubectl = Kubectl::new(Path::new("")).await;
    let printed = kubectl.run(&format!("kustomize {}", dir.display())).await;
    let by_kustomize = objects(&printed.out);
    let flag = format!("--values={}", dir.join("values.yaml").display());
    let by_helm = chart(&["--namespace=ironcore-ni", &flag]).await;

    for program in ["ni-controller", "ni-webhook"] {
        let key = format!("Deployment {program} in ironcore-ni");
        let (mut one, mut other) = (by_helm[&key].clone(), by_kustomize[&key].clone());
        let image =
            |of: &mut Value| of["spec"]["template"]["spec"]["containers"][0]["image"].take();
        // Kustomize writes no tag before a digest.
        let (with_tag, without) = (image(&mut one), image(&mut other));
        let with_tag = with_tag.as_str().expect("an image");
        assert_eq!(
            with_tag.replace(&format!(":{VERSION}@"), "@"),
            without.as_str().expect("an image")
        );
        assert!(
            with_tag.contains(&format!(":{VERSION}@sha256:")),
            "{with_tag}"
        );
        assert_eq!(one, other);
        let pod = &one["spec"]["template"]["spec"];
        for field in [
            "imagePullSecrets",
            "priorityClassName",
            "nodeSelector",
            "tolerations",
        ] {
            assert!(!pod[field].is_null(), "{field}");
        }
    }
}

#[tokio::test]
async fn values_that_mean_nothing_are_refused() {
    for (flag, said) in [
        ("--set=certificate=magic", "certificate"),
        ("--set=webhook.replicas=0", "replicas"),
        ("--set=caBundlePolicy=1", "want boolean"),
        ("--set=pullPolicy=Sometimes", "pullPolicy"),
        ("--set=imagePullSecrets={registry}", "want object"),
        ("--set=webhook.digest=0.1.0", "does not match pattern"),
        ("--set=webhook.tolerations=all", "want array"),
        (
            "--set-json=controller.nodeSelector={\"a\":1}",
            "want string",
        ),
        ("--set=webhook.deploymentAnnotations=all", "want object"),
        ("--set=namespaces={a}", "needs certificate: cert-manager"),
        ("--set=certificate=cert-manager,namespaces=a", "want array"),
        (
            "--set=certificate=cert-manager,namespaces={A}",
            "does not match pattern",
        ),
        ("--set=contoller.replicas=3", "contoller"),
        ("--kube-version=1.32.0", "kubeVersion"),
    ] {
        let why = template(&[flag]).await.expect_err(flag);
        assert!(why.contains(said), "{flag}: {why}");
    }
}
