// SPDX-License-Identifier: Apache-2.0

//! Counts of requests, from the API server's audit log.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Requests of one user, but watches, leases, and what is about no object: discovery, once at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Requests {
    /// By verb and code, Events aside.
    pub(crate) by_verb: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Requests about Events.
    pub(crate) events: u64,
}

impl Requests {
    /// How many, Events aside.
    pub(crate) fn total(&self) -> u64 {
        self.by_verb
            .values()
            .flat_map(BTreeMap::values)
            .copied()
            .sum()
    }

    fn count(&mut self, line: Line) {
        let resource = line.object_ref.resource.as_str();
        if line.verb == "watch" || resource == "leases" || resource.is_empty() {
            return;
        }
        if resource == "events" {
            self.events += 1;
            return;
        }
        let codes = self.by_verb.entry(line.verb).or_default();
        *codes.entry(line.response_status.code).or_default() += 1;
    }
}

/// The API server's audit log.
pub(crate) struct Audit(pub(crate) PathBuf);

impl Audit {
    /// Its end, to count from later.
    pub(crate) fn position(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.0)
            .context("the API server writes no audit log")?
            .len())
    }

    /// What `user` has requested since `position`.
    pub(crate) fn since(&self, position: u64, user: &str) -> Result<Requests> {
        let mut file = File::open(&self.0).context("opening the audit log")?;
        file.seek(SeekFrom::Start(position))?;
        let mut requests = Requests::default();
        for line in BufReader::new(file).lines() {
            // The last line may be half written; it is of after what is being counted.
            let Ok(line) = serde_json::from_str::<Line>(&line?) else {
                continue;
            };
            if line.stage == "ResponseComplete" && line.user.username == user {
                requests.count(line);
            }
        }
        Ok(requests)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stage: String,
    verb: String,
    user: User,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: ResponseStatus,
}

#[derive(Deserialize)]
struct User {
    #[serde(default)]
    username: String,
}

#[derive(Default, Deserialize)]
struct ObjectRef {
    #[serde(default)]
    resource: String,
}

#[derive(Default, Deserialize)]
struct ResponseStatus {
    #[serde(default)]
    code: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(verb: &str, resource: &str, code: u16, user: &str) -> String {
        format!(
            r#"{{"stage":"ResponseComplete","verb":"{verb}","user":{{"username":"{user}"}},"objectRef":{{"resource":"{resource}"}},"responseStatus":{{"code":{code}}}}}"#
        )
    }

    #[test]
    fn counts_what_one_user_writes_and_reads_since_a_position() {
        let path = std::env::temp_dir().join(format!("bench-audit-{}", std::process::id()));
        let before = line("create", "networkinterfaces", 201, "me") + "\n";
        let lines = [
            line("create", "networkinterfaces", 201, "me"),
            line("patch", "networkinterfaces", 409, "me"),
            line("patch", "networkinterfaces", 200, "me"),
            line("patch", "networkinterfaces", 200, "you"),
            line("watch", "machines", 200, "me"),
            line("update", "leases", 200, "me"),
            line("create", "events", 201, "me"),
            r#"{"stage":"ResponseComplete","verb":"get","user":{"username":"me"}}"#.to_owned(),
            "{half".to_owned(),
        ];
        std::fs::write(&path, before.clone() + &lines.join("\n")).expect("a temporary file");
        let requests = Audit(path.clone())
            .since(before.len() as u64, "me")
            .expect("it reads");
        std::fs::remove_file(path).expect("it is there");
        assert_eq!((requests.total(), requests.events), (3, 1));
        assert_eq!(requests.by_verb["patch"], [(200, 1), (409, 1)].into());
    }
}
