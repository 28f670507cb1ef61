// SPDX-License-Identifier: Apache-2.0

//! The finalizer that keeps a network while interfaces refer to it.

use crate::support::space::{NET, NIC, Space};
use crate::support::text::check;

const OURS: &str = "metadata.finalizers = [networking.ironcore.dev/network]";

#[tokio::test]
async fn a_network_gets_the_finalizer_when_it_is_first_seen_and_goes_at_once_without_users() {
    let space = Space::new().await;
    space.create(NET, "net", "").await;
    space.until(NET, "net", OURS).await;
    space.delete(NET, "net").await;
    space.until_gone(NET, "net").await;
}

#[tokio::test]
async fn others_finalizers_stay() {
    let space = Space::new().await;
    let theirs = "metadata.finalizers = [example.org/hold]";
    space.create(NET, "net", theirs).await;
    let both = "metadata.finalizers = [example.org/hold, networking.ironcore.dev/network]";
    space.until(NET, "net", both).await;
    space.delete(NET, "net").await;
    space.until(NET, "net", theirs).await;
    space.finish_delete(NET, "net").await;
}

#[tokio::test]
async fn a_deleting_network_says_who_uses_it_and_goes_with_the_last() {
    let space = Space::with_network().await;
    for number in 0..7 {
        let address = format!("10.0.0.{number}");
        space.interface(&format!("x{number}"), &address, "").await;
    }
    space.until(NIC, "x6", "status.state = Available").await;
    space.until(NET, "net", OURS).await;
    space.delete(NET, "net").await;
    let told = space.warned("Network net", "InUse", "still in use").await;
    assert_eq!(
        told.note,
        "is being deleted, and still in use by NetworkInterface x0, x1, x2, x3, x4 and 2 more"
    );

    // One that is being deleted needs its network until it is gone; one that is made now waits.
    space.begin_delete(NIC, "x0").await;
    space.interface("late", "10.0.0.9", "").await;
    space.until(NIC, "late", "status.state = Pending").await;
    for number in 1..7 {
        space.delete(NIC, &format!("x{number}")).await;
    }
    space.delete(NIC, "late").await;
    space.until_gone(NIC, "late").await;
    check(&space.get(NET, "net").await, OURS);
    space.finish_delete(NIC, "x0").await;
    space.until_gone(NET, "net").await;
}

#[tokio::test]
async fn nothing_is_written_to_a_network_that_an_outside_system_manages() {
    let space = Space::new().await;
    let managed = "metadata.annotations = {common.ironcore.dev/managed-by: them}";
    space.create(NET, "theirs", managed).await;
    space.create(NET, "ours", "").await;
    space.until(NET, "ours", OURS).await;
    check(&space.get(NET, "theirs").await, "metadata.finalizers -");
    space.change(NET, "ours", managed).await;
    space.delete(NET, "ours").await;
    space.create(NET, "later", "").await;
    space.until(NET, "later", OURS).await;
    check(&space.get(NET, "ours").await, OURS);
    space.change(NET, "ours", "metadata.annotations -").await;
    space.until_gone(NET, "ours").await;
}

#[tokio::test]
async fn a_namespace_that_is_deleted_does_not_hang() {
    let space = Space::with_network().await;
    for number in 0..20 {
        let address = format!("10.0.0.{number}");
        space.interface(&format!("x{number}"), &address, "").await;
    }
    space.until(NET, "net", OURS).await;
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
    assert_eq!(space.complaints(), Vec::<String>::new());
}
