// SPDX-License-Identifier: Apache-2.0

//! kubectl, as users run it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;
use tokio::sync::OnceCell;
use xtask::{kubectl, repo};

use super::rendered::Rendered;
use super::scratch::scratch;

/// kubectl for one API server.
pub(crate) struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
}

/// What it printed.
pub(crate) struct Printed {
    pub out: String,
    /// Warnings are here.
    pub err: String,
}

impl Kubectl {
    pub(crate) async fn new(kubeconfig: &Path) -> Self {
        static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
        let find = || async { kubectl::find_or_build().await.expect("kubectl") };
        Self {
            program: PROGRAM.get_or_init(find).await.clone(),
            kubeconfig: kubeconfig.to_owned(),
        }
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.program.parent().map(Path::to_owned)
    }

    /// Runs it in the repository's folder; fails if it does.
    pub(crate) async fn run(&self, args: &str) -> Printed {
        let Printed { out, err } = match self.try_run(args).await {
            Ok(printed) => return printed,
            Err(printed) => printed,
        };
        panic!("kubectl {args}\n{out}\n{err}")
    }

    /// As `run`; what it printed is an error if it fails.
    pub(crate) async fn try_run(&self, args: &str) -> Result<Printed, Printed> {
        let mut command = Command::new(&self.program);
        command
            .args(args.split(' '))
            .current_dir(repo::root())
            .env("KUBECONFIG", &self.kubeconfig)
            .env("KUBECACHEDIR", scratch().join("kubectl"));
        let output = command.output().await.expect("kubectl");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let (out, err) = (text(output.stdout), text(output.stderr));
        let printed = Printed { out, err };
        if output.status.success() {
            Ok(printed)
        } else {
            Err(printed)
        }
    }

    /// What it prints with `--output json`.
    pub(crate) async fn json(&self, args: &str) -> Value {
        let printed = self.run(&format!("{args} --output json")).await;
        serde_json::from_str(&printed.out).expect("JSON")
    }

    /// What `kubectl apply -k` would send for this folder.
    pub(crate) async fn rendered(folder: &str) -> Rendered {
        // It asks no API server.
        let nowhere = scratch().join("no-kubeconfig");
        let printed = Self::new(&nowhere)
            .await
            .run(&format!("kustomize {folder}"))
            .await;
        assert_eq!(printed.err, "", "{folder}");
        Rendered::read(&printed.out)
    }

    /// A kubeconfig with a token of this service account.
    pub(crate) async fn service_account(&self, namespace: &str, name: &str) -> PathBuf {
        let token = self
            .run(&format!("create token --namespace {namespace} {name}"))
            .await;
        let text = std::fs::read_to_string(&self.kubeconfig).expect("a kubeconfig");
        let mut config: Value = serde_norway::from_str(&text).expect("YAML");
        config["users"][0]["user"] = serde_json::json!({ "token": token.out.trim() });
        let dir = self.kubeconfig.parent().expect("a folder");
        let path = dir.join(format!("{name}.kubeconfig"));
        std::fs::write(&path, config.to_string()).expect("a file");
        path
    }
}
