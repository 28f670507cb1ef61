// SPDX-License-Identifier: Apache-2.0

//! Having programs in the cache, once for each version: from a release where it can be reached, else built with Go.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

use super::build::build;
use super::download::{Failure, download};
use super::go::check;
use super::programs::{Program, Programs};
use super::release::Platform;
use super::source::Source;
use crate::progress::say;
use crate::repo;

/// Has all programs in `dir`, which appears only when they are complete.
///
/// # Errors
/// Where a download has another checksum than it must have, or a program can neither be had nor built.
pub fn obtain(dir: &Path, programs: &Programs) -> Result<()> {
    obtain_from(&Source::chosen()?, dir, programs)
}

fn obtain_from(source: &Source, dir: &Path, programs: &Programs) -> Result<()> {
    let parent = dir.parent().context("the cache has a parent folder")?;
    fs::create_dir_all(parent).with_context(|| format!("making the cache {}", parent.display()))?;
    let _lock = lock(&parent.join("control-plane.lock"))?;
    if dir.is_dir() {
        // Whoever had the lock before us made it.
        return Ok(());
    }
    let unfinished = dir.with_extension("unfinished");
    fs::create_dir_all(&unfinished).with_context(|| format!("making {}", unfinished.display()))?;
    let left = take(source, Platform::of_this_machine(), &unfinished, programs)?;
    build_all(&left, &unfinished, programs)?;
    fs::rename(&unfinished, dir)
        .with_context(|| format!("moving the programs to {}", dir.display()))
}

/// Downloads what is published; what is left to build. A host that has failed once is not asked again.
fn take<'a>(
    source: &Source,
    platform: Option<Platform>,
    to: &Path,
    programs: &'a Programs,
) -> Result<Vec<&'a Program>> {
    let published = |program: &Program| {
        let file = program.release?.file(program.name, platform?);
        Some((source.origin(file.release)?, file))
    };
    let (mut left, mut failed) = (Vec::new(), Vec::new());
    for program in programs.each {
        let place = published(program).filter(|(origin, _)| !failed.contains(origin));
        let Some((origin, file)) = place else {
            left.push(program);
            continue;
        };
        match download(&origin, &file, &to.join(program.name)) {
            Ok(()) => {}
            Err(Failure::Unavailable(why)) => {
                let name = program.name;
                say(&format!("{name}: no download, so Go builds it: {why}"));
                failed.push(origin);
                left.push(program);
            }
            Err(Failure::Fatal(why)) => return Err(why),
        }
    }
    Ok(left)
}

fn build_all(left: &[&Program], to: &Path, programs: &Programs) -> Result<()> {
    if left.is_empty() {
        return Ok(());
    }
    check(
        &repo::root().join("hack/control-plane"),
        programs.what,
        programs.instead,
    )?;
    say(&format!(
        "{}: building with Go, once ({} for all)",
        programs.what, programs.costs
    ));
    for program in left {
        build(program, &to.join(program.name))
            .with_context(|| format!("instead of building, {}", programs.instead))?;
    }
    Ok(())
}

/// Held until dropped, or until the process ends.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            say("waiting for another `cargo xtask` that downloads or builds Kubernetes' programs");
        }
        Err(TryLockError::Error(error)) => return Err(error).context("locking the cache"),
    }
    file.lock().context("locking the cache")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::super::release::Release;
    use super::super::testing::{Folder, Mirror, sum};
    use super::*;

    const PROGRAM: Program = Program {
        name: "kubelet",
        module: "hack/control-plane",
        package: "k8s.io/kubernetes/cmd/kubelet",
        release: Some(Release::Kubernetes),
    };
    const PROGRAMS: Programs = Programs {
        what: "two programs",
        costs: "nothing",
        instead: "do without",
        each: &[
            PROGRAM,
            Program {
                name: "kube-proxy",
                ..PROGRAM
            },
        ],
    };

    /// What is left to build when a mirror has these files of the release.
    async fn left(files: &[(&str, String)]) -> Result<Vec<&'static str>> {
        let version = *super::super::KUBERNETES;
        let path = |name: &str| format!("/release/v{version}/bin/linux/amd64/{name}");
        let files = files
            .iter()
            .map(|(name, text)| (path(name), text.clone().into_bytes()));
        let mirror = Mirror::start(files.collect()).await;
        let source = Source::Mirror(mirror.url());
        tokio::task::spawn_blocking(move || {
            let folder = Folder::new("obtain");
            let left = take(
                &source,
                Platform::of("linux", "x86_64"),
                folder.path(),
                &PROGRAMS,
            )?;
            Ok(left.into_iter().map(|program| program.name).collect())
        })
        .await?
    }

    #[tokio::test]
    async fn nothing_is_left_to_build_where_all_is_published() -> Result<()> {
        let files = [
            ("kubelet", "a".to_owned()),
            ("kubelet.sha256", sum("a")),
            ("kube-proxy", "b".to_owned()),
            ("kube-proxy.sha256", sum("b")),
        ];
        assert_eq!(left(&files).await?, [""; 0]);
        Ok(())
    }

    #[tokio::test]
    async fn what_a_mirror_does_not_have_is_left_to_build() -> Result<()> {
        let files = [("kubelet", "a".to_owned()), ("kubelet.sha256", sum("a"))];
        assert_eq!(left(&files).await?, ["kube-proxy"]);
        assert_eq!(left(&[]).await?, ["kubelet", "kube-proxy"]);
        Ok(())
    }

    #[tokio::test]
    async fn a_wrong_checksum_is_no_reason_to_build() {
        let files = [("kubelet", "a".to_owned()), ("kubelet.sha256", sum("b"))];
        let error = left(&files)
            .await
            .expect_err("the sum is that of another file");
        let error = error.to_string();
        for part in ["linux/amd64/kubelet is refused", &sum("a"), &sum("b")] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn all_is_left_to_build_where_nothing_is_published() -> Result<()> {
        let folder = Folder::new("unpublished");
        let source = Source::Mirror("http://127.0.0.1:9".to_owned());
        assert_eq!(take(&source, None, folder.path(), &PROGRAMS)?.len(), 2);
        Ok(())
    }
}
