//! Progress of long work: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Without a terminal one line in this time tells that work goes on.
const LINE_EVERY: Duration = Duration::from_secs(20);

/// How far one piece of work has come.
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
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
            bar.set_message(what.to_owned());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            eprintln!(
                "{}: {} of about {} ({what})",
                self.title, self.done, self.total
            );
        }
    }

    /// Says something that is no step.
    pub fn note(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// The work is over; the bar goes.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(title: &str, total: u64) -> ProgressBar {
    const TEMPLATE: &str = "{prefix} [{bar:30}] {pos}/{len} {elapsed} {msg}";
    let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant");
    let bar = ProgressBar::new(total)
        .with_style(style)
        .with_prefix(title.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
