// SPDX-License-Identifier: Apache-2.0

//! Who has which block, version by version, and what is wrong with that.

use std::collections::HashMap;

use anyhow::Result;

use super::blocks::{Range, Set, beyond, is_inside, range};

/// What of a prefix matters here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    /// Its block, once it is Allocated.
    pub(crate) block: Option<String>,
    /// `status.used`, as JSON.
    pub(crate) used: Option<Box<str>>,
    /// How many are `pending`.
    pub(crate) pending: usize,
}

/// Prefixes as the versions seen so far leave them.
#[derive(Debug, Default)]
pub(crate) struct Census {
    prefixes: HashMap<String, Known>,
    /// What the children of each have.
    held: HashMap<String, Set>,
    /// How many children were Allocated, also if they are gone by now.
    pub(crate) allocated: usize,
    /// How many blocks overlapped another child's, or left their parent's.
    pub(crate) overlaps: u64,
}

#[derive(Debug, Default)]
struct Known {
    grant: Option<(String, Range)>,
    block: Option<Range>,
    used: Option<Box<str>>,
    pending: usize,
}

/// What a parent's record says and its children have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Audit {
    /// Ranges that the record has and no child.
    pub(crate) leaks: u64,
    /// Ranges that a child has and not the record: they could be granted again.
    pub(crate) unrecorded: u64,
    /// How many grants are under way.
    pub(crate) pending: usize,
}

impl Audit {
    /// Whether record and children agree, and nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        (self.leaks, self.unrecorded, self.pending) == (0, 0, 0)
    }
}

impl Census {
    /// Takes a version in.
    pub(crate) fn put(&mut self, seen: Seen) -> Result<()> {
        let block = seen.block.as_deref().map(range).transpose()?;
        let grant = seen.parent.zip(block.clone());
        let known = self.prefixes.entry(seen.name.clone()).or_default();
        known.block = block;
        known.used = seen.used;
        known.pending = seen.pending;
        let before = std::mem::replace(&mut known.grant, grant.clone());
        if before == grant {
            return Ok(());
        }
        self.give_back(before);
        if let Some((parent, range)) = grant {
            self.allocated += 1;
            let known = self.prefixes.get(&parent);
            let whole = known.and_then(|parent| parent.block.as_ref());
            let outside = whole.is_none_or(|whole| !is_inside(&range, whole));
            let held = self.held.entry(parent).or_default();
            // Correct for the first overlap, which is one too many.
            self.overlaps += u64::from(outside || held.overlaps(&range));
            held.insert(range);
        }
        Ok(())
    }

    /// Forgets one that is gone.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(known) = self.prefixes.remove(name) {
            self.give_back(known.grant);
        }
    }

    fn give_back(&mut self, grant: Option<(String, Range)>) {
        if let Some((parent, range)) = grant
            && let Some(held) = self.held.get_mut(&parent)
        {
            held.remove(range);
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.prefixes.len()
    }

    /// Whether this one is Allocated.
    pub(crate) fn is_allocated(&self, name: &str) -> bool {
        let known = self.prefixes.get(name);
        known.is_some_and(|known| known.block.is_some())
    }

    /// Compares a parent's record with what its children have.
    pub(crate) fn audit(&self, parent: &str) -> Result<Audit> {
        let known = self.prefixes.get(parent);
        let used = known.and_then(|known| known.used.as_deref());
        let texts: Vec<String> = used.map_or(Ok(Vec::new()), serde_json::from_str)?;
        let used = texts
            .iter()
            .map(|text| range(text))
            .collect::<Result<Set>>()?;
        let (none, held) = (Set::new(), self.held.get(parent));
        let held = held.unwrap_or(&none);
        Ok(Audit {
            leaks: beyond(&used, held) as u64,
            unrecorded: beyond(held, &used) as u64,
            pending: known.map_or(0, |known| known.pending),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, parent: Option<&str>, block: Option<&str>) -> Seen {
        Seen {
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            block: block.map(str::to_owned),
            ..Seen::default()
        }
    }

    fn parent(used: &str, pending: usize) -> Seen {
        Seen {
            used: Some(used.into()),
            pending,
            ..seen("p", None, Some("10.0.0.0/24"))
        }
    }

    fn census(versions: Vec<Seen>) -> Census {
        let mut census = Census::default();
        for version in versions {
            census.put(version).expect("it reads");
        }
        census
    }

    #[test]
    fn a_block_that_two_have_at_one_time_is_an_overlap() {
        let child = |name, block| seen(name, Some("p"), block);
        let mut census = census(vec![
            parent("[]", 0),
            child("a", None),
            child("a", Some("10.0.0.1/32")),
            child("a", Some("10.0.0.1/32")),
            child("b", Some("10.0.0.2/32")),
        ]);
        assert_eq!((census.allocated, census.overlaps), (2, 0));
        census.remove("a");
        census
            .put(child("c", Some("10.0.0.1/32")))
            .expect("it reads");
        assert_eq!((census.allocated, census.overlaps), (3, 0));
        census
            .put(child("d", Some("10.0.0.0/30")))
            .expect("it reads");
        assert_eq!(census.overlaps, 1);
    }

    #[test]
    fn a_block_outside_of_its_parent_counts_as_well() {
        let census = census(vec![
            parent("[]", 0),
            seen("a", Some("p"), Some("10.0.1.0/32")),
        ]);
        assert_eq!(census.overlaps, 1);
    }

    #[test]
    fn record_and_children_are_compared_as_sets_of_addresses() {
        let children = || {
            vec![
                seen("a", Some("p"), Some("10.0.0.0/32")),
                seen("b", Some("p"), Some("10.0.0.1/32")),
            ]
        };
        for (used, pending, (leaks, unrecorded)) in [
            (r#"["10.0.0.0/31"]"#, 0, (0, 0)),
            (r#"["10.0.0.0/32","10.0.0.1/32"]"#, 0, (0, 0)),
            (r#"["10.0.0.0/31"]"#, 1, (0, 0)),
            (r#"["10.0.0.0/31","10.0.0.4/32"]"#, 0, (1, 0)),
            (r#"["10.0.0.0/32"]"#, 0, (0, 1)),
        ] {
            let mut versions = vec![parent(used, pending)];
            versions.extend(children());
            let audit = census(versions).audit("p").expect("it reads");
            let expected = Audit {
                leaks,
                unrecorded,
                pending,
            };
            assert_eq!(audit, expected, "{used}");
            assert_eq!(
                audit.is_settled(),
                (leaks, unrecorded, pending) == (0, 0, 0)
            );
        }
    }
}
