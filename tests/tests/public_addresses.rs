// SPDX-License-Identifier: Apache-2.0

//! Public addresses: virtual IPs of all namespaces get them from pools in one.

use serde_json::Value;

use crate::support::controller::Controller;
use crate::support::plane::{ALLOCATES, Turn};
use crate::support::prefixes::used;
use crate::support::space::{NIC, PREFIX, Space, VIP};
use crate::support::text::{at, check};
use crate::support::wait::eventually;

const POOL: &str = "metadata.labels = {ni.ironcore.dev/public-pool: ''}";

/// Two namespaces with virtual IPs, one with pools, and a controller that hands addresses out: to these two alone, as other tests
/// have left virtual IPs behind.
struct Stage {
    turn: Turn,
    users: Space,
    elsewhere: Space,
    pools: Space,
    controller: Option<Controller>,
}

impl Stage {
    async fn open() -> Self {
        Self::with(&[]).await
    }

    async fn with(flags: &[&str]) -> Self {
        let turn = Turn::take().await;
        let (users, elsewhere) = (turn.space().await, turn.space().await);
        let mut this = Self {
            pools: turn.space().await,
            turn,
            users,
            elsewhere,
            controller: None,
        };
        this.start(flags).await;
        this
    }

    /// Kills the controller.
    async fn stop(&mut self) {
        if let Some(controller) = self.controller.take() {
            controller.kill().await;
        }
    }

    /// Starts a controller for both namespaces.
    async fn start(&mut self, flags: &[&str]) {
        let both = format!("{},{}", self.users.name, self.elsewhere.name);
        self.start_for(&both, flags).await;
    }

    async fn start_for(&mut self, namespaces: &str, flags: &[&str]) {
        let pools = format!("--public-pool-namespace={}", self.pools.name);
        let namespaces = format!("--namespaces={namespaces}");
        let mut all = vec![ALLOCATES, &pools, &namespaces];
        all.extend(flags);
        self.controller = Some(self.turn.controller(&all).await);
    }

    /// Makes a pool.
    async fn pool(&self, name: &str, block: &str) {
        self.pools.root(name, block, POOL).await;
    }

    /// Makes a virtual IP, and waits for this address.
    async fn served(&self, name: &str, address: &str) -> Value {
        self.users.create(VIP, name, "").await;
        self.until_served(name, address).await
    }

    async fn until_served(&self, name: &str, address: &str) -> Value {
        let shows = format!("status.ip = '{address}'");
        self.users.until(VIP, name, &shows).await
    }

    async fn until_no_room(&self, name: &str, why: &str) {
        let on = format!("VirtualIP {name}");
        let told = self.users.warned(&on, "NoRoom", why).await;
        assert_eq!(told.note, why);
    }
}

fn uid(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().expect("a uid")
}

#[tokio::test]
async fn virtual_ips_of_all_namespaces_get_addresses_of_the_pool_and_interfaces_show_them() {
    let stage = Stage::open().await;
    stage.pool("pool", "203.0.113.0/29").await;
    // Its network address is not handed out.
    let first = stage.served("a", "203.0.113.1").await;
    let elsewhere = stage.elsewhere.clone();
    elsewhere.create(VIP, "a", "").await;
    elsewhere.until(VIP, "a", "status.ip = '203.0.113.2'").await;
    let held = stage.pools.get(PREFIX, uid(&first)).await;
    let of = format!(
        "metadata.annotations = {{ni.ironcore.dev/virtual-ip-namespace: {}, ni.ironcore.dev/virtual-ip-name: a, ni.ironcore.dev/virtual-ip-uid: {}}}",
        stage.users.name,
        uid(&first)
    );
    check(
        &held,
        &format!(
            "{of}; spec.prefix = '203.0.113.1/32'; spec.parentRef.name = pool; metadata.finalizers = [ipam.ironcore.dev/prefix]"
        ),
    );
    stage
        .pools
        .until(PREFIX, "pool", &used(&["203.0.113.1/32", "203.0.113.2/32"]))
        .await;
    let refers = "spec.virtualIP = {virtualIPRef: {name: a}}";
    stage.users.interface("x", "10.0.0.1", refers).await;
    let shows = "status.state = Available; status.virtualIP = '203.0.113.1'";
    stage.users.until(NIC, "x", shows).await;
}

#[tokio::test]
async fn pools_have_a_family_and_every_family_its_pools() {
    let stage = Stage::open().await;
    stage.pool("four", "203.0.113.0/31").await;
    stage.pool("six", "2001:db8::/126").await;
    stage.served("a", "203.0.113.0").await;
    for (name, address) in [("six-a", "2001:db8::"), ("six-b", "2001:db8::1")] {
        let six = "spec.ipFamily = IPv6";
        stage.users.create(VIP, name, six).await;
        stage.until_served(name, address).await;
    }
}

#[tokio::test]
async fn an_address_is_free_again_once_its_virtual_ip_is_gone() {
    let stage = Stage::open().await;
    stage.pool("pool", "203.0.113.0/30").await;
    let first = stage.served("a", "203.0.113.1").await;
    stage.served("b", "203.0.113.2").await;
    stage.users.create(VIP, "c", "").await;
    stage
        .until_no_room(
            "c",
            "no public pool has room for an IPv4 address: 203.0.113.0/30",
        )
        .await;
    let full = "status.capacity.usedPercent = 100; status.capacity.largestFree -";
    stage.pools.until(PREFIX, "pool", full).await;

    // One that is being deleted keeps its address until it is gone, and its prefix keeps it when that is deleted by hand.
    stage.users.begin_delete(VIP, "a").await;
    stage.pools.delete(PREFIX, uid(&first)).await;
    let held = stage.pools.get(PREFIX, uid(&first)).await;
    assert!(!at(&held, "metadata.deletionTimestamp").is_null());
    check(&stage.users.get(VIP, "c").await, "status.ip -");
    stage.users.finish_delete(VIP, "a").await;
    stage.pools.until_gone(PREFIX, uid(&first)).await;
    stage.until_served("c", "203.0.113.1").await;
    assert_eq!(stage.pools.list(PREFIX).await.len(), 3);
}

#[tokio::test]
async fn what_was_deleted_while_nobody_looked_is_freed_at_the_next_start() {
    let mut stage = Stage::open().await;
    stage.pool("pool", "203.0.113.0/30").await;
    let first = stage.served("a", "203.0.113.1").await;
    stage.stop().await;
    stage.users.delete(VIP, "a").await;
    stage.users.create(VIP, "a", "").await;
    stage.start(&[]).await;
    stage.pools.until_gone(PREFIX, uid(&first)).await;
    let again = eventually("it has an address", || async {
        let again = stage.users.get(VIP, "a").await;
        at(&again, "status.ip")
            .is_string()
            .then_some(again)
            .ok_or("none")
    })
    .await;
    let address = at(&again, "status.ip");
    let address = address.as_str().expect("an address");
    stage
        .pools
        .until(PREFIX, uid(&again), "status.phase = Allocated")
        .await;
    stage
        .pools
        .until(PREFIX, "pool", &used(&[&format!("{address}/32")]))
        .await;
}

#[tokio::test]
async fn an_address_that_others_wrote_is_never_touched_and_held_if_it_is_of_a_pool() {
    let stage = Stage::open().await;
    for (name, address) in [("theirs", "198.51.100.7"), ("ours", "203.0.113.1")] {
        stage.users.create(VIP, name, "").await;
        let shows = format!("status.ip = '{address}'");
        stage.users.report(VIP, name, &shows).await;
    }
    stage.pool("pool", "203.0.113.0/29").await;
    stage.served("next", "203.0.113.2").await;
    stage
        .pools
        .until(PREFIX, "pool", &used(&["203.0.113.1/32", "203.0.113.2/32"]))
        .await;
    stage.until_served("theirs", "198.51.100.7").await;
    stage.until_served("ours", "203.0.113.1").await;
}

#[tokio::test]
async fn operators_make_pools_by_a_flag_and_a_pool_that_is_none_any_more_keeps_what_it_gave() {
    let flag = "--public-prefixes=203.0.113.0/30,2001:db8::/64";
    let mut stage = Stage::with(&[flag]).await;
    let four = "public-203.0.113.0-30";
    let is_pool = format!("status.phase = Allocated; spec.prefix = '203.0.113.0/30'; {POOL}");
    stage.pools.until(PREFIX, four, &is_pool).await;
    stage
        .pools
        .until(PREFIX, "public-2001-db8---64", "status.phase = Allocated")
        .await;
    let first = stage.served("a", "203.0.113.1").await;

    // Somebody takes the label off: it stays off, also at the next start.
    stage.pools.change(PREFIX, four, "metadata.labels -").await;
    stage.stop().await;
    stage.start(&[flag]).await;
    stage.users.create(VIP, "b", "").await;
    stage.users.create(VIP, "six", "spec.ipFamily = IPv6").await;
    stage.until_served("six", "2001:db8::").await;
    check(&stage.users.get(VIP, "b").await, "status.ip -");
    check(&stage.pools.get(PREFIX, four).await, "metadata.labels -");
    stage.until_served("a", "203.0.113.1").await;
    stage.users.delete(VIP, "a").await;
    stage.pools.until_gone(PREFIX, uid(&first)).await;
    stage.pools.change(PREFIX, four, POOL).await;
    stage.until_served("b", "203.0.113.1").await;
}

#[tokio::test]
async fn of_namespaces_that_are_not_looked_after_addresses_stay() {
    let mut stage = Stage::open().await;
    stage.pool("pool", "203.0.113.0/29").await;
    let first = stage.served("a", "203.0.113.1").await;
    let elsewhere = stage.elsewhere.clone();
    elsewhere.create(VIP, "b", "").await;
    let second = elsewhere.until(VIP, "b", "status.ip = '203.0.113.2'").await;
    stage.stop().await;
    stage.users.delete(VIP, "a").await;
    elsewhere.delete(VIP, "b").await;

    let users = stage.users.name.clone();
    stage.start_for(&users, &[]).await;
    stage.pools.until_gone(PREFIX, uid(&first)).await;
    stage.served("c", "203.0.113.1").await;
    elsewhere.create(VIP, "d", "").await;
    check(
        &stage.pools.get(PREFIX, uid(&second)).await,
        "metadata.deletionTimestamp -",
    );
    check(&elsewhere.get(VIP, "d").await, "status.ip -");
    stage.stop().await;
    stage.start(&[]).await;
    stage.pools.until_gone(PREFIX, uid(&second)).await;
    elsewhere.until(VIP, "d", "status.ip = '203.0.113.2'").await;
}

#[tokio::test]
async fn without_rights_on_pools_of_another_allocator_nothing_is_handed_out() {
    let turn = Turn::take().await;
    let (users, pools) = (turn.space().await, turn.space().await);
    let namespace = format!("--public-pool-namespace={}", pools.name);
    let controller = turn
        .controller(&["--prefix-allocation=external", &namespace])
        .await;
    pools
        .create(
            PREFIX,
            "pool",
            &format!("spec = {{prefix: '203.0.113.0/29'}}; {POOL}"),
        )
        .await;
    pools
        .report(PREFIX, "pool", "status.phase = Allocated")
        .await;
    users.create(VIP, "a", "").await;
    users.interface("x", "10.0.0.1", "").await;
    users.until(NIC, "x", "status.state = Available").await;
    check(&users.get(VIP, "a").await, "status.ip -");
    assert_eq!(pools.list(PREFIX).await.len(), 1);
    controller.kill().await;
}
