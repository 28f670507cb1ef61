//! Building Kubernetes' programs from Go modules, once for each version.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::go::{check, go};
use super::version::KUBERNETES;
use crate::process::Tied;
use crate::progress::Progress;
use crate::repo;

struct Program {
    name: &'static str,
    module: &'static str,
    package: &'static str,
}

/// Programs that are built together, and kept together in the cache.
pub(crate) struct Programs {
    /// What they are, for the user.
    what: &'static str,
    /// How long that takes, and the room it needs, for the user.
    costs: &'static str,
    /// What to do where they can't be built.
    instead: &'static str,
    each: &'static [Program],
}

const fn kubernetes(name: &'static str, package: &'static str) -> Program {
    Program {
        name,
        module: "hack/control-plane",
        package,
    }
}

/// The servers.
pub(crate) const CONTROL_PLANE: Programs = Programs {
    what: "control plane",
    costs: "some minutes, 230 MB",
    instead: "set KUBEBUILDER_ASSETS to a folder that has kube-apiserver, kube-controller-manager (1.33 or newer) \
        and etcd (3.5 or newer)",
    each: &[
        Program {
            name: "etcd",
            module: "hack/control-plane/etcd",
            package: "go.etcd.io/etcd/server/v3",
        },
        kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
        kubernetes(
            "kube-controller-manager",
            "k8s.io/kubernetes/cmd/kube-controller-manager",
        ),
    ],
};

/// The command line.
pub(crate) const KUBECTL: Programs = Programs {
    what: "kubectl",
    costs: "a minute or two, 60 MB",
    instead: "install kubectl, or name one by KUBECTL",
    each: &[kubernetes("kubectl", "k8s.io/kubernetes/cmd/kubectl")],
};

/// What renders and installs charts.
pub(crate) const HELM: Programs = Programs {
    what: "helm",
    costs: "some minutes, 60 MB",
    instead: "install Helm, or name one by HELM",
    each: &[Program {
        name: "helm",
        module: "hack/helm",
        package: "helm.sh/helm/v4/cmd/helm",
    }],
};

/// What a node has beside the control plane's.
pub(crate) const NODE: Programs = Programs {
    what: "node",
    costs: "some minutes, 230 MB",
    instead: "do without `cargo xtask node` and `cargo xtask test --node`",
    each: &[
        kubernetes("kubelet", "k8s.io/kubernetes/cmd/kubelet"),
        kubernetes("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy"),
        kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    ],
};

/// What holds a pod's namespaces. Ours, as there is no registry to have an image from.
pub(crate) const PAUSE: Programs = Programs {
    what: "pause",
    costs: "a second, 2 MB",
    instead: NODE.instead,
    each: &[Program {
        name: "pause",
        module: "hack/node/pause",
        package: ".",
    }],
};

/// Builds all programs into `dir`, which appears only when they are complete.
pub(crate) fn build_into(dir: &Path, programs: &Programs) -> Result<()> {
    let what = programs.what;
    let parent = dir.parent().context("the cache has a parent folder")?;
    fs::create_dir_all(parent).with_context(|| format!("making the cache {}", parent.display()))?;
    let _lock = lock(&parent.join("control-plane.lock"))?;
    if dir.is_dir() {
        // Whoever had the lock before us built it.
        return Ok(());
    }
    check(
        &repo::root().join("hack/control-plane"),
        what,
        programs.instead,
    )?;
    eprintln!(
        "{what}: none found; building with Go, once ({})",
        programs.costs
    );
    let unfinished = dir.with_extension("unfinished");
    for program in programs.each {
        build(program, &unfinished.join(program.name))
            .with_context(|| format!("instead of building, {}", programs.instead))?;
    }
    fs::rename(&unfinished, dir).with_context(|| format!("moving the build to {}", dir.display()))
}

/// Held until dropped, or until the process ends.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for another build of Kubernetes' programs");
        }
        Err(TryLockError::Error(error)) => return Err(error).context("locking the cache"),
    }
    file.lock().context("locking the cache")?;
    Ok(file)
}

fn build(program: &Program, to: &Path) -> Result<()> {
    let module = repo::root().join(program.module);
    let mut progress = Progress::start(program.name, count_packages(&module, program.package));
    let mut command = go(&module, ["build", "-v", "-ldflags", &ldflags(), "-o"]);
    command.arg(to).arg(program.package);
    let built = run(command, &mut progress);
    progress.finish();
    built.with_context(|| {
        format!(
            "building {}; to see more, run `go build -o /dev/null {}` in {}",
            program.name, program.package, program.module
        )
    })
}

/// What the bar counts to; a guess when Go does not tell (the build then fails in its own words).
fn count_packages(module: &Path, package: &str) -> u64 {
    let output = go(module, ["list", "-deps", package])
        .stderr(Stdio::null())
        .output();
    output.map_or(1000, |o| {
        o.stdout.split(|byte| *byte == b'\n').count() as u64
    })
}

/// The API server knows its version only when the linker tells it.
fn ldflags() -> String {
    let version = *KUBERNETES;
    let set = |name: &str, value: &str| format!("-X k8s.io/component-base/version.{name}={value}");
    [
        "-s -w".to_owned(),
        set("gitVersion", &format!("v{version}")),
        set("gitMajor", &version.0.to_string()),
        set("gitMinor", &version.1.to_string()),
    ]
    .join(" ")
}

/// Go prints a line per package that it has built, and its errors, to standard error.
fn run(mut command: Command, progress: &mut Progress) -> Result<()> {
    command.stderr(Stdio::piped());
    let mut go = Tied::spawn("go build", command)?;
    let mut errors = Vec::new();
    for line in go.lines() {
        if line.starts_with("go: downloading ") {
            progress.note(&line);
        } else if line.contains(' ') {
            errors.push(line);
        } else {
            progress.step(&line);
        }
    }
    if !go.wait_blocking()?.success() {
        let last = errors.len().saturating_sub(20);
        bail!("go failed:\n    {}", errors[last..].join("\n    "));
    }
    Ok(())
}
