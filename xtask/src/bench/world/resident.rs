// SPDX-License-Identifier: Apache-2.0

//! Keeps the memory of a process in use. Some machines take away from their guests what was not used for some seconds; what an event costs
//! by itself shows only where they do not.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::memory::PAGE;

/// How often memory is read, beside what a read takes.
const EVERY: Duration = Duration::from_millis(100);
/// What the kernel says of a page, in bytes of `/proc/PID/pagemap`.
const ENTRY: usize = 8;
/// The bit of such an entry that says that the page is in memory.
const PRESENT: u64 = 1 << 63;

/// A process whose memory is kept in use.
pub(super) struct Resident {
    pid: u32,
    read: Option<Instant>,
}

impl Resident {
    pub(super) fn new(pid: u32) -> Self {
        Self { pid, read: None }
    }

    /// Reads a byte of each page that is in memory, unless it did a moment ago. Answers how many it read.
    pub(super) fn touch(&mut self) -> Result<usize> {
        if self.read.is_some_and(|read| read.elapsed() < EVERY) {
            return Ok(0);
        }
        let pages = self.read_all();
        // A read of much memory takes as long as this, or longer.
        self.read = Some(Instant::now());
        pages.with_context(|| format!("cannot read the memory of process {}", self.pid))
    }

    fn read_all(&self) -> Result<usize> {
        let open = |name: &str| File::open(format!("/proc/{}/{name}", self.pid));
        let (memory, pages) = (open("mem")?, open("pagemap")?);
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.pid))?;
        let mut read = 0;
        for (from, to) in maps.lines().filter_map(private) {
            for page in present(&pages, from, to)? {
                // One that was freed meanwhile cannot be read.
                read += usize::from(memory.read_at(&mut [0], page).is_ok());
            }
        }
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
fn present(pages: &File, from: u64, to: u64) -> Result<Vec<u64>> {
    let size = u64::try_from(PAGE)?;
    let count = usize::try_from((to - from) / size)?;
    let mut entries = vec![0; count * ENTRY];
    pages.read_exact_at(&mut entries, from / size * u64::try_from(ENTRY)?)?;
    let (entries, _) = entries.as_chunks::<ENTRY>();
    let addresses = (from..to).step_by(PAGE).zip(entries);
    let addresses = addresses.filter(|(_, entry)| u64::from_ne_bytes(**entry) & PRESENT != 0);
    Ok(addresses.map(|(address, _)| address).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_memory_are_read_now_and_then() -> Result<()> {
        let bytes = vec![1_u8; 1 << 20];
        let mut resident = Resident::new(std::process::id());
        let read = resident.touch()?;
        assert!(read >= bytes.len() / PAGE, "{read}");
        assert_eq!(resident.touch()?, 0);
        Ok(())
    }

    #[test]
    fn only_memory_of_its_own_is_read() {
        let private = |line| private(line).is_some();
        assert!(private("7f0000000000-7f0000002000 rw-p 00000000 00:00 0"));
        assert!(!private("7f0000000000-7f0000002000 r-xp 00000000 fe:00 7 /bin/a"));
        assert!(!private("7f0000000000-7f0000002000 rw-s 00000000 fe:00 7 /shm"));
    }
}
