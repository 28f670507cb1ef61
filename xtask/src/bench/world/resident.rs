// SPDX-License-Identifier: Apache-2.0

//! Keeps the memory of a process in use. Some hypervisors reclaim what their guests did not use for some seconds; what an event costs by
//! itself shows only where they do not.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::param::page_size;

/// The pause between two rounds. A round over much memory takes longer than that.
const EVERY: Duration = Duration::from_millis(100);
/// What the kernel says of a page, in bytes of `/proc/PID/pagemap`.
const ENTRY: usize = 8;
/// The bit of such an entry that says that the page is in memory.
const PRESENT: u64 = 1 << 63;

/// A process whose memory is kept in use.
pub(super) struct Resident {
    pid: u32,
    every: Duration,
    read: Option<Instant>,
}

impl Resident {
    pub(super) fn new(pid: u32) -> Self {
        Self {
            pid,
            every: EVERY,
            read: None,
        }
    }

    /// Reads a byte of each page that is in memory, unless it did a moment ago. Answers how many it read.
    pub(super) fn touch(&mut self) -> Result<usize> {
        if self.read.is_some_and(|read| read.elapsed() < self.every) {
            return Ok(0);
        }
        let pages = self.read_all();
        self.read = Some(Instant::now());
        pages.with_context(|| format!("cannot read the memory of process {}", self.pid))
    }

    fn read_all(&self) -> Result<usize> {
        let open = |name: &str| File::open(format!("/proc/{}/{name}", self.pid));
        let (memory, pages) = (open("mem")?, open("pagemap")?);
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.pid))?;
        let (mut present, mut read) = (0, 0);
        for (from, to) in maps.lines().filter_map(private) {
            for page in in_memory(&pages, from, to)? {
                present += 1;
                read += usize::from(memory.read_at(&mut [0], page).is_ok_and(|bytes| bytes == 1));
            }
        }
        // A few may be freed meanwhile.
        ensure!(2 * read > present, "{read} of {present} pages can be read");
        Ok(read)
    }
}

/// From where to where a line of `/proc/PID/maps` goes, if it is memory of the process's own.
fn private(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    rest.starts_with("rw-p")
        .then(|| address(from).zip(address(to)))?
}

/// The addresses of the pages from `from` to `to` that are in memory: others need not stay there.
fn in_memory(pages: &File, from: u64, to: u64) -> Result<Vec<u64>> {
    let size = u64::try_from(page_size())?;
    let count = usize::try_from((to - from) / size)?;
    let mut entries = vec![0; count * ENTRY];
    pages.read_exact_at(&mut entries, from / size * u64::try_from(ENTRY)?)?;
    let (entries, _) = entries.as_chunks::<ENTRY>();
    let addresses = (from..to).step_by(page_size()).zip(entries);
    let addresses = addresses.filter(|(_, entry)| u64::from_ne_bytes(**entry) & PRESENT != 0);
    Ok(addresses.map(|(address, _)| address).collect())
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn pages_in_memory_are_read_now_and_then() -> Result<()> {
        let mut resident = Resident::new(std::process::id());
        resident.every = Duration::ZERO;
        let before = resident.touch()?;
        let pages = 1 << 14;
        let bytes = black_box(vec![1_u8; pages * page_size()]);
        let after = resident.touch()?;
        // Other tests may free as much as they like, but not so much.
        assert!(after > before + pages / 2, "{before}, then {after}");
        drop(bytes);
        resident.every = Duration::MAX;
        assert_eq!(resident.touch()?, 0);
        Ok(())
    }

    #[test]
    fn only_memory_of_its_own_is_read() {
        let private = |line| private(line).is_some();
        assert!(private("7f0000000000-7f0000002000 rw-p 00000000 00:00 0"));
        assert!(!private(
            "7f0000000000-7f0000002000 r-xp 00000000 fe:00 7 /bin/a"
        ));
        assert!(!private(
            "7f0000000000-7f0000002000 rw-s 00000000 fe:00 7 /shm"
        ));
    }
}
