// SPDX-License-Identifier: Apache-2.0

//! `kubectl ironcore why`, where something is broken.

use serde_json::Value;
use tokio::io::AsyncReadExt;

use crate::support::controller::Controller;
use crate::support::plane::{ALLOCATES, Turn};
use crate::support::plugin::{Plugin, causes, next};
use crate::support::quota::{set_quota, until_full};
use crate::support::space::{MACHINE, NET, NIC, PREFIX, Space};
use crate::support::text::{ip, makes};
use crate::support::wait::eventually;

/// A namespace with a controller that takes part in an election there, and the plugin.
struct Stage {
    space: Space,
    controller: Option<Controller>,
    plugin: Plugin,
    turn: Turn,
}

impl Stage {
    async fn open() -> Self {
        let turn = Turn::take().await;
        let space = turn.space().await;
        let mut this = Self {
            plugin: Plugin::new(turn.kubeconfig()),
            space,
            controller: None,
            turn,
        };
        this.start().await;
        this
    }

    async fn start(&mut self) {
        let lease = format!("--lease-namespace={}", self.space.name);
        let pools = format!("--public-pool-namespace={}", self.space.name);
        let only = format!("--namespaces={}", self.space.name);
        let flags = [
            ALLOCATES,
            "--leader-elect",
            &lease,
            &pools,
            &only,
            "--retry-cap=2s",
        ];
        self.controller = Some(self.turn.controller(&flags).await);
    }

    async fn why(&self, object: &str) -> (Value, i32) {
        let n = &self.space.name;
        let args = format!("why {object} -n {n} --controller-namespace {n}");
        self.plugin.json(&args).await
    }

    /// Waits until it names these causes, the deepest first; answers all that it says.
    async fn until_why(&self, object: &str, expected: &[&str]) -> Value {
        eventually(&format!("why {object}"), || async {
            let (why, code) = self.why(object).await;
            let agree = causes(&why) == expected && code == i32::from(!expected.is_empty());
            agree
                .then(|| why.clone())
                .ok_or_else(|| format!("{code}: {why:#}"))
        })
        .await
    }
}

#[tokio::test]
async fn the_root_of_the_trouble_is_named_and_what_to_do() {
    let stage = Stage::open().await;
    let space = &stage.space;

    // An address that another has.
    let older = space.interface("older", "10.0.0.1", "").await;
    space.until(NIC, "older", "status.state = Available").await;
    space.until_younger_than(&older).await;
    space.interface("younger", "10.0.0.1", "").await;
    let why = stage
        .until_why("nic/younger", &["NetworkInterface younger: AddressInUse"])
        .await;
    assert_eq!(
        why["causes"][0]["message"],
        "address 10.0.0.1 belongs to NetworkInterface older"
    );
    let remedy = why["causes"][0]["remedy"].as_str().expect("a remedy");
    assert!(
        remedy.starts_with("Change the address of one of the two."),
        "{remedy}"
    );

    // A full pool.
    space.root("pool", "10.9.0.0/31", "").await;
    space
        .granted("one", "10.9.0.0/32", "pool", "10.9.0.0/32")
        .await;
    space
        .granted("two", "10.9.0.1/32", "pool", "10.9.0.1/32")
        .await;
    let own = "ipFamilies: [IPv4], ips: [{ephemeral: {prefixTemplate: {spec: {prefixLength: 32, parentRef: {name: pool}}}}}]";
    space.machine("late", &[makes("e", own)]).await;
    let full = [
        "Prefix pool: NoRoom",
        "Prefix late-e-0: NoRoom",
        "NetworkInterface late-e: PrefixPending",
        "Machine late: InterfacesPending",
    ];
    stage.until_why("machine/late", &full).await;
    space.delete(PREFIX, "two").await;
    stage.until_why("machine/late", &[]).await;

    // A mark that is forged: the machine does not declare what says that it is its own.
    let machine = space.get(MACHINE, "late").await;
    let uid = machine["metadata"]["uid"].as_str().expect("a uid");
    let forged = format!(
        "metadata.annotations = {{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}; \
         metadata.finalizers = [example.org/hold]; metadata.ownerReferences = [{{apiVersion: compute.ironcore.dev/v1alpha1, kind: Machine, name: late, uid: {uid}, controller: true}}]"
    );
    space.interface("forged", "10.0.0.7", &forged).await;
    let gone = ["NetworkInterface forged: NotDeclared"];
    stage.until_why("nic/forged", &gone).await;
    space.finish_delete(NIC, "forged").await;
}

#[tokio::test]
async fn what_the_api_server_refuses_is_told_in_its_words() {
    let stage = Stage::open().await;
    let space = &stage.space;
    set_quota(space, 1, 1).await;
    until_full(space).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let why = stage
        .until_why("machine/a", &["Machine a: ChildRefused"])
        .await;
    let message = why["causes"][0]["message"].as_str().expect("a message");
    assert!(message.contains("exceeded quota: interfaces"), "{message}");
    assert_eq!(
        next(&why),
        [format!("create NetworkInterface {}/a-e", space.name)]
    );
    set_quota(space, 9, 1).await;
    stage.until_why("machine/a", &[]).await;
}

#[tokio::test]
async fn where_nobody_leads_that_is_the_root_of_what_is_to_be_done() {
    let mut stage = Stage::open().await;
    stage.space.interface("before", "10.0.0.1", "").await;
    stage.until_why("nic/before", &[]).await;
    let controller = stage.controller.take().expect("a controller");
    controller.terminate().await;
    stage.space.interface("after", "10.0.0.2", "").await;
    // What has all that it asks for needs nobody.
    stage.until_why("nic/before", &[]).await;
    let unsaid = ["NobodyLeads", "NetworkInterface after: Pending"];
    let why = stage.until_why("nic/after", &unsaid).await;
    let status = format!(
        "write the status of NetworkInterface {}/after",
        stage.space.name
    );
    assert_eq!(next(&why), [status]);
    stage
        .space
        .machine("a", &[makes("e", &ip("10.0.0.3"))])
        .await;
    let nobody = [
        "NobodyLeads",
        "NetworkInterface a-e: ChildMissing",
        "Machine a: InterfacesPending",
    ];
    let why = stage.until_why("machine/a", &nobody).await;
    assert_eq!(
        why["causes"][0]["message"],
        "no controller leads: nobody holds its Lease"
    );
    stage.start().await;
    stage.until_why("machine/a", &[]).await;
}

#[tokio::test]
async fn with_watch_it_tells_again_until_all_is_well() {
    let stage = Stage::open().await;
    let n = &stage.space.name;
    let on_another = "spec.networkRef = {name: later}";
    stage.space.interface("a", "10.0.0.1", on_another).await;
    let missing = [
        "Network later: NetworkNotFound",
        "NetworkInterface a: NetworkNotFound",
    ];
    stage.until_why("nic/a", &missing).await;
    let args = format!("why nic/a --watch -n {n} --controller-namespace {n}");
    let mut watch = stage.plugin.begin(&args);
    let mut out = watch.stdout.take().expect("its output");
    let mut first = [0; 16];
    out.read_exact(&mut first).await.expect("a first answer");
    stage.space.create(NET, "later", "").await;
    let mut rest = String::new();
    out.read_to_string(&mut rest)
        .await
        .expect("all further ones");
    let status = watch.wait().await.expect("its end");
    assert!(status.success(), "{rest}");
    let last = rest.rfind(&format!("NetworkInterface {n}/a Available 10.0.0.1"));
    assert!(last > rest.rfind("NetworkNotFound"), "{rest}");
}
