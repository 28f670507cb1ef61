// SPDX-License-Identifier: Apache-2.0

use std::collections::{BTreeMap, BTreeSet};

/// The device of each volume that names none, by the volume's index and in its order: the stored one of the same volume,
/// else the first that is free. A device that another volume names is not free. Volumes are pairs of name and device.
pub(crate) fn missing<'a, V, S>(volumes: &V, stored: S) -> Vec<(usize, String)>
where
    V: Iterator<Item = (&'a str, Option<&'a str>)> + Clone,
    S: Iterator<Item = (&'a str, Option<&'a str>)>,
{
    let open = || {
        let all = volumes.clone().enumerate();
        all.filter_map(|(index, (name, device))| device.is_none().then_some((index, name)))
    };
    let mut taken: BTreeSet<&str> = volumes.clone().filter_map(|(_, device)| device).collect();
    let mut kept = BTreeMap::new();
    for (name, device) in stored {
        // Of several stored volumes of one name, the first counts.
        kept.entry(name).or_insert(device);
    }
    let mut found = BTreeMap::new();
    for (index, name) in open() {
        if let Some(device) = kept.get(name).copied().flatten()
            && taken.insert(device)
        {
            found.insert(index, device.to_owned());
        }
    }
    let mut free = names().filter(|name| !taken.contains(name.as_str()));
    for (index, _) in open() {
        if !found.contains_key(&index)
            && let Some(device) = free.next()
        {
            found.insert(index, device);
        }
    }
    found.into_iter().collect()
}

/// `oda` to `odz`, then `odaa` to `odzz`.
fn names() -> impl Iterator<Item = String> {
    let one = ('a'..='z').map(|a| format!("od{a}"));
    let two = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("od{a}{b}")));
    one.chain(two)
}
