// SPDX-License-Identifier: Apache-2.0

//! The whole history: every write of every object, in the order in which etcd has it, held to the rules as it comes.

mod etcd;
mod story;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::rules::{Broken, Rules, Taken, View};
use super::world::{Key, World};
use etcd::{Etcd, Watch, Written};
use story::Story;

/// How long what was written may be on its way to the watch.
const PATIENCE: Duration = Duration::from_mins(2);

/// A history that goes on. It ends with this.
pub(super) struct History {
    book: Arc<Mutex<Book>>,
    etcd: Etcd,
    task: Mutex<JoinHandle<()>>,
}

impl Drop for History {
    fn drop(&mut self) {
        self.pause();
    }
}

/// What was seen.
pub(super) struct Book {
    pub(super) world: World,
    /// What users took away themselves. They say so before they do.
    pub(super) taken: Taken,
    pub(super) broken: Vec<String>,
    /// Writes that were seen.
    pub(super) seen: u64,
    /// When an object was written last.
    pub(super) last: Instant,
    rules: Rules,
    revision: i64,
    story: Story,
    file: BufWriter<File>,
    failure: Option<String>,
}

impl History {
    /// Begins with what is there, and writes all that comes to `file`.
    pub(super) async fn begin(port: u16, file: &Path) -> Result<Self> {
        let etcd = Etcd::new(port)?;
        let made = File::create(file).with_context(|| format!("making {}", file.display()))?;
        let book = Arc::new(Mutex::new(Book {
            world: World::default(),
            taken: Taken::default(),
            broken: Vec::new(),
            seen: 0,
            last: Instant::now(),
            rules: Rules::default(),
            revision: 0,
            story: Story::default(),
            file: BufWriter::new(made),
            failure: None,
        }));
        let task = Mutex::new(read(&etcd, &book).await?);
        Ok(Self { book, etcd, task })
    }

    /// What was seen so far.
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        locked(&self.book)
    }

    /// All up to this revision was seen.
    pub(super) fn revision(&self) -> i64 {
        self.book().revision
    }

    /// Returns once all that was written before was seen.
    pub(super) async fn catch_up(&self) -> Result<()> {
        let revision = self.etcd.mark().await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.book().check()?;
            let seen = self.revision();
            if seen >= revision {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the history is at {seen}, etcd at {revision}");
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sees nothing any more: etcd is stopped.
    pub(super) fn pause(&self) {
        locked(&self.task).abort();
    }

    /// Goes on where it was.
    pub(super) async fn go_on(&self) -> Result<()> {
        let watch = self.etcd.watch(self.revision() + 1).await?;
        *locked(&self.task) = follow(watch, self.book.clone());
        Ok(())
    }

    /// Begins again with what is there: etcd went back.
    pub(super) async fn begin_again(&self) -> Result<()> {
        let task = read(&self.etcd, &self.book).await?;
        *locked(&self.task) = task;
        Ok(())
    }
}

/// Reads what is there, and goes on with what is written since.
async fn read(etcd: &Etcd, book: &Arc<Mutex<Book>>) -> Result<JoinHandle<()>> {
    let all = etcd.all().await?;
    let watch = etcd.watch(all.revision + 1).await?;
    locked(book).begin(all.revision, all.writes)?;
    Ok(follow(watch, book.clone()))
}

fn follow(mut watch: Watch, book: Arc<Mutex<Book>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let said = watch.next().await;
            let mut book = locked(&book);
            let taken = said.and_then(|said| book.take(said.revision, said.writes));
            if let Err(error) = taken {
                book.failure = Some(format!("{error:#}"));
                return;
            }
        }
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    /// Fails if writes were missed.
    pub(super) fn check(&self) -> Result<()> {
        match &self.failure {
            Some(failure) => bail!("the history has ended: {failure}"),
            None => Ok(()),
        }
    }

    /// Moments that the contract admits, by what they are.
    pub(super) fn moments(&self) -> BTreeMap<&'static str, u64> {
        self.rules.moments()
    }

    fn begin(&mut self, revision: i64, all: Vec<Written>) -> Result<()> {
        writeln!(self.file, "{}", json!({ "begins": revision }))?;
        self.world = World::default();
        for written in all {
            self.record(&written)?;
            self.world
                .write(written.revision, written.key, written.object);
        }
        self.rules.begin(&self.world, revision);
        self.revision = revision;
        self.failure = None;
        self.last = Instant::now();
        Ok(())
    }

    fn take(&mut self, revision: i64, writes: Vec<Written>) -> Result<()> {
        for written in writes {
            self.record(&written)?;
            self.seen += 1;
            self.last = Instant::now();
            let change = self
                .world
                .write(written.revision, written.key, written.object);
            self.story.add(&change);
            let view = View {
                world: &self.world,
                taken: &self.taken,
            };
            for broken in self.rules.see(&change, &view) {
                let told = self.tell(&broken);
                eprintln!("\n{told}");
                self.broken.push(told);
            }
        }
        self.revision = self.revision.max(revision);
        Ok(())
    }

    fn tell(&self, broken: &Broken) -> String {
        let Broken {
            rule,
            revision,
            keys,
            text,
        } = broken;
        let named: Vec<String> = keys.iter().map(Key::to_string).collect();
        let story = self.story.of(keys);
        format!(
            "Broken at {revision}: {rule}: {}: {text}\n{story}",
            named.join(", ")
        )
    }

    fn record(&mut self, written: &Written) -> Result<()> {
        let object = written.object.as_ref().unwrap_or(&Value::Null);
        let line = json!({
            "revision": written.revision, "key": written.key.to_string(), "object": object,
        });
        writeln!(self.file, "{line}").context("writing the history")
    }

    /// Has all of the history in its file.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.file.flush().context("writing the history")
    }
}
