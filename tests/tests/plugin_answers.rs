// SPDX-License-Identifier: Apache-2.0

//! `kubectl ironcore who`, `tree`, `left` and `check`, and how it ends.

use serde_json::{Value, json};

use crate::support::plane::{ALLOCATES, Turn};
use crate::support::plugin::Plugin;
use crate::support::prefixes::{of, used};
use crate::support::space::{NIC, PREFIX, Space, VIP};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

/// A namespace with a controller, a machine and a pool of which one prefix has a part.
struct Stage {
    space: Space,
    plugin: Plugin,
    controller: crate::support::controller::Controller,
    _turn: Turn,
}

impl Stage {
    async fn open() -> Self {
        let turn = Turn::take().await;
        let space = turn.space().await;
        let only = format!("--namespaces={}", space.name);
        let pools = format!("--public-pool-namespace={}", space.name);
        let controller = turn.controller(&[ALLOCATES, &only, &pools]).await;
        space
            .machine(
                "a",
                &[makes("e", &ip("10.0.0.1")), makes("f", &ip("10.0.0.2"))],
            )
            .await;
        for interface in ["a-e", "a-f"] {
            space
                .until(NIC, interface, "status.state = Available")
                .await;
        }
        space.root("pool", "10.9.0.0/29", "").await;
        space.granted("one", "/30", "pool", "10.9.0.0/30").await;
        // Nothing is under way.
        space.until(PREFIX, "pool", &used(&["10.9.0.0/30"])).await;
        Self {
            plugin: Plugin::new(turn.kubeconfig()),
            space,
            controller,
            _turn: turn,
        }
    }

    fn args(&self, question: &str) -> String {
        let n = &self.space.name;
        format!("{question} -n {n} --controller-namespace {n}")
    }

    async fn json(&self, question: &str) -> (Value, i32) {
        self.plugin.json(&self.args(question)).await
    }

    /// Waits until `check` finds just this: reasons of objects.
    async fn until_found(&self, expected: &[&str]) {
        eventually("what check finds", || async {
            let (found, code) = self.json("check").await;
            let found = found.as_array().expect("findings").iter();
            let found: Vec<String> = found
                .map(|of| {
                    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                    format!("{}: {}", text(&of["object"]["name"]), text(&of["reason"]))
                })
                .collect();
            let agree = found == expected && code == i32::from(!expected.is_empty());
            agree.then_some(()).ok_or(format!("{code}: {found:?}"))
        })
        .await;
    }
}

#[tokio::test]
async fn who_left_and_tree_say_what_there_is() {
    let stage = Stage::open().await;
    let (space, n) = (&stage.space, &stage.space.name);
    let (who, code) = stage.json("who 10.0.0.1").await;
    let network = &who["inNetworks"][0];
    assert_eq!(network["holder"]["interface"]["name"], "a-e");
    assert_eq!(
        network["holder"]["machine"],
        json!({ "kind": "Machine", "namespace": n, "name": "a" })
    );
    assert_eq!((&network["others"], code), (&json!([]), 0));
    let (who, code) = stage.json("who 10.0.0.99").await;
    assert_eq!((&who["inNetworks"], code), (&json!([]), 1));

    let (left, code) = stage.json("left").await;
    let pool = &left[0];
    assert_eq!(
        (&pool["usedPercent"], &pool["largestFree"]),
        (&json!(50), &json!("10.9.0.4/30"))
    );
    assert_eq!(
        (&pool["fits"], code),
        (&json!([{ "length": 30, "count": "1" }]), 0)
    );
    space.ask("large", "/29", &of("pool")).await;
    let waits = eventually("large waits", || async {
        let (left, code) = stage.json("left").await;
        (code == 1).then(|| left[0]["waiting"].clone()).ok_or(left)
    });
    let prefix = json!({ "kind": "Prefix", "namespace": n, "name": "large" });
    assert_eq!(waits.await, json!([{ "prefix": prefix, "asks": "/29" }]));

    let (tree, code) = stage.json("tree a").await;
    let interfaces: Vec<_> = tree[0]["below"]
        .as_array()
        .expect("interfaces")
        .iter()
        .map(|of| (&of["object"]["name"], &of["has"]))
        .collect();
    let expected =
        [("a-e", "10.0.0.1"), ("a-f", "10.0.0.2")].map(|(name, ip)| (json!(name), json!([ip])));
    assert_eq!(
        interfaces,
        expected.each_ref().map(|(name, has)| (name, has))
    );
    assert_eq!(code, 0);
}

#[tokio::test]
async fn check_finds_nothing_where_all_is_well_and_each_fault_else() {
    let stage = Stage::open().await;
    let space = &stage.space;
    stage.until_found(&[]).await;

    // Somebody writes what only the controller may: it takes that back by itself.
    space
        .report(PREFIX, "pool", "status.used = ['10.9.0.0/29']")
        .await;
    stage.until_found(&[]).await;

    // Nobody but its outside system writes to this one.
    let guard = "metadata.annotations = {common.ironcore.dev/managed-by: someone}";
    let claimed = format!(
        "{guard}; spec.machineRef = {{name: gone, uid: 11111111-2222-3333-4444-555555555555}}"
    );
    space.interface("guarded", "10.0.0.9", &claimed).await;
    space
        .report(
            NIC,
            "guarded",
            "status.ips = ['10.0.0.1']; status.state = Available",
        )
        .await;
    // Two that were given one address.
    for name in ["v", "w"] {
        space.create(VIP, name, "").await;
        space.report(VIP, name, "status.ip = '192.0.2.1'").await;
    }
    // A block that overlaps, made by hand.
    space
        .create(
            PREFIX,
            "forged",
            &format!("{guard}; spec = {{prefix: '10.9.0.2/32', parentRef: {{name: pool}}}}"),
        )
        .await;
    space
        .report(PREFIX, "forged", "status.phase = Allocated")
        .await;
    stage
        .until_found(&[
            "forged: BlocksOverlap",
            "guarded: AddressTwice",
            "w: AddressTwice",
            "guarded: DanglingClaim",
        ])
        .await;
}

#[tokio::test]
async fn what_is_left_undone_is_found_once_nobody_does_it() {
    let stage = Stage::open().await;
    let Stage {
        space,
        plugin,
        controller,
        _turn,
    } = stage;
    controller.kill().await;
    space.report(NIC, "a-e", "status.ips = []").await;
    space.delete(PREFIX, "one").await;
    let args = format!("check -n {0} --controller-namespace {0}", space.name);
    let (found, code) = plugin.json(&args).await;
    let reasons = found.as_array().expect("findings").iter();
    let reasons: Vec<&str> = reasons.filter_map(|of| of["reason"].as_str()).collect();
    let expected = ["UsedByNobody", "StatusStale", "NotDone"];
    assert_eq!((&*reasons, code), (&expected[..], 1), "{found:#}");
}

#[tokio::test]
async fn text_has_no_colours_where_nobody_looks_and_failures_have_a_code_of_their_own() {
    let stage = Stage::open().await;
    let told = stage.plugin.ask(&stage.args("left --blocks")).await;
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(
        told.out.contains("pool") && told.out.contains("████····"),
        "{}",
        told.out
    );
    assert!(!told.out.contains('\u{1b}'), "{:?}", told.out);
    let n = &stage.space.name;
    for (question, error) in [
        (
            "why nic/none",
            format!("error: NetworkInterface none does not exist in namespace {n}\n"),
        ),
        ("why pod/none", "must be one of machine".to_owned()),
        (
            "tree --context none",
            "cannot use the context none".to_owned(),
        ),
    ] {
        let told = stage.plugin.ask(&stage.args(question)).await;
        assert_eq!(told.code, Some(2), "{question}: {told:?}");
        assert!(told.err.contains(&error), "{question}: {}", told.err);
    }
}
