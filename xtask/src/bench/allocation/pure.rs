// SPDX-License-Identifier: Apache-2.0

//! The allocator on its own: what a grant and a free cost, and what free space takes, by how fragmented it is.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Stdio;
use std::time::{Duration, Instant};

use address_space::Space as Addresses;
use anyhow::{Context, Result, ensure};
use ironcore_api::address::Prefix;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::bench::Part;
use crate::bench::harness::random::{pick, random};
use crate::bench::harness::stats::{float, rounded};
use crate::bench::harness::usage;

/// Numbers of free blocks that are measured.
const FRAGMENTS: [u32; 2] = [1_000, 1_000_000];
/// So many blocks are made in all, in one space or several: enough to be seen in the process's memory.
const IN_ALL: u32 = 1_000_000;
/// As many as one write of the controller grants.
const BATCH: u32 = 64;
const BATCHES: u32 = 2_000;
const ROOT: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);

/// The figures of one number of free blocks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pure {
    /// How many blocks the free space consists of.
    pub(crate) blocks: u32,
    pub(crate) ns_per_grant: f64,
    pub(crate) ns_per_free: f64,
    /// Beyond what is remembered of who holds the blocks between.
    pub(crate) bytes_per_fragment: f64,
}

/// The process that measures one of them, as what an earlier one left would count as its memory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Space {
    /// How many blocks the free space consists of.
    fragments: u32,
}

/// Measures each number in a process of its own.
pub(crate) async fn measure_all() -> Result<Vec<Pure>> {
    let mut all = Vec::new();
    for fragments in FRAGMENTS {
        let mut command = Command::from(Part::Space(Space { fragments }).command()?);
        command.stderr(Stdio::inherit()).kill_on_drop(true);
        let output = command.output().await?;
        ensure!(output.status.success(), "the allocator was not measured");
        all.push(serde_json::from_slice(&output.stdout).context("reading what was measured")?);
    }
    Ok(all)
}

impl Space {
    /// Measures, and prints the figures as JSON.
    pub(crate) fn run(&self) -> Result<()> {
        println!("{}", serde_json::to_string(&measure(self.fragments)?)?);
        Ok(())
    }
}

fn measure(fragments: u32) -> Result<Pure> {
    let pid = std::process::id();
    let count = (IN_ALL / fragments).max(1);
    let order = shuffled(fragments);
    let rss = || usage::memory(pid).map(|memory| memory.resident);
    let before = rss()?;
    let held: Vec<Addresses> = (0..count).map(|_| held_only(&order)).collect();
    let between = rss()?;
    let mut spaces: Vec<Addresses> = (0..count).map(|_| fragmented(&order)).collect();
    let bytes = (rss()? - between).saturating_sub(between - before);
    drop(held);
    let all: usize = spaces.iter().map(Addresses::fragments).sum();
    let (mut grants, mut frees) = (Duration::ZERO, Duration::ZERO);
    for batch in 0..BATCHES {
        let at = (batch % count) as usize;
        let (grant, free) = one_batch(&mut spaces[at], fragments, batch)?;
        grants += grant;
        frees += free;
    }
    let each = |time: Duration| rounded(time.as_secs_f64() * 1e9 / f64::from(BATCHES * BATCH));
    Ok(Pure {
        blocks: fragments,
        ns_per_grant: each(grants),
        ns_per_free: each(frees),
        bytes_per_fragment: rounded(float(bytes) / float(all as u64)),
    })
}

/// Frees blocks at random places, grants as many, and restores what was.
fn one_batch(space: &mut Addresses, fragments: u32, batch: u32) -> Result<(Duration, Duration)> {
    let victims = victims(fragments, batch);
    let begun = Instant::now();
    for victim in &victims {
        space.release(*victim);
    }
    let free = begun.elapsed();
    let begun = Instant::now();
    let mut draft = space.draft();
    let granted: Vec<Prefix> = (0..BATCH).filter_map(|_| draft.take_lowest(32)).collect();
    for block in &granted {
        space.hold(*block);
    }
    let grant = begun.elapsed();
    ensure!(granted.len() == BATCH as usize, "the space is full");
    for block in granted {
        space.release(block);
    }
    for victim in victims {
        space.hold(victim);
    }
    Ok((grant, free))
}

/// Different ones.
fn victims(fragments: u32, batch: u32) -> Vec<Prefix> {
    let part = fragments / BATCH;
    let victims = (0..BATCH).map(|at| {
        let seed = u64::from(batch) * u64::from(BATCH) + u64::from(at);
        held(at * part + pick(seed, part))
    });
    victims.collect()
}

/// The held block before the free one of this number.
fn held(number: u32) -> Prefix {
    let address = Ipv4Addr::from_bits(ROOT.to_bits() + 2 * number);
    Prefix::containing(IpAddr::V4(address), 32)
}

/// A space that knows what is held, and not of what: nothing is free.
fn held_only(order: &[u32]) -> Addresses {
    let mut space = Addresses::default();
    for number in order {
        space.hold(held(*number));
    }
    space
}

/// A space in which every other address is held, one after the other in this order.
fn fragmented(order: &[u32]) -> Addresses {
    let mut space = Addresses::of(Prefix::containing(IpAddr::V4(ROOT), 8));
    for number in order {
        space.hold(held(*number));
    }
    space
}

/// All numbers below `count`, in an order that looks random.
fn shuffled(count: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_by_key(|number| random(u64::from(*number)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragmented_space_has_as_many_free_blocks_as_asked_for() {
        let space = fragmented(&shuffled(1000));
        // And what is above them: a few large ones.
        assert!(
            (1000..1024).contains(&space.fragments()),
            "{}",
            space.fragments()
        );
    }

    #[test]
    fn a_batch_leaves_the_space_as_it_was() {
        let mut space = fragmented(&shuffled(1000));
        let before = space.clone();
        one_batch(&mut space, 1000, 7).expect("there is room");
        assert!(space == before);
    }
}
