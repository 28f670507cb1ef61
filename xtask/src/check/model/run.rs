// SPDX-License-Identifier: Apache-2.0

//! The comparison with control planes of its own, told for people.

use std::time::Instant;

use anyhow::Result;

use super::{Figures, Outcome, Wanted, compare, compare_lives};
use crate::control_plane::{Binaries, ControlPlane, Options};
use crate::{crds, repo};

/// Compares the model with two control planes: one by itself, and one whose controllers are at work.
///
/// # Errors
/// If they can't be started or asked.
pub async fn check(long: bool, seed: u64) -> Result<Figures> {
    let wanted = if long {
        Wanted::long(seed)
    } else {
        Wanted::short(seed)
    };
    println!(
        "model: {} requests in {} namespaces, seed {seed}",
        wanted.requests, wanted.namespaces
    );
    let start = Instant::now();
    let mut plane = plane("alone", false).await?;
    let alone = compare(&mut plane, wanted).await;
    plane.stop().await;
    let mut plane = self::plane("with-controllers", true).await?;
    let with_controllers = compare_lives(&mut plane, wanted).await;
    plane.stop().await;
    let outcome = alone?.and(with_controllers?);
    tell(&outcome, start, seed);
    Ok(outcome.figures)
}

fn tell(outcome: &Outcome, start: Instant, seed: u64) {
    for story in &outcome.stories {
        println!("\n{story}");
    }
    let Figures {
        requests,
        events,
        differences,
        sent_again,
        modelled,
    } = outcome.figures;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "model: {requests} requests, {events} events, {differences} differences, {sent_again} patches sent again, in {seconds:.1} s, seed {seed}"
    );
    let each = modelled / u32::try_from(requests).unwrap_or(u32::MAX).max(1);
    println!("model: {each:?} a request in the model itself");
}

/// A control plane with our definitions.
async fn plane(name: &str, controller_manager: bool) -> Result<ControlPlane> {
    let dir = repo::root().join(".cache/check").join(name);
    let options = Options {
        controller_manager,
        ..Options::new(&dir)
    };
    let plane = ControlPlane::start(&Binaries::find_or_obtain().await?, options).await?;
    crds::install(&plane.client().await?).await?;
    Ok(plane)
}
