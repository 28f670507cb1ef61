// SPDX-License-Identifier: Apache-2.0

//! Lists as they were answered earlier.

use std::collections::HashMap;
use std::sync::Mutex;

use hyper::body::Bytes;
use serde_json::Value;

use super::tally::locked;

/// How large a list may be to be kept.
const MOST: usize = 64 << 20;

/// The beginning of a watch up to the end of its list.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) pieces: Vec<Bytes>,
    /// Which version the list is of.
    pub(super) version: String,
}

/// The last two lists of each path.
#[derive(Debug, Default)]
pub(super) struct Lists(Mutex<HashMap<String, Vec<Recorded>>>);

impl Lists {
    /// The older list of a path, if there is one.
    pub(super) fn older(&self, path: &str) -> Option<Recorded> {
        locked(&self.0).get(path)?.first().cloned()
    }

    /// Keeps a list; the oldest one goes.
    pub(super) fn keep(&self, path: &str, list: Recorded) {
        let mut all = locked(&self.0);
        let of_path = all.entry(path.to_owned()).or_default();
        of_path.push(list);
        if of_path.len() > 2 {
            of_path.remove(0);
        }
    }

    /// Forgets all of them.
    pub(super) fn forget(&self) {
        locked(&self.0).clear();
    }
}

/// Listens to a watch until its list has ended.
#[derive(Debug, Default)]
pub(super) struct Recording {
    pieces: Vec<Bytes>,
    size: usize,
    /// The line that has not ended yet.
    line: Vec<u8>,
    done: bool,
}

impl Recording {
    /// Takes in what came; the list, if it is complete by now.
    pub(super) fn hear(&mut self, piece: &Bytes) -> Option<Recorded> {
        if self.done {
            return None;
        }
        self.size += piece.len();
        if self.size > MOST {
            *self = Self {
                done: true,
                ..Self::default()
            };
            return None;
        }
        let mut begin = 0;
        while let Some(end) = piece[begin..].iter().position(|byte| *byte == b'\n') {
            let end = begin + end + 1;
            self.line.extend_from_slice(&piece[begin..end]);
            let version = end_of_list(&self.line);
            self.line.clear();
            begin = end;
            if let Some(version) = version {
                self.done = true;
                self.pieces.push(piece.slice(..end));
                let pieces = std::mem::take(&mut self.pieces);
                return Some(Recorded { pieces, version });
            }
        }
        self.line.extend_from_slice(&piece[begin..]);
        self.pieces.push(piece.clone());
        None
    }
}

/// The version of the list that this event ends.
fn end_of_list(line: &[u8]) -> Option<String> {
    // Most events are long, and none but a bookmark has this.
    const MARK: &[u8] = b"k8s.io/initial-events-end";
    if !line.starts_with(b"{\"type\":\"BOOKMARK\"") || !contains(line, MARK) {
        return None;
    }
    let event: Value = serde_json::from_slice(line).ok()?;
    let version = &event["object"]["metadata"]["resourceVersion"];
    version.as_str().map(str::to_owned)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_what_comes_before_the_bookmark_that_ends_it_however_it_is_cut() {
        let text = concat!(
            "{\"type\":\"ADDED\",\"object\":{\"kind\":\"A\"}}\n",
            "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\",",
            "\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n",
        );
        let all = format!("{text}{{\"type\":\"MODIFIED\",\"object\":{{}}}}\n");
        for size in [1, 7, 50, all.len()] {
            let mut recording = Recording::default();
            let pieces = all.as_bytes().chunks(size).map(Bytes::copy_from_slice);
            let lists: Vec<_> = pieces.filter_map(|piece| recording.hear(&piece)).collect();
            assert_eq!(lists.len(), 1, "{size}");
            assert_eq!(lists[0].version, "7");
            assert_eq!(lists[0].pieces.concat(), text.as_bytes());
        }
    }

    #[test]
    fn the_older_of_the_last_two_is_served() {
        let lists = Lists::default();
        for version in ["1", "2", "3"] {
            let list = Recorded {
                pieces: Vec::new(),
                version: version.to_owned(),
            };
            lists.keep("/a", list);
        }
        assert_eq!(lists.older("/a").map(|list| list.version), Some("2".into()));
        assert!(lists.older("/b").is_none());
        lists.forget();
        assert!(lists.older("/a").is_none());
    }
}
