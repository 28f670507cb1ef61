// SPDX-License-Identifier: Apache-2.0

//! Logs, on standard error.

use std::io::IsTerminal;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// Flags of the log.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub struct Logs {
    /// Log format.
    #[arg(
        long,
        env = "NI_LOG_FORMAT",
        value_enum,
        default_value = "human",
        global = true
    )]
    pub log_format: LogFormat,
    /// Log level (error, warn, info, debug, trace), or filters such as `debug,kube=warn`.
    #[arg(
        long,
        env = "NI_LOG",
        default_value = "info",
        value_name = "FILTER",
        global = true
    )]
    pub log: String,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Human,
    /// One JSON object per line.
    Json,
}

impl Logs {
    /// Logs from now on.
    ///
    /// # Errors
    /// If `--log` can't be read.
    pub fn start(&self) -> anyhow::Result<()> {
        let logs = tracing_subscriber::fmt()
            .with_env_filter(self.filter()?)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        match self.log_format {
            LogFormat::Human => logs.init(),
            LogFormat::Json => logs.json().flatten_event(true).init(),
        }
        Ok(())
    }

    fn filter(&self) -> anyhow::Result<EnvFilter> {
        // Each of its warnings is one that we log as well. Who names it in --log hears of it.
        let directives = format!("kube_runtime::watcher=off,{}", self.log);
        EnvFilter::try_new(directives)
            .with_context(|| format!("--log {:?} is neither a level nor a filter", self.log))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        logs: Logs,
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        for (words, expected) in [
            (&["p"][..], Ok("kube_runtime::watcher=off,info")),
            (&["p", "--log=debug"], Ok("kube_runtime::watcher=off,debug")),
            (
                &["p", "--log=info,kube_runtime::watcher=debug"],
                Ok("kube_runtime::watcher=debug,info"),
            ),
            (
                &["p", "--log=a=b=c"],
                Err("--log \"a=b=c\" is neither a level nor a filter"),
            ),
        ] {
            let cli = Cli::try_parse_from(words).expect("flags");
            let filter = cli.logs.filter().map(|filter| filter.to_string());
            let filter = filter.map_err(|error| error.to_string());
            assert_eq!(
                filter.as_deref(),
                expected.map_err(str::to_owned).as_ref().map(|text| *text)
            );
        }
    }
}
