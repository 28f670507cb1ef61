// SPDX-License-Identifier: Apache-2.0

//! Control groups of a node: one of its own in each hierarchy of version 1 that this machine has.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A hierarchy of control groups.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    /// Its controllers, as `cpu,cpuacct`; of one without, its name.
    pub(super) name: String,
    /// As it is mounted: `cpu,cpuacct`, or `none,name=systemd`.
    pub(super) options: String,
    /// Where we are in it.
    dir: PathBuf,
}

/// Without these a kubelet does not start.
const NEEDED: [&str; 5] = ["cpu", "cpuacct", "cpuset", "memory", "pids"];

/// Those that are mounted on this machine.
pub(super) fn hierarchies() -> Result<Vec<Hierarchy>> {
    let read = |path| fs::read_to_string(path).with_context(|| format!("reading {path}"));
    Ok(parse(&read("/proc/self/cgroup")?, &read("/proc/mounts")?))
}

/// Controllers that a kubelet needs, and no hierarchy has.
pub(super) fn lacking(hierarchies: &[Hierarchy]) -> Vec<&'static str> {
    let has = |controller: &&str| {
        let mut names = hierarchies.iter().flat_map(|one| one.name.split(','));
        names.any(|name| name == *controller)
    };
    NEEDED
        .into_iter()
        .filter(|controller| !has(controller))
        .collect()
}

/// From `/proc/self/cgroup` and `/proc/mounts`.
fn parse(own: &str, mounts: &str) -> Vec<Hierarchy> {
    own.lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            let mount = mounted(controllers, mounts)?;
            let (name, options) = match controllers.strip_prefix("name=") {
                Some(name) => (name, format!("none,{controllers}")),
                None => (controllers, controllers.to_owned()),
            };
            Some(Hierarchy {
                name: name.to_owned(),
                options,
                dir: mount.join(path.trim_start_matches('/')),
            })
        })
        .collect()
}

fn mounted(controllers: &str, mounts: &str) -> Option<PathBuf> {
    let wanted = |options: &str| {
        let has = |one: &str| options.split(',').any(|option| option == one);
        !controllers.is_empty() && controllers.split(',').all(has)
    };
    mounts.lines().find_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, at, "cgroup", options, ..] = words[..] else {
            return None;
        };
        wanted(options).then(|| at.into())
    })
}

impl Hierarchy {
    /// Makes a group of this name below ours, empty.
    pub(super) fn make(&self, name: &str) -> Result<PathBuf> {
        let group = self.dir.join(name);
        let what = || format!("making the control group {}", group.display());
        fs::create_dir(&group).with_context(what)?;
        // Nothing can enter a group that has no processors.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if group.join(file).exists() {
                let all = fs::read(self.dir.join(file)).with_context(what)?;
                fs::write(group.join(file), all).with_context(what)?;
            }
        }
        Ok(group)
    }
}

/// Groups of that beginning that nodes have left, whose processes have all ended.
pub(super) fn left(
    hierarchies: &[Hierarchy],
    begin: &str,
    ended: impl Fn(&Path) -> bool,
) -> Vec<PathBuf> {
    let below = hierarchies.iter().flat_map(|one| {
        let entries = fs::read_dir(&one.dir).into_iter().flatten().flatten();
        entries.map(|entry| entry.path())
    });
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(begin) && ended(path)
    };
    below.filter(ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_are_those_that_are_mounted_with_our_place_in_them() {
        let own = "9:name=systemd:/\n5:cpu,cpuacct:/a/b\n4:memory:/\n3:pids:/\n0::/user.slice\n";
        let mounts = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n\
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0\n\
            cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset 0 0\n\
            cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n\
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n\
            cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0\n";
        let found = parse(own, mounts);
        let found: Vec<_> = found
            .iter()
            .map(|one| (&*one.name, &*one.options, one.dir.to_str().expect("text")))
            .collect();
        assert_eq!(
            found,
            [
                ("systemd", "none,name=systemd", "/sys/fs/cgroup/systemd/"),
                (
                    "cpu,cpuacct",
                    "cpu,cpuacct",
                    "/sys/fs/cgroup/cpu,cpuacct/a/b"
                ),
                ("memory", "memory", "/sys/fs/cgroup/memory/"),
            ]
        );
    }

    #[test]
    fn what_a_kubelet_needs_and_is_not_there_is_named() {
        let mounts = "cgroup /c/cpu cgroup cpu,cpuacct 0 0\ncgroup /c/memory cgroup memory 0 0";
        let found = parse("2:cpu,cpuacct:/\n1:memory:/", mounts);
        assert_eq!(lacking(&found), ["cpuset", "pids"]);
        assert_eq!(lacking(&parse("0::/", mounts)), NEEDED);
    }
}
