// SPDX-License-Identifier: Apache-2.0

//! `kubectl ironcore`, as users run it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::{Child, Command};

/// The plugin, for one API server.
pub(crate) struct Plugin {
    kubeconfig: PathBuf,
}

/// How it ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Plugin {
    pub(crate) fn new(kubeconfig: &Path) -> Self {
        let kubeconfig = kubeconfig.to_owned();
        Self { kubeconfig }
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(program());
        command
            .args(args.split(' '))
            .env("KUBECONFIG", &self.kubeconfig)
            .kill_on_drop(true);
        command
    }

    /// Asks, and waits for the answer.
    pub(crate) async fn ask(&self, args: &str) -> Told {
        let output = self.command(args).output().await.expect("an answer");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Told {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The answer for programs, and the exit code.
    pub(crate) async fn json(&self, args: &str) -> (Value, i32) {
        let told = self.ask(&format!("{args} --output json")).await;
        let answer = serde_json::from_str(&told.out);
        let answer = answer.unwrap_or_else(|error| panic!("{args}: {error}: {told:?}"));
        (answer, told.code.expect("a code"))
    }

    /// Asks, and does not wait.
    pub(crate) fn begin(&self, args: &str) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).spawn().expect("a process")
    }
}

/// `KUBECTL_IRONCORE_BIN`, else what `cargo build` has put beside this test.
pub(crate) fn program() -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.join("kubectl-ironcore"))
    };
    let named = std::env::var_os("KUBECTL_IRONCORE_BIN").map(PathBuf::from);
    let program = named.or_else(beside).filter(|program| program.is_file());
    program.expect("no kubectl-ironcore: run `cargo xtask test`, or `cargo build -p kubectl-ironcore` and this again")
}

/// `Kind name: Reason` of each cause of `why`, the deepest first.
pub(crate) fn causes(why: &Value) -> Vec<String> {
    let causes = why["causes"].as_array().expect("causes").iter();
    let told = causes.map(|cause| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (object, reason) = (&cause["object"], text(&cause["reason"]));
        if object.is_null() {
            return reason;
        }
        let (kind, name) = (text(&object["kind"]), text(&object["name"]));
        format!("{kind} {name}: {reason}")
    });
    told.collect()
}

/// What the controller would do next, as `why` says.
pub(crate) fn next(why: &Value) -> Vec<&str> {
    let next = why["next"].as_array().expect("what comes next").iter();
    next.map(|next| next["does"].as_str().expect("a phrase"))
        .collect()
}
