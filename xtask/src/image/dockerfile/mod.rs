// SPDX-License-Identifier: Apache-2.0

//! The Dockerfiles, built and looked at: for those who build images as they always do.
//!
//! buildah builds them, on a stand-in for the image that they begin with, made of Debian's packages and the Rust that is
//! installed: no registry is asked. What is proven are the files' own steps, not the published image.

mod buildah;
mod expect;
mod needs;
mod stand_in;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::archive::LICENSES;
use super::{Arch, LARGEST, Origin, PROGRAMS, VERSION, binary, license_texts};
use crate::shipped::{audit, linked};
use buildah::Buildah;
pub use needs::{check as can_check, install};

/// What a Dockerfile made.
#[derive(Debug)]
pub struct Built {
    /// The program.
    pub program: &'static str,
    /// The bytes of its binary.
    pub binary: Vec<u8>,
}

/// Builds both Dockerfiles, and fails unless the images hold the program and its licences alone, static, no larger than
/// [`LARGEST`], to be run as nobody, with labels that say what it is, and the program says what it is made of, and runs. Layers are
/// kept in `dir`, for the next time.
///
/// # Errors
/// If one of that does not hold, or nothing can be built.
pub fn check(origin: &Origin, dir: &Path) -> Result<Vec<Built>> {
    needs::check(dir)?;
    let buildah = Buildah::new(dir)?;
    stand_in::make(&buildah, &dir.join("stand-in"))?;
    let all = PROGRAMS.iter();
    all.map(|program| check_one(&buildah, program, origin).with_context(|| file(program)))
        .collect()
}

/// The Dockerfile of a program.
fn file(program: &str) -> String {
    format!("Dockerfile.{}", program.trim_start_matches("ni-"))
}

fn check_one(buildah: &Buildah, program: &'static str, origin: &Origin) -> Result<Built> {
    let image = format!("localhost/{program}:{VERSION}");
    let revision = origin.revision.clone().unwrap_or_default();
    let arguments = [
        format!("SOURCE_DATE_EPOCH={}", origin.epoch),
        format!("REVISION={revision}"),
        format!("SOURCE={}", origin.source.clone().unwrap_or_default()),
    ];
    buildah.build(&file(program), &image, &arguments)?;
    let faults = expect::faults(&buildah.config(&image)?, program, &revision);
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    buildah.mounted(&image, |root| look_at(root, program, origin.epoch))
}

/// The program and the licence texts; nothing else is in the image.
fn look_at(root: &Path, program: &'static str, epoch: u64) -> Result<Built> {
    ensure!(
        names(root)? == BTreeSet::from([LICENSES.to_owned(), program.to_owned()]),
        "the image holds {:?}",
        names(root)?
    );
    let texts = license_texts()?;
    let folder = root.join(LICENSES);
    let expected: BTreeSet<String> = texts.iter().map(|(name, _)| (*name).to_owned()).collect();
    ensure!(
        names(&folder)? == expected,
        "/{LICENSES} holds {:?}",
        names(&folder)?
    );
    for (name, text) in texts {
        let path = folder.join(name);
        check_file(&path, 0o444, epoch)?;
        ensure!(
            std::fs::read(&path)? == text,
            "{name} is another text than here"
        );
    }
    let path = root.join(program);
    check_file(&path, 0o555, epoch)?;
    let size = path.metadata()?.len();
    ensure!(
        size <= LARGEST,
        "{program} has {size} bytes, more than {LARGEST}"
    );
    let binary = std::fs::read(&path)?;
    binary::check(&binary, Arch::default())?;
    let linked = linked(&PROGRAMS, &[Arch::default()])?;
    audit::check(&binary, program, &linked[program], &audit::locked()?)?;
    run(root, program)?;
    Ok(Built { program, binary })
}

/// What a folder holds.
fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(folder)?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// Fails unless a file is root's, of this mode and time.
fn check_file(path: &Path, mode: u32, epoch: u64) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = path.metadata()?;
    let (found, owner, time) = (metadata.mode() & 0o7777, metadata.uid(), metadata.mtime());
    ensure!(
        (found, owner) == (mode, 0) && u64::try_from(time) == Ok(epoch),
        "{} has mode {found:o}, owner {owner} and time {time}",
        path.display()
    );
    Ok(())
}

/// Fails unless the program tells its version where there is nothing but the image.
fn run(root: &Path, program: &str) -> Result<()> {
    let mut command = Command::new("chroot");
    command.args(["--userspec=65532:65532"]).arg(root);
    let output = command
        .arg(format!("/{program}"))
        .arg("--version")
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        said.trim() == format!("{program} {VERSION}"),
        "{program} --version says {said:?} ({})",
        output.status
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo_tool::CargoTool;
    use crate::repo;
    use crate::shipped::audit::CARGO_AUDITABLE;

    fn text(program: &str) -> String {
        std::fs::read_to_string(repo::root().join(file(program))).expect("a Dockerfile")
    }

    #[test]
    fn both_dockerfiles_are_the_same_but_for_the_programs_name() {
        // Both programs are built in either, for their dependencies: these lines are left alone.
        let renamed = |text: &str, from, to| {
            let lines = text.lines().map(|line| {
                let both = PROGRAMS.iter().all(|name| line.contains(name));
                let manifest = line.contains("crates/ni-");
                if both || manifest {
                    line.to_owned()
                } else {
                    line.replace(&file(from), &file(to)).replace(from, to)
                }
            });
            lines.collect::<Vec<_>>().join("\n")
        };
        let [controller, webhook] = PROGRAMS;
        let (from, to) = (text(controller), text(webhook));
        assert_eq!(renamed(&from, controller, webhook), to.trim_end());
        assert_ne!(from, to);
    }

    #[test]
    fn every_member_of_the_workspace_is_in_the_first_layer() {
        let manifest =
            std::fs::read_to_string(repo::root().join("Cargo.toml")).expect("a manifest");
        let (_, rest) = manifest.split_once("members = [").expect("members");
        let (members, _) = rest.split_once(']').expect("their end");
        let members: Vec<&str> = members
            .split(", ")
            .map(|member| member.trim_matches('"'))
            .collect();
        assert!(members.len() > 3, "{members:?}");
        for program in PROGRAMS {
            for member in &members {
                let copy = format!("COPY {member}/Cargo.toml {member}/");
                assert!(
                    text(program).lines().any(|line| line == copy),
                    "{program}: {copy}"
                );
            }
        }
    }

    #[test]
    fn a_dockerfile_begins_with_our_tools_and_says_our_version() {
        for program in PROGRAMS {
            let text = text(program);
            let lines = |wanted: &str| text.lines().any(|line| line == wanted);
            assert!(
                lines(&format!("ARG RUST={}", stand_in::short_name())),
                "{program}"
            );
            assert!(lines(&format!("ARG VERSION={VERSION}")), "{program}");
            let CargoTool { name, version, .. } = CARGO_AUDITABLE;
            let install = format!("--version {version} {name}");
            assert!(text.contains(&install), "{program}: {install}");
        }
    }
}
