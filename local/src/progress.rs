// SPDX-License-Identifier: Apache-2.0

//! Progress of long work: a bar on a terminal, a line now and then elsewhere. Works that go on beside each other have their bars
//! below each other.

use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Without a terminal one line in this time tells that work goes on.
const LINE_EVERY: Duration = Duration::from_secs(20);

/// All bars of the process.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Prints a line to standard error, above the bars.
pub fn say(line: &str) {
    BARS.suspend(|| eprintln!("{line}"));
}

/// How far one piece of work has come. Its bar goes when it is dropped.
pub struct Progress {
    bar: Option<ProgressBar>,
    title: String,
    done: u64,
    total: u64,
    last_line: Instant,
}

impl Progress {
    /// Starts to show work of `total` steps.
    pub fn start(title: &str, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(title, total));
        if bar.is_none() {
            eprintln!("{title} …");
        }
        Self {
            bar,
            title: title.to_owned(),
            done: 0,
            total,
            last_line: Instant::now(),
        }
    }

    /// One step is done; `what` names it.
    pub fn step(&mut self, what: &str) {
        self.reach(self.done + 1, what);
    }

    /// So many steps are done; `what` names the last one.
    pub fn reach(&mut self, done: u64, what: &str) {
        self.done = done;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(what.to_owned());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            eprintln!("{}: {done} of about {} ({what})", self.title, self.total);
        }
    }

    /// Says something that is no step.
    pub fn note(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            BARS.remove(bar);
        }
    }
}

fn bar(title: &str, total: u64) -> ProgressBar {
    const TEMPLATE: &str = "{prefix:24} [{bar:30}] {pos}/{len} {elapsed} {wide_msg}";
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant");
    let bar = BARS.add(ProgressBar::new(total));
    bar.set_style(style);
    bar.set_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
